//! The client of IVS on the wire, against the origin that takes PutMetadata as IVS does.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_ivs::config::{Credentials, SharedCredentialsProvider};
use beckon_api::cues::ivs::Ivs;
use beckon_api::cues::{NotPut, Signal};
use beckon_api::media;

fn ivs(live: &crate::watch::Live) -> Ivs {
    let endpoint = live.url.strip_suffix("/main/master.m3u8").expect("a URL");
    let credentials = Credentials::new("key", "secret", None, None, "test");
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint)
        .build();
    Ivs::new(config.into())
}

#[actix_web::test]
async fn metadata_goes_into_the_stream_and_refusals_are_told_apart() {
    let live = crate::watch::Live::start();
    let ivs = ivs(&live);
    let through = media::Signal::Ivs {
        channel_arn: live.channel.arn().to_owned(),
    };
    ivs.put(&through, r#"{"beckon":1}"#).await.expect("taken");
    let look = async || crate::cues::read_back(&live);
    let found = crate::harness::until("the metadata in the stream", look).await;
    assert_eq!(found, serde_json::json!({"beckon": 1}));

    // Three bytes a character: a kilobyte is one of bytes.
    let refused = ivs.put(&through, &"€".repeat(342)).await;
    assert!(matches!(refused, Err(NotPut::Refused(_))), "{refused:?}");
    ivs.put(&through, &"€".repeat(341))
        .await
        .expect("1,023 bytes");

    let mut throttled = None;
    for _ in 0..12 {
        throttled = throttled.or(ivs.put(&through, "again").await.err());
    }
    assert_eq!(
        throttled,
        Some(NotPut::Throttled),
        "more than five in a second"
    );

    live.channel.set_on_air(false);
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    assert_eq!(ivs.put(&through, "gone").await, Err(NotPut::OffAir));
    let other = media::Signal::Ivs {
        channel_arn: "arn:aws:ivs:eu-west-1:000000000000:channel/none".to_owned(),
    };
    let unknown = ivs.put(&other, "who").await;
    assert!(matches!(unknown, Err(NotPut::Refused(_))), "{unknown:?}");
    live.handle.stop(true).await;
    let gone = ivs.put(&through, "gone").await;
    assert!(matches!(gone, Err(NotPut::Unreachable(_))), "{gone:?}");
}
