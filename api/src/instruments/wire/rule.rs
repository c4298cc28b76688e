//! Rules on the wire and in the domain.

use beckon_openapi::instrument::{self as wire, Op};

use crate::error::{Error, Refusal, Result};
use crate::instruments::audience::{Check, Relation, Rule, Scalar};
use crate::viewers::{AttributeName, Value, value_from_wire, value_to_wire};

const DEEPEST: usize = 8;
const MOST_TESTS: usize = 64;

/// A checked rule.
pub(super) fn from_wire(wire: wire::Rule) -> Result<Rule> {
    let mut tests = 0;
    rule(wire, "audience", 1, &mut tests)
}

fn rule(wire: wire::Rule, field: &str, depth: usize, tests: &mut usize) -> Result<Rule> {
    if depth > DEEPEST {
        let bound = format!("at most {DEEPEST} deep");
        return Err(Refusal::field("audience", "the rule is deeper than that", bound).into());
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
                return Err(Refusal::field("audience", "the rule has more tests", bound).into());
            }
            test(wire).map_err(|error| error.within(&format!("{field}.test")))?
        }
    })
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
    let value = value
        .map(|value| value_from_wire("value", value))
        .transpose()?;
    check(op, value).map(|check| Rule::Test(name, check))
}

fn check(op: Op, value: Option<Value>) -> Result<Check> {
    let relation = match op {
        Op::Lt => Some(Relation::Less),
        Op::Lte => Some(Relation::AtMost),
        Op::Gt => Some(Relation::Greater),
        Op::Gte => Some(Relation::AtLeast),
        _ => None,
    };
    let wanted = match (op, value) {
        (Op::Eq | Op::Ne, Some(Value::Bool(flag))) => {
            return Ok(Check::Equal(Scalar::Bool(flag), op == Op::Eq));
        }
        (Op::Eq | Op::Ne, Some(Value::Number(number))) => {
            return Ok(Check::Equal(Scalar::Number(number), op == Op::Eq));
        }
        (Op::Eq | Op::Ne, Some(Value::Text(text))) => {
            return Ok(Check::Equal(Scalar::Text(text), op == Op::Eq));
        }
        (Op::In | Op::NotIn, Some(Value::List(texts))) if !texts.is_empty() => {
            return Ok(Check::In(texts, op == Op::In));
        }
        (Op::Contains, Some(Value::Text(text))) => return Ok(Check::Contains(text)),
        (Op::Exists | Op::NotExists, None) => return Ok(Check::Exists(op == Op::Exists)),
        (_, Some(Value::Number(number))) if relation.is_some() => {
            return Ok(Check::Compare(relation.unwrap_or(Relation::Less), number));
        }
        (Op::Eq | Op::Ne, _) => "true, false, a number or a text",
        (Op::In | Op::NotIn, _) => "a list of 1 to 16 texts",
        (Op::Contains, _) => "a text",
        (Op::Exists | Op::NotExists, _) => "no value",
        (Op::Lt | Op::Lte | Op::Gt | Op::Gte, _) => "a number",
    };
    Err(Refusal::field("value", "this op does not compare with that", wanted).into())
}

/// A rule for the wire.
pub(super) fn to_wire(rule: &Rule) -> wire::Rule {
    match rule {
        Rule::All(rules) => wire::Rule::All(rules.iter().map(to_wire).collect()),
        Rule::Any(rules) => wire::Rule::Any(rules.iter().map(to_wire).collect()),
        Rule::Not(rule) => wire::Rule::Not(Box::new(to_wire(rule))),
        Rule::Test(name, check) => {
            let (op, value) = check_to_wire(check);
            wire::Rule::Test(wire::Test {
                attribute: name.to_string(),
                op,
                value: value.as_ref().map(value_to_wire),
            })
        }
    }
}

fn check_to_wire(check: &Check) -> (Op, Option<Value>) {
    let either = |is: bool, yes, no| if is { yes } else { no };
    match check.clone() {
        Check::Equal(scalar, is) => {
            let value = match scalar {
                Scalar::Bool(flag) => Value::Bool(flag),
                Scalar::Number(number) => Value::Number(number),
                Scalar::Text(text) => Value::Text(text),
            };
            (either(is, Op::Eq, Op::Ne), Some(value))
        }
        Check::In(texts, is) => (either(is, Op::In, Op::NotIn), Some(Value::List(texts))),
        Check::Compare(relation, number) => {
            let op = match relation {
                Relation::Less => Op::Lt,
                Relation::AtMost => Op::Lte,
                Relation::Greater => Op::Gt,
                Relation::AtLeast => Op::Gte,
            };
            (op, Some(Value::Number(number)))
        }
        Check::Contains(text) => (Op::Contains, Some(Value::Text(text))),
        Check::Exists(there) => (either(there, Op::Exists, Op::NotExists), None),
    }
}
