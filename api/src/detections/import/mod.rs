//! Reading what Rekognition said, in both shapes that exist: the API's answers and the console's export.

mod shapes;

use std::collections::BTreeMap;

use self::shapes::{BoxShape, Face, File, ImageLabel, Item, Named};
use super::model::place;
use super::{BoundingBox, Detection, Kind};
use crate::error::{At, Error, ErrorCode, Refusal, Result};
use crate::words::{Confidence, Position, Time};

/// Which of Rekognition's shapes a file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The answer of an API operation.
    ApiAnswer,
    /// The file that the console exports.
    ConsoleExport,
}

/// What a file says.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    /// Its shape.
    pub shape: Shape,
    /// What was detected, by position, kind and name.
    pub detections: Vec<Detection>,
    /// How many faces of nobody in particular it holds; they are never stored.
    pub unknown_faces: usize,
    /// The token of the page that follows.
    pub next_token: Option<String>,
}

/// Reads a file. Its zero, and an image's only moment, lie at `offset` in the media.
///
/// # Errors
/// When it is not Rekognition output that says what was seen; nothing of it is taken then.
pub fn read(bytes: &[u8], offset: Position, now: Time) -> Result<Import> {
    let file: File = serde_json::from_slice(bytes).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        Error::from(Refusal {
            code: ErrorCode::MalformedImport,
            detail: format!("this is not JSON of Rekognition's: {error}"),
            field: Some(place),
            bound: None,
        })
    })?;
    if let Some(status) = file
        .job_status
        .as_deref()
        .filter(|status| *status != "SUCCEEDED")
    {
        return Err(refused(format!(
            "the job's status is {status}: there is nothing to import"
        )));
    }
    if !file.says_what_was_seen() {
        let why = if file.segments.is_some() {
            "it holds segments, which say nothing of what was seen"
        } else {
            "it holds no labels, celebrities or custom labels"
        };
        return Err(refused(why.to_owned()));
    }
    let mut reader = Reader {
        offset,
        now,
        found: BTreeMap::new(),
    };
    let shape = if file.file_name.is_some() {
        Shape::ConsoleExport
    } else {
        Shape::ApiAnswer
    };
    let unknown_faces = [&file.persons, &file.faces, &file.unrecognized_faces]
        .into_iter()
        .map(|list| list.as_ref().map_or(0, Vec::len))
        .sum();
    reader.labels("Labels", Kind::Label, file.labels)?;
    reader.labels("CustomLabels", Kind::CustomLabel, file.custom_labels)?;
    reader.labels("ModerationLabels", Kind::Moderation, file.moderation_labels)?;
    for (i, timed) in file.celebrities.unwrap_or_default().into_iter().enumerate() {
        // A video's celebrity has its confidence beside its name.
        let Some(celebrity) = timed.celebrity else {
            continue;
        };
        let path = format!("Celebrities[{i}]");
        let confidence = celebrity.confidence.unwrap_or_default();
        reader.person(
            &path,
            timed.timestamp,
            celebrity.name,
            celebrity.id,
            confidence,
            celebrity.face,
        )?;
    }
    for (i, face) in file
        .celebrity_faces
        .unwrap_or_default()
        .into_iter()
        .enumerate()
    {
        // An image's: `MatchConfidence` is about who it is, the face's own about its being a face.
        let path = format!("CelebrityFaces[{i}]");
        reader.person(
            &path,
            None,
            face.name,
            face.id,
            face.match_confidence.unwrap_or_default(),
            face.face,
        )?;
    }
    Ok(Import {
        shape,
        detections: reader.found.into_values().collect(),
        unknown_faces,
        next_token: file.next_token,
    })
}

fn refused(detail: String) -> Error {
    Refusal::new(ErrorCode::MalformedImport, detail).into()
}

struct Reader {
    offset: Position,
    now: Time,
    /// By the sort key: pages may overlap, and the surer of two of one key stays.
    found: BTreeMap<String, Detection>,
}

impl Reader {
    fn labels(&mut self, list: &str, kind: Kind, items: Option<Vec<Item>>) -> Result<()> {
        for (i, item) in items.unwrap_or_default().into_iter().enumerate() {
            let (timestamp, label) = item.into_parts();
            let path = format!("{list}[{i}]");
            let Some(label) = label else {
                return Err(refused(format!("{path} has no label")).within(&path));
            };
            self.label(&path, kind, timestamp, label)
                .map_err(|error| as_import(error, &path))?;
        }
        Ok(())
    }

    fn label(
        &mut self,
        path: &str,
        kind: Kind,
        timestamp: Option<i64>,
        label: ImageLabel,
    ) -> Result<()> {
        let ImageLabel {
            name,
            confidence,
            instances,
            parents,
            categories,
            geometry,
            parent_name,
        } = label;
        let boxes = instances
            .unwrap_or_default()
            .into_iter()
            .map(|instance| (instance.bounding_box, instance.confidence));
        let geometry = geometry.map(|geometry| (geometry.bounding_box, None));
        let boxes = boxes
            .chain(geometry)
            .filter_map(|(shape, confidence)| Some((shape?, confidence)));
        let parents = names(parents)
            .into_iter()
            .chain(parent_name.filter(|name| !name.is_empty()));
        let detection = Detection {
            position: self.position(timestamp)?,
            kind,
            name: checked_name(name)?,
            external_id: None,
            confidence: Confidence::parse(confidence.unwrap_or(f64::NAN)).at("Confidence")?,
            boxes: boxes
                .map(|(shape, confidence)| bounding_box(shape, confidence))
                .collect::<Result<_>>()?,
            parents: parents.collect(),
            categories: names(categories),
            source: "import".to_owned(),
            seen_at: self.now,
        };
        self.keep(detection, path);
        Ok(())
    }

    fn person(
        &mut self,
        path: &str,
        timestamp: Option<i64>,
        name: Option<String>,
        id: Option<String>,
        confidence: f64,
        face: Option<Face>,
    ) -> Result<()> {
        let place = face.and_then(|face| face.bounding_box);
        let read = || -> Result<Detection> {
            Ok(Detection {
                position: self.position(timestamp)?,
                kind: Kind::Celebrity,
                name: checked_name(name)?,
                external_id: checked_id(id)?,
                confidence: Confidence::parse(confidence).at("Confidence")?,
                boxes: place
                    .map(|shape| bounding_box(shape, None))
                    .transpose()?
                    .into_iter()
                    .collect(),
                parents: Vec::new(),
                categories: Vec::new(),
                source: "import".to_owned(),
                seen_at: self.now,
            })
        };
        let detection = read().map_err(|error| as_import(error, path))?;
        self.keep(detection, path);
        Ok(())
    }

    fn position(&self, timestamp: Option<i64>) -> Result<Position> {
        let timestamp = Position::parse(timestamp.unwrap_or_default()).at("Timestamp")?;
        place(self.offset.forward(timestamp.ms()).ms()).at("Timestamp")
    }

    fn keep(&mut self, detection: Detection, path: &str) {
        use std::collections::btree_map::Entry;
        match self.found.entry(detection.sort_key()) {
            Entry::Vacant(free) => drop(free.insert(detection)),
            Entry::Occupied(mut known) => {
                tracing::debug!(
                    kind = "import.double",
                    path,
                    "one name twice at one position: the surer one stays"
                );
                if detection.confidence > known.get().confidence {
                    known.insert(detection);
                }
            }
        }
    }
}

/// A value that breaks its bound makes the file malformed; the path says where.
fn as_import(error: Error, path: &str) -> Error {
    match error.within(path) {
        Error::Refused(mut refusal) => {
            refusal.code = ErrorCode::MalformedImport;
            Error::Refused(refusal)
        }
        failed @ Error::Failed(_) => failed,
    }
}

fn checked_name(name: Option<String>) -> Result<String> {
    match name.map(|name| name.trim().to_owned()) {
        Some(name) if !name.is_empty() && name.len() <= 256 => Ok(name),
        _ => Err(Refusal::field(
            "Name",
            "the name is missing, empty or too long",
            "1 to 256 bytes",
        )
        .into()),
    }
}

/// An id that is empty is none.
fn checked_id(id: Option<String>) -> Result<Option<String>> {
    let id = id.map(|id| id.trim().to_owned());
    match id.filter(|id| !id.is_empty()) {
        Some(id) if id.len() > 256 => {
            Err(Refusal::field("Id", "the id is too long", "at most 256 bytes").into())
        }
        id => Ok(id),
    }
}

fn names(named: Option<Vec<Named>>) -> Vec<String> {
    named
        .unwrap_or_default()
        .into_iter()
        .map(|named| named.name)
        .collect()
}

fn bounding_box(shape: BoxShape, confidence: Option<f64>) -> Result<BoundingBox> {
    let BoxShape {
        left,
        top,
        width,
        height,
    } = shape;
    Ok(BoundingBox {
        left,
        top,
        width,
        height,
        confidence: confidence
            .map(Confidence::parse)
            .transpose()
            .at("Instances.Confidence")?,
    })
}

#[cfg(test)]
mod tests;
