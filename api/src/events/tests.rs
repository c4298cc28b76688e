//! Folding on a real database: what counts once, and that the order in which events come does not matter.

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

#[tokio::test]
async fn an_overlay_tells_each_thing_once_whatever_ids_are_made_up() {
    let (db, _folder) = database().await;
    let receipt = receipt(1, "alice");
    fold(&db, &[event(EventType::Impression, &receipt, None)]).await;
    let first = event(EventType::Click, &receipt, None);
    assert_eq!(fold(&db, std::slice::from_ref(&first)).await, [Intake::New]);
    let made_up = event(EventType::Click, &receipt, None);
    assert_eq!(
        fold(&db, &[made_up.clone(), first, made_up]).await,
        [Intake::Seen; 3]
    );
    let outcome = store::outcome(&db, &instrument_id(1)).await.expect("read");
    assert_eq!(outcome.tally.clicks, 1);
}

#[tokio::test]
async fn a_viewer_has_one_vote_and_is_engaged_again_all_the_same() {
    let (db, _folder) = database().await;
    let again = Receipt {
        decision: 78,
        ..receipt(1, "alice")
    };
    for (overlay, answer, intake) in [
        (receipt(1, "alice"), "fish", Intake::New),
        (again, "rain", Intake::AlreadyAnswered),
    ] {
        fold(&db, &[event(EventType::Impression, &overlay, None)]).await;
        let told = event(EventType::Answer, &overlay, Some(answer));
        assert_eq!(fold(&db, &[told]).await, [intake]);
    }
    let Outcome { tally, answers, .. } =
        store::outcome(&db, &instrument_id(1)).await.expect("read");
    assert_eq!((tally.answers, tally.engaged), (1, 2));
    assert_eq!(answers, [(AnswerId::parse("fish").expect("an id"), 1)]);
}

#[tokio::test]
async fn what_comes_before_its_impression_waits_for_it_and_counts_with_it() {
    let (db, _folder) = database().await;
    let overlay = receipt(1, "alice");
    let early = [
        event(EventType::Answer, &overlay, Some("fish")),
        event(EventType::Viewable, &overlay, None),
        scan(&overlay),
    ];
    assert_eq!(fold(&db, &early).await, [Intake::Held; 3]);
    let read = || async { store::outcome(&db, &instrument_id(1)).await.expect("read") };
    let waiting = Outcome {
        uncounted: 3,
        ..Outcome::default()
    };
    assert_eq!(read().await, waiting);
    assert_eq!(fold(&db, &early).await, [Intake::Seen; 3], "it is stored");
    let impression = after(60_000, event(EventType::Impression, &overlay, None));
    assert_eq!(fold(&db, &[impression]).await, [Intake::New]);
    let outcome = read().await;
    let tally = Tally {
        impressions: 1,
        viewable: 1,
        scans: 1,
        answers: 1,
        engaged: 1,
        ..Tally::default()
    };
    assert_eq!((outcome.tally, outcome.uncounted), (tally, 0));
    assert_eq!(outcome.answers.len(), 1);
    let row: (String, i64) =
        sqlx::query_as("select viewer_id, show_ms from event where event_type = 'scan'")
            .fetch_one(db.pool())
            .await
            .expect("the scan");
    assert_eq!(
        row,
        ("alice".to_owned(), 30_000),
        "a link's event learns from the impression whose it is"
    );
}

#[tokio::test]
async fn one_overlay_may_lead_to_any_number_of_conversions() {
    let (db, _folder) = database().await;
    let overlay = receipt(1, "alice");
    let conversion = |micros| Event {
        worth: Some(Worth {
            value_micros: micros,
            currency: "EUR".to_owned(),
        }),
        ..event(EventType::Conversion, &overlay, None)
    };
    let (first, second) = (conversion(19_900_000), conversion(100_000));
    let impression = event(EventType::Impression, &overlay, None);
    let all = [impression, first.clone(), second, first];
    assert_eq!(
        fold(&db, &all).await,
        [Intake::New, Intake::New, Intake::New, Intake::Seen]
    );
    let outcome = store::outcome(&db, &instrument_id(1)).await.expect("read");
    assert_eq!((outcome.tally.conversions, outcome.tally.engaged), (2, 1));
    let wanted = Worth {
        value_micros: 20_000_000,
        currency: "EUR".to_owned(),
    };
    assert_eq!(outcome.worth, [wanted]);
}

#[tokio::test]
async fn what_is_tried_out_counts_nowhere_and_who_is_held_out_counts_apart() {
    let (db, _folder) = database().await;
    for (decision, mode) in [(1, Mode::Test), (2, Mode::Holdout)] {
        let overlay = Receipt {
            decision,
            terms: Terms {
                mode,
                ..Terms::default()
            },
            ..receipt(1, "alice")
        };
        let all = EventType::ALL.map(|told| {
            let answer = (told == EventType::Answer).then_some("fish");
            event(told, &overlay, answer)
        });
        let taken = EventType::ALL.map(|told| match (mode, told) {
            (Mode::Test, _) | (_, EventType::Impression | EventType::Conversion) => Intake::New,
            _ => Intake::Held,
        });
        assert_eq!(fold(&db, &all).await, taken, "{mode:?}");
    }
    let outcome = store::outcome(&db, &instrument_id(1)).await.expect("read");
    let apart = Tally {
        ghosts: 1,
        ghost_conversions: 1,
        ..Tally::default()
    };
    let wanted = Outcome {
        tally: apart,
        ..Outcome::default()
    };
    assert_eq!(outcome, wanted);
    let rows = shown::newest(&db, "schema", 10).await.expect("rows");
    assert!(rows.is_empty(), "nothing is learnt of either");
    assert!(trace::due(&db, NOW, 10).await.expect("read").is_empty());
}

#[tokio::test]
async fn an_exposure_is_due_until_it_is_noted_as_told() {
    let (db, _folder) = database().await;
    let shown = event(EventType::Impression, &receipt(1, "alice"), None);
    let click = event(EventType::Click, &receipt(1, "alice"), None);
    let seen = event(EventType::Viewable, &receipt(1, "alice"), None);
    fold(&db, &[shown.clone(), click.clone(), seen]).await;
    let mut due = trace::due(&db, NOW, 10).await.expect("read");
    due.sort_by_key(|due| due.event_type);
    let facts = counted::Facts::of(&receipt(1, "alice"));
    let expected: Vec<trace::Due> = [&shown, &click]
        .into_iter()
        .filter_map(|event| trace::Due::of(event, &facts))
        .collect();
    assert_eq!(
        due, expected,
        "the log keeps all that the viewer's store is to be told"
    );
    assert!(
        trace::due(&db, NOW.plus_ms(-1), 10)
            .await
            .expect("read")
            .is_empty()
    );
    trace::note_told(&db, &[shown.event_id, click.event_id])
        .await
        .expect("noted");
    assert!(trace::due(&db, NOW, 10).await.expect("read").is_empty());
}

#[tokio::test]
async fn an_erased_viewer_leaves_the_counts_and_nothing_else() {
    let (db, _folder) = database().await;
    let overlay = receipt(1, "alice");
    let told = [
        event(EventType::Impression, &overlay, None),
        event(EventType::Answer, &overlay, Some("fish")),
    ];
    fold(&db, &told).await;
    store::erase_viewer(&db, &overlay.viewer_id)
        .await
        .expect("erased");
    let outcome = store::outcome(&db, &instrument_id(1)).await.expect("read");
    assert_eq!((outcome.tally.impressions, outcome.tally.answers), (1, 1));
    assert!(
        shown::newest(&db, "schema", 10)
            .await
            .expect("read")
            .is_empty()
    );
    assert!(trace::due(&db, NOW, 10).await.expect("read").is_empty());
    assert_eq!(
        fold(&db, &told).await,
        [Intake::Seen; 2],
        "it cannot be told anew"
    );
}

#[tokio::test]
async fn rows_come_oldest_first_and_only_of_this_schema() {
    let (db, _folder) = database().await;
    for (decision, at) in [(1, 30), (2, 10), (3, 20)] {
        let overlay = Receipt {
            decision,
            issued_at: NOW.plus_ms(at),
            ..receipt(decision, "alice")
        };
        fold(&db, &[event(EventType::Impression, &overlay, None)]).await;
    }
    let rows = shown::newest(&db, "schema", 2).await.expect("rows");
    let times: Vec<i64> = rows.iter().map(|row| row.decided_at.since(NOW)).collect();
    assert_eq!(times, [20, 30], "the newest two");
    assert_eq!((rows[0].others.len(), rows[0].chosen.propensity), (1, 0.5));
    assert!(
        shown::newest(&db, "another", 10)
            .await
            .expect("rows")
            .is_empty()
    );
}

#[tokio::test]
async fn requests_that_wait_together_share_one_commit() {
    let (db, _folder) = database().await;
    let declarations = crate::viewers::Declarations::open(db.clone());
    let declarations = Arc::new(declarations.await.expect("the standard ones"));
    let viewers = Arc::new(Viewers::in_sql(
        db.clone(),
        declarations.clone(),
        beckon_classifier::schema::Schema::default(),
    ));
    let entities = crate::detections::entities::Entities::open(db.clone());
    let entities = Arc::new(entities.await.expect("no entities"));
    let schema = viewers.schema().clone();
    let instruments = Instruments::open(db.clone(), declarations, schema, entities);
    let instruments = Arc::new(instruments.await.expect("no instruments"));
    let (to_fold, inbox) = mpsc::channel(8);
    let mut answers = Vec::new();
    for viewer in ["alice", "bob", "carol"] {
        let overlay = receipt(1, viewer);
        let overlay = Receipt {
            decision: overlay.decision + answers.len() as u128,
            ..overlay
        };
        let events = vec![
            event(EventType::Impression, &overlay, None),
            event(EventType::Click, &overlay, None),
        ];
        let (answer, answered) = tokio::sync::oneshot::channel();
        to_fold
            .send(fold::Turn { events, answer })
            .await
            .expect("room");
        answers.push(answered);
    }
    // Nobody can send any more: the fold ends after what waits.
    drop(to_fold);
    fold::Fold::new(db.clone(), instruments, viewers, 60_000, inbox)
        .run()
        .await;
    for answered in answers {
        assert_eq!(answered.await.expect("an answer"), [Intake::New; 2]);
    }
    // Each fold bumps the topic once.
    let (revision,): (i64,) = sqlx::query_as("select revision from revision where topic = $1")
        .bind(TALLIES)
        .fetch_one(db.pool())
        .await
        .expect("a revision");
    assert_eq!(revision, 1);
    let tally = store::outcome(&db, &instrument_id(1))
        .await
        .expect("read")
        .tally;
    assert_eq!((tally.impressions, tally.clicks, tally.engaged), (3, 3, 3));
}
