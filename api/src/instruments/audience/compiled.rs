//! A rule made ready: names and texts are numbers, so that holding it against a viewer compares no text but where a test
//! asks for a part of one.

use std::collections::BTreeMap;

use semver::VersionReq;

use super::{Check, Relation, Rule, Scalar};
use crate::viewers::{Attributes, Code, Coded};
use crate::words::{AudienceId, Time};

/// The rules of the saved audiences.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Saved(pub BTreeMap<AudienceId, Rule>);

/// A compiled rule.
#[derive(Debug, Clone)]
pub struct Audience(Node);

#[derive(Debug, Clone)]
enum Node {
    All(Box<[Node]>),
    Any(Box<[Node]>),
    Not(Box<Node>),
    Test(Code, Probe),
}

/// A check with its texts coded.
#[derive(Debug, Clone)]
enum Probe {
    Bool(bool, bool),
    Number(f64, bool),
    Text(Code, bool),
    In(Box<[Code]>, bool),
    InNumbers(Box<[f64]>, bool),
    Compare(Relation, f64),
    Between(f64, f64),
    Within(Time, Time),
    Contains(Code, Box<str>),
    StartsWith(Box<str>),
    Semver(Box<VersionReq>),
    Exists(bool),
}

impl Audience {
    /// Compiles a rule. A saved audience that is not there holds for nobody: it cannot be deleted while it is used.
    #[must_use]
    pub fn compile(rule: &Rule, saved: &Saved) -> Self {
        Self(node(rule, saved))
    }

    /// Whether a viewer of these attributes is in the audience.
    #[must_use]
    pub fn holds(&self, attributes: &Attributes) -> bool {
        self.0.holds(attributes)
    }
}

fn node(rule: &Rule, saved: &Saved) -> Node {
    let several = |rules: &[Rule]| rules.iter().map(|rule| node(rule, saved)).collect();
    match rule {
        Rule::All(rules) => Node::All(several(rules)),
        Rule::Any(rules) => Node::Any(several(rules)),
        Rule::Not(rule) => Node::Not(Box::new(node(rule, saved))),
        Rule::Test(name, check) => Node::Test(Code::of_name(name), probe(check)),
        Rule::Saved(audience_id) => match saved.0.get(audience_id) {
            // A saved rule speaks of no other: that was refused when it was stored.
            Some(rule) => node(rule, &Saved::default()),
            None => Node::Any(Box::default()),
        },
    }
}

fn probe(check: &Check) -> Probe {
    match check {
        Check::Equal(Scalar::Bool(flag), is) => Probe::Bool(*flag, *is),
        Check::Equal(Scalar::Number(number), is) => Probe::Number(*number, *is),
        Check::Equal(Scalar::Text(text), is) => Probe::Text(Code::of(text), *is),
        Check::In(texts, is) => {
            let mut codes: Vec<Code> = texts.iter().map(|text| Code::of(text)).collect();
            codes.sort();
            Probe::In(codes.into(), *is)
        }
        Check::InNumbers(numbers, is) => Probe::InNumbers(numbers.as_slice().into(), *is),
        Check::Compare(relation, number) => Probe::Compare(*relation, *number),
        Check::Between(from, to) => Probe::Between(*from, *to),
        Check::Before(at) => Probe::Within(Time::from_ms(i64::MIN), at.plus_ms(-1)),
        Check::After(at) => Probe::Within(at.plus_ms(1), Time::from_ms(i64::MAX)),
        Check::Within(from, to) => Probe::Within(*from, *to),
        Check::Contains(text) => Probe::Contains(Code::of(text), text.as_str().into()),
        Check::StartsWith(text) => Probe::StartsWith(text.as_str().into()),
        Check::Semver(wanted) => Probe::Semver(Box::new(wanted.clone())),
        Check::Exists(there) => Probe::Exists(*there),
    }
}

impl Node {
    fn holds(&self, attributes: &Attributes) -> bool {
        match self {
            Self::All(nodes) => nodes.iter().all(|node| node.holds(attributes)),
            Self::Any(nodes) => nodes.iter().any(|node| node.holds(attributes)),
            Self::Not(node) => !node.holds(attributes),
            Self::Test(name, probe) => probe.holds(attributes.get(*name)),
        }
    }
}

impl Probe {
    fn holds(&self, value: Option<&Coded>) -> bool {
        if let Self::Exists(there) = self {
            return value.is_some() == *there;
        }
        let Some(value) = value else {
            return false;
        };
        match (self, value) {
            (Self::Bool(wanted, is), Coded::Bool(flag)) => (wanted == flag) == *is,
            (Self::Number(wanted, is), Coded::Number(number)) => (wanted == number) == *is,
            (Self::Text(wanted, is), Coded::Text(code, _)) => (wanted == code) == *is,
            (Self::In(codes, is), Coded::Text(code, _)) => codes.binary_search(code).is_ok() == *is,
            (Self::In(codes, is), Coded::List(texts)) => {
                texts.iter().any(|code| codes.binary_search(code).is_ok()) == *is
            }
            (Self::InNumbers(numbers, is), Coded::Number(number)) => {
                numbers.contains(number) == *is
            }
            (Self::Compare(relation, right), Coded::Number(left)) => relation.holds(*left, *right),
            (Self::Between(from, to), Coded::Number(number)) => (from..=to).contains(&number),
            (Self::Within(from, to), Coded::Date(at)) => (from..=to).contains(&at),
            (Self::Contains(code, _), Coded::List(texts)) => texts.contains(code),
            (Self::Contains(_, part), Coded::Text(_, text)) => text.contains(&**part),
            (Self::StartsWith(start), Coded::Text(_, text)) => text.starts_with(&**start),
            (Self::Semver(wanted), Coded::Version(version)) => wanted.matches(version),
            // Of another type than the test's: it is there, and not equal to any of it.
            (
                Self::Bool(_, is)
                | Self::Number(_, is)
                | Self::Text(_, is)
                | Self::In(_, is)
                | Self::InNumbers(_, is),
                _,
            ) => !is,
            _ => false,
        }
    }
}
