//! Detections over HTTP, and the import of real Rekognition output.

use std::path::PathBuf;

use beckon_api::auth::Role;
use serde_json::{Value, json};

use crate::harness::{Client, Server};
use crate::on_both_engines;

on_both_engines! {
    a_batch_is_stored_whole_or_not_at_all => batch_whole_or_not;
    detections_come_in_order_and_in_pages => ordered_pages;
    celebrities_need_a_legal_basis => celebrities;
    real_rekognition_output_is_imported => real_output;
    broken_rekognition_output_is_refused_and_nothing_is_stored => broken_output;
    detections_go_with_their_media => gone_with_media;
}

async fn with_media(server: &Server) -> Client {
    server
        .operator()
        .post("/v1/media", &json!({"media_id": "m"}))
        .await
        .expect(201);
    server.caller(Role::Ingest, "watcher")
}

fn seen(position_ms: i64, name: &str, confidence: f64) -> Value {
    json!({"position_ms": position_ms, "kind": "label", "name": name, "confidence": confidence})
}

async fn count(client: &Client) -> usize {
    let all = client
        .get("/v1/media/m/detections?from_ms=0&to_ms=600000&limit=500")
        .await
        .expect(200);
    all["items"].as_array().expect("a list").len()
}

async fn batch_whole_or_not(server: &mut Server) {
    let ingest = with_media(server).await;
    let path = "/v1/media/m/detections";
    let bad = json!({"items": [seen(1, "Bird", 90.0), seen(2, "Bird", 101.0)]});
    let problem = ingest.post(path, &bad).await.refused(422, "invalid_field");
    assert_eq!(
        (&problem["field"], &problem["bound"]),
        (&json!("items[1].confidence"), &json!("0..=100"))
    );
    ingest
        .post(path, &json!({"items": [seen(-1, "Bird", 90.0)]}))
        .await
        .refused(422, "invalid_field");
    ingest
        .post(path, &json!({"items": []}))
        .await
        .refused(422, "invalid_field");
    // JSON has no NaN: it cannot even be read.
    let nan = r#"{"items": [{"position_ms": 1, "kind": "label", "name": "A", "confidence": NaN}]}"#;
    ingest
        .post_bytes(path, "application/json", nan)
        .await
        .refused(400, "malformed_body");
    assert_eq!(count(&ingest).await, 0);
    ingest
        .post(
            "/v1/media/unknown/detections",
            &json!({"items": [seen(1, "A", 9.0)]}),
        )
        .await
        .refused(404, "media_not_found");
    let good = json!({"items": [seen(1, "Bird", 90.0), seen(1, "Tree", 80.0)]});
    assert_eq!(ingest.post(path, &good).await.expect(201)["stored"], 2);
    ingest.post(path, &good).await.expect(201);
    assert_eq!(
        count(&ingest).await,
        2,
        "the same batch twice is stored once"
    );
}

async fn ordered_pages(server: &mut Server) {
    let ingest = with_media(server).await;
    let items: Vec<Value> = (0..7)
        .map(|i| {
            seen(
                i * 1000,
                if i % 2 == 0 { "Bird" } else { "Tree" },
                50.0 + i as f64,
            )
        })
        .collect();
    ingest
        .post("/v1/media/m/detections", &json!({"items": items}))
        .await
        .expect(201);
    let path = "/v1/media/m/detections?from_ms=1000&to_ms=5000&min_confidence=52&limit=2";
    let (mut positions, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = ingest.get(&format!("{path}{cursor}")).await.expect(200);
        positions.extend(
            page["items"]
                .as_array()
                .expect("a list")
                .iter()
                .map(|d| d["position_ms"].clone()),
        );
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={}", next.replace('#', "%23")),
            None => break,
        }
    }
    assert_eq!(positions, [2000, 3000, 4000, 5000]);
    let wide = "/v1/media/m/detections?from_ms=0&to_ms=600001";
    assert_eq!(
        ingest.get(wide).await.refused(422, "window_too_wide")["bound"],
        "at most 600000 ms"
    );
    ingest
        .get("/v1/media/m/detections?from_ms=5&to_ms=4")
        .await
        .refused(422, "invalid_window");
    ingest
        .get("/v1/media/m/detections?from_ms=-5&to_ms=4")
        .await
        .refused(422, "invalid_window");
    ingest
        .get("/v1/media/m/detections?from_ms=0&to_ms=4&min_confidence=NaN")
        .await
        .refused(422, "invalid_field");
    ingest
        .get("/v1/media/m/detections?from_ms=a&to_ms=4")
        .await
        .refused(400, "malformed_parameter");
}

async fn celebrities(server: &mut Server) {
    let ingest = with_media(server).await;
    let star = json!({"items": [{"position_ms": 1, "kind": "celebrity", "name": "A Star", "confidence": 99, "external_id": "x1"}]});
    let report = ingest
        .post("/v1/media/m/detections", &star)
        .await
        .expect(201);
    assert_eq!(
        (&report["stored"], &report["left_out_people"]),
        (&json!(0), &json!(1))
    );
    server
        .operator()
        .put(
            "/v1/media/m",
            &json!({"people_basis": "contract 17 with the league"}),
        )
        .await
        .expect(200);
    assert_eq!(
        ingest
            .post("/v1/media/m/detections", &star)
            .await
            .expect(201)["stored"],
        1
    );
    assert_eq!(count(&ingest).await, 1);
}

fn shared() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/rekognition");
    if !folder.is_dir() {
        eprintln!(
            "left out: the real Rekognition files of ../shared/data are not here; the importer's own fixtures ran"
        );
        return None;
    }
    Some(folder)
}

async fn real_output(server: &mut Server) {
    let ingest = with_media(server).await;
    let Some(folder) = shared() else { return };
    let read = |name: &str| std::fs::read(folder.join(name)).expect("the file");
    let path = "/v1/media/m/detections/import";
    let swans = read("shellzu-getlabeldetection-19368_640x360.json");
    let report = ingest
        .post_bytes(path, "application/json", swans)
        .await
        .expect(201);
    assert_eq!(
        report,
        json!({"shape": "console_export", "stored": 747, "names": 38, "positions": 40,
        "first_position_ms": 0, "last_position_ms": 19519, "left_out_people": 0, "next_token": null})
    );
    let at = ingest
        .get("/v1/media/m/detections?from_ms=5005&to_ms=5005&limit=500")
        .await
        .expect(200);
    let bird = at["items"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|d| d["name"] == "Bird")
        .expect("a bird");
    assert_eq!(bird["boxes"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        (bird["confidence"].as_f64().expect("a number") * 10.0).round(),
        942.0
    );
    for (name, shape, stored, people) in [
        ("awscli-getlabeldetection-v2.json", "api_answer", 2, 0),
        (
            "imahe-detectlabels-v3-gosdk-nulls.json",
            "api_answer",
            23,
            0,
        ),
        (
            "guide2018-detectlabels-v1-nameonly.json",
            "api_answer",
            5,
            0,
        ),
        (
            "fst20533454627-detectcustomlabels-logo-bbox.json",
            "api_answer",
            1,
            0,
        ),
        ("gbs-recognizecelebrities-boto3.json", "api_answer", 0, 1),
        (
            "guide-recognizecelebrities-1celeb-1unknown.json",
            "api_answer",
            0,
            2,
        ),
        ("awscli-getcelebrityrecognition.json", "api_answer", 0, 2),
        ("athena-getfacedetection-55s.json", "api_answer", 0, 80),
    ] {
        let report = ingest
            .post_bytes(path, "application/json", read(name))
            .await
            .expect(201);
        let said = (
            &report["shape"],
            &report["stored"],
            &report["left_out_people"],
        );
        assert_eq!(
            said,
            (&json!(shape), &json!(stored), &json!(people)),
            "{name}"
        );
    }
}

async fn broken_output(server: &mut Server) {
    let ingest = with_media(server).await;
    let path = "/v1/media/m/detections/import";
    ingest
        .post_bytes(path, "application/json", r#"{"Labels": [{"Timestamp": 1}"#)
        .await
        .refused(422, "malformed_import");
    if let Some(folder) = shared() {
        let mut tried = 0;
        for entry in std::fs::read_dir(folder).expect("the folder") {
            let file = entry.expect("a file").path();
            let name = file
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            if name.starts_with("MALFORMED-") || name.contains("getsegmentdetection") {
                let bytes = std::fs::read(&file).expect("the file");
                ingest
                    .post_bytes(path, "application/json", bytes)
                    .await
                    .refused(422, "malformed_import");
                tried += 1;
            }
        }
        assert!(tried >= 4, "only {tried} broken files were tried");
    }
    assert_eq!(count(&ingest).await, 0);
}

async fn gone_with_media(server: &mut Server) {
    let ingest = with_media(server).await;
    ingest
        .post(
            "/v1/media/m/detections",
            &json!({"items": [seen(1, "Bird", 90.0)]}),
        )
        .await
        .expect(201);
    server.operator().delete("/v1/media/m").await.expect(204);
    with_media(server).await;
    assert_eq!(count(&ingest).await, 0);
}
