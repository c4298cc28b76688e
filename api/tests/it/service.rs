//! The service around the stations: health, the contract, and calls from web pages.

use serde_json::json;

use crate::harness::Server;
use crate::on_both_engines;

on_both_engines! {
    the_process_says_that_it_is_up_and_its_stores_answer => healthy;
    a_node_whose_stores_are_out_of_reach_is_not_ready => not_ready;
    a_known_path_asked_by_another_method_says_which_it_takes => other_method;
    the_contract_and_its_page_are_served => contract;
    pages_of_the_list_may_call_and_others_may_not => cors;
}

async fn healthy(server: &mut Server) {
    assert_eq!(
        server.anonymous().get("/healthz").await.expect(200)["status"],
        "up"
    );
    let ready = server.anonymous().get("/readyz").await.expect(200);
    assert_eq!(ready["status"], "ready");
}

async fn not_ready(server: &mut Server) {
    std::fs::remove_dir_all(server.data_dir().join("blobs")).expect("the folder goes");
    let client = server.anonymous();
    client.get("/readyz").await.refused(503, "unavailable");
    // The process itself is as well as before: a restart would mend nothing.
    client.get("/healthz").await.expect(200);
}

async fn other_method(server: &mut Server) {
    let client = server.operator();
    let answer = client.delete("/v1/media").await;
    assert_eq!(answer.headers["allow"], "GET, POST");
    answer.refused(405, "method_not_allowed");
    let answer = client.post("/v1/media/m", &json!({})).await;
    assert_eq!(answer.headers["allow"], "GET, PUT, DELETE");
    client.get("/v1/medias").await.refused(404, "not_found");
    client.get("/v1/media/m/").await.refused(404, "not_found");
}

async fn contract(server: &mut Server) {
    let contract = server.anonymous().get("/openapi.json").await.expect(200);
    assert!(contract["paths"]["/v1/media/{media_id}"]["get"].is_object());
    let page = server.anonymous().get("/docs").await;
    assert_eq!(page.status, 200, "the redirect is followed");
    assert!(page.text.contains("swagger"), "{}", page.text);
}

async fn cors(server: &mut Server) {
    let client = server.anonymous();
    let preflight = |origin: &str| {
        let request = client
            .request("OPTIONS", "/v1/media/m")
            .header("origin", origin);
        client.send(
            request
                .header("access-control-request-method", "GET")
                .header("access-control-request-headers", "authorization"),
        )
    };
    let allowed = preflight("https://page.example").await;
    assert_eq!(allowed.status, 200);
    assert_eq!(allowed.headers["access-control-max-age"], "7200");
    assert_eq!(
        allowed.headers["access-control-allow-origin"],
        "https://page.example"
    );
    assert!(
        !preflight("https://other.example")
            .await
            .headers
            .contains_key("access-control-allow-origin")
    );
    let created = server
        .operator()
        .post("/v1/media", &json!({"media_id": "m"}))
        .await;
    created.expect(201);
}
