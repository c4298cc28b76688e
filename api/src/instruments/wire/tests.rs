//! What is taken as an instrument, and what is refused with its field and bound.

use serde_json::{Value, json};

use super::*;
use crate::error::{Error, ErrorCode};
use crate::instruments::row::DefinitionRow;

fn poll() -> Value {
    json!({"name": "Kingfisher poll", "content": {"kind": "poll", "question": "What is it waiting for?",
        "answers": [{"answer_id": "fish", "text": "A fish"}, {"answer_id": "rain", "text": "The rain"}]}})
}

fn quiz() -> Value {
    let mut quiz = poll();
    quiz["content"]["kind"] = json!("quiz");
    quiz["content"]["correct_answer_id"] = json!("fish");
    quiz
}

fn ad() -> Value {
    json!({"name": "Coffee", "content": {"kind": "ad", "title": "Fresh coffee", "text": "Round the corner",
        "image_url": "https://cdn.example/cup.png", "image_text": "A cup", "link_url": "https://shop.example/",
        "link_text": "Get one", "advertiser": "Harbour Coffee", "price": {"amount_minor": 350, "currency": "EUR"}, "code": "MORNING"}})
}

fn with(mut body: Value, pointer: &str, value: Value) -> Value {
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
    body.pointer_mut(parent).expect("its parent")[key] = value;
    body
}

fn read(body: Value) -> Result<Definition> {
    definition(serde_json::from_value(body).expect("the shape is right"))
}

/// What an overlay says of a definition in this language.
fn overlay(definition: &Definition, locale: Option<&str>) -> Value {
    let contents = overlay_contents(definition).expect("JSON");
    serde_json::from_str(&format!("{{{}}}", contents.lookup(locale))).expect("JSON")
}

#[track_caller]
fn refused(body: Value, field: &str) {
    match read(body) {
        Err(Error::Refused(refusal)) => {
            assert_eq!(refusal.code, ErrorCode::InvalidField);
            assert_eq!(refusal.field.as_deref(), Some(field), "{refusal:?}");
            assert!(refusal.bound.is_some_and(|bound| !bound.is_empty()));
        }
        other => panic!("{field} was not refused: {other:?}"),
    }
}

fn test(attribute: &str, op: &str, value: Value) -> Value {
    json!({"test": {"attribute": attribute, "op": op, "value": value}})
}

#[test]
fn every_kind_is_taken_and_told_again_as_it_came() {
    let mut bodies = vec![
        poll(),
        quiz(),
        with(quiz(), "/content/kind", json!("trivia")),
    ];
    for kind in ["ad", "promotion", "product", "upsell"] {
        let mut body = with(ad(), "/content/kind", json!(kind));
        if kind == "upsell" {
            body["content"]["follows"] = json!("0193-jacket");
        }
        bodies.push(body);
    }
    for body in bodies {
        let read = read(body.clone()).expect("a definition");
        let told = serde_json::to_value(content::to_wire(&read)).expect("JSON");
        assert_eq!(told, body["content"]);
    }
}

#[test]
fn what_is_not_told_has_its_stated_default() {
    let read = read(with(poll(), "/trigger", json!({"names": ["Bird"]}))).expect("a definition");
    assert_eq!((read.priority, read.allow_forward), (5, false));
    assert!(read.media_ids.is_empty() && read.audience.is_none() && read.frequency_cap.is_none());
    let trigger = read.trigger.expect("a trigger");
    assert!((trigger.min_confidence.percent() - 50.0).abs() < f64::EPSILON);
}

#[test]
fn the_right_answer_is_not_in_what_an_overlay_carries() {
    let read = read(quiz()).expect("a definition");
    let overlay = overlay(&read, None);
    assert!(!overlay.to_string().contains("correct"), "{overlay}");
    let content: wire::Content =
        serde_json::from_value(overlay["content"].clone()).expect("a content");
    assert!(matches!(content, wire::Content::Quiz(quiz) if quiz.correct_answer_id.is_none()));
}

#[test]
fn a_stored_definition_is_read_again_as_it_was() {
    let body = json!({"name": "All of it", "content": quiz()["content"],
        "trigger": {"names": ["Bird", "Tit"], "min_confidence": 80.5},
        "audience": {"all": [
            {"not": test("demography.country", "eq", json!("NO"))},
            {"any": [test("demography.age", "gte", json!(18)), test("behaviour.visits", "lt", json!(3.5)),
                     test("demography.age", "gt", json!(18)), test("behaviour.visits", "lte", json!(3))]},
            test("psychograph.likes", "contains", json!("birds")), test("attributes.plan", "in", json!(["free"])),
            test("attributes.plan", "not_in", json!(["gold"])), test("attributes.beta", "ne", json!(true)),
            {"test": {"attribute": "attributes.beta", "op": "exists"}},
            {"test": {"attribute": "attributes.gone", "op": "not_exists"}}]},
        "schedule": {"starts_at": "2026-11-20T19:00:00Z"}, "frequency_cap": {"count": 2, "per_ms": 60000},
        "overlay_life": {"show_ms": 5000, "quiet_ms": 0, "quiet_scope": "media"},
        "media_ids": ["cup"], "priority": 1, "allow_forward": true});
    for body in [body, ad(), poll()] {
        let definition = read(body).expect("a definition");
        let json = serde_json::to_string(&DefinitionRow::from(&definition)).expect("JSON");
        let row: DefinitionRow = serde_json::from_str(&json).expect("a row");
        assert_eq!(Definition::try_from(row).expect("a definition"), definition);
    }
}

#[test]
fn texts_keep_their_lengths_and_hold_no_control_characters() {
    for (pointer, most) in [
        ("/name", 120),
        ("/content/title", 60),
        ("/content/text", 120),
        ("/content/image_text", 120),
        ("/content/link_text", 16),
        ("/content/advertiser", 60),
        ("/content/code", 16),
    ] {
        let field = pointer[1..].replace('/', ".");
        // Characters, not bytes.
        assert!(
            read(with(ad(), pointer, json!("ü".repeat(most)))).is_ok(),
            "{field}"
        );
        for wrong in ["x".repeat(most + 1), " ".to_owned(), "a\u{7}b".to_owned()] {
            refused(with(ad(), pointer, json!(wrong)), &field);
        }
    }
    refused(
        with(poll(), "/content/question", json!("x".repeat(61))),
        "content.question",
    );
    refused(
        with(poll(), "/content/answers/1/text", json!("x".repeat(25))),
        "content.answers[1].text",
    );
}

#[test]
fn markup_is_text_like_any_other() {
    let markup = "<script>alert(1)</script>";
    let read = read(with(poll(), "/content/question", json!(markup))).expect("a definition");
    assert_eq!(overlay(&read, None)["content"]["question"], markup);
}

#[test]
fn only_web_addresses_are_linked() {
    for wrong in [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://a.example/",
        "shop.example",
        "",
    ] {
        refused(
            with(ad(), "/content/link_url", json!(wrong)),
            "content.link_url",
        );
        refused(
            with(ad(), "/content/image_url", json!(wrong)),
            "content.image_url",
        );
    }
    refused(
        with(ad(), "/content/image_text", json!(null)),
        "content.image_text",
    );
}

#[test]
fn prices_are_whole_numbers_that_pages_can_read_in_a_currency() {
    refused(
        with(ad(), "/content/price/currency", json!("HRK")),
        "content.price.currency",
    );
    refused(
        with(
            ad(),
            "/content/price/amount_minor",
            json!(9_007_199_254_740_992_u64),
        ),
        "content.price.amount_minor",
    );
}

#[test]
fn questions_have_as_many_answers_as_fit_and_the_right_one_is_among_them() {
    let answers = |n: usize| -> Value {
        (0..n)
            .map(|i| json!({"answer_id": format!("a{i}"), "text": "x"}))
            .collect()
    };
    for (body, most) in [
        (poll(), 5),
        (with(quiz(), "/content/correct_answer_id", json!("a0")), 6),
    ] {
        assert!(read(with(body.clone(), "/content/answers", answers(most))).is_ok());
        refused(
            with(body.clone(), "/content/answers", answers(most + 1)),
            "content.answers",
        );
        refused(
            with(body, "/content/answers", answers(1)),
            "content.answers",
        );
    }
    refused(
        with(poll(), "/content/answers/1/answer_id", json!("fish")),
        "content.answers[1].answer_id",
    );
    refused(
        with(
            poll(),
            "/content/answers/0/answer_id",
            json!("x".repeat(33)),
        ),
        "content.answers[0].answer_id",
    );
    refused(
        with(quiz(), "/content/correct_answer_id", json!("bread")),
        "content.correct_answer_id",
    );
    refused(
        with(quiz(), "/content/correct_answer_id", json!(null)),
        "content.correct_answer_id",
    );
}

#[test]
fn limits_keep_their_bounds() {
    for (pointer, value, field) in [
        ("/priority", json!(0), "priority"),
        ("/priority", json!(11), "priority"),
        ("/media_ids", json!(vec!["m"; 101]), "media_ids"),
        ("/media_ids", json!(["a b"]), "media_ids[0]"),
        ("/trigger", json!({"names": []}), "trigger.names"),
        ("/trigger", json!({"names": vec!["n"; 51]}), "trigger.names"),
        ("/trigger", json!({"names": [" "]}), "trigger.names[0]"),
        (
            "/trigger",
            json!({"names": ["n"], "min_confidence": 100.5}),
            "trigger.min_confidence",
        ),
        (
            "/frequency_cap",
            json!({"count": 0, "per_ms": 1000}),
            "frequency_cap.count",
        ),
        (
            "/frequency_cap",
            json!({"count": 101, "per_ms": 1000}),
            "frequency_cap.count",
        ),
        (
            "/frequency_cap",
            json!({"count": 1, "per_ms": 999}),
            "frequency_cap.per_ms",
        ),
        (
            "/frequency_cap",
            json!({"count": 1, "per_ms": 31_536_000_001_u64}),
            "frequency_cap.per_ms",
        ),
        (
            "/overlay_life",
            json!({"show_ms": 1, "quiet_ms": 0, "quiet_scope": "media"}),
            "overlay_life.show_ms",
        ),
        (
            "/schedule",
            json!({"starts_at": "soon"}),
            "schedule.starts_at",
        ),
        (
            "/schedule",
            json!({"starts_at": "2026-01-02T00:00:00Z", "ends_at": "2026-01-02T00:00:00Z"}),
            "schedule.ends_at",
        ),
    ] {
        refused(with(poll(), pointer, value), field);
    }
}

#[test]
fn rules_name_known_attributes_and_compare_with_what_their_op_can() {
    let rule = |rule: Value| with(poll(), "/audience", rule);
    refused(
        rule(test("shoe.size", "eq", json!(1))),
        "audience.test.attribute",
    );
    refused(
        rule(json!({"all": [test("age", "eq", json!(1))]})),
        "audience.all[0].test.attribute",
    );
    for (op, value) in [
        ("eq", json!(["a"])),
        ("in", json!("a")),
        ("in", json!([])),
        ("not_in", json!(1)),
        ("gt", json!("1")),
        ("contains", json!(1)),
        ("exists", json!(true)),
        ("eq", json!(null)),
        ("in", json!(vec!["x"; 17])),
        ("eq", json!("x".repeat(129))),
    ] {
        refused(
            rule(test("demography.age", op, value)),
            "audience.test.value",
        );
    }
    refused(rule(json!({"any": []})), "audience.any");
}

#[test]
fn rules_are_neither_too_deep_nor_too_wide() {
    let one = || test("demography.age", "gt", json!(1));
    let nested = |deep: usize| (1..deep).fold(one(), |inner, _| json!({"not": inner}));
    assert!(read(with(poll(), "/audience", nested(8))).is_ok());
    refused(with(poll(), "/audience", nested(9)), "audience");
    let wide = |tests: usize| json!({"any": (0..tests).map(|_| one()).collect::<Vec<_>>()});
    assert!(read(with(poll(), "/audience", wide(64))).is_ok());
    refused(with(poll(), "/audience", wide(65)), "audience");
}
