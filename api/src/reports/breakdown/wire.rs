//! Breakdowns on the wire: what is asked, and how it is told as JSON and as CSV.

use beckon_openapi::report as wire;
use beckon_openapi::results::ConversionValue;

use super::{Counts, Dimension, Experiment, Lift, Line, SampleRatio, lift};
use crate::error::{At, Refusal, Result};
use crate::events::Stretch;
use crate::reports::Rate;
use crate::words::{CampaignId, InstrumentId, MediaId, Time};

const MOST_DIMENSIONS: usize = 4;
const DAY_MS: i64 = 86_400_000;
/// How long a stretch can be.
pub(super) const LONGEST_MS: i64 = 92 * DAY_MS;

/// What is asked for.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) dimensions: Vec<Dimension>,
    pub(super) stretch: Stretch,
    pub(super) campaign: Option<CampaignId>,
    pub(super) format: wire::ReportFormat,
}

const DIMENSIONS: [Dimension; 8] = [
    Dimension::Instrument,
    Dimension::Campaign,
    Dimension::Advertiser,
    Dimension::Media,
    Dimension::Audience,
    Dimension::Detection,
    Dimension::Variant,
    Dimension::Hour,
];

/// Reads a question.
pub(super) fn asked(query: wire::ReportQuery, now: Time) -> Result<Asked> {
    let wire::ReportQuery {
        by,
        from,
        to,
        instrument_id,
        campaign_id,
        media_id,
        format,
    } = query;
    let to = to.map_or(Ok(now), |to| Time::parse(&to)).at("to")?;
    let from = from
        .map_or(Ok(to.plus_ms(-DAY_MS)), |from| Time::parse(&from))
        .at("from")?;
    let long = to.since(from);
    if !(1..=LONGEST_MS).contains(&long) {
        let detail = format!("it is {long} ms after from");
        return Err(Refusal::field("to", detail, "after from, by at most 92 days").into());
    }
    let instrument = instrument_id.map(|id| InstrumentId::parse(&id).at("instrument_id"));
    let campaign = campaign_id.map(|id| CampaignId::parse(&id).at("campaign_id"));
    let media = media_id.map(|id| MediaId::parse(&id).at("media_id"));
    Ok(Asked {
        dimensions: dimensions(by.as_deref().unwrap_or_default())?,
        stretch: Stretch {
            from,
            to,
            instrument_id: instrument
                .transpose()?
                .map_or_else(String::new, |id| id.to_string()),
            media_id: media
                .transpose()?
                .map_or_else(String::new, |id| id.to_string()),
        },
        campaign: campaign.transpose()?,
        format: format.unwrap_or_default(),
    })
}

fn dimensions(by: &str) -> Result<Vec<Dimension>> {
    let bound = "up to four, each once, of instrument, campaign, advertiser, media, audience, detection, variant, hour";
    let mut found: Vec<Dimension> = Vec::new();
    for name in by.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let known = DIMENSIONS.into_iter().find(|known| known.as_str() == name);
        let fresh = known.filter(|known| !found.contains(known));
        let dimension = fresh.ok_or_else(|| {
            let detail = format!("`{name}` is no dimension, or stands there twice");
            Refusal::field("by", detail, bound)
        })?;
        found.push(dimension);
    }
    if found.len() > MOST_DIMENSIONS {
        let detail = format!("there are {}", found.len());
        return Err(Refusal::field("by", detail, bound).into());
    }
    Ok(found)
}

/// A report as JSON.
pub(super) fn report(asked: &Asked, lines: &[Line], now: Time) -> wire::Report {
    wire::Report {
        by: asked.dimensions.iter().map(|one| (*one).into()).collect(),
        from: asked.stretch.from.to_string(),
        to: asked.stretch.to.to_string(),
        lines: lines.iter().map(line).collect(),
        as_of: now.to_string(),
    }
}

fn interval(rate: Option<Rate>) -> Option<wire::RateInterval> {
    rate.map(|Rate { rate, low, high }| wire::RateInterval { rate, low, high })
}

pub(super) fn line(line: &Line) -> wire::ReportLine {
    let Line { key, counts } = line;
    let (rates, lift) = (counts.rates(), lift(counts));
    let Counts {
        impressions,
        viewable,
        clicks,
        scans,
        answers,
        dismissals,
        conversions,
        held_out,
        held_out_conversions,
        billed_micros,
        values,
    } = counts.clone();
    let value = |(currency, value_micros)| ConversionValue {
        currency,
        value_micros,
    };
    wire::ReportLine {
        key: key.clone(),
        impressions,
        viewable,
        clicks,
        scans,
        answers,
        dismissals,
        conversions,
        held_out,
        held_out_conversions,
        billed_micros,
        conversion_values: values.into_iter().map(value).collect(),
        viewable_rate: interval(rates.viewable),
        click_rate: interval(rates.click),
        answer_rate: interval(rates.answer),
        dismiss_rate: interval(rates.dismiss),
        conversion_rate: interval(rates.conversion),
        lift: lift.map(lift_to_wire),
    }
}

fn lift_to_wire(lift: Lift) -> wire::Lift {
    let Lift {
        held_out_rate,
        difference,
        low,
        high,
        relative,
    } = lift;
    wire::Lift {
        held_out_rate,
        difference,
        low,
        high,
        relative,
    }
}

/// A report as CSV. A cell that a spreadsheet would run as a formula is told as text.
pub(super) fn csv(asked: &Asked, lines: &[Line]) -> String {
    let names = asked.dimensions.iter().map(|one| one.as_str());
    let mut out = names
        .chain(COLUMNS.iter().copied())
        .collect::<Vec<_>>()
        .join(",");
    out.push_str("\r\n");
    for told in lines.iter().map(line) {
        let keys = told
            .key
            .iter()
            .map(|key| cell(key.as_deref().unwrap_or_default()));
        let values: Vec<String> = told
            .conversion_values
            .iter()
            .map(|value| format!("{} {}", value.value_micros, value.currency))
            .collect();
        let numbers = [
            told.impressions,
            told.viewable,
            told.clicks,
            told.scans,
            told.answers,
            told.dismissals,
            told.conversions,
            told.held_out,
            told.held_out_conversions,
            told.billed_micros,
        ];
        let rates = [
            told.viewable_rate,
            told.click_rate,
            told.answer_rate,
            told.dismiss_rate,
            told.conversion_rate,
        ];
        let rates = rates.into_iter().flat_map(|rate| match rate {
            Some(rate) => [rate.rate, rate.low, rate.high].map(|n| n.to_string()),
            None => Default::default(),
        });
        let lift = match told.lift {
            Some(lift) => [lift.difference, lift.low, lift.high].map(|n| n.to_string()),
            None => Default::default(),
        };
        let cells = keys
            .chain(numbers.map(|n| n.to_string()))
            .chain([cell(&values.join("; "))])
            .chain(rates)
            .chain(lift);
        out.push_str(&cells.collect::<Vec<_>>().join(","));
        out.push_str("\r\n");
    }
    out
}

const COLUMNS: &[&str] = &[
    "impressions",
    "viewable",
    "clicks",
    "scans",
    "answers",
    "dismissals",
    "conversions",
    "held_out",
    "held_out_conversions",
    "billed_micros",
    "conversion_values",
    "viewable_rate",
    "viewable_rate_low",
    "viewable_rate_high",
    "click_rate",
    "click_rate_low",
    "click_rate_high",
    "answer_rate",
    "answer_rate_low",
    "answer_rate_high",
    "dismiss_rate",
    "dismiss_rate_low",
    "dismiss_rate_high",
    "conversion_rate",
    "conversion_rate_low",
    "conversion_rate_high",
    "lift",
    "lift_low",
    "lift_high",
];

fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', '"', '\r', '\n']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}

impl From<Experiment> for wire::Experiment {
    fn from(experiment: Experiment) -> Self {
        let Experiment {
            instrument_id,
            version,
            variants,
            as_of,
        } = experiment;
        let counted: Vec<(u32, u64)> = variants.iter().map(|(_, w, v, _)| (*w, *v)).collect();
        let check = SampleRatio::of(&counted);
        let weights: f64 = counted.iter().map(|(weight, _)| f64::from(*weight)).sum();
        let variants = variants.into_iter();
        Self {
            instrument_id: instrument_id.to_string(),
            version,
            variants: variants
                .map(
                    |(variant_id, weight, viewers, counts)| wire::VariantResult {
                        expected_share: f64::from(weight) / weights,
                        viewers,
                        report: line(&Line {
                            key: vec![Some(variant_id.clone())],
                            counts,
                        }),
                        variant_id,
                    },
                )
                .collect(),
            chi_squared: check.map(|check| check.chi_squared),
            p_value: check.map(|check| check.p_value),
            sample_ratio_mismatch: check.is_some_and(SampleRatio::is_mismatch),
            as_of: as_of.to_string(),
        }
    }
}

impl From<Dimension> for wire::ReportDimension {
    fn from(dimension: Dimension) -> Self {
        match dimension {
            Dimension::Instrument => Self::Instrument,
            Dimension::Campaign => Self::Campaign,
            Dimension::Advertiser => Self::Advertiser,
            Dimension::Media => Self::Media,
            Dimension::Audience => Self::Audience,
            Dimension::Detection => Self::Detection,
            Dimension::Variant => Self::Variant,
            Dimension::Hour => Self::Hour,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dimension_is_known_once_and_by_its_name() {
        let found = dimensions("instrument, hour").expect("two");
        assert_eq!(found, [Dimension::Instrument, Dimension::Hour]);
        for wrong in [
            "shoe",
            "hour,hour",
            "instrument,hour,media,variant,campaign",
        ] {
            assert!(dimensions(wrong).is_err(), "{wrong}");
        }
        for one in DIMENSIONS {
            let told = serde_json::to_value(wire::ReportDimension::from(one)).expect("JSON");
            assert_eq!(told, one.as_str());
        }
    }

    #[test]
    fn a_cell_is_told_as_text_whatever_it_holds() {
        assert_eq!(cell("Tern, Coffee"), "\"Tern, Coffee\"");
        assert_eq!(cell("say \"hi\""), "\"say \"\"hi\"\"\"");
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(cell("Kingfisher"), "Kingfisher");
    }

    #[test]
    fn every_line_of_a_file_has_a_cell_for_each_name() {
        let now = Time::from_ms(1_795_200_000_000);
        let query = wire::ReportQuery {
            by: Some("instrument".to_owned()),
            ..Default::default()
        };
        let asked = asked(query, now).expect("a question");
        let line = |impressions| Line {
            key: vec![Some("a".to_owned())],
            counts: Counts {
                impressions,
                held_out: impressions,
                ..Counts::default()
            },
        };
        let file = csv(&asked, &[line(0), line(7)]);
        let cells: Vec<usize> = file.lines().map(|line| line.split(',').count()).collect();
        assert_eq!(cells, [COLUMNS.len() + 1; 3]);
    }
}
