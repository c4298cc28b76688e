//! A compiled audience says what the rule says, of every viewer.

use proptest::prelude::*;

use super::*;
use crate::viewers::{Attributes, Declared, Profile, Value, declared};

const NAMES: [&str; 8] = [
    "demography.age",
    "behaviour.visits",
    "behaviour.last_seen",
    "behaviour.app_version",
    "psychograph.likes",
    "attributes.plan",
    "attributes.beta",
    "attributes.novel",
];
const TEXTS: [&str; 8] = [
    "birds",
    "Birds",
    "bird",
    "free",
    "2026-11-20",
    "2026-11-21T00:00:00Z",
    "17.4",
    "17.10.2",
];
const WANTED: [&str; 4] = [">=17.4, <18", "^17.10", "=17.4.0", "*"];

fn name(text: &str) -> AttributeName {
    AttributeName::parse(text).expect("a name")
}

/// What the rule means, said with the texts themselves.
fn naive(rule: &Rule, profile: &Profile, saved: &Rule) -> bool {
    match rule {
        Rule::All(rules) => rules.iter().all(|rule| naive(rule, profile, saved)),
        Rule::Any(rules) => rules.iter().any(|rule| naive(rule, profile, saved)),
        Rule::Not(rule) => !naive(rule, profile, saved),
        Rule::Saved(_) => naive(saved, profile, saved),
        Rule::Test(name, check) => match (check, profile.attributes.get(name)) {
            (Check::Exists(there), value) => value.is_some() == *there,
            (_, None) => false,
            // A text of a date or version is one, where it reads as one.
            (check, Some(Value::Text(text))) if is_date(name, text) => {
                let at = declared::date(text).expect("it reads as one");
                match check {
                    Check::Before(than) => at < *than,
                    Check::After(than) => at > *than,
                    Check::Within(from, to) => *from <= at && at <= *to,
                    other => is_other(other),
                }
            }
            (check, Some(Value::Text(text))) if is_version(name, text) => match check {
                Check::Semver(wanted) => {
                    wanted.matches(&declared::version(text).expect("it reads as one"))
                }
                other => is_other(other),
            },
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
            (Check::InNumbers(numbers, is), Some(Value::Number(number))) => {
                numbers.iter().any(|one| one == number) == *is
            }
            (Check::InNumbers(_, is), Some(_)) => !is,
            (Check::Between(from, to), Some(Value::Number(number))) => {
                from <= number && number <= to
            }
            (Check::Contains(text), Some(Value::List(own))) => own.contains(text),
            (Check::Contains(part), Some(Value::Text(text))) => text.contains(part),
            (Check::StartsWith(start), Some(Value::Text(text))) => text.starts_with(start),
            (_, Some(_)) => false,
        },
    }
}

fn is_date(name: &AttributeName, text: &str) -> bool {
    name.key == "last_seen" && declared::date(text).is_some()
}

fn is_version(name: &AttributeName, text: &str) -> bool {
    name.key == "app_version" && declared::version(text).is_some()
}

/// What a test says of a value of another type: it is there, and is none of what was meant.
fn is_other(check: &Check) -> bool {
    matches!(
        check,
        Check::Equal(_, false) | Check::In(_, false) | Check::InNumbers(_, false)
    )
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

/// Around the dates among the texts, and on them.
fn moment() -> impl Strategy<Value = Time> {
    let day = Time::parse("2026-11-20T00:00:00Z").expect("a moment");
    (-2..3_i64).prop_map(move |half_days| day.plus_ms(half_days * 43_200_000))
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
        (proptest::collection::vec(number(), 0..3), any::<bool>())
            .prop_map(|(numbers, is)| Check::InNumbers(numbers, is)),
        (number(), number()).prop_map(|(from, to)| Check::Between(from, to)),
        moment().prop_map(Check::Before),
        moment().prop_map(Check::After),
        (moment(), moment()).prop_map(|(from, to)| Check::Within(from, to)),
        text().prop_map(Check::Contains),
        text().prop_map(Check::StartsWith),
        proptest::sample::select(&WANTED[..])
            .prop_map(|wanted| Check::Semver(wanted.parse().expect("a requirement"))),
        any::<bool>().prop_map(Check::Exists),
    ]
}

fn test() -> impl Strategy<Value = Rule> {
    (proptest::sample::select(&NAMES[..]).prop_map(name), check())
        .prop_map(|(name, check)| Rule::Test(name, check))
}

fn rule() -> impl Strategy<Value = Rule> {
    let test = test();
    let saved = Just(Rule::Saved(AudienceId::parse("x").expect("an id")));
    prop_oneof![8 => test, 1 => saved].prop_recursive(4, 24, 4, |inner| {
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
    fn a_compiled_rule_holds_where_the_rule_itself_does(rule in rule(), saved in test(), profile in profile()) {
        let known = Saved([(AudienceId::parse("x").expect("an id"), saved.clone())].into());
        let attributes = Attributes::of(&profile, &Declared::default());
        let holds = Audience::compile(&rule, &known).holds(&attributes);
        prop_assert_eq!(holds, naive(&rule, &profile, &saved));
    }
}

proptest! {
    #[test]
    fn a_rule_is_stored_and_read_back_as_it_was(rule in rule()) {
        let row = serde_json::to_string(&RuleRow::from(&rule)).expect("JSON");
        let read = serde_json::from_str::<RuleRow>(&row).expect("a row");
        prop_assert_eq!(Rule::try_from(read).expect("a rule"), rule);
    }
}

#[test]
fn a_saved_audience_that_is_not_there_holds_for_nobody() {
    let rule = Rule::Saved(AudienceId::parse("x").expect("an id"));
    let holds = Audience::compile(&rule, &Saved::default()).holds(&Attributes::default());
    assert!(!holds);
}

#[test]
fn an_attribute_that_is_not_there_fails_every_test_but_not_exists() {
    let nobody = Attributes::default();
    let test = |check| {
        let rule = Rule::Test(name("demography.age"), check);
        Audience::compile(&rule, &Saved::default()).holds(&nobody)
    };
    assert!(!test(Check::Equal(Scalar::Number(1.0), true)));
    assert!(!test(Check::Equal(Scalar::Number(1.0), false)));
    assert!(!test(Check::In(vec!["x".to_owned()], false)));
    assert!(!test(Check::Compare(Relation::Less, 99.0)));
    assert!(!test(Check::Contains("x".to_owned())));
    assert!(!test(Check::InNumbers(vec![1.0], false)));
    assert!(!test(Check::Between(0.0, 99.0)));
    assert!(!test(Check::Before(Time::from_ms(0))));
    assert!(!test(Check::StartsWith(String::new())));
    assert!(!test(Check::Semver(semver::VersionReq::STAR)));
    assert!(!test(Check::Exists(true)));
    assert!(test(Check::Exists(false)));
}
