//! What a node holds of instruments: the index that decisions read, kept alike on all of them, and versions of old.

use std::sync::Arc;

use beckon_api::audit::Change;
use beckon_api::auth::{Caller, Role};
use beckon_api::config::now;
use beckon_api::db::Refresh;
use beckon_api::detections::entities::Entities;
use beckon_api::detections::{Detection, Page};
use beckon_api::etag::IfMatch;
use beckon_api::instruments::{Draft, Index, Instruments, Kind, State, TOPIC};
use beckon_api::viewers::Declarations;
use beckon_api::words::{Confidence, InstrumentId, Position, Time, ViewerId, Window};
use beckon_classifier::schema::Schema;
use serde_json::{Value, json};

use crate::decisions::set_live;
use crate::harness::Server;
use crate::instruments::{marketer, poll, quiz, register};
use crate::on_both_engines;

on_both_engines! {
    the_index_holds_what_is_live_by_the_names_that_trigger_it => index;
    another_node_learns_of_a_change => two_nodes;
    a_nodes_own_index_follows_at_once => own_index;
    a_version_outlives_its_instrument => old_versions;
}

async fn node(server: &Server) -> Instruments {
    let db = server.database().await;
    let declarations = Declarations::open(db.clone()).await.expect("attributes");
    let entities = Entities::open(db.clone()).await.expect("the entities");
    let schema = Schema::default();
    Instruments::open(db, Arc::new(declarations), schema, Arc::new(entities))
        .await
        .expect("a node")
}

/// The instruments that a sure detection of this name calls for.
fn called_by(index: &Index, name: &str) -> Vec<u32> {
    let page = Page::of(vec![Detection {
        position: Position::ZERO,
        kind: beckon_api::detections::Kind::Label,
        name: name.to_owned(),
        external_id: None,
        confidence: Confidence::parse(99.0).expect("a confidence"),
        boxes: Vec::new(),
        parents: Vec::new(),
        categories: Vec::new(),
        source: "test".to_owned(),
        seen_at: Time::from_ms(0),
    }]);
    let mut found = Vec::new();
    for hit in page.within(Window::WHOLE) {
        index.called_by(&page, hit, |at| found.push(at));
    }
    found
}

async fn index(server: &mut Server) {
    let mia = marketer(server);
    let quiz = register(&mia, &quiz()).await;
    let mut first = poll();
    first["priority"] = json!(1);
    let first = register(&mia, &first).await;
    register(&mia, &poll()).await;
    set_live(server, &quiz).await;
    set_live(server, &first).await;
    let node = node(server).await;
    let index = node.index();
    let ids: Vec<&str> = index
        .all()
        .iter()
        .map(|live| live.instrument_id.as_str())
        .collect();
    assert_eq!(
        ids,
        [first.as_str(), quiz.as_str()],
        "the first tier first, no drafts"
    );
    assert_eq!(index.without_trigger(), [0]);
    assert_eq!(called_by(&index, "kingfisher"), [1]);
    assert!(called_by(&index, "Squirrel").is_empty());
    let live = index.get(1);
    assert_eq!((live.kind, live.version), (Kind::Quiz, 1));
    assert_eq!(uuid::Uuid::from_u128(live.key).to_string(), quiz);
    let said = live.contents.lookup(None);
    assert!(!said.contains("correct"), "{said}");
    let whole = format!("{}0,{said}}}", live.head_json);
    let whole: Value = serde_json::from_str(&whole).expect("head and content join to JSON");
    assert_eq!(
        (&whole["kind"], &whole["instrument_id"]),
        (&json!("quiz"), &json!(quiz))
    );
}

async fn two_nodes(server: &mut Server) {
    let mia = marketer(server);
    let id = register(&mia, &quiz()).await;
    let other = node(server).await;
    let before = other.index().revision();
    set_live(server, &id).await;
    assert!(other.index().all().is_empty(), "it has not heard of it yet");
    other
        .refresh(&["media".to_owned()])
        .await
        .expect("not concerned");
    assert_eq!(other.index().revision(), before);
    other.refresh(&[TOPIC.to_owned()]).await.expect("rebuilt");
    assert_eq!(other.index().all().len(), 1);
    assert_ne!(other.index().revision(), before);
}

async fn own_index(server: &mut Server) {
    let id = register(&marketer(server), &quiz()).await;
    let id = InstrumentId::parse(&id).expect("an id");
    let node = node(server).await;
    let draft = Draft {
        definition: node.get(&id).await.expect("it is there").definition,
        external_id: None,
    };
    let caller = |subject: &str| Caller {
        subject: ViewerId::parse(subject).expect("an id"),
        role: Role::Marketer,
        test: false,
        media: None,
        expires_at: now().plus_ms(60_000),
    };
    let (mia, max, any) = (caller("mia"), caller("max"), IfMatch::default());
    let by = |caller| Change::of(caller, &any, now());
    let step = async |who, to| node.move_to(&id, to, None, by(who)).await.expect("moved");
    let versions = || -> Vec<u32> { node.index().all().iter().map(|live| live.version).collect() };
    step(&mia, State::InReview).await;
    step(&max, State::Approved).await;
    assert_eq!(versions(), [0; 0], "approved is not live");
    step(&mia, State::Live).await;
    assert_eq!(versions(), [1]);
    node.replace(&id, draft, by(&mia)).await.expect("replaced");
    assert_eq!(versions(), [1], "nobody has read the second");
    step(&mia, State::InReview).await;
    assert_eq!(versions(), [1]);
    step(&max, State::Approved).await;
    assert_eq!(versions(), [2]);
    assert!(step(&mia, State::Paused).await.has_left);
    assert_eq!(versions(), [0; 0]);
}

async fn old_versions(server: &mut Server) {
    let mia = marketer(server);
    let id = register(&mia, &quiz()).await;
    mia.put(&format!("/v1/instruments/{id}"), &poll())
        .await
        .expect(200);
    mia.delete(&format!("/v1/instruments/{id}"))
        .await
        .expect(204);
    let node = node(server).await;
    let id = InstrumentId::parse(&id).expect("an id");
    // The second time it comes from memory.
    for _ in 0..2 {
        let first = node
            .version(&id, 1)
            .await
            .expect("the database answers")
            .expect("it was there");
        let question = first.question().expect("a question");
        assert!(question.has("fish") && !question.has("bread"));
        assert_eq!(
            question.correct.as_ref().map(|id| id.as_str()),
            Some("fish")
        );
        assert_eq!(first.pieces.len(), 2);
    }
    let second = node
        .version(&id, 2)
        .await
        .expect("the database answers")
        .expect("it was there");
    assert_eq!(second.kind(), Kind::Poll);
    assert!(
        node.version(&id, 3)
            .await
            .expect("the database answers")
            .is_none()
    );
}
