//! What overlays never cover, on the wire and in the domain.

use beckon_openapi::media as wire;

use crate::error::{Refusal, Result};
use crate::media::ClearBox;

const MOST: usize = 16;
/// More digits than anybody measures with.
const GRAIN: f64 = 1e-6;

pub(super) fn from_wire(wire: Vec<wire::ClearBox>) -> Result<Vec<ClearBox>> {
    if wire.len() > MOST {
        let detail = format!("there are {} boxes", wire.len());
        return Err(Refusal::field("keep_clear", detail, format!("at most {MOST}")).into());
    }
    wire.into_iter().enumerate().map(one).collect()
}

fn one((i, wire): (usize, wire::ClearBox)) -> Result<ClearBox> {
    let wire::ClearBox {
        left,
        top,
        width,
        height,
    } = wire;
    for (from, length, names) in [
        (left, width, ["left", "width"]),
        (top, height, ["top", "height"]),
    ] {
        let field = |name: &str| format!("keep_clear[{i}].{name}");
        if !(0.0..100.0).contains(&from) {
            let detail = format!("{} is {from}", names[0]);
            return Err(Refusal::field(field(names[0]), detail, "0 to 100").into());
        }
        if !(length > 0.0 && from + length <= 100.0 + GRAIN) {
            let detail = format!("{} is {length}", names[1]);
            let bound = format!("more than 0, and at most 100 together with {}", names[0]);
            return Err(Refusal::field(field(names[1]), detail, bound).into());
        }
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a percentage needs no more digits"
    )]
    let number = |percent: f64| percent as f32;
    Ok(ClearBox {
        left: number(left),
        top: number(top),
        width: number(width),
        height: number(height),
    })
}

pub(super) fn to_wire(boxes: &[ClearBox]) -> Vec<wire::ClearBox> {
    // Told with the digits that it was given with, not with those of its nearest binary fraction.
    let number = |percent: f32| (f64::from(percent) * 1e4).round() / 1e4;
    let told = |kept: &ClearBox| wire::ClearBox {
        left: number(kept.left),
        top: number(kept.top),
        width: number(kept.width),
        height: number(kept.height),
    };
    boxes.iter().map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn read(left: f64, top: f64, width: f64, height: f64) -> Result<Vec<ClearBox>> {
        from_wire(vec![wire::ClearBox {
            left,
            top,
            width,
            height,
        }])
    }

    #[test]
    fn a_box_lies_within_the_picture_and_is_told_as_it_was_given() {
        let kept = read(66.6, 5.0, 33.4, 8.25).expect("a box");
        let told = &to_wire(&kept)[0];
        assert_eq!((told.left, told.width, told.height), (66.6, 33.4, 8.25));
        for (box_, field) in [
            ((-0.1, 0.0, 5.0, 5.0), "keep_clear[0].left"),
            ((100.0, 0.0, 5.0, 5.0), "keep_clear[0].left"),
            ((0.0, f64::NAN, 5.0, 5.0), "keep_clear[0].top"),
            ((0.0, 0.0, 0.0, 5.0), "keep_clear[0].width"),
            ((50.0, 0.0, 51.0, 5.0), "keep_clear[0].width"),
            ((0.0, 96.0, 5.0, 5.0), "keep_clear[0].height"),
        ] {
            match read(box_.0, box_.1, box_.2, box_.3) {
                Err(Error::Refused(refusal)) => assert_eq!(refusal.field.as_deref(), Some(field)),
                other => panic!("{box_:?} was not refused: {other:?}"),
            }
        }
        let many = vec![
            wire::ClearBox {
                left: 0.0,
                top: 0.0,
                width: 1.0,
                height: 1.0
            };
            17
        ];
        assert!(from_wire(many).is_err());
    }
}
