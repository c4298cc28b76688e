//! One reference image, checked before anything is searched for.

use crate::template::Template;

/// Deviation of luma below which there is too little inside the mark to hold on to.
const WEAK: f32 = 14.0;
/// Cells at which a reference is judged, and later compared exactly.
pub(crate) const FINE_CELLS: usize = 784;

/// An image to be found: a logo or a product, cut to its edges, its ground transparent.
#[derive(Debug, Clone)]
pub struct Reference {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) rgba: Vec<u8>,
    luma_deviation: f32,
}

/// Why an image can't be a reference.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ReferenceError {
    /// The number of bytes does not fit the size.
    #[error("an image of {width}x{height} has {expected} bytes (RGBA), not {actual}")]
    WrongLength {
        /// Width given.
        width: u32,
        /// Height given.
        height: u32,
        /// Bytes that such an image has.
        expected: usize,
        /// Bytes given.
        actual: usize,
    },
    /// Too few pixels to draw the template from.
    #[error("a reference measures at least 32 pixels a side, not {width}x{height}")]
    TooSmall {
        /// Width given.
        width: u32,
        /// Height given.
        height: u32,
    },
    /// More pixels than any mark needs.
    #[error("a reference measures at most 4096 pixels a side, not {width}x{height}")]
    TooLarge {
        /// Width given.
        width: u32,
        /// Height given.
        height: u32,
    },
    /// A strip has too few rows left at the size where it is searched for.
    #[error("a reference is at most 4 times as long as wide, not {width}x{height}")]
    TooElongated {
        /// Width given.
        width: u32,
        /// Height given.
        height: u32,
    },
    /// Hardly anything of the image is there to be seen.
    #[error("at least 15 % of a reference is opaque, not {percent:.0} %: cut it to its edges")]
    TooTransparent {
        /// Opaque share found.
        percent: f32,
    },
}

impl Reference {
    /// Takes straight (not premultiplied) RGBA as a reference.
    ///
    /// # Errors
    /// When the bytes do not fit the size, or the image is too small, too large, longer than
    /// 4 to 1, or hardly opaque anywhere.
    pub fn from_rgba(width: u32, height: u32, rgba: &[u8]) -> Result<Self, ReferenceError> {
        if width.min(height) < 32 {
            return Err(ReferenceError::TooSmall { width, height });
        }
        if width.max(height) > 4096 {
            return Err(ReferenceError::TooLarge { width, height });
        }
        if width.max(height) > 4 * width.min(height) {
            return Err(ReferenceError::TooElongated { width, height });
        }
        let expected = width as usize * height as usize * 4;
        if rgba.len() != expected {
            return Err(ReferenceError::WrongLength {
                width,
                height,
                expected,
                actual: rgba.len(),
            });
        }
        let mut reference = Self {
            width,
            height,
            rgba: rgba.to_vec(),
            luma_deviation: 0.0,
        };
        let template = Template::new(&reference, FINE_CELLS);
        let percent =
            100.0 * template.points.len() as f32 / (template.columns * template.rows) as f32;
        if percent < 15.0 {
            return Err(ReferenceError::TooTransparent { percent });
        }
        reference.luma_deviation = template.luma_deviation();
        Ok(reference)
    }

    /// How much luma varies inside the mark, at the detail that is compared.
    #[must_use]
    pub fn luma_deviation(&self) -> f32 {
        self.luma_deviation
    }

    /// True for a flat silhouette: there is nothing inside it to compare, so it will hardly
    /// ever be found. The same mark on its plate is usually not weak.
    #[must_use]
    pub fn is_weak(&self) -> bool {
        self.luma_deviation < WEAK
    }
}

#[cfg(test)]
mod tests {
    use super::{Reference, ReferenceError};

    fn image(width: u32, height: u32, colour: impl Fn(u32, u32) -> [u8; 4]) -> Vec<u8> {
        (0..width * height)
            .flat_map(|at| colour(at % width, at / width))
            .collect()
    }

    #[test]
    fn a_flat_silhouette_is_weak() {
        let disc = image(128, 128, |x, y| {
            let (dx, dy) = (x as i32 - 64, y as i32 - 64);
            [
                255,
                255,
                255,
                if dx * dx + dy * dy < 3600 { 255 } else { 0 },
            ]
        });
        let reference = Reference::from_rgba(128, 128, &disc).unwrap();
        assert!(reference.is_weak(), "{}", reference.luma_deviation());
    }

    #[test]
    fn the_same_silhouette_on_its_plate_is_not_weak() {
        let plate = image(128, 128, |x, y| {
            let (dx, dy) = (x as i32 - 64, y as i32 - 64);
            let light = if dx * dx + dy * dy < 3600 { 255 } else { 40 };
            [light, light, light, 255]
        });
        assert!(!Reference::from_rgba(128, 128, &plate).unwrap().is_weak());
    }

    #[test]
    fn impossible_images_are_refused_by_their_bound() {
        let refusal = |width, height, bytes: usize| {
            Reference::from_rgba(width, height, &vec![255; bytes]).unwrap_err()
        };
        assert!(matches!(
            refusal(31, 64, 31 * 64 * 4),
            ReferenceError::TooSmall { .. }
        ));
        assert!(matches!(
            refusal(64, 4097, 0),
            ReferenceError::TooLarge { .. }
        ));
        assert!(matches!(
            refusal(300, 64, 300 * 64 * 4),
            ReferenceError::TooElongated { .. }
        ));
        assert!(matches!(
            refusal(64, 64, 5),
            ReferenceError::WrongLength { actual: 5, .. }
        ));
        let clear = vec![0; 64 * 64 * 4];
        assert!(matches!(
            Reference::from_rgba(64, 64, &clear).unwrap_err(),
            ReferenceError::TooTransparent { .. }
        ));
    }
}
