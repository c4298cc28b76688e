//! What the end of a training writes, on a real database.

use super::train::Run;
use super::*;
use crate::words::{ModelId, Time};

const NOW: Time = Time::from_ms(1_790_000_000_000);

fn model(name: &str) -> StoredModel {
    StoredModel {
        model_id: ModelId::parse(name).expect("an id"),
        schema_id: "s".to_owned(),
        rows: 1,
        metrics: Metrics::default(),
        verdict: None,
        created_at: NOW,
    }
}

/// A training of `name` that the gate let pass against `against`.
fn passed(name: &str, against: Option<&str>) -> (StoredModel, Run) {
    let run = Run {
        model_id: ModelId::parse(name).expect("an id"),
        rows: 1,
        drawn: 7,
        look: 3,
        verdict: Verdict {
            promoted: true,
            why: "better".to_owned(),
            champion_value: None,
            challenger_value: None,
            difference_low: None,
        },
        against: against.map(|id| ModelId::parse(id).expect("an id")),
    };
    (model(name), run)
}

async fn database() -> (Db, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("test.sqlite");
    let db = Db::open(&format!("sqlite:{}?mode=rwc", file.display()))
        .await
        .expect("a database");
    db.migrate().await.expect("tables");
    (db, folder)
}

async fn bearer(db: &Db, alias: Alias) -> Option<String> {
    let aliases = store::aliases(db).await.expect("read");
    alias::bearer(&aliases, alias).map(ToString::to_string)
}

#[tokio::test]
async fn who_passes_becomes_champion_and_a_new_contest_begins() {
    let (db, _folder) = database().await;
    let (model, run) = passed("a", None);
    store::end_run(&db, &model, &run, NOW).await.expect("ended");
    assert_eq!(bearer(&db, Alias::Champion).await.as_deref(), Some("a"));
    let aliases = store::aliases(&db).await.expect("read");
    assert_eq!(aliases[&Alias::Champion].looks, 0);
    assert_eq!(store::drawn_at_last_run(&db).await.expect("read"), 7);
}

#[tokio::test]
async fn a_verdict_against_a_champion_that_has_gone_promotes_nothing() {
    let (db, _folder) = database().await;
    for name in ["old", "new"] {
        store::insert(&db, &model(name)).await.expect("stored");
    }
    let new = ModelId::parse("new").expect("an id");
    let bound = store::bind(&db, Alias::Champion, Some(&new), NOW).await;
    assert!(bound.expect("the database answers").is_ok());
    let (model, run) = passed("late", Some("old"));
    store::end_run(&db, &model, &run, NOW).await.expect("ended");
    assert_eq!(bearer(&db, Alias::Champion).await.as_deref(), Some("new"));
    assert_eq!(
        bearer(&db, Alias::Challenger).await.as_deref(),
        Some("late")
    );
    let late = store::get(&db, &model.model_id)
        .await
        .expect("read")
        .expect("stored");
    assert!(late.verdict.is_some_and(|verdict| !verdict.promoted));
    let aliases = store::aliases(&db).await.expect("read");
    assert_eq!(
        aliases[&Alias::Champion].looks,
        0,
        "that was no look at this champion"
    );
}
