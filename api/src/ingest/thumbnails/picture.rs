//! Reads a thumbnail within bounds, at the width at which frames are looked at.

use std::io::Cursor;

use anyhow::Context;
use image::imageops::FilterType;
use image::{ImageFormat, ImageReader, Limits};

use crate::ingest::WIDTH;
use crate::ingest::frames::Frame;
use crate::words::Position;

/// The longest side of a picture.
const LONGEST_SIDE: u32 = 4096;

/// The picture as a frame of the stream.
///
/// # Errors
/// When it is no JPEG, or too large to be decoded.
pub(super) fn frame(bytes: &[u8], position: Position) -> anyhow::Result<Frame> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), ImageFormat::Jpeg);
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    reader.limits(limits);
    let picture = reader
        .decode()
        .context("the thumbnail cannot be read")?
        .into_rgb8();
    let (width, height) = picture.dimensions();
    anyhow::ensure!(width > 0 && height > 0, "the thumbnail is empty");
    let picture = if width == WIDTH {
        picture
    } else {
        let height = (height * WIDTH / width).max(1);
        image::imageops::resize(&picture, WIDTH, height, FilterType::Triangle)
    };
    let (width, height) = picture.dimensions();
    Ok(Frame {
        position,
        width,
        height,
        rgb: picture.into_raw().into(),
    })
}
