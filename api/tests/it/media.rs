//! Media over HTTP.

use beckon_api::auth::Role;
use serde_json::json;

use crate::harness::Server;
use crate::on_both_engines;

on_both_engines! {
    a_media_needs_no_more_than_its_id => media_by_id;
    a_media_is_registered_once_changed_and_deleted => media_life;
    media_are_listed_in_pages => media_pages;
    a_media_says_how_and_when_it_is_ingested => media_ingest;
    what_was_acknowledged_is_there_after_a_restart => media_after_restart;
}

async fn media_by_id(server: &mut Server) {
    let operator = server.operator();
    let created = operator
        .post("/v1/media", &json!({"media_id": "cup"}))
        .await
        .expect(201);
    assert_eq!(
        (&created["media_id"], &created["title"]),
        (&json!("cup"), &json!("cup"))
    );
    let viewer = server.caller(Role::Viewer, "alice");
    assert_eq!(viewer.get("/v1/media/cup").await.expect(200), created);
}

async fn media_life(server: &mut Server) {
    let operator = server.operator();
    let body = json!({"media_id": "cup", "title": "Harbour Cup", "zero": "2026-11-20T19:00:00Z",
        "markers": [{"name": "kick-off", "position_ms": 60000}], "playback_url": "https://cdn.example/m.m3u8",
        "signal": {"kind": "origin", "url": "http://127.0.0.1:1/live", "channel_arn": "arn:x"},
        "overlay_life": {"show_ms": 5000, "quiet_ms": 0, "quiet_scope": "media"}});
    let created = operator.post("/v1/media", &body).await.expect(201);
    assert_eq!(created["zero"], "2026-11-20T19:00:00.000Z");
    operator
        .post("/v1/media", &body)
        .await
        .refused(409, "media_exists");
    let changed = operator
        .put("/v1/media/cup", &json!({"title": "Final"}))
        .await
        .expect(200);
    assert_eq!(
        (&changed["title"], &changed["markers"]),
        (&json!("Final"), &json!([]))
    );
    assert_eq!(changed["zero"], created["zero"], "the zero never moves");
    operator.delete("/v1/media/cup").await.expect(204);
    operator
        .get("/v1/media/cup")
        .await
        .refused(404, "media_not_found");
    operator
        .delete("/v1/media/cup")
        .await
        .refused(404, "media_not_found");
}

async fn media_pages(server: &mut Server) {
    let operator = server.operator();
    for id in ["c", "a", "b"] {
        operator
            .post("/v1/media", &json!({"media_id": id}))
            .await
            .expect(201);
    }
    let first = operator.get("/v1/media?limit=2").await.expect(200);
    assert_eq!(first["items"].as_array().map(Vec::len), Some(2));
    let cursor = first["next_cursor"].as_str().expect("there are more");
    let last = operator
        .get(&format!("/v1/media?limit=2&cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(
        (&last["items"][0]["media_id"], &last["next_cursor"]),
        (&json!("c"), &json!(null))
    );
}

async fn media_after_restart(server: &mut Server) {
    let created = server
        .operator()
        .post("/v1/media", &json!({"media_id": "cup"}))
        .await
        .expect(201);
    server.restart().await;
    assert_eq!(
        server.operator().get("/v1/media/cup").await.expect(200),
        created
    );
}

async fn media_ingest(server: &mut Server) {
    let operator = server.operator();
    let body = json!({"media_id": "cup",
        "signal": {"kind": "ivs", "channel_arn": "arn:aws:ivs:eu-west-1:123456789012:channel/abc"},
        "ingest": {"source": {"kind": "hls", "url": "https://live.example.com/m.m3u8"},
            "recogniser": {"kind": "rekognition", "celebrities": {}, "labels": {"min_confidence": 60}},
            "frames": {"kind": "per_second", "count": 0.5}, "max_spend_usd": 2.5},
        "timetable": {"starts_at": "2026-11-20T20:00:00+01:00", "ends_at": "2026-11-20T21:30:00Z", "zone": "Europe/Berlin"}});
    let created = operator.post("/v1/media", &body).await.expect(201);
    let ingest = &created["ingest"];
    assert_eq!(ingest["recogniser"]["celebrities"]["min_confidence"], 95.0);
    assert_eq!(ingest["recogniser"]["custom_labels"], json!(null));
    assert_eq!(ingest["most_lag_ms"], 10_000);
    assert_eq!(
        created["timetable"]["starts_at"],
        "2026-11-20T19:00:00.000Z"
    );
    server.restart().await;
    let operator = server.operator();
    assert_eq!(operator.get("/v1/media/cup").await.expect(200), created);

    let refused = [
        (
            json!({"ingest": {"source": {"kind": "hls", "url": "/m.m3u8"}}}),
            "ingest.source.url",
        ),
        (
            json!({"ingest": {"source": {"kind": "hls", "url": "https://a.example/m"}, "frames": {"kind": "per_second", "count": 0}}}),
            "ingest.frames.count",
        ),
        (
            json!({"ingest": {"source": {"kind": "hls", "url": "https://a.example/m"}, "recogniser": {"kind": "rekognition"}}}),
            "ingest.recogniser",
        ),
        (
            json!({"timetable": {"starts_at": "2026-11-20T20:00:00Z", "ends_at": "2026-11-20T20:00:00Z"}}),
            "timetable.ends_at",
        ),
        (
            json!({"timetable": {"starts_at": "2026-11-20T20:00:00Z", "ends_at": "2026-11-20T21:00:00Z", "zone": "Middle/Earth"}}),
            "timetable.zone",
        ),
        (
            json!({"signal": {"kind": "ivs", "channel_arn": "abc"}}),
            "signal.channel_arn",
        ),
    ];
    for (body, field) in refused {
        let problem = operator
            .put("/v1/media/cup", &body)
            .await
            .refused(422, "invalid_field");
        assert_eq!(problem["field"], field);
    }
    assert_eq!(operator.get("/v1/media/cup").await.expect(200), created);
}
