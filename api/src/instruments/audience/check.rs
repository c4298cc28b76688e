//! Whether a rule can be asked at all: each attribute is declared, each test fits its type, each saved audience is there.

use super::{Check, Rule, Scalar};
use crate::error::{ErrorCode, Refusal};
use crate::viewers::{AttributeName, Declared, ValueType};
use crate::words::AudienceId;

/// Checks a rule against what is declared; `field` is where it stands in the request.
///
/// # Errors
/// When it tests an attribute that nobody has declared, tests one by what it is not, or speaks of a saved audience that
/// is not there.
pub fn check(
    rule: &Rule,
    field: &str,
    declared: &Declared,
    is_saved: &dyn Fn(&AudienceId) -> bool,
) -> Result<(), Refusal> {
    let several = |rules: &[Rule], field: String| {
        let mut rules = rules.iter().enumerate();
        rules.try_for_each(|(i, rule)| check(rule, &format!("{field}[{i}]"), declared, is_saved))
    };
    match rule {
        Rule::All(rules) => several(rules, format!("{field}.all")),
        Rule::Any(rules) => several(rules, format!("{field}.any")),
        Rule::Not(rule) => check(rule, &format!("{field}.not"), declared, is_saved),
        Rule::Saved(audience_id) if is_saved(audience_id) => Ok(()),
        Rule::Saved(audience_id) => {
            let detail = format!("there is no saved audience {audience_id}");
            let bound = "an id that GET /v1/audiences lists";
            Err(Refusal::field(format!("{field}.saved"), detail, bound))
        }
        Rule::Test(name, check) => test(name, check, &format!("{field}.test"), declared),
    }
}

fn test(
    name: &AttributeName,
    check: &Check,
    field: &str,
    declared: &Declared,
) -> Result<(), Refusal> {
    let Some(value_type) = declared.value_type(name) else {
        return Err(Refusal {
            code: ErrorCode::UnknownAttribute,
            detail: format!("nobody has declared `{name}`: PUT /v1/attributes/{name} does"),
            field: Some(format!("{field}.attribute")),
            bound: Some(declared.known_beside(name)),
        });
    };
    if fits(check, value_type) {
        return Ok(());
    }
    Err(Refusal {
        code: ErrorCode::AttributeMismatch,
        detail: format!(
            "`{name}` is {}, and cannot be tested so",
            value_type.as_str()
        ),
        field: Some(format!("{field}.op")),
        bound: Some(known_tests(value_type).to_owned()),
    })
}

fn fits(check: &Check, value_type: ValueType) -> bool {
    use ValueType::{Bool, Date, List, Number, Text, Version};
    match check {
        Check::Exists(_) => true,
        Check::Equal(Scalar::Bool(_), _) => value_type == Bool,
        Check::Equal(Scalar::Number(_), _)
        | Check::InNumbers(..)
        | Check::Compare(..)
        | Check::Between(..) => value_type == Number,
        Check::Equal(Scalar::Text(_), _) | Check::StartsWith(_) => value_type == Text,
        Check::In(..) | Check::Contains(_) => matches!(value_type, Text | List),
        Check::Before(_) | Check::After(_) | Check::Within(..) => value_type == Date,
        Check::Semver(_) => value_type == Version,
    }
}

/// How values of a type can be tested, for a person to read.
const fn known_tests(value_type: ValueType) -> &'static str {
    match value_type {
        ValueType::Bool => "eq and ne with true or false, exists, not_exists",
        ValueType::Number => {
            "eq, ne, lt, lte, gt, gte with a number, between, in and not_in with numbers, exists, not_exists"
        }
        ValueType::Text => {
            "eq, ne, contains, starts_with with a text, in and not_in with texts, exists, not_exists"
        }
        ValueType::List => "contains with a text, in and not_in with texts, exists, not_exists",
        ValueType::Date => "before and after with a date, between with two, exists, not_exists",
        ValueType::Version => "semver with a requirement such as `>=17.4, <19`, exists, not_exists",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instruments::audience::Relation;

    fn rule(name: &str, check: Check) -> Rule {
        Rule::Test(AttributeName::parse(name).expect("a name"), check)
    }

    fn refused(rule: &Rule) -> Option<(ErrorCode, String)> {
        let nothing_saved = |_: &AudienceId| false;
        let refusal = check(rule, "audience", &Declared::default(), &nothing_saved).err()?;
        Some((refusal.code, refusal.field.unwrap_or_default()))
    }

    #[test]
    fn a_test_must_fit_the_type_of_its_attribute() {
        let text = || Check::Equal(Scalar::Text("a".to_owned()), true);
        let checks = [
            ("bool", Check::Equal(Scalar::Bool(true), true)),
            ("number", Check::Equal(Scalar::Number(1.0), true)),
            ("number", Check::InNumbers(vec![1.0], true)),
            ("number", Check::Compare(Relation::Less, 1.0)),
            ("number", Check::Between(1.0, 2.0)),
            ("text", text()),
            ("text", Check::StartsWith("a".to_owned())),
            ("text list", Check::In(vec!["a".to_owned()], false)),
            ("text list", Check::Contains("a".to_owned())),
            ("date", Check::Before(crate::words::Time::from_ms(0))),
            ("version", Check::Semver(semver::VersionReq::STAR)),
        ];
        for (names, check) in checks {
            for value_type in ValueType::ALL {
                let fits = fits(&check, value_type);
                let named = names.split(' ').any(|name| name == value_type.as_str());
                assert_eq!(fits, named, "{check:?} of {value_type:?}");
            }
        }
        assert!(
            ValueType::ALL
                .into_iter()
                .all(|of| super::fits(&Check::Exists(false), of))
        );
    }

    #[test]
    fn what_cannot_be_asked_is_refused_where_it_stands() {
        let exists = || Check::Exists(true);
        assert_eq!(refused(&rule("demography.age", exists())), None);
        let unknown = Rule::Any(vec![
            rule("demography.age", exists()),
            Rule::Not(Box::new(rule("demography.shoes", exists()))),
        ]);
        let field = "audience.any[1].not.test.attribute".to_owned();
        assert_eq!(
            refused(&unknown),
            Some((ErrorCode::UnknownAttribute, field))
        );
        let mismatch = Rule::All(vec![rule(
            "demography.age",
            Check::Contains("a".to_owned()),
        )]);
        let field = "audience.all[0].test.op".to_owned();
        assert_eq!(
            refused(&mismatch),
            Some((ErrorCode::AttributeMismatch, field))
        );
        let saved = Rule::Saved(AudienceId::parse("x").expect("an id"));
        let field = "audience.saved".to_owned();
        assert_eq!(refused(&saved), Some((ErrorCode::InvalidField, field)));
    }
}
