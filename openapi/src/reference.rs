//! References: images that the embedded recogniser looks for.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What the image shows. The image itself is the request's body (`image/png`, `image/jpeg` or `image/webp`, at most 4 MB).
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct NewReference {
    /// The name that detections will carry. A second image of the same name and external id replaces the first.
    pub name: String,
    /// Your own id of the mark or product.
    pub external_id: Option<String>,
}

/// A registered reference.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "reference_id": "01964d2e-5b1c-7c3a-9d40-6f1e2a3b4c5d", "name": "Kestrel Optics", "external_id": "mark-7",
    "width": 512, "height": 290, "warnings": [], "created_at": "2026-11-20T18:30:00.000Z"
}))]
pub struct Reference {
    /// Its id.
    pub reference_id: String,
    /// The name that detections carry.
    pub name: String,
    /// Your own id of the mark or product.
    #[schema(required)]
    pub external_id: Option<String>,
    /// Width of the image in pixels.
    pub width: u32,
    /// Height of the image in pixels.
    pub height: u32,
    /// Sentences that say why it may be found badly; empty for a good reference.
    pub warnings: Vec<String>,
    /// When it was registered (RFC 3339).
    pub created_at: String,
}
