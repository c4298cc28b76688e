//! The scenes, each in its own file, and what they have in common.

mod cabin;
mod harbour;
mod lower_third;
mod ridge;
mod stadium;
mod studio;
mod wetland;

use anyhow::Result;

use crate::picture::Studio;
use crate::stage::Stage;

/// Something that can be filmed.
pub trait Scene {
    /// Composes the scene as it is `at` seconds after its start; a fade also asks for
    /// moments shortly before it and after its end.
    fn compose(&self, at: f32, stage: &mut Stage);
}

/// The scenes in the order of the programme, each with its length in seconds.
pub fn all(sources: &Studio) -> Result<Vec<(Box<dyn Scene>, f32)>> {
    Ok(vec![
        (Box::new(wetland::Wetland::new(sources)?), 13.0),
        (Box::new(stadium::Stadium::new(sources)?), 16.0),
        (Box::new(studio::Desk::new(sources)?), 12.0),
        (Box::new(cabin::Cabin::new(sources)?), 15.0),
        (Box::new(ridge::Ridge::new(sources)?), 12.0),
        (Box::new(harbour::Harbour::new(sources)?), 12.0),
    ])
}

/// Backgrounds are drawn a little finer than shown, for the camera to come closer.
const BACKGROUND: f32 = 0.54;
/// Half the sprites' own drawings: they are laid out in units of the scene.
const PROP: f32 = 0.55;

/// A swing of 1 to either side, `seconds` long.
fn swing(at: f32, seconds: f32, phase: f32) -> f32 {
    ((at / seconds + phase) * std::f32::consts::TAU).sin()
}

/// 0 before `from`, 1 after `from + seconds`, smooth between.
fn rise(at: f32, from: f32, seconds: f32) -> f32 {
    let part = ((at - from) / seconds).clamp(0.0, 1.0);
    part * part * (3.0 - 2.0 * part)
}

/// Fixed dice: the same scattering on every run.
struct Dice(u32);

impl Dice {
    /// 0 to just under 1.
    fn throw(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as f32 / 16_777_216.0
    }

    fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.throw()
    }
}
