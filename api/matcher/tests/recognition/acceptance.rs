//! The promise: marks 8 to 24 % wide in moving pictures, through a real encoder.
//!
//! Scenes are eight frames long, so that the encoder meets a cut every eight frames, and the
//! frame in the middle of each is looked at. Marks are drawn from the reference images by area, at
//! places between pixels; half of them drift.

use beckon_matcher::{Matcher, Options, Reference, RgbFrame};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::backgrounds::Background;
use crate::film::{HEIGHT, WIDTH, Writer, ffmpeg_is_here, frames};
use crate::gallery::exhibits;
use crate::score::{Score, Shown};
use crate::synthesis::{SceneMade, Sums, Troupe};

/// Frames a scene and a second.
const FRAMES: usize = 8;
const MIDDLE: usize = FRAMES / 2;

/// Makes `scenes` scenes over a background, encodes, decodes and scores them.
fn measure(name: &str, seed: u64, scenes: usize, background: &Background) -> Score {
    let registered = exhibits("references");
    let lookalikes = exhibits("lookalikes");
    let troupe = Troupe {
        members: registered
            .iter()
            .chain(&lookalikes)
            .map(|e| Sums::new(&e.image))
            .collect(),
        registered: registered.len(),
    };
    let references: Vec<Reference> = registered.iter().map(|e| e.reference()).collect();
    let matcher = Matcher::new(&references, Options::default());

    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let mut truths: Vec<Vec<Shown>> = Vec::new();
    // 32 kilobits a frame, as 800 kb/s are at 25 frames a second.
    let mut film = Writer::new(&format!("{name}.mp4"), FRAMES as u32, "256k");
    for _ in 0..scenes {
        let scene = SceneMade::new(
            &mut dice,
            &troupe,
            background.frames.len(),
            FRAMES,
            FRAMES as f64,
        );
        for number in 0..FRAMES {
            let at = number as f64 / FRAMES as f64;
            film.add(&scene.frame(&troupe, &background.frames, number, at));
        }
        truths.push(scene.shown(&troupe, MIDDLE as f64 / FRAMES as f64));
    }
    let path = film.finish();
    let pictures = frames(&path, &format!("select=eq(mod(n\\,{FRAMES})\\,{MIDDLE})"));
    assert_eq!(pictures.len(), scenes);

    let mut score = Score::default();
    for (number, (rgb, shown)) in pictures.iter().zip(&truths).enumerate() {
        let frame = RgbFrame::new(WIDTH as u32, HEIGHT as u32, rgb).unwrap();
        score.frame(&format!("scene {number}"), shown, matcher.find(&frame));
    }
    score.print(name);
    score
}

#[test]
fn marks_over_drawn_scenes_are_found_and_lookalikes_are_not() {
    if !ffmpeg_is_here() {
        println!("left out: ffmpeg is not installed, so nothing can be encoded");
        return;
    }
    let score = measure("drawn", 41, 270, &Background::plates());
    assert!(
        score.found + score.missed >= 400,
        "{}",
        score.found + score.missed
    );
    assert!(score.precision() >= 0.98);
    assert!(score.recall() >= 0.93);
    assert!(score.lookalikes >= 60);
    assert_eq!(score.fired, 0);
}

#[test]
fn marks_over_filmed_clips_are_found_and_lookalikes_are_not() {
    if !ffmpeg_is_here() {
        println!("left out: ffmpeg is not installed, so nothing can be encoded");
        return;
    }
    let Some(background) = Background::filmed() else {
        println!("left out: no filmed clips lie beside the project");
        return;
    };
    let score = measure("filmed", 42, 270, &background);
    assert!(
        score.found + score.missed >= 400,
        "{}",
        score.found + score.missed
    );
    assert!(score.precision() >= 0.98);
    assert!(score.recall() >= 0.93);
    assert!(score.lookalikes >= 60);
    assert_eq!(score.fired, 0);
}
