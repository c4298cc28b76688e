//! The reference images that the drawn channel comes with.

use std::fs;
use std::path::{Path, PathBuf};

use beckon_matcher::Reference;

/// One image of the gallery.
pub struct Exhibit {
    pub external_id: String,
    pub image: image::RgbaImage,
}

impl Exhibit {
    pub fn reference(&self) -> Reference {
        let (width, height) = self.image.dimensions();
        Reference::from_rgba(width, height, self.image.as_raw())
            .unwrap_or_else(|refusal| panic!("{}: {refusal}", self.external_id))
    }
}

pub fn assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../broadcast/assets")
}

/// All images of a folder of the assets, by name.
pub fn exhibits(folder: &str) -> Vec<Exhibit> {
    let mut paths: Vec<PathBuf> = fs::read_dir(assets().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "png"))
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| Exhibit {
            external_id: path.file_stem().unwrap().to_str().unwrap().to_owned(),
            image: image::open(path).unwrap().into_rgba8(),
        })
        .collect()
}

#[test]
fn every_mark_of_the_channel_is_a_strong_reference() {
    for exhibit in exhibits("references") {
        let reference = exhibit.reference();
        let deviation = reference.luma_deviation();
        println!("{}: luma deviation {deviation:.1}", exhibit.external_id);
        assert!(!reference.is_weak(), "{}", exhibit.external_id);
    }
}

#[test]
fn the_flat_star_is_warned_of() {
    let star = &exhibits("weak")[0];
    assert!(star.reference().is_weak());
}
