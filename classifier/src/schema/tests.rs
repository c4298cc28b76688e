//! What a schema promises: pieces that tell values apart, a digest over all of it, clear refusals.

use super::*;

fn changed(change: impl FnOnce(&mut SchemaParams)) -> Result<Schema, SchemaError> {
    let mut params = SchemaParams::default();
    change(&mut params);
    params.check()
}

#[test]
fn pieces_of_different_fields_or_words_differ_and_know_their_field() {
    let schema = Schema::default();
    let kind = schema.field("candidate.kind").unwrap();
    let category = schema.field("candidate.category").unwrap();
    let poll = schema.word(kind, "poll");
    assert_ne!(poll, schema.word(category, "poll"));
    assert_ne!(poll, schema.word(kind, "quiz"));
    assert_eq!(
        poll,
        schema
            .piece("candidate.kind", &Value::Word("poll".into()))
            .unwrap()
    );
    assert_eq!(
        schema.params().fields[poll.field_index()].name,
        "candidate.kind"
    );
}

#[test]
fn another_seed_gives_other_pieces() {
    let other = changed(|params| params.seed += 1).unwrap();
    let word = Value::Word("poll".into());
    assert_ne!(
        Schema::default().piece("candidate.kind", &word),
        other.piece("candidate.kind", &word)
    );
}

#[test]
fn a_number_shares_its_bucket_and_an_edge_belongs_above() {
    let schema = Schema::default();
    let hour = schema.field("context.hour").unwrap();
    let piece = |number| schema.number(hour, number).unwrap();
    assert_eq!(piece(6.0), piece(9.9));
    assert_ne!(piece(5.99), piece(6.0));
    assert_eq!(piece(f64::NEG_INFINITY), piece(0.0));
    assert_eq!(piece(f64::INFINITY), piece(22.0));
    assert_eq!(schema.number(hour, f64::NAN), None);
    assert_eq!(
        schema.piece("context.hour", &Value::Word("noon".into())),
        None
    );
}

#[test]
fn an_unknown_field_has_no_piece() {
    assert_eq!(
        Schema::default().piece("viewer.shoe_size", &Value::Flag(true)),
        None
    );
}

#[test]
fn the_digest_moves_with_everything_that_gives_meaning() {
    let base = Schema::default().digest().to_owned();
    let variants = [
        changed(|params| params.version += 1),
        changed(|params| params.slots *= 2),
        changed(|params| params.seed += 1),
        changed(|params| params.fields.swap(0, 1)),
        changed(|params| {
            params.crosses.pop();
        }),
        changed(|params| params.fields[8].kind = Kind::Number { edges: vec![6.0] }),
        changed(|params| params.fields[0].name = "viewer.other".into()).or(changed(|params| {
            params.crosses.clear();
            params.fields[0].name = "viewer.other".into();
        })),
    ];
    for variant in variants {
        assert_ne!(variant.unwrap().digest(), base);
    }
    assert_eq!(changed(|_| ()).unwrap().digest(), base);
}

#[test]
fn a_schema_survives_json_with_its_digest() {
    let schema = Schema::default();
    let json = serde_json::to_string(schema.params()).unwrap();
    let back: SchemaParams = serde_json::from_str(&json).unwrap();
    assert_eq!(back.check().unwrap().digest(), schema.digest());
    assert!(serde_json::from_str::<SchemaParams>(&json.replacen("version", "versoin", 1)).is_err());
}

#[test]
fn the_default_schema_is_frozen() {
    assert_eq!(
        Schema::default().digest(),
        "5029ed1c80f24ff009c84213f61abea7b50da0d2ac4ddde99103c092dfebd09f",
        "a changed default schema makes stored pieces and models useless: raise the version knowingly"
    );
}

#[test]
fn broken_schemas_are_refused_with_their_bound() {
    let refused = |change: fn(&mut SchemaParams)| changed(change).unwrap_err();
    assert_eq!(
        refused(|params| params.slots = 1000),
        SchemaError::Slots(1000)
    );
    assert_eq!(
        refused(|params| params.slots = 1 << 25),
        SchemaError::Slots(1 << 25)
    );
    assert_eq!(
        refused(|params| params.fields.clear()),
        SchemaError::FieldCount(0)
    );
    assert!(matches!(
        refused(|params| params.fields[0].name = "age".into()),
        SchemaError::FieldName(_)
    ));
    assert!(matches!(
        refused(|params| params.fields[0].name = "viewer.".into()),
        SchemaError::FieldName(_)
    ));
    assert!(matches!(
        refused(|params| params.fields[1].name = params.fields[0].name.clone()),
        SchemaError::FieldTwice(_)
    ));
    for edges in [
        vec![],
        vec![2.0, 1.0],
        vec![1.0, 1.0],
        vec![f64::NAN],
        vec![f64::INFINITY],
    ] {
        let refusal = changed(|params| params.fields[8].kind = Kind::Number { edges }).unwrap_err();
        assert_eq!(refusal, SchemaError::Edges("context.hour".into()));
    }
    assert!(matches!(
        refused(|params| params.crosses[0].shared = "viewer.none".into()),
        SchemaError::CrossUnknown(_)
    ));
    assert!(matches!(
        refused(|params| params.crosses[0].candidate = "context.media".into()),
        SchemaError::CrossSides(_, _)
    ));
}

#[test]
fn a_piece_is_sixteen_hex_digits_and_nothing_else() {
    let piece = Piece::from_u64(0x00AB_CDEF_0123_4567);
    assert_eq!(piece.to_string(), "00abcdef01234567");
    assert_eq!(
        serde_json::to_string(&piece).unwrap(),
        "\"00abcdef01234567\""
    );
    assert_eq!("00abcdef01234567".parse::<Piece>().unwrap(), piece);
    for text in [
        "",
        "abc",
        "+0abcdef01234567",
        "00abcdef0123456g",
        "00abcdef012345678",
    ] {
        assert!(text.parse::<Piece>().is_err(), "{text}");
    }
}
