//! Reading HLS: playlists, and what a transport stream segment says of time.
//!
//! All but `follow` is pure: bytes in, values out.

mod attributes;
pub(super) mod follow;
mod id3;
mod master;
mod media;
mod packets;
pub mod place;
pub mod playlist;
pub mod segment;
pub mod ts;

#[cfg(test)]
mod tests;

pub use master::{Master, Rendition, Variant};
pub use media::{Kind, Media};
pub use playlist::{Fault, Playlist, PlaylistError, Warning, read};
