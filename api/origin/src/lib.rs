#![doc = include_str!("../README.md")]

mod ts;

mod clip;

mod cues;
mod id3;
mod playlist;
mod timeline;
mod weave;

mod channel;
pub mod http;
mod origin;

pub use channel::{Channel, ChannelName, ChannelSettings, InvalidName, SegmentError};
pub use clip::{Clip, ClipError};
pub use cues::{Placed, PutMetadataError};
pub use origin::{NameTaken, Origin};

/// The owner of the ID3 PRIV frame that carries what was said through PutMetadata.
pub const METADATA_OWNER: &str = "metadata.live-video.net";
