//! What the log keeps and for whom, and that requests share its commits.

use super::*;

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
