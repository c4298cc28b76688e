//! The frame as it comes from a decoder.

/// One picture: rows from the top, three bytes a pixel (red, green, blue), no padding.
#[derive(Debug, Clone, Copy)]
pub struct RgbFrame<'a> {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) rgb: &'a [u8],
}

/// Why bytes are not a frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The number of bytes does not fit the size.
    #[error("a frame of {width}x{height} has {expected} bytes, not {actual}")]
    WrongLength {
        /// Width given.
        width: u32,
        /// Height given.
        height: u32,
        /// Bytes that such a frame has.
        expected: usize,
        /// Bytes given.
        actual: usize,
    },
    /// Nothing could be found in a picture this small, or it is too large to be one.
    #[error("a frame measures 64 to 8192 pixels a side, not {width}x{height}")]
    Size {
        /// Width given.
        width: u32,
        /// Height given.
        height: u32,
    },
}

impl<'a> RgbFrame<'a> {
    /// Takes `rgb` as a frame of the given size.
    ///
    /// # Errors
    /// When a side is outside 64 to 8192, or the length is not three bytes a pixel.
    pub fn new(width: u32, height: u32, rgb: &'a [u8]) -> Result<Self, FrameError> {
        let sides = 64..=8192;
        if !sides.contains(&width) || !sides.contains(&height) {
            return Err(FrameError::Size { width, height });
        }
        let expected = width as usize * height as usize * 3;
        if rgb.len() != expected {
            return Err(FrameError::WrongLength {
                width,
                height,
                expected,
                actual: rgb.len(),
            });
        }
        Ok(Self {
            width: width as usize,
            height: height as usize,
            rgb,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{FrameError, RgbFrame};

    #[test]
    fn a_frame_cut_short_is_refused_with_both_lengths() {
        let short = vec![0; 64 * 64 * 3 - 1];
        let refusal = RgbFrame::new(64, 64, &short).unwrap_err();
        assert!(matches!(
            refusal,
            FrameError::WrongLength {
                expected: 12288,
                actual: 12287,
                ..
            }
        ));
    }

    #[test]
    fn a_frame_without_size_is_refused() {
        assert!(RgbFrame::new(0, 360, &[]).is_err());
        assert!(RgbFrame::new(640, 9000, &[]).is_err());
    }
}
