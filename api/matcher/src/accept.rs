//! The rules by which a likeness is a match.

use crate::matcher::Match;
use crate::planes::Pixel;
use crate::refine::Likeness;
use crate::template::Template;

/// Chosen on development scenes: no false match remained among 974 marks from .75 up, and one
/// was met later at .76.
const ALIKE: f32 = 0.78;
/// A mark is at least this strong in contrast: faint backgrounds agree with anything.
const STRONG: f32 = 0.35;
/// Each textured part of the mark agrees at least this much on its own: without it, two
/// colours side by side are enough to be taken for a mark of those colours.
const PARTS_ALIKE: f32 = 0.25;
/// Parts a side.
const PARTS: usize = 3;
/// Points below which a part says nothing.
const PART_POINTS: usize = 24;
/// Luma deviation below which a part has no texture to agree with.
const PART_TEXTURE: f32 = 10.0;
/// A match that shares this much with a better one is the same thing, or its background.
const SAME_THING: f32 = 0.6;

/// True when a likeness passes every rule.
pub(crate) fn accepts(template: &Template, likeness: Likeness, seen: &[Pixel]) -> bool {
    likeness.z >= ALIKE
        && likeness.gain >= STRONG
        && least_alike_part(template, seen).is_some_and(|least| least >= PARTS_ALIKE)
}

/// The luma correlation of the textured part that agrees least; none without any texture.
fn least_alike_part(template: &Template, seen: &[Pixel]) -> Option<f32> {
    let mut sums = [[0.0_f32; 6]; PARTS * PARTS];
    for (point, value) in template.points.iter().zip(seen) {
        let part = point.y * PARTS / template.rows * PARTS + point.x * PARTS / template.columns;
        let (a, b) = (point.value[0], value[0]);
        for (sum, term) in sums[part].iter_mut().zip([1.0, a, b, a * a, b * b, a * b]) {
            *sum += term;
        }
    }
    sums.iter()
        .filter_map(|[count, a, b, aa, bb, ab]| {
            let own = aa - a * a / count;
            let textured =
                *count >= PART_POINTS as f32 && own >= PART_TEXTURE * PART_TEXTURE * count;
            // The one that is seen may be flat: then it agrees with nothing.
            let seen = (bb - b * b / count).max(1e-3 * count);
            textured.then(|| (ab - a * b / count) / (own * seen).sqrt())
        })
        .min_by(f32::total_cmp)
}

/// How sure a match is, 0 to 100: 50 at the threshold, 100 from .96. Not calibrated.
pub(crate) fn confidence(z: f32) -> f32 {
    (100.0 * ((z - 0.60) / 0.36).clamp(0.0, 1.0)).round()
}

/// Best first, and of matches within one another only the best.
pub(crate) fn keep_best(mut matches: Vec<Match>) -> Vec<Match> {
    matches.sort_by(|a, b| b.z.total_cmp(&a.z).then(a.reference.cmp(&b.reference)));
    let mut kept: Vec<Match> = Vec::with_capacity(matches.len());
    for found in matches {
        if kept
            .iter()
            .all(|better| better.area.containment(&found.area) < SAME_THING)
        {
            kept.push(found);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::{confidence, keep_best};
    use crate::area::Area;
    use crate::matcher::Match;

    fn found(reference: usize, left: f32, width: f32, z: f32) -> Match {
        Match {
            reference,
            area: Area {
                left,
                top: 0.1,
                width,
                height: width,
            },
            confidence: confidence(z),
            z,
            gain: 1.0,
        }
    }

    #[test]
    fn of_two_marks_in_one_place_the_better_stays() {
        let kept = keep_best(vec![found(0, 0.1, 0.2, 0.8), found(1, 0.11, 0.1, 0.9)]);
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].reference, 1);
    }

    #[test]
    fn one_mark_twice_in_the_picture_is_two_matches() {
        let kept = keep_best(vec![found(0, 0.1, 0.2, 0.8), found(0, 0.6, 0.2, 0.9)]);
        assert_eq!(kept.len(), 2);
        assert!(kept[0].z > kept[1].z);
    }

    #[test]
    fn confidence_is_a_percentage_that_begins_at_half_on_the_threshold() {
        assert_eq!(confidence(0.78), 50.0);
        assert_eq!(confidence(1.0), 100.0);
        assert_eq!(confidence(0.1), 0.0);
    }
}
