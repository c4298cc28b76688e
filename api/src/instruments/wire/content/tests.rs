//! The contract of what viewers see: languages, durations, themes, names; each refusal with its field.

use serde_json::{Value, json};

use super::*;
use crate::error::Error;
use crate::instruments::row::DefinitionRow;
use crate::instruments::wire::definition;
use crate::media::{OverlayLife, QuietScope};

fn quiz() -> Value {
    json!({"name": "Quiz", "content": {"kind": "quiz", "question": "What does it eat?", "correct_answer_id": "fish",
        "answers": [{"answer_id": "fish", "text": "Fish"}, {"answer_id": "seeds", "text": "Seeds"}],
        "label": "A quiz about birds", "paid_by": "Kestrel Optics", "disclosure": "Only for grown-ups", "default_locale": "en",
        "locales": {"de": {"question": "Was frisst er?", "answers": {"fish": "Fisch", "seeds": "Samen"},
                "label": "Ein Quiz über Vögel", "disclosure": "Nur für Erwachsene"},
            "de-ch": {"question": "Was frisst er?", "answers": {"fish": "Fische", "seeds": "Samen"},
                "label": "Ein Quiz über Vögel", "disclosure": "Nur für Erwachsene"}}}})
}

fn ad() -> Value {
    json!({"name": "Ad", "content": {"kind": "ad", "title": "See it closer", "text": "For dawn and dusk",
        "image_url": null, "image_id": "0af1", "image_text": "Binoculars", "link_url": "https://Kestrel.example:8443/heron", "link_text": "Look",
        "qr": false, "advertiser": "Kestrel Optics", "price": {"amount_minor": 18900, "currency": "EUR"}, "code": "HERON",
        "paid_by": "Kestrel Group", "theme": {"base": "dark", "accent": "#ffc94d", "on_accent": "#0b1220"},
        "default_locale": "en-GB", "locales": {"ar": {"title": "شاهده عن قرب", "text": "للفجر والغسق", "image_text": "منظار", "link_text": "انظر"}}}})
}

fn with(mut body: Value, pointer: &str, value: Value) -> Value {
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
    body.pointer_mut(parent).expect("its parent")[key] = value;
    body
}

fn without(mut body: Value, pointer: &str) -> Value {
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
    let parent = body.pointer_mut(parent).expect("its parent");
    parent.as_object_mut().expect("an object").remove(key);
    body
}

fn read(body: Value) -> Result<Definition> {
    definition(serde_json::from_value(body).expect("the shape is right"))
}

fn taken(body: Value) -> Definition {
    read(body).expect("a definition")
}

/// The refusal of this field: what was wrong, and the bound.
#[track_caller]
fn refused(body: Value, field: &str) -> (String, String) {
    match read(body) {
        Err(Error::Refused(refusal)) => {
            assert_eq!(refusal.field.as_deref(), Some(field), "{refusal:?}");
            (refusal.detail, refusal.bound.unwrap_or_default())
        }
        other => panic!("{field} was not refused: {other:?}"),
    }
}

fn overlay(definition: &Definition, locale: Option<&str>) -> Value {
    let contents = overlay_contents(definition).expect("JSON");
    serde_json::from_str(&format!("{{{}}}", contents.lookup(locale))).expect("JSON")
}

fn life(show_ms: i64) -> Value {
    json!({"show_ms": show_ms, "quiet_ms": 0, "quiet_scope": "media"})
}

#[test]
fn everything_is_told_again_and_stored_as_it_came() {
    let upsell = json!({"name": "Upsell", "content": {"kind": "upsell", "title": "More", "text": null, "image_url": null,
        "image_text": null, "link_url": "https://a.example/", "link_text": "Go", "advertiser": "North Shore", "price": null,
        "code": null, "follows": "0193"}});
    let spelt = with(
        quiz(),
        "/content/locales/de-CH",
        quiz()["content"]["locales"]["de-ch"].clone(),
    );
    let spelt = without(spelt, "/content/locales/de-ch");
    for body in [spelt, ad(), upsell] {
        let read = taken(body.clone());
        let told = serde_json::to_value(to_wire(&read)).expect("JSON");
        assert_eq!(told, body["content"]);
        let json = serde_json::to_string(&DefinitionRow::from(&read)).expect("JSON");
        let row: DefinitionRow = serde_json::from_str(&json).expect("a row");
        assert_eq!(Definition::try_from(row).expect("a definition"), read);
    }
}

#[test]
fn what_was_stored_before_there_were_languages_is_still_read() {
    let old = r#"{"name":"Old","kind":"ad","content":{"offer":{"title":"T","text":null,"image_url":"https://a.example/p.png",
        "image_text":"A cup","link_url":"https://a.example/","link_text":"Go","advertiser":"A","price":[350,"EUR"],"code":null}},
        "trigger":null,"audience":null,"schedule":null,"frequency_cap":null,"overlay_life":null,"media_ids":[],"priority":5,
        "allow_forward":false}"#;
    let row: DefinitionRow = serde_json::from_str(old).expect("a row");
    let read = Definition::try_from(row).expect("a definition");
    assert_eq!(
        overlay(&read, None)["content"]["image_url"],
        "https://a.example/p.png"
    );
    assert_eq!(read.presentation, Presentation::default());
}

#[test]
fn a_right_answer_is_in_no_languages_overlay() {
    for kind in ["quiz", "trivia"] {
        let read = taken(with(quiz(), "/content/kind", json!(kind)));
        let contents = overlay_contents(&read).expect("JSON");
        assert_eq!(contents.all().count(), 3);
        for said in contents.all() {
            assert!(!said.contains("correct"), "{said}");
            let overlay: Value = serde_json::from_str(&format!("{{{said}}}")).expect("JSON");
            let read: wire::Content =
                serde_json::from_value(overlay["content"].clone()).expect("a content");
            let (wire::Content::Quiz(quiz) | wire::Content::Trivia(quiz)) = read else {
                panic!("{said}")
            };
            assert_eq!((quiz.correct_answer_id, quiz.locales.len()), (None, 0));
            assert_eq!(quiz.answers.len(), 2, "the order tells nothing either");
            assert_eq!(quiz.answers[0].answer_id, "fish");
        }
    }
}

#[test]
fn a_viewer_gets_one_language_whole_with_who_pays_and_what_must_be_told() {
    let read = taken(quiz());
    let german = overlay(&read, Some("de-AT"));
    assert_eq!(german["locale"], "de");
    let content = &german["content"];
    assert_eq!(content["question"], "Was frisst er?");
    assert_eq!(
        content["answers"][0],
        json!({"answer_id": "fish", "text": "Fisch"})
    );
    assert_eq!(
        (&content["label"], &content["disclosure"]),
        (&json!("Ein Quiz über Vögel"), &json!("Nur für Erwachsene"))
    );
    assert_eq!(content["paid_by"], "Kestrel Optics");
    assert_eq!(
        (&content["locales"], &content["default_locale"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(
        overlay(&read, Some("de-CH"))["content"]["answers"][0]["text"],
        "Fische"
    );
    for own in [None, Some("en-US"), Some("fr")] {
        let overlay = overlay(&read, own);
        assert_eq!(
            (&overlay["locale"], &overlay["content"]["question"]),
            (&json!("en"), &json!("What does it eat?"))
        );
    }
    let arabic = overlay(&taken(ad()), Some("ar-EG"));
    assert_eq!(
        (&arabic["locale"], &arabic["content"]["link_text"]),
        (&json!("ar"), &json!("انظر"))
    );
    assert_eq!(arabic["content"]["theme"], ad()["content"]["theme"]);
}

#[test]
fn an_overlay_says_where_its_picture_lies_and_where_its_link_ends() {
    let content = overlay(&taken(ad()), None)["content"].clone();
    assert_eq!(content["image_url"], "/v1/images/0af1");
    assert_eq!(
        (&content["image_id"], &content["link_host"]),
        (&Value::Null, &json!("kestrel.example"))
    );
    refused(
        with(ad(), "/content/link_host", json!("bank.example")),
        "content.link_host",
    );
    let twice = with(ad(), "/content/image_url", json!("https://a.example/p.png"));
    refused(twice, "content.image_id");
    refused(without(ad(), "/content/image_text"), "content.image_text");
    refused(without(ad(), "/content/image_id"), "content.image_text");
    refused(
        with(ad(), "/content/image_id", json!("a b")),
        "content.image_id",
    );
}

#[test]
fn true_or_false_needs_no_answers_written_out() {
    let body = json!({"name": "T", "content": {"kind": "trivia", "question": "Terns fly far", "correct_answer_id": "false"}});
    let content = overlay(&taken(body.clone()), None)["content"].clone();
    assert_eq!(
        content["answers"],
        json!([{"answer_id": "true", "text": "True"}, {"answer_id": "false", "text": "False"}])
    );
    let german = json!({"question": "Seeschwalben fliegen weit", "answers": {"true": "Wahr", "false": "Falsch"}});
    let body = with(
        with(body, "/content/default_locale", json!("en")),
        "/content/locales",
        json!({"de": german}),
    );
    assert_eq!(
        overlay(&taken(body.clone()), Some("de"))["content"]["answers"][1]["text"],
        "Falsch"
    );
    refused(
        with(body.clone(), "/content/correct_answer_id", json!("fish")),
        "content.answers",
    );
    refused(
        with(body, "/content/correct_answer_id", json!(null)),
        "content.answers",
    );
}

#[test]
fn a_language_is_whole_and_says_nothing_more() {
    let at = |pointer: &str| format!("/content/locales/{pointer}");
    for (body, field) in [
        (
            without(quiz(), &at("de/question")),
            "content.locales.de.question",
        ),
        (
            without(quiz(), &at("de/answers/seeds")),
            "content.locales.de.answers.seeds",
        ),
        (
            with(quiz(), &at("de/answers/bread"), json!("Brot")),
            "content.locales.de.answers.bread",
        ),
        (
            without(quiz(), &at("de/disclosure")),
            "content.locales.de.disclosure",
        ),
        (without(quiz(), &at("de/label")), "content.locales.de.label"),
        (
            with(quiz(), &at("de/title"), json!("Titel")),
            "content.locales.de.title",
        ),
        (
            with(quiz(), &at("de/question"), json!("x".repeat(61))),
            "content.locales.de.question",
        ),
        (
            with(quiz(), &at("de/answers/fish"), json!("x".repeat(25))),
            "content.locales.de.answers.fish",
        ),
        (
            with(
                quiz(),
                &at("en"),
                quiz()["content"]["locales"]["de"].clone(),
            ),
            "content.locales.en",
        ),
        (
            with(
                quiz(),
                &at("de-CH"),
                quiz()["content"]["locales"]["de"].clone(),
            ),
            "content.locales.de-ch",
        ),
        (
            with(quiz(), &at("german"), json!({})),
            "content.locales.german",
        ),
        (
            without(quiz(), "/content/default_locale"),
            "content.default_locale",
        ),
        (
            with(quiz(), "/content/default_locale", json!("english")),
            "content.default_locale",
        ),
    ] {
        refused(body, field);
    }
}

#[test]
fn an_offers_language_is_whole_too_and_there_are_not_too_many() {
    let at = |pointer: &str| format!("/content/locales/{pointer}");
    for (body, field) in [
        (without(ad(), &at("ar/title")), "content.locales.ar.title"),
        (without(ad(), &at("ar/text")), "content.locales.ar.text"),
        (
            without(ad(), &at("ar/image_text")),
            "content.locales.ar.image_text",
        ),
        (
            without(ad(), &at("ar/link_text")),
            "content.locales.ar.link_text",
        ),
        (
            with(ad(), &at("ar/question"), json!("?")),
            "content.locales.ar.question",
        ),
        (
            with(ad(), &at("ar/answers"), json!({"a": "b"})),
            "content.locales.ar.answers",
        ),
        (
            with(ad(), &at("ar/disclosure"), json!("x")),
            "content.locales.ar.disclosure",
        ),
    ] {
        refused(body, field);
    }
    let many: serde_json::Map<String, Value> = (b'a'..=b'z')
        .flat_map(|a| [b'a', b'b'].map(|b| String::from_utf8(vec![a, b]).expect("ASCII")))
        .take(31)
        .map(|tag| (tag, json!({})))
        .collect();
    refused(
        with(quiz(), "/content/locales", many.into()),
        "content.locales",
    );
}

#[test]
fn each_kind_shows_as_long_as_it_may() {
    for (kind, least, most) in [
        ("poll", 10_000, 120_000),
        ("quiz", 5_000, 30_000),
        ("trivia", 5_000, 30_000),
    ] {
        let mut body = with(quiz(), "/content/kind", json!(kind));
        if kind == "poll" {
            body = without(body, "/content/correct_answer_id");
        }
        for (show_ms, fits) in [
            (least, true),
            (most, true),
            (least - 1, false),
            (most + 1, false),
        ] {
            let body = with(body.clone(), "/overlay_life", life(show_ms));
            if fits {
                taken(body);
            } else {
                let (_, bound) = refused(body, "overlay_life.show_ms");
                assert_eq!(bound, format!("{least}..={most}"));
            }
        }
        // What a media says is kept within the same bounds.
        let read = taken(body);
        let of_media = |show_ms| OverlayLife {
            show_ms,
            quiet_ms: 7,
            quiet_scope: QuietScope::Instrument,
        };
        let shown =
            [1_000, 20_000, 3_600_000].map(|show_ms| read.life_on(of_media(show_ms)).show_ms);
        assert_eq!(shown, [least, 20_000, most], "{kind}");
        assert_eq!(read.life_on(of_media(1_000)).quiet_ms, 7);
    }
    taken(with(ad(), "/overlay_life", life(600_000)));
}

#[test]
fn there_is_time_to_read_every_language() {
    // 3 + 4 + 1 + 2 + 1 and a price, and 2 who pay: 14 words.
    let enough = with(ad(), "/overlay_life", life(4_500));
    assert_eq!(taken(enough.clone()).show_time().least_ms, 4_500);
    let (detail, bound) = refused(
        with(enough.clone(), "/overlay_life", life(4_499)),
        "overlay_life.show_ms",
    );
    assert!(
        detail.contains("14 words") && bound.contains("4500"),
        "{detail} / {bound}"
    );
    // A language that needs more words needs more time.
    let wordy = with(enough, "/content/locales/ar/text", json!("ا ب ت ث ج ح خ د"));
    let (detail, _) = refused(wordy, "overlay_life.show_ms");
    assert!(detail.contains("content.locales.ar"), "{detail}");
    // Without a life of its own it is shown long enough whatever the media says.
    let short = OverlayLife {
        show_ms: 1_000,
        quiet_ms: 0,
        quiet_scope: QuietScope::Media,
    };
    assert_eq!(taken(ad()).life_on(short).show_ms, 4_500);
    // Words of one letter: 30 in the question and 12 in each of six answers take more than a quiz may show.
    let letters = |words: usize| vec!["w"; words].join(" ");
    let answers: Vec<Value> = (0..6)
        .map(|n| json!({"answer_id": n.to_string(), "text": letters(12)}))
        .collect();
    let long = json!({"name": "L", "content": {"kind": "quiz", "question": letters(30), "answers": answers, "correct_answer_id": "0",
        "disclosure": letters(60)}});
    let (detail, bound) = refused(long, "content");
    assert!(
        detail.contains("162 words") && bound.contains("41500"),
        "{detail} / {bound}"
    );
}

#[test]
fn colours_stand_apart_or_are_refused_with_the_number() {
    let theme = |theme: Value| with(ad(), "/content/theme", theme);
    for base in ["dark", "light"] {
        taken(theme(json!({"base": base})));
    }
    let (detail, bound) = refused(
        theme(json!({"base": "dark", "text": "#777777"})),
        "content.theme.text",
    );
    assert!(
        detail.contains("3.") && bound.contains("4.5"),
        "{detail} / {bound}"
    );
    for (colours, field) in [
        (json!({"base": "light", "muted": "#8a94a3"}), "muted"),
        (json!({"base": "dark", "accent": "#2350d0"}), "accent"),
        (json!({"base": "dark", "on_accent": "#ffffff"}), "on_accent"),
        (json!({"base": "dark", "surface": "#777777"}), "surface"),
        (json!({"base": "dark", "surface": "white"}), "surface"),
        (json!({"base": "light", "text": "#12345"}), "text"),
    ] {
        refused(theme(colours), &format!("content.theme.{field}"));
    }
    let odd = serde_json::from_value::<beckon_openapi::instrument::NewInstrument>(theme(
        json!({"base": "sepia"}),
    ));
    assert!(odd.is_err());
}

#[test]
fn names_are_words_and_not_files() {
    for text in ["IMG_2041.JPG", "★ ★ ★", "kettle.webp"] {
        let ad = || {
            let body = without(ad(), "/content/locales");
            without(body, "/content/default_locale")
        };
        refused(
            with(ad(), "/content/image_text", json!(text)),
            "content.image_text",
        );
        refused(with(ad(), "/content/label", json!(text)), "content.label");
    }
    let german = with(quiz(), "/content/locales/de/label", json!("quiz.png"));
    refused(german, "content.locales.de.label");
    for (pointer, most) in [("label", 120), ("paid_by", 60), ("disclosure", 120)] {
        let body = |text: String| {
            let body = without(without(ad(), "/content/locales"), "/content/default_locale");
            with(body, &format!("/content/{pointer}"), json!(text))
        };
        taken(body("ü".repeat(most)));
        for wrong in ["ü".repeat(most + 1), " ".to_owned(), "a\u{7}b".to_owned()] {
            refused(body(wrong), &format!("content.{pointer}"));
        }
    }
}

#[test]
fn an_upsell_says_what_it_follows_and_nothing_else_does() {
    let upsell = |follows: Value| {
        with(
            with(ad(), "/content/kind", json!("upsell")),
            "/content/follows",
            follows,
        )
    };
    taken(upsell(json!("0193")));
    refused(upsell(Value::Null), "content.follows");
    refused(upsell(json!("a b")), "content.follows");
    refused(
        with(ad(), "/content/follows", json!("0193")),
        "content.follows",
    );
    let overlay = overlay(&taken(upsell(json!("0193"))), None);
    assert_eq!(
        overlay["content"]["follows"],
        Value::Null,
        "it is nothing to viewers"
    );
}
