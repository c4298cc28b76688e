//! AWS: what all clients share (region, credentials, endpoints, time limits), read once from the standard places.

use std::sync::Arc;
use std::time::Duration;

use aws_config::BehaviorVersion;
pub use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use tokio::sync::OnceCell;

/// How often a call is tried in all; between the tries the SDK backs off with jitter.
const TRIES: u32 = 3;
/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(3);
/// How long one try may take.
const TRY: Duration = Duration::from_secs(10);
/// How long a call may take with all its tries.
const WHOLE: Duration = Duration::from_secs(25);

/// The configuration of a node's clients, read when the first of them is built: off AWS that may take a while.
#[derive(Debug, Clone, Default)]
pub struct Aws {
    config: Arc<OnceCell<SdkConfig>>,
}

impl Aws {
    /// What all clients share.
    pub async fn config(&self) -> &SdkConfig {
        self.config.get_or_init(load).await
    }
}

impl From<SdkConfig> for Aws {
    fn from(config: SdkConfig) -> Self {
        let config = Arc::new(OnceCell::new_with(Some(config)));
        Self { config }
    }
}

/// Reads the environment, the profile and, on AWS, the role: `AWS_REGION`, `AWS_ENDPOINT_URL` and
/// `AWS_ENDPOINT_URL_<SERVICE>` hold as in every other program. Credentials are looked up at the first call.
/// A client whose calls must be quicker says so in its own configuration.
async fn load() -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(TRY)
        .operation_timeout(WHOLE)
        .build();
    aws_config::defaults(BehaviorVersion::latest())
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard().with_max_attempts(TRIES))
        .load()
        .await
}
