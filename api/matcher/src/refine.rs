//! A closer look at one place: where exactly, how large, and how alike.

use crate::coarse::Place;
use crate::planes::{Pixel, Step};
use crate::pyramid::Pyramid;
use crate::template::{Template, squared};

/// The picture is sampled from the octave where a step is at most this many pixels.
const LONGEST_STEP: f32 = 1.5;
/// Rounds, each with half the steps of the one before.
const ROUNDS: u32 = 4;
/// Moves tried again in a round as long as one of them helps.
const SWEEPS: u32 = 3;
/// A place still below this after the first round is given up.
const HOPELESS: f32 = 0.6;
/// First step of size, as a factor: half a level up or down.
const FIRST_GROWTH: f32 = 0.08;

/// The centre and the width of a mark, in frame pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pose {
    pub x: f32,
    pub y: f32,
    pub width: f32,
}

/// How well the picture at a pose agrees with the reference.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Likeness {
    /// Correlation: 1 is the reference itself, at any opacity and brightness.
    pub z: f32,
    /// Contrast compared with the reference: opacity times brightness.
    pub gain: f32,
}

/// Moves, grows and shrinks `place` to where the likeness is greatest; none when it can't
/// become a match any more.
pub(crate) fn refine(
    pyramid: &Pyramid,
    template: &Template,
    place: &Place,
    scratch: &mut Samples,
) -> Option<(Pose, Likeness)> {
    let mut pose = Pose {
        x: place.centre.0,
        y: place.centre.1,
        width: place.width,
    };
    let mut best = likeness(pyramid, template, pose, scratch);
    let (mut shift, mut growth) = (place.cell * 0.5, FIRST_GROWTH);
    for round in 0..ROUNDS {
        for _ in 0..SWEEPS {
            let mut moved = false;
            for (dx, dy, grow) in [
                (shift, 0.0, 1.0),
                (-shift, 0.0, 1.0),
                (0.0, shift, 1.0),
                (0.0, -shift, 1.0),
                (0.0, 0.0, 1.0 + growth),
                (0.0, 0.0, 1.0 / (1.0 + growth)),
            ] {
                let tried = Pose {
                    x: pose.x + dx,
                    y: pose.y + dy,
                    width: pose.width * grow,
                };
                let found = likeness(pyramid, template, tried, scratch);
                if found.z > best.z {
                    (pose, best, moved) = (tried, found, true);
                }
            }
            if !moved {
                break;
            }
        }
        if round == 0 && best.z < HOPELESS {
            return None;
        }
        shift *= 0.5;
        growth *= 0.5;
    }
    // The samples of the best pose, for whoever looks at its parts.
    let best = likeness(pyramid, template, pose, scratch);
    Some((pose, best))
}

/// What the picture shows at each point of the template.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    pub values: Vec<Pixel>,
    columns: Vec<Step>,
    rows: Vec<Step>,
}

fn likeness(pyramid: &Pyramid, template: &Template, pose: Pose, samples: &mut Samples) -> Likeness {
    let step = pose.width / template.columns as f32;
    let (octave, size) = pyramid.octave(step, LONGEST_STEP);
    let place = |centre: f32, index: usize, count: usize| {
        (centre + (index as f32 + 0.5 - count as f32 / 2.0) * step) / size
    };
    samples.columns.clear();
    samples
        .columns
        .extend((0..template.columns).map(|x| octave.column(place(pose.x, x, template.columns))));
    samples.rows.clear();
    samples
        .rows
        .extend((0..template.rows).map(|y| octave.row(place(pose.y, y, template.rows))));

    samples.values.clear();
    let (mut product, mut luma, mut squares) = ([0.0_f32; 4], 0.0_f32, 0.0_f32);
    for point in &template.points {
        let value = octave.between(samples.columns[point.x], samples.rows[point.y]);
        for (sum, (one, other)) in product.iter_mut().zip(value.iter().zip(&point.value)) {
            *sum += one * other;
        }
        luma += value[0];
        squares += squared(&value);
        samples.values.push(value);
    }
    let product = product[0] + product[1] + product[2];
    let energy = squares - luma * luma / template.points.len() as f32;
    let scale = energy * template.energy;
    Likeness {
        z: if scale > 0.0 {
            product / scale.sqrt()
        } else {
            0.0
        },
        gain: if template.energy > 0.0 {
            product / template.energy
        } else {
            0.0
        },
    }
}
