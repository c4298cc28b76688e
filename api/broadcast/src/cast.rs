//! Who appears: the marks that are registered, and those that only look like them.

use anyhow::{Context, Result};

use crate::picture::{Sprite, Studio};

/// One thing that can be recognised.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// What it is called in detections.
    pub name: &'static str,
    /// Its identity; also the name of its files.
    pub external_id: &'static str,
    /// Folder of its drawing, and below the assets of its reference image.
    pub folder: &'static str,
}

const fn member(name: &'static str, external_id: &'static str, folder: &'static str) -> Member {
    Member {
        name,
        external_id,
        folder,
    }
}

/// Registered as references: eight marks and products, and a bird.
pub const MARKS: [Member; 9] = [
    member("Heron 8x42", "kestrel-heron-8x42", "marks"),
    member("Kestrel Optics", "kestrel-optics", "marks"),
    member("Enamel cup", "tern-enamel-cup", "marks"),
    member("Tern Coffee", "tern-coffee", "marks"),
    member("North Shore Cup", "north-shore-cup", "marks"),
    member("Shell jacket", "fjellro-shell-jacket", "marks"),
    member("Kettle", "hob-kettle", "marks"),
    member("Table radio", "wren-table-radio", "marks"),
    member("Kingfisher", "kingfisher", "marks"),
];

/// Never registered: each has the layout of a mark, one also its colours.
pub const LOOKALIKES: [Member; 2] = [
    member("South Peaks", "south-peaks", "lookalikes"),
    member("Fern Cocoa", "fern-cocoa", "lookalikes"),
];

/// A flat silhouette, which must be warned of.
pub const WEAK: [Member; 1] = [member("Flat star", "flat-star", "weak")];

/// A member made up for one scene, at the size it has there.
pub struct Actor {
    /// Which mark.
    pub external_id: &'static str,
    /// Its pixels.
    pub sprite: Sprite,
}

/// Makes up a member to stand about `width` units wide in a scene.
pub fn actor(studio: &Studio, external_id: &str, width: f32) -> Result<Actor> {
    let member = MARKS
        .iter()
        .chain(&LOOKALIKES)
        .find(|member| member.external_id == external_id)
        .with_context(|| format!("{external_id} is not in the cast"))?;
    // Drawn once to learn its size, then at the density at which it is shown: a sprite
    // brought down far by the stage would shimmer.
    let path = format!("{}/{}.svg", member.folder, member.external_id);
    let size = studio.file(&path, 0.1)?.width;
    Ok(Actor {
        external_id: member.external_id,
        sprite: studio.file(&path, 0.55 * width / size)?,
    })
}
