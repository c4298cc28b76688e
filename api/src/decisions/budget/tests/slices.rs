//! Slices on a real database: whatever nodes do, in whatever order, no more is given away or billed than there is.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sqlx::Row;

use crate::db::Db;
use crate::decisions::Spend;
use crate::decisions::budget::pace;
use crate::decisions::budget::store::{self, Charge, Exchange};
use crate::decisions::budget::till::Slice;
use crate::instruments::Schedule;
use crate::instruments::campaigns::{
    Budget, Campaign, CampaignDefinition, CampaignState, Counted, Goal, Metric, Pacing, Rate,
    Running,
};
use crate::instruments::caps::Caps;
use crate::words::{CampaignId, Time};

pub(super) const NOW: Time = Time::from_ms(1_790_000_000_000);
const SELLS_MS: i64 = 60_000;
const RETURNS_MS: i64 = 900_000;
const PRICE: u64 = 12_000;

/// What may happen.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// A node wants so many, and hands so many back.
    Exchange { node: usize, want: u64, back: u64 },
    /// A decision reserves on a node.
    Reserve { node: usize },
    /// An impression of the oldest reserve lands, once or twice; it may be late.
    Draw { times: usize, in_time: bool },
    /// A click lands.
    Click { in_time: bool },
    /// A node is killed, and another takes its place.
    Kill { node: usize },
    /// Time passes.
    Wait { ms: i64 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let node = 0..2_usize;
    let step = prop_oneof![
        3 => (node.clone(), 0..30_u64, 0..10_u64)
            .prop_map(|(node, want, back)| Step::Exchange { node, want, back }),
        6 => node.clone().prop_map(|node| Step::Reserve { node }),
        5 => (1..=2_usize, prop::bool::weighted(0.8))
            .prop_map(|(times, in_time)| Step::Draw { times, in_time }),
        2 => any::<bool>().prop_map(|in_time| Step::Click { in_time }),
        1 => node.prop_map(|node| Step::Kill { node }),
        1 => prop_oneof![Just(10_000), Just(SELLS_MS), Just(RETURNS_MS + SELLS_MS)]
            .prop_map(|ms| Step::Wait { ms }),
    ];
    prop::collection::vec(step, 1..60)
}

pub(super) fn campaign(per: Counted, number: u128) -> Campaign {
    let id = uuid::Uuid::from_u128(number).to_string();
    let metric = Metric::Count(per);
    Campaign {
        campaign_id: CampaignId::parse(&id).expect("an id"),
        version: 1,
        state: CampaignState::Live,
        live_at: Some(NOW),
        definition: CampaignDefinition {
            name: "c".to_owned(),
            advertiser: "a".to_owned(),
            schedule: Schedule::default(),
            rate: Some(Rate {
                per,
                micros: PRICE,
                currency: "EUR".to_owned(),
            }),
            goal: Some(Goal { metric, amount: 25 }),
            // Money for twenty and a half.
            budget: Budget {
                impressions: Some(22),
                micros: Some(PRICE * 20 + PRICE / 2),
            },
            frequency_caps: Caps::default(),
            pacing: Pacing::Asap,
        },
        created_at: NOW,
        updated_at: NOW,
    }
}

pub(super) async fn database() -> (Db, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("budgets.sqlite");
    let url = format!("sqlite:{}?mode=rwc", file.display());
    let db = Db::open(&url).await.expect("a database");
    db.migrate().await.expect("up to date");
    (db, folder)
}

/// The nodes, the reserves that nobody has drawn, and what was billed by the answers.
struct World<'a> {
    db: &'a Db,
    running: Running,
    slices: [Option<Slice>; 2],
    reserved: Vec<u128>,
    drawn: u64,
    clicked: u64,
    billed: u64,
    now: Time,
    next: u128,
}

impl World<'_> {
    async fn step(&mut self, step: Step) {
        match step {
            Step::Exchange { node, want, back } => self.exchange(node, want, back).await,
            Step::Reserve { node } => {
                let sold = self.slices[node]
                    .as_ref()
                    .filter(|slice| self.now < slice.sells_until && slice.take(1) == 1);
                self.reserved.extend(sold.map(|slice| slice.id));
            }
            Step::Draw { times, in_time } => {
                if let Some(slice) = self.reserved.pop() {
                    self.drawn += times as u64;
                    let charges = vec![self.charge(Counted::Impression, slice, in_time); times];
                    self.land(&charges).await;
                }
            }
            Step::Click { in_time } => {
                self.clicked += 1;
                let charge = self.charge(Counted::Click, self.next, in_time);
                self.land(&[charge]).await;
            }
            Step::Kill { node } => self.slices[node] = None,
            Step::Wait { ms } => self.now = self.now.plus_ms(ms),
        }
    }

    fn charge(&self, event: Counted, slice: u128, in_time: bool) -> Charge {
        let spend = Spend {
            campaign: self.running.key,
            slice,
            per: self.running.billed,
            micros: self.running.impression_micros(),
        };
        Charge {
            campaign: self.running.key,
            event,
            spend: (event == Counted::Impression).then_some(spend),
            in_time,
        }
    }

    async fn land(&mut self, charges: &[Charge]) {
        let mut write = self.db.write().await.expect("a write");
        let billed = store::charge(&mut write, charges, self.now)
            .await
            .expect("charged");
        write.commit().await.expect("committed");
        self.billed += billed.iter().flatten().count() as u64;
    }

    async fn exchange(&mut self, node: usize, want: u64, back: u64) {
        let before = self.slices[node].take();
        let follow = before
            .as_ref()
            .is_none_or(|slice| self.now >= slice.sells_until);
        let back = before.as_ref().map(|slice| {
            let most = if follow { u64::MAX } else { back };
            (slice.id, slice.take(most))
        });
        let kept = before.filter(|_| !follow);
        self.next += 1;
        let sells_until = kept
            .as_ref()
            .map_or(self.now.plus_ms(SELLS_MS), |s| s.sells_until);
        let exchange = Exchange {
            running: &self.running,
            node: "n",
            asked: want,
            back,
            slice: kept.as_ref().map_or(self.next, |slice| slice.id),
            sells_until,
            ends_at: sells_until.plus_ms(RETURNS_MS),
        };
        let now = self.now;
        let (granted, _) = store::exchange(self.db, &exchange, now, |books| {
            pace::grant(&self.running, books, (want, want), None, now)
        })
        .await
        .expect("exchanged");
        self.slices[node] = match kept {
            Some(kept) => {
                kept.put(granted);
                Some(kept)
            }
            None => Some(Slice::new(exchange.slice, 0, sells_until, granted)),
        };
    }

    /// What must hold after each step.
    async fn hold(&self) -> Result<(), TestCaseError> {
        let row = sqlx::query(
            "select b.impressions, b.micros, b.billed, b.impressions_limit, b.micros_limit,
                 (select cast(coalesce(sum(granted - settled), 0) as bigint) from campaign_slice s
                  where s.campaign_id = b.campaign_id) as open,
                 coalesce(t.settled, 0) as settled, coalesce(t.billed, 0) as tally, coalesce(t.unbilled, 0) as unbilled,
                 coalesce(t.billed_micros, 0) as billed_micros
             from campaign_budget b left join campaign_tally t on t.campaign_id = b.campaign_id where b.campaign_id = $1",
        )
        .bind(self.running.campaign_id.to_string())
        .fetch_one(self.db.pool())
        .await
        .expect("the books");
        let number = |column: &str| row.try_get::<i64, _>(column).expect("a number");
        prop_assert!(number("impressions") <= number("impressions_limit"));
        prop_assert!(number("micros") <= number("micros_limit"));
        prop_assert_eq!(
            number("impressions"),
            number("open") + number("settled"),
            "given away is what is open and what was spent"
        );
        let told = i64::try_from(self.billed).expect("few");
        prop_assert_eq!(number("tally"), told);
        prop_assert_eq!(number("billed_micros"), told * 12_000);
        prop_assert!(number("billed_micros") <= number("micros_limit"));
        let events = match self.running.billed {
            Counted::Impression => self.drawn,
            _ => self.clicked,
        };
        prop_assert_eq!(
            number("tally") + number("unbilled"),
            i64::try_from(events).expect("few"),
            "nothing is lost"
        );
        if self.running.billed == Counted::Impression {
            let open = number("open");
            prop_assert_eq!(number("micros"), (open + told) * 12_000);
        }
        Ok(())
    }
}

fn holds_for(per: Counted) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let (db, _folder) = runtime.block_on(database());
    let number = std::cell::Cell::new(0);
    let mut runner = TestRunner::new(Config {
        cases: 40,
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(&steps(), |steps| {
            number.set(number.get() + 1);
            let campaign = campaign(per, number.get());
            runtime.block_on(async {
                let mut write = db.write().await.expect("a write");
                crate::instruments::campaigns::insert(&mut write, &campaign)
                    .await
                    .expect("registered");
                write.commit().await.expect("committed");
                let mut world = World {
                    db: &db,
                    running: Running::of(&campaign),
                    slices: [None, None],
                    reserved: Vec::new(),
                    drawn: 0,
                    clicked: 0,
                    billed: 0,
                    now: NOW,
                    next: number.get() * 1_000,
                };
                for step in steps {
                    world.step(step).await;
                    world.hold().await?;
                }
                Ok(())
            })
        })
        .expect("it holds");
}

#[test]
fn impressions_and_their_money_never_overshoot_whatever_nodes_do() {
    holds_for(Counted::Impression);
}

#[test]
fn clicks_past_goal_or_money_are_counted_and_not_billed() {
    holds_for(Counted::Click);
}
