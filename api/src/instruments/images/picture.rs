//! Reads an uploaded picture within bounds, and encodes it anew: turned upright, scaled down, and without what else the file
//! carried, such as the place where it was taken.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use crate::error::{ErrorCode, Refusal, Result};

/// The longest side that is read.
const LONGEST_READ: u32 = 4096;
/// The longest side that is kept: more than any card shows.
const LONGEST_KEPT: u32 = 1280;
/// What decoding may take: 4096 x 4096 in four bytes, and as much again to work with.
const MOST_MEMORY: u64 = 2 * 4 * 4096 * 4096;
/// Good enough that nobody sees the difference.
const JPEG_QUALITY: u8 = 86;
/// A drawing as PNG is small and stays sharp; a photograph as PNG is larger than this.
const LARGEST_DRAWING: usize = 256 * 1024;

/// How an image is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
}

impl Format {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Png, Self::Jpeg];

    /// Its content type.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }
}

/// A picture that was encoded anew.
#[derive(Debug)]
pub(super) struct Picture {
    pub format: Format,
    pub width: u32,
    pub height: u32,
    pub encoded: Vec<u8>,
}

/// Reads a PNG, JPEG or WebP picture and encodes it anew. Slow: keep it off the threads that answer.
///
/// # Errors
/// When it is no such picture, or too large to be decoded.
pub(super) fn encode_anew(bytes: &[u8]) -> Result<Picture> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| unusable(error.to_string()))?;
    let known = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP];
    if !reader
        .format()
        .is_some_and(|format| known.contains(&format))
    {
        return Err(unusable("the body is not a PNG, JPEG or WebP image"));
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_READ);
    limits.max_image_height = Some(LONGEST_READ);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let broken =
        |error: image::ImageError| unusable(format!("the image cannot be decoded: {error}"));
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let orientation = decoder.orientation().map_err(broken)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(broken)?;
    image.apply_orientation(orientation);
    if image.width().max(image.height()) > LONGEST_KEPT {
        image = image.resize(LONGEST_KEPT, LONGEST_KEPT, FilterType::Lanczos3);
    }
    encode(&image)
}

/// As PNG where it is see-through or a drawing, as JPEG otherwise.
fn encode(image: &DynamicImage) -> Result<Picture> {
    let image = image.to_rgba8();
    let (width, height) = image.dimensions();
    let see_through = image.pixels().any(|pixel| pixel.0[3] < 255);
    let image = DynamicImage::ImageRgba8(image);
    let failed = |error: image::ImageError| anyhow::Error::new(error).context("encoding failed");
    let mut png = Cursor::new(Vec::new());
    if see_through {
        image.write_to(&mut png, ImageFormat::Png).map_err(failed)?;
    } else {
        let opaque = DynamicImage::ImageRgb8(image.to_rgb8());
        opaque
            .write_to(&mut png, ImageFormat::Png)
            .map_err(failed)?;
    }
    let png = png.into_inner();
    let (format, encoded) = if see_through || png.len() <= LARGEST_DRAWING {
        (Format::Png, png)
    } else {
        let mut jpeg = Vec::new();
        let encoder = JpegEncoder::new_with_quality(&mut jpeg, JPEG_QUALITY);
        image
            .to_rgb8()
            .write_with_encoder(encoder)
            .map_err(failed)?;
        (Format::Jpeg, jpeg)
    };
    Ok(Picture {
        format,
        width,
        height,
        encoded,
    })
}

fn unusable(detail: impl Into<String>) -> crate::error::Error {
    Refusal::new(ErrorCode::MalformedImage, detail).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use image::{Rgba, RgbaImage};

    fn encoded(width: u32, height: u32, format: ImageFormat, alpha: u8) -> Vec<u8> {
        let pixel = |x, y| Rgba([x as u8, y as u8, (x ^ y) as u8, alpha]);
        let image = DynamicImage::ImageRgba8(RgbaImage::from_fn(width, height, pixel));
        let mut bytes = Cursor::new(Vec::new());
        match format {
            // JPEG has no transparency.
            ImageFormat::Jpeg => image.into_rgb8().write_to(&mut bytes, format),
            _ => image.write_to(&mut bytes, format),
        }
        .expect("encoded");
        bytes.into_inner()
    }

    fn code(bytes: &[u8]) -> ErrorCode {
        match encode_anew(bytes) {
            Err(Error::Refused(refusal)) => refusal.code,
            other => panic!("not refused: {other:?}"),
        }
    }

    #[test]
    fn a_large_picture_is_scaled_down_and_keeps_its_shape() {
        let picture = encode_anew(&encoded(2560, 640, ImageFormat::Png, 255)).expect("a picture");
        assert_eq!((picture.width, picture.height), (1280, 320));
        let again = encode_anew(&picture.encoded).expect("a picture");
        assert_eq!((again.width, again.height), (1280, 320));
    }

    #[test]
    fn what_is_see_through_stays_so_whatever_its_size() {
        for format in [ImageFormat::Png, ImageFormat::WebP] {
            let picture = encode_anew(&encoded(900, 900, format, 128)).expect("a picture");
            assert_eq!(picture.format, Format::Png, "{format:?}");
        }
    }

    /// A JPEG whose EXIF says that it was taken on its side, and where: `Orientation` 6 and a maker's note.
    fn on_its_side() -> Vec<u8> {
        let jpeg = encoded(64, 32, ImageFormat::Jpeg, 255);
        let mut exif =
            b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
        exif.extend_from_slice(b"59.9139N 10.7522E");
        let length = u16::try_from(exif.len() + 2).expect("short");
        let mut turned = jpeg[..2].to_vec();
        turned.extend_from_slice(&[0xff, 0xe1]);
        turned.extend_from_slice(&length.to_be_bytes());
        turned.extend_from_slice(&exif);
        turned.extend_from_slice(&jpeg[2..]);
        turned
    }

    #[test]
    fn it_stands_upright_and_says_no_more_where_it_was_taken() {
        let picture = encode_anew(&on_its_side()).expect("a picture");
        assert_eq!((picture.width, picture.height), (32, 64));
        let told = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).any(|part| part == what);
        assert!(told(&on_its_side(), b"59.9139N"));
        assert!(!told(&picture.encoded, b"59.9139N") && !told(&picture.encoded, b"Exif"));
    }

    #[test]
    fn what_is_no_picture_half_of_one_or_too_large_is_refused() {
        let png = encoded(64, 64, ImageFormat::Png, 255);
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
        for bytes in [&svg[..], b"", b"GIF89a", &png[..png.len() / 2]] {
            assert_eq!(code(bytes), ErrorCode::MalformedImage);
        }
        // A header that says 100,000 pixels is refused before anything is set aside for them.
        let mut huge = png;
        huge[16..20].copy_from_slice(&100_000_u32.to_be_bytes());
        assert_eq!(code(&huge), ErrorCode::MalformedImage);
        let wide = encoded(4097, 1, ImageFormat::Png, 255);
        assert_eq!(code(&wide), ErrorCode::MalformedImage);
    }
}
