//! A winter cabin: a table of things, snow behind the window.

use anyhow::Result;

use crate::cast::{Actor, actor};
use crate::picture::{Sprite, Studio};
use crate::scenes::lower_third::{LowerThird, Sign};
use crate::scenes::{BACKGROUND, Dice, PROP, Scene, swing};
use crate::stage::{Camera, Put, Stage};

/// A winter cabin.
pub struct Cabin {
    outside: Sprite,
    flake: Sprite,
    flakes: Vec<(f32, f32, f32)>,
    room: Sprite,
    glow: Sprite,
    steam: Sprite,
    props: Vec<(Actor, Put)>,
    caption: LowerThird,
    sign: Sign,
}

impl Cabin {
    /// Draws what does not move.
    pub fn new(sources: &Studio) -> Result<Self> {
        let mut dice = Dice(21);
        let prop = |external_id: &str, left: f32, top: f32, width: f32| -> Result<(Actor, Put)> {
            Ok((
                actor(sources, external_id, width)?,
                Put::at(left, top, width),
            ))
        };
        Ok(Self {
            outside: sources.file("scenes/cabin-outside.svg", BACKGROUND)?,
            flake: sources.drawing(
                r##"<svg xmlns="http://www.w3.org/2000/svg" width="12" height="12"><circle cx="6" cy="6" r="4.5" fill="#fff" opacity=".9"/></svg>"##,
                PROP,
            )?,
            flakes: (0..34)
                .map(|_| (dice.throw(), dice.throw(), dice.between(0.5, 1.1)))
                .collect(),
            room: sources.file("scenes/cabin-room.svg", BACKGROUND)?,
            glow: sources.file("scenes/cabin-glow.svg", 0.3)?,
            steam: sources.file("scenes/steam.svg", PROP)?,
            props: vec![
                prop("fjellro-shell-jacket", 930.0, 72.0, 222.0)?,
                prop("kestrel-heron-8x42", 1016.0, 486.0, 158.0)?,
                prop("tern-enamel-cup", 474.0, 490.0, 182.0)?,
                prop("hob-kettle", 714.0, 400.0, 246.0)?,
            ],
            caption: LowerThird::new(sources, "Winter cabin, part 2", "Four days without a road", 1.0, 6.0)?,
            sign: Sign::new(sources)?,
        })
    }
}

impl Scene for Cabin {
    fn compose(&self, at: f32, stage: &mut Stage) {
        stage.look(Camera {
            x: -14.0 + at * 2.2,
            y: 8.0,
            zoom: 1.03 + at * 0.003,
        });
        stage.put(&self.outside, Put::at(410.0, 40.0, 460.0).depth(0.8));
        for (across, start, size) in &self.flakes {
            let fall = (start + at * 0.07 * size).rem_euclid(1.0);
            let drift = swing(at, 5.0, *start) * 8.0;
            let put = Put::at(
                440.0 + across * 390.0 + drift,
                66.0 + fall * 280.0,
                11.0 * size,
            );
            stage.put(&self.flake, put.depth(0.85));
        }
        stage.put(&self.room, Put::at(-40.0, -22.5, 1360.0));
        for (actor, put) in &self.props {
            stage.mark(actor.external_id, &actor.sprite, *put);
        }
        for (left, top, phase) in [(516.0, 382.0, 0.0), (926.0, 350.0, 0.5)] {
            let life = (at / 3.2 + phase).rem_euclid(1.0);
            let put = Put::at(left + swing(at, 3.0, phase) * 5.0, top - 26.0 * life, 60.0);
            stage.put(
                &self.steam,
                put.opacity(0.45 * (1.0 - life) * (life * 6.0).min(1.0)),
            );
        }
        let flicker = 0.86 + 0.06 * swing(at, 1.9, 0.0) + 0.03 * swing(at, 0.43, 0.0);
        stage.put(&self.glow, Put::at(-40.0, -22.5, 1360.0).opacity(flicker));
        self.caption.put(at, stage);
        self.sign.put(stage);
    }
}
