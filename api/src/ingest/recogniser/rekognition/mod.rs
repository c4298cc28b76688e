//! Asks Rekognition about pictures, within the budget that all media of a node share.

mod bucket;
mod budget;
mod calls;
mod jobs;
mod models;
mod of_media;
mod outcome;
mod picture;
mod question;
mod read;
mod twice;

use std::time::Duration;

use aws_sdk_rekognition::Client;
use aws_sdk_rekognition::types::NotificationChannel;

use self::budget::Budget;
pub use self::of_media::OfMedia;
use crate::aws::SdkConfig;
use crate::config::RekognitionOptions;

/// One node's way to Rekognition.
#[derive(Debug)]
pub struct Rekognition {
    client: Client,
    budget: Budget,
    /// Where it says that a job is done.
    channel: Option<NotificationChannel>,
}

impl Rekognition {
    /// Calls as this configuration says, and no more than these options allow.
    #[must_use]
    pub fn new(config: &SdkConfig, options: &RekognitionOptions) -> Self {
        let ends = options.topic_arn.as_ref().zip(options.role_arn.as_ref());
        let channel = ends.and_then(|(topic, role)| {
            let channel = NotificationChannel::builder();
            channel.sns_topic_arn(topic).role_arn(role).build().ok()
        });
        Self {
            channel,
            client: Client::new(config),
            budget: Budget::new(options.per_second, options.at_once),
        }
    }
}

/// A stretch is given up after this long where the media does not say how far behind it may fall.
const PATIENCE: Duration = Duration::from_secs(10);
