//! Gathers the world of a replay from the other stations, and lets it run on a thread that nobody waits for.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::audience::Known;
use super::plan::Plan;
use super::run::{Report, run};
use crate::decisions::world::World;
use crate::decisions::{Decisions, Ranking};
use crate::detections::Stretch;
use crate::error::{At, Result};
use crate::instruments::campaigns::{Campaign, CampaignState, Running};
use crate::instruments::{Definition, Index, Instrument};
use crate::words::{InstrumentId, MediaId, Window};

/// The first draft's id as a number; the next ones count on. Marked as a UUID of version 8: made by our own rule.
const FIRST_DRAFT: u128 = 0x0000_0000_0000_8000_8000_0000_0000_0001;

/// One version of an instrument.
type Version = (InstrumentId, u32, Definition);

/// What a replay's places are about.
#[derive(Debug)]
pub struct Stage {
    /// The instruments; the report's places are places in it.
    pub index: Index,
    /// What was asked for, in its order.
    pub asked: Vec<InstrumentId>,
    /// The campaigns that they belong to.
    pub campaigns: Vec<Campaign>,
    /// Who ranks.
    pub ranking: Arc<Ranking>,
}

impl Decisions {
    /// Replays a plan on a media.
    ///
    /// # Errors
    /// When there is no such media or instrument, or a store does not answer.
    pub async fn replay(&self, media_id: &MediaId, plan: Plan) -> Result<(Plan, Stage, Report)> {
        let media = self.sources.media.get(media_id)?;
        let _turn = self.replays.acquire().await.map_err(anyhow::Error::from)?;
        let (asked, versions) = self.gather(&plan).await?;
        let (from, to) = (plan.window.from(), plan.window.to());
        let reach = Window::parse(from.back(60_000).ms(), to.ms(), i64::MAX).at("to_ms")?;
        let pages = self.sources.detections.pages();
        let pages = pages.touching(media_id, reach).await?;
        let breaks = self.sources.media.ad_breaks(media_id);
        let campaigns = self.campaigns_of(&versions).await?;
        let known = Known {
            schema: self.sources.viewers.schema().clone(),
            declared: self.sources.viewers.declared(),
            saved: self.sources.instruments.saved_rules().await?,
        };
        let delivery = self.sources.delivery.standing();
        let ranking = self.sources.ranking.load().clone();
        let entities = self.sources.instruments.entity_index();
        let life = self.life;
        let work = move || {
            let running = campaigns.iter().map(Running::of);
            let index = Index::build(0, versions, running, &known.saved, &known.schema, entities)?;
            let stretch = Stretch::stored(reach, pages);
            let mut world = World::new(media, stretch, index, life)?;
            world.breaks = breaks.to_vec();
            world.ranking = ranking;
            world.delivery = delivery.rules.clone();
            world.salt = plan.audience.seed;
            let report = run(&world, &plan, &known)?;
            let World { index, ranking, .. } = world;
            let stage = Stage {
                index,
                asked,
                campaigns,
                ranking,
            };
            Ok((plan, stage, report))
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(anyhow::Error::from)?
    }

    /// The campaigns of these versions, each as if it were live.
    async fn campaigns_of(&self, versions: &[Version]) -> Result<Vec<Campaign>> {
        let ids = versions
            .iter()
            .filter_map(|(_, _, definition)| definition.campaign_id.clone());
        let mut campaigns = Vec::new();
        for id in ids.collect::<BTreeSet<_>>() {
            let mut campaign = self.sources.instruments.campaign(&id).await?;
            campaign.state = CampaignState::Live;
            campaigns.push(campaign);
        }
        Ok(campaigns)
    }

    /// The ids that were asked for, and what competes: those, and what is live where that is wanted.
    async fn gather(&self, plan: &Plan) -> Result<(Vec<InstrumentId>, Vec<Version>)> {
        let instruments = &self.sources.instruments;
        let mut versions = Vec::new();
        for id in &plan.instrument_ids {
            let Instrument {
                standing,
                definition,
                ..
            } = instruments.get(id).await?;
            versions.push((id.clone(), standing.version, definition));
        }
        for (number, draft) in (FIRST_DRAFT..).zip(&plan.drafts) {
            let id = InstrumentId::parse(&uuid::Uuid::from_u128(number).to_string());
            versions.push((id.at("drafts")?, 0, draft.clone()));
        }
        let ids = |versions: &[Version]| versions.iter().map(|(id, ..)| id.clone()).collect();
        let mut asked: Vec<InstrumentId> = ids(&versions);
        let nothing_else = asked.is_empty();
        if plan.with_live {
            let index = instruments.index();
            for live in index.all() {
                if asked.contains(&live.instrument_id) {
                    continue;
                }
                let version = instruments
                    .version(&live.instrument_id, live.version)
                    .await?;
                let definition = version.map(|found| found.definition.clone());
                versions.extend(definition.map(|d| (live.instrument_id.clone(), live.version, d)));
            }
        }
        // Who names none asks how all that is live would have fared.
        if nothing_else {
            asked = ids(&versions);
        }
        Ok((asked, versions))
    }
}
