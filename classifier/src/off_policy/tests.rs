//! The estimators against truths that are known by construction.

use super::*;
use crate::draw::{mix, uniform};

const TRUTH: [f64; 3] = [0.1, 0.2, 0.5];
const LOGGING: [f64; 3] = [0.5, 0.3, 0.2];

/// Logged choices of a fixed policy in a fixed world, judged for a target; the model says `said`.
fn logs(rows: u64, seed: u64, target: [f64; 3], said: [f64; 3]) -> Vec<Step> {
    let step = |row: u64| {
        let at = uniform(mix(seed, 1), row);
        let chosen = if at < 0.5 {
            0
        } else if at < 0.8 {
            1
        } else {
            2
        };
        Step {
            group: row,
            reward: f64::from(u8::from(uniform(mix(seed, 2), row) < TRUTH[chosen])),
            propensity: LOGGING[chosen],
            target: target[chosen],
            said_chosen: said[chosen],
            said_target: target
                .iter()
                .zip(said)
                .map(|(chance, said)| chance * said)
                .sum(),
        }
    };
    (0..rows).map(step).collect()
}

fn covered(of: impl Fn(u64) -> (Estimate, f64)) -> usize {
    let inside = |seed: &u64| {
        let (estimate, truth) = of(*seed);
        let (low, high) = estimate.interval(1.96);
        (low..=high).contains(&truth)
    };
    (0..200).filter(inside).count()
}

#[test]
fn the_intervals_hold_the_truth_as_often_as_they_claim() {
    let target = [0.1, 0.1, 0.8];
    let truth = 0.1 * 0.1 + 0.1 * 0.2 + 0.8 * 0.5;
    for (name, count) in [
        (
            "logged",
            covered(|seed| (logged(&logs(800, seed, target, TRUTH)), 0.21)),
        ),
        (
            "ips",
            covered(|seed| (ips(&logs(800, seed, target, TRUTH)), truth)),
        ),
        (
            "snips",
            covered(|seed| (self_normalised(&logs(800, seed, target, TRUTH)), truth)),
        ),
        (
            "dr",
            covered(|seed| (doubly_robust(&logs(800, seed, target, TRUTH)), truth)),
        ),
        (
            "dr, wrong model",
            covered(|seed| {
                (
                    doubly_robust(&logs(800, seed, target, [0.6, 0.0, 0.1])),
                    truth,
                )
            }),
        ),
    ] {
        // 200 tries of 95 %: 190 on average, standard deviation 3.1.
        assert!((178..=200).contains(&count), "{name}: {count} of 200");
    }
}

#[test]
fn a_good_model_makes_the_doubly_robust_estimate_narrower() {
    let steps = logs(2_000, 1, [0.0, 0.0, 1.0], TRUTH);
    assert!(doubly_robust(&steps).standard_error < ips(&steps).standard_error);
    assert!(self_normalised(&steps).standard_error < ips(&steps).standard_error);
}

#[test]
fn a_policy_is_worth_what_it_logged_if_it_is_the_one_that_logged() {
    let steps = logs(1_000, 2, LOGGING, TRUTH);
    assert!((ips(&steps).value - logged(&steps).value).abs() < 1e-12);
    assert!((ips(&steps).effective_rows - 1_000.0).abs() < 1e-6);
    assert!(paired_difference(&steps, &steps).value.abs() < 1e-12);
}

#[test]
fn a_paired_difference_is_narrower_than_two_values_apart() {
    let (left, right) = (
        logs(2_000, 3, [0.2, 0.3, 0.5], TRUTH),
        logs(2_000, 3, [0.2, 0.35, 0.45], TRUTH),
    );
    let paired = paired_difference(&left, &right);
    let apart = doubly_robust(&left)
        .standard_error
        .hypot(doubly_robust(&right).standard_error);
    assert!(paired.standard_error < apart / 3.0, "{paired:?} {apart}");
    let truth = 0.05 * 0.5 - 0.05 * 0.2;
    assert!((paired.value - truth).abs() < 4.0 * paired.standard_error);
}

#[test]
fn rows_of_one_viewer_count_as_one_draw() {
    let alone: Vec<(u64, f64)> = (0..400).map(|row| (row, f64::from(row % 2 == 0))).collect();
    // Each group all alike: ten times the same row is one row's worth.
    let together: Vec<(u64, f64)> = (0..400)
        .map(|row| (row / 10, f64::from((row / 10) % 2 == 0)))
        .collect();
    let ratio = mean(&together).standard_error / mean(&alone).standard_error;
    assert!((ratio - 10.0_f64.sqrt()).abs() < 0.1, "{ratio}");
    assert_eq!(mean(&together).groups, 40);
}

#[test]
fn nothing_to_go_by_gives_zero_and_not_nan() {
    for estimate in [
        ips(&[]),
        self_normalised(&[]),
        doubly_robust(&[]),
        logged(&[]),
        paired_difference(&[], &[]),
    ] {
        assert_eq!(estimate, Estimate::default());
    }
    let never = logs(50, 1, [0.0, 0.0, 0.0], TRUTH);
    assert_eq!(self_normalised(&never).value, 0.0);
    assert_eq!(self_normalised(&never).effective_rows, 0.0);
    assert_eq!(mean(&[(1, 0.5)]).standard_error, 0.0);
}
