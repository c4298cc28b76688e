//! A table of its own for each test, in the stand-in that `BECKON_TEST_DYNAMO` names.

use std::sync::Once;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use beckon_api::aws::SdkConfig;

/// A table that lasts as long as the stand-in.
pub struct Table {
    pub name: String,
    client: Client,
}

/// The clients' configuration for an endpoint.
pub async fn config(url: &str) -> SdkConfig {
    aws_config::defaults(aws_config::BehaviorVersion::latest())
        .endpoint_url(url)
        .region("us-east-1")
        .test_credentials()
        .retry_config(RetryConfig::disabled())
        .load()
        .await
}

/// Where the stand-in listens; without it these tests are left out, and say so.
pub fn url() -> Option<String> {
    static SAID: Once = Once::new();
    let url = std::env::var("BECKON_TEST_DYNAMO").ok();
    if url.is_none() {
        assert!(
            std::env::var_os("CI").is_none(),
            "BECKON_TEST_DYNAMO must be set in CI"
        );
        SAID.call_once(|| {
            eprintln!("left out: the tests of DynamoDB (run `make test`, or .ci/standins)")
        });
    }
    url
}

impl Table {
    /// An empty table, or `None` where no stand-in is at hand.
    pub async fn create() -> Option<Self> {
        let client = Client::new(&config(&url()?).await);
        let name = format!("detections-{}", uuid::Uuid::now_v7().simple());
        let text = |name: &str| {
            AttributeDefinition::builder()
                .attribute_name(name)
                .attribute_type(ScalarAttributeType::S)
                .build()
                .expect("an attribute")
        };
        let key = |name: &str, kind: KeyType| {
            KeySchemaElement::builder()
                .attribute_name(name)
                .key_type(kind)
                .build()
                .expect("a key")
        };
        client
            .create_table()
            .table_name(&name)
            .billing_mode(BillingMode::PayPerRequest)
            .attribute_definitions(text("media_id"))
            .attribute_definitions(text("sort_key"))
            .key_schema(key("media_id", KeyType::Hash))
            .key_schema(key("sort_key", KeyType::Range))
            .send()
            .await
            .expect("a table");
        Some(Self { name, client })
    }

    /// Everything that it holds, as text.
    pub async fn text(&self) -> String {
        let scan = self.client.scan().table_name(&self.name);
        let items = scan.into_paginator().items().send();
        let items = items.try_collect().await.expect("the items");
        format!("{items:?}")
    }
}
