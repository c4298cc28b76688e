//! Reading HLS: playlists, and what a transport stream segment says of time.
//!
//! All but `follow` and `resource` is pure: bytes in, values out.

mod attributes;
mod boxes;
mod cipher;
pub(super) mod follow;
pub mod footage;
mod id3;
mod master;
mod media;
pub mod outline;
mod packets;
pub mod place;
pub mod playlist;
pub(super) mod resource;
pub mod segment;
pub mod ts;

#[cfg(test)]
mod tests;

/// How wide a rendition the recogniser needs; a wider one is only cost.
pub const WIDTH: u32 = 640;

pub use master::{Master, Rendition, Variant};
pub use media::{Kind, Media};
pub use playlist::{Fault, Playlist, PlaylistError, Warning, read};
