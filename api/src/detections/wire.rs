//! Detections on the wire and in the domain.

use std::collections::BTreeSet;

use beckon_openapi::detection as wire;

use super::{BoundingBox, Detection, Import, Kind, Shape, Stored};
use crate::error::{At, Refusal, Result};
use crate::words::{Confidence, Position, Time};

/// How many detections a batch may hold.
const MOST_ITEMS: usize = 1000;

/// All detections of a batch, or the refusal of the first that is wrong.
pub(super) fn batch(wire: wire::DetectionBatch, now: Time) -> Result<Vec<Detection>> {
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
        position: Position::parse(position_ms).at("position_ms")?,
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

fn kind_from_wire(kind: wire::DetectionKind) -> Kind {
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
            kind: match kind {
                Kind::Celebrity => wire::DetectionKind::Celebrity,
                Kind::Label => wire::DetectionKind::Label,
                Kind::CustomLabel => wire::DetectionKind::CustomLabel,
                Kind::Moderation => wire::DetectionKind::Moderation,
            },
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
pub(super) fn report(
    import: &Import,
    stored: Stored,
    kept: impl Fn(&Detection) -> bool,
) -> wire::ImportReport {
    let kept: Vec<&Detection> = import.detections.iter().filter(|d| kept(d)).collect();
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
