//! Audiences: rules over a viewer's attributes, compiled so that holding one against a viewer compares no text.

use crate::viewers::{AttributeName, Attributes, Code, Coded};

/// A rule as it was registered. It holds at least one test, so it always asks for a profile.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// All of these hold; never empty.
    All(Vec<Rule>),
    /// One of these holds; never empty.
    Any(Vec<Rule>),
    /// This does not hold.
    Not(Box<Rule>),
    /// This test of an attribute holds.
    Test(AttributeName, Check),
}

/// How an attribute is tested. One that the viewer does not have fails every check but `Exists(false)`.
#[derive(Debug, Clone, PartialEq)]
pub enum Check {
    /// Equal, or there and not equal.
    Equal(Scalar, bool),
    /// One of these, or there and none of these. Of a list: whether one of its texts is.
    In(Vec<String>, bool),
    /// A number in this relation to this one.
    Compare(Relation, f64),
    /// A list that holds this text.
    Contains(String),
    /// There, or not there.
    Exists(bool),
}

/// What an attribute may equal.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// True or false.
    Bool(bool),
    /// A finite number.
    Number(f64),
    /// A text.
    Text(String),
}

/// How a number relates to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// Less than.
    Less,
    /// Less than or equal.
    AtMost,
    /// Greater than.
    Greater,
    /// Greater than or equal.
    AtLeast,
}

impl Relation {
    fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::Greater => left > right,
            Self::AtLeast => left >= right,
        }
    }
}

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
    Equal(Coded, bool),
    In(Box<[Code]>, bool),
    Compare(Relation, f64),
    Contains(Code),
    Exists(bool),
}

impl Audience {
    /// Compiles a rule.
    #[must_use]
    pub fn compile(rule: &Rule) -> Self {
        Self(node(rule))
    }

    /// Whether a viewer of these attributes is in the audience.
    #[must_use]
    pub fn holds(&self, attributes: &Attributes) -> bool {
        self.0.holds(attributes)
    }
}

fn node(rule: &Rule) -> Node {
    match rule {
        Rule::All(rules) => Node::All(rules.iter().map(node).collect()),
        Rule::Any(rules) => Node::Any(rules.iter().map(node).collect()),
        Rule::Not(rule) => Node::Not(Box::new(node(rule))),
        Rule::Test(name, check) => Node::Test(Code::of_name(name), coded(check)),
    }
}

fn coded(check: &Check) -> Probe {
    match check {
        Check::Equal(Scalar::Bool(flag), is) => Probe::Equal(Coded::Bool(*flag), *is),
        Check::Equal(Scalar::Number(number), is) => Probe::Equal(Coded::Number(*number), *is),
        Check::Equal(Scalar::Text(text), is) => Probe::Equal(Coded::Text(Code::of(text)), *is),
        Check::In(texts, is) => {
            let mut codes: Vec<Code> = texts.iter().map(|text| Code::of(text)).collect();
            codes.sort();
            Probe::In(codes.into(), *is)
        }
        Check::Compare(relation, number) => Probe::Compare(*relation, *number),
        Check::Contains(text) => Probe::Contains(Code::of(text)),
        Check::Exists(there) => Probe::Exists(*there),
    }
}

impl Node {
    fn holds(&self, attributes: &Attributes) -> bool {
        match self {
            Self::All(nodes) => nodes.iter().all(|node| node.holds(attributes)),
            Self::Any(nodes) => nodes.iter().any(|node| node.holds(attributes)),
            Self::Not(node) => !node.holds(attributes),
            Self::Test(name, check) => check.holds(attributes.get(*name)),
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
            (Self::Equal(wanted, is), value) => (wanted == value) == *is,
            (Self::In(codes, is), Coded::Text(code)) => codes.binary_search(code).is_ok() == *is,
            (Self::In(codes, is), Coded::List(texts)) => {
                texts.iter().any(|code| codes.binary_search(code).is_ok()) == *is
            }
            (Self::In(_, is), Coded::Bool(_) | Coded::Number(_)) => !is,
            (Self::Compare(relation, right), Coded::Number(left)) => relation.holds(*left, *right),
            (Self::Contains(code), Coded::List(texts)) => texts.contains(code),
            (Self::Compare(..) | Self::Contains(_), _) => false,
            (Self::Exists(there), _) => *there,
        }
    }
}

#[cfg(test)]
mod tests;
