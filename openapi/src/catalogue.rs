//! Catalogue: stored videos, and what became of them.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A stored video.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "media_id": "swan-lake", "title": "swan lake", "state": "done", "error": null, "duration_ms": 19860, "analysed_ms": 19860,
    "file_url": "/v1/media/swan-lake/file?until=1795204800&signature=5f1c",
    "poster_url": "/v1/media/swan-lake/poster?until=1795204800&signature=91ab",
    "preview_url": "/v1/media/swan-lake/preview?until=1795204800&signature=c07d",
    "detections_url": "/v1/media/swan-lake/detections",
    "labels": [{"kind": "label", "name": "Swan", "count": 38, "best_confidence": 99.6}],
    "created_at": "2026-11-20T18:30:00.000Z", "finished_at": "2026-11-20T18:30:21.000Z"
}))]
pub struct CatalogueItem {
    /// The media that its detections are of.
    pub media_id: String,
    /// What people call it.
    pub title: String,
    /// What became of it so far.
    pub state: CatalogueState,
    /// Why it failed, or what is being tried again.
    #[schema(required)]
    pub error: Option<String>,
    /// How long it is; `null` until it was read.
    #[schema(required)]
    pub duration_ms: Option<u64>,
    /// How much of it was looked at.
    pub analysed_ms: u64,
    /// Where it is played: good for some hours without a token, or at a content delivery network.
    #[schema(required)]
    pub file_url: Option<String>,
    /// A still picture (JPEG), as good.
    #[schema(required)]
    pub poster_url: Option<String>,
    /// A short moving picture (animated WebP, 266 x 150), as good.
    #[schema(required)]
    pub preview_url: Option<String>,
    /// Where its labels stand with their boxes by timestamp.
    pub detections_url: String,
    /// What is in it, what is seen most often first.
    pub labels: Vec<CatalogueLabel>,
    /// When it was found (RFC 3339).
    pub created_at: String,
    /// When it was done or given up (RFC 3339).
    #[schema(required)]
    pub finished_at: Option<String>,
}

/// What became of a stored video.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CatalogueState {
    /// It waits to be read.
    Queued,
    /// What is on screen is being recognised.
    Recognising,
    /// Its pictures and labels are being made.
    Storing,
    /// All is done.
    Done,
    /// It was given up; `error` says why.
    Failed,
}

/// One name in a stored video.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CatalogueLabel {
    /// `celebrity`, `label`, `custom_label` or `moderation`.
    pub kind: String,
    /// The name.
    pub name: String,
    /// At how many positions it is seen.
    pub count: u64,
    /// How sure the recogniser is at best, in percent.
    pub best_confidence: f64,
}

/// What makes an address of the catalogue good without a token.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LinkQuery {
    /// Until when it is good, in seconds since 1970.
    pub until: Option<i64>,
    /// Who says so.
    pub signature: Option<String>,
}

/// What the webhook is told (`POST`, JSON). `Beckon-Signature: t=<seconds>,v1=<hex>` is the HMAC-SHA256 of
/// `<seconds>.<body>` under the webhook's secret.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "event": "ingest.failed", "delivery_id": "ingest.failed:5f1c", "at": "2026-11-20T18:30:21.000Z",
    "media_id": "swan-lake", "title": "swan lake", "duration_ms": null, "labels": [], "error": "the file has no pictures"
}))]
pub struct IngestEvent {
    /// `ingest.succeeded` or `ingest.failed`.
    pub event: String,
    /// The same each time that it is delivered.
    pub delivery_id: String,
    /// When it happened (RFC 3339).
    pub at: String,
    /// The media.
    pub media_id: String,
    /// What people call it.
    pub title: String,
    /// How long it is, where it was read.
    #[schema(required)]
    pub duration_ms: Option<u64>,
    /// What is in it.
    pub labels: Vec<CatalogueLabel>,
    /// Why it failed.
    #[schema(required)]
    pub error: Option<String>,
}
