//! What counts once, and what counts apart or not at all.

use super::*;

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
