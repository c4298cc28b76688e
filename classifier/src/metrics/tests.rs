//! Each measure against a hand-computed or brute-force value.

use proptest::prelude::*;

use super::*;

fn judged(rows: &[(f64, bool)]) -> Vec<Judged> {
    let judge = |(probability, engaged): &(f64, bool)| Judged {
        probability: *probability,
        engaged: *engaged,
    };
    rows.iter().map(judge).collect()
}

#[test]
fn the_measures_of_four_rows_are_those_worked_out_by_hand() {
    let got = quality(&judged(&[
        (0.9, true),
        (0.2, false),
        (0.6, false),
        (0.6, true),
    ]));
    let want = -(0.9_f64.ln() + 0.8_f64.ln() + 0.4_f64.ln() + 0.6_f64.ln()) / 4.0;
    assert!((got.log_loss - want).abs() < 1e-12);
    assert!((got.brier - (0.01 + 0.04 + 0.36 + 0.16) / 4.0).abs() < 1e-12);
    assert!((got.base_log_loss - 2.0_f64.ln()).abs() < 1e-12);
    assert!((got.base_brier - 0.25).abs() < 1e-12);
    // Pairs: .9>.2, .9>.6, .6>.2, and .6=.6 for half.
    assert!((got.auc - 3.5 / 4.0).abs() < 1e-12);
    // Bins: .9 (off by .1), .2 (off by .2), two at .6 with rate .5 (off by .1 each).
    assert!((got.ece - (0.1 + 0.2 + 0.1 + 0.1) / 4.0).abs() < 1e-12);
}

#[test]
fn one_way_rows_have_no_curve_and_an_auc_of_half() {
    let rows = judged(&[(0.1, true), (0.9, true)]);
    assert!(roc(&rows).is_empty());
    assert_eq!(auc(&rows), 0.5);
    assert_eq!(quality(&[]), Quality::default());
}

#[test]
fn a_certain_mistake_costs_much_and_not_everything() {
    assert!(log_loss(0.0, true) > 30.0 && log_loss(0.0, true).is_finite());
    assert!(log_loss(1.0, true) < 1e-12);
}

#[test]
fn the_sigmoid_does_not_overflow() {
    assert_eq!((sigmoid(-1e9), sigmoid(0.0), sigmoid(1e9)), (0.0, 0.5, 1.0));
}

proptest! {
    #[test]
    fn the_auc_is_what_counting_all_pairs_gives(
        rows in proptest::collection::vec((0..12_u32, any::<bool>()), 2..80)
    ) {
        let rows: Vec<(f64, bool)> = rows.iter().map(|(p, e)| (f64::from(*p) / 12.0, *e)).collect();
        let (mut wins, mut pairs) = (0.0, 0.0);
        for engaged in rows.iter().filter(|row| row.1) {
            for other in rows.iter().filter(|row| !row.1) {
                pairs += 1.0;
                wins += if engaged.0 > other.0 { 1.0 } else if engaged.0 == other.0 { 0.5 } else { 0.0 };
            }
        }
        let want = if pairs == 0.0 { 0.5 } else { wins / pairs };
        prop_assert!((auc(&judged(&rows)) - want).abs() < 1e-12);
    }

    #[test]
    fn the_reliability_bins_hold_every_row(probabilities in proptest::collection::vec(0.0..=1.0_f64, 0..100)) {
        let rows: Vec<(f64, bool)> = probabilities.iter().map(|p| (*p, *p > 0.3)).collect();
        let held: u64 = reliability(&judged(&rows)).iter().map(|bin| bin.rows).sum();
        prop_assert_eq!(held, rows.len() as u64);
    }
}
