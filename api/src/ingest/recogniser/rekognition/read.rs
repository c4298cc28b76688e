//! What Rekognition answered, in our words. Of people it takes who and where, and nothing else of their faces.

use aws_sdk_rekognition::types;

use crate::detections::{BoundingBox, Detection, Kind};
use crate::words::{Confidence, Position, Time};

/// Who says so.
pub const SOURCE: &str = "rekognition";

/// The longest name that is kept.
const LONGEST_NAME: usize = 256;

/// Which picture an answer is about.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    pub position: Position,
    pub now: Time,
}

impl Moment {
    /// `None` where the answer lacks what makes a detection, or is less sure than was asked for.
    fn seen(
        self,
        kind: Kind,
        name: Option<String>,
        sure: Option<f32>,
        least: Confidence,
    ) -> Option<Detection> {
        let name = name.map(|name| name.trim().to_owned())?;
        if name.is_empty() || name.len() > LONGEST_NAME {
            return None;
        }
        Some(Detection {
            position: self.position,
            kind,
            name,
            external_id: None,
            confidence: confidence(sure?).filter(|sure| *sure >= least)?,
            boxes: Vec::new(),
            parents: Vec::new(),
            categories: Vec::new(),
            source: SOURCE.to_owned(),
            seen_at: self.now,
        })
    }

    /// An image's celebrity, by how surely it is who it is.
    pub fn celebrity(self, found: types::Celebrity, least: Confidence) -> Option<Detection> {
        let sure = found.match_confidence;
        let place = found.face.and_then(|face| face.bounding_box);
        self.person(found.name, found.id, sure, place, least)
    }

    /// A video's celebrity.
    pub fn celebrity_detail(
        self,
        found: types::CelebrityDetail,
        least: Confidence,
    ) -> Option<Detection> {
        let place = found.face.and_then(|face| face.bounding_box);
        let place = place.or(found.bounding_box);
        self.person(found.name, found.id, found.confidence, place, least)
    }

    fn person(
        self,
        name: Option<String>,
        id: Option<String>,
        sure: Option<f32>,
        place: Option<types::BoundingBox>,
        least: Confidence,
    ) -> Option<Detection> {
        let person = self.seen(Kind::Celebrity, name, sure, least)?;
        Some(Detection {
            external_id: id.filter(|id| !id.is_empty()),
            boxes: place.iter().filter_map(|p| bounding_box(p, None)).collect(),
            ..person
        })
    }

    /// An object or scene.
    pub fn label(self, found: types::Label, least: Confidence) -> Option<Detection> {
        let label = self.seen(Kind::Label, found.name, found.confidence, least)?;
        let boxes = found.instances.unwrap_or_default();
        let boxes = boxes
            .iter()
            .filter_map(|i| bounding_box(i.bounding_box.as_ref()?, i.confidence));
        let parents = found.parents.unwrap_or_default().into_iter();
        let categories = found.categories.unwrap_or_default().into_iter();
        Some(Detection {
            boxes: boxes.collect(),
            parents: parents.filter_map(|parent| parent.name).collect(),
            categories: categories.filter_map(|category| category.name).collect(),
            ..label
        })
    }

    /// What a model of one's own knows.
    pub fn custom_label(self, found: types::CustomLabel, least: Confidence) -> Option<Detection> {
        let label = self.seen(Kind::CustomLabel, found.name, found.confidence, least)?;
        let place = found.geometry.and_then(|geometry| geometry.bounding_box);
        Some(Detection {
            boxes: place.iter().filter_map(|p| bounding_box(p, None)).collect(),
            ..label
        })
    }

    /// Something to be careful about.
    pub fn moderation(self, found: types::ModerationLabel, least: Confidence) -> Option<Detection> {
        let label = self.seen(Kind::Moderation, found.name, found.confidence, least)?;
        let parent = found.parent_name.filter(|parent| !parent.is_empty());
        Some(Detection {
            parents: parent.into_iter().collect(),
            ..label
        })
    }
}

/// One name twice in a picture is one detection with the boxes of both; the surer comes first. Namesakes differ by id.
pub fn merged(found: impl IntoIterator<Item = Detection>) -> Vec<Detection> {
    let mut merged: Vec<Detection> = Vec::new();
    for one in found {
        let same = |known: &&mut Detection| {
            (known.kind, &known.name, &known.external_id) == (one.kind, &one.name, &one.external_id)
        };
        match merged.iter_mut().find(same) {
            Some(known) if known.confidence >= one.confidence => known.boxes.extend(one.boxes),
            Some(known) => {
                let less_sure = std::mem::replace(known, one);
                known.boxes.extend(less_sure.boxes);
            }
            None => merged.push(one),
        }
    }
    merged
}

/// Rekognition writes single precision as double: widened again it is the very number of the wire.
fn confidence(percent: f32) -> Option<Confidence> {
    Confidence::parse(f64::from(percent)).ok()
}

fn bounding_box(place: &types::BoundingBox, sure: Option<f32>) -> Option<BoundingBox> {
    Some(BoundingBox {
        left: f64::from(place.left?),
        top: f64::from(place.top?),
        width: f64::from(place.width?),
        height: f64::from(place.height?),
        confidence: sure.and_then(confidence),
    })
}
