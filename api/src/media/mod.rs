//! Media: what is watched, its zero, and how overlays live on it.

mod ad_breaks;
pub mod http;
mod ingest;
mod model;
mod registry;
mod row;
mod state;
mod store;
mod wire;

pub use ad_breaks::AdBreak;
pub use ingest::{CustomLabels, Frames, Ingest, Recogniser, Rekognition, Source, Timetable};
pub use model::{ClearBox, Details, Marker, Media, OverlayLife, QuietScope, Signal};
pub use registry::Registry;
pub use state::OnAir;
pub use wire::{life_from_wire, life_to_wire, new_media as media_from_wire, web_url};

/// The topic under which media change.
const TOPIC: &str = "media";
