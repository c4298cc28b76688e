//! Images on the wire.

use beckon_openapi::image as wire;

use super::Image;
use crate::instruments::content::PictureSource;

impl From<&Image> for wire::Image {
    fn from(image: &Image) -> Self {
        let Image {
            image_id,
            format,
            width,
            height,
            bytes,
            created_at,
        } = image;
        Self {
            image_id: image_id.to_string(),
            url: PictureSource::Image(image_id.clone()).url(),
            content_type: format.content_type().to_owned(),
            width: *width,
            height: *height,
            bytes: *bytes,
            created_at: created_at.to_string(),
        }
    }
}
