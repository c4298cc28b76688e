//! A definition as it is stored: JSON of a shape of its own, so that the wire may change without a migration.

mod content;
mod presentation;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use self::content::ContentRow;
use self::presentation::PresentationRow;
use super::audience::{Rule, RuleRow};
use super::caps_row::{caps_from_row, caps_to_row};
use super::definition::{Definition, FrequencyCap, Kind, MIDDLE_WEIGHT, Schedule};
use super::delivery::CompetitorsRow;
use super::hours::{Dayparts, DaypartsRow, MediaStretch, MediaStretchRow};
use super::rights::PersonRight;
use super::trigger::{Trigger, TriggerRow};
use super::variants::Variant;
use crate::categories::Category;
use crate::media::{OverlayLife, QuietScope};
use crate::viewers::{Act, Acts};
use crate::words::{AnswerId, CampaignId, Invalid, MediaId, Time};

#[derive(Serialize, Deserialize)]
pub(super) struct DefinitionRow {
    name: String,
    kind: String,
    content: ContentRow,
    /// Absent in what was stored before there was any.
    #[serde(default)]
    presentation: PresentationRow,
    /// Absent in what was stored before there were any.
    #[serde(default)]
    campaign_id: Option<String>,
    trigger: Option<TriggerRow>,
    audience: Option<RuleRow>,
    /// Start and end, in ms.
    schedule: Option<(Option<i64>, Option<i64>)>,
    /// Count and time.
    frequency_cap: Option<(u32, i64)>,
    /// Counts and times; for ever where there is none. Absent in what was stored before there were any.
    #[serde(default)]
    frequency_caps: Vec<(u32, Option<i64>)>,
    /// Names of acts. In what was stored before, as the kind says.
    stop_after: Option<Vec<String>>,
    overlay_life: Option<LifeRow>,
    media_ids: Vec<String>,
    priority: u8,
    /// The usual one where there is none, as in what was stored before there were any.
    weight: Option<u32>,
    #[serde(default)]
    competes_with: CompetitorsRow,
    allow_forward: bool,
    /// Absent in what was stored before there were any.
    #[serde(default)]
    not_in_ad_breaks: bool,
    #[serde(default)]
    categories: Vec<String>,
    #[serde(default)]
    countries: Vec<String>,
    /// Basis, reference, and when it ends, in ms.
    #[serde(default)]
    person_right: Option<(String, String, Option<i64>)>,
    #[serde(default)]
    dayparts: Option<DaypartsRow>,
    #[serde(default)]
    media_clock: Vec<MediaStretchRow>,
    #[serde(default)]
    variants: Vec<VariantRow>,
}

#[derive(Serialize, Deserialize)]
struct VariantRow {
    variant_id: String,
    weight: u32,
    content: Option<(ContentRow, PresentationRow)>,
}

#[derive(Serialize, Deserialize)]
struct LifeRow {
    show_ms: i64,
    quiet_ms: i64,
    quiet_whole_media: bool,
}

impl From<&Definition> for DefinitionRow {
    fn from(definition: &Definition) -> Self {
        let Definition {
            name,
            kind,
            content,
            presentation,
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
            in_ad_breaks,
            categories,
            variants,
            countries,
            person_right,
            dayparts,
            media_clock,
        } = definition;
        let ms = |time: Option<Time>| time.map(Time::ms);
        Self {
            name: name.clone(),
            kind: kind.as_str().to_owned(),
            content: content.into(),
            presentation: presentation.into(),
            campaign_id: campaign_id.as_ref().map(ToString::to_string),
            trigger: trigger.as_ref().map(TriggerRow::from),
            audience: audience.as_ref().map(RuleRow::from),
            schedule: schedule.map(|s| (ms(s.starts_at), ms(s.ends_at))),
            frequency_cap: frequency_cap.map(|cap| (cap.count, cap.per_ms)),
            frequency_caps: caps_to_row(frequency_caps),
            stop_after: Some(
                stop_after
                    .iter()
                    .map(|act| act.as_str().to_owned())
                    .collect(),
            ),
            overlay_life: overlay_life.map(|life| LifeRow {
                show_ms: life.show_ms,
                quiet_ms: life.quiet_ms,
                quiet_whole_media: life.quiet_scope == QuietScope::Media,
            }),
            media_ids: media_ids.iter().map(ToString::to_string).collect(),
            priority: *priority,
            weight: Some(*weight),
            competes_with: competes_with.into(),
            allow_forward: *allow_forward,
            not_in_ad_breaks: !in_ad_breaks,
            categories: categories.iter().map(|c| c.id().to_owned()).collect(),
            variants: variants.iter().map(VariantRow::from).collect(),
            countries: countries.clone(),
            person_right: person_right.as_ref().map(|right| {
                (
                    right.basis.clone(),
                    right.reference.clone(),
                    ms(right.valid_until),
                )
            }),
            dayparts: dayparts.as_ref().map(DaypartsRow::from),
            media_clock: media_clock.iter().map(MediaStretchRow::from).collect(),
        }
    }
}

fn invalid(error: Invalid) -> anyhow::Error {
    anyhow::anyhow!("a stored instrument is invalid: {}", error.detail)
}

impl From<&Variant> for VariantRow {
    fn from(variant: &Variant) -> Self {
        let Variant {
            variant_id,
            weight,
            content,
        } = variant;
        let content = content.as_ref();
        Self {
            variant_id: variant_id.to_string(),
            weight: *weight,
            content: content.map(|(content, presentation)| (content.into(), presentation.into())),
        }
    }
}

impl TryFrom<VariantRow> for Variant {
    type Error = anyhow::Error;

    fn try_from(row: VariantRow) -> anyhow::Result<Self> {
        let content = row.content.map(|(content, presentation)| {
            anyhow::Ok((content.try_into()?, presentation.try_into()?))
        });
        Ok(Self {
            variant_id: AnswerId::parse(&row.variant_id).map_err(invalid)?,
            weight: row.weight,
            content: content.transpose()?,
        })
    }
}

impl TryFrom<DefinitionRow> for Definition {
    type Error = anyhow::Error;

    fn try_from(row: DefinitionRow) -> anyhow::Result<Self> {
        let kind = Kind::ALL.into_iter().find(|k| k.as_str() == row.kind);
        let trigger = row.trigger.map(Trigger::try_from);
        let right = |(basis, reference, end): (String, String, Option<i64>)| PersonRight {
            basis,
            reference,
            valid_until: end.map(Time::from_ms),
        };
        let dayparts = row.dayparts.map(Dayparts::try_from).transpose();
        let media_ids = row.media_ids.iter();
        let categories = row.categories.iter();
        let campaign_id = row.campaign_id.as_deref().map(CampaignId::parse);
        let time = |ms: Option<i64>| ms.map(Time::from_ms);
        Ok(Self {
            name: row.name,
            kind: kind.with_context(|| format!("a stored instrument is a {}", row.kind))?,
            content: row.content.try_into()?,
            presentation: row.presentation.try_into()?,
            campaign_id: campaign_id.transpose().map_err(invalid)?,
            trigger: trigger.transpose()?,
            audience: row.audience.map(Rule::try_from).transpose()?,
            schedule: row.schedule.map(|(start, end)| Schedule {
                starts_at: time(start),
                ends_at: time(end),
            }),
            frequency_cap: row
                .frequency_cap
                .map(|(count, per_ms)| FrequencyCap { count, per_ms }),
            frequency_caps: caps_from_row(row.frequency_caps),
            stop_after: match row.stop_after {
                Some(names) => names.iter().filter_map(|name| Act::parse(name)).collect(),
                None => kind.map_or(Acts::NONE, Kind::stops_after),
            },
            overlay_life: row.overlay_life.map(|life| OverlayLife {
                show_ms: life.show_ms,
                quiet_ms: life.quiet_ms,
                quiet_scope: if life.quiet_whole_media {
                    QuietScope::Media
                } else {
                    QuietScope::Instrument
                },
            }),
            media_ids: media_ids
                .map(|id| MediaId::parse(id).map_err(invalid))
                .collect::<anyhow::Result<_>>()?,
            priority: row.priority,
            weight: row.weight.unwrap_or(MIDDLE_WEIGHT),
            competes_with: row.competes_with.try_into()?,
            allow_forward: row.allow_forward,
            in_ad_breaks: !row.not_in_ad_breaks,
            variants: row
                .variants
                .into_iter()
                .map(Variant::try_from)
                .collect::<anyhow::Result<_>>()?,
            categories: categories
                .map(|id| Category::parse(id).map_err(invalid))
                .collect::<anyhow::Result<_>>()?,
            countries: row.countries,
            person_right: row.person_right.map(right),
            dayparts: dayparts.map_err(invalid)?,
            media_clock: row
                .media_clock
                .into_iter()
                .map(MediaStretch::from)
                .collect(),
        })
    }
}
