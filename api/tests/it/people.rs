//! People in the picture: nobody without a legal basis, nobody who opted out, and everybody can be erased.

use std::time::Duration;

use beckon_api::auth::Role;
use beckon_api::config::now;
use beckon_api::db::Engine as Kind;
use beckon_api::words::{MediaId, Window};
use serde_json::{Value, json};
use sqlx::Row;

use crate::harness::{Client, Server};
use crate::on_all_stores;

on_all_stores! {
    who_opted_out_is_not_stored_and_what_was_is_erased => opting_out;
    the_list_of_opt_outs_is_kept => list;
    one_call_erases_a_person_over_all_media => erasing;
    who_was_erased_is_forgotten_by_every_node => every_node;
    who_opts_out_while_being_stored_is_not_stored_for_good => racing;
    what_a_node_that_died_had_begun_to_erase_is_erased_by_the_next => died;
    unknown_faces_and_genders_are_never_stored => faces;
}

const STAR: &str = "1SK7cR8M";

/// Media with a legal basis.
async fn with_media(server: &Server, ids: &[&str]) -> Client {
    for id in ids {
        let media = json!({"media_id": id, "people_basis": "contract 17"});
        server
            .operator()
            .post("/v1/media", &media)
            .await
            .expect(201);
    }
    server.caller(Role::Ingest, "watcher")
}

fn star(position_ms: i64) -> Value {
    json!({"position_ms": position_ms, "kind": "celebrity", "name": "A Star", "external_id": STAR, "confidence": 99})
}

fn label(position_ms: i64) -> Value {
    json!({"position_ms": position_ms, "kind": "label", "name": "Boat", "confidence": 90})
}

async fn store(client: &Client, media: &str, items: &[Value]) -> (u64, u64) {
    let path = format!("/v1/media/{media}/detections");
    let report = client
        .post(&path, &json!({"items": items}))
        .await
        .expect(201);
    let number = |field: &str| report[field].as_u64().expect("a number");
    (number("stored"), number("left_out_people"))
}

async fn count(client: &Client, media: &str) -> usize {
    let path = format!("/v1/media/{media}/detections?from_ms=0&to_ms=600000&limit=500");
    let all = client.get(&path).await.expect(200);
    all["items"].as_array().expect("a list").len()
}

async fn opting_out(server: &mut Server) {
    let ingest = with_media(server, &["m", "n"]).await;
    assert_eq!(store(&ingest, "m", &[star(1), label(1)]).await, (2, 0));
    assert_eq!(store(&ingest, "n", &[star(5), star(6)]).await, (2, 0));
    let path = format!("/v1/people/opt-outs/{STAR}");
    ingest
        .put(&path, &json!({}))
        .await
        .refused(403, "forbidden");
    let operator = server.operator();
    let erased = operator
        .put(&path, &json!({"note": "a letter"}))
        .await
        .expect(200);
    assert_eq!(erased, json!({"detections": 3, "media": 2}));
    assert_eq!(
        (count(&ingest, "m").await, count(&ingest, "n").await),
        (1, 0)
    );
    // By hand, and by import.
    assert_eq!(store(&ingest, "m", &[star(2), label(2)]).await, (1, 1));
    let file = json!({"CelebrityFaces": [{"Name": "A Star", "Id": STAR, "MatchConfidence": 99.0}], "UnrecognizedFaces": []});
    let report = ingest
        .post("/v1/media/m/detections/import?offset_ms=9", &file)
        .await
        .expect(201);
    assert_eq!(
        (
            &report["stored"],
            &report["left_out_people"],
            &report["names"]
        ),
        (&json!(0), &json!(1), &json!(0))
    );
    operator.delete(&path).await.expect(204);
    assert_eq!(store(&ingest, "m", &[star(3)]).await, (1, 0));
}

async fn list(server: &mut Server) {
    let operator = server.operator();
    for id in ["b", "a", "c d/e"] {
        let path = format!(
            "/v1/people/opt-outs/{}",
            id.replace('/', "%2F").replace(' ', "%20")
        );
        operator.put(&path, &json!({"note": id})).await.expect(200);
    }
    let page = operator
        .get("/v1/people/opt-outs?limit=2")
        .await
        .expect(200);
    let ids = |page: &Value| -> Vec<Value> {
        let items = page["items"].as_array().expect("a list").iter();
        items.map(|item| item["external_id"].clone()).collect()
    };
    assert_eq!(ids(&page), ["a", "b"]);
    let cursor = page["next_cursor"].as_str().expect("more");
    let path = format!("/v1/people/opt-outs?limit=2&cursor={cursor}");
    let last = operator.get(&path).await.expect(200);
    assert_eq!(
        (ids(&last), &last["next_cursor"]),
        (vec![json!("c d/e")], &json!(null))
    );
    let one = operator.get("/v1/people/opt-outs/a").await.expect(200);
    assert_eq!(one["note"], "a");
    operator
        .put("/v1/people/opt-outs/a", &json!({"reason": "x"}))
        .await
        .refused(400, "unknown_field");
    operator.delete("/v1/people/opt-outs/a").await.expect(204);
    for answer in [
        operator.delete("/v1/people/opt-outs/a").await,
        operator.get("/v1/people/opt-outs/a").await,
    ] {
        answer.refused(404, "opt_out_not_found");
    }
}

async fn erasing(server: &mut Server) {
    let ingest = with_media(server, &["m", "n"]).await;
    let nameless =
        json!({"position_ms": 4, "kind": "celebrity", "name": "A Star", "confidence": 99});
    store(&ingest, "m", &[star(1), nameless, label(1)]).await;
    store(&ingest, "n", &[star(5)]).await;
    let operator = server.operator();
    ingest
        .delete(&format!("/v1/people/{STAR}"))
        .await
        .refused(403, "forbidden");
    let by_id = operator
        .delete(&format!("/v1/people/{STAR}"))
        .await
        .expect(200);
    assert_eq!(by_id, json!({"detections": 2, "media": 2}));
    let by_name = operator
        .delete("/v1/people?name=A%20Star")
        .await
        .expect(200);
    assert_eq!(by_name, json!({"detections": 1, "media": 1}));
    assert_eq!(
        (count(&ingest, "m").await, count(&ingest, "n").await),
        (1, 0)
    );
    // An object of that name is nobody.
    let boat = operator.delete("/v1/people?name=Boat").await.expect(200);
    assert_eq!(boat, json!({"detections": 0, "media": 0}));
}

/// What the node's memory says of a media's first seconds.
async fn in_memory(server: &Server) -> usize {
    let window = Window::parse(0, 9_999, 10_000).expect("a window");
    let media = MediaId::parse("m").expect("an id");
    let pages = server.app().detections().pages();
    let found = pages.touching(&media, window).await.expect("pages");
    found.iter().map(|page| page.within(window).len()).sum()
}

async fn every_node(server: &mut Server) {
    let ingest = with_media(server, &["m"]).await;
    store(&ingest, "m", &[star(1), label(1)]).await;
    let other = server.second_node().await;
    assert_eq!((in_memory(server).await, in_memory(&other).await), (2, 2));
    let operator = server.operator();
    operator
        .delete(&format!("/v1/people/{STAR}"))
        .await
        .expect(200);
    assert_eq!(in_memory(server).await, 1);
    for _ in 0..100 {
        if in_memory(&other).await == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(
        in_memory(&other).await,
        1,
        "the other node never heard of it"
    );
    // Who opted out here is not stored there, at once.
    let path = format!("/v1/people/opt-outs/{STAR}");
    operator.put(&path, &json!({})).await.expect(200);
    let there = other.caller(Role::Ingest, "watcher");
    assert_eq!(store(&there, "m", &[star(2)]).await, (0, 1));
    other.finish().await;
}

async fn racing(server: &mut Server) {
    let ingest = with_media(server, &["m"]).await;
    let operator = server.operator();
    for round in 0..10 {
        let id = format!("s{round}");
        let items: Vec<Value> = (0..50)
            .map(|i| {
                let mut item = star(i);
                item["external_id"] = json!(id);
                item
            })
            .collect();
        let path = format!("/v1/people/opt-outs/{id}");
        let body = json!({});
        let (_, answer) = tokio::join!(store(&ingest, "m", &items), operator.put(&path, &body));
        answer.expect(200);
        assert_eq!(count(&ingest, "m").await, 0, "round {round}");
    }
}

async fn died(server: &mut Server) {
    let ingest = with_media(server, &["m"]).await;
    store(&ingest, "m", &[star(1), label(1)]).await;
    let db = server.database().await;
    let mut write = db.write().await.expect("a write");
    sqlx::query("insert into opt_out (external_id, opted_out_at) values ($1, $2)")
        .bind(STAR)
        .bind(now().ms())
        .execute(write.tx())
        .await
        .expect("the list as a node that died left it");
    write.commit().await.expect("durable");
    db.close().await;
    server.restart().await;
    let ingest = server.caller(Role::Ingest, "watcher");
    assert_eq!(count(&ingest, "m").await, 1);
}

/// Everything that the database holds of detections, as text.
async fn raw(server: &Server) -> String {
    let db = server.database().await;
    if db.engine() == Kind::Sqlite {
        let mut text = String::new();
        for entry in std::fs::read_dir(server.data_dir()).expect("the folder") {
            let path = entry.expect("an entry").path();
            if path.is_file() {
                let bytes = std::fs::read(&path).expect("the file");
                text.push_str(&String::from_utf8_lossy(&bytes));
            }
        }
        db.close().await;
        return text + &server.text_elsewhere().await;
    }
    let rows = sqlx::query("select cast(d as text) from detection d")
        .fetch_all(db.pool())
        .await
        .expect("rows");
    db.close().await;
    rows.iter()
        .map(|row| row.try_get::<String, _>(0).expect("text"))
        .collect()
}

async fn faces(server: &mut Server) {
    let ingest = with_media(server, &["m"]).await;
    let face = json!({"BoundingBox": {"Left": 0.1, "Top": 0.1, "Width": 0.2, "Height": 0.2}, "Confidence": 99.0,
        "Landmarks": [{"Type": "eyeLeft", "X": 0.4142, "Y": 0.2}], "Pose": {"Roll": 1.7320508},
        "Emotions": [{"Type": "CALM", "Confidence": 88.0}], "Smile": {"Value": true, "Confidence": 91.0}});
    let own = json!({"CelebrityFaces": [{"Name": "A Star", "Id": STAR, "MatchConfidence": 99.0, "Face": face,
            "KnownGender": {"Type": "Female"}, "Urls": ["www.example.com/star"]}],
        "UnrecognizedFaces": [face]});
    let path = "/v1/media/m/detections/import";
    let report = ingest.post(path, &own).await.expect(201);
    assert_eq!(
        (&report["stored"], &report["left_out_people"]),
        (&json!(1), &json!(1))
    );
    let real = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/data/rekognition/gbs-recognizecelebrities-boto3.json");
    match std::fs::read(&real) {
        Ok(bytes) => {
            let report = ingest
                .post_bytes(&format!("{path}?offset_ms=5"), "application/json", bytes)
                .await
                .expect(201);
            assert_eq!(report["stored"], 1);
        }
        Err(_) => eprintln!(
            "left out: the real RecognizeCelebrities answer is not here; the own fixture ran"
        ),
    }
    let raw = raw(server).await;
    assert!(
        raw.contains("A Star"),
        "the text is what the database holds"
    );
    for never in [
        "KnownGender",
        "Female",
        "\"Male\"",
        "Landmarks",
        "eyeLeft",
        "0.4142",
        "Pose",
        "1.7320508",
        "Emotions",
        "CALM",
        "Smile",
        "Unrecognized",
        "example.com/star",
    ] {
        assert!(!raw.contains(never), "the database holds {never}");
    }
}
