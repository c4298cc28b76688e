//! What an operator can set, from the command line or the environment, and the process's clock.

mod budgets;
mod numbers;

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::words::Time;

use self::numbers::{percent, share};
pub use budgets::BudgetOptions;

/// The wall clock. The pure cores get its value as an argument.
#[must_use]
pub fn now() -> Time {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Time::from_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Where data and keys lie.
#[derive(Debug, Clone, clap::Args)]
pub struct StoreOptions {
    /// Folder of the database, the keys and the blobs
    #[arg(
        long,
        env = "BECKON_DATA_DIR",
        default_value = "data",
        value_name = "DIR"
    )]
    pub data_dir: PathBuf,
    /// Database: sqlite:FILE or postgres://…; a SQLite file in the data folder unless told
    #[arg(
        long,
        env = "BECKON_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub database_url: Option<String>,
    /// Delete detections so many days after they were stored; without it they are kept for ever
    #[arg(
        long,
        env = "BECKON_KEEP_DETECTIONS_DAYS",
        value_name = "DAYS",
        value_parser = clap::value_parser!(u32).range(1..=36_500)
    )]
    pub keep_detections_days: Option<u32>,
    /// DynamoDB table that holds detections; the database does unless told
    #[arg(long, env = "BECKON_DETECTIONS_TABLE", value_name = "TABLE")]
    pub detections_table: Option<String>,
    /// S3 bucket that holds blobs; the data folder does unless told
    #[arg(long, env = "BECKON_BLOBS_BUCKET", value_name = "BUCKET")]
    pub blobs_bucket: Option<String>,
}

impl StoreOptions {
    /// The database's URL.
    #[must_use]
    pub fn database_url(&self) -> String {
        self.database_url.clone().unwrap_or_else(|| {
            format!(
                "sqlite:{}?mode=rwc",
                self.data_dir.join("beckon.sqlite").display()
            )
        })
    }

    /// How long detections are kept, in ms; for ever where it does not say.
    #[must_use]
    pub fn keep_detections_ms(&self) -> Option<i64> {
        self.keep_detections_days
            .map(|days| i64::from(days) * 86_400_000)
    }

    /// Where the keys lie.
    #[must_use]
    pub fn keys_dir(&self) -> PathBuf {
        self.data_dir.join("keys")
    }

    /// Where copies of buckets' videos lie.
    #[must_use]
    pub fn videos_dir(&self) -> PathBuf {
        self.data_dir.join("videos")
    }

    /// Where blobs lie.
    #[must_use]
    pub fn blobs_dir(&self) -> PathBuf {
        self.data_dir.join("blobs")
    }
}

/// Which addresses may be fetched from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Reach {
    /// Public addresses only
    Public,
    /// Those, and this machine
    Loopback,
    /// Private networks too
    Anywhere,
}

/// How Rekognition is asked, where this program is built with AWS's clients.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct RekognitionOptions {
    /// How many calls of one operation this node makes in a second at the most; the account's quota is shared by all nodes
    #[arg(
        long = "rekognition-per-second",
        env = "BECKON_REKOGNITION_PER_SECOND",
        default_value = "5",
        value_name = "N"
    )]
    pub per_second: NonZeroU32,
    /// How many calls of one operation may be under way at once
    #[arg(
        long = "rekognition-at-once",
        env = "BECKON_REKOGNITION_AT_ONCE",
        default_value = "8",
        value_name = "N"
    )]
    pub at_once: NonZeroU32,
    /// SNS topic (ARN) on which Rekognition says that a video job is done; with it, videos in buckets are its to look at
    #[arg(
        long = "rekognition-topic",
        env = "BECKON_REKOGNITION_TOPIC",
        value_name = "ARN",
        requires = "role_arn"
    )]
    pub topic_arn: Option<String>,
    /// Role (ARN) as which Rekognition writes to that topic
    #[arg(
        id = "role_arn",
        long = "rekognition-role",
        env = "BECKON_REKOGNITION_ROLE",
        value_name = "ARN",
        requires = "topic_arn"
    )]
    pub role_arn: Option<String>,
}

impl Default for RekognitionOptions {
    /// As the command line has them.
    fn default() -> Self {
        Self {
            per_second: NonZeroU32::MIN.saturating_add(4),
            at_once: NonZeroU32::MIN.saturating_add(7),
            topic_arn: None,
            role_arn: None,
        }
    }
}

/// Whether a node does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Switch {
    /// It does
    On,
    /// It leaves it to others
    Off,
}

/// Who may read what a node counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum MetricsAccess {
    /// Operators, by their token
    Token,
    /// Whoever reaches the port
    Open,
}

/// How the server listens and behaves.
#[derive(Debug, Clone, clap::Args)]
pub struct ServeOptions {
    /// Where data lies
    #[command(flatten)]
    pub store: StoreOptions,
    /// Address to listen on
    #[arg(
        long,
        env = "BECKON_BIND",
        default_value = "127.0.0.1",
        value_name = "ADDRESS"
    )]
    pub bind: IpAddr,
    /// Port to listen on; 0 takes a free one
    #[arg(long, env = "BECKON_PORT", default_value_t = 8080, value_name = "PORT")]
    pub port: u16,
    /// Worker threads; one a core unless told
    #[arg(long, env = "BECKON_WORKERS", value_name = "N")]
    pub workers: Option<usize>,
    /// Origins of web pages that may call, such as <https://www.example.com>; repeat or separate by commas
    #[arg(
        long,
        env = "BECKON_CORS_ORIGINS",
        value_delimiter = ',',
        value_name = "ORIGIN"
    )]
    pub cors_origins: Vec<String>,
    /// How long an overlay shows unless its media or instrument says otherwise, in ms
    #[arg(
        long,
        env = "BECKON_SHOW_MS",
        default_value_t = 120_000,
        value_name = "MS"
    )]
    pub show_ms: u64,
    /// How long it stays quiet after an overlay hides, in ms
    #[arg(
        long,
        env = "BECKON_QUIET_MS",
        default_value_t = 600_000,
        value_name = "MS"
    )]
    pub quiet_ms: u64,
    /// How many of a hundred viewers are held out for good, and see nothing, so that the others can be compared with them
    #[arg(long, env = "BECKON_HOLDOUT_PERCENT", default_value_t = 5.0, value_name = "PERCENT", value_parser = percent)]
    pub holdout_percent: f64,
    /// Over how long viewers spread their questions after a cue, in ms
    #[arg(
        long,
        env = "BECKON_SPREAD_MS",
        default_value_t = 1_000,
        value_name = "MS"
    )]
    pub spread_ms: u32,
    /// Which addresses may be fetched from: streams, and origins that take cues
    #[arg(long, env = "BECKON_REACH", value_enum, default_value_t = Reach::Public)]
    pub reach: Reach,
    /// How Rekognition is asked
    #[command(flatten)]
    pub rekognition: RekognitionOptions,
    /// Who may read /metrics
    #[arg(long, env = "BECKON_METRICS", value_enum, default_value_t = MetricsAccess::Token)]
    pub metrics: MetricsAccess,
    /// Whether this node watches media that are ingested by themselves; leave it on where nothing else does
    #[arg(long, env = "BECKON_INGEST", value_enum, default_value_t = Switch::On)]
    pub ingest: Switch,
    /// How many media this node watches at once at the most; other nodes take the rest
    #[arg(
        long,
        env = "BECKON_MOST_WATCHES",
        default_value_t = 32,
        value_name = "N"
    )]
    pub most_watches: usize,
    /// How long before a media starts its Rekognition custom model is started, in s; it is stopped when the media ends
    #[arg(
        long,
        env = "BECKON_MODEL_LEAD_S",
        default_value_t = 900,
        value_name = "S"
    )]
    pub model_lead_s: u32,
    /// Train and judge a model each time that so many more overlays were drawn; 0 never does by itself
    #[arg(
        long,
        env = "BECKON_RETRAIN_EVERY_ROWS",
        default_value_t = 0,
        value_name = "ROWS"
    )]
    pub retrain_every_rows: u64,
    /// What viewers do, and where links lead
    #[command(flatten)]
    pub events: EventOptions,
    /// Which share of decisions is explained in the log, 0 to 1: one line of JSON each, under the target `explain`
    #[arg(long, env = "BECKON_EXPLAIN_SAMPLE", default_value_t = 0.0, value_name = "SHARE", value_parser = share)]
    pub explain_sample: f64,
    /// How campaigns' budgets are cut
    #[command(flatten)]
    pub budgets: BudgetOptions,
    /// What is told from outside
    #[command(flatten)]
    pub hooks: HookOptions,
    /// What is stored, and served
    #[command(flatten)]
    pub videos: VideoOptions,
}

/// Where stored videos come from, and who hears of them.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct VideoOptions {
    /// Folder that is watched: each video dropped there is recognised once. NAME.json beside NAME.mp4, dropped before it, is
    /// recorded Rekognition output to answer from
    #[arg(long, env = "BECKON_WATCH_FOLDER", value_name = "DIR")]
    pub watch_folder: Option<PathBuf>,
    /// Buckets whose notices of created objects bring videos, as NAME or NAME/PREFIX; repeat or separate by commas
    #[arg(
        long,
        env = "BECKON_VIDEO_BUCKETS",
        value_delimiter = ',',
        value_name = "BUCKET"
    )]
    pub video_buckets: Vec<String>,
    /// Content delivery network that serves those buckets' objects, such as <https://d1.cloudfront.net>
    #[arg(long, env = "BECKON_CDN_URL", value_name = "URL")]
    pub cdn_url: Option<String>,
    /// Address that is told when a stored video is done or has failed
    #[arg(
        long,
        env = "BECKON_WEBHOOK_URL",
        value_name = "URL",
        requires = "webhook_secret"
    )]
    pub webhook_url: Option<String>,
    /// Secret that what it is told is signed with (HMAC-SHA256)
    #[arg(
        long,
        env = "BECKON_WEBHOOK_SECRET",
        value_name = "SECRET",
        hide_env_values = true
    )]
    pub webhook_secret: Option<String>,
}

/// How what viewers do is taken, and where links lead.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct EventOptions {
    /// How long a click or an answer waits for its impression, in s; what waits longer is stored and counts nowhere
    #[arg(
        long,
        env = "BECKON_EVENT_WAITING_S",
        default_value_t = 60,
        value_name = "S",
        value_parser = clap::value_parser!(u32).range(0..=86_400)
    )]
    pub event_waiting_s: u32,
    /// For how many days after a click a conversion is put down to it
    #[arg(
        long,
        env = "BECKON_ATTRIBUTION_DAYS",
        default_value_t = 30,
        value_name = "DAYS",
        value_parser = clap::value_parser!(u32).range(1..=365)
    )]
    pub attribution_days: u32,
    /// Where this installation is reached from outside, such as <https://beckon.example.com>: links and QR codes lead there;
    /// to the host that each decision is asked of unless told
    #[arg(long, env = "BECKON_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Hosts that links may lead to, as shop.example or *.shop.example; repeat or separate by commas. Any unless told
    #[arg(
        long,
        env = "BECKON_LINK_HOSTS",
        value_delimiter = ',',
        value_name = "HOST"
    )]
    pub link_hosts: Vec<String>,
}

impl EventOptions {
    /// How long what came before its impression waits for it, in ms.
    #[must_use]
    pub fn waiting_ms(&self) -> i64 {
        i64::from(self.event_waiting_s) * 1_000
    }

    /// For how long after a click a conversion is put down to it, in ms.
    #[must_use]
    pub fn attribution_ms(&self) -> i64 {
        i64::from(self.attribution_days) * 86_400_000
    }
}

impl Default for EventOptions {
    /// As the command line has them.
    fn default() -> Self {
        Self {
            event_waiting_s: 60,
            attribution_days: 30,
            public_url: None,
            link_hosts: Vec::new(),
        }
    }
}

/// Who may tell this installation what happened outside.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct HookOptions {
    /// Topics of SNS that may post to /v1/hooks/sns, by their ARNs; repeat or separate by commas
    #[arg(
        long,
        env = "BECKON_SNS_TOPICS",
        value_delimiter = ',',
        value_name = "ARN"
    )]
    pub sns_topics: Vec<String>,
}
