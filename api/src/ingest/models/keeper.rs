//! Keeper: looks what models must run now, and starts and stops them, on one node at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::act::{Act, Kept, act};
use super::store::{self, Listed};
use super::{Models, Status};
use crate::config::now;
use crate::db::{Db, Lease};
use crate::ingest::account::{self, Said};
use crate::ingest::timetable;
use crate::media::{Media, Registry};
use crate::words::{MediaId, Time};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(15);
/// The keeper that is gone is followed by another after this long.
const LEASE_MS: i64 = 120_000;

/// Keeps models running as the timetables say.
#[derive(Debug)]
pub struct Keeper {
    db: Db,
    media: Arc<Registry>,
    models: Arc<dyn Models>,
    lead_ms: i64,
    lease: Lease,
}

impl Keeper {
    /// One that starts models this long before they are needed.
    #[must_use]
    pub fn new(db: Db, media: Arc<Registry>, models: Arc<dyn Models>, lead_ms: i64) -> Self {
        let holder = uuid::Uuid::now_v7().to_string();
        Self {
            db,
            media,
            models,
            lead_ms,
            lease: Lease::new("models", holder, LEASE_MS),
        }
    }

    /// Keeps them until it is dropped.
    pub async fn run(self) {
        let mut tick = tokio::time::interval(EVERY);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            if let Err(error) = self.look(now()).await {
                let error = format!("{error:#}");
                tracing::warn!(
                    kind = "models.failed",
                    error,
                    "models cannot be looked after at the moment"
                );
            }
        }
    }

    /// Looks at every model once.
    ///
    /// # Errors
    /// When the database does not answer. What a service refuses is kept with its model and tried again.
    pub async fn look(&self, now: Time) -> anyhow::Result<()> {
        let kept = store::all(&self.db).await?;
        let needed = self.needed(now).await?;
        if kept.is_empty() && needed.is_empty() {
            return Ok(());
        }
        if !self.lease.hold(&self.db, now).await? {
            return Ok(());
        }
        let mut arns: BTreeSet<&str> = needed.keys().map(String::as_str).collect();
        arns.extend(kept.iter().map(|row| row.arn.as_str()));
        for arn in arns {
            let row = kept.iter().find(|row| row.arn == arn);
            let for_whom = needed.get(arn).map_or(&[][..], Vec::as_slice);
            if let Err(error) = self.mind(arn, row, for_whom, now).await {
                let error = format!("{error:#}");
                tracing::warn!(
                    kind = "model.failed",
                    arn,
                    error,
                    "a model is tried again later"
                );
                store::tell(&self.db, arn, None, Some(error)).await?;
            }
        }
        Ok(())
    }

    /// The models that must run, and for which media. One whose money is spent needs none.
    async fn needed(&self, now: Time) -> anyhow::Result<BTreeMap<String, Vec<MediaId>>> {
        let all = self.media.all();
        let near = timetable::models(all.iter().map(|media| &**media), now, self.lead_ms);
        if near.is_empty() {
            return Ok(near);
        }
        let states = account::states(&self.db).await?;
        let is_spent = |media: &&Arc<Media>| {
            states
                .get(&media.media_id)
                .is_some_and(|state| state.said == Said::Spent && state.version == media.updated_at)
        };
        let able = all.iter().filter(|media| !is_spent(media));
        Ok(timetable::models(
            able.map(|media| &**media),
            now,
            self.lead_ms,
        ))
    }

    async fn mind(
        &self,
        arn: &str,
        row: Option<&Listed>,
        for_whom: &[MediaId],
        now: Time,
    ) -> anyhow::Result<()> {
        let status = self.models.status(arn).await?;
        if let Some(row) = row {
            self.charge(row, status, for_whom, now).await?;
        }
        let keep = |ours| {
            let asked_at = now;
            store::keep(&self.db, arn, Kept { ours, asked_at }, status)
        };
        match act(!for_whom.is_empty(), row.map(|row| row.kept), status, now) {
            // Kept first: whoever comes after a crash knows of it.
            Act::Start => {
                keep(true).await?;
                tracing::info!(kind = "model.start", arn, "a model is started");
                self.models.start(arn).await
            }
            Act::Stop => {
                keep(true).await?;
                tracing::info!(kind = "model.stop", arn, "a model is stopped");
                self.models.stop(arn).await
            }
            Act::Adopt => keep(false).await,
            Act::Forget => store::forget(&self.db, arn).await,
            Act::Wait => store::tell(&self.db, arn, Some(status), None).await,
        }
    }

    /// Running costs, whoever started it; it is shared among those that need it.
    async fn charge(
        &self,
        row: &Listed,
        status: Status,
        for_whom: &[MediaId],
        now: Time,
    ) -> anyhow::Result<()> {
        let seconds = now.since(row.billed_to).max(0) / 1_000;
        let shared = if status == Status::Running {
            for_whom
        } else {
            &[]
        };
        // Rounded up: an estimate errs upwards.
        let each = match i64::try_from(shared.len()) {
            Ok(count) if count > 0 => (seconds + count - 1) / count,
            _ => 0,
        };
        let shares: Vec<_> = shared.iter().map(|id| (id.clone(), each)).collect();
        store::bill(&self.db, row, now, &shares).await
    }
}
