//! Learning over HTTP: from what viewers did to a champion that ranks, and what is refused on the way.

use std::time::Duration;

use beckon_api::auth::Role;
use beckon_api::config::now;
use beckon_classifier::draw::{mix, unit};
use beckon_classifier::model::{Calibration, Facts, Model};
use beckon_classifier::schema::{Piece, Schema, SchemaParams};
use serde_json::{Value, json};

use crate::events::{ad, send};
use crate::harness::sealed::{Overlay, event, overlay, sealer};
use crate::harness::{Answer, Client, Engine, Server, until};
use crate::on_both_engines;

on_both_engines! {
    what_viewers_like_is_learnt_and_ranks => learnt;
    too_few_rows_train_nothing => too_few;
    an_upload_is_stored_under_its_digest => uploaded;
    what_is_no_model_is_refused => broken_models;
    a_model_bears_one_alias_and_the_champion_no_other => aliases;
    only_scientists_change_models => roles;
    popularity_follows_the_events => popularity;
    each_look_of_the_gate_is_counted_until_the_champion_changes => looks;
}

/// Viewers of two tastes and an offer for each: what is shown is drawn by lot, and half of those whose taste it meets
/// click. `from` continues the story.
async fn watch(server: &Server, offers: &[String; 2], rows: std::ops::Range<u64>) {
    let schema = Schema::default();
    let word = |field: &str, word: &str| {
        schema.word(schema.field(field).expect("a field of the schema"), word)
    };
    let candidate = |id: &str| {
        let mut pieces = vec![
            word("candidate.instrument", id),
            word("candidate.kind", "ad"),
        ];
        pieces.sort();
        pieces
    };
    let sealer = sealer(server.app().auth().keys());
    let started = now().plus_ms(-3_600_000);
    let mut items: Vec<Value> = Vec::new();
    for row in rows {
        let (viewer, lot) = (row % 60, unit(mix(row, 1)) < 0.5);
        let likes = if viewer % 2 == 0 { "birds" } else { "boats" };
        let (chosen, other) = (&offers[usize::from(lot)], &offers[usize::from(!lot)]);
        let meets = lot == (viewer % 2 == 1);
        let taste: Vec<Piece> = vec![word("viewer.psychograph", &format!("likes={likes}"))];
        let shown = Overlay {
            issued_at: started.plus_ms(i64::try_from(row).expect("small") * 100),
            viewer_pieces: taste,
            pieces: candidate(chosen),
            propensity: 0.5,
            others: vec![(other.clone(), 0.5)],
            ..overlay(chosen, &format!("v{viewer}"))
        };
        let receipt = shown.seal(&sealer);
        items.push(event("impression", &receipt));
        if meets && unit(mix(row, 2)) < 0.5 {
            items.push(event("click", &receipt));
        }
    }
    for batch in items.chunks(50) {
        let told = send(&server.anonymous(), batch).await;
        assert!(
            told.iter().all(|item| item["status"] == "accepted"),
            "{told:?}"
        );
    }
}

fn scientist(server: &Server) -> Client {
    server.caller(Role::Scientist, "sina")
}

async fn models(server: &Server) -> Vec<Value> {
    let page = scientist(server).get("/v1/models").await.expect(200);
    page["items"].as_array().expect("items").clone()
}

async fn set_alias(server: &Server, alias: &str, model_id: Value) -> Answer {
    let path = format!("/v1/models/aliases/{alias}");
    scientist(server)
        .put(&path, &json!({ "model_id": model_id }))
        .await
}

/// The champion that decisions would be ranked by.
fn champion(server: &Server) -> Option<String> {
    server
        .app()
        .ranking()
        .model()
        .map(|model| model.id().to_owned())
}

async fn train(server: &Server) -> Answer {
    scientist(server)
        .post_bytes("/v1/models/train", "application/json", "")
        .await
}

async fn learnt(server: &mut Server) {
    let offers = [ad(server).await, ad(server).await];
    watch(server, &offers, 0..1_200).await;
    let model = train(server).await.expect(201);
    let (verdict, id) = (&model["verdict"], model["model_id"].clone());
    assert_eq!(verdict["promoted"], true, "{model}");
    assert_eq!(
        (&model["rows"], &model["aliases"]),
        (&json!(1_200), &json!(["champion"]))
    );
    assert!(verdict["challenger_value"].as_f64() > verdict["champion_value"].as_f64());
    assert!(model["metrics"]["auc"].as_f64() > Some(0.7), "{model}");
    assert_eq!(champion(server).as_deref(), id.as_str());
    assert_eq!(models(server).await, std::slice::from_ref(&model));

    // The same rows, judged against the same champion, make the same model; the champion stays.
    let again = train(server).await.expect(201);
    assert_eq!(again["aliases"], json!(["challenger"]), "{again}");
    assert_eq!(
        train(server).await.expect(201)["model_id"],
        again["model_id"]
    );
    assert_eq!(champion(server).as_deref(), id.as_str());
    // Two at once take turns; more rows make another model.
    watch(server, &offers, 1_200..1_300).await;
    let (left, right) = tokio::join!(train(server), train(server));
    let (left, right) = (left.expect(201), right.expect(201));
    assert_eq!(left["model_id"], right["model_id"]);
    assert_eq!(left["rows"], 1_300);
    let aliases: Vec<Value> = models(server)
        .await
        .iter()
        .map(|m| m["aliases"].clone())
        .collect();
    assert_eq!(
        aliases,
        [json!(["challenger"]), json!([]), json!(["champion"])]
    );

    let bound = champion(server);
    server.restart().await;
    assert_eq!(
        champion(server),
        bound,
        "a restart serves the same champion"
    );
    set_alias(server, "champion", Value::Null).await.expect(200);
    assert_eq!(champion(server), None, "popularity ranks again");
}

async fn too_few(server: &mut Server) {
    train(server).await.refused(409, "too_few_rows");
    let offers = [ad(server).await, ad(server).await];
    watch(server, &offers, 0..10).await;
    train(server).await.refused(409, "too_few_rows");
    assert_eq!(models(server).await, Vec::<Value>::new());
}

async fn popularity(server: &mut Server) {
    let offers = [ad(server).await, ad(server).await];
    watch(server, &offers, 0..40).await;
    until("popularity that follows", async || {
        let ranking = server.app().ranking();
        let tallies = &ranking.popularity().tallies;
        let shown = tallies.values().map(|tally| tally.shown).sum::<u64>();
        (shown == 40).then(|| assert!(tallies.values().any(|tally| tally.engaged > 0)))
    })
    .await;
}

/// A model that says the same of everything, but differs from others by `number`.
fn made(schema: SchemaParams, number: u64) -> Model {
    let schema = schema.check().expect("a schema");
    let facts = Facts {
        rows: number,
        ..Facts::default()
    };
    let weights = vec![0.0; schema.slots()];
    Model::new(schema, weights, Calibration::default(), facts).expect("a model")
}

async fn upload(client: &Client, bytes: Vec<u8>) -> Answer {
    client
        .post_bytes("/v1/models", "application/octet-stream", bytes)
        .await
}

async fn uploaded(server: &mut Server) {
    let client = scientist(server);
    let model = made(SchemaParams::default(), 3);
    let told = upload(&client, model.to_bytes()).await.expect(201);
    assert_eq!(told["model_id"], model.id());
    assert_eq!(
        (&told["rows"], &told["aliases"], &told["verdict"]),
        (&json!(3), &json!([]), &Value::Null)
    );
    assert_eq!(
        upload(&client, model.to_bytes()).await.expect(201),
        told,
        "again changes nothing"
    );
    assert_eq!(champion(server), None, "nothing serves it yet");
    let bound = set_alias(server, "champion", told["model_id"].clone())
        .await
        .expect(200);
    assert_eq!(
        (&bound["alias"], &bound["model_id"]),
        (&json!("champion"), &told["model_id"])
    );
    assert_eq!(champion(server).as_deref(), Some(model.id()));

    for number in 4..7 {
        tokio::time::sleep(Duration::from_millis(2)).await;
        upload(&client, made(SchemaParams::default(), number).to_bytes())
            .await
            .expect(201);
    }
    let mut rows = Vec::new();
    let mut path = "/v1/models?limit=2".to_owned();
    loop {
        let page = client.get(&path).await.expect(200);
        let items = page["items"].as_array().expect("items");
        rows.extend(
            items
                .iter()
                .map(|model| model["rows"].as_u64().expect("rows")),
        );
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/v1/models?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(rows, [6, 5, 4, 3], "the newest first");
}

async fn broken_models(server: &mut Server) {
    let client = scientist(server);
    let whole = made(SchemaParams::default(), 1).to_bytes();
    let mut flipped = whole.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    let foreign = SchemaParams {
        seed: 7,
        ..SchemaParams::default()
    };
    for (what, bytes) in [
        ("nothing", Vec::new()),
        ("rubbish", b"{\"model\": true}".to_vec()),
        ("cut short", whole[..whole.len() - 1].to_vec()),
        ("changed", flipped),
        ("more behind it", [whole.as_slice(), b"x"].concat()),
        ("of another schema", made(foreign, 1).to_bytes()),
    ] {
        let refused = upload(&client, bytes).await.refused(422, "malformed_model");
        assert!(refused["detail"].is_string(), "{what}");
    }
    upload(&client, vec![0; 32 * 1024 * 1024 + 1])
        .await
        .refused(413, "body_too_large");
    assert_eq!(
        models(server).await,
        Vec::<Value>::new(),
        "nothing is stored"
    );
}

async fn aliases(server: &mut Server) {
    let client = scientist(server);
    let mut ids = Vec::new();
    for number in 1..3 {
        let told = upload(&client, made(SchemaParams::default(), number).to_bytes())
            .await
            .expect(201);
        ids.push(told["model_id"].clone());
    }
    let borne = async |at: usize| {
        let all = models(server).await;
        let model = all
            .iter()
            .find(|m| m["model_id"] == ids[at])
            .expect("listed");
        model["aliases"].clone()
    };
    set_alias(server, "shadow", ids[0].clone())
        .await
        .expect(200);
    set_alias(server, "challenger", ids[0].clone())
        .await
        .expect(200);
    assert_eq!(
        borne(0).await,
        json!(["challenger"]),
        "a model bears one alias"
    );
    let first = set_alias(server, "champion", ids[0].clone())
        .await
        .expect(200);
    assert_eq!(borne(0).await, json!(["champion"]));
    for alias in ["challenger", "shadow"] {
        set_alias(server, alias, ids[0].clone())
            .await
            .refused(409, "alias_conflict");
    }
    let again = set_alias(server, "champion", ids[0].clone())
        .await
        .expect(200);
    assert_eq!(again, first, "what stands is not moved again");
    set_alias(server, "champion", ids[1].clone())
        .await
        .expect(200);
    assert_eq!(
        (borne(0).await, borne(1).await),
        (json!([]), json!(["champion"]))
    );

    set_alias(server, "champion", json!("0".repeat(64)))
        .await
        .refused(404, "model_not_found");
    set_alias(server, "champion", json!("no id"))
        .await
        .refused(422, "invalid_field");
    set_alias(server, "hero", Value::Null)
        .await
        .refused(400, "malformed_parameter");
    let unknown = client
        .put("/v1/models/aliases/shadow", &json!({"model": null}))
        .await;
    unknown.refused(400, "unknown_field");
    assert_eq!(champion(server).as_deref(), ids[1].as_str());
}

async fn roles(server: &mut Server) {
    let operator = server.operator();
    operator.get("/v1/models").await.expect(200);
    let bytes = made(SchemaParams::default(), 1).to_bytes();
    for role in [Role::Viewer, Role::Marketer, Role::Operator, Role::Ingest] {
        let client = server.caller(role, "x");
        upload(&client, bytes.clone())
            .await
            .refused(403, "forbidden");
        client
            .post("/v1/models/train", &json!({}))
            .await
            .refused(403, "forbidden");
        let target = json!({"model_id": null});
        client
            .put("/v1/models/aliases/champion", &target)
            .await
            .refused(403, "forbidden");
    }
    for role in [Role::Viewer, Role::Marketer, Role::Ingest] {
        server
            .caller(role, "x")
            .get("/v1/models")
            .await
            .refused(403, "forbidden");
    }
    server
        .anonymous()
        .get("/v1/models")
        .await
        .refused(401, "unauthenticated");
}

async fn looks(server: &mut Server) {
    let offers = [ad(server).await, ad(server).await];
    watch(server, &offers, 0..60).await;
    let db = server.database().await;
    let counted = async || -> i64 {
        sqlx::query_scalar("select looks from model_alias where alias = 'champion'")
            .fetch_one(db.pool())
            .await
            .expect("a champion's row")
    };
    for look in 1..=2 {
        let model = train(server).await.expect(201);
        assert_eq!(
            model["verdict"]["promoted"], false,
            "sixty rows prove nothing"
        );
        assert_eq!(model["aliases"], json!(["challenger"]));
        assert_eq!(counted().await, look);
    }
    server.restart().await;
    let model = train(server).await.expect(201);
    assert_eq!(counted().await, 3, "a restart forgets no look");
    set_alias(server, "champion", model["model_id"].clone())
        .await
        .expect(200);
    assert_eq!(counted().await, 0, "another champion, another contest");
    db.close().await;
}

#[actix_web::test]
async fn a_node_retrains_by_itself_after_so_many_rows() {
    let server = Server::start_with(Engine::Sqlite, |options| options.retrain_every_rows = 200)
        .await
        .expect("SQLite is always there");
    let offers = [ad(&server).await, ad(&server).await];
    watch(&server, &offers, 0..150).await;
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert_eq!(models(&server).await, Vec::<Value>::new(), "not yet");
    watch(&server, &offers, 150..210).await;
    let mut waited = 0;
    while models(&server).await.is_empty() {
        waited += 1;
        assert!(waited < 300, "nothing was trained");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let model = &models(&server).await[0];
    assert_eq!(model["rows"], 210);
    assert!(model["verdict"]["why"].is_string(), "{model}");
    server.finish().await;
}
