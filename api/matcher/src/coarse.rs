//! The search: one small template slid over every level, and the few places worth a closer look.

use crate::area::Area;
use crate::correlate::{LANES, Tap, correlate};
use crate::pyramid::{Level, Pyramid};
use crate::template::Template;

/// Cells of the template that is slid; the work grows with their square.
pub(crate) const COARSE_CELLS: usize = 256;
/// Below this a place isn't looked at again. A faint mark over strong colours starts low, and
/// gains from being placed exactly.
const PROMISING: f32 = 0.58;
/// A place this much fainter than the reference is chance.
const FAINTEST: f32 = 0.2;
/// Two places of one reference that share more than this are the same place.
const SAME_PLACE: f32 = 0.3;
/// Places kept for a reference. With fewer, look-alikes on the same picture crowd out the
/// real one; more only feed the acceptance rules.
const KEPT: usize = 4;

/// A place where a reference may be, in pixels of the frame.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub centre: (f32, f32),
    /// Frame pixels across the whole reference.
    pub width: f32,
    /// Frame pixels that one coarse cell is: how far off the place may be.
    pub cell: f32,
    pub score: f32,
}

/// Which points of each row of the template lie side by side: `(row, from, to)`.
type Run = (usize, usize, usize);

/// A template ready to be slid.
#[derive(Debug, Clone)]
pub(crate) struct Searcher {
    template: Template,
    runs: Vec<Run>,
    /// Indices of the levels to slide over.
    pub levels: Vec<u32>,
    aspect: f32,
}

impl Searcher {
    pub fn new(template: Template, levels: Vec<u32>, aspect: f32) -> Self {
        let mut runs: Vec<Run> = Vec::new();
        for point in &template.points {
            match runs.last_mut() {
                Some((row, _, to)) if *row == point.y && *to == point.x => *to += 1,
                _ => runs.push((point.y, point.x, point.x + 1)),
            }
        }
        Self {
            template,
            runs,
            levels,
            aspect,
        }
    }

    /// The best few places in the frame, best first.
    pub fn search<'a>(
        &self,
        pyramid: &Pyramid,
        level: impl Fn(u32) -> &'a Level,
        scratch: &mut Scratch,
    ) -> Vec<Place> {
        let mut places = Vec::new();
        for index in &self.levels {
            self.slide(pyramid, level(*index), scratch, &mut places);
        }
        // Ties are broken by position, so that equal pictures give equal answers.
        places.sort_by(|a: &Place, b: &Place| b.score.total_cmp(&a.score));
        let mut kept: Vec<Place> = Vec::with_capacity(KEPT);
        for place in places {
            let area = self.area(&place);
            if kept
                .iter()
                .all(|other| self.area(other).overlap(&area) <= SAME_PLACE)
            {
                kept.push(place);
                if kept.len() == KEPT {
                    break;
                }
            }
        }
        kept
    }

    fn area(&self, place: &Place) -> Area {
        let height = place.width / self.aspect;
        Area {
            left: place.centre.0 - place.width / 2.0,
            top: place.centre.1 - height / 2.0,
            width: place.width,
            height,
        }
    }

    /// Adds the local maxima of one level to `places`.
    fn slide(
        &self,
        pyramid: &Pyramid,
        level: &Level,
        scratch: &mut Scratch,
        places: &mut Vec<Place>,
    ) {
        let (columns, rows) = (self.template.columns, self.template.rows);
        if level.width < columns || level.height < rows {
            return;
        }
        let across = level.width - columns + 1;
        let down = level.height - rows + 1;
        self.score(level, (down - 1) * level.stride + across, scratch);

        let step = pyramid.width() as f32 / level.width as f32;
        let at = |x: usize, y: usize| scratch.scores[y * level.stride + x];
        for y in 0..down {
            for x in 0..across {
                let score = at(x, y);
                if score < PROMISING {
                    continue;
                }
                let highest = (y.saturating_sub(1)..(y + 2).min(down)).all(|row| {
                    (x.saturating_sub(1)..(x + 2).min(across))
                        .all(|column| at(column, row) <= score)
                });
                if highest {
                    places.push(Place {
                        centre: (
                            (x as f32 + columns as f32 / 2.0) * step,
                            (y as f32 + rows as f32 / 2.0) * step,
                        ),
                        width: columns as f32 * step,
                        cell: step,
                        score,
                    });
                }
            }
        }
    }

    /// Fills `scratch.scores`: the correlation with the template placed at each pixel. Rows
    /// run into each other, so the last few of each row mean nothing and are not read.
    fn score(&self, level: &Level, outputs: usize, scratch: &mut Scratch) {
        let outputs = outputs.next_multiple_of(LANES);
        scratch.resize(outputs);
        scratch.taps.clear();
        for (plane, taps) in (0..3).map(|plane| (plane, &self.template.points)) {
            scratch.taps.extend(taps.iter().map(|point| Tap {
                offset: plane * level.plane() + point.y * level.stride + point.x,
                weight: point.value[plane],
            }));
        }
        correlate(&level.planes, &scratch.taps, &mut scratch.scores);

        scratch.taps.clear();
        for (row, from, to) in &self.runs {
            for (end, weight) in [(to, 1.0), (from, -1.0)] {
                scratch.taps.push(Tap {
                    offset: row * level.stride + end,
                    weight,
                });
            }
        }
        correlate(&level.luma_before, &scratch.taps, &mut scratch.luma);
        correlate(&level.squares_before, &scratch.taps, &mut scratch.squares);

        let count = self.template.points.len() as f32;
        let faintest = FAINTEST * self.template.energy;
        for ((score, luma), squares) in scratch
            .scores
            .iter_mut()
            .zip(&scratch.luma)
            .zip(&scratch.squares)
        {
            let energy = squares - luma * luma / count;
            let product = energy * self.template.energy;
            *score = if *score > faintest && product > 0.0 {
                *score / product.sqrt()
            } else {
                0.0
            };
        }
    }
}

/// Buffers kept from one template to the next.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    taps: Vec<Tap>,
    scores: Vec<f32>,
    luma: Vec<f32>,
    squares: Vec<f32>,
}

impl Scratch {
    fn resize(&mut self, outputs: usize) {
        for buffer in [&mut self.scores, &mut self.luma, &mut self.squares] {
            buffer.resize(outputs, 0.0);
        }
    }
}
