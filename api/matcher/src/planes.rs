//! Pictures as luma and two colour differences, the space in which marks are compared.

use crate::frame::RgbFrame;

/// Luma less 128 and the two colour differences of one pixel. The fourth lane is zero:
/// four floats fill a register, and sampling a pixel is one load.
pub(crate) type Pixel = [f32; 4];

/// BT.601, full range. Grey has no colour difference: correlating without taking the mean
/// off is what makes hue count.
pub(crate) fn pixel(red: f32, green: f32, blue: f32) -> Pixel {
    [
        0.299 * red + 0.587 * green + 0.114 * blue - 128.0,
        -0.168_736 * red - 0.331_264 * green + 0.5 * blue,
        0.5 * red - 0.418_688 * green - 0.081_312 * blue,
        0.0,
    ]
}

/// A picture with its pixels side by side, for sampling between them.
#[derive(Debug, Clone)]
pub(crate) struct Octave {
    pub width: usize,
    pub height: usize,
    pixels: Vec<Pixel>,
}

impl Octave {
    pub fn from_frame(frame: &RgbFrame<'_>) -> Self {
        let pixels = frame
            .rgb
            .chunks_exact(3)
            .map(|rgb| pixel(rgb[0].into(), rgb[1].into(), rgb[2].into()))
            .collect();
        Self {
            width: frame.width,
            height: frame.height,
            pixels,
        }
    }

    /// Half the size, each pixel the mean of four. An odd last row or column is left out.
    pub fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            let upper = &self.pixels[2 * y * self.width..][..2 * width];
            let lower = &self.pixels[(2 * y + 1) * self.width..][..2 * width];
            for (a, b) in upper.chunks_exact(2).zip(lower.chunks_exact(2)) {
                pixels.push(std::array::from_fn(|lane| {
                    (a[0][lane] + a[1][lane] + b[0][lane] + b[1][lane]) * 0.25
                }));
            }
        }
        Self {
            width,
            height,
            pixels,
        }
    }

    /// The picture between four pixels. Columns and rows come as found by [`Octave::column`]
    /// and [`Octave::row`], since a grid shares them.
    #[inline]
    pub fn between(&self, column: Step, row: Step) -> Pixel {
        let upper = row.low * self.width;
        let lower = row.high * self.width;
        let (a, b) = (
            &self.pixels[upper + column.low],
            &self.pixels[upper + column.high],
        );
        let (c, d) = (
            &self.pixels[lower + column.low],
            &self.pixels[lower + column.high],
        );
        std::array::from_fn(|lane| {
            let top = a[lane] + (b[lane] - a[lane]) * column.part;
            let bottom = c[lane] + (d[lane] - c[lane]) * column.part;
            top + (bottom - top) * row.part
        })
    }

    /// Where a horizontal place (0.5 is the middle of the first pixel) falls; the edge repeats.
    pub fn column(&self, place: f32) -> Step {
        Step::within(place, self.width)
    }

    /// Where a vertical place falls.
    pub fn row(&self, place: f32) -> Step {
        Step::within(place, self.height)
    }
}

/// Two neighbours and how far a place lies towards the second.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Step {
    low: usize,
    high: usize,
    part: f32,
}

impl Step {
    fn within(place: f32, count: usize) -> Self {
        let last = count - 1;
        let at = (place - 0.5).clamp(0.0, last as f32);
        let low = at as usize;
        Self {
            low,
            high: (low + 1).min(last),
            part: at - low as f32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Octave, pixel};
    use crate::frame::RgbFrame;

    #[test]
    fn grey_has_no_colour_difference() {
        let [luma, blue, red, _] = pixel(90.0, 90.0, 90.0);
        assert!((luma + 38.0).abs() < 1e-3);
        assert!(blue.abs() < 1e-3 && red.abs() < 1e-3);
    }

    #[test]
    fn halving_keeps_the_mean_of_a_checkerboard() {
        let rgb: Vec<u8> = (0..64 * 64)
            .flat_map(|at| [if (at / 64 + at % 64) % 2 == 0 { 0 } else { 255 }; 3])
            .collect();
        let octave = Octave::from_frame(&RgbFrame::new(64, 64, &rgb).unwrap()).halved();
        assert_eq!((octave.width, octave.height), (32, 32));
        assert!(
            octave
                .pixels
                .iter()
                .all(|pixel| (pixel[0] + 0.5).abs() < 1e-3)
        );
    }

    #[test]
    fn places_between_pixels_are_mixed_and_the_edge_repeats() {
        let rgb: Vec<u8> = (0..64 * 64).flat_map(|at| [(at % 64) as u8; 3]).collect();
        let octave = Octave::from_frame(&RgbFrame::new(64, 64, &rgb).unwrap());
        let luma = |x: f32| octave.between(octave.column(x), octave.row(10.0))[0] + 128.0;
        assert!((luma(10.75) - 10.25).abs() < 1e-3);
        assert!((luma(-5.0)).abs() < 1e-3);
        assert!((luma(100.0) - 63.0).abs() < 1e-3);
    }
}
