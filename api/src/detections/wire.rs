//! Detections on the wire and in the domain.

use std::collections::BTreeSet;

use beckon_openapi::detection as wire;

use super::model::place;
use super::{
    BoundingBox, Cut, Detection, Import, Kind, Line, Shape, Stored, Tally, Timeline, Wanted,
};
use crate::error::{At, ErrorCode, Refusal, Result};
use crate::words::{Confidence, Time, Window};

/// The widest window that one call reads detections or names of.
const WIDEST_MS: i64 = 600_000;
/// The most stretches of a timeline, and how many it has unless told.
const MOST_BINS: u32 = 2_000;
const USUAL_BINS: u32 = 100;
/// The most names of a timeline, and how many it has unless told.
const MOST_TOP: u32 = 100;
const USUAL_TOP: u32 = 10;

/// Which detections a query asks for.
pub(super) fn wanted(query: wire::DetectionQuery) -> Result<Wanted> {
    let window = Window::parse(query.from_ms, query.to_ms, WIDEST_MS).at("to_ms")?;
    within(window, query.kind, query.name, query.min_confidence)
}

/// Whose names a query asks for.
pub(super) fn wanted_names(query: wire::NamesQuery) -> Result<Wanted> {
    let window = anywhere(query.from_ms, query.to_ms, WIDEST_MS)?;
    within(window, query.kind, query.name, query.min_confidence)
}

/// A window or, where none is named, all of the media.
fn anywhere(from_ms: Option<i64>, to_ms: Option<i64>, widest_ms: i64) -> Result<Window> {
    match (from_ms, to_ms) {
        (None, None) => Ok(Window::WHOLE),
        (Some(from), Some(to)) => Window::parse(from, to, widest_ms).at("to_ms"),
        _ => {
            let detail = "a window has two ends; without either, all of the media is read";
            Err(Refusal {
                field: Some("to_ms".to_owned()),
                bound: Some("both or neither".to_owned()),
                ..Refusal::new(ErrorCode::InvalidWindow, detail)
            }
            .into())
        }
    }
}

fn within(
    window: Window,
    kind: Option<wire::DetectionKind>,
    name: Option<String>,
    min_confidence: Option<f64>,
) -> Result<Wanted> {
    Ok(Wanted {
        window,
        kind: kind.map(kind_from_wire),
        name: name.map(|name| short("name", name)).transpose()?,
        min_confidence: Confidence::parse(min_confidence.unwrap_or_default())
            .at("min_confidence")?,
    })
}

/// What a timeline is asked for: what of the media, how it is cut, and for how many names.
pub(super) fn timeline_query(query: wire::TimelineQuery) -> Result<(Wanted, Cut, usize)> {
    let window = anywhere(query.from_ms, query.to_ms, i64::MAX)?;
    let wanted = within(window, query.kind, query.name, query.min_confidence)?;
    let cut = match (query.bin_ms, query.bins) {
        (Some(_), Some(_)) => {
            let detail = "a timeline is cut by bin_ms or into bins";
            return Err(Refusal::field("bins", detail, "one of the two").into());
        }
        (Some(ms), None) => Cut::Every(bounded("bin_ms", ms, 1, 86_400_000)?),
        (None, bins) => Cut::Into(bounded("bins", bins.unwrap_or(USUAL_BINS), 1, MOST_BINS)?),
    };
    let top = bounded("top", query.top.unwrap_or(USUAL_TOP), 1, MOST_TOP)?;
    Ok((wanted, cut, top as usize))
}

fn bounded<T: PartialOrd + std::fmt::Display>(
    field: &str,
    value: T,
    least: T,
    most: T,
) -> Result<T> {
    if value < least || value > most {
        let detail = format!("{field} is {value}");
        return Err(Refusal::field(field, detail, format!("{least}..={most}")).into());
    }
    Ok(value)
}

pub(super) fn timeline(timeline: &Timeline) -> wire::Timeline {
    let Timeline {
        from,
        bin_ms,
        lines,
    } = timeline;
    wire::Timeline {
        from_ms: from.ms(),
        bin_ms: *bin_ms,
        items: lines
            .iter()
            .map(|Line { total, bins }| wire::TimelineLine {
                name: wire::SeenName::from(total),
                bins: bins
                    .iter()
                    .map(|tally| wire::TimelineBin {
                        position_ms: from.ms() + tally.bin * bin_ms,
                        count: tally.count,
                        best_confidence: tally.best.percent(),
                    })
                    .collect(),
            })
            .collect(),
    }
}

impl From<&Tally> for wire::SeenName {
    fn from(tally: &Tally) -> Self {
        Self {
            kind: kind_to_wire(tally.kind),
            name: tally.name.clone(),
            external_id: tally.external_id.clone(),
            first_position_ms: tally.first.ms(),
            last_position_ms: tally.last.ms(),
            count: tally.count,
            best_confidence: tally.best.percent(),
        }
    }
}

/// A kind for the wire.
#[must_use]
pub const fn kind_to_wire(kind: Kind) -> wire::DetectionKind {
    match kind {
        Kind::Celebrity => wire::DetectionKind::Celebrity,
        Kind::Label => wire::DetectionKind::Label,
        Kind::CustomLabel => wire::DetectionKind::CustomLabel,
        Kind::Moderation => wire::DetectionKind::Moderation,
    }
}

/// How many detections a batch may hold.
const MOST_ITEMS: usize = 1000;

/// All detections of a batch, or the refusal of the first that is wrong.
///
/// # Errors
/// When a field breaks its bound.
pub fn batch(wire: wire::DetectionBatch, now: Time) -> Result<Vec<Detection>> {
    let count = wire.items.len();
    if !(1..=MOST_ITEMS).contains(&count) {
        let bound = format!("1 to {MOST_ITEMS} items");
        return Err(
            Refusal::field("items", format!("the batch holds {count} items"), bound).into(),
        );
    }
    let items = wire.items.into_iter().enumerate();
    items
        .map(|(i, item)| detection(item, now).map_err(|error| error.within(&format!("items[{i}]"))))
        .collect()
}

fn detection(wire: wire::Detection, now: Time) -> Result<Detection> {
    let wire::Detection {
        position_ms,
        kind,
        name,
        external_id,
        confidence,
        boxes,
        parents,
        categories,
        source,
        seen_at,
    } = wire;
    Ok(Detection {
        position: place(position_ms).at("position_ms")?,
        kind: kind_from_wire(kind),
        name: short("name", name)?,
        external_id: external_id.map(|id| short("external_id", id)).transpose()?,
        confidence: Confidence::parse(confidence).at("confidence")?,
        boxes: boxes.into_iter().map(bounding_box).collect::<Result<_>>()?,
        parents: list("parents", parents)?,
        categories: list("categories", categories)?,
        source: source.map_or_else(|| Ok("manual".to_owned()), |source| short("source", source))?,
        seen_at: seen_at.map_or(Ok(now), |text| Time::parse(&text).at("seen_at"))?,
    })
}

fn short(field: &str, text: String) -> Result<String> {
    if text.trim().is_empty() || text.len() > 256 {
        return Err(Refusal::field(
            field,
            format!("{field} has {} bytes", text.len()),
            "1 to 256 bytes",
        )
        .into());
    }
    Ok(text)
}

fn list(field: &str, texts: Vec<String>) -> Result<Vec<String>> {
    if texts.len() > 32 {
        return Err(Refusal::field(
            field,
            format!("{field} has {} items", texts.len()),
            "at most 32",
        )
        .into());
    }
    texts.into_iter().map(|text| short(field, text)).collect()
}

fn bounding_box(wire: wire::BoundingBox) -> Result<BoundingBox> {
    let wire::BoundingBox {
        left,
        top,
        width,
        height,
        confidence,
    } = wire;
    // Real boxes leave the picture a little; one that lies beyond it altogether is a mistake of units.
    if [left, top, width, height]
        .iter()
        .any(|side| !(-1.0..=2.0).contains(side))
    {
        return Err(
            Refusal::field("boxes", "a box is given in ratios of the picture", "-1..=2").into(),
        );
    }
    let confidence = confidence
        .map(Confidence::parse)
        .transpose()
        .at("boxes.confidence")?;
    Ok(BoundingBox {
        left,
        top,
        width,
        height,
        confidence,
    })
}

/// A kind of the wire.
#[must_use]
pub const fn kind_from_wire(kind: wire::DetectionKind) -> Kind {
    match kind {
        wire::DetectionKind::Celebrity => Kind::Celebrity,
        wire::DetectionKind::Label => Kind::Label,
        wire::DetectionKind::CustomLabel => Kind::CustomLabel,
        wire::DetectionKind::Moderation => Kind::Moderation,
    }
}

impl From<&Detection> for wire::Detection {
    fn from(detection: &Detection) -> Self {
        let Detection {
            position,
            kind,
            name,
            external_id,
            confidence,
            boxes,
            parents,
            categories,
            source,
            seen_at,
        } = detection.clone();
        Self {
            position_ms: position.ms(),
            kind: kind_to_wire(kind),
            name,
            external_id,
            confidence: confidence.percent(),
            boxes: boxes.into_iter().map(box_to_wire).collect(),
            parents,
            categories,
            source: Some(source),
            seen_at: Some(seen_at.to_string()),
        }
    }
}

fn box_to_wire(b: BoundingBox) -> wire::BoundingBox {
    let BoundingBox {
        left,
        top,
        width,
        height,
        confidence,
    } = b;
    wire::BoundingBox {
        left,
        top,
        width,
        height,
        confidence: confidence.map(Confidence::percent),
    }
}

/// What became of an import, told from what was in it and what was stored of it.
pub(super) fn report(import: &Import, kept: &[Detection], stored: Stored) -> wire::ImportReport {
    let positions: BTreeSet<i64> = kept.iter().map(|d| d.position.ms()).collect();
    let names: BTreeSet<&str> = kept.iter().map(|d| d.name.as_str()).collect();
    wire::ImportReport {
        shape: match import.shape {
            Shape::ApiAnswer => wire::ImportShape::ApiAnswer,
            Shape::ConsoleExport => wire::ImportShape::ConsoleExport,
        },
        stored: stored.stored as u64,
        names: names.len() as u64,
        positions: positions.len() as u64,
        first_position_ms: positions.first().copied(),
        last_position_ms: positions.last().copied(),
        left_out_people: (stored.left_out_people + import.unknown_faces) as u64,
        next_token: import.next_token.clone(),
    }
}
