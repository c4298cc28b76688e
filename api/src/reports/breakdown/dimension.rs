//! What a breakdown can be by.

use super::Labels;
use crate::events::Grain;
use crate::words::Time;

/// What a breakdown can be by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dimension {
    /// The instrument.
    Instrument,
    /// The campaign of the version that was shown.
    Campaign,
    /// For whom it ran.
    Advertiser,
    /// On which media.
    Media,
    /// For which saved audience; what is for two is in both lines.
    Audience,
    /// What was on screen.
    Detection,
    /// In which of its instrument's variants.
    Variant,
    /// In which hour, in UTC.
    Hour,
}

impl Dimension {
    /// Its name, as requests and files write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Instrument => "instrument",
            Self::Campaign => "campaign",
            Self::Advertiser => "advertiser",
            Self::Media => "media",
            Self::Audience => "audience",
            Self::Detection => "detection",
            Self::Variant => "variant",
            Self::Hour => "hour",
        }
    }

    /// The values under which this counts; more than one only where a version is for several audiences.
    fn values(self, grain: &Grain, labels: &Labels) -> Vec<Option<String>> {
        let one = match self {
            Self::Instrument => Some(grain.instrument_id.clone()),
            Self::Campaign => labels.campaign_id.clone(),
            Self::Advertiser => labels.advertiser.clone(),
            Self::Media => Some(grain.media_id.clone()),
            Self::Audience if !labels.audiences.is_empty() => {
                return labels.audiences.iter().cloned().map(Some).collect();
            }
            Self::Audience => None,
            Self::Detection => Some(grain.seen_name.clone()).filter(|name| !name.is_empty()),
            Self::Variant => grain.variant.map(|place| {
                let id = labels.variants.get(usize::from(place)).cloned();
                id.unwrap_or_else(|| place.to_string())
            }),
            Self::Hour => Some(Time::from_ms(grain.hour * 3_600_000).to_string()),
        };
        vec![one]
    }
}

/// The lines that something counts in.
pub(super) fn keys(
    dimensions: &[Dimension],
    grain: &Grain,
    labels: &Labels,
) -> Vec<Vec<Option<String>>> {
    dimensions.iter().fold(vec![Vec::new()], |keys, dimension| {
        let values = dimension.values(grain, labels);
        let with = |key: Vec<Option<String>>| {
            values.iter().map(move |value| {
                let mut key = key.clone();
                key.push(value.clone());
                key
            })
        };
        keys.into_iter().flat_map(with).collect()
    })
}
