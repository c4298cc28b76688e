//! Blobs and foreign objects in S3's stand-in.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use beckon_api::aws::Aws;
use beckon_api::blobs::s3::{Bucket, Buckets};
use beckon_api::blobs::{Blobs, Objects};

use crate::harness::dynamo::config;
use crate::harness::{Engine, Server};
use crate::references;

/// A bucket of its own, or `None` where no stand-in is at hand.
async fn bucket() -> Option<(beckon_api::aws::SdkConfig, Client, String)> {
    let Ok(url) = std::env::var("BECKON_TEST_S3") else {
        assert!(
            std::env::var_os("CI").is_none(),
            "BECKON_TEST_S3 must be set in CI"
        );
        eprintln!("left out: the tests of S3 (run `make test`, or .ci/standins)");
        return None;
    };
    let config = config(&url).await;
    let client = aws_sdk_s3::config::Builder::from(&config).force_path_style(true);
    let client = Client::from_conf(client.build());
    let name = format!("beckon-{}", uuid::Uuid::now_v7().simple());
    client
        .create_bucket()
        .bucket(&name)
        .send()
        .await
        .expect("a bucket");
    Some((config, client, name))
}

#[actix_web::test]
async fn a_blob_in_a_bucket_comes_back_as_it_was_stored_and_can_be_replaced() {
    let Some((config, _, name)) = bucket().await else {
        return;
    };
    let blobs = Bucket::new(&config, name);
    blobs.ping().await.expect("it is there");
    assert_eq!(blobs.get("models/a").await.expect("read"), None);
    let large: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
    blobs.put("models/a", b"one").await.expect("stored");
    blobs.put("models/a", &large).await.expect("replaced");
    assert_eq!(blobs.get("models/a").await.expect("read"), Some(large));
    let nowhere = Bucket::new(&config, "beckon-no-such-bucket".to_owned());
    assert!(nowhere.ping().await.is_err());
    assert!(nowhere.put("models/a", b"x").await.is_err());
}

#[actix_web::test]
async fn an_object_of_another_bucket_is_read_within_its_bound_and_saved_whole() {
    let Some((_, client, name)) = bucket().await else {
        return;
    };
    // A key as recordings have them, and one that a notice would carry encoded.
    for key in [
        "ivs/v1/1/2/media/thumbnails/thumb7.jpg",
        "in/my film #2 (ö).mp4",
    ] {
        client
            .put_object()
            .bucket(&name)
            .key(key)
            .body(ByteStream::from_static(&[7; 5000]))
            .send()
            .await
            .expect("stored");
        let objects = Buckets::new(Aws::default());
        let bytes = objects.get(&name, key, 5000).await.expect("read");
        assert_eq!(bytes.as_ref(), [7; 5000]);
        let error = objects.get(&name, key, 4999).await.expect_err("too large");
        assert!(
            format!("{error:#}").contains("larger than 4999"),
            "{error:#}"
        );
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("film.mp4");
        objects.save(&name, key, &file).await.expect("saved");
        assert_eq!(std::fs::read(&file).expect("the file"), [7; 5000]);
        let none = folder.path().join("none.mp4");
        assert!(objects.save(&name, "none", &none).await.is_err());
        let left = std::fs::read_dir(folder.path())
            .expect("the folder")
            .count();
        assert_eq!(left, 1, "a draft was left behind");
    }
}

#[actix_web::test]
async fn a_node_keeps_its_references_in_the_bucket() {
    let Some((_, client, name)) = bucket().await else {
        return;
    };
    let bucket = name.clone();
    let started = Server::start_with(Engine::Sqlite, |options| {
        options.store.blobs_bucket = Some(bucket);
    });
    let server = started.await.expect("it starts");
    let ready = server.anonymous().get("/readyz").await.expect(200);
    assert!(
        ready["stores"]
            .as_array()
            .expect("stores")
            .iter()
            .any(|store| store == "blobs")
    );
    let image = references::png(&references::mark(1));
    server
        .operator()
        .post_bytes("/v1/references?name=Tern", "image/png", image)
        .await
        .expect(201);
    let listed = client.list_objects_v2().bucket(&name).send().await;
    let keys: Vec<String> = listed
        .expect("a list")
        .contents()
        .iter()
        .filter_map(|object| object.key().map(str::to_owned))
        .collect();
    assert!(!keys.is_empty(), "nothing is in the bucket");
    assert!(!server.data_dir().join("blobs").exists());
    server.finish().await;
}
