//! Rows of the simulated world, shown evenly.

use std::ops::Range;

use beckon_classifier::draw::{mix, uniform};
use beckon_classifier::row::{Offer, Row, group_of};
use beckon_classifier::schema::Schema;
use beckon_classifier::world::{Tastes, World};

/// The rows of these numbers, in a world of one seed.
pub(crate) fn simulated(tastes: Tastes, numbers: Range<u64>) -> Vec<Row> {
    let (world, schema) = (World::new(1, tastes), Schema::default());
    let word = |field: &str, word: &str| schema.word(schema.field(field).unwrap(), word);
    let offers: Vec<Offer> = world
        .instruments()
        .iter()
        .map(|instrument| Offer {
            instrument: instrument.id.to_owned(),
            pieces: vec![
                word("candidate.instrument", instrument.id),
                word("candidate.kind", instrument.kind),
                word("candidate.category", instrument.category),
            ],
            score: -2.25,
            propensity: 1.0 / 8.0,
        })
        .collect();
    let row = |number: u64| {
        let at = (uniform(1, number) * world.viewers().len() as f64) as usize;
        let chosen = (uniform(2, number) * 8.0) as usize;
        let viewer = &world.viewers()[at];
        Row {
            decided_at_ms: number as i64,
            group: group_of(&viewer.id, mix(1, 1)),
            viewer: vec![
                word("viewer.demography", viewer.demography),
                word("viewer.behaviour", viewer.behaviour),
                word("viewer.psychograph", viewer.psychograph),
            ],
            context: vec![],
            offers: offers.clone(),
            chosen,
            engaged: world.engages(at, chosen, number),
            weight: 1.0,
            schema: schema.digest().to_owned(),
            model: "popularity".to_owned(),
            policy: "uniform".to_owned(),
        }
    };
    numbers.map(row).collect()
}

/// The rows as JSON lines.
pub(crate) fn lines(rows: &[Row]) -> String {
    rows.iter().map(|row| row.to_json_line() + "\n").collect()
}
