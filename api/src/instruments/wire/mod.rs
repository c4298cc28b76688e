//! Instruments on the wire and in the domain.

pub(super) mod bounds;
mod caps;
mod category;
mod content;
mod kind;
mod right;
pub(super) mod rule;
#[cfg(test)]
mod tests;
mod variants;

use beckon_openapi::instrument as wire;
use beckon_openapi::review as reviews;

use super::definition::{Definition, FrequencyCap, Schedule};
use super::delivery::{competitors_from_wire, weight_from_wire};
use super::hours::{self, Dayparts};
use super::{Draft, Instrument, Review, State, Written, accessibility, trigger};
use crate::error::{At, Error, Result};
use crate::media::life_to_wire;
use crate::viewers::Act;
use crate::words::{CampaignId, ExternalId, MediaId, Time};

use bounds::life_of_kind;
pub(super) use bounds::{count, text};
pub use caps::{
    caps_from_wire, caps_to_wire, cooldowns_from_wire, cooldowns_to_wire, level_caps_from_wire,
    level_caps_to_wire,
};
pub(super) use content::{overlay_contents, overlay_variants};

const MOST_MEDIA: usize = 100;
/// The tier unless told.
const MIDDLE_TIER: u8 = 5;

/// A checked draft.
pub(super) fn draft(mut wire: wire::NewInstrument) -> Result<Draft> {
    let external_id = wire.external_id.take();
    let external_id = external_id.map(|id| ExternalId::parse(&id).at("external_id"));
    Ok(Draft {
        definition: definition(wire)?,
        external_id: external_id.transpose()?,
    })
}

/// A checked definition.
///
/// # Errors
/// When a field breaks its bound.
pub fn definition(wire: wire::NewInstrument) -> Result<Definition> {
    let wire::NewInstrument {
        name,
        // Of the instrument, whatever the version.
        external_id: _,
        content,
        campaign_id,
        trigger,
        audience,
        schedule,
        frequency_cap,
        frequency_caps,
        stop_after,
        overlay_life,
        media_ids,
        priority,
        weight,
        competes_with,
        allow_forward,
        ad_breaks,
        categories,
        variants,
        countries,
        person_right,
        media_clock,
    } = wire;
    let (schedule, dayparts) = schedule.map(schedule_from_wire).transpose()?.unzip();
    count("media_ids", media_ids.len(), 0, MOST_MEDIA)?;
    let media_ids = media_ids.iter().enumerate();
    let media_ids = media_ids.map(|(i, id)| MediaId::parse(id).at(&format!("media_ids[{i}]")));
    let categories = category::from_wire(&categories)?;
    let (kind, content, presentation) = content::from_wire(content)?;
    let variants = variants::from_wire(variants, kind, &content)?;
    let definition = Definition {
        name: text("name", name, 120)?,
        kind,
        content,
        presentation,
        campaign_id: campaign_id
            .map(|id| CampaignId::parse(&id).at("campaign_id"))
            .transpose()?,
        trigger: trigger.map(trigger::from_wire).transpose()?,
        audience: audience
            .map(|wire| rule::from_wire("audience", wire))
            .transpose()?,
        schedule,
        dayparts: dayparts.flatten(),
        frequency_cap: frequency_cap.map(cap_from_wire).transpose()?,
        frequency_caps: caps_from_wire("frequency_caps", frequency_caps)?,
        stop_after: match stop_after {
            Some(acts) => acts.into_iter().map(Act::from).collect(),
            None => kind.stops_after(),
        },
        overlay_life: overlay_life
            .map(|life| life_of_kind(life, kind))
            .transpose()?,
        media_ids: media_ids.collect::<Result<_>>()?,
        priority: bounds::within("priority", priority.unwrap_or(MIDDLE_TIER), 1..=10)?,
        weight: weight_from_wire(weight)?,
        competes_with: competitors_from_wire(competes_with)?,
        allow_forward,
        in_ad_breaks: ad_breaks == wire::AdBreaks::Include,
        countries: category::countries(countries, categories)?,
        categories,
        person_right: person_right.map(right::from_wire).transpose()?,
        media_clock: hours::stretches_from_wire(media_clock)?,
        variants,
    };
    category::check_disclosure(&definition)?;
    accessibility::check(&definition)?;
    for (i, variant) in definition.variants.iter().enumerate() {
        let told = definition.told_as(variant);
        category::check_disclosure(&told)
            .map_err(|error| error.within(&format!("variants[{i}]")))?;
        accessibility::check(&told)
            .map_err(|refusal| Error::from(refusal).within(&format!("variants[{i}]")))?;
    }
    Ok(definition)
}

fn schedule_from_wire(wire: wire::Schedule) -> Result<(Schedule, Option<Dayparts>)> {
    let wire::Schedule {
        starts_at,
        ends_at,
        zone,
        dayparts,
    } = wire;
    let schedule = bounds::schedule(starts_at, ends_at)?;
    Ok((schedule, hours::dayparts_from_wire(zone, dayparts)?))
}

fn cap_from_wire(wire: wire::FrequencyCap) -> Result<FrequencyCap> {
    let wire::FrequencyCap { count, per_ms } = wire;
    Ok(FrequencyCap {
        count: bounds::within("frequency_cap.count", count, bounds::TIMES)?,
        per_ms: bounds::ms("frequency_cap.per_ms", per_ms, bounds::COUNTED_MS)?,
    })
}

/// A state of the wire.
#[must_use]
pub const fn state(wire: reviews::InstrumentState) -> State {
    match wire {
        reviews::InstrumentState::Draft => State::Draft,
        reviews::InstrumentState::InReview => State::InReview,
        reviews::InstrumentState::Approved => State::Approved,
        reviews::InstrumentState::Live => State::Live,
        reviews::InstrumentState::Paused => State::Paused,
        reviews::InstrumentState::Archived => State::Archived,
    }
}

impl From<wire::Act> for Act {
    fn from(act: wire::Act) -> Self {
        match act {
            wire::Act::Click => Self::Click,
            wire::Act::Answer => Self::Answer,
            wire::Act::Conversion => Self::Conversion,
        }
    }
}

impl From<Act> for wire::Act {
    fn from(act: Act) -> Self {
        match act {
            Act::Click => Self::Click,
            Act::Answer => Self::Answer,
            Act::Conversion => Self::Conversion,
        }
    }
}

/// A review of the wire.
pub(super) const fn review(wire: reviews::Review) -> Review {
    match wire {
        reviews::Review::Draft => Review::Draft,
        reviews::Review::InReview => Review::InReview,
        reviews::Review::Approved => Review::Approved,
    }
}

/// What is said about a change.
///
/// # Errors
/// When it is too long to be read.
pub fn note(note: Option<String>) -> Result<Option<String>> {
    note.map(|note| text("note", note, 500)).transpose()
}

/// A definition as it would be handed in.
pub(super) fn definition_to_wire(definition: &Definition) -> wire::NewInstrument {
    let text = |time: Option<Time>| time.map(|time| time.to_string());
    wire::NewInstrument {
        name: definition.name.clone(),
        external_id: None,
        content: content::to_wire(definition),
        campaign_id: definition.campaign_id.as_ref().map(ToString::to_string),
        trigger: definition.trigger.as_ref().map(trigger::to_wire),
        audience: definition.audience.as_ref().map(rule::to_wire),
        schedule: definition.schedule.map(|schedule| {
            let (zone, dayparts) = hours::dayparts_to_wire(definition.dayparts.as_ref());
            wire::Schedule {
                starts_at: text(schedule.starts_at),
                ends_at: text(schedule.ends_at),
                zone,
                dayparts,
            }
        }),
        frequency_cap: definition.frequency_cap.map(|cap| wire::FrequencyCap {
            count: cap.count,
            per_ms: cap.per_ms.unsigned_abs(),
        }),
        frequency_caps: caps_to_wire(&definition.frequency_caps),
        stop_after: Some(definition.stop_after.iter().map(Into::into).collect()),
        overlay_life: definition.overlay_life.map(life_to_wire),
        media_ids: definition
            .media_ids
            .iter()
            .map(ToString::to_string)
            .collect(),
        priority: Some(definition.priority),
        weight: Some(definition.weight),
        competes_with: (&definition.competes_with).into(),
        allow_forward: definition.allow_forward,
        ad_breaks: match definition.in_ad_breaks {
            true => wire::AdBreaks::Include,
            false => wire::AdBreaks::Exclude,
        },
        categories: category::to_wire(definition.categories),
        variants: variants::to_wire(definition),
        countries: definition.countries.clone(),
        person_right: definition.person_right.as_ref().map(right::to_wire),
        media_clock: hours::stretches_to_wire(&definition.media_clock),
    }
}

impl From<&Instrument> for wire::Instrument {
    fn from(instrument: &Instrument) -> Self {
        let Instrument {
            instrument_id,
            standing,
            author,
            external_id,
            definition,
            created_at,
            updated_at,
        } = instrument;
        let wire::NewInstrument {
            name,
            external_id: _,
            content,
            campaign_id,
            trigger,
            audience,
            schedule,
            frequency_cap,
            frequency_caps,
            stop_after,
            overlay_life,
            media_ids,
            priority: _,
            weight: _,
            competes_with,
            allow_forward,
            ad_breaks,
            categories,
            variants,
            countries,
            person_right,
            media_clock,
        } = definition_to_wire(definition);
        Self {
            instrument_id: instrument_id.to_string(),
            version: standing.version,
            state: match standing.state {
                State::Draft => reviews::InstrumentState::Draft,
                State::InReview => reviews::InstrumentState::InReview,
                State::Approved => reviews::InstrumentState::Approved,
                State::Live => reviews::InstrumentState::Live,
                State::Paused => reviews::InstrumentState::Paused,
                State::Archived => reviews::InstrumentState::Archived,
            },
            review: match standing.review {
                Review::Draft => reviews::Review::Draft,
                Review::InReview => reviews::Review::InReview,
                Review::Approved => reviews::Review::Approved,
            },
            approved_version: standing.approved_version,
            author: author.clone(),
            external_id: external_id.as_ref().map(ToString::to_string),
            name,
            content,
            campaign_id,
            trigger,
            audience,
            schedule,
            frequency_cap,
            frequency_caps,
            stop_after: stop_after.unwrap_or_default(),
            overlay_life,
            media_ids,
            priority: definition.priority,
            weight: definition.weight,
            competes_with,
            allow_forward,
            ad_breaks,
            categories,
            variants,
            countries,
            person_right,
            media_clock,
            created_at: created_at.to_string(),
            updated_at: updated_at.to_string(),
        }
    }
}

impl From<&Written> for reviews::InstrumentVersion {
    fn from(written: &Written) -> Self {
        let Written {
            instrument_id,
            version,
            author,
            created_at,
            approved,
            definition,
        } = written;
        let (approved_by, approved_at) = approved.clone().unzip();
        Self {
            instrument_id: instrument_id.to_string(),
            version: *version,
            author: author.clone(),
            created_at: created_at.to_string(),
            approved_by,
            approved_at: approved_at.map(|at| at.to_string()),
            definition: definition_to_wire(definition),
        }
    }
}
