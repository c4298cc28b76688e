//! What holds about media at this moment, told by one node and known to all.

use beckon_api::config::now;
use beckon_api::media::{AdBreak, Registry};
use beckon_api::words::{MediaId, Time};
use serde_json::json;

use crate::harness::Server;
use crate::on_both_engines;

on_both_engines! {
    the_latest_word_about_a_channel_counts_in_whatever_order_it_comes => out_of_order;
    of_two_nodes_one_finds_out_whether_a_channel_is_on_air_again => probes;
    a_hold_outlives_a_restart_and_ends_with_its_media => holds;
    ad_breaks_are_noted_once_and_end_with_their_media => ad_breaks;
}

const AT: Time = Time::from_ms(1_700_000_000_000);

async fn registry(server: &Server) -> Registry {
    Registry::open(server.database().await)
        .await
        .expect("the registry is read")
}

async fn ad_breaks(server: &mut Server) {
    let operator = server.operator();
    let missing = operator.get("/v1/media/m/ad-breaks").await;
    assert_eq!(missing.status, 404, "{}", missing.text);
    operator
        .post("/v1/media", &json!({"media_id": "m"}))
        .await
        .expect(201);
    let media_id = MediaId::parse("m").expect("an id");
    let one = |from_ms: i64, to_ms| AdBreak {
        id: format!("cue:0:{from_ms}"),
        from_ms,
        to_ms,
        planned_ms: Some(30_000),
    };
    let media = server.app().watching().media;
    for breaks in [
        vec![one(90_000, None), one(5_000, Some(9_000))],
        vec![one(90_000, Some(110_000))],
        vec![one(90_000, Some(110_000)), one(1_000_000, None)],
    ] {
        for _ in 0..2 {
            media
                .note_breaks(&media_id, &breaks, AT)
                .await
                .expect("stored");
        }
    }
    server.restart().await;
    let operator = server.operator();
    let first = operator
        .get("/v1/media/m/ad-breaks?limit=2")
        .await
        .expect(200);
    let expected = json!([
        {"break_id": "cue:0:5000", "from_ms": 5_000, "to_ms": 9_000, "planned_ms": 30_000},
        {"break_id": "cue:0:90000", "from_ms": 90_000, "to_ms": 110_000, "planned_ms": 30_000},
    ]);
    assert_eq!(first["items"], expected);
    let cursor = first["next_cursor"].as_str().expect("there is more");
    let rest = format!("/v1/media/m/ad-breaks?cursor={cursor}");
    let rest = operator.get(&rest).await.expect(200);
    let expected = json!([
        {"break_id": "cue:0:1000000", "from_ms": 1_000_000, "to_ms": null, "planned_ms": 30_000},
    ]);
    assert_eq!(
        (&rest["items"], &rest["next_cursor"]),
        (&expected, &json!(null))
    );
    operator.delete("/v1/media/m").await.expect(204);
    let media = registry(server).await;
    assert!(media.ad_breaks(&media_id).is_empty());
}

async fn out_of_order(server: &mut Server) {
    let (one, two) = (registry(server).await, registry(server).await);
    assert_eq!(one.on_air("arn:c"), None);
    assert!(one.set_on_air("arn:c", true, AT).await.expect("stored"));
    assert!(
        two.set_on_air("arn:c", false, AT.plus_ms(2))
            .await
            .expect("stored")
    );
    let late = one.set_on_air("arn:c", true, AT.plus_ms(1)).await;
    assert!(!late.expect("answered"), "an older notice came late");
    let again = two.set_on_air("arn:c", false, AT.plus_ms(3)).await;
    assert!(!again.expect("answered"), "nothing new");
    let three = registry(server).await;
    let known = three.on_air("arn:c").expect("it is known");
    assert_eq!((known.on_air, known.changed_at), (false, AT.plus_ms(2)));
}

async fn probes(server: &mut Server) {
    let one = registry(server).await;
    assert!(one.may_call("arn:c", AT).await.expect("answered"));
    one.set_on_air("arn:c", false, AT).await.expect("stored");
    let two = registry(server).await;
    let mut calls = Vec::new();
    for ms in (0..120_000).step_by(100) {
        for node in [&one, &two] {
            if node.may_call("arn:c", AT.plus_ms(ms)).await.expect("ok") {
                calls.push(ms);
            }
        }
    }
    assert_eq!(
        calls,
        [5_000, 15_000, 30_000, 50_000, 75_000, 105_000],
        "one call each time, more and more seldom"
    );
    two.set_on_air("arn:c", true, AT.plus_ms(120_000))
        .await
        .expect("stored");
    assert!(
        two.may_call("arn:c", AT.plus_ms(120_000))
            .await
            .expect("ok")
    );
}

async fn holds(server: &mut Server) {
    let media_id = MediaId::parse("m").expect("an id");
    let made = json!({"media_id": "m"});
    server.operator().post("/v1/media", &made).await.expect(201);
    let one = registry(server).await;
    for _ in 0..2 {
        one.hold(&media_id, true, None, now()).await.expect("held");
    }
    assert!(one.is_held(&media_id) && registry(server).await.is_held(&media_id));
    let unknown = MediaId::parse("x").expect("an id");
    assert!(one.hold(&unknown, true, None, now()).await.is_err());
    server.operator().delete("/v1/media/m").await.expect(204);
    assert!(!registry(server).await.is_held(&media_id));
    server.operator().post("/v1/media", &made).await.expect(201);
    let three = registry(server).await;
    three
        .hold(&media_id, true, None, now())
        .await
        .expect("held");
    three
        .hold(&media_id, false, None, now())
        .await
        .expect("let go");
    assert!(!registry(server).await.is_held(&media_id));
}
