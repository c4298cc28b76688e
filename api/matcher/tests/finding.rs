//! What `find` promises of any picture, without codec or images from disk.

#![expect(
    clippy::unwrap_used,
    reason = "what fails while a test is prepared fails the test"
)]

use beckon_matcher::{Matcher, Options, Reference, RgbFrame};

const SIDE: usize = 96;
const FRAME: (usize, usize) = (640, 360);

/// A target of rings and wedges: textured everywhere, its ground transparent.
fn mark(hue: [u8; 3]) -> Vec<u8> {
    (0..SIDE * SIDE)
        .flat_map(|at| {
            let (x, y) = ((at % SIDE) as f32 - 47.5, (at / SIDE) as f32 - 47.5);
            let (distance, turn) = (x.hypot(y), y.atan2(x));
            let light = (distance / 9.0).sin() + (turn * 3.0).sin() > 0.0;
            let [r, g, b] = if light { [245, 240, 230] } else { hue };
            [r, g, b, if distance < 47.0 { 255 } else { 0 }]
        })
        .collect()
}

fn reference(hue: [u8; 3]) -> Reference {
    Reference::from_rgba(SIDE as u32, SIDE as u32, &mark(hue)).unwrap()
}

/// A picture of slow waves with the mark put in, pixel for pixel.
fn picture(hue: [u8; 3], left: usize, top: usize) -> Vec<u8> {
    let mut rgb: Vec<u8> = (0..FRAME.0 * FRAME.1)
        .flat_map(|at| {
            let (x, y) = ((at % FRAME.0) as f32, (at / FRAME.0) as f32);
            let wave = ((x / 37.0).sin() + (y / 23.0).cos()) * 40.0 + 120.0;
            [wave as u8, (wave * 0.8) as u8, (wave * 0.6) as u8]
        })
        .collect();
    for (at, rgba) in mark(hue).chunks_exact(4).enumerate() {
        if rgba[3] > 0 {
            let place = ((top + at / SIDE) * FRAME.0 + left + at % SIDE) * 3;
            rgb[place..place + 3].copy_from_slice(&rgba[..3]);
        }
    }
    rgb
}

fn frame(rgb: &[u8]) -> RgbFrame<'_> {
    RgbFrame::new(FRAME.0 as u32, FRAME.1 as u32, rgb).unwrap()
}

const RED: [u8; 3] = [190, 30, 40];
const GREEN: [u8; 3] = [20, 130, 60];

#[test]
fn a_mark_is_found_where_it_is() {
    let matcher = Matcher::new(&[reference(RED)], Options::default());
    let rgb = picture(RED, 301, 117);
    let found = matcher.find(&frame(&rgb));
    assert_eq!(found.len(), 1, "{found:?}");
    let area = found[0].area;
    assert!((area.left * 640.0 - 301.0).abs() < 1.5, "{area:?}");
    assert!((area.top * 360.0 - 117.0).abs() < 1.5, "{area:?}");
    assert!((area.width * 640.0 - 96.0).abs() < 3.0, "{area:?}");
    assert!(
        found[0].confidence > 90.0 && (found[0].gain - 1.0).abs() < 0.15,
        "{found:?}"
    );
}

#[test]
fn of_two_marks_that_differ_in_hue_the_right_one_is_named() {
    let matcher = Matcher::new(&[reference(RED), reference(GREEN)], Options::default());
    for (index, hue) in [RED, GREEN].into_iter().enumerate() {
        let found = matcher.find(&frame(&picture(hue, 80, 200)));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].reference, index);
    }
}

#[test]
fn a_mark_shown_twice_is_found_twice() {
    let matcher = Matcher::new(&[reference(RED)], Options::default());
    let (mut rgb, other) = (picture(RED, 60, 60), picture(RED, 420, 200));
    for row in 200..200 + SIDE {
        let span = (row * FRAME.0 + 420) * 3..(row * FRAME.0 + 420 + SIDE) * 3;
        rgb[span.clone()].copy_from_slice(&other[span]);
    }
    assert_eq!(matcher.find(&frame(&rgb)).len(), 2);
}

#[test]
fn the_same_frame_gives_the_same_answer() {
    let matcher = Matcher::new(&[reference(RED), reference(GREEN)], Options::default());
    let rgb = picture(GREEN, 222, 33);
    assert_eq!(matcher.find(&frame(&rgb)), matcher.find(&frame(&rgb)));
}

#[test]
fn a_picture_without_the_mark_or_without_anything_gives_nothing() {
    let matcher = Matcher::new(&[reference(RED)], Options::default());
    for level in [0, 128, 255] {
        assert!(matcher.find(&frame(&vec![level; 640 * 360 * 3])).is_empty());
    }
    let green = picture(GREEN, 100, 100);
    assert!(matcher.find(&frame(&green)).is_empty());
}

#[test]
fn without_references_nothing_is_found_and_any_options_are_survived() {
    let rgb = picture(RED, 10, 10);
    assert!(
        Matcher::new(&[], Options::default())
            .find(&frame(&rgb))
            .is_empty()
    );
    for (smallest_width, largest_width) in
        [(0.0, 0.0), (2.0, 1.0), (f32::NAN, 0.2), (0.5, f32::NAN)]
    {
        let options = Options {
            smallest_width,
            largest_width,
        };
        let _ = Matcher::new(&[reference(RED)], options).find(&frame(&rgb));
    }
}

#[test]
fn the_smallest_frame_allowed_is_searched_without_harm() {
    let matcher = Matcher::new(&[reference(RED)], Options::default());
    let rgb = vec![90; 64 * 64 * 3];
    assert!(
        matcher
            .find(&RgbFrame::new(64, 64, &rgb).unwrap())
            .is_empty()
    );
}
