//! What a media is.

use super::{Ingest, Timetable};
use crate::words::{MediaId, Position, Time};

/// A media.
#[derive(Debug, Clone, PartialEq)]
pub struct Media {
    /// Its id.
    pub media_id: MediaId,
    /// The first moment covered; it never moves.
    pub zero: Time,
    /// Everything about it that may change.
    pub details: Details,
    /// When it was registered.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

/// What may change about a media.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Details {
    /// What people call it.
    pub title: String,
    /// Named positions.
    pub markers: Vec<Marker>,
    /// Where it can be played.
    pub playback_url: Option<String>,
    /// A still picture of it.
    pub poster_url: Option<String>,
    /// A short moving picture of it.
    pub preview_url: Option<String>,
    /// What carries its cues inside the stream.
    pub signal: Option<Signal>,
    /// How overlays live on it; the node's defaults where it does not say.
    pub overlay_life: Option<OverlayLife>,
    /// On what legal basis people in the picture are recognised.
    pub people_basis: Option<String>,
    /// How nodes ingest it by themselves; without it they leave it alone.
    pub ingest: Option<Ingest>,
    /// When it runs; without it, always.
    pub timetable: Option<Timetable>,
    /// It is made for children.
    pub for_children: bool,
    /// Parts of its picture that overlays never cover, such as a scoreboard.
    pub keep_clear: Vec<ClearBox>,
    /// Captions are part of the picture: its lowest part stays free.
    pub burnt_in_captions: bool,
}

/// A part of the picture, in percent of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClearBox {
    /// Its left edge.
    pub left: f32,
    /// Its top edge.
    pub top: f32,
    /// Its width.
    pub width: f32,
    /// Its height.
    pub height: f32,
}

/// A named position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// Its name.
    pub name: String,
    /// Where it lies.
    pub position: Position,
}

/// What carries a media's cues inside its stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    /// A live origin that takes the PutMetadata call.
    Origin {
        /// Where it answers.
        url: String,
        /// The channel, as the origin names it.
        channel_arn: String,
    },
    /// An IVS channel.
    Ivs {
        /// The channel.
        channel_arn: String,
    },
}

impl Signal {
    /// What the channel is known by, for its state and its limits.
    #[must_use]
    pub fn channel(&self) -> String {
        match self {
            Self::Origin { url, channel_arn } => format!("{url} {channel_arn}"),
            Self::Ivs { channel_arn } => channel_arn.clone(),
        }
    }

    /// What shares a limit with it: the origin, or the AWS account in its region.
    #[must_use]
    pub fn account(&self) -> String {
        match self {
            Self::Origin { url, .. } => url.clone(),
            Self::Ivs { channel_arn } => {
                // arn:aws:ivs:<region>:<account>:channel/<id>
                let parts: Vec<&str> = channel_arn.splitn(6, ':').collect();
                parts
                    .get(..5)
                    .map_or(channel_arn.clone(), |five| five.join(":"))
            }
        }
    }
}

/// How long an overlay shows, and how long it stays quiet then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverlayLife {
    /// How long it shows.
    pub show_ms: i64,
    /// How long it stays quiet after it hides.
    pub quiet_ms: i64,
    /// What stays quiet.
    pub quiet_scope: QuietScope,
}

/// What stays quiet after an overlay hides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuietScope {
    /// Only the instrument that was shown.
    Instrument,
    /// The whole media.
    Media,
}

impl Media {
    /// Where the media stands at this moment, if it is live; before its zero it stands at zero.
    #[must_use]
    pub fn position_at(&self, now: Time) -> Position {
        Position::ZERO.forward(now.since(self.zero))
    }
}
