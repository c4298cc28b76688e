//! Previews over HTTP: a version as its overlay, which counts for nothing.

use beckon_api::auth::Role;
use beckon_api::config::now;
use serde_json::{Value, json};

use crate::decisions::register;
use crate::harness::Server;
use crate::on_both_engines;

on_both_engines! {
    a_preview_is_what_a_viewer_would_get_but_for_its_receipt => as_shown;
    any_version_in_any_state_is_previewed => any_version;
    each_variant_is_previewed_as_its_viewers_get_it => each_variant;
    nothing_can_come_of_a_preview => counts_for_nothing;
    what_cannot_be_previewed_is_refused => refused;
}

fn quiz(question: &str) -> Value {
    json!({"name": "Quiz", "content": {"kind": "quiz", "question": question, "correct_answer_id": "b",
        "answers": [{"answer_id": "a", "text": "A"}, {"answer_id": "b", "text": "B"}]}})
}

async fn as_shown(server: &mut Server) {
    let media = json!({"media_id": "m"});
    server
        .operator()
        .post("/v1/media", &media)
        .await
        .expect(201);
    let id = register(server, &quiz("Who?"), true).await;
    let mia = server.caller(Role::Marketer, "mia");
    let preview = mia
        .get(&format!("/v1/instruments/{id}/versions/1/preview"))
        .await;
    let shape: beckon_openapi::decision::Overlay =
        serde_json::from_str(&preview.text).expect("the documented shape");
    assert_eq!(shape.receipt, "");
    let viewer = server.caller(Role::Viewer, "alice");
    let decided = viewer
        .post("/v1/media/m/decisions", &json!({"position_ms": 0}))
        .await
        .expect(200);
    let mut shown = decided["overlays"][0].clone();
    shown["receipt"] = json!("");
    // Where there is room depends on the picture, and a preview has none.
    shown["layout"] = json!({"anchor": shown["layout"]["anchor"]});
    assert_eq!(preview.expect(200), shown);
    assert!(
        !preview.text.contains("correct_answer_id"),
        "{}",
        preview.text
    );
}

async fn any_version(server: &mut Server) {
    let id = register(server, &quiz("Who?"), false).await;
    let mia = server.caller(Role::Marketer, "mia");
    let path = format!("/v1/instruments/{id}");
    let mut translated = quiz("Who was it?");
    translated["content"]["default_locale"] = json!("en");
    translated["content"]["locales"] = json!({"de": {"question": "Wer war es?",
        "answers": {"a": "A", "b": "B"}}});
    mia.put(&path, &translated).await.expect(200);
    let question = |version: u32, query: &'static str| {
        let (mia, path) = (mia.clone(), path.clone());
        async move {
            let preview = format!("{path}/versions/{version}/preview{query}");
            let preview = mia.get(&preview).await.expect(200);
            assert_eq!(preview["version"], version);
            preview["content"]["question"].clone()
        }
    };
    assert_eq!(question(1, "").await, "Who?");
    assert_eq!(question(2, "").await, "Who was it?");
    assert_eq!(question(2, "?locale=de-AT").await, "Wer war es?");
    assert_eq!(question(2, "?locale=fr").await, "Who was it?");
}

async fn each_variant(server: &mut Server) {
    let mut told = quiz("Who?");
    let short = quiz("Hm?")["content"].clone();
    told["variants"] =
        json!([{"variant_id": "control"}, {"variant_id": "short", "content": short}]);
    let id = register(server, &told, false).await;
    let mia = server.caller(Role::Marketer, "mia");
    let path = format!("/v1/instruments/{id}/versions/1/preview");
    for (variant, question) in [("control", "Who?"), ("short", "Hm?")] {
        let preview = mia.get(&format!("{path}?variant_id={variant}")).await;
        let preview = preview.expect(200);
        assert_eq!(preview["content"]["question"], question);
        assert_eq!(preview["variant_id"], variant);
    }
    let none = mia.get(&format!("{path}?variant_id=long")).await;
    let problem = none.refused(422, "invalid_field");
    assert_eq!(problem["field"], "variant_id");
}

async fn counts_for_nothing(server: &mut Server) {
    let id = register(server, &quiz("Who?"), true).await;
    let mia = server.caller(Role::Marketer, "mia");
    let path = format!("/v1/instruments/{id}/versions/1/preview");
    let preview = mia.get(&path).await.expect(200);
    let event = json!({"event_id": uuid::Uuid::now_v7().to_string(), "type": "impression", "at": now().to_string(),
        "receipt": preview["receipt"]});
    let told = server
        .anonymous()
        .post("/v1/events", &json!({"items": [event]}))
        .await
        .expect(200);
    assert_eq!(told["items"][0]["status"], "refused", "{told}");
    let results = mia.get(&format!("/v1/instruments/{id}/results")).await;
    assert_eq!(results.expect(200)["impressions"], 0);
}

async fn refused(server: &mut Server) {
    let id = register(server, &quiz("Who?"), false).await;
    let mia = server.caller(Role::Marketer, "mia");
    for (path, status, code) in [
        (format!("{id}/versions/2/preview"), 404, "version_not_found"),
        (
            "nobody/versions/1/preview".to_owned(),
            404,
            "instrument_not_found",
        ),
        (
            format!("{id}/versions/1/preview?locale=no_language"),
            422,
            "invalid_field",
        ),
        (
            format!("{id}/versions/first/preview"),
            400,
            "malformed_parameter",
        ),
    ] {
        let path = format!("/v1/instruments/{path}");
        mia.get(&path).await.refused(status, code);
    }
    let viewer = server.caller(Role::Viewer, "x");
    let path = format!("/v1/instruments/{id}/versions/1/preview");
    viewer.get(&path).await.refused(403, "forbidden");
}
