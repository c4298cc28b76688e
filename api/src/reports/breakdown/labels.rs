//! What a version of an instrument says of itself, as reports group by it.

use crate::instruments::Definition;

/// The labels of one version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Labels {
    /// Its campaign.
    pub campaign_id: Option<String>,
    /// Its advertiser.
    pub advertiser: Option<String>,
    /// The saved audiences that it is for.
    pub audiences: Vec<String>,
    /// The ids of its variants, by their places.
    pub variants: Vec<String>,
}

impl Labels {
    /// Of this definition.
    #[must_use]
    pub fn of(definition: &Definition) -> Self {
        let audience = definition.audience.iter();
        let variants = definition.variants.iter();
        Self {
            campaign_id: definition.campaign_id.as_ref().map(ToString::to_string),
            advertiser: definition.advertiser().map(str::to_owned),
            audiences: audience
                .flat_map(|rule| rule.saved())
                .map(ToString::to_string)
                .collect(),
            variants: variants
                .map(|variant| variant.variant_id.to_string())
                .collect(),
        }
    }
}
