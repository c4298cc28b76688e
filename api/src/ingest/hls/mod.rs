//! Reading HLS: playlists, and what a transport stream segment says of time.
//!
//! All but `follow` and `resource` is pure: bytes in, values out.

mod attributes;
mod boxes;
pub(super) mod breaks;
mod cipher;
mod dates;
pub(super) mod delta;
pub(super) mod follow;
pub mod footage;
mod id3;
mod master;
mod media;
pub mod outline;
mod packets;
mod parts;
pub mod place;
pub mod playlist;
pub(super) mod resource;
pub mod segment;
mod splice;
pub mod ts;
mod variables;

#[cfg(test)]
mod tests;

/// How wide a rendition the recogniser needs; a wider one is only cost.
pub const WIDTH: u32 = 640;

pub use master::{Master, Rendition, Variant};
pub use media::{Kind, Media};
pub use playlist::{Fault, Playlist, PlaylistError, Warning, read, read_given};
pub use variables::Given;
