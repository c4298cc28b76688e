//! Viewers over HTTP, and as decisions and events reach them.

use std::collections::BTreeMap;

use beckon_api::auth::Role;
use beckon_api::viewers::{
    Act, Acts, Code, Coded, Declarations, Deed, Impression, KEPT_EXPOSURES, Labels, Level, Stored,
    Trace, Viewers,
};
use beckon_api::words::{MediaId, Time, ViewerId};
use beckon_classifier::schema::Schema;
use serde_json::{Value, json};

use crate::harness::Server;
use crate::on_both_engines;

on_both_engines! {
    a_profile_is_stored_replaced_whole_and_deleted => life;
    what_is_refused_names_the_field_and_stores_nothing => refused;
    only_operators_reach_viewers => roles;
    a_viewer_is_there_after_a_restart => restarted;
    an_unknown_viewer_is_empty_and_without_consent => unknown;
    an_impression_counts_once_however_often_it_comes => exposures;
    what_lies_behind_all_caps_is_dropped_and_life_still_counts_it => trimmed;
    what_a_viewer_did_is_kept_once => deeds;
    a_nodes_own_write_is_seen_at_once => own_writes;
}

fn profile() -> Value {
    json!({"demography": {"age": 34.5, "country": "NO"}, "behaviour": {"visits": 3.0},
        "psychograph": {"likes": ["birds", "coffee"]}, "attributes": {"plan": "free", "beta": true},
        "consent": {"personalisation": true}, "opt_out_categories": ["alcohol.beer", "gambling"]})
}

fn alice() -> ViewerId {
    ViewerId::parse("alice").expect("an id")
}

async fn node(server: &Server) -> Viewers {
    let db = server.database().await;
    let declarations = Declarations::open(db.clone()).await.expect("attributes");
    Viewers::in_sql(db, std::sync::Arc::new(declarations), Schema::default())
}

fn impression(event: u128, shown_ms: i64) -> Trace {
    Trace::Shown(Impression {
        event_id: uuid::Uuid::from_u128(event).to_string(),
        viewer_id: alice(),
        decision: event,
        instrument: 7,
        labels: Labels::new("ad", Some(" Volta"), None),
        media_id: MediaId::parse("cup").expect("an id"),
        shown_at: Time::from_ms(shown_ms),
        hides_at: Time::from_ms(shown_ms + 1_000),
    })
}

/// What a store holds after these, by the pure fold.
fn left(traces: &[Trace]) -> Stored {
    let mut stored = Stored::default();
    traces.iter().for_each(|trace| stored.leave(trace));
    stored
}

async fn life(server: &mut Server) {
    let operator = server.operator();
    let path = "/v1/viewers/alice";
    operator.get(path).await.refused(404, "viewer_not_found");
    let stored = operator.put(path, &profile()).await.expect(200);
    assert_eq!(
        (&stored["profile"], &stored["exposures"]),
        (&profile(), &json!([]))
    );
    assert_eq!(operator.get(path).await.expect(200), stored);
    let replaced = operator
        .put(path, &json!({"demography": {"age": 35.0}}))
        .await
        .expect(200);
    let empty = json!({"demography": {"age": 35.0}, "behaviour": {}, "psychograph": {}, "attributes": {},
        "consent": {"personalisation": false}, "opt_out_categories": []});
    assert_eq!(replaced["profile"], empty, "consent is nothing unless told");
    operator.delete(path).await.expect(204);
    operator.get(path).await.refused(404, "viewer_not_found");
    operator.delete(path).await.refused(404, "viewer_not_found");
}

async fn refused(server: &mut Server) {
    let operator = server.operator();
    let many: BTreeMap<String, i32> = (0..33).map(|i| (format!("a{i}"), i)).collect();
    for (body, field) in [
        (json!({"behaviour": many}), "behaviour"),
        (json!({"demography": {"a b": 1}}), "demography"),
        (
            json!({"demography": {"name": "x".repeat(129)}}),
            "demography.name",
        ),
        (
            json!({"demography": {"name": "a\u{0}b"}}),
            "demography.name",
        ),
        (
            json!({"psychograph": {"likes": vec!["x"; 17]}}),
            "psychograph.likes",
        ),
        (
            json!({"psychograph": {"likes": ["x".repeat(129)]}}),
            "psychograph.likes",
        ),
        (
            json!({"opt_out_categories": ["gambling", "fun"]}),
            "opt_out_categories[1]",
        ),
    ] {
        let problem = operator
            .put("/v1/viewers/alice", &body)
            .await
            .refused(422, "invalid_field");
        assert_eq!(problem["field"], field);
        assert!(problem["bound"].is_string());
    }
    let unknown = json!({"hobbies": {"likes": "birds"}});
    operator
        .put("/v1/viewers/alice", &unknown)
        .await
        .refused(400, "unknown_field");
    let wrong = json!({"demography": {"age": {"years": 3}}});
    operator
        .put("/v1/viewers/alice", &wrong)
        .await
        .refused(400, "malformed_body");
    operator
        .put("/v1/viewers/a%20b", &profile())
        .await
        .refused(422, "invalid_field");
    let nobody = operator
        .put("/v1/viewers/anonymous:1", &profile())
        .await
        .refused(422, "invalid_field");
    assert_eq!(nobody["field"], "viewer_id");
    operator
        .get("/v1/viewers/alice")
        .await
        .refused(404, "viewer_not_found");
}

async fn roles(server: &mut Server) {
    server
        .operator()
        .put("/v1/viewers/alice", &profile())
        .await
        .expect(200);
    for role in [Role::Viewer, Role::Marketer, Role::Scientist, Role::Ingest] {
        let caller = server.caller(role, "alice");
        caller
            .get("/v1/viewers/alice")
            .await
            .refused(403, "forbidden");
        caller
            .put("/v1/viewers/alice", &json!({}))
            .await
            .refused(403, "forbidden");
        caller
            .delete("/v1/viewers/alice")
            .await
            .refused(403, "forbidden");
    }
    let stored = server.operator().get("/v1/viewers/alice").await.expect(200);
    assert_eq!(stored["profile"], profile());
}

async fn restarted(server: &mut Server) {
    let stored = server
        .operator()
        .put("/v1/viewers/alice", &profile())
        .await
        .expect(200);
    server.restart().await;
    assert_eq!(
        server.operator().get("/v1/viewers/alice").await.expect(200),
        stored
    );
}

async fn unknown(server: &mut Server) {
    let viewers = node(server).await;
    let nobody = viewers.get(&alice()).await.expect("no error");
    assert!(!nobody.personalisation() && nobody.pieces().is_empty());
    let again = viewers.get(&alice()).await.expect("no error");
    assert!(
        std::sync::Arc::ptr_eq(&nobody, &again),
        "it is remembered, too"
    );
}

async fn exposures(server: &mut Server) {
    let viewers = node(server).await;
    viewers
        .record(&[impression(1, 1_000), impression(2, 3_000)])
        .await
        .expect("recorded");
    viewers
        .record(&[impression(2, 3_000), impression(3, 2_000)])
        .await
        .expect("recorded");
    let seen = viewers.get(&alice()).await.expect("alice");
    let times: Vec<i64> = seen.exposures().iter().map(|e| e.shown_at.ms()).collect();
    assert_eq!(times, [3_000, 2_000, 1_000]);
    let known = [
        impression(1, 1_000),
        impression(2, 3_000),
        impression(3, 2_000),
    ];
    assert_eq!(seen.exposures(), left(&known).exposures);
    assert_eq!(*seen.counts(), left(&known).counts);
    let operator = server.operator();
    operator
        .get("/v1/viewers/alice")
        .await
        .refused(404, "viewer_not_found");
    let told = operator
        .put("/v1/viewers/alice", &profile())
        .await
        .expect(200);
    assert_eq!(told["exposures"][0]["shown_at"], "1970-01-01T00:00:03.000Z");
    assert_eq!(told["exposures"][0]["media_id"], "cup");
    operator.delete("/v1/viewers/alice").await.expect(204);
    let fresh = node(server).await;
    assert!(
        fresh
            .get(&alice())
            .await
            .expect("alice")
            .exposures()
            .is_empty()
    );
}

async fn trimmed(server: &mut Server) {
    const HOUR_MS: i64 = 3_600_000;
    let viewers = node(server).await;
    let (least, most) = KEPT_EXPOSURES;
    let count = i64::try_from(least).expect("a small number") + 10;
    let all: Vec<Trace> = (0..count)
        .map(|i| impression(u128::from(i.unsigned_abs()) + 1, i * HOUR_MS))
        .collect();
    viewers.record(&all).await.expect("recorded");
    let seen = viewers.get(&alice()).await.expect("alice");
    assert_eq!(seen.exposures().len(), least);
    assert_eq!(seen.exposures()[least - 1].shown_at.ms(), 10 * HOUR_MS);
    let ever = |viewer: &beckon_api::viewers::Viewer| {
        viewer
            .counts()
            .showings(Level::Advertiser, Code::of("volta"))
    };
    assert_eq!(ever(&seen), 266, "what is forgotten still counts for life");
    let told = server
        .operator()
        .put("/v1/viewers/alice", &json!({}))
        .await
        .expect(200);
    assert_eq!(told["exposures"].as_array().map(Vec::len), Some(50));
    // All of one day are kept, up to a bound.
    let day: Vec<Trace> = (0..most + 20)
        .map(|i| {
            let i = i64::try_from(i).expect("a small number");
            impression(
                u128::from(i.unsigned_abs()) + 10_000,
                1_000_000 * HOUR_MS + i * 1_000,
            )
        })
        .collect();
    for some in day.chunks(200) {
        viewers.record(some).await.expect("recorded");
    }
    let seen = viewers.get(&alice()).await.expect("alice");
    assert_eq!(seen.exposures().len(), most);
    assert_eq!(ever(&seen), 266 + most as u64 + 20);
    assert_eq!(seen.exposures(), left(&day).exposures);
}

async fn deeds(server: &mut Server) {
    let viewers = node(server).await;
    let deed = |event: u128, act| {
        Trace::Done(Deed {
            event_id: uuid::Uuid::from_u128(event).to_string(),
            viewer_id: alice(),
            instrument: 7,
            act,
        })
    };
    let did = [
        deed(1, Act::Click),
        deed(2, Act::Conversion),
        deed(3, Act::Click),
    ];
    viewers.record(&did).await.expect("recorded");
    viewers.record(&did).await.expect("recorded");
    let seen = viewers.get(&alice()).await.expect("alice");
    let expected: Acts = [Act::Click, Act::Conversion].into_iter().collect();
    assert_eq!(seen.counts().acts(7), expected);
    assert_eq!(seen.counts().acts(8), Acts::NONE);
    assert_eq!(*seen.counts(), left(&did).counts);
    viewers
        .delete(&alice())
        .await
        .expect("something was stored");
    let gone = viewers.get(&alice()).await.expect("alice");
    assert_eq!(gone.counts().acts(7), Acts::NONE);
}

async fn own_writes(server: &mut Server) {
    let viewers = node(server).await;
    assert!(
        viewers
            .get(&alice())
            .await
            .expect("alice")
            .exposures()
            .is_empty()
    );
    viewers
        .record(&[impression(1, 1_000)])
        .await
        .expect("recorded");
    assert_eq!(
        viewers
            .get(&alice())
            .await
            .expect("alice")
            .exposures()
            .len(),
        1
    );
    let (profile, _) = stored(server).await;
    viewers
        .put(&alice(), &profile, Time::from_ms(5))
        .await
        .expect("stored");
    let known = viewers.get(&alice()).await.expect("alice");
    let age = known.attributes().get(Code::of("demography.age"));
    assert_eq!(age, Some(&Coded::Number(34.5)));
    assert!(
        known.personalisation() && known.pieces().len() == 7,
        "{:?}",
        known.pieces()
    );
    viewers.delete(&alice()).await.expect("deleted");
    assert!(
        !viewers
            .get(&alice())
            .await
            .expect("alice")
            .personalisation()
    );
}

/// The profile as the server read it from the wire.
async fn stored(server: &Server) -> (beckon_api::viewers::Profile, Time) {
    server
        .operator()
        .put("/v1/viewers/alice", &profile())
        .await
        .expect(200);
    let (profile, at, _) = node(server)
        .await
        .stored(&alice())
        .await
        .expect("it is stored");
    (profile, at)
}
