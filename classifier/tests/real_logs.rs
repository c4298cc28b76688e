//! Estimators, training and the gate on public logs, where they lie beside the checkout.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use std::path::PathBuf;

use beckon_classifier::gate::Rule;
use beckon_classifier::off_policy::{Step, ips, logged, self_normalised};
use beckon_classifier::retrain::{Recipe, retrain};
use beckon_classifier::row::{Offer, Row, group_of};
use beckon_classifier::schema::{Cross, FieldParams, Kind, SchemaParams};

/// The text of a public log, or a plain word that it is not here.
fn read(name: &str) -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/data/learning")
        .join(name);
    let text = std::fs::read_to_string(path).ok();
    if text.is_none() {
        println!("left out: {name} does not lie beside the checkout");
    }
    text
}

/// Splits a line of CSV; quotes hold commas.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            _ => cells.last_mut().unwrap().push(letter),
        }
    }
    cells
}

/// The log as the uniform policy over its 34 items would have met it.
fn uniform_over_items(text: &str) -> Vec<Step> {
    let step = |(row, line): (usize, &str)| {
        let cells = cells(line);
        Step {
            group: row as u64,
            reward: cells[4].parse().unwrap(),
            propensity: cells[5].parse().unwrap(),
            target: 1.0 / 34.0,
            said_chosen: 0.0,
            said_target: 0.0,
        }
    };
    text.lines().skip(1).enumerate().map(step).collect()
}

#[test]
fn the_uniform_policy_is_valued_from_the_open_bandit_log_as_others_value_it() {
    let Some(text) = read("open_bandit/bts/men/men.csv") else {
        return;
    };
    let steps = uniform_over_items(&text);
    let (ips, snips) = (ips(&steps), self_normalised(&steps));
    println!("ips {ips:?}\nsnips {snips:?}");
    assert_eq!(steps.len(), 10_000);
    assert_eq!(steps.iter().map(|step| step.reward).sum::<f64>(), 69.0);
    assert!((ips.value - 0.00301).abs() < 5e-6, "{ips:?}");
    assert!((snips.value - 0.00319).abs() < 5e-6, "{snips:?}");
    assert!((ips.effective_rows - 656.0).abs() < 1.0, "{ips:?}");
    let Some(text) = read("open_bandit/random/men/men.csv") else {
        return;
    };
    let on_policy = logged(&uniform_over_items(&text));
    assert!((on_policy.value - 0.0046).abs() < 1e-9, "{on_policy:?}");
    assert!(
        (1.96 * ips.standard_error - 0.00152).abs() < 5e-6,
        "{ips:?}"
    );
    let error = ips.standard_error.hypot(on_policy.standard_error);
    assert!(
        (ips.value - on_policy.value).abs() < 1.96 * error,
        "{ips:?} {on_policy:?}"
    );
}

fn hillstrom_schema() -> SchemaParams {
    let viewer = ["recency", "history", "bought", "zip", "newbie", "channel"];
    let mut fields: Vec<FieldParams> = viewer
        .iter()
        .map(|name| FieldParams {
            name: format!("viewer.{name}"),
            kind: match *name {
                "recency" => Kind::Number {
                    edges: vec![3.0, 6.0, 9.0],
                },
                _ => Kind::Word,
            },
        })
        .collect();
    let crosses = fields.iter().map(|field| Cross {
        shared: field.name.clone(),
        candidate: "candidate.instrument".to_owned(),
    });
    let crosses = crosses.collect();
    fields.push(FieldParams {
        name: "candidate.instrument".to_owned(),
        kind: Kind::Word,
    });
    SchemaParams {
        version: 1,
        slots: 1 << 12,
        seed: 1,
        fields,
        crosses,
    }
}

fn hillstrom_rows(text: &str) -> Vec<Row> {
    let schema = hillstrom_schema().check().unwrap();
    let word = |field: &str, word: &str| schema.word(schema.field(field).unwrap(), word);
    let arms = ["Mens E-Mail", "Womens E-Mail", "No E-Mail"];
    let row = |(number, line): (usize, &str)| {
        let cells = cells(line);
        let recency = cells[0].parse().unwrap();
        let offer = |arm: &&str| Offer {
            instrument: (*arm).to_owned(),
            pieces: vec![word("candidate.instrument", arm)],
            score: 0.0,
            propensity: 1.0 / 3.0,
        };
        Row {
            decided_at_ms: number as i64,
            group: group_of(&number.to_string(), 1),
            viewer: vec![
                schema
                    .number(schema.field("viewer.recency").unwrap(), recency)
                    .unwrap(),
                word("viewer.history", &cells[1]),
                word("viewer.bought", &format!("{}{}", cells[3], cells[4])),
                word("viewer.zip", &cells[5]),
                word("viewer.newbie", &cells[6]),
                word("viewer.channel", &cells[7]),
            ],
            context: vec![],
            offers: arms.iter().map(offer).collect(),
            chosen: arms.iter().position(|arm| *arm == cells[8]).unwrap(),
            engaged: cells[9] == "1",
            weight: 1.0,
            schema: schema.digest().to_owned(),
            model: "none".to_owned(),
            policy: "uniform".to_owned(),
        }
    };
    text.lines().skip(1).enumerate().map(row).collect()
}

#[test]
fn the_gate_says_honestly_that_hillstroms_best_arm_is_not_beaten() {
    let Some(text) = read("hillstrom.csv") else {
        return;
    };
    let rows = hillstrom_rows(&text);
    let mut recipe = Recipe {
        schema: hillstrom_schema(),
        ..Recipe::default()
    };
    // Forty thousand rows, not five hundred: smaller steps, one pass.
    recipe.train.alpha = 0.05;
    recipe.train.beta = 1.0;
    recipe.train.epochs = 1;
    let lesson = retrain(&rows, None, &recipe, 1, 7).unwrap();
    let (verdict, facts) = (&lesson.verdict, lesson.model.facts());
    println!("{}\n{facts:?}\n{:?}", verdict.why, verdict.champion_value);
    assert_eq!(verdict.rule, Rule::Better);
    assert!(!verdict.promote, "{}", verdict.why);
    // It does learn: who visits is partly known beforehand. It only does not matter for the choice.
    assert!(facts.auc.unwrap() > 0.63, "{facts:?}");
    assert!(facts.log_loss.unwrap() < facts.base_log_loss.unwrap());
    assert!(facts.ece.unwrap() < 0.02, "{facts:?}");
    assert!(
        (verdict.champion_value.value - 0.183).abs() < 0.01,
        "always the men's mail"
    );
    assert!((verdict.logged.value - 0.147).abs() < 0.01);
}
