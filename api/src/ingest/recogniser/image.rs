//! Looks for the registered reference images.

use std::sync::Arc;

use anyhow::Context;
use async_trait::async_trait;
use beckon_matcher::{Match, RgbFrame};

use super::{Recognised, Recogniser, Stretch};
use crate::detections::{BoundingBox, Detection, Kind};
use crate::ingest::frames::Frame;
use crate::ingest::references::{Gallery, Named, References};
use crate::words::{Confidence, Time};

const SOURCE: &str = "image";

/// The embedded recogniser.
#[derive(Debug)]
pub struct Image {
    references: Arc<References>,
}

impl Image {
    /// Looks for these, as they are at the time.
    #[must_use]
    pub fn new(references: Arc<References>) -> Self {
        Self { references }
    }
}

#[async_trait]
impl Recogniser for Image {
    fn source(&self) -> &'static str {
        SOURCE
    }

    fn needs_frames(&self) -> bool {
        true
    }

    async fn recognise(&self, stretch: Stretch, now: Time) -> anyhow::Result<Recognised> {
        let gallery = self.references.gallery();
        let looked = tokio::task::spawn_blocking(move || match &*gallery {
            Some(gallery) => look(gallery, &stretch.frames, now),
            None => Ok(Vec::new()),
        });
        let found = looked.await.context("looking at frames failed")??;
        Ok(found.into())
    }
}

fn look(gallery: &Gallery, frames: &[Frame], now: Time) -> anyhow::Result<Vec<Detection>> {
    let mut found: Vec<Detection> = Vec::new();
    for frame in frames {
        let picture = RgbFrame::new(frame.width, frame.height, &frame.rgb)
            .context("a frame is not what was asked for")?;
        let first_of_frame = found.len();
        for hit in gallery.matcher.find(&picture) {
            let Some(named) = gallery.names.get(hit.reference) else {
                continue;
            };
            // One name twice in a picture is one detection with two boxes; the surer comes first.
            match found[first_of_frame..]
                .iter_mut()
                .find(|d| d.name == named.name)
            {
                Some(known) => known.boxes.push(bounding_box(&hit)?),
                None => found.push(detection(named, &hit, frame, now)?),
            }
        }
    }
    Ok(found)
}

fn confidence(hit: &Match) -> anyhow::Result<Confidence> {
    // Two decimals: the rest is the noise of single precision.
    let percent = (f64::from(hit.confidence) * 100.0).round() / 100.0;
    Confidence::parse(percent.clamp(0.0, 100.0)).map_err(|invalid| anyhow::anyhow!(invalid.detail))
}

fn bounding_box(hit: &Match) -> anyhow::Result<BoundingBox> {
    let area = hit.area;
    Ok(BoundingBox {
        left: f64::from(area.left),
        top: f64::from(area.top),
        width: f64::from(area.width),
        height: f64::from(area.height),
        confidence: Some(confidence(hit)?),
    })
}

fn detection(named: &Named, hit: &Match, frame: &Frame, now: Time) -> anyhow::Result<Detection> {
    Ok(Detection {
        position: frame.position,
        kind: Kind::CustomLabel,
        name: named.name.clone(),
        external_id: named.external_id.clone(),
        confidence: confidence(hit)?,
        boxes: vec![bounding_box(hit)?],
        parents: Vec::new(),
        categories: Vec::new(),
        source: SOURCE.to_owned(),
        seen_at: now,
    })
}
