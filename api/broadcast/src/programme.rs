//! The order of scenes, and how one becomes the next.

use anyhow::{Context, Result};

use crate::picture::Studio;
use crate::scenes::{self, Scene};
use crate::stage::{Placed, Stage};

/// Pictures a second.
pub const RATE: u32 = 25;
/// Half of a fade, in seconds.
const HALF_FADE: f32 = 0.28;

/// The whole programme; its end fades into its start, so that it may be looped.
pub struct Programme {
    scenes: Vec<(Box<dyn Scene>, f32)>,
    length: f32,
}

/// One picture of the film.
pub struct Picture {
    /// Rows of RGBA, premultiplied, opaque everywhere.
    pub stage: Stage,
    /// True while one scene becomes the next: what is seen is neither.
    pub fading: bool,
}

impl Programme {
    /// Puts the scenes in order.
    pub fn new(sources: &Studio) -> Result<Self> {
        let scenes = scenes::all(sources)?;
        let length = scenes.iter().map(|(_, seconds)| seconds).sum();
        Ok(Self { scenes, length })
    }

    /// Number of pictures.
    pub fn pictures(&self) -> u32 {
        (self.length * RATE as f32).round() as u32
    }

    /// The picture with this number.
    pub fn picture(&self, number: u32) -> Result<Picture> {
        self.moment(number as f32 / RATE as f32)
    }

    /// The picture at a moment in seconds.
    pub fn moment(&self, at: f32) -> Result<Picture> {
        let (index, since) = self.scene_at(at)?;
        let count = self.scenes.len();
        let (scene, seconds) = &self.scenes[index];
        let mut stage = Stage::new()?;
        scene.compose(since, &mut stage);
        if since >= HALF_FADE && since < seconds - HALF_FADE {
            return Ok(Picture {
                stage,
                fading: false,
            });
        }
        // How much of the neighbour shows: half at the cut itself.
        let (neighbour, moment, share) = if since < HALF_FADE {
            let before = (index + count - 1) % count;
            let share = 0.5 - 0.5 * since / HALF_FADE;
            (before, self.scenes[before].1 + since, share)
        } else {
            let left = seconds - since;
            ((index + 1) % count, -left, 0.5 - 0.5 * left / HALF_FADE)
        };
        let mut other = Stage::new()?;
        self.scenes[neighbour].0.compose(moment, &mut other);
        mix(&mut stage, &other, share);
        stage.placed = Vec::<Placed>::new();
        Ok(Picture {
            stage,
            fading: true,
        })
    }

    /// Number of scenes.
    pub fn scenes(&self) -> usize {
        self.scenes.len()
    }

    /// One scene without its marks.
    pub fn without_marks(&self, scene: usize, since: f32) -> Result<Stage> {
        let mut stage = Stage::bare()?;
        self.scenes[scene].0.compose(since, &mut stage);
        Ok(stage)
    }

    fn scene_at(&self, at: f32) -> Result<(usize, f32)> {
        let mut start = 0.0;
        for (index, (_, seconds)) in self.scenes.iter().enumerate() {
            if at < start + seconds {
                return Ok((index, at - start));
            }
            start += seconds;
        }
        let length = self.length;
        Err(anyhow::anyhow!("{at} s is past the end")).with_context(|| format!("{length} s long"))
    }
}

fn mix(stage: &mut Stage, other: &Stage, share: f32) {
    let weight = (share * 256.0) as u16;
    for (own, strange) in stage.canvas.data_mut().iter_mut().zip(other.canvas.data()) {
        let sum = u16::from(*own) * (256 - weight) + u16::from(*strange) * weight;
        *own = (sum >> 8) as u8;
    }
}
