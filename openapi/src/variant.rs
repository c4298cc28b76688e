//! Variants: one instrument told in several ways.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One way to tell an instrument.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// 1 to 128 of `A-Za-z0-9._:-`; unique within the instrument.
    pub variant_id: String,
    /// How large its share of the viewers is, beside the others' weights: 1 to 1000, 100 unless told.
    #[serde(default)]
    pub weight: Option<u32>,
    /// What it shows: of the instrument's kind, a question with the same `answer_id`s, an offer with the same link. One variant at the most is
    /// without, and shows the instrument's own content: the control.
    #[serde(default)]
    pub content: Option<crate::content::Content>,
}
