//! Variants: one instrument told in several ways, so that the better one can be found out.

use super::content::Content;
use super::definition::Definition;
use super::presentation::Presentation;
use crate::words::AnswerId;

/// How many variants an instrument has at the most.
pub const MOST_VARIANTS: usize = 8;

/// One way to tell it. Each viewer sees the same one of an instrument, whatever its versions.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// Its id, unique within the instrument.
    pub variant_id: AnswerId,
    /// How large its share of the viewers is, beside the others' weights.
    pub weight: u32,
    /// What it shows; the instrument's own content where it is the control.
    pub content: Option<(Content, Presentation)>,
}

impl Definition {
    /// The content that the variant at this place shows; the instrument's own where there is no such variant.
    #[must_use]
    pub fn content_of(&self, variant: Option<u8>) -> &Content {
        let variant = variant.and_then(|at| self.variants.get(usize::from(at)));
        let own = variant.and_then(|variant| variant.content.as_ref());
        own.map_or(&self.content, |(content, _)| content)
    }

    /// The definition as if this variant were all there is.
    #[must_use]
    pub(super) fn told_as(&self, variant: &Variant) -> Self {
        let mut told = self.clone();
        told.variants.clear();
        if let Some((content, presentation)) = variant.content.clone() {
            (told.content, told.presentation) = (content, presentation);
        }
        told
    }
}
