//! The gate promotes what is better, refuses what is not or cannot be known, and spends its alpha once.

use super::*;
use crate::draw::{mix, uniform};
use crate::off_policy::Step;

/// Evidence of a challenger whose choice engages `gain` more than the champion's .2, both chosen half
/// of the time, by `rows` rows of a quarter as many viewers; the challenger's probabilities are off by
/// `bias`.
fn evidence(rows: u64, gain: f64, bias: f64, seed: u64) -> Evidence {
    let mut evidence = Evidence::default();
    for row in 0..rows {
        let right = uniform(mix(seed, 1), row) < 0.5;
        let truth = if right { 0.2 + gain } else { 0.2 };
        let engaged = uniform(mix(seed, 2), row) < truth;
        let step = |target| Step {
            group: row % rows.div_ceil(4),
            reward: f64::from(u8::from(engaged)),
            propensity: 0.5,
            target: f64::from(u8::from(target)),
            said_chosen: 0.0,
            said_target: 0.0,
        };
        evidence.challenger.push(step(right));
        evidence.champion.push(step(!right));
        let judged = |probability: f64| Judged {
            probability: probability.clamp(0.01, 0.99),
            engaged,
        };
        evidence.challenger_judged.push(judged(truth + bias));
        evidence.champion_judged.push(judged(0.2 + gain / 2.0));
        let loss = |said: &[Judged]| {
            let last = said[said.len() - 1];
            crate::metrics::log_loss(last.probability, last.engaged)
        };
        let less = loss(&evidence.champion_judged) - loss(&evidence.challenger_judged);
        evidence.log_loss_gains.push((row % rows.div_ceil(4), less));
    }
    evidence
}

fn failed(verdict: &Verdict) -> Vec<&str> {
    let failed = verdict.checks.iter().filter(|check| !check.passed);
    failed.map(|check| check.name.as_str()).collect()
}

#[test]
fn a_clear_gain_is_promoted_and_said_in_a_sentence() {
    let verdict = Gate::default().judge(&evidence(4_000, 0.3, 0.0, 1), Rule::Better, 1);
    assert!(verdict.promote, "{}", verdict.why);
    assert!(verdict.gain_low > 0.0 && verdict.gain_low < 0.3 && verdict.gain_high > 0.3);
    assert!(
        verdict
            .why
            .starts_with("Promoted as better: on 4000 held-out rows of 1000 viewers"),
        "{}",
        verdict.why
    );
    let json = serde_json::to_string(&verdict).unwrap();
    assert_eq!(serde_json::from_str::<Verdict>(&json).unwrap(), verdict);
}

#[test]
fn no_gain_is_refused() {
    let verdict = Gate::default().judge(&evidence(4_000, 0.0, 0.0, 1), Rule::Better, 1);
    assert!(!verdict.promote);
    assert!(
        failed(&verdict).contains(&"gain, lower bound"),
        "{}",
        verdict.why
    );
    assert!(
        verdict.why.starts_with("Not promoted, because"),
        "{}",
        verdict.why
    );
}

#[test]
fn a_loss_is_refused_even_as_a_refresh() {
    let verdict = Gate::default().judge(&evidence(4_000, -0.15, 0.0, 1), Rule::Refresh, 1);
    assert!(
        failed(&verdict).contains(&"gain, upper bound"),
        "{}",
        verdict.why
    );
}

#[test]
fn a_refresh_needs_no_proof_of_gain_but_may_not_be_worse_at_saying_how_likely() {
    let gate = Gate::default();
    let even = gate.judge(&evidence(600, 0.1, 0.0, 2), Rule::Refresh, 1);
    assert!(even.promote, "{}", even.why);
    assert!(
        !gate
            .judge(&evidence(600, 0.1, 0.0, 1), Rule::Better, 1)
            .promote
    );
    let worse = gate.judge(&evidence(600, 0.1, 0.25, 1), Rule::Refresh, 1);
    assert!(
        failed(&worse).contains(&"log loss gain, upper bound"),
        "{}",
        worse.why
    );
}

#[test]
fn too_few_rows_are_refused_however_good_they_look() {
    let verdict = Gate::default().judge(&evidence(100, 0.7, 0.0, 1), Rule::Better, 1);
    let failed = failed(&verdict);
    assert!(
        failed.contains(&"rows") && failed.contains(&"viewers"),
        "{}",
        verdict.why
    );
    let nothing = Gate::default().judge(&Evidence::default(), Rule::Better, 1);
    assert!(!nothing.promote);
    assert!(
        !Gate::default()
            .judge(&Evidence::default(), Rule::Refresh, 1)
            .promote
    );
}

#[test]
fn probabilities_far_from_rates_are_refused() {
    let verdict = Gate::default().judge(&evidence(4_000, 0.3, 0.15, 1), Rule::Better, 1);
    assert!(failed(&verdict).contains(&"calibration"), "{}", verdict.why);
}

#[test]
fn all_looks_together_spend_no_more_than_alpha() {
    let gate = Gate::default();
    let spent: f64 = (1..100_000).map(|look| gate.alpha_at(look)).sum();
    assert!(spent < 0.01 && spent > 0.00999, "{spent}");
    assert!(gate.alpha_at(2) < gate.alpha_at(1));
    assert_eq!(gate.alpha_at(0), gate.alpha_at(1));
    let bounds = |look| {
        gate.judge(&evidence(1_000, 0.1, 0.0, 1), Rule::Better, look)
            .gain_low
    };
    assert!(bounds(20) < bounds(1), "a later look asks for more");
}

#[test]
fn looking_often_at_nothing_promotes_as_rarely_as_promised() {
    let gate = GateParams {
        alpha: 0.2,
        gain_min: 0.0,
        ..GateParams::default()
    };
    let gate = gate.check().unwrap();
    let fooled = |seed: &u64| {
        (1..=8).any(|look| {
            gate.judge(
                &evidence(u64::from(look) * 500, 0.0, 0.0, *seed),
                Rule::Better,
                look,
            )
            .promote
        })
    };
    let count = (0..150).filter(fooled).count();
    // At most a fifth; the looks share their rows, so it is less.
    assert!(count <= 36, "{count} of 150");
}

#[test]
fn gates_out_of_bounds_are_refused() {
    let check = |change: fn(&mut GateParams)| {
        let mut params = GateParams::default();
        change(&mut params);
        params.check().map(|_| ())
    };
    assert_eq!(check(|_| ()), Ok(()));
    assert_eq!(
        check(|params| params.alpha = 0.0),
        Err(GateError::Alpha(0.0))
    );
    assert!(check(|params| params.alpha = f64::NAN).is_err());
    assert_eq!(check(|params| params.blocks = 1), Err(GateError::Blocks(1)));
    assert_eq!(
        check(|params| params.gain_min = -0.1),
        Err(GateError::Bound("gain_min"))
    );
    assert!(check(|params| params.effective_min = f64::NAN).is_err());
}
