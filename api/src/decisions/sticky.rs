//! Sticky chances: who is held out, and who sees which variant. They follow from the viewer alone, under salts that never
//! change, so that they last over nodes, restarts and new keys.

use beckon_classifier::draw::{mix, mix_bytes, unit};

use super::terms::Mode;
use crate::words::ViewerId;

/// Who is held out is held out for good; another salt would hold out others.
const HOLDOUT: u64 = 0x686f_6c64_6f75_7431;

/// A number from 0 up to 1 that is this viewer's under this salt.
fn share(viewer_id: &ViewerId, salt: u64) -> f64 {
    unit(mix_bytes(salt, viewer_id.as_str().as_bytes()))
}

/// On what terms this viewer is shown anything, where so many of a hundred are held out.
pub(super) fn mode(viewer_id: &ViewerId, tries_out: bool, holdout_percent: f64) -> Mode {
    if tries_out {
        return Mode::Test;
    }
    // Who is nobody in particular cannot be held out for good.
    let held = !viewer_id.is_anonymous() && share(viewer_id, HOLDOUT) * 100.0 < holdout_percent;
    match held {
        true => Mode::Holdout,
        false => Mode::Live,
    }
}

/// Which of these variants, by their weights, this viewer sees of this instrument.
pub(super) fn variant(viewer_id: &ViewerId, instrument: u128, weights: &[u32]) -> Option<u8> {
    let total: u64 = weights.iter().map(|weight| u64::from(*weight)).sum();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "both halves of an id are its own"
    )]
    let salt = mix(instrument as u64, (instrument >> 64) as u64);
    let mut at = share(viewer_id, salt) * total as f64;
    for (place, weight) in (0_u8..).zip(weights) {
        at -= f64::from(*weight);
        if at < 0.0 {
            return Some(place);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn viewer(number: u32) -> ViewerId {
        ViewerId::parse(&format!("viewer-{number}")).expect("an id")
    }

    #[test]
    fn about_as_many_are_held_out_as_should_be_and_they_stay_it() {
        let held = |percent: f64| {
            let held = |n: &u32| mode(&viewer(*n), false, percent) == Mode::Holdout;
            (0..20_000).filter(held).count()
        };
        assert_eq!(held(0.0), 0);
        assert_eq!(held(100.0), 20_000);
        let five = held(5.0);
        // Within four standard deviations of 1,000.
        assert!((876..=1_124).contains(&five), "{five}");
        let ten = |n: u32| mode(&viewer(n), false, 10.0) == Mode::Holdout;
        let five = |n: u32| mode(&viewer(n), false, 5.0) == Mode::Holdout;
        assert!(
            (0..20_000).all(|n| !five(n) || ten(n)),
            "a larger share takes nobody out of it"
        );
    }

    #[test]
    fn these_viewers_are_held_out_for_good() {
        let held: Vec<u32> = (0..60)
            .filter(|n| mode(&viewer(*n), false, 5.0) == Mode::Holdout)
            .collect();
        assert_eq!(held, FROZEN);
    }

    /// Another list here would mean that experiments under way have changed hands.
    const FROZEN: [u32; 4] = [1, 31, 55, 57];

    #[test]
    fn who_is_nobody_in_particular_is_not_held_out() {
        assert_eq!(mode(&ViewerId::anonymous(7), false, 100.0), Mode::Live);
    }

    #[test]
    fn alice_and_the_viewers_of_the_demo_are_not_held_out_by_the_usual_share() {
        for name in ["alice", "demo-a", "demo-b"] {
            let viewer = ViewerId::parse(name).expect("an id");
            assert_eq!(mode(&viewer, false, 5.0), Mode::Live, "{name}");
        }
    }

    #[test]
    fn who_tries_out_is_never_held_out() {
        assert_eq!(mode(&viewer(1), true, 100.0), Mode::Test);
    }

    #[test]
    fn variants_are_met_by_their_weights_and_each_instrument_deals_anew() {
        let of = |n: u32, instrument| variant(&viewer(n), instrument, &[1, 3]);
        let second = (0..20_000).filter(|n| of(*n, 7) == Some(1)).count();
        assert!((14_755..=15_245).contains(&second), "{second}");
        assert_eq!(of(5, 7), of(5, 7));
        let same = (0..20_000).filter(|n| of(*n, 7) == of(*n, 8)).count();
        // Independent deals agree in 1/16 + 9/16 of the viewers.
        assert!((12_200..=12_800).contains(&same), "{same}");
    }

    #[test]
    fn without_variants_there_is_none_to_see() {
        assert_eq!(variant(&viewer(1), 7, &[]), None);
    }
}
