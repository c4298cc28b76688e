//! A ridge at sunset: a spot for a jacket, binoculars on the rock.

use anyhow::Result;

use crate::cast::{Actor, actor};
use crate::picture::{Sprite, Studio};
use crate::scenes::lower_third::Sign;
use crate::scenes::{BACKGROUND, PROP, Scene, rise, swing};
use crate::stage::{Camera, Put, Stage};

/// A ridge at sunset.
pub struct Ridge {
    sky: Sprite,
    cloud: Sprite,
    peaks: Sprite,
    near: Sprite,
    words: Sprite,
    gull: Sprite,
    binoculars: Actor,
    jacket: Actor,
    sign: Sign,
}

impl Ridge {
    /// Draws what does not move.
    pub fn new(sources: &Studio) -> Result<Self> {
        Ok(Self {
            sky: sources.file("scenes/ridge-sky.svg", BACKGROUND)?,
            cloud: sources.file("scenes/cloud.svg", BACKGROUND)?,
            peaks: sources.file("scenes/ridge-peaks.svg", BACKGROUND)?,
            near: sources.file("scenes/ridge-near.svg", PROP)?,
            words: sources.file("scenes/ridge-card.svg", PROP)?,
            gull: sources.file("scenes/gull.svg", PROP)?,
            binoculars: actor(sources, "kestrel-heron-8x42", 196.0)?,
            jacket: actor(sources, "fjellro-shell-jacket", 268.0)?,
            sign: Sign::new(sources)?,
        })
    }
}

impl Scene for Ridge {
    fn compose(&self, at: f32, stage: &mut Stage) {
        stage.look(Camera {
            x: 20.0 - at * 3.0,
            y: 0.0,
            zoom: 1.03,
        });
        stage.put(&self.sky, Put::at(-40.0, -22.5, 1360.0).depth(0.2));
        for (left, top, width, speed) in [
            (40.0, 70.0, 420.0, 9.0),
            (620.0, 40.0, 360.0, 7.0),
            (1020.0, 120.0, 460.0, 11.0),
        ] {
            let put = Put::at(left + at * speed, top, width);
            stage.put(&self.cloud, put.depth(0.3));
        }
        stage.put(&self.peaks, Put::at(-60.0, 190.0, 1400.0).depth(0.5));
        stage.put(&self.near, Put::at(-60.0, 400.0, 1400.0));
        for (phase, top) in [(0.0, 150.0), (0.35, 190.0), (0.6, 128.0)] {
            let left = 560.0 - phase * 300.0 + at * 16.0;
            let put = Put::at(left, top + swing(at, 3.0, phase) * 9.0, 42.0 - 12.0 * phase);
            stage.put(&self.gull, put.depth(0.7));
        }
        stage.mark(
            self.binoculars.external_id,
            &self.binoculars.sprite,
            Put::at(140.0, 456.0, 196.0),
        );
        stage.mark(
            self.jacket.external_id,
            &self.jacket.sprite,
            Put::at(640.0, 190.0 + swing(at, 6.0, 0.0) * 3.0, 268.0),
        );
        let shown = rise(at, 1.2, 0.8);
        let put = Put::at(950.0 + 20.0 * (1.0 - shown), 300.0, 448.0);
        stage.put(&self.words, put.depth(0.0).opacity(shown));
        self.sign.put(stage);
    }
}
