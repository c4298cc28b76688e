//! Money in the ranking: what it adds to a candidate's worth, and that chances stay exact.

use serde_json::Value;

use super::{Case, cases};

/// The candidates of a golden case, as its explanation tells them.
fn candidates(case: &Case) -> Vec<Value> {
    let decided = case.decide(None).expect("a decision");
    let told: Value = serde_json::from_str(&decided.json).expect("JSON");
    let candidates = told["explanation"]["candidates"].as_array();
    candidates.expect("candidates").clone()
}

fn number(candidate: &Value, field: &str) -> f64 {
    candidate[field]
        .as_f64()
        .unwrap_or_else(|| panic!("{field} of {candidate}"))
}

#[test]
fn a_candidate_has_the_odds_of_what_it_is_expected_to_bring_and_is_drawn_by_them() {
    let cases = cases();
    for (name, paid) in [
        ("value_tips_the_balance_within_a_tier", ("paid", 5.0)),
        ("value_of_two_currencies", ("forint", 3.0 * 0.0026)),
        // Half of them click, at 200.00.
        (
            "value_per_click_of_who_is_often_clicked",
            ("click", 200.0 * 501.0 / 1010.0),
        ),
        ("value_goes_with_the_weight", ("paid", 5.0)),
    ] {
        let told = candidates(&cases[name]);
        let expected = |one: &Value| {
            let score = number(one, "score");
            let worth = (score / (1.0 - score)).ln() + number(one, "weight").ln();
            one["value"]
                .as_f64()
                .map_or(worth, |value| worth + (value / score).ln_1p())
        };
        let sum: f64 = told.iter().map(|one| expected(one).exp()).sum();
        for one in &told {
            assert!(
                (number(one, "worth") - expected(one)).abs() < 1e-4,
                "{name}: {one}"
            );
            // Popularity explores: a tenth blind, and odds as they are.
            let chance = 0.1 / told.len() as f64 + 0.9 * expected(one).exp() / sum;
            assert!(
                (number(one, "propensity") - chance).abs() < 1e-4,
                "{name}: {one}"
            );
        }
        let of = told.iter().find(|one| one["name"] == paid.0).expect("it");
        assert!((number(of, "value") - paid.1).abs() < 1e-6, "{name}: {of}");
    }
}

#[test]
fn where_money_does_not_count_nothing_is_said_of_it() {
    let cases = cases();
    for name in [
        "value_that_is_not_said_does_not_count",
        "value_of_a_currency_that_is_not_named",
    ] {
        for one in candidates(&cases[name]) {
            assert_eq!(one.get("value"), None, "{name}");
        }
    }
}
