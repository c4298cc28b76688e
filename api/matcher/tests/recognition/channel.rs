//! The channel of the demo, as it is committed, against the truth that was noted when it was drawn.

use std::fs;

use beckon_matcher::{Area, Matcher, Options, Reference, RgbFrame};
use serde::Deserialize;

use crate::film::{HEIGHT, WIDTH, ffmpeg_is_here, frames};
use crate::gallery::{assets, exhibits};
use crate::score::{Score, Shown};

#[derive(Deserialize)]
struct Truth {
    duration_ms: u32,
    marks: Vec<Mark>,
    fades: Vec<Span>,
    showings: Vec<Showing>,
}

#[derive(Deserialize)]
struct Mark {
    external_id: String,
    registered: bool,
}

#[derive(Deserialize)]
struct Span {
    from_ms: u32,
    to_ms: u32,
}

#[derive(Deserialize)]
struct Showing {
    external_id: String,
    from_ms: u32,
    to_ms: u32,
    boxes: Vec<(u32, f32, f32, f32, f32)>,
}

impl Showing {
    /// Where the mark is at a moment, evenly between the boxes noted.
    fn at(&self, ms: u32) -> Option<Area> {
        if !(self.from_ms..=self.to_ms).contains(&ms) {
            return None;
        }
        let next = self.boxes.iter().position(|noted| noted.0 >= ms)?;
        let (b, a) = (self.boxes[next], self.boxes[next.saturating_sub(1)]);
        let part = if b.0 > a.0 {
            (ms - a.0) as f32 / (b.0 - a.0) as f32
        } else {
            1.0
        };
        let mix = |one: f32, other: f32| one + (other - one) * part;
        Some(Area {
            left: mix(a.1, b.1),
            top: mix(a.2, b.2),
            width: mix(a.3, b.3),
            height: mix(a.4, b.4),
        })
    }
}

fn truth() -> Truth {
    let text = fs::read_to_string(assets().join("truth.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn every_registered_mark_of_the_truth_has_its_reference_image() {
    let registered: Vec<String> = truth()
        .marks
        .into_iter()
        .filter_map(|mark| mark.registered.then_some(mark.external_id))
        .collect();
    let images = exhibits("references");
    assert_eq!(images.len(), registered.len());
    assert!(
        registered
            .iter()
            .all(|id| images.iter().any(|image| image.external_id == *id))
    );
}

#[test]
fn the_marks_of_the_channel_are_found_and_its_lookalikes_are_not() {
    if !ffmpeg_is_here() {
        println!("left out: ffmpeg is not installed, so the channel can't be decoded");
        return;
    }
    let truth = truth();
    let images = exhibits("references");
    let references: Vec<Reference> = images.iter().map(|image| image.reference()).collect();
    let matcher = Matcher::new(&references, Options::default());
    // One frame in 12 of 25 a second: all phases of the scenes' movements are met.
    let step = 12;
    let pictures = frames(
        &assets().join("channel.mp4"),
        &format!("select=not(mod(n\\,{step}))"),
    );
    assert_eq!(
        pictures.len() as u32,
        (truth.duration_ms / 40).div_ceil(step)
    );

    let mut score = Score::default();
    for (number, rgb) in pictures.iter().enumerate() {
        let ms = number as u32 * step * 40;
        let fades = |fade: &Span| (fade.from_ms..fade.to_ms).contains(&ms);
        if truth.fades.iter().any(fades) {
            continue;
        }
        let shown: Vec<Shown> = truth
            .showings
            .iter()
            .filter_map(|showing| {
                Some(Shown {
                    reference: images
                        .iter()
                        .position(|i| i.external_id == showing.external_id),
                    area: showing.at(ms)?,
                    kind: showing.external_id.clone(),
                })
            })
            .collect();
        let frame = RgbFrame::new(WIDTH as u32, HEIGHT as u32, rgb).unwrap();
        score.frame(&format!("{ms} ms"), &shown, matcher.find(&frame));
    }
    score.print("channel");
    assert!(score.found + score.missed >= 400);
    assert!(score.precision() >= 0.98);
    assert!(score.recall() >= 0.93);
    assert!(score.lookalikes >= 80);
    assert_eq!(score.fired, 0);
}
