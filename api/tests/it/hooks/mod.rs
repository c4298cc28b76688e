//! Hooks over HTTP: messages of SNS, signed here by a certificate of our own, and events of EventBridge.

pub mod signer;

use beckon_api::auth::Role;
use beckon_api::config::now;
use serde_json::{Value, json};

use self::signer::{Signer, TOPIC};
use crate::harness::{Answer, Engine, Server};

/// Runs on both engines, with SNS stood in for.
async fn on_both(test: impl AsyncFn(&Server, &Signer)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let signer = Signer::new("sns.amazonaws.com");
        let started = Server::start_within(engine, Some(signer.outside()), |options| {
            options.hooks.sns_topics = vec![TOPIC.to_owned()];
        });
        let Some(server) = started.await else {
            continue;
        };
        test(&server, &signer).await;
        server.finish().await;
    }
}

async fn post(server: &Server, message: &Value) -> Answer {
    // SNS posts JSON as text.
    let body = message.to_string();
    let caller = server.anonymous();
    caller
        .post_bytes("/v1/hooks/sns", "text/plain; charset=UTF-8", body)
        .await
}

fn test_event() -> Value {
    json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "clips"})
}

#[actix_web::test]
async fn a_signed_message_is_taken_once() {
    on_both(async |server, signer| {
        // A message of version 1 is in the tests of the certificate: nothing here signs with SHA-1.
        let message = signer.notification(&test_event(), now());
        assert_eq!(
            post(server, &message).await.expect(200)["status"],
            "accepted"
        );
        post(server, &message)
            .await
            .refused(409, "message_replayed");
        assert_eq!(signer.fetched(), 1, "the certificate is remembered");
    })
    .await;
}

#[actix_web::test]
async fn a_forged_message_is_refused_and_its_real_one_is_taken_still() {
    on_both(async |server, signer| {
        let real = signer.notification(&test_event(), now());
        for (field, value) in [
            ("Message", json!("{\"Records\": []}")),
            ("Timestamp", json!(now().plus_ms(1).to_string())),
            ("Signature", json!("AAAA")),
            ("SignatureVersion", json!("1")),
        ] {
            let mut forged = real.clone();
            forged[field] = value;
            post(server, &forged).await.refused(403, "message_forged");
        }
        let mut elsewhere = real.clone();
        elsewhere["SigningCertURL"] =
            json!("https://sns.eu-west-1.amazonaws.com.evil.example/a.pem");
        let refused = post(server, &elsewhere).await.refused(422, "invalid_field");
        assert_eq!(refused["field"], "SigningCertURL");
        assert_eq!(post(server, &real).await.expect(200)["status"], "accepted");
    })
    .await;
}

#[actix_web::test]
async fn a_message_signed_by_a_stranger_is_forged() {
    let stranger = Signer::new("sns.evil.example");
    let change = |options: &mut beckon_api::config::ServeOptions| {
        options.hooks.sns_topics = vec![TOPIC.to_owned()];
    };
    let started = Server::start_within(Engine::Sqlite, Some(stranger.outside()), change);
    let server = started.await.expect("SQLite is always there");
    let message = stranger.notification(&test_event(), now());
    post(&server, &message).await.refused(403, "message_forged");
    server.finish().await;
}

#[actix_web::test]
async fn an_old_message_and_one_of_a_foreign_topic_are_refused() {
    on_both(async |server, signer| {
        let old = signer.notification(&test_event(), now().plus_ms(-3_700_000));
        post(server, &old).await.refused(409, "message_replayed");
        let late = signer.notification(&test_event(), now().plus_ms(-3_000_000));
        assert_eq!(post(server, &late).await.expect(200)["status"], "accepted");
        let mut foreign = signer.unsigned(&test_event(), now());
        foreign["TopicArn"] = json!("arn:aws:sns:eu-west-1:666666666666:evil");
        signer.sign(&mut foreign);
        post(server, &foreign).await.refused(403, "forbidden");
        post(server, &json!({"Type": "Notification"}))
            .await
            .refused(400, "malformed_body");
    })
    .await;
}

#[actix_web::test]
async fn a_subscription_is_confirmed_on_a_host_of_sns_alone() {
    on_both(async |server, signer| {
        let confirmed = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t";
        let message = signer.subscription(confirmed, now());
        assert_eq!(
            post(server, &message).await.expect(200)["status"],
            "confirmed"
        );
        assert_eq!(signer.visited(), [confirmed]);
        let inside = signer.subscription("http://169.254.169.254/latest/meta-data", now());
        let refused = post(server, &inside).await.refused(422, "invalid_field");
        assert_eq!(refused["field"], "SubscribeURL");
        assert_eq!(signer.visited().len(), 1);
    })
    .await;
}

#[actix_web::test]
async fn an_event_takes_the_role_ingest_and_comes_once() {
    on_both(async |server, _| {
        let event = json!({"id": "e-1", "detail-type": "IVS Recording State Change", "source": "aws.ivs",
            "time": now().to_string(), "resources": ["arn:c"], "detail": {"recording_status": "Recording Start",
            "recording_s3_bucket_name": "b", "recording_s3_key_prefix": "ivs/v1/1/c/2026/11/20/19/0/r"}});
        let path = "/v1/hooks/eventbridge";
        let anonymous = server.anonymous();
        anonymous
            .post(path, &event)
            .await
            .refused(401, "unauthenticated");
        let viewer = server.caller(Role::Viewer, "alice");
        viewer.post(path, &event).await.refused(403, "forbidden");
        let aws = server.caller(Role::Ingest, "aws");
        assert_eq!(aws.post(path, &event).await.expect(200)["status"], "accepted");
        assert_eq!(aws.post(path, &event).await.expect(200)["status"], "known");
        let other = json!({"id": "e-2", "detail-type": "Scheduled Event", "source": "aws.events", "detail": {}});
        assert_eq!(aws.post(path, &other).await.expect(200)["status"], "ignored");
        let broken = json!({"detail-type": "IVS Recording State Change"});
        aws.post(path, &broken).await.refused(400, "malformed_body");
    })
    .await;
}
