//! The harbour market: a coffee kiosk by the water.

use anyhow::Result;

use crate::cast::{Actor, actor};
use crate::picture::{Sprite, Studio};
use crate::scenes::lower_third::{LowerThird, Sign};
use crate::scenes::{BACKGROUND, PROP, Scene, swing};
use crate::stage::{Camera, Put, Stage};

/// The harbour market.
pub struct Harbour {
    air: Sprite,
    boat: Sprite,
    quay: Sprite,
    kiosk: Sprite,
    gull: Sprite,
    steam: Sprite,
    cast: Vec<(Actor, Put)>,
    caption: LowerThird,
    sign: Sign,
}

impl Harbour {
    /// Draws what does not move.
    pub fn new(sources: &Studio) -> Result<Self> {
        let stands = |external_id: &str, left: f32, top: f32, width: f32| -> Result<(Actor, Put)> {
            Ok((
                actor(sources, external_id, width)?,
                Put::at(left, top, width),
            ))
        };
        Ok(Self {
            air: sources.file("scenes/harbour-air.svg", BACKGROUND)?,
            boat: sources.file("scenes/boat.svg", PROP)?,
            quay: sources.file("scenes/quay.svg", PROP)?,
            kiosk: sources.file("scenes/harbour-kiosk.svg", PROP)?,
            gull: sources.file("scenes/gull.svg", PROP)?,
            steam: sources.file("scenes/steam.svg", PROP)?,
            cast: vec![
                stands("tern-coffee", 846.0, 186.0, 176.0)?,
                stands("fern-cocoa", 1086.0, 196.0, 132.0)?,
                stands("hob-kettle", 664.0, 392.0, 168.0)?,
                stands("tern-enamel-cup", 872.0, 438.0, 146.0)?,
                stands("wren-table-radio", 1050.0, 430.0, 202.0)?,
            ],
            caption: LowerThird::new(sources, "Harbour market", "Saturdays, from seven", 1.0, 7.0)?,
            sign: Sign::new(sources)?,
        })
    }
}

impl Scene for Harbour {
    fn compose(&self, at: f32, stage: &mut Stage) {
        stage.look(Camera {
            x: -8.0 + at * 2.0,
            y: 2.0,
            zoom: 1.03,
        });
        stage.put(&self.air, Put::at(-40.0, -22.5, 1360.0).depth(0.5));
        for (left, top, width, phase) in [(60.0, 330.0, 150.0, 0.3), (262.0, 368.0, 230.0, 0.0)] {
            let put = Put::at(
                left + swing(at, 7.0, phase) * 9.0,
                top + swing(at, 3.6, phase) * 4.0,
                width,
            );
            stage.put(&self.boat, put.depth(0.7));
        }
        stage.put(&self.quay, Put::at(-60.0, 604.0, 700.0));
        stage.put(&self.kiosk, Put::at(500.0, 10.0, 840.0));
        for (actor, put) in &self.cast {
            stage.mark(actor.external_id, &actor.sprite, *put);
        }
        let life = (at / 3.0).rem_euclid(1.0);
        let put = Put::at(905.0, 356.0 - 22.0 * life, 50.0);
        stage.put(
            &self.steam,
            put.opacity(0.5 * (1.0 - life) * (life * 6.0).min(1.0)),
        );
        for (phase, top) in [(0.0, 110.0), (0.4, 170.0)] {
            let left = 60.0 + phase * 400.0 + at * 22.0;
            let put = Put::at(
                left,
                top + swing(at, 2.6, phase) * 12.0,
                64.0 - 20.0 * phase,
            );
            stage.put(&self.gull, put.depth(0.8));
        }
        self.caption.put(at, stage);
        self.sign.put(stage);
    }
}
