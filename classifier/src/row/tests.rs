//! Rows survive both of their written forms, and broken ones are refused by rule.

use super::*;
use crate::schema::Schema;

/// A small whole row, for the tests of this crate.
pub(crate) fn example() -> Row {
    let schema = Schema::default();
    let word = |field: &str, word: &str| schema.word(schema.field(field).unwrap(), word);
    let offer = |name: &str, propensity| Offer {
        instrument: name.to_owned(),
        pieces: vec![word("candidate.instrument", name)],
        score: -1.25,
        propensity,
    };
    Row {
        decided_at_ms: 1_700_000_000_000,
        group: group_of("alice", 1),
        viewer: vec![word("viewer.psychograph", "curious")],
        context: vec![word("context.seen", "ball")],
        offers: vec![offer("a", 0.75), offer("b", 0.25)],
        chosen: 1,
        engaged: true,
        weight: 1.0,
        schema: schema.digest().to_owned(),
        model: "popularity".to_owned(),
        policy: "softmax-e0.1-t0.4".to_owned(),
    }
}

#[test]
fn a_row_survives_json_and_bytes() {
    let row = example();
    assert_eq!(Row::from_json_line(&row.to_json_line()).unwrap(), row);
    let bytes = row.to_bytes().unwrap();
    assert_eq!(Row::from_bytes(&bytes).unwrap(), row);
    assert!(bytes.len() * 2 < row.to_json_line().len());
}

#[test]
fn a_row_of_yesterday_is_still_read() {
    let line = r#"{"decided_at_ms":5,"group":"00000000000000ff","viewer":["0000000000000001"],"context":[],
        "offers":[{"instrument":"a","score":0.5,"propensity":1.0}],"chosen":0,"engaged":false,
        "schema":"s","model":"m","policy":"p"}"#;
    let row = Row::from_json_line(line).unwrap();
    assert_eq!(
        (row.group, row.weight, row.is_replayable()),
        (255, 1.0, false)
    );
}

#[test]
fn cut_or_padded_bytes_are_refused() {
    let bytes = example().to_bytes().unwrap();
    for cut in 0..bytes.len() {
        assert_eq!(
            Row::from_bytes(&bytes[..cut]),
            Err(RowError::Bytes),
            "cut at {cut}"
        );
    }
    let mut longer = bytes;
    longer.push(0);
    assert_eq!(Row::from_bytes(&longer), Err(RowError::Bytes));
}

#[test]
fn broken_rows_are_refused_by_rule() {
    let check = |change: fn(&mut Row)| {
        let mut row = example();
        change(&mut row);
        row.check()
    };
    assert_eq!(check(|_| ()), Ok(()));
    assert_eq!(check(|row| row.offers.clear()), Err(RowError::Offers(0)));
    assert_eq!(check(|row| row.chosen = 2), Err(RowError::Chosen(2, 2)));
    assert_eq!(
        check(|row| row.offers[1].propensity = 0.0),
        Err(RowError::Propensity(0.0))
    );
    assert!(check(|row| row.offers[1].propensity = f64::NAN).is_err());
    assert!(check(|row| row.offers[0].propensity = 0.9).is_err());
    assert!(check(|row| row.offers[0].propensity = f64::NAN).is_err());
    assert!(check(|row| row.weight = f32::NAN).is_err());
    assert_eq!(check(|row| row.weight = -1.0), Err(RowError::Weight(-1.0)));
    assert_eq!(
        check(|row| row.viewer = vec![Piece::from_u64(1); 17]),
        Err(RowError::Pieces)
    );
    assert_eq!(
        check(|row| row.model = "x".repeat(201)),
        Err(RowError::Name)
    );
}

#[test]
fn an_unknown_field_of_a_row_is_refused_by_name() {
    let line = example()
        .to_json_line()
        .replacen("\"engaged\"", "\"enraged\":1,\"engaged\"", 1);
    let refusal = Row::from_json_line(&line).unwrap_err().to_string();
    assert!(refusal.contains("enraged"), "{refusal}");
}

#[test]
fn a_group_does_not_show_the_viewer_and_tells_viewers_apart() {
    assert_ne!(group_of("alice", 1), group_of("bob", 1));
    assert_ne!(group_of("alice", 1), group_of("alice", 2));
}
