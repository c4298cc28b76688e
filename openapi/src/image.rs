//! Images: pictures of offers, uploaded once and shown from here.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An uploaded image, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "image_id": "9f2c6a1de0b44f0f8a8f3f0f2f1f4b7c", "url": "/v1/images/9f2c6a1de0b44f0f8a8f3f0f2f1f4b7c",
    "content_type": "image/png", "width": 1280, "height": 853, "bytes": 214530, "created_at": "2026-11-20T18:30:00.000Z"
}))]
pub struct Image {
    /// Its id: the digest of its content, so that the same picture is stored once.
    pub image_id: String,
    /// Where it is shown from.
    pub url: String,
    /// `image/png` or `image/jpeg`.
    pub content_type: String,
    /// Width in pixels, after it was scaled down to at most 1280 a side.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Its size.
    pub bytes: u64,
    /// When it was uploaded first (RFC 3339).
    pub created_at: String,
}

/// Where an image is to be fetched from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "url": "https://shop.example/kettle.png" }))]
pub struct FetchImage {
    /// An `http` or `https` address on the public internet. It is fetched once, now, and at most four redirects are followed.
    pub url: String,
}
