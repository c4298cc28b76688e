//! References prepared once, frames searched one by one.

use std::collections::BTreeMap;

use crate::accept::{accepts, confidence, keep_best};
use crate::area::Area;
use crate::coarse::{COARSE_CELLS, Scratch, Searcher};
use crate::frame::RgbFrame;
use crate::planes::Octave;
use crate::pyramid::{Level, Pyramid, level_width, levels_for};
use crate::reference::{FINE_CELLS, Reference};
use crate::refine::{Samples, refine};
use crate::template::Template;

/// What sizes are searched for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// Width of the smallest mark looked for, as a share of the frame's width. Every halving
    /// quadruples the largest level, and nearly the work.
    pub smallest_width: f32,
    /// Width of the largest.
    pub largest_width: f32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            smallest_width: 0.08,
            largest_width: 0.24,
        }
    }
}

/// A reference found in a frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// Which reference: its index in the list the matcher was made from.
    pub reference: usize,
    /// Where.
    pub area: Area,
    /// How sure, 0 to 100; 50 is the least that is reported.
    pub confidence: f32,
    /// Correlation of luma and colour: 1 is the reference itself.
    pub z: f32,
    /// Contrast compared with the reference: opacity times brightness.
    pub gain: f32,
}

/// References made ready to be looked for.
#[derive(Debug)]
pub struct Matcher {
    prepared: Vec<Prepared>,
}

#[derive(Debug)]
struct Prepared {
    searcher: Searcher,
    fine: Template,
    aspect: f32,
}

impl Matcher {
    /// Prepares `references`; a match names them by their place in this list.
    ///
    /// Widths are kept within 4 to 100 % of the frame, smallest first; what is no number is
    /// taken as the default.
    #[must_use]
    pub fn new(references: &[Reference], options: Options) -> Self {
        let given = |width: f32, default: f32| if width.is_nan() { default } else { width };
        let usual = Options::default();
        let smallest = given(options.smallest_width, usual.smallest_width).clamp(0.04, 1.0);
        let largest = given(options.largest_width, usual.largest_width).clamp(smallest, 1.0);
        let prepared = references
            .iter()
            .map(|reference| {
                let coarse = Template::new(reference, COARSE_CELLS);
                let aspect = reference.width as f32 / reference.height as f32;
                let levels = levels_for(coarse.columns, smallest, largest);
                Prepared {
                    searcher: Searcher::new(coarse, levels, aspect),
                    fine: Template::new(reference, FINE_CELLS),
                    aspect,
                }
            })
            .collect();
        Self { prepared }
    }

    /// The references that `frame` shows, surest first. The same frame gives the same answer.
    #[must_use]
    pub fn find(&self, frame: &RgbFrame<'_>) -> Vec<Match> {
        let pyramid = Pyramid::new(Octave::from_frame(frame));
        let levels = self.levels(&pyramid);
        let mut scratch = Scratch::default();
        let mut samples = Samples::default();
        let mut matches = Vec::new();
        for (reference, prepared) in self.prepared.iter().enumerate() {
            let places = prepared
                .searcher
                .search(&pyramid, |index| &levels[&index], &mut scratch);
            for place in &places {
                let Some((pose, likeness)) = refine(&pyramid, &prepared.fine, place, &mut samples)
                else {
                    continue;
                };
                if accepts(&prepared.fine, likeness, &samples.values) {
                    let height = pose.width / prepared.aspect;
                    let (across, down) = (pyramid.width() as f32, pyramid.height() as f32);
                    matches.push(Match {
                        reference,
                        area: Area {
                            left: (pose.x - pose.width / 2.0) / across,
                            top: (pose.y - height / 2.0) / down,
                            width: pose.width / across,
                            height: height / down,
                        },
                        confidence: confidence(likeness.z),
                        z: likeness.z,
                        gain: likeness.gain,
                    });
                }
            }
        }
        keep_best(matches)
    }

    fn levels(&self, pyramid: &Pyramid) -> BTreeMap<u32, Level> {
        let mut levels = BTreeMap::new();
        for index in self.prepared.iter().flat_map(|p| &p.searcher.levels) {
            levels
                .entry(*index)
                .or_insert_with(|| pyramid.level(level_width(*index)));
        }
        levels
    }
}
