//! A kingfisher waits over the water.

use anyhow::Result;

use crate::cast::{Actor, actor};
use crate::picture::{Sprite, Studio};
use crate::scenes::lower_third::{LowerThird, Sign};
use crate::scenes::{BACKGROUND, Dice, PROP, Scene, swing};
use crate::stage::{Camera, Put, Stage};

/// A kingfisher waits over the water.
pub struct Wetland {
    air: Sprite,
    ripples: Sprite,
    branch: Sprite,
    reeds: [Sprite; 2],
    dragonfly: Sprite,
    kingfisher: Actor,
    plate: Actor,
    caption: LowerThird,
    sign: Sign,
}

impl Wetland {
    /// Draws what does not move.
    pub fn new(sources: &Studio) -> Result<Self> {
        Ok(Self {
            air: sources.file("scenes/wetland-air.svg", BACKGROUND)?,
            ripples: sources.drawing(&ripples(), BACKGROUND)?,
            branch: sources.file("scenes/wetland-branch.svg", PROP)?,
            reeds: [
                sources.drawing(&reeds(11, "#1d5a3c"), BACKGROUND)?,
                sources.drawing(&reeds(5, "#0f3b2c"), BACKGROUND)?,
            ],
            dragonfly: sources.file("scenes/dragonfly.svg", PROP)?,
            kingfisher: actor(sources, "kingfisher", 274.0)?,
            plate: actor(sources, "kestrel-optics", 214.0)?,
            caption: LowerThird::new(
                sources,
                "Wetland camera",
                "Live from the reed beds",
                1.0,
                7.0,
            )?,
            sign: Sign::new(sources)?,
        })
    }
}

impl Scene for Wetland {
    fn compose(&self, at: f32, stage: &mut Stage) {
        stage.look(Camera {
            x: -26.0 + at * 3.6,
            y: 14.0,
            zoom: 1.05,
        });
        let whole = Put::at(-40.0, -22.5, 1360.0);
        stage.put(&self.air, whole.depth(0.4));
        let drift = Put::at(-140.0 + swing(at, 19.0, 0.1) * 46.0, 515.0, 1560.0);
        stage.put(&self.ripples, drift.depth(0.7));
        stage.put(
            &self.reeds[0],
            Put::at(-60.0 + swing(at, 6.0, 0.0) * 5.0, 320.0, 1400.0).depth(0.8),
        );
        stage.put(&self.branch, Put::at(-60.0, 400.0, 900.0));
        let breath = swing(at, 3.1, 0.0) * 1.2;
        stage.mark(
            self.kingfisher.external_id,
            &self.kingfisher.sprite,
            Put::at(339.0, 303.0 + breath, 274.0),
        );
        stage.put(
            &self.dragonfly,
            Put::at(
                1130.0 - at * 40.0 + swing(at, 2.3, 0.0) * 20.0,
                250.0 + swing(at, 1.7, 0.3) * 26.0,
                74.0,
            ),
        );
        stage.put(
            &self.reeds[1],
            Put::at(-70.0 + swing(at, 4.7, 0.4) * 8.0, 340.0, 1420.0).depth(1.5),
        );
        stage.mark(
            self.plate.external_id,
            &self.plate.sprite,
            Put::at(1002.0, 566.0, 214.0).depth(0.0),
        );
        self.caption.put(at, stage);
        self.sign.put(stage);
    }
}

fn ripples() -> String {
    let mut dice = Dice(7);
    let mut svg = String::from(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="1560" height="200" viewBox="0 0 1560 200"><g fill="#d8f2e4">"##,
    );
    for _ in 0..46 {
        let y = dice.between(44.0, 196.0);
        svg.push_str(&format!(
            r#"<ellipse cx="{:.0}" cy="{y:.0}" rx="{:.0}" ry="{:.1}" opacity="{:.2}"/>"#,
            dice.between(0.0, 1560.0),
            dice.between(30.0, 150.0) * (0.5 + y / 200.0),
            dice.between(1.2, 3.6),
            dice.between(0.08, 0.24),
        ));
    }
    svg.push_str("</g></svg>");
    svg
}

/// Two stands of reed with a gap between them, where the bird is.
fn reeds(seed: u32, colour: &str) -> String {
    let mut dice = Dice(seed);
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="1400" height="440" viewBox="0 0 1400 440"><defs><filter id="b"><feGaussianBlur stdDeviation="3.4"/></filter></defs><g filter="url(#b)" stroke="{colour}" fill="none" stroke-linecap="round" opacity=".78">"#
    );
    for count in 0..26 {
        let root = if count % 3 == 0 {
            dice.between(0.0, 250.0)
        } else {
            dice.between(790.0, 1400.0)
        };
        svg.push_str(&format!(
            r#"<path d="M{root:.0} 470 q{:.0} -150 {:.0} -{:.0}" stroke-width="{:.0}"/>"#,
            dice.between(-16.0, 16.0),
            dice.between(-60.0, 60.0),
            dice.between(200.0, 420.0),
            dice.between(5.0, 14.0),
        ));
    }
    svg.push_str("</g></svg>");
    svg
}
