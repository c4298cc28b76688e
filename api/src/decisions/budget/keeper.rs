//! The keeper: a few times a second, and when a till runs dry, it opens the books of the campaigns that are asked for.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use tokio::sync::{Notify, watch};
use tokio::time::MissedTickBehavior;
use uuid::Uuid;

use super::clerk::{Clerk, Errand};
use super::delivery::Delivery;
use super::store::{self, Exchange};
use super::till::{Slice, Standing, Till};
use super::{Tills, pace};
use crate::config::{BudgetOptions, now};
use crate::db::Db;
use crate::error::Result;
use crate::instruments::Instruments;
use crate::instruments::campaigns::{Campaign, Running};
use crate::words::{CampaignId, Time};

/// How often it looks.
const TICK: Duration = Duration::from_millis(200);
/// How many campaigns' books are open at once.
const AT_ONCE: usize = 4;
/// Every how many milliseconds it looks for slices that nobody asks for and whose time is over.
const SWEEP_MS: i64 = 1_000;

/// Keeps this node's tills.
#[derive(Debug)]
pub(in crate::decisions) struct Keeper {
    db: Db,
    instruments: Arc<Instruments>,
    tills: Arc<Tills>,
    options: BudgetOptions,
    /// This process, in the books.
    node: String,
    called: Notify,
    rounds: watch::Sender<u64>,
}

impl Keeper {
    pub(in crate::decisions) fn new(
        db: Db,
        instruments: Arc<Instruments>,
        tills: Arc<Tills>,
        options: BudgetOptions,
    ) -> Self {
        Self {
            db,
            instruments,
            tills,
            options,
            node: Uuid::now_v7().to_string(),
            called: Notify::new(),
            rounds: watch::Sender::new(0),
        }
    }

    /// Keeps the tills until the node stops; then it hands back what is left.
    pub(in crate::decisions) async fn run(&self, stopped: impl Future<Output = ()>) {
        let mut stopped = std::pin::pin!(stopped);
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut clerks = HashMap::new();
        let mut swept_at = Time::from_ms(0);
        loop {
            tokio::select! {
                () = &mut stopped => break,
                _ = tick.tick() => {}
                () = self.called.notified() => {}
            }
            let now = now();
            self.round(&mut clerks, now).await;
            self.rounds.send_modify(|round| *round += 1);
            if now.since(swept_at) >= SWEEP_MS {
                self.sweep(now).await;
                swept_at = now;
            }
        }
        for (key, till) in self.tills.all() {
            self.retire(key, &till).await;
        }
    }

    /// Waits until these campaigns' tills are not dry any more, some milliseconds at the most.
    pub(in crate::decisions) async fn fill(
        &self,
        campaigns: &[Arc<Running>],
        now: Time,
        deadline: Instant,
    ) {
        let mut rounds = self.rounds.subscribe();
        self.called.notify_one();
        let filled = async {
            while rounds.changed().await.is_ok() {
                let mut dry = false;
                for running in campaigns {
                    if self.tills.standing(running, now) == Standing::Dry {
                        self.tills.note_asked(running);
                        dry = true;
                    }
                }
                if !dry {
                    return;
                }
                self.called.notify_one();
            }
        };
        // Past it the decision does without: the next one will find it filled.
        let left = deadline.saturating_duration_since(Instant::now());
        let most = Duration::from_millis(u64::from(self.options.slice_waits_ms));
        let _ = tokio::time::timeout(most.min(left), filled).await;
    }

    /// How a campaign delivers.
    pub(super) async fn delivery(
        &self,
        campaign_id: &CampaignId,
        now: Time,
    ) -> Result<(Campaign, Delivery)> {
        let campaign = self.instruments.campaign(campaign_id).await?;
        let account = store::read(&self.db, campaign_id, now).await?;
        let delivery = Delivery::of(&Running::of(&campaign), account, now);
        Ok((campaign, delivery))
    }

    async fn round(&self, clerks: &mut HashMap<u128, Clerk>, now: Time) {
        let index = self.instruments.index().clone();
        let tills = self.tills.all();
        clerks.retain(|key, _| index.campaign(*key).is_some());
        let mut running = HashMap::new();
        for (key, till) in tills {
            match index.campaign(key) {
                Some(campaign) if campaign.live && campaign.ends_at.is_none_or(|end| now < end) => {
                    clerks.entry(key).or_insert_with(|| Clerk::new(now));
                    running.insert(key, (campaign.clone(), till));
                }
                campaign => {
                    self.retire(key, &till).await;
                    if campaign.is_none() {
                        self.tills.forget(key);
                    }
                }
            }
        }
        let errands = clerks.iter_mut().filter_map(|(key, clerk)| {
            let (campaign, till) = running.remove(key)?;
            Some(self.serve(campaign, till, clerk, now))
        });
        futures_util::stream::iter(errands)
            .for_each_concurrent(AT_ONCE, |errand| errand)
            .await;
    }

    /// Opens one campaign's books, if that is worth it.
    async fn serve(&self, campaign: Arc<Running>, till: Arc<Till>, clerk: &mut Clerk, now: Time) {
        let slice = till.slice();
        let micros = campaign.impression_micros();
        let Some(errand) = clerk.look(slice.as_deref(), micros, till.asked(), now) else {
            return;
        };
        let asked = till.take_asked();
        // One that is followed gives all, also what was given back since.
        let most = if errand.follow { u64::MAX } else { errand.back };
        let taken = slice.as_ref().map_or(0, |slice| slice.take(most));
        let back = slice.as_ref().map(|slice| (slice.id, taken));
        let kept = slice.filter(|_| !errand.follow);
        let exchanged = self.exchange(&campaign, clerk, kept.as_ref(), asked, back, errand, now);
        match exchanged.await {
            Ok((granted, standing, fresh)) => {
                match (kept, fresh) {
                    (Some(kept), _) => kept.put(granted),
                    (None, fresh) => till.set_slice(fresh.map(Arc::new)),
                }
                till.set_when_empty(standing);
                clerk.standing = standing;
                clerk.exchanged_at = now;
            }
            Err(error) => {
                // What was taken out of a slice that is followed is lost until that ends.
                if let Some(kept) = kept {
                    kept.put(taken);
                }
                till.put_asked(asked);
                till.set_when_empty(Standing::Paced);
                tracing::warn!(
                    kind = "budget.not_exchanged",
                    campaign_id = %campaign.campaign_id,
                    error = format!("{error:#}"),
                    "the books of a campaign could not be opened"
                );
            }
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "it is one step of `serve`, taken out for its length"
    )]
    async fn exchange(
        &self,
        campaign: &Running,
        clerk: &mut Clerk,
        kept: Option<&Arc<Slice>>,
        asked: u64,
        back: Option<(u128, u64)>,
        errand: Errand,
        now: Time,
    ) -> anyhow::Result<(u64, Standing, Option<Slice>)> {
        let sells_until = kept.map_or_else(
            || now.plus_ms(i64::from(self.options.slice_sells_ms)),
            |slice| slice.sells_until,
        );
        let exchange = Exchange {
            running: campaign,
            node: &self.node,
            asked,
            back,
            slice: kept.map_or_else(|| Uuid::now_v7().as_u128(), |slice| slice.id),
            sells_until,
            ends_at: sells_until.plus_ms(i64::from(self.options.slice_returns_ms)),
        };
        let (granted, standing) = store::exchange(&self.db, &exchange, now, |books| {
            clerk.audience.note(campaign.paced_from, now, books.asked);
            let ms = campaign.ends_at.map_or(0, |end| end.since(now));
            let to_come = clerk.audience.to_come(ms);
            pace::grant(campaign, books, (errand.want, asked), to_come, now)
        })
        .await?;
        let micros = campaign.impression_micros();
        let fresh = (kept.is_none() && granted > 0)
            .then(|| Slice::new(exchange.slice, micros, sells_until, granted));
        Ok((granted, standing, fresh))
    }

    /// Sells nothing more of a campaign, and hands back what is left.
    async fn retire(&self, key: u128, till: &Till) {
        let Some(slice) = till.slice() else {
            return;
        };
        till.set_slice(None);
        let left = slice.take(u64::MAX);
        if let Err(error) = store::retire(&self.db, key, slice.id, left).await {
            tracing::warn!(
                kind = "budget.not_returned",
                error = format!("{error:#}"),
                "the rest of a slice returns when that ends"
            );
        }
    }

    /// Ends slices of campaigns that nobody asks for any more.
    async fn sweep(&self, now: Time) {
        let swept = async {
            for campaign_id in store::overdue(&self.db, now).await? {
                store::end_overdue(&self.db, &campaign_id, now).await?;
            }
            anyhow::Ok(())
        };
        if let Err(error) = swept.await {
            tracing::warn!(
                kind = "budget.not_swept",
                error = format!("{error:#}"),
                "slices whose time is over could not be ended"
            );
        }
    }
}
