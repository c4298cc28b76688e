//! What the channel plays: the drawn broadcast that comes with the program, or anyone's own clip.

use std::path::{Path, PathBuf};

use anyhow::Context;

/// The drawn broadcast; `make broadcast` draws it anew.
const CHANNEL: &[u8] = include_bytes!("../../broadcast/assets/channel.mp4");

macro_rules! references {
    ($($name:literal, $external_id:literal;)+) => {
        /// The marks and products of the broadcast: name, external id and image.
        pub const REFERENCES: &[(&str, &str, &[u8])] = &[
            $(($name, $external_id, include_bytes!(concat!("../../broadcast/assets/references/", $external_id, ".png")))),+
        ];
    };
}

references! {
    "Heron 8x42", "kestrel-heron-8x42";
    "Kestrel Optics", "kestrel-optics";
    "Enamel cup", "tern-enamel-cup";
    "Tern Coffee", "tern-coffee";
    "North Shore Cup", "north-shore-cup";
    "Shell jacket", "fjellro-shell-jacket";
    "Kettle", "hob-kettle";
    "Table radio", "wren-table-radio";
    "Kingfisher", "kingfisher";
}

/// The picture of a reference, by its external id.
#[must_use]
pub fn picture(external_id: &str) -> Option<&'static [u8]> {
    REFERENCES
        .iter()
        .find(|(_, id, _)| *id == external_id)
        .map(|(_, _, png)| *png)
}

/// Puts the drawn broadcast where the origin can cut it.
///
/// # Errors
/// When the folder cannot be written.
pub fn unpack(data_dir: &Path) -> anyhow::Result<PathBuf> {
    let path = data_dir.join("channel.mp4");
    let there = std::fs::read(&path).is_ok_and(|bytes| bytes == CHANNEL);
    if !there {
        // Under another name first, so that an interrupted start leaves no half clip to be cut.
        let draft = data_dir.join("channel.mp4.draft");
        std::fs::write(&draft, CHANNEL)
            .with_context(|| format!("cannot write {}", draft.display()))?;
        std::fs::rename(&draft, &path)?;
    }
    Ok(path)
}
