//! Moving pictures to put marks into.

use std::path::{Path, PathBuf};

use crate::film::{HEIGHT, WIDTH, frames};
use crate::gallery::assets;

/// The frames of one film, none of which shows a mark.
pub struct Background {
    pub frames: Vec<Vec<u8>>,
}

impl Background {
    /// The film of the drawn scenes without their marks.
    pub fn plates() -> Self {
        Self {
            frames: frames(&assets().join("plates.mp4"), "null"),
        }
    }

    /// Filmed clips that lie beside the project, where they do.
    pub fn filmed() -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/video");
        let clips: Vec<PathBuf> = [
            "shellzu-19368_640x360.mp4",
            "exoplayer-video_big_buck_bunny.mp4",
        ]
        .iter()
        .map(|name| folder.join(name))
        .filter(|path| path.exists())
        .collect();
        if clips.is_empty() {
            return None;
        }
        let cut = format!(
            "scale={WIDTH}:{HEIGHT}:force_original_aspect_ratio=increase,crop={WIDTH}:{HEIGHT}"
        );
        Some(Self {
            frames: clips.iter().flat_map(|clip| frames(clip, &cut)).collect(),
        })
    }
}
