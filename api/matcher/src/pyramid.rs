//! The frame at falling sizes: templates stay as they are, and the picture comes to them.

use crate::correlate::LANES;
use crate::planes::Octave;

/// Each level is this much wider than the one before.
const RATIO: f32 = 1.2;
/// No template is wide enough to need a narrower level.
const NARROWEST: f32 = 24.0;

/// The frame at one size, planes one after another.
pub(crate) struct Level {
    pub width: usize,
    pub height: usize,
    /// From one row to the next. One more than the width, so that sums up to and including
    /// the last pixel have a place.
    pub stride: usize,
    /// Luma, then the two colour differences, then slack for the last block of outputs.
    pub planes: Vec<f32>,
    /// Sum of luma left of each pixel, by row.
    pub luma_before: Vec<f32>,
    /// Sum of squares of all three left of each pixel, by row.
    pub squares_before: Vec<f32>,
}

impl Level {
    /// From one plane to the next.
    pub fn plane(&self) -> usize {
        self.stride * self.height
    }
}

/// Widths of levels, the same for all frames and references, so that references share them.
/// With 16 columns a template is compared at 16 / width of the frame's width.
pub(crate) fn level_width(index: u32) -> usize {
    (NARROWEST * RATIO.powi(index as i32)).round() as usize
}

/// The levels on which a template of `columns` is as wide as `smallest` to `largest` of the
/// frame, with half a step to spare on both sides.
pub(crate) fn levels_for(columns: usize, smallest: f32, largest: f32) -> Vec<u32> {
    let spare = RATIO.sqrt();
    let narrowest = columns as f32 / (largest * spare);
    let widest = columns as f32 / (smallest / spare);
    (0..64)
        .filter(|index| (narrowest..=widest).contains(&(level_width(*index) as f32)))
        .collect()
}

/// The frame, halved again and again.
pub(crate) struct Pyramid {
    octaves: Vec<Octave>,
}

impl Pyramid {
    pub fn new(frame: Octave) -> Self {
        let mut octaves = vec![frame];
        while let Some(last) = octaves.last()
            && last.width.min(last.height) >= 32
        {
            let half = last.halved();
            octaves.push(half);
        }
        Self { octaves }
    }

    pub fn width(&self) -> usize {
        self.octaves[0].width
    }

    pub fn height(&self) -> usize {
        self.octaves[0].height
    }

    /// The smallest octave that has at least one pixel for every `1 / finest` steps of `step`
    /// frame pixels, and how many frame pixels one of its pixels is.
    pub fn octave(&self, step: f32, finest: f32) -> (&Octave, f32) {
        let mut size = 1.0;
        let mut chosen = &self.octaves[0];
        for octave in &self.octaves[1..] {
            if step / size < finest {
                break;
            }
            size *= 2.0;
            chosen = octave;
        }
        (chosen, size)
    }

    /// The frame `width` pixels wide, scaled alike in both directions.
    pub fn level(&self, width: usize) -> Level {
        let step = self.width() as f32 / width as f32;
        let height = ((self.height() as f32 / step) as usize).max(1);
        let stride = width + 1;
        let plane = stride * height;
        let (octave, size) = self.octave(step, 2.0);
        let place = |index: usize| (index as f32 + 0.5) * step / size;
        let columns: Vec<_> = (0..width).map(|x| octave.column(place(x))).collect();

        let mut planes = vec![0.0; 3 * plane + LANES];
        let mut luma_before = vec![0.0; plane + LANES];
        let mut squares_before = vec![0.0; plane + LANES];
        for y in 0..height {
            let row = octave.row(place(y));
            let (mut luma, mut squares) = (0.0, 0.0);
            for (x, column) in columns.iter().enumerate() {
                let at = y * stride + x;
                let [grey, blue, red, _] = octave.between(*column, row);
                planes[at] = grey;
                planes[at + plane] = blue;
                planes[at + 2 * plane] = red;
                luma += grey;
                squares += grey * grey + blue * blue + red * red;
                luma_before[at + 1] = luma;
                squares_before[at + 1] = squares;
            }
        }
        Level {
            width,
            height,
            stride,
            planes,
            luma_before,
            squares_before,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Pyramid, level_width, levels_for};
    use crate::frame::RgbFrame;
    use crate::planes::Octave;

    #[test]
    fn levels_reach_a_little_past_both_ends_of_the_sizes_asked_for() {
        for columns in [8, 11, 16, 24, 32] {
            let widths: Vec<_> = levels_for(columns, 0.08, 0.24)
                .into_iter()
                .map(|index| columns as f32 / level_width(index) as f32)
                .collect();
            let (largest, smallest) = (widths[0], widths[widths.len() - 1]);
            assert!(largest > 0.24 / 1.1 && largest < 0.24 * 1.11, "{largest}");
            assert!(
                smallest < 0.08 * 1.1 && smallest > 0.08 / 1.11,
                "{smallest}"
            );
        }
    }

    #[test]
    fn a_level_keeps_what_the_frame_shows_where_it_shows_it() {
        let rgb: Vec<u8> = (0..360)
            .flat_map(|y| (0..640).flat_map(move |x| [(x / 4) as u8, (y / 2) as u8, 128]))
            .collect();
        let frame = Octave::from_frame(&RgbFrame::new(640, 360, &rgb).unwrap());
        let pyramid = Pyramid::new(frame);
        let level = pyramid.level(100);
        assert_eq!((level.width, level.height), (100, 56));
        let at = 20 * level.stride + 50;
        // (50.5, 20.5) of 100 is (323.2, 131.2) of 640.
        let red = (323.2 - 0.5) / 4.0;
        let green = (131.2 - 0.5) / 2.0;
        let luma = 0.299 * red + 0.587 * green + 0.114 * 128.0 - 128.0;
        assert!(
            (level.planes[at] - luma).abs() < 1.0,
            "{}",
            level.planes[at]
        );
        let before: f32 = (0..50).map(|x| level.planes[20 * level.stride + x]).sum();
        assert!((level.luma_before[at] - before).abs() < 0.5);
    }
}
