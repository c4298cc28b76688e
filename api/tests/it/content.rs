//! What viewers see, over HTTP: in their language, without the right answer, and refused with its reason where it is not
//! fit to be seen.

use beckon_api::auth::Role;
use serde_json::{Value, json};

use crate::decisions::register;
use crate::harness::Server;
use crate::on_both_engines;

on_both_engines! {
    a_viewer_is_answered_in_its_language_and_not_with_the_right_answer => languages;
    what_is_not_fit_to_be_seen_is_refused_with_its_reason => refused;
}

fn quiz() -> Value {
    json!({"name": "Quiz", "content": {"kind": "quiz", "question": "What does it eat?", "correct_answer_id": "fish",
        "answers": [{"answer_id": "fish", "text": "Fish"}, {"answer_id": "seeds", "text": "Seeds"}],
        "paid_by": "Kestrel Optics", "disclosure": "Only for grown-ups", "theme": {"base": "light"}, "default_locale": "en",
        "locales": {"de": {"question": "Was frisst er?", "answers": {"fish": "Fisch", "seeds": "Samen"},
            "disclosure": "Nur für Erwachsene"}}}})
}

async fn languages(server: &mut Server) {
    let operator = server.operator();
    let media = json!({"media_id": "m", "overlay_life": {"show_ms": 120_000, "quiet_ms": 0, "quiet_scope": "instrument"}});
    operator.post("/v1/media", &media).await.expect(201);
    register(server, &quiz(), true).await;
    server.restart().await;
    for (viewer, locale, said) in [
        ("alice", "de-AT", "Was frisst er?"),
        ("bob", "en-GB", "What does it eat?"),
        ("carol", "fr", "What does it eat?"),
    ] {
        let ask = json!({"position_ms": 0, "explain": true, "client": {"locale": locale}});
        let answer = server
            .caller(Role::Viewer, viewer)
            .post("/v1/media/m/decisions", &ask)
            .await;
        let overlay = answer.expect(200)["overlays"][0].clone();
        assert_eq!(overlay["content"]["question"], said, "{locale}");
        let own = if viewer == "alice" { "de" } else { "en" };
        assert_eq!(overlay["locale"], own);
        assert_eq!(overlay["content"]["paid_by"], "Kestrel Optics");
        assert_eq!(overlay["content"]["theme"], json!({"base": "light"}));
        assert!(!answer.text.contains("correct"), "{}", answer.text);
        assert!(!answer.text.contains("locales"), "one language is enough");
        // A quiz shows for half a minute at the most, whatever its media says.
        let shows = |field: &str| overlay[field].as_i64().expect("a position");
        assert_eq!(shows("hide_at_ms") - shows("show_at_ms"), 30_000);
    }
}

async fn refused(server: &mut Server) {
    let mia = server.caller(Role::Marketer, "mia");
    let with = |pointer: &str, value: Value| {
        let mut body = quiz();
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        body.pointer_mut(parent).expect("its parent")[key] = value;
        body
    };
    for (body, field, says) in [
        (
            with(
                "/content/theme",
                json!({"base": "light", "text": "#999999"}),
            ),
            "content.theme.text",
            "to 1",
        ),
        (
            with("/content/locales/de/answers", json!({"fish": "Fisch"})),
            "content.locales.de.answers.seeds",
            "missing",
        ),
        (
            with(
                "/overlay_life",
                json!({"show_ms": 31_000, "quiet_ms": 0, "quiet_scope": "media"}),
            ),
            "overlay_life.show_ms",
            "quiz",
        ),
        (
            with("/content/disclosure", json!(vec!["w"; 60].join(" "))),
            "overlay_life.show_ms",
            "words",
        ),
        (
            with("/content/locales/de/question", json!("x".repeat(61))),
            "content.locales.de.question",
            "61 characters",
        ),
    ] {
        let mut body = body;
        if says == "words" {
            body["overlay_life"] = json!({"show_ms": 6_000, "quiet_ms": 0, "quiet_scope": "media"});
        }
        let problem = mia
            .post("/v1/instruments", &body)
            .await
            .refused(422, "invalid_field");
        assert_eq!(problem["field"], field);
        let detail = problem["detail"].as_str().expect("a detail");
        assert!(detail.contains(says), "{detail}");
        assert!(
            problem["bound"]
                .as_str()
                .is_some_and(|bound| !bound.is_empty())
        );
    }
    let unknown = with("/content/colour", json!("red"));
    let problem = mia.post("/v1/instruments", &unknown).await;
    problem.refused(400, "unknown_field");
    let list = mia.get("/v1/instruments").await.expect(200);
    assert_eq!(list["items"], json!([]), "nothing of it is stored");
}
