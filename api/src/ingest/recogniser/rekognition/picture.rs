//! A frame as Rekognition takes it: a JPEG of bounded size.

use anyhow::Context;
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder};

use crate::ingest::frames::Frame;

/// The most that Custom Labels takes; the other operations take 5 MB.
const LARGEST: usize = 4 * 1024 * 1024;
/// Tried in this order until it is small enough. The first is what detail needs.
const QUALITIES: [u8; 3] = [90, 70, 40];

/// The frame as JPEG.
pub fn jpeg(frame: &Frame) -> anyhow::Result<Vec<u8>> {
    // The encoder panics where they differ.
    let pixels = frame.width as usize * frame.height as usize * 3;
    anyhow::ensure!(
        frame.rgb.len() == pixels,
        "a frame has not the pixels that it says"
    );
    for quality in QUALITIES {
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, quality)
            .write_image(
                &frame.rgb,
                frame.width,
                frame.height,
                ExtendedColorType::Rgb8,
            )
            .context("a frame is no picture")?;
        if bytes.len() <= LARGEST {
            return Ok(bytes);
        }
    }
    anyhow::bail!(
        "a frame of {}x{} is more than {LARGEST} bytes as JPEG",
        frame.width,
        frame.height
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Position;

    fn frame(width: u32, height: u32, pixel: impl Fn(u32) -> u8) -> Frame {
        let rgb: Vec<u8> = (0..width * height * 3).map(pixel).collect();
        Frame {
            position: Position::ZERO,
            width,
            height,
            rgb: rgb.into(),
        }
    }

    #[test]
    fn a_frame_becomes_a_picture_of_its_size() {
        let bytes = jpeg(&frame(64, 36, |n| (n / 7) as u8)).expect("a picture");
        let read = image::load_from_memory_with_format(&bytes, image::ImageFormat::Jpeg);
        let read = read.expect("a JPEG");
        assert_eq!((read.width(), read.height()), (64, 36));
    }

    #[test]
    fn noise_too_large_at_first_is_made_to_fit() {
        let noise = |n: u32| (n.wrapping_mul(2_654_435_761) >> 13) as u8;
        let bytes = jpeg(&frame(2560, 1440, noise)).expect("a picture");
        assert!(bytes.len() <= LARGEST, "{} bytes", bytes.len());
    }

    #[test]
    fn fewer_pixels_than_a_frame_says_are_an_error() {
        let mut broken = frame(8, 8, |_| 0);
        broken.rgb.truncate(10);
        assert!(jpeg(&broken).is_err());
    }
}
