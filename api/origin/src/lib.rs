//! A live HLS origin with timed metadata, for one machine.
//!
//! A [`Clip`] is looped for ever as a live sliding window; what is said through
//! PutMetadata is written into its segments as ID3, as Amazon IVS does it. The
//! modules stand in the order in which a segment is made: packets, clip, place in
//! time, cues, the woven segment, and then the channel that hands it out.
//!
//! Nothing here reads a clock except [`http`]: times are wall milliseconds, handed in.

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
