//! Reads an uploaded image within bounds, and says whether it can serve as a reference.

use std::io::Cursor;

use beckon_matcher::Reference;
use image::{ImageReader, Limits};

use crate::error::{ErrorCode, Refusal, Result};

/// The longest side; the matcher takes no more.
const LONGEST_SIDE: u32 = 4096;
/// What decoding may take: 4096 x 4096 in four bytes, and as much again to work with.
const MOST_MEMORY: u64 = 2 * 4 * 4096 * 4096;

/// An image that was read.
pub(super) struct Picture {
    pub width: u32,
    pub height: u32,
    pub reference: Reference,
}

impl Picture {
    /// Sentences for people that say why it may be found badly.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.reference.is_weak() {
            warnings.push(format!(
                "It has little inside to tell it by (its brightness deviates by {:.1}, 14 is good): it will hardly ever \
                 be found. Give a picture with more detail, such as the whole mark with its lettering.",
                self.reference.luma_deviation()
            ));
        }
        warnings
    }
}

/// Reads a PNG, JPEG or WebP image. Slow: keep it off the threads that answer.
///
/// # Errors
/// When it is no such image, too large to be decoded, or of no use as a reference.
pub(super) fn read(bytes: &[u8]) -> Result<Picture> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| unusable(error.to_string()))?;
    if reader.format().is_none() {
        return Err(unusable("the body is not a PNG, JPEG or WebP image"));
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let image = reader
        .decode()
        .map_err(|error| unusable(format!("the image cannot be decoded: {error}")))?
        .into_rgba8();
    let (width, height) = image.dimensions();
    let reference = Reference::from_rgba(width, height, image.as_raw())
        .map_err(|error| unusable(error.to_string()))?;
    Ok(Picture {
        width,
        height,
        reference,
    })
}

fn unusable(detail: impl Into<String>) -> crate::error::Error {
    Refusal::new(ErrorCode::MalformedImage, detail).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use image::{ImageFormat, Rgba, RgbaImage};

    fn encoded(side: u32, format: ImageFormat, pixel: impl Fn(u32, u32) -> [u8; 4]) -> Vec<u8> {
        let image = RgbaImage::from_fn(side, side, |x, y| Rgba(pixel(x, y)));
        let mut bytes = Cursor::new(Vec::new());
        let image = image::DynamicImage::ImageRgba8(image);
        match format {
            // JPEG has no transparency.
            ImageFormat::Jpeg => image.into_rgb8().write_to(&mut bytes, format),
            _ => image.write_to(&mut bytes, format),
        }
        .expect("encoded");
        bytes.into_inner()
    }

    fn chequered(x: u32, y: u32) -> [u8; 4] {
        if (x / 16 + y / 16).is_multiple_of(2) {
            [250, 240, 20, 255]
        } else {
            [10, 20, 90, 255]
        }
    }

    fn refusal(bytes: &[u8]) -> Refusal {
        match read(bytes) {
            Err(Error::Refused(refusal)) => refusal,
            other => panic!("not refused: {:?}", other.map(|p| (p.width, p.height))),
        }
    }

    #[test]
    fn all_three_formats_are_read() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            let picture = read(&encoded(64, format, chequered)).expect("an image");
            assert_eq!((picture.width, picture.height), (64, 64), "{format:?}");
            assert!(picture.warnings().is_empty(), "{format:?}");
        }
    }

    #[test]
    fn what_is_no_image_or_half_of_one_is_refused() {
        let png = encoded(64, ImageFormat::Png, chequered);
        for bytes in [&b"<svg/>"[..], b"", &png[..png.len() / 2]] {
            assert_eq!(refusal(bytes).code, ErrorCode::MalformedImage);
        }
    }

    #[test]
    fn an_image_that_says_it_is_huge_is_refused_before_it_is_decoded() {
        // A PNG's header with a side of 100,000 pixels; the checksum is that of the header.
        let mut png = encoded(64, ImageFormat::Png, chequered);
        png[16..20].copy_from_slice(&100_000_u32.to_be_bytes());
        assert_eq!(refusal(&png).code, ErrorCode::MalformedImage);
        assert_eq!(
            refusal(&encoded(20, ImageFormat::Png, chequered)).code,
            ErrorCode::MalformedImage,
            "too small to be found"
        );
    }

    #[test]
    fn a_flat_image_is_taken_with_a_warning() {
        let flat = encoded(64, ImageFormat::Png, |x, _| {
            [120, 120 + (x % 3) as u8, 120, 255]
        });
        let picture = read(&flat).expect("an image");
        assert_eq!(picture.warnings().len(), 1);
    }
}
