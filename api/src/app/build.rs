//! The stations of one node, built once; handlers get the pieces they need, never this whole.

use std::sync::Arc;

use actix_web::web::Data;
use beckon_classifier::retrain::Recipe;

use super::places::Places;
use super::recognisers::Chosen;
#[cfg(feature = "aws")]
use super::recognisers::Shared;
use super::settings::{default_life, webhooks};
use super::videos;
use crate::auth::{Auth, Keys};
#[cfg(feature = "aws")]
use crate::aws::Aws;
use crate::blobs::Blobs;
use crate::config::{ServeOptions, now};
use crate::cues::{self, Cues, Ticker};
use crate::db::{Db, Refresh, Slot};
use crate::decisions::{Decisions, Ranking, Sources};
use crate::detections::Detections;
use crate::detections::entities::Entities;
use crate::events::Events;
use crate::fetch::Fetcher;
use crate::ingest::hooks::Hooks;
use crate::ingest::recogniser::Recognisers;
use crate::ingest::stored::Stored;
use crate::ingest::thumbnails::Thumbnails;
use crate::ingest::{Desk, Ingests, Outside, References, Watching};
use crate::instruments::{Delivery, Images, Instruments, LinkHosts};
use crate::learning::{Learning, Stores};
use crate::media;
use crate::reports::Live;
use crate::viewers::{Declarations, Viewers};
use crate::webhooks::Webhooks;

/// One node.
#[derive(Debug, Clone)]
pub struct App {
    pub(super) options: Arc<ServeOptions>,
    pub(super) db: Db,
    pub(super) auth: Data<Auth>,
    pub(super) blobs: Data<dyn Blobs>,
    pub(super) media: Data<media::Registry>,
    pub(super) detections: Data<Detections>,
    pub(super) entities: Data<Entities>,
    pub(super) instruments: Data<Instruments>,
    pub(super) images: Data<Images>,
    pub(super) delivery: Data<Delivery>,
    pub(super) declarations: Data<Declarations>,
    pub(super) viewers: Data<Viewers>,
    pub(super) ranking: Arc<Slot<Ranking>>,
    pub(super) decisions: Data<Decisions>,
    pub(super) events: Data<Events>,
    pub(super) live: Data<Live>,
    pub(super) learning: Data<Learning>,
    pub(super) references: Data<References>,
    pub(super) hooks: Data<Hooks>,
    pub(super) stored: Data<Stored>,
    pub(super) webhooks: Data<Webhooks>,
    pub(super) recognisers: Arc<Chosen>,
    pub(super) ingests: Data<Ingests>,
    pub(super) fetch: Fetcher,
    #[cfg(feature = "aws")]
    pub(super) aws: Aws,
    pub(super) cues: Data<Cues>,
}

impl App {
    /// Opens the stores, brings the tables up to date and builds the stations.
    ///
    /// # Errors
    /// When a store cannot be opened.
    pub async fn build(options: ServeOptions) -> anyhow::Result<Self> {
        let places = Places::default();
        let outside = Outside {
            objects: places.objects(),
            ..Outside::reached_by(&Fetcher::new(options.reach)?)
        };
        Self::assemble(options, outside, places).await
    }

    /// The same, with what lies outside of the node given.
    ///
    /// # Errors
    /// When a store cannot be opened.
    pub async fn build_within(options: ServeOptions, outside: Outside) -> anyhow::Result<Self> {
        Self::assemble(options, outside, Places::default()).await
    }

    async fn assemble(
        options: ServeOptions,
        outside: Outside,
        places: Places,
    ) -> anyhow::Result<Self> {
        let recipe = Recipe::default();
        let ground = Ground::open(&options, &places, &recipe).await?;
        #[cfg(feature = "aws")]
        let aws = places.aws;
        #[cfg(feature = "aws")]
        let ivs: Option<Box<dyn cues::Signal>> = Some(Box::new(cues::ivs::Ivs::new(aws.clone())));
        #[cfg(not(feature = "aws"))]
        let ivs = None;
        let cues = Arc::new(ground.cues(&options, ivs));
        let ranking = Arc::new(Slot::<Ranking>::default());
        let decisions = ground.decisions(&options, &cues, &ranking)?;
        let events = Arc::new(ground.events(&options)?);
        let stores = ground.stores(&events, &ranking);
        let chosen = Chosen {
            references: ground.references.clone(),
            #[cfg(feature = "aws")]
            rekognition: Shared::new(
                aws.clone(),
                options.rekognition.clone(),
                ground.media.clone(),
            ),
        };
        #[cfg(feature = "aws")]
        let outside = Outside {
            videos: outside.videos.or_else(|| chosen.rekognition.videos()),
            ..outside
        };
        let stored = videos::stored(&options, &ground.around(), &outside)?;
        let topics = options.hooks.sns_topics.clone();
        let (db, fetch) = (ground.db, ground.fetch);
        Ok(Self {
            stored: Data::new(stored),
            webhooks: Data::new(webhooks(&options, &db, &fetch)?),
            hooks: Data::new(Hooks::new(db.clone(), outside.sns, topics)),
            recognisers: Arc::new(chosen),
            #[cfg(feature = "aws")]
            aws,
            learning: Data::new(Learning::open(stores, recipe).await?),
            decisions: Data::new(decisions),
            ingests: Data::new(Ingests::new(db.clone(), ground.media.clone())),
            media: Data::from(ground.media),
            detections: Data::from(ground.detections),
            entities: Data::from(ground.entities),
            instruments: Data::from(ground.instruments),
            images: Data::new(Images::new(db.clone(), ground.blobs.clone(), fetch.clone())),
            delivery: Data::from(ground.delivery),
            declarations: Data::from(ground.viewers.declarations()),
            viewers: Data::from(ground.viewers),
            live: Data::new(Live::new(events.clone())),
            events: Data::from(events),
            ranking,
            references: Data::from(ground.references),
            cues: Data::from(cues),
            fetch,
            options: Arc::new(options),
            auth: Data::new(ground.auth),
            blobs: Data::from(ground.blobs),
            db,
        })
    }

    /// What is rebuilt when another node has changed its station.
    pub(super) fn refreshed(&self) -> Vec<Arc<dyn Refresh>> {
        vec![
            self.media.clone().into_inner(),
            self.detections.clone().into_inner(),
            // Before the instruments, which are made ready with them.
            self.entities.clone().into_inner(),
            self.instruments.clone().into_inner(),
            self.declarations.clone().into_inner(),
            self.delivery.clone().into_inner(),
            self.learning.clone().into_inner(),
            self.references.clone().into_inner(),
            self.cues.clone().into_inner(),
            self.live.clone().into_inner(),
        ]
    }

    /// Sends cues, and tells them to those who listen.
    #[must_use]
    pub fn cues(&self) -> Arc<Cues> {
        self.cues.clone().into_inner()
    }

    /// Looks at every media, and signals while something is due.
    #[must_use]
    pub fn ticker(&self) -> Ticker {
        Ticker::new(self.cues())
    }

    /// What watching a stream needs of this node.
    #[must_use]
    pub fn watching(&self) -> Watching {
        Watching {
            db: self.db.clone(),
            media: self.media.clone().into_inner(),
            detections: self.detections.clone().into_inner(),
            fetch: self.fetch.clone(),
        }
    }

    /// What does what notices ask.
    #[must_use]
    pub(super) fn desk(&self) -> Desk {
        let thumbnails = Thumbnails {
            db: self.db.clone(),
            media: self.media.clone().into_inner(),
            detections: self.detections.clone().into_inner(),
            objects: self.stored.objects.clone(),
            recognisers: self.recognisers(),
        };
        Desk {
            thumbnails,
            media: self.media.clone().into_inner(),
            stored: self.stored.clone().into_inner(),
        }
    }

    /// Chooses who recognises for a media.
    #[must_use]
    pub fn recognisers(&self) -> Arc<dyn Recognisers> {
        self.recognisers.clone()
    }

    /// What AWS's clients share.
    #[cfg(feature = "aws")]
    #[must_use]
    pub fn aws(&self) -> &Aws {
        &self.aws
    }

    /// What the embedded recogniser looks for.
    #[must_use]
    pub fn references(&self) -> Arc<References> {
        self.references.clone().into_inner()
    }

    /// What ranks on this node.
    #[must_use]
    pub fn ranking(&self) -> Arc<Ranking> {
        self.ranking.load_full()
    }

    /// Ends the streams of cues and of results: they have no end of their own.
    pub fn end_streams(&self) {
        self.cues.close();
        self.live.close();
    }

    /// What viewers did.
    #[must_use]
    pub fn events(&self) -> &Events {
        &self.events
    }

    /// Closes the stores after what is under way; what is asked of them later fails.
    pub async fn close(&self) {
        self.db.close().await;
    }

    /// Every media.
    #[must_use]
    pub fn media(&self) -> &media::Registry {
        &self.media
    }

    /// What was seen in them.
    #[must_use]
    pub fn detections(&self) -> &Detections {
        &self.detections
    }

    /// Signs tokens of this installation.
    #[must_use]
    pub fn auth(&self) -> &Auth {
        &self.auth
    }
}

/// What the later stations are built of.
struct Ground {
    auth: Auth,
    blobs: Arc<dyn Blobs>,
    db: Db,
    media: Arc<media::Registry>,
    detections: Arc<Detections>,
    entities: Arc<Entities>,
    instruments: Arc<Instruments>,
    delivery: Arc<Delivery>,
    viewers: Arc<Viewers>,
    references: Arc<References>,
    fetch: Fetcher,
}

impl Ground {
    async fn open(
        options: &ServeOptions,
        places: &Places,
        recipe: &Recipe,
    ) -> anyhow::Result<Self> {
        let auth = Auth::new(Keys::load_or_make(&options.store.keys_dir())?);
        let blobs = places.blobs(&options.store).await?;
        let db = Db::open(&options.store.database_url()).await?;
        db.migrate().await?;
        let schema = recipe.schema.clone().check()?;
        let detections = places.detections(&options.store, db.clone()).await?;
        detections.end_erasures(now()).await?;
        let declarations = Arc::new(Declarations::open(db.clone()).await?);
        let entities = Arc::new(Entities::open(db.clone()).await?);
        let instruments = Instruments::open(
            db.clone(),
            declarations.clone(),
            schema.clone(),
            entities.clone(),
        );
        let hosts = LinkHosts::new(&options.events.link_hosts);
        Ok(Self {
            media: Arc::new(media::Registry::open(db.clone()).await?),
            detections: Arc::new(detections),
            instruments: Arc::new(instruments.await?.linking_to(hosts)),
            entities,
            delivery: Arc::new(Delivery::open(db.clone()).await?),
            viewers: Arc::new(Viewers::in_sql(db.clone(), declarations, schema)),
            references: Arc::new(References::open(db.clone(), blobs.clone()).await?),
            fetch: Fetcher::new(options.reach)?,
            auth,
            blobs,
            db,
        })
    }

    fn cues(&self, options: &ServeOptions, ivs: Option<Box<dyn cues::Signal>>) -> Cues {
        let signals = cues::Signals::new(cues::Origin::new(self.fetch.clone()), ivs);
        Cues::new(
            self.db.clone(),
            cues::Sources {
                media: self.media.clone(),
                detections: self.detections.clone(),
                instruments: self.instruments.clone(),
            },
            Arc::new(signals),
            default_life(options),
            options.spread_ms,
        )
    }

    fn decisions(
        &self,
        options: &ServeOptions,
        cues: &Arc<Cues>,
        ranking: &Arc<Slot<Ranking>>,
    ) -> anyhow::Result<Decisions> {
        let sources = Sources {
            db: self.db.clone(),
            media: self.media.clone(),
            detections: self.detections.clone(),
            viewers: self.viewers.clone(),
            instruments: self.instruments.clone(),
            delivery: self.delivery.clone(),
            cues: cues.clone(),
            ranking: ranking.clone(),
        };
        Decisions::new(
            sources,
            self.auth.keys(),
            default_life(options),
            options.holdout_percent,
            options.budgets,
        )?
        .explaining(options.explain_sample)
        .reached_at(options.events.public_url.clone())
    }

    /// What learning reads and writes.
    fn stores(&self, events: &Arc<Events>, ranking: &Arc<Slot<Ranking>>) -> Stores {
        Stores {
            db: self.db.clone(),
            blobs: self.blobs.clone(),
            instruments: self.instruments.clone(),
            events: events.clone(),
            ranking: ranking.clone(),
        }
    }

    /// What stored videos need of the others.
    fn around(&self) -> videos::Around<'_> {
        videos::Around {
            db: &self.db,
            media: &self.media,
            detections: &self.detections,
            blobs: &self.blobs,
            references: &self.references,
            keys: self.auth.keys(),
        }
    }

    fn events(&self, options: &ServeOptions) -> anyhow::Result<Events> {
        let (instruments, viewers) = (self.instruments.clone(), self.viewers.clone());
        let keys = self.auth.keys();
        Events::new(self.db.clone(), instruments, viewers, keys, &options.events)
    }
}
