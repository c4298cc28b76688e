//! A compiled audience says what the rule says, of every viewer.

use proptest::prelude::*;

use super::*;
use crate::viewers::{Profile, Value};

const NAMES: [&str; 4] = [
    "demography.age",
    "behaviour.visits",
    "psychograph.likes",
    "attributes.plan",
];
const TEXTS: [&str; 4] = ["birds", "Birds", "coffee", "free"];

fn name(text: &str) -> AttributeName {
    AttributeName::parse(text).expect("a name")
}

/// What the rule means, said with the texts themselves.
fn naive(rule: &Rule, profile: &Profile) -> bool {
    match rule {
        Rule::All(rules) => rules.iter().all(|rule| naive(rule, profile)),
        Rule::Any(rules) => rules.iter().any(|rule| naive(rule, profile)),
        Rule::Not(rule) => !naive(rule, profile),
        Rule::Test(name, check) => match (check, profile.attributes.get(name)) {
            (Check::Exists(there), value) => value.is_some() == *there,
            (_, None) => false,
            (Check::Equal(wanted, is), Some(value)) => {
                let equal = match (wanted, value) {
                    (Scalar::Bool(a), Value::Bool(b)) => a == b,
                    (Scalar::Number(a), Value::Number(b)) => a == b,
                    (Scalar::Text(a), Value::Text(b)) => a == b,
                    _ => false,
                };
                equal == *is
            }
            (Check::In(texts, is), Some(value)) => {
                let among = match value {
                    Value::Text(text) => texts.contains(text),
                    Value::List(own) => own.iter().any(|text| texts.contains(text)),
                    Value::Bool(_) | Value::Number(_) => false,
                };
                among == *is
            }
            (Check::Compare(relation, right), Some(Value::Number(left))) => match relation {
                Relation::Less => left < right,
                Relation::AtMost => left <= right,
                Relation::Greater => left > right,
                Relation::AtLeast => left >= right,
            },
            (Check::Contains(text), Some(Value::List(own))) => own.contains(text),
            (Check::Compare(..) | Check::Contains(_), Some(_)) => false,
        },
    }
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(proptest::sample::select(&TEXTS[..]), 0..4)
        .prop_map(|texts| texts.into_iter().map(str::to_owned).collect())
}

fn text() -> impl Strategy<Value = String> {
    proptest::sample::select(&TEXTS[..]).prop_map(str::to_owned)
}

fn number() -> impl Strategy<Value = f64> {
    (-2..3_i32).prop_map(f64::from)
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        number().prop_map(Value::Number),
        text().prop_map(Value::Text),
        texts().prop_map(Value::List),
    ]
}

fn profile() -> impl Strategy<Value = Profile> {
    let attribute = (proptest::sample::select(&NAMES[..]).prop_map(name), value());
    proptest::collection::btree_map(attribute.0, attribute.1, 0..4).prop_map(|attributes| Profile {
        attributes,
        ..Profile::default()
    })
}

fn check() -> impl Strategy<Value = Check> {
    let scalar = prop_oneof![
        any::<bool>().prop_map(Scalar::Bool),
        number().prop_map(Scalar::Number),
        text().prop_map(Scalar::Text),
    ];
    let relation = proptest::sample::select(
        &[
            Relation::Less,
            Relation::AtMost,
            Relation::Greater,
            Relation::AtLeast,
        ][..],
    );
    prop_oneof![
        (scalar, any::<bool>()).prop_map(|(scalar, is)| Check::Equal(scalar, is)),
        (texts(), any::<bool>()).prop_map(|(texts, is)| Check::In(texts, is)),
        (relation, number()).prop_map(|(relation, number)| Check::Compare(relation, number)),
        text().prop_map(Check::Contains),
        any::<bool>().prop_map(Check::Exists),
    ]
}

fn rule() -> impl Strategy<Value = Rule> {
    let test = (proptest::sample::select(&NAMES[..]).prop_map(name), check())
        .prop_map(|(name, check)| Rule::Test(name, check));
    test.prop_recursive(4, 24, 4, |inner| {
        let several = proptest::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            several.clone().prop_map(Rule::All),
            several.prop_map(Rule::Any),
            inner.prop_map(|rule| Rule::Not(Box::new(rule))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_compiled_rule_holds_where_the_rule_itself_does(rule in rule(), profile in profile()) {
        prop_assert_eq!(Audience::compile(&rule).holds(&Attributes::of(&profile)), naive(&rule, &profile));
    }
}

#[test]
fn an_attribute_that_is_not_there_fails_every_test_but_not_exists() {
    let nobody = Attributes::default();
    let test = |check| Audience::compile(&Rule::Test(name("demography.age"), check)).holds(&nobody);
    assert!(!test(Check::Equal(Scalar::Number(1.0), true)));
    assert!(!test(Check::Equal(Scalar::Number(1.0), false)));
    assert!(!test(Check::In(vec!["x".to_owned()], false)));
    assert!(!test(Check::Compare(Relation::Less, 99.0)));
    assert!(!test(Check::Contains("x".to_owned())));
    assert!(!test(Check::Exists(true)));
    assert!(test(Check::Exists(false)));
}
