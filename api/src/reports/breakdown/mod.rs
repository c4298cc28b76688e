//! Breakdowns: what happened, added up by what one asks for, with rates that say how far they can be believed.

mod count;
mod dictionary;
mod dimension;
mod experiment;
pub mod http;
mod labels;
mod lift;
#[cfg(test)]
mod tests;
mod wire;

pub use count::{Counts, Rates};
pub use dimension::Dimension;
pub use experiment::SampleRatio;
pub use labels::Labels;
pub use lift::{Lift, lift};

use std::collections::{BTreeMap, HashMap};

use crate::error::Result;
use crate::events::{Events, Grain, Stretch};
use crate::instruments::Instruments;
use crate::words::{CampaignId, InstrumentId, Time};

/// One line of a breakdown.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The value of each dimension, in their order; nothing where it has none.
    pub key: Vec<Option<String>>,
    /// What happened.
    pub counts: Counts,
}

/// What the versions of instruments say, by instrument and version.
pub type Known = HashMap<(String, u32), Labels>;

/// Adds up what happened by these dimensions; lines stand in the order of their keys.
#[must_use]
pub fn by(
    dimensions: &[Dimension],
    grains: &[Grain],
    known: &Known,
    campaign: Option<&str>,
) -> Vec<Line> {
    let mut lines: BTreeMap<Vec<Option<String>>, Counts> = BTreeMap::new();
    let nothing = Labels::default();
    for grain in grains {
        let labels = known.get(&(grain.instrument_id.clone(), grain.version));
        let labels = labels.unwrap_or(&nothing);
        if campaign.is_some() && labels.campaign_id.as_deref() != campaign {
            continue;
        }
        for key in dimension::keys(dimensions, grain, labels) {
            lines.entry(key).or_default().add(grain);
        }
    }
    let line = |(key, counts)| Line { key, counts };
    lines.into_iter().map(line).collect()
}

/// Reads a breakdown off the log.
///
/// # Errors
/// When a store does not answer.
pub async fn read(
    events: &Events,
    instruments: &Instruments,
    dimensions: &[Dimension],
    stretch: &Stretch,
    campaign: Option<&CampaignId>,
) -> Result<Vec<Line>> {
    let grains = events.grains(stretch).await?;
    let mut known = Known::new();
    for grain in &grains {
        let name = (grain.instrument_id.clone(), grain.version);
        if known.contains_key(&name) {
            continue;
        }
        let Ok(id) = InstrumentId::parse(&grain.instrument_id) else {
            continue;
        };
        let version = instruments.version(&id, grain.version).await?;
        let labels = version.map_or_else(Labels::default, |v| Labels::of(&v.definition));
        known.insert(name, labels);
    }
    let campaign = campaign.map(CampaignId::as_str);
    Ok(by(dimensions, &grains, &known, campaign))
}

/// How the variants of an instrument do.
#[derive(Debug, Clone, PartialEq)]
pub struct Experiment {
    /// The instrument.
    pub instrument_id: InstrumentId,
    /// The version whose variants these are.
    pub version: u32,
    /// Each variant's id, weight and viewers, and what happened.
    pub variants: Vec<(String, u32, u64, Counts)>,
    /// When it was read.
    pub as_of: Time,
}

/// Reads how the variants of an instrument do, over as long a time as a report can be of.
///
/// # Errors
/// When there is none of this id, or a store does not answer.
pub async fn experiment_of(
    events: &Events,
    instruments: &Instruments,
    instrument_id: &InstrumentId,
    now: Time,
) -> Result<Experiment> {
    let instrument = instruments.get(instrument_id).await?;
    let stretch = Stretch {
        from: now.plus_ms(-wire::LONGEST_MS),
        to: now.plus_ms(1),
        instrument_id: instrument_id.to_string(),
        media_id: String::new(),
    };
    let lines = read(events, instruments, &[Dimension::Variant], &stretch, None).await?;
    let viewers: HashMap<u8, u64> = events
        .viewers_by_variant(instrument_id)
        .await?
        .into_iter()
        .collect();
    let variants = (0_u8..).zip(&instrument.definition.variants);
    let variants = variants.map(|(place, variant)| {
        let id = variant.variant_id.to_string();
        let line = lines
            .iter()
            .find(|line| line.key[0].as_deref() == Some(&id));
        let counts = line.map(|line| line.counts.clone()).unwrap_or_default();
        let viewers = viewers.get(&place).copied().unwrap_or_default();
        (id, variant.weight, viewers, counts)
    });
    Ok(Experiment {
        instrument_id: instrument_id.clone(),
        version: instrument.standing.version,
        variants: variants.collect(),
        as_of: now,
    })
}
