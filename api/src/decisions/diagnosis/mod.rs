//! Diagnosis: why an instrument is not served. Each decision counts what became of its candidates beside the index,
//! without a lock; every few seconds the counts go into the database, by the hour and summed over nodes.

pub(super) mod count;
mod store;

use std::time::Duration;

use self::count::What;
use super::Decisions;
use crate::config::now;
use crate::error::Result;
use crate::words::{Confidence, InstrumentId, MediaId, Time};

pub use count::Tally;

/// How often a node writes down what it counted. A node that dies loses so much.
const EVERY: Duration = Duration::from_secs(5);
/// Counts are summed by stretches of this length.
pub const HOUR_MS: i64 = 3_600_000;
/// The most media whose detections are looked through for one instrument.
const MOST_MEDIA: usize = 20;

/// How a trigger's names stand against what was detected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detected {
    /// On how many media was looked.
    pub media: usize,
    /// How surely one of the names was detected at best; none was where there is none.
    pub best: Option<Confidence>,
}

impl Decisions {
    /// Writes down what was counted, until it is dropped.
    pub async fn keep_counts(&self) {
        let mut tick = tokio::time::interval(EVERY);
        loop {
            tick.tick().await;
            if let Err(error) = self.write_counts(now()).await {
                let error = format!("{error:#}");
                tracing::warn!(
                    kind = "diagnosis.kept",
                    error,
                    "counts of reasons wait for the database"
                );
            }
        }
    }

    /// Takes all counts and writes them down; what cannot be written is counted again.
    async fn write_counts(&self, now: Time) -> anyhow::Result<()> {
        let hour = now.ms() - now.ms().rem_euclid(HOUR_MS);
        let all = self.sources.instruments.counts();
        let mut rows = Vec::new();
        for (at, (_, counts)) in all.iter().enumerate() {
            rows.extend(counts.take().map(|(slot, count)| (at, slot, count)));
        }
        let row = |(at, slot, count): &(usize, usize, u32)| {
            What::of_slot(*slot).map(|what| (&all[*at].0, what, *count))
        };
        let told: Vec<_> = rows.iter().filter_map(row).collect();
        let written = store::add(&self.sources.db, hour, &told).await;
        if written.is_err() {
            for (at, slot, count) in &rows {
                all[*at].1.add(*slot, *count);
            }
        }
        written
    }

    /// What became of an instrument from one hour on until before another, on all nodes.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tally(&self, instrument_id: &InstrumentId, from: Time, to: Time) -> Result<Tally> {
        // What this node has not written down yet belongs to it too.
        self.write_counts(now()).await?;
        Ok(store::tally(&self.sources.db, instrument_id, from, to).await?)
    }

    /// Forgets counts of hours before this moment, and says how many.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn prune_counts(&self, before: Time) -> anyhow::Result<u64> {
        store::prune(&self.sources.db, before).await
    }

    /// How names stand against all that was detected on these media, or on those of late where none is named.
    ///
    /// # Errors
    /// When the store of detections does not answer.
    pub async fn detected(&self, names: &[&str], media_ids: &[MediaId]) -> Result<Detected> {
        let mut media = self.sources.media.all();
        media.retain(|one| media_ids.is_empty() || media_ids.contains(&one.media_id));
        media.sort_by_key(|one| std::cmp::Reverse((one.updated_at, one.media_id.clone())));
        media.truncate(MOST_MEDIA);
        let folded = |name: &str| name.trim().to_lowercase();
        let wanted: Vec<String> = names.iter().map(|name| folded(name)).collect();
        let mut best: Option<Confidence> = None;
        for one in &media {
            let everything = crate::detections::Wanted::all(crate::words::Window::WHOLE);
            let names = self
                .sources
                .detections
                .names(&one.media_id, &everything, None)
                .await?;
            let ours = names
                .iter()
                .filter(|tally| wanted.contains(&tally.name.trim().to_lowercase()));
            for tally in ours {
                if best.is_none_or(|best| tally.best > best) {
                    best = Some(tally.best);
                }
            }
        }
        Ok(Detected {
            media: media.len(),
            best,
        })
    }
}
