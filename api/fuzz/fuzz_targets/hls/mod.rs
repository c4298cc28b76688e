//! The readers of HLS, the very files of the service: they are pure, and build in seconds without the rest of it.

#[path = "../../../src/ingest/hls/attributes.rs"]
mod attributes;
#[path = "../../../src/ingest/hls/boxes.rs"]
pub mod boxes;
#[path = "../../../src/ingest/hls/dates.rs"]
pub mod dates;
#[path = "../../../src/ingest/hls/delta.rs"]
pub mod delta;
#[path = "../../../src/ingest/hls/id3.rs"]
pub mod id3;
#[path = "../../../src/ingest/hls/master.rs"]
pub mod master;
#[path = "../../../src/ingest/hls/media.rs"]
pub mod media;
#[path = "../../../src/ingest/hls/packets.rs"]
pub mod packets;
#[path = "../../../src/ingest/hls/parts.rs"]
pub mod parts;
#[path = "../../../src/ingest/hls/playlist.rs"]
pub mod playlist;
#[path = "../../../src/ingest/hls/segment.rs"]
pub mod segment;
#[path = "../../../src/ingest/hls/splice.rs"]
pub mod splice;
#[path = "../../../src/ingest/hls/ts.rs"]
pub mod ts;
#[path = "../../../src/ingest/hls/variables.rs"]
pub mod variables;
