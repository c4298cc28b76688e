//! Folding on a real database: what counts once, and that the order in which events come does not matter.

mod kept;
mod once;

use std::sync::atomic::{AtomicU32, Ordering};

use beckon_classifier::encode::Inputs;
use beckon_classifier::schema::Piece;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use uuid::Uuid;

use super::*;
use crate::decisions::receipt::{Other, RankedBy, Receipt, instrument_id};
use crate::decisions::{Mode, Terms};
use crate::words::{AnswerId, InstrumentId, MediaId, Position, Time, ViewerId};

pub(super) const NOW: Time = Time::from_ms(1_790_000_000_000);

/// The receipt of an overlay of instrument `number`.
pub(super) fn receipt(number: u128, viewer: &str) -> Receipt {
    let candidate = |instrument| Other {
        instrument,
        version: 1,
        score: 0.5,
        propensity: 0.5,
    };
    Receipt {
        decision: 77,
        issued_at: NOW,
        media_id: MediaId::parse("cup").expect("an id"),
        viewer_id: ViewerId::parse(viewer).expect("an id"),
        show_at: Position::ZERO,
        show_ms: 30_000,
        terms: Terms::default(),
        seen: String::new(),
        ranked_by: RankedBy::Popularity,
        policy: "p".to_owned(),
        chosen: candidate(number),
        inputs: Inputs {
            viewer: vec![Piece::from_u64(1)],
            context: vec![],
            candidate: vec![Piece::from_u64(2)],
        },
        others: vec![candidate(number + 1)],
        complete: true,
    }
}

fn event(event_type: EventType, receipt: &Receipt, answer: Option<&str>) -> Event {
    Event {
        event_id: Uuid::now_v7().to_string(),
        event_type,
        authority: Authority::Receipt(Box::new(receipt.clone())),
        answer: answer.map(|id| AnswerId::parse(id).expect("an id")),
        is_right: answer.map(|id| id == "fish"),
        worth: None,
        at: NOW,
        skew_ms: None,
        happened_at: NOW,
        received_at: NOW,
    }
}

async fn database() -> (Db, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!(
        "sqlite:{}?mode=rwc",
        folder.path().join("test.sqlite").display()
    );
    let db = Db::open(&url).await.expect("a database");
    db.migrate().await.expect("tables");
    (db, folder)
}

async fn fold(db: &Db, events: &[Event]) -> Vec<Intake> {
    let rules = store::Rules {
        schema_id: "schema".to_owned(),
        waiting_ms: 60_000,
    };
    let folded = store::fold(db, events, &[], &rules, NOW).await;
    folded.expect("folded").intakes
}

/// All that can be told of these instruments.
async fn state(db: &Db, numbers: &[u128]) -> (Vec<Outcome>, Vec<(Shown, bool)>) {
    let mut outcomes = Vec::new();
    let ids: Vec<InstrumentId> = numbers.iter().map(|n| instrument_id(*n)).collect();
    for id in &ids {
        outcomes.push(store::outcome(db, id).await.expect("an outcome"));
    }
    let rows = shown::newest(db, "schema", 10_000).await.expect("rows");
    let own = rows.into_iter().filter_map(|row| {
        let at = ids.iter().position(|id| *id == row.chosen.instrument_id)?;
        Some((at, row))
    });
    let mut own: Vec<_> = own.collect();
    own.sort_by(|(a, x), (b, y)| (a, &x.viewer_id).cmp(&(b, &y.viewer_id)));
    let plain = |(at, row): (usize, Shown)| {
        // What differs between two runs is only which instruments they used.
        let chosen = Candidate {
            instrument_id: instrument_id(0),
            ..row.chosen
        };
        let row = Shown {
            chosen,
            others: Vec::new(),
            ..row
        };
        (row, at == 0)
    };
    (outcomes, own.into_iter().map(plain).collect())
}

/// What two viewers did with a question and an offer; one answered without an impression that ever arrived.
fn story(question: u128, offer: u128) -> Vec<Event> {
    use EventType::{Answer, Click, Dismiss, Impression, Viewable};
    let overlay = |instrument, viewer: &str, decision| Receipt {
        decision,
        ..receipt(instrument, viewer)
    };
    let (alice, bob) = (overlay(question, "alice", 1), overlay(question, "bob", 2));
    let (offered, lost) = (overlay(offer, "alice", 3), overlay(offer, "bob", 4));
    let late = overlay(offer, "carol", 5);
    vec![
        event(Impression, &alice, None),
        event(Viewable, &alice, None),
        event(Answer, &alice, Some("fish")),
        event(Impression, &bob, None),
        event(Answer, &bob, Some("rain")),
        event(Dismiss, &bob, None),
        event(Impression, &offered, None),
        event(Click, &lost, None),
        // Its impression comes too late for the first, and in time for the second.
        after(0, event(Click, &late, None)),
        after(1, event(Dismiss, &late, None)),
        after(60_001, event(Impression, &late, None)),
        // The code was scanned by a phone that knows nothing of the viewer.
        scan(&offered),
    ]
}

/// The same, arriving so much later.
fn after(ms: i64, event: Event) -> Event {
    Event {
        received_at: event.received_at.plus_ms(ms),
        ..event
    }
}

/// A scan of an overlay's code.
fn scan(receipt: &Receipt) -> Event {
    Event {
        authority: Authority::Link {
            overlay: Overlay::of(receipt),
            version: 1,
        },
        ..event(EventType::Scan, receipt, None)
    }
}

#[test]
fn whatever_the_order_the_batches_and_the_repeats_the_end_is_the_same() {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (db, _folder) = runtime.block_on(database());
    let numbers = || {
        let next = u128::from(NEXT.fetch_add(2, Ordering::Relaxed)) << 64;
        (next, next + (1 << 64))
    };
    // Votes are of viewers and instruments: instruments of its own make each case a world of its own.
    let run = |order: &[usize], size: usize| {
        let (question, offer) = numbers();
        runtime.block_on(async {
            let events = story(question, offer);
            let sent: Vec<Event> = order
                .iter()
                .map(|at| events[at % events.len()].clone())
                .collect();
            for batch in sent.chunks(size) {
                fold(&db, batch).await;
            }
            state(&db, &[question, offer]).await
        })
    };
    let in_order = run(&(0..12).collect::<Vec<_>>(), 12);
    let (question, offer) = (&in_order.0[0], &in_order.0[1]);
    assert_eq!(
        (
            question.tally.impressions,
            question.tally.answers,
            question.tally.engaged
        ),
        (2, 2, 2)
    );
    let wanted = Tally {
        impressions: 2,
        dismissals: 1,
        scans: 1,
        engaged: 1,
        ..Tally::default()
    };
    assert_eq!(
        offer.tally, wanted,
        "what had no impression in time is in no count"
    );
    assert_eq!(offer.uncounted, 2, "and is known all the same");
    assert_eq!(in_order.1.len(), 4, "a row for each overlay that was drawn");

    // Every event once or twice, in any order, cut into batches of any size.
    let orders = Just((0..24).collect::<Vec<usize>>()).prop_shuffle();
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::with_cases(48)
    });
    runner
        .run(&(orders, 1_usize..13), |(order, size)| {
            prop_assert_eq!(&run(&order, size), &in_order);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}
