//! A rule as it is stored.

use anyhow::Context;
use serde::{Deserialize, Serialize};

use super::{Check, Relation, Rule, Scalar};
use crate::viewers::AttributeName;
use crate::words::{AudienceId, Time};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::instruments) enum RuleRow {
    All(Vec<RuleRow>),
    Any(Vec<RuleRow>),
    Not(Box<RuleRow>),
    Test(String, CheckRow),
    Saved(String),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::instruments) enum CheckRow {
    Equal(ScalarRow, bool),
    In(Vec<String>, bool),
    InNumbers(Vec<f64>, bool),
    Between(f64, f64),
    /// In ms.
    Before(i64),
    /// In ms.
    After(i64),
    /// In ms.
    Within(i64, i64),
    StartsWith(String),
    Semver(String),
    Less(f64),
    AtMost(f64),
    Greater(f64),
    AtLeast(f64),
    Contains(String),
    Exists(bool),
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(in crate::instruments) enum ScalarRow {
    Bool(bool),
    Number(f64),
    Text(String),
}

impl From<&Rule> for RuleRow {
    fn from(rule: &Rule) -> Self {
        match rule {
            Rule::All(rules) => Self::All(rules.iter().map(Self::from).collect()),
            Rule::Any(rules) => Self::Any(rules.iter().map(Self::from).collect()),
            Rule::Not(rule) => Self::Not(Box::new(Self::from(&**rule))),
            Rule::Test(name, check) => Self::Test(name.to_string(), check.into()),
            Rule::Saved(audience_id) => Self::Saved(audience_id.to_string()),
        }
    }
}

impl From<&Check> for CheckRow {
    fn from(check: &Check) -> Self {
        match check.clone() {
            Check::Equal(Scalar::Bool(flag), is) => Self::Equal(ScalarRow::Bool(flag), is),
            Check::Equal(Scalar::Number(number), is) => Self::Equal(ScalarRow::Number(number), is),
            Check::Equal(Scalar::Text(text), is) => Self::Equal(ScalarRow::Text(text), is),
            Check::In(texts, is) => Self::In(texts, is),
            Check::InNumbers(numbers, is) => Self::InNumbers(numbers, is),
            Check::Between(from, to) => Self::Between(from, to),
            Check::Before(at) => Self::Before(at.ms()),
            Check::After(at) => Self::After(at.ms()),
            Check::Within(from, to) => Self::Within(from.ms(), to.ms()),
            Check::StartsWith(text) => Self::StartsWith(text),
            Check::Semver(wanted) => Self::Semver(wanted.to_string()),
            Check::Compare(Relation::Less, number) => Self::Less(number),
            Check::Compare(Relation::AtMost, number) => Self::AtMost(number),
            Check::Compare(Relation::Greater, number) => Self::Greater(number),
            Check::Compare(Relation::AtLeast, number) => Self::AtLeast(number),
            Check::Contains(text) => Self::Contains(text),
            Check::Exists(there) => Self::Exists(there),
        }
    }
}

impl TryFrom<RuleRow> for Rule {
    type Error = anyhow::Error;

    fn try_from(row: RuleRow) -> anyhow::Result<Self> {
        let several = |rows: Vec<RuleRow>| {
            rows.into_iter()
                .map(Self::try_from)
                .collect::<anyhow::Result<_>>()
        };
        Ok(match row {
            RuleRow::All(rows) => Self::All(several(rows)?),
            RuleRow::Any(rows) => Self::Any(several(rows)?),
            RuleRow::Not(row) => Self::Not(Box::new(Self::try_from(*row)?)),
            RuleRow::Test(name, check) => {
                let name = AttributeName::parse(&name)
                    .with_context(|| format!("a stored rule tests {name}"))?;
                Self::Test(name, check.try_into()?)
            }
            RuleRow::Saved(id) => Self::Saved(
                AudienceId::parse(&id)
                    .map_err(|e| anyhow::anyhow!("a stored rule is invalid: {}", e.detail))?,
            ),
        })
    }
}

impl TryFrom<CheckRow> for Check {
    type Error = anyhow::Error;

    fn try_from(row: CheckRow) -> anyhow::Result<Self> {
        Ok(match row {
            CheckRow::Equal(ScalarRow::Bool(flag), is) => Self::Equal(Scalar::Bool(flag), is),
            CheckRow::Equal(ScalarRow::Number(number), is) => {
                Self::Equal(Scalar::Number(number), is)
            }
            CheckRow::Equal(ScalarRow::Text(text), is) => Self::Equal(Scalar::Text(text), is),
            CheckRow::In(texts, is) => Self::In(texts, is),
            CheckRow::InNumbers(numbers, is) => Self::InNumbers(numbers, is),
            CheckRow::Between(from, to) => Self::Between(from, to),
            CheckRow::Before(at) => Self::Before(Time::from_ms(at)),
            CheckRow::After(at) => Self::After(Time::from_ms(at)),
            CheckRow::Within(from, to) => Self::Within(Time::from_ms(from), Time::from_ms(to)),
            CheckRow::StartsWith(text) => Self::StartsWith(text),
            CheckRow::Semver(wanted) => Self::Semver(
                wanted
                    .parse()
                    .with_context(|| format!("a stored rule wants the version {wanted}"))?,
            ),
            CheckRow::Less(number) => Self::Compare(Relation::Less, number),
            CheckRow::AtMost(number) => Self::Compare(Relation::AtMost, number),
            CheckRow::Greater(number) => Self::Compare(Relation::Greater, number),
            CheckRow::AtLeast(number) => Self::Compare(Relation::AtLeast, number),
            CheckRow::Contains(text) => Self::Contains(text),
            CheckRow::Exists(there) => Self::Exists(there),
        })
    }
}
