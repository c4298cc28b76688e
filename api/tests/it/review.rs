//! Review over HTTP: who moves an instrument where, what runs meanwhile, what was read before it was changed, and the trail.

use beckon_api::auth::Role;
use serde_json::{Value, json};

use crate::decisions::{register, set_live};
use crate::harness::{Answer, Client, Server};
use crate::on_both_engines;

on_both_engines! {
    nobody_approves_their_own => own;
    an_operator_approves_and_scientists_and_viewers_do_not => operators;
    what_is_approved_is_shown_while_a_newer_version_is_reviewed => newer;
    a_version_that_was_sent_back_is_not_approved => sent_back;
    what_is_archived_stays_so => archived;
    a_change_of_what_has_changed_since_it_was_read_is_refused => lost_update;
    of_two_who_change_what_both_have_read_one_does => race;
    two_who_approve_at_once_approve_once => two_approvals;
    what_is_known_already_is_not_told_again => not_modified;
    the_trail_says_who_did_what_from_what_to_what => trail;
}

fn poll(question: &str) -> Value {
    json!({"name": "Weather poll", "content": {"kind": "poll", "question": question,
        "answers": [{"answer_id": "yes", "text": "Yes"}, {"answer_id": "no", "text": "No"}]}})
}

async fn go(caller: &Client, id: &str, state: &str) -> Answer {
    let path = format!("/v1/instruments/{id}/state");
    caller.post(&path, &json!({"state": state})).await
}

/// Changes something only from the state of this tag.
pub async fn from(caller: &Client, method: &str, path: &str, etag: &str, body: &Value) -> Answer {
    let request = caller.request(method, path).header("if-match", etag);
    let request = request.header("content-type", "application/json");
    caller.send(request.body(body.to_string())).await
}

pub fn etag(answer: &Answer) -> String {
    let tag = answer.headers.get("etag").expect("an entity tag");
    tag.to_str().expect("text").to_owned()
}

async fn own(server: &mut Server) {
    let (mia, max) = (
        server.caller(Role::Marketer, "mia"),
        server.caller(Role::Marketer, "max"),
    );
    let id = register(server, &poll("Rain?"), false).await;
    go(&mia, &id, "approved")
        .await
        .refused(409, "invalid_transition");
    go(&mia, &id, "live")
        .await
        .refused(409, "invalid_transition");
    go(&mia, &id, "in_review").await.expect(200);
    go(&mia, &id, "approved").await.refused(403, "own_version");
    let same = server.caller(Role::Operator, "mia");
    go(&same, &id, "approved").await.refused(403, "own_version");
    assert_eq!(
        go(&max, &id, "approved").await.expect(200)["state"],
        "approved"
    );
    // Who wrote the second version may not approve it, whoever wrote the first.
    let path = format!("/v1/instruments/{id}");
    max.put(&path, &poll("Snow?")).await.expect(200);
    go(&max, &id, "in_review").await.expect(200);
    go(&max, &id, "approved").await.refused(403, "own_version");
    let approved = go(&mia, &id, "approved").await.expect(200);
    assert_eq!(
        (&approved["approved_version"], &approved["author"]),
        (&json!(2), &json!("max"))
    );
}

async fn operators(server: &mut Server) {
    let id = register(server, &poll("Rain?"), false).await;
    let mia = server.caller(Role::Marketer, "mia");
    go(&server.operator(), &id, "in_review")
        .await
        .refused(403, "forbidden");
    go(&mia, &id, "in_review").await.expect(200);
    for role in [Role::Viewer, Role::Scientist, Role::Ingest] {
        let caller = server.caller(role, "x");
        for state in ["draft", "approved", "live", "paused", "archived"] {
            go(&caller, &id, state).await.refused(403, "forbidden");
        }
    }
    for state in ["approved", "live", "paused"] {
        let moved = go(&server.operator(), &id, state).await.expect(200);
        assert_eq!(moved["state"], state);
    }
}

/// What a viewer is asked now.
async fn asked(server: &Server, viewer: &str) -> Value {
    let viewer = server.caller(Role::Viewer, viewer);
    let ask = json!({"position_ms": 0});
    let decided = viewer.post("/v1/media/m/decisions", &ask).await.expect(200);
    let overlay = &decided["overlays"][0];
    json!([overlay["version"], overlay["content"]["question"]])
}

async fn newer(server: &mut Server) {
    let media = json!({"media_id": "m"});
    server
        .operator()
        .post("/v1/media", &media)
        .await
        .expect(201);
    let (mia, max) = (
        server.caller(Role::Marketer, "mia"),
        server.caller(Role::Marketer, "max"),
    );
    let id = register(server, &poll("Rain?"), true).await;
    let path = format!("/v1/instruments/{id}");
    mia.put(&path, &poll("Snow?")).await.expect(200);
    assert_eq!(asked(server, "a").await, json!([1, "Rain?"]));
    let submitted = go(&mia, &id, "in_review").await.expect(200);
    assert_eq!(
        (&submitted["state"], &submitted["review"]),
        (&json!("live"), &json!("in_review"))
    );
    assert_eq!(asked(server, "b").await, json!([1, "Rain?"]));
    let waiting = max.get("/v1/instruments?review=in_review").await;
    assert_eq!(waiting.expect(200)["items"][0]["instrument_id"], json!(id));
    go(&max, &id, "approved").await.expect(200);
    assert_eq!(asked(server, "c").await, json!([2, "Snow?"]));
    go(&mia, &id, "paused").await.expect(200);
    assert_eq!(asked(server, "d").await, json!([null, null]));
}

async fn sent_back(server: &mut Server) {
    let (mia, max) = (
        server.caller(Role::Marketer, "mia"),
        server.caller(Role::Marketer, "max"),
    );
    let id = register(server, &poll("Rain?"), false).await;
    go(&mia, &id, "in_review").await.expect(200);
    assert_eq!(go(&max, &id, "draft").await.expect(200)["review"], "draft");
    go(&max, &id, "approved")
        .await
        .refused(409, "invalid_transition");
    // A version that was written while another was reviewed has not been read.
    go(&mia, &id, "in_review").await.expect(200);
    let path = format!("/v1/instruments/{id}");
    let changed = mia.put(&path, &poll("Snow?")).await.expect(200);
    assert_eq!(
        (&changed["state"], &changed["review"]),
        (&json!("draft"), &json!("draft"))
    );
    go(&max, &id, "approved")
        .await
        .refused(409, "invalid_transition");
}

async fn archived(server: &mut Server) {
    let mia = server.caller(Role::Marketer, "mia");
    let id = register(server, &poll("Rain?"), true).await;
    assert_eq!(
        go(&mia, &id, "archived").await.expect(200)["state"],
        "archived"
    );
    go(&mia, &id, "archived").await.expect(200);
    for state in ["draft", "in_review", "approved", "live", "paused"] {
        go(&mia, &id, state)
            .await
            .refused(409, "invalid_transition");
    }
    let path = format!("/v1/instruments/{id}");
    mia.put(&path, &poll("Snow?"))
        .await
        .refused(409, "invalid_transition");
    mia.delete(&path).await.refused(409, "invalid_transition");
    let kept = mia.get(&format!("{path}/versions/1")).await.expect(200);
    assert_eq!(kept["definition"]["content"]["question"], "Rain?");
}

async fn lost_update(server: &mut Server) {
    let mia = server.caller(Role::Marketer, "mia");
    let created = mia.post("/v1/instruments", &poll("Rain?")).await;
    let first = etag(&created);
    let id = created.expect(201)["instrument_id"].clone();
    let path = format!("/v1/instruments/{}", id.as_str().expect("an id"));
    assert_eq!(etag(&mia.get(&path).await), first);
    let changed = from(&mia, "PUT", &path, &first, &poll("Snow?")).await;
    changed.expect(200);
    let second = etag(&changed);
    assert_ne!(first, second);
    let state = format!("{path}/state");
    let submit = json!({"state": "in_review"});
    for stale in [
        from(&mia, "PUT", &path, &first, &poll("Hail?")).await,
        from(&mia, "POST", &state, &first, &submit).await,
        from(&mia, "DELETE", &path, &first, &Value::Null).await,
    ] {
        let problem = stale.refused(412, "precondition_failed");
        assert_eq!(problem["field"], "If-Match");
    }
    let read = mia.get(&path).await;
    assert_eq!(read.expect(200)["content"]["question"], "Snow?");
    assert_eq!(etag(&read), second, "nothing has changed");
    let moved = from(&mia, "POST", &state, &second, &submit).await;
    moved.expect(200);
    assert_ne!(etag(&moved), second, "a move is a change too");
    let again = from(&mia, "POST", &state, "*", &json!({"state": "draft"})).await;
    from(&mia, "DELETE", &path, &etag(&again), &Value::Null)
        .await
        .expect(204);
}

async fn race(server: &mut Server) {
    let mia = server.caller(Role::Marketer, "mia");
    let id = register(server, &poll("Rain?"), false).await;
    let path = format!("/v1/instruments/{id}");
    let second = server.second_node().await;
    for round in 0..5 {
        let read = etag(&mia.get(&path).await);
        let there = second.caller(Role::Marketer, "mia");
        let (here, other) = (poll("Here?"), poll("There?"));
        let (one, two) = tokio::join!(
            from(&mia, "PUT", &path, &read, &here),
            from(&there, "PUT", &path, &read, &other)
        );
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412], "{} {}", one.text, two.text);
        let kept = mia.get(&path).await.expect(200);
        assert_eq!(kept["version"], round + 2);
        let won = if one.status == 200 { one } else { two };
        assert_eq!(kept, won.json());
    }
    second.finish().await;
}

async fn two_approvals(server: &mut Server) {
    let mia = server.caller(Role::Marketer, "mia");
    let id = register(server, &poll("Rain?"), false).await;
    go(&mia, &id, "in_review").await.expect(200);
    let second = server.second_node().await;
    let max = server.caller(Role::Marketer, "max");
    let olga = second.operator();
    let (one, two) = tokio::join!(go(&max, &id, "approved"), go(&olga, &id, "approved"));
    assert_eq!(one.expect(200), two.expect(200), "both are told the same");
    let trail = mia
        .get(&format!("/v1/audit?resource=instruments/{id}"))
        .await
        .expect(200);
    let approvals = trail["items"].as_array().expect("items").iter();
    let approvals: Vec<&Value> = approvals
        .filter(|entry| entry["action"] == "instrument.approve")
        .collect();
    assert_eq!(approvals.len(), 1);
    let version = mia
        .get(&format!("/v1/instruments/{id}/versions/1"))
        .await
        .expect(200);
    assert_eq!(version["approved_by"], approvals[0]["subject"]);
    second.finish().await;
}

async fn not_modified(server: &mut Server) {
    let mia = server.caller(Role::Marketer, "mia");
    let id = register(server, &poll("Rain?"), false).await;
    let path = format!("/v1/instruments/{id}");
    let known = etag(&mia.get(&path).await);
    let ask = |tags: &str| mia.request("GET", &path).header("if-none-match", tags);
    let again = mia.send(ask(&known)).await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    assert_eq!(etag(&again), known);
    mia.send(ask("\"0-0\"")).await.expect(200);
    go(&mia, &id, "in_review").await.expect(200);
    mia.send(ask(&known)).await.expect(200);
}

async fn trail(server: &mut Server) {
    let mia = server.caller(Role::Marketer, "mia");
    let id = register(server, &poll("Rain?"), false).await;
    set_live(server, &id).await;
    let path = format!("/v1/instruments/{id}");
    mia.put(&path, &poll("Snow?")).await.expect(200);
    let note = json!({"state": "paused", "note": "the sun is out"});
    mia.post(&format!("{path}/state"), &note).await.expect(200);
    let long = json!({"state": "live", "note": "x".repeat(501)});
    mia.post(&format!("{path}/state"), &long)
        .await
        .refused(422, "invalid_field");
    go(&mia, &id, "paused").await.expect(200);
    register(server, &poll("Other?"), false).await;
    let listed = |query: String| {
        let mia = mia.clone();
        async move { mia.get(&format!("/v1/audit?{query}")).await.expect(200) }
    };
    let all = listed(format!("resource=instruments/{id}")).await;
    let items = all["items"].as_array().expect("items");
    let told: Vec<(&str, &str)> = items
        .iter()
        .map(|e| {
            (
                e["action"].as_str().expect("text"),
                e["subject"].as_str().expect("text"),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("instrument.pause", "mia"),
            ("instrument.revise", "mia"),
            ("instrument.launch", "mia"),
            ("instrument.approve", "max"),
            ("instrument.submit", "mia"),
            ("instrument.create", "mia"),
        ],
        "the newest first; what changed nothing is not told"
    );
    assert_eq!(items[0]["note"], "the sun is out");
    assert_eq!(
        (&items[0]["from"], &items[0]["to"]),
        (
            &json!({"version": 2, "state": "live", "review": "draft", "approved_version": 1}),
            &json!({"version": 2, "state": "paused", "review": "draft", "approved_version": 1})
        )
    );
    assert_eq!(
        (&items[5]["from"], &items[5]["role"]),
        (&Value::Null, &json!("marketer"))
    );
    let max = listed("subject=max".to_owned()).await;
    assert_eq!(max["items"], json!([items[3]]));
    let page = listed(format!("resource=instruments/{id}&limit=4")).await;
    let cursor = page["next_cursor"].as_str().expect("there are more");
    let rest = listed(format!("resource=instruments/{id}&limit=4&cursor={cursor}")).await;
    assert_eq!(rest["items"], json!(items[4..]));
    assert_eq!(rest["next_cursor"], Value::Null);
    for role in [Role::Viewer, Role::Scientist, Role::Ingest] {
        let caller = server.caller(role, "x");
        caller.get("/v1/audit").await.refused(403, "forbidden");
    }
}
