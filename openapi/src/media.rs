//! Media: what is watched.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ingest::{Ingest, Timetable};

/// A media to register: a live event or a stored video. Only `media_id` is needed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "media_id": "harbour-cup", "title": "Harbour Cup, final",
    "zero": "2026-11-20T19:00:00Z", "playback_url": "https://cdn.example.com/harbour/master.m3u8"
}))]
pub struct NewMedia {
    /// 1 to 128 of `A-Za-z0-9._:-`.
    pub media_id: String,
    /// Everything else about it.
    #[serde(default)]
    pub title: Option<String>,
    /// The first moment covered (RFC 3339); the time of registration unless told. It never moves.
    #[serde(default)]
    pub zero: Option<String>,
    /// Named positions such as kick-off and half-time.
    #[serde(default)]
    pub markers: Vec<Marker>,
    /// Where it can be played (http or https).
    #[serde(default)]
    pub playback_url: Option<String>,
    /// A still picture of it (http or https).
    #[serde(default)]
    pub poster_url: Option<String>,
    /// A short moving picture of it (http or https).
    #[serde(default)]
    pub preview_url: Option<String>,
    /// What carries its cues; without one they go by SSE alone.
    #[serde(default)]
    pub signal: Option<Signal>,
    /// How long overlays show and how long it stays quiet then; the node's defaults unless told.
    #[serde(default)]
    pub overlay_life: Option<OverlayLife>,
    /// On what legal basis people in the picture are recognised; without one celebrities are neither stored nor imported.
    #[serde(default)]
    pub people_basis: Option<String>,
    /// How nodes ingest it by themselves; without it they leave it alone.
    #[serde(default)]
    pub ingest: Option<Ingest>,
    /// When it runs; without it, always.
    #[serde(default)]
    pub timetable: Option<Timetable>,
    /// Parts of the picture that overlays never cover, such as a scoreboard. At most 16.
    #[serde(default)]
    pub keep_clear: Vec<ClearBox>,
    /// Captions are part of the picture: its lowest 18 % stay free; false unless told.
    #[serde(default)]
    pub burnt_in_captions: bool,
    /// It is made for children: nothing of a restricted category runs on it.
    #[serde(default)]
    pub for_children: bool,
}

/// The changeable part of a media: a full replacement of what stands there. `zero` never moves.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"title": "Harbour Cup, final", "markers": [{"name": "kick-off", "position_ms": 300000}]}))]
pub struct MediaUpdate {
    /// What people call it.
    #[serde(default)]
    pub title: Option<String>,
    /// Named positions such as kick-off and half-time.
    #[serde(default)]
    pub markers: Vec<Marker>,
    /// Where it can be played (http or https).
    #[serde(default)]
    pub playback_url: Option<String>,
    /// A still picture of it (http or https).
    #[serde(default)]
    pub poster_url: Option<String>,
    /// A short moving picture of it (http or https).
    #[serde(default)]
    pub preview_url: Option<String>,
    /// What carries its cues; without one they go by SSE alone.
    #[serde(default)]
    pub signal: Option<Signal>,
    /// How long overlays show and how long it stays quiet then; the node's defaults unless told.
    #[serde(default)]
    pub overlay_life: Option<OverlayLife>,
    /// On what legal basis people in the picture are recognised; without one celebrities are neither stored nor imported.
    #[serde(default)]
    pub people_basis: Option<String>,
    /// How nodes ingest it by themselves; without it they leave it alone.
    #[serde(default)]
    pub ingest: Option<Ingest>,
    /// When it runs; without it, always.
    #[serde(default)]
    pub timetable: Option<Timetable>,
    /// Parts of the picture that overlays never cover, such as a scoreboard. At most 16.
    #[serde(default)]
    pub keep_clear: Vec<ClearBox>,
    /// Captions are part of the picture: its lowest 18 % stay free; false unless told.
    #[serde(default)]
    pub burnt_in_captions: bool,
    /// It is made for children: nothing of a restricted category runs on it.
    #[serde(default)]
    pub for_children: bool,
}

/// A registered media.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "media_id": "harbour-cup", "title": "Harbour Cup, final", "zero": "2026-11-20T19:00:00.000Z",
    "markers": [{"name": "kick-off", "position_ms": 300000}],
    "playback_url": "https://cdn.example.com/harbour/master.m3u8", "poster_url": null, "preview_url": null,
    "signal": null, "overlay_life": {"show_ms": 120000, "quiet_ms": 600000, "quiet_scope": "media"}, "people_basis": null,
    "ingest": null, "timetable": null, "for_children": false,
    "keep_clear": [{"left": 5.0, "top": 5.0, "width": 22.0, "height": 8.0}], "burnt_in_captions": false,
    "created_at": "2026-11-20T18:30:00.000Z", "updated_at": "2026-11-20T18:30:00.000Z"
}))]
pub struct Media {
    /// 1 to 128 of `A-Za-z0-9._:-`.
    pub media_id: String,
    /// What people call it; the id where no title was given.
    pub title: String,
    /// The first moment covered (RFC 3339). Positions count from it.
    pub zero: String,
    /// Named positions, in their order.
    pub markers: Vec<Marker>,
    /// Where it can be played.
    #[schema(required)]
    pub playback_url: Option<String>,
    /// A still picture of it.
    #[schema(required)]
    pub poster_url: Option<String>,
    /// A short moving picture of it.
    #[schema(required)]
    pub preview_url: Option<String>,
    /// What carries its cues.
    #[schema(required)]
    pub signal: Option<Signal>,
    /// How long overlays show, and how long it stays quiet then.
    #[schema(required)]
    pub overlay_life: Option<OverlayLife>,
    /// On what legal basis people in the picture are recognised.
    #[schema(required)]
    pub people_basis: Option<String>,
    /// How nodes ingest it by themselves.
    #[schema(required)]
    pub ingest: Option<Ingest>,
    /// When it runs.
    #[schema(required)]
    pub timetable: Option<Timetable>,
    /// Parts of the picture that overlays never cover.
    pub keep_clear: Vec<ClearBox>,
    /// Captions are part of the picture.
    pub burnt_in_captions: bool,
    /// It is made for children: nothing of a restricted category runs on it.
    pub for_children: bool,
    /// When it was registered (RFC 3339).
    pub created_at: String,
    /// When it was last changed (RFC 3339).
    pub updated_at: String,
}

/// A part of the picture, in percent of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClearBox {
    /// Its left edge: 0 to 100.
    pub left: f64,
    /// Its top edge: 0 to 100.
    pub top: f64,
    /// Its width: more than 0, and no further than the picture's right edge.
    pub width: f64,
    /// Its height: more than 0, and no further than the picture's lower edge.
    pub height: f64,
}

/// A stretch of a media that its stream marks as an ad break.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"break_id": "cue:0:275163122", "from_ms": 612000, "to_ms": null, "planned_ms": 180000}))]
pub struct AdBreak {
    /// What tells it from the media's others.
    pub break_id: String,
    /// Its first position.
    pub from_ms: i64,
    /// The first position after it; null while the stream has not ended it.
    #[schema(required)]
    pub to_ms: Option<i64>,
    /// How long it was to be, where the stream says so.
    #[schema(required)]
    pub planned_ms: Option<i64>,
}

/// A named position of a media.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Marker {
    /// What happens there: `kick-off`.
    pub name: String,
    /// Where it happens.
    pub position_ms: u64,
}

/// What carries a media's cues inside its stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Signal {
    /// A live origin that takes the PutMetadata call, such as the one that comes with Beckon.
    Origin {
        /// Where the origin answers (http or https); `PutMetadata` is appended.
        url: String,
        /// The channel, as the origin names it.
        channel_arn: String,
    },
    /// An IVS channel.
    Ivs {
        /// The channel's ARN.
        channel_arn: String,
    },
}

/// How long overlays show, and how long it stays quiet after one hides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OverlayLife {
    /// How long an overlay shows: 1 000 to 3 600 000 ms.
    pub show_ms: u64,
    /// How long nothing is shown after it hides: 0 to 86 400 000 ms.
    pub quiet_ms: u64,
    /// What stays quiet.
    pub quiet_scope: QuietScope,
}

/// What stays quiet after an overlay hides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuietScope {
    /// Only the instrument that was shown.
    Instrument,
    /// The whole media.
    Media,
}
