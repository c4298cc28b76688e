//! Rules on the wire and in the domain.

use beckon_openapi::instrument::{self as wire, Op};
use beckon_openapi::viewer::AttributeValue;

use crate::error::{At, Error, Refusal, Result};
use crate::instruments::audience::{Check, Relation, Rule, Scalar};
use crate::viewers::{AttributeName, Value, declared, value_from_wire};
use crate::words::{AudienceId, Time};

const DEEPEST: usize = 8;
const MOST_TESTS: usize = 64;

/// A rule of the right shape, whose place in the request is `field`; whether it can be asked is checked by what is
/// declared.
pub(in crate::instruments) fn from_wire(field: &str, wire: wire::Rule) -> Result<Rule> {
    let mut tests = 0;
    rule(wire, field, 1, &mut tests)
}

fn rule(wire: wire::Rule, field: &str, depth: usize, tests: &mut usize) -> Result<Rule> {
    if depth > DEEPEST {
        let bound = format!("at most {DEEPEST} deep");
        return Err(Refusal::field(whole(field), "the rule is deeper than that", bound).into());
    }
    let mut several = |rules: Vec<wire::Rule>, field: String| {
        if rules.is_empty() {
            let detail = format!("{field} is empty");
            return Err(Error::from(Refusal::field(
                field,
                detail,
                "at least 1 rule",
            )));
        }
        let rules = rules.into_iter().enumerate();
        rules
            .map(|(i, wire)| rule(wire, &format!("{field}[{i}]"), depth + 1, tests))
            .collect::<Result<Vec<_>>>()
    };
    Ok(match wire {
        wire::Rule::All(rules) => Rule::All(several(rules, format!("{field}.all"))?),
        wire::Rule::Any(rules) => Rule::Any(several(rules, format!("{field}.any"))?),
        wire::Rule::Not(inner) => Rule::Not(Box::new(rule(
            *inner,
            &format!("{field}.not"),
            depth + 1,
            tests,
        )?)),
        wire::Rule::Test(wire) => {
            *tests += 1;
            if *tests > MOST_TESTS {
                let bound = format!("at most {MOST_TESTS} tests");
                return Err(Refusal::field(whole(field), "the rule has more tests", bound).into());
            }
            test(wire).map_err(|error| error.within(&format!("{field}.test")))?
        }
        wire::Rule::Saved(id) => Rule::Saved(AudienceId::parse(&id).at(&format!("{field}.saved"))?),
    })
}

/// Where the whole rule stands.
fn whole(field: &str) -> &str {
    field.split('.').next().unwrap_or(field)
}

fn test(wire: wire::Test) -> Result<Rule> {
    let wire::Test {
        attribute,
        op,
        value,
    } = wire;
    let name = AttributeName::parse(&attribute).ok_or_else(|| {
        let bound = "demography., behaviour., psychograph. or attributes. and a name of 1 to 64 of A-Za-z0-9._:-";
        Refusal::field("attribute", format!("`{attribute}` names no attribute"), bound)
    })?;
    let value = value.map(operand).transpose()?;
    check(op, value).map(|check| Rule::Test(name, check))
}

/// What a test compares with.
#[derive(Debug)]
enum Operand {
    One(Value),
    Numbers(Vec<f64>),
}

fn operand(wire: wire::TestValue) -> Result<Operand> {
    let value = |wire| value_from_wire("value", wire).map(Operand::One);
    match wire {
        wire::TestValue::Bool(flag) => value(AttributeValue::Bool(flag)),
        wire::TestValue::Number(number) => value(AttributeValue::Number(number)),
        wire::TestValue::Text(text) => value(AttributeValue::Text(text)),
        wire::TestValue::Texts(texts) => value(AttributeValue::List(texts)),
        wire::TestValue::Numbers(numbers) if numbers.iter().all(|number| number.is_finite()) => {
            Ok(Operand::Numbers(numbers))
        }
        wire::TestValue::Numbers(_) => {
            let detail = "one of the numbers is not finite";
            Err(Refusal::field("value", detail, "finite numbers").into())
        }
    }
}

fn check(op: Op, value: Option<Operand>) -> Result<Check> {
    use Operand::{Numbers, One};
    let wanted = match (op, value) {
        (Op::Eq | Op::Ne, Some(One(Value::Bool(flag)))) => {
            return Ok(Check::Equal(Scalar::Bool(flag), op == Op::Eq));
        }
        (Op::Eq | Op::Ne, Some(One(Value::Number(number)))) => {
            return Ok(Check::Equal(Scalar::Number(number), op == Op::Eq));
        }
        (Op::Eq | Op::Ne, Some(One(Value::Text(text)))) => {
            return Ok(Check::Equal(Scalar::Text(text), op == Op::Eq));
        }
        (Op::In | Op::NotIn, Some(One(Value::List(texts)))) if !texts.is_empty() => {
            return Ok(Check::In(texts, op == Op::In));
        }
        (Op::In | Op::NotIn, Some(Numbers(numbers))) if (1..=16).contains(&numbers.len()) => {
            return Ok(Check::InNumbers(numbers, op == Op::In));
        }
        (Op::Lt, Some(One(Value::Number(number)))) => {
            return Ok(Check::Compare(Relation::Less, number));
        }
        (Op::Lte, Some(One(Value::Number(number)))) => {
            return Ok(Check::Compare(Relation::AtMost, number));
        }
        (Op::Gt, Some(One(Value::Number(number)))) => {
            return Ok(Check::Compare(Relation::Greater, number));
        }
        (Op::Gte, Some(One(Value::Number(number)))) => {
            return Ok(Check::Compare(Relation::AtLeast, number));
        }
        (Op::Between, Some(value)) => return between(value),
        (Op::Before, Some(One(Value::Text(text)))) => return date(&text).map(Check::Before),
        (Op::After, Some(One(Value::Text(text)))) => return date(&text).map(Check::After),
        (Op::Contains, Some(One(Value::Text(text)))) => return Ok(Check::Contains(text)),
        (Op::StartsWith, Some(One(Value::Text(text)))) => return Ok(Check::StartsWith(text)),
        (Op::Semver, Some(One(Value::Text(text)))) => return requirement(&text),
        (Op::Exists | Op::NotExists, None) => return Ok(Check::Exists(op == Op::Exists)),
        (Op::Eq | Op::Ne, _) => "true, false, a number or a text",
        (Op::In | Op::NotIn, _) => "a list of 1 to 16 texts, or of 1 to 16 numbers",
        (Op::Between, None) => BETWEEN,
        (Op::Before | Op::After, _) => DATE,
        (Op::Contains | Op::StartsWith, _) => "a text",
        (Op::Semver, _) => REQUIREMENT,
        (Op::Exists | Op::NotExists, _) => "no value",
        (Op::Lt | Op::Lte | Op::Gt | Op::Gte, _) => "a number",
    };
    Err(refused("this op does not compare with that", wanted))
}

const BETWEEN: &str = "two numbers or two dates, the first not behind the second";
const DATE: &str = "a date such as `2026-11-20`, or a moment of RFC 3339";
const REQUIREMENT: &str = "a requirement of semver such as `>=17.4, <19`";

fn refused(detail: &str, bound: &str) -> Error {
    Refusal::field("value", detail, bound).into()
}

fn date(text: &str) -> Result<Time> {
    declared::date(text).ok_or_else(|| refused(&format!("`{text}` is no date"), DATE))
}

fn between(value: Operand) -> Result<Check> {
    match value {
        Operand::Numbers(numbers) => match numbers.as_slice() {
            [from, to] if from <= to => Ok(Check::Between(*from, *to)),
            _ => Err(refused("these are not two numbers in order", BETWEEN)),
        },
        Operand::One(Value::List(texts)) => match texts.as_slice() {
            [from, to] => match (date(from)?, date(to)?) {
                (from, to) if from <= to => Ok(Check::Within(from, to)),
                _ => Err(refused("the first date lies behind the second", BETWEEN)),
            },
            _ => Err(refused("these are not two dates", BETWEEN)),
        },
        Operand::One(_) => Err(refused("this is not two of anything", BETWEEN)),
    }
}

fn requirement(text: &str) -> Result<Check> {
    let wanted = text.parse().map(Check::Semver);
    wanted.map_err(|error| refused(&format!("`{text}` is no requirement: {error}"), REQUIREMENT))
}

/// A rule for the wire.
pub(in crate::instruments) fn to_wire(rule: &Rule) -> wire::Rule {
    match rule {
        Rule::All(rules) => wire::Rule::All(rules.iter().map(to_wire).collect()),
        Rule::Any(rules) => wire::Rule::Any(rules.iter().map(to_wire).collect()),
        Rule::Not(rule) => wire::Rule::Not(Box::new(to_wire(rule))),
        Rule::Test(name, check) => {
            let (op, value) = check_to_wire(check);
            wire::Rule::Test(wire::Test {
                attribute: name.to_string(),
                op,
                value,
            })
        }
        Rule::Saved(audience_id) => wire::Rule::Saved(audience_id.to_string()),
    }
}

fn check_to_wire(check: &Check) -> (Op, Option<wire::TestValue>) {
    use wire::TestValue::{Bool, Number, Numbers, Text, Texts};
    let either = |is: bool, yes, no| if is { yes } else { no };
    match check.clone() {
        Check::Equal(scalar, is) => {
            let value = match scalar {
                Scalar::Bool(flag) => Bool(flag),
                Scalar::Number(number) => Number(number),
                Scalar::Text(text) => Text(text),
            };
            (either(is, Op::Eq, Op::Ne), Some(value))
        }
        Check::In(texts, is) => (either(is, Op::In, Op::NotIn), Some(Texts(texts))),
        Check::InNumbers(numbers, is) => (either(is, Op::In, Op::NotIn), Some(Numbers(numbers))),
        Check::Compare(relation, number) => {
            let op = match relation {
                Relation::Less => Op::Lt,
                Relation::AtMost => Op::Lte,
                Relation::Greater => Op::Gt,
                Relation::AtLeast => Op::Gte,
            };
            (op, Some(Number(number)))
        }
        Check::Between(from, to) => (Op::Between, Some(Numbers(vec![from, to]))),
        Check::Before(at) => (Op::Before, Some(Text(at.to_string()))),
        Check::After(at) => (Op::After, Some(Text(at.to_string()))),
        Check::Within(from, to) => {
            let dates = vec![from.to_string(), to.to_string()];
            (Op::Between, Some(Texts(dates)))
        }
        Check::Contains(text) => (Op::Contains, Some(Text(text))),
        Check::StartsWith(text) => (Op::StartsWith, Some(Text(text))),
        Check::Semver(wanted) => (Op::Semver, Some(Text(wanted.to_string()))),
        Check::Exists(there) => (either(there, Op::Exists, Op::NotExists), None),
    }
}
