//! Thumbnails: pictures that IVS records of a channel, looked at one by one as S3 tells of them.

mod key;
mod picture;
mod store;

use std::sync::Arc;

use self::key::Thumb;
use super::account::{self, Looked};
use super::hooks::Object;
use super::ledger::{self, Entry, Outcome};
use super::recogniser::{Recognised, Recognisers, Stretch};
use super::spend;
use super::timetable::{self, Hours};
use crate::blobs::Objects;
use crate::config::now;
use crate::db::Db;
use crate::detections::Detections;
use crate::media::{Media, Registry, Source};
use crate::words::{MicroUsd, Position, Time};

pub use store::record;

/// The largest thumbnail that is read.
const LARGEST: usize = 8 * 1024 * 1024;

/// What looking at thumbnails needs of its node.
#[derive(Debug, Clone)]
pub struct Thumbnails {
    /// For the ledger.
    pub db: Db,
    /// Whose thumbnails they are.
    pub media: Arc<Registry>,
    /// Where what was seen goes.
    pub detections: Arc<Detections>,
    /// The way to them.
    pub objects: Arc<dyn Objects>,
    /// Who looks at them.
    pub recognisers: Arc<dyn Recognisers>,
}

/// A thumbnail of a media.
struct Shot<'a> {
    media: &'a Media,
    thumb: &'a Thumb,
    position: Position,
    every_ms: i64,
}

/// What a look came to.
enum Sight {
    Seen(Recognised, Looked),
    Spent,
}

impl Thumbnails {
    /// Looks at an object that was created, if it is a thumbnail of a media's; one that was looked at before is known by
    /// the ledger, in whatever order they come.
    ///
    /// # Errors
    /// When a store, the bucket or the recogniser does not answer.
    pub async fn look(&self, object: &Object) -> anyhow::Result<()> {
        let Some(thumb) = Thumb::read(&object.key) else {
            return Ok(());
        };
        let mut began = None;
        for media in self.media.all() {
            let Some(every_ms) = wanted(&media, object) else {
                continue;
            };
            let at = match began {
                Some(at) => at,
                None => self.began(object, &thumb).await?,
            };
            began = Some(at);
            let taken = at.plus_ms(thumb.number.saturating_mul(every_ms));
            let ours = timetable::hours(&media, taken) == Hours::Open;
            // What was taken before the media's zero, or outside its hours, is of another media on the same channel.
            if let (true, Ok(position)) = (ours, Position::parse(taken.since(media.zero))) {
                let (media, thumb) = (&*media, &thumb);
                let shot = Shot {
                    media,
                    thumb,
                    position,
                    every_ms,
                };
                self.one(object, &shot).await?;
            }
        }
        Ok(())
    }

    /// When the recording began: to the second as EventBridge said, else to the minute that its key says.
    async fn began(&self, object: &Object, thumb: &Thumb) -> anyhow::Result<Time> {
        let said = store::began(&self.db, &object.bucket, &thumb.prefix).await?;
        Ok(said.unwrap_or(thumb.began))
    }

    async fn one(&self, object: &Object, shot: &Shot<'_>) -> anyhow::Result<()> {
        let (media, run, number) = (shot.media, shot.thumb.run(), shot.thumb.number);
        let id = &media.media_id;
        let known = ledger::known(&self.db, id, run, number).await?;
        if known.contains_key(&number) {
            return Ok(());
        }
        let bytes = self
            .objects
            .get(&object.bucket, &object.key, LARGEST)
            .await?;
        let mut looked = Looked {
            thinning: 1,
            ..Looked::default()
        };
        let mut found = Vec::new();
        let outcome = match self.see(shot, bytes).await {
            Ok(Sight::Seen(recognised, how)) => {
                (found, looked) = (recognised.detections, how);
                Outcome::Analysed
            }
            Ok(Sight::Spent) => Outcome::Skipped("the spend limit is reached".to_owned()),
            Err(error) => Outcome::Failed(format!("{error:#}")),
        };
        let now = now();
        looked.lag_ms = now.since(media.zero.plus_ms(shot.position.ms())).max(0);
        let entry = Entry {
            media_id: id.clone(),
            run,
            sequence: number,
            from: shot.position,
            to: shot.position.forward(shot.every_ms),
            outcome,
            detections: found.len(),
            looked,
            finished_at: now,
        };
        // One that comes late moves nothing back.
        let mark = self.detections.analysed(id).await?;
        let to = mark.map_or(shot.position, |mark| mark.to.max(shot.position));
        let stored = self
            .detections
            .put_analysed(media, found, to, &entry, now)
            .await?;
        if stored.is_some() {
            let (position_ms, outcome) = (shot.position.ms(), &entry.outcome);
            tracing::info!(kind = "thumbnail.done", media = %id, number, position_ms, ?outcome, "a thumbnail was dealt with");
        }
        Ok(())
    }

    async fn see(&self, shot: &Shot<'_>, bytes: bytes::Bytes) -> anyhow::Result<Sight> {
        let media = shot.media;
        let recogniser = self.recognisers.of(media).await?;
        let position = shot.position;
        let read = tokio::task::spawn_blocking(move || picture::frame(&bytes, position));
        let frame = read.await??;
        let most = media.details.ingest.as_ref().and_then(|i| i.max_spend);
        let reserved = recogniser.most_calls(1);
        let most = most.map(MicroUsd::micros);
        if !reserved.is_empty()
            && !account::reserve(&self.db, &media.media_id, &reserved, most).await?
        {
            return Ok(Sight::Spent);
        }
        let stretch = Stretch {
            from: position,
            to: position.forward(shot.every_ms),
            frames: vec![frame],
        };
        let recognised = recogniser.recognise(stretch, now()).await?;
        let looked = Looked {
            frames: 1,
            thinning: 1,
            unreserved: spend::difference(&recognised.calls, &reserved),
            partial: recognised.partial.first().cloned(),
            ..Looked::default()
        };
        Ok(Sight::Seen(recognised, looked))
    }
}

/// How far a media's thumbnails lie from each other, if this object may be one of them.
fn wanted(media: &Media, object: &Object) -> Option<i64> {
    match &media.details.ingest.as_ref()?.source {
        Source::Thumbnails {
            bucket,
            prefix,
            every_ms,
        } if *bucket == object.bucket && object.key.starts_with(prefix.as_str()) => Some(*every_ms),
        Source::Thumbnails { .. } | Source::Hls { .. } => None,
    }
}
