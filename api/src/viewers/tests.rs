//! What a viewer is to decisions, and what its consent keeps from them.

use super::*;

fn stored(personalisation: bool) -> Stored {
    let likes = AttributeName::parse("psychograph.likes").expect("a name");
    let profile = Profile {
        attributes: [(likes, Value::List(vec!["birds".to_owned()]))].into(),
        consent: Consent { personalisation },
    };
    Stored {
        profile: Some((profile, Time::from_ms(0))),
        exposures: Vec::new(),
    }
}

fn alice() -> ViewerId {
    ViewerId::parse("alice").expect("an id")
}

#[test]
fn without_consent_decisions_see_nothing_of_a_profile() {
    let schema = Schema::default();
    let with = read(&alice(), stored(true), &schema);
    assert!(with.attributes.get(Code::of("psychograph.likes")).is_some());
    assert_eq!(with.pieces.len(), 1);
    let without = read(&alice(), stored(false), &schema);
    assert_eq!(without, read(&alice(), Stored::default(), &schema));
}
