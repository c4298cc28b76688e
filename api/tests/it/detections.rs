//! Detections over HTTP, and the import of real Rekognition output.

use std::path::PathBuf;

use beckon_api::auth::Role;
use serde_json::{Value, json};

use crate::harness::{Client, Server};
use crate::on_all_stores;

on_all_stores! {
    a_batch_is_stored_whole_or_not_at_all => batch_whole_or_not;
    detections_come_in_order_and_in_pages => ordered_pages;
    celebrities_need_a_legal_basis => celebrities;
    real_rekognition_output_is_imported => real_output;
    broken_rekognition_output_is_refused_and_nothing_is_stored => broken_output;
    detections_go_with_their_media => gone_with_media;
    namesakes_at_one_position_are_both_kept => namesakes;
    a_celebrity_and_an_object_of_one_name_at_one_position_are_both_kept => celebrity_and_object;
    boxes_beyond_the_picture_are_kept_as_they_are => boxes;
    detections_are_filtered_by_kind_and_name => filters;
    the_distinct_names_are_told_with_their_ends_count_and_best => names;
    the_timeline_counts_in_stretches => timeline;
    importing_twice_changes_nothing => twice;
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

async fn with_basis(server: &Server) -> Client {
    let ingest = with_media(server).await;
    let basis = json!({"people_basis": "contract 17 with the league"});
    server
        .operator()
        .put("/v1/media/m", &basis)
        .await
        .expect(200);
    ingest
}

fn person(position_ms: i64, name: &str, id: Option<&str>) -> Value {
    json!({"position_ms": position_ms, "kind": "celebrity", "name": name, "external_id": id, "confidence": 99.0})
}

async fn store(client: &Client, items: &[Value]) -> Value {
    let path = "/v1/media/m/detections";
    client
        .post(path, &json!({"items": items}))
        .await
        .expect(201)
}

async fn read(client: &Client, query: &str) -> Vec<Value> {
    let path = format!("/v1/media/m/detections{query}");
    let page = client.get(&path).await.expect(200);
    page["items"].as_array().expect("a list").clone()
}

async fn namesakes(server: &mut Server) {
    let ingest = with_basis(server).await;
    // A `#` in a name makes no namesake of it.
    let items = [
        person(7, "Kim Lee", Some("a1")),
        person(7, "Kim Lee", Some("b2")),
        person(7, "Kim Lee", None),
        person(7, "Kim Lee#a1", None),
    ];
    for _ in 0..2 {
        assert_eq!(store(&ingest, &items).await["stored"], 4);
    }
    let found = read(&ingest, "?from_ms=7&to_ms=7").await;
    let ids: Vec<_> = found
        .iter()
        .map(|d| (&d["name"], &d["external_id"]))
        .collect();
    let (kim, hash) = (json!("Kim Lee"), json!("Kim Lee#a1"));
    assert_eq!(
        ids,
        [
            (&kim, &json!(null)),
            (&kim, &json!("a1")),
            (&kim, &json!("b2")),
            (&hash, &json!(null))
        ]
    );
    // Pages break between namesakes without losing one.
    let mut paged = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/media/m/detections?from_ms=0&to_ms=9&limit=1{cursor}");
        let page = ingest.get(&path).await.expect(200);
        paged.extend(page["items"].as_array().expect("a list").clone());
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        cursor = format!("&cursor={}", next.replace('%', "%25").replace('#', "%23"));
    }
    assert_eq!(paged, found);
}

async fn celebrity_and_object(server: &mut Server) {
    let ingest = with_basis(server).await;
    store(
        &ingest,
        &[person(3, "Pelican", None), seen(3, "Pelican", 80.0)],
    )
    .await;
    let found = read(&ingest, "?from_ms=3&to_ms=3").await;
    let kinds: Vec<_> = found.iter().map(|d| d["kind"].clone()).collect();
    assert_eq!(kinds, ["celebrity", "label"]);
}

async fn boxes(server: &mut Server) {
    let ingest = with_media(server).await;
    let place =
        json!({"left": -0.013, "top": 0.97, "width": 1.02, "height": 0.0625, "confidence": 55.5});
    let mut item = seen(1, "Boat", 90.0);
    item["boxes"] = json!([place]);
    store(&ingest, &[item]).await;
    assert_eq!(
        read(&ingest, "?from_ms=1&to_ms=1").await[0]["boxes"],
        json!([place])
    );
}

async fn filters(server: &mut Server) {
    let ingest = with_basis(server).await;
    let items = [
        seen(1, "Bird", 90.0),
        seen(2, "Tree", 80.0),
        seen(3, "Bird", 40.0),
        person(3, "Bird", None),
    ];
    store(&ingest, &items).await;
    let whole = "?from_ms=0&to_ms=9";
    let count = async |more: &str| read(&ingest, &format!("{whole}{more}")).await.len();
    assert_eq!(count("").await, 4);
    assert_eq!(count("&kind=label").await, 3);
    assert_eq!(count("&name=Bird").await, 3);
    assert_eq!(count("&kind=label&name=Bird").await, 2);
    assert_eq!(count("&kind=label&name=Bird&min_confidence=50").await, 1);
    assert_eq!(count("&name=bir").await, 0);
    let path = "/v1/media/m/detections?from_ms=0&to_ms=9&kind=ghost";
    ingest.get(path).await.refused(400, "malformed_parameter");
}

async fn names(server: &mut Server) {
    let ingest = with_basis(server).await;
    let items = [
        seen(1000, "Bird", 90.0),
        seen(700_000, "Bird", 95.5),
        seen(2000, "Tree", 80.0),
        person(2000, "Kim Lee", Some("a1")),
        person(3000, "Kim Lee", Some("b2")),
        person(4000, "Kim Lee", Some("b2")),
    ];
    store(&ingest, &items).await;
    let found = read(&ingest, "/names").await;
    let line = |kind: &str, name: &str, id: Value, first: i64, last: i64, count: u64, best: f64| {
        json!({"kind": kind, "name": name, "external_id": id, "first_position_ms": first,
            "last_position_ms": last, "count": count, "best_confidence": best})
    };
    let all = [
        line("celebrity", "Kim Lee", json!("a1"), 2000, 2000, 1, 99.0),
        line("celebrity", "Kim Lee", json!("b2"), 3000, 4000, 2, 99.0),
        line("label", "Bird", json!(null), 1000, 700_000, 2, 95.5),
        line("label", "Tree", json!(null), 2000, 2000, 1, 80.0),
    ];
    assert_eq!(found, all);
    let in_window = read(&ingest, "/names?from_ms=0&to_ms=2000&kind=label").await;
    assert_eq!(
        in_window,
        [
            line("label", "Bird", json!(null), 1000, 1000, 1, 90.0),
            line("label", "Tree", json!(null), 2000, 2000, 1, 80.0)
        ]
    );
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/media/m/detections/names?limit=1{cursor}");
        let page = ingest.get(&path).await.expect(200);
        paged.extend(page["items"].as_array().expect("a list").clone());
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        cursor = format!("&cursor={}", next.replace('#', "%23"));
    }
    assert_eq!(paged, all);
    let names = "/v1/media/m/detections/names";
    let wide = format!("{names}?from_ms=0&to_ms=600001");
    ingest.get(&wide).await.refused(422, "window_too_wide");
    let half = format!("{names}?from_ms=0");
    ingest.get(&half).await.refused(422, "invalid_window");
    ingest
        .get("/v1/media/unknown/detections/names")
        .await
        .refused(404, "media_not_found");
}

async fn timeline(server: &mut Server) {
    let ingest = with_media(server).await;
    let mut items: Vec<Value> = (0..10)
        .map(|i| seen(i * 500, "Bird", 50.0 + i as f64))
        .collect();
    items.extend([
        seen(100, "Tree", 99.0),
        seen(4999, "Tree", 98.0),
        seen(0, "Sea", 97.0),
    ]);
    store(&ingest, &items).await;
    let path = "/v1/media/m/timeline";
    let told = ingest
        .get(&format!("{path}?bin_ms=2000&top=2"))
        .await
        .expect(200);
    assert_eq!(
        (&told["from_ms"], &told["bin_ms"]),
        (&json!(0), &json!(2000))
    );
    let lines = told["items"].as_array().expect("lines");
    assert_eq!(lines.len(), 2, "the two seen most often");
    assert_eq!(
        (&lines[0]["name"], &lines[0]["count"]),
        (&json!("Bird"), &json!(10))
    );
    assert_eq!(
        lines[0]["bins"],
        json!([{"position_ms": 0, "count": 4, "best_confidence": 53.0},
            {"position_ms": 2000, "count": 4, "best_confidence": 57.0},
            {"position_ms": 4000, "count": 2, "best_confidence": 59.0}])
    );
    assert_eq!(
        lines[1]["bins"],
        json!([{"position_ms": 0, "count": 1, "best_confidence": 99.0},
            {"position_ms": 4000, "count": 1, "best_confidence": 98.0}])
    );
    // Five stretches over what there is: 0 to 4999.
    let five = ingest
        .get(&format!("{path}?bins=5&name=Sea"))
        .await
        .expect(200);
    assert_eq!(
        (&five["bin_ms"], &five["items"][0]["name"]),
        (&json!(1), &json!("Sea"))
    );
    let five = ingest.get(&format!("{path}?bins=5")).await.expect(200);
    assert_eq!(five["bin_ms"], 1000);
    let part = ingest
        .get(&format!("{path}?from_ms=1000&to_ms=2999&bins=2&kind=label"))
        .await
        .expect(200);
    assert_eq!(
        (&part["from_ms"], &part["bin_ms"]),
        (&json!(1000), &json!(1000))
    );
    assert_eq!(
        part["items"][0]["bins"][1],
        json!({"position_ms": 2000, "count": 2, "best_confidence": 55.0})
    );
    for wrong in [
        "bin_ms=0",
        "bins=0",
        "bins=2001",
        "top=101",
        "bin_ms=5&bins=5",
    ] {
        ingest
            .get(&format!("{path}?{wrong}"))
            .await
            .refused(422, "invalid_field");
    }
}

async fn twice(server: &mut Server) {
    let ingest = with_basis(server).await;
    let file = r#"{"JobStatus": "SUCCEEDED", "Labels": [{"Timestamp": 500, "Label": {"Name": "Bird", "Confidence": 94.2}}],
        "Celebrities": [{"Timestamp": 500, "Celebrity": {"Name": "Kim Lee", "Id": "a1", "Confidence": 98.0}},
            {"Timestamp": 500, "Celebrity": {"Name": "Kim Lee", "Id": "b2", "Confidence": 97.0}},
            {"Timestamp": 500, "Celebrity": {"Name": "Bird", "Id": "", "Confidence": 97.0}}]}"#;
    for _ in 0..2 {
        let path = "/v1/media/m/detections/import";
        let report = ingest
            .post_bytes(path, "application/json", file)
            .await
            .expect(201);
        assert_eq!(report["stored"], 4);
        assert_eq!(count(&ingest).await, 4);
    }
}
