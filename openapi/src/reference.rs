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
