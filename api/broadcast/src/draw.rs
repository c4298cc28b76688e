//! What the command line asks for: references, stills, the channel.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::cast::{LOOKALIKES, MARKS, Member, WEAK};
use crate::film::Film;
use crate::picture::{Sprite, Studio};
use crate::programme::{Programme, RATE};
use crate::truth::Notes;

/// Pixels along the longer side of a reference image.
const REFERENCE: f32 = 512.0;

/// Writes each member of the cast as an image, cut to its edges.
pub fn references(studio: &Studio, to: &Path) -> Result<()> {
    let all: [(&str, &[Member]); 3] = [
        ("references", &MARKS),
        ("lookalikes", &LOOKALIKES),
        ("weak", &WEAK),
    ];
    for (folder, members) in all {
        let folder = to.join(folder);
        fs::create_dir_all(&folder)
            .with_context(|| format!("Failed to make {}", folder.display()))?;
        for member in members {
            let path = format!("{}/{}.svg", member.folder, member.external_id);
            let Sprite { width, height, .. } = studio.file(&path, 0.1)?;
            let drawn = studio.file(&path, REFERENCE / width.max(height))?;
            let image = folder.join(format!("{}.png", member.external_id));
            drawn
                .pixels
                .save_png(&image)
                .with_context(|| format!("Failed to write {}", image.display()))?;
        }
    }
    Ok(())
}

/// Writes single pictures.
pub fn stills(studio: &Studio, to: &Path, moments: &[f32]) -> Result<()> {
    let programme = Programme::new(studio)?;
    fs::create_dir_all(to).with_context(|| format!("Failed to make {}", to.display()))?;
    for at in moments {
        let picture = programme.moment(*at)?;
        let image = to.join(format!("{at:06.2}.png"));
        picture
            .stage
            .canvas
            .save_png(&image)
            .with_context(|| format!("Failed to write {}", image.display()))?;
    }
    Ok(())
}

/// Seconds of each scene among the plates, and where they begin in it.
const PLATE: (f32, f32) = (3.0, 3.0);

/// Writes a short film of the scenes without their marks: backgrounds for tests.
pub fn plates(studio: &Studio, to: &Path) -> Result<()> {
    let programme = Programme::new(studio)?;
    let each = (PLATE.0 * RATE as f32) as u32;
    let pictures = each * programme.scenes() as u32;
    let mut film = Film::open(&to.join("plates.mp4"), pictures, false)?;
    for number in 0..pictures {
        let since = PLATE.1 + (number % each) as f32 / RATE as f32;
        let stage = programme.without_marks((number / each) as usize, since)?;
        film.add(stage.canvas.data())?;
    }
    film.close()
}

/// Writes the film and the truth about it.
pub fn channel(studio: &Studio, to: &Path) -> Result<()> {
    let programme = Programme::new(studio)?;
    fs::create_dir_all(to).with_context(|| format!("Failed to make {}", to.display()))?;
    let pictures = programme.pictures();
    let mut film = Film::open(&to.join("channel.mp4"), pictures, true)?;
    let mut notes = Notes::new();
    for number in 0..pictures {
        let picture = programme.picture(number)?;
        film.add(picture.stage.canvas.data())?;
        notes.picture(number, &picture.stage.placed, picture.fading);
    }
    film.close()?;
    let truth =
        serde_json::to_string(&notes.finish(pictures)).context("Failed to write the truth")?;
    // One showing a line: small, and a change of one scene shows as such.
    let lines = truth.replace("},{", "},\n{").replace("[{", "[\n{") + "\n";
    fs::write(to.join("truth.json"), lines).context("Failed to write the truth")
}
