//! A detection as it is stored: lists that are only ever read whole are JSON text.

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::detections::{BoundingBox, Kind};
use crate::words::{Confidence, Invalid};

/// A box as it is stored: left, top, width, height, confidence.
#[derive(Serialize, Deserialize)]
struct BoxRow(f64, f64, f64, f64, Option<f64>);

pub fn boxes_json(boxes: &[BoundingBox]) -> serde_json::Result<String> {
    let rows = boxes.iter().map(|b| {
        let sure = b.confidence.map(Confidence::percent);
        BoxRow(b.left, b.top, b.width, b.height, sure)
    });
    serde_json::to_string(&rows.collect::<Vec<_>>())
}

pub fn boxes(json: &str) -> anyhow::Result<Vec<BoundingBox>> {
    let rows: Vec<BoxRow> = serde_json::from_str(json)?;
    let boxes = rows
        .into_iter()
        .map(|BoxRow(left, top, width, height, confidence)| {
            let confidence = confidence
                .map(Confidence::parse)
                .transpose()
                .map_err(invalid)?;
            Ok(BoundingBox {
                left,
                top,
                width,
                height,
                confidence,
            })
        });
    boxes.collect()
}

pub fn invalid(error: Invalid) -> anyhow::Error {
    anyhow::anyhow!("a stored detection is invalid: {}", error.detail)
}

pub fn kind(text: &str) -> anyhow::Result<Kind> {
    Kind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == text)
        .with_context(|| format!("a stored detection is of the unknown kind {text}"))
}
