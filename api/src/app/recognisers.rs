//! Who recognises for a media: the embedded recogniser, or Rekognition where this program is built with AWS's clients.

use std::sync::Arc;

use async_trait::async_trait;

use crate::ingest::References;
use crate::ingest::recogniser::{Image, Recogniser, Recognisers};
use crate::media::{self, Media};

/// Chooses by the media's details.
#[derive(Debug)]
pub struct Chosen {
    pub references: Arc<References>,
    #[cfg(feature = "aws")]
    pub rekognition: Shared,
}

#[async_trait]
impl Recognisers for Chosen {
    async fn of(&self, media: &Media) -> anyhow::Result<Arc<dyn Recogniser>> {
        let ingest = media.details.ingest.as_ref();
        match ingest.map(|ingest| &ingest.recogniser) {
            None => anyhow::bail!("the media does not say how it is ingested"),
            Some(media::Recogniser::Images) => Ok(Arc::new(Image::new(self.references.clone()))),
            Some(media::Recogniser::Rekognition(_)) => self.rekognition(media).await,
        }
    }
}

#[cfg(not(feature = "aws"))]
impl Chosen {
    #[expect(
        clippy::unused_async,
        reason = "with AWS's clients it waits for their configuration"
    )]
    async fn rekognition(&self, _: &Media) -> anyhow::Result<Arc<dyn Recogniser>> {
        anyhow::bail!(
            "this program is built without AWS's clients: build it with `--features aws` to ask Rekognition"
        )
    }
}

#[cfg(feature = "aws")]
pub use with_aws::Shared;

#[cfg(feature = "aws")]
mod with_aws {
    use std::sync::Arc;

    use async_trait::async_trait;
    use tokio::sync::OnceCell;

    use super::Chosen;
    use crate::aws::Aws;
    use crate::config::RekognitionOptions;
    use crate::ingest::models::{Models, Status};
    use crate::ingest::recogniser::Recogniser;
    use crate::ingest::recogniser::rekognition::{OfMedia, Rekognition};
    use crate::ingest::stored::{Job, JobPage, VideoRecogniser, Want};
    use crate::media::{Media, Registry};

    /// The node's one client, made when first needed: all its media share its budgets.
    #[derive(Debug, Clone)]
    pub struct Shared {
        aws: Aws,
        options: RekognitionOptions,
        media: Arc<Registry>,
        client: Arc<OnceCell<Arc<Rekognition>>>,
    }

    impl Shared {
        pub fn new(aws: Aws, options: RekognitionOptions, media: Arc<Registry>) -> Self {
            Self {
                aws,
                options,
                media,
                client: Arc::default(),
            }
        }

        /// Who looks at videos in buckets, where the operator has given their jobs a topic.
        pub fn videos(&self) -> Option<Arc<dyn VideoRecogniser>> {
            let channel = self.options.topic_arn.is_some();
            channel.then(|| Arc::new(self.clone()) as Arc<dyn VideoRecogniser>)
        }

        /// The client.
        async fn client(&self) -> Arc<Rekognition> {
            let make = async || {
                let config = self.aws.config().await;
                Arc::new(Rekognition::new(config, &self.options))
            };
            self.client.get_or_init(make).await.clone()
        }
    }

    #[async_trait]
    impl Models for Chosen {
        async fn start(&self, arn: &str) -> anyhow::Result<()> {
            Models::start(&*self.rekognition.client().await, arn).await
        }

        async fn stop(&self, arn: &str) -> anyhow::Result<()> {
            self.rekognition.client().await.stop(arn).await
        }

        async fn status(&self, arn: &str) -> anyhow::Result<Status> {
            self.rekognition.client().await.status(arn).await
        }
    }

    #[async_trait]
    impl VideoRecogniser for Shared {
        async fn start(
            &self,
            bucket: &str,
            key: &str,
            want: Want,
            token: &str,
        ) -> anyhow::Result<String> {
            let client = self.client().await;
            VideoRecogniser::start(&*client, bucket, key, want, token).await
        }

        async fn page(&self, job: &Job, next: Option<&str>) -> anyhow::Result<JobPage> {
            self.client().await.page(job, next).await
        }
    }

    impl Chosen {
        pub(super) async fn rekognition(
            &self,
            media: &Media,
        ) -> anyhow::Result<Arc<dyn Recogniser>> {
            let client = self.rekognition.client().await;
            let registry = self.rekognition.media.clone();
            Ok(Arc::new(OfMedia::new(
                client,
                registry,
                media.media_id.clone(),
            )))
        }
    }
}
