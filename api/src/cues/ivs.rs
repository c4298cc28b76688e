//! IVS: puts metadata into a channel's stream.

use std::collections::HashMap;

use async_trait::async_trait;
use aws_sdk_ivs::Client;
use aws_sdk_ivs::config::retry::RetryConfig;
use aws_sdk_ivs::config::{Builder, Region};
use aws_sdk_ivs::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_ivs::operation::put_metadata::PutMetadataError;
use tokio::sync::Mutex;

use super::signal::{NotPut, Signal};
use crate::aws::{Aws, SdkConfig};
use crate::media;

/// What PutMetadata takes, in bytes.
const LARGEST: usize = 1_024;

/// IVS, with a client for each region that channels lie in.
#[derive(Debug)]
pub struct Ivs {
    aws: Aws,
    clients: Mutex<HashMap<String, Client>>,
}

impl Ivs {
    /// IVS with what all clients share.
    #[must_use]
    pub fn new(aws: Aws) -> Self {
        Self {
            aws,
            clients: Mutex::default(),
        }
    }

    async fn client(&self, channel_arn: &str) -> Client {
        // arn:aws:ivs:<region>:<account>:channel/<id>
        let region = channel_arn.split(':').nth(3).unwrap_or_default();
        let mut clients = self.clients.lock().await;
        if let Some(known) = clients.get(region) {
            return known.clone();
        }
        let client = client(self.aws.config().await, region);
        clients.insert(region.to_owned(), client.clone());
        client
    }
}

/// Tries are ours: a cue that waits gives way to a newer one, which the SDK cannot know.
fn client(config: &SdkConfig, region: &str) -> Client {
    let builder = Builder::from(config).retry_config(RetryConfig::disabled());
    let builder = match region {
        "" => builder,
        region => builder.region(Region::new(region.to_owned())),
    };
    Client::from_conf(builder.build())
}

#[async_trait]
impl Signal for Ivs {
    async fn put(&self, through: &media::Signal, metadata: &str) -> Result<(), NotPut> {
        let media::Signal::Ivs { channel_arn } = through else {
            return Err(NotPut::Refused("this is no channel of IVS".to_owned()));
        };
        if metadata.len() > LARGEST {
            let why = format!("{} bytes, and IVS takes {LARGEST}", metadata.len());
            return Err(NotPut::Refused(why));
        }
        let client = self.client(channel_arn).await;
        let call = client.put_metadata().channel_arn(channel_arn);
        let put = call.metadata(metadata).send().await;
        put.map(drop).map_err(not_put)
    }
}

fn not_put<R: std::fmt::Debug + 'static>(error: SdkError<PutMetadataError, R>) -> NotPut {
    let Some(service) = error.as_service_error() else {
        return NotPut::Unreachable(DisplayErrorContext(error).to_string());
    };
    let why = format!(
        "{}: {}",
        service.code().unwrap_or("no code"),
        service.message().unwrap_or("it says no more")
    );
    match service {
        PutMetadataError::ChannelNotBroadcasting(_) => NotPut::OffAir,
        PutMetadataError::ThrottlingException(_) => NotPut::Throttled,
        PutMetadataError::AccessDeniedException(_)
        | PutMetadataError::ResourceNotFoundException(_)
        | PutMetadataError::ValidationException(_) => NotPut::Refused(why),
        // What has no name of its own is of the service's inside, and may pass.
        _ => NotPut::Unreachable(why),
    }
}
