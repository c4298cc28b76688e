//! What holds about media at this moment, told by one node and known to all.

use beckon_api::config::now;
use beckon_api::media::Registry;
use beckon_api::words::{MediaId, Time};
use serde_json::json;

use crate::harness::Server;
use crate::on_both_engines;

on_both_engines! {
    the_latest_word_about_a_channel_counts_in_whatever_order_it_comes => out_of_order;
    of_two_nodes_one_finds_out_whether_a_channel_is_on_air_again => probes;
    a_hold_outlives_a_restart_and_ends_with_its_media => holds;
}

const AT: Time = Time::from_ms(1_700_000_000_000);

async fn registry(server: &Server) -> Registry {
    Registry::open(server.database().await)
        .await
        .expect("the registry is read")
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
