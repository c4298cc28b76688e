//! Audiences: rules over a viewer's typed attributes, checked when they are registered, compiled before they are asked.

mod check;
mod compiled;
mod row;

use crate::viewers::AttributeName;
use crate::words::{AudienceId, Time};

pub use check::check;
pub use compiled::{Audience, Saved};
pub(super) use row::RuleRow;

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
    /// What the saved audience of this id says at the moment.
    Saved(AudienceId),
}

impl Rule {
    /// The saved audiences that it speaks of.
    #[must_use]
    pub fn saved(&self) -> Vec<&AudienceId> {
        match self {
            Self::All(rules) | Self::Any(rules) => rules.iter().flat_map(Self::saved).collect(),
            Self::Not(rule) => rule.saved(),
            Self::Test(..) => Vec::new(),
            Self::Saved(audience_id) => vec![audience_id],
        }
    }
}

/// How an attribute is tested. One that the viewer does not have fails every check but `Exists(false)`.
#[derive(Debug, Clone, PartialEq)]
pub enum Check {
    /// Equal, or there and not equal.
    Equal(Scalar, bool),
    /// One of these, or there and none of these. Of a list: whether one of its texts is.
    In(Vec<String>, bool),
    /// One of these numbers, or there and none of these.
    InNumbers(Vec<f64>, bool),
    /// A number in this relation to this one.
    Compare(Relation, f64),
    /// A number from the first to the second, both in.
    Between(f64, f64),
    /// A moment before this one.
    Before(Time),
    /// A moment after this one.
    After(Time),
    /// A moment from the first to the second, both in.
    Within(Time, Time),
    /// A list that holds this text, or a text that holds it as a part.
    Contains(String),
    /// A text that begins so.
    StartsWith(String),
    /// A version that meets this requirement.
    Semver(semver::VersionReq),
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
    /// Whether the one relates so to the other.
    #[must_use]
    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::Greater => left > right,
            Self::AtLeast => left >= right,
        }
    }
}

#[cfg(test)]
mod tests;
