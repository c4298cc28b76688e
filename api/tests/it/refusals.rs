//! What every route refuses alike: strangers, wrong roles, broken and over-long bodies.

use beckon_api::auth::Role;
use serde_json::json;

use crate::harness::Server;
use crate::on_both_engines;

on_both_engines! {
    strangers_and_wrong_roles_are_refused => strangers;
    broken_bodies_are_refused => broken_bodies;
}

async fn strangers(server: &mut Server) {
    let body = json!({"media_id": "m"});
    server
        .anonymous()
        .post("/v1/media", &body)
        .await
        .refused(401, "unauthenticated");
    let forged = server.anonymous().with_token("a.b.c");
    forged
        .post("/v1/media", &body)
        .await
        .refused(401, "unauthenticated");
    let elsewhere = Server::start(crate::harness::Engine::Sqlite)
        .await
        .expect("SQLite is always there");
    let foreign = elsewhere
        .app()
        .auth()
        .issue("olga", Role::Operator, 60, beckon_api::config::now())
        .expect("a token");
    server
        .anonymous()
        .with_token(&foreign)
        .post("/v1/media", &body)
        .await
        .refused(401, "unauthenticated");
    elsewhere.finish().await;
    let past = beckon_api::config::now().plus_ms(-7_200_000);
    let expired = server
        .app()
        .auth()
        .issue("olga", Role::Operator, 60, past)
        .expect("a token");
    server
        .anonymous()
        .with_token(&expired)
        .post("/v1/media", &body)
        .await
        .refused(401, "token_expired");
    for role in [Role::Viewer, Role::Marketer, Role::Scientist, Role::Ingest] {
        server
            .caller(role, "x")
            .post("/v1/media", &body)
            .await
            .refused(403, "forbidden");
    }
    server
        .operator()
        .get("/v1/media/m")
        .await
        .refused(404, "media_not_found");
}

async fn broken_bodies(server: &mut Server) {
    let operator = server.operator();
    operator
        .post_bytes("/v1/media", "application/json", "{")
        .await
        .refused(400, "malformed_body");
    operator
        .post_bytes("/v1/media", "text/html", "{}")
        .await
        .refused(415, "unsupported_media_type");
    let unknown = operator
        .post("/v1/media", &json!({"media_id": "m", "titel": "x"}))
        .await
        .refused(400, "unknown_field");
    assert_eq!(unknown["field"], "titel");
    let long = vec![b' '; 2 * 1024 * 1024 + 1];
    operator
        .post_bytes("/v1/media", "application/json", long)
        .await
        .refused(413, "body_too_large");
    let refused = operator
        .post("/v1/media", &json!({"media_id": "a b"}))
        .await
        .refused(422, "invalid_field");
    assert_eq!(refused["field"], "media_id");
    let script = json!({"media_id": "m", "playback_url": "javascript:alert(1)"});
    operator
        .post("/v1/media", &script)
        .await
        .refused(422, "invalid_field");
    operator
        .get("/v1/media/m")
        .await
        .refused(404, "media_not_found");
    operator.get("/nowhere").await.refused(404, "not_found");
}
