//! Types of attributes, and which values are of them.

use crate::viewers::Value;
use crate::words::Time;

/// What the values of an attribute are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueType {
    /// True or false.
    Bool,
    /// A finite number.
    Number,
    /// A text.
    Text,
    /// Texts.
    List,
    /// A day or a moment, as a text of RFC 3339: `2026-11-20` or `2026-11-20T19:00:00Z`.
    Date,
    /// A version by semver, as a text: `17.4.1`; `17` and `17.4` are read as if zeros followed.
    Version,
}

impl ValueType {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Bool,
        Self::Number,
        Self::Text,
        Self::List,
        Self::Date,
        Self::Version,
    ];

    /// The type as it is stored and told.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Number => "number",
            Self::Text => "text",
            Self::List => "list",
            Self::Date => "date",
            Self::Version => "version",
        }
    }

    /// The type of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == name)
    }

    /// What a value is by itself: dates and versions are texts until somebody declares them.
    #[must_use]
    pub const fn of(value: &Value) -> Self {
        match value {
            Value::Bool(_) => Self::Bool,
            Value::Number(_) => Self::Number,
            Value::Text(_) => Self::Text,
            Value::List(_) => Self::List,
        }
    }

    /// Whether a value is of this type.
    #[must_use]
    pub fn takes(self, value: &Value) -> bool {
        match (self, value) {
            (Self::Date, Value::Text(text)) => date(text).is_some(),
            (Self::Version, Value::Text(text)) => version(text).is_some(),
            (of, value) => of == Self::of(value),
        }
    }
}

/// A moment; a day is its first moment in UTC.
#[must_use]
pub fn date(text: &str) -> Option<Time> {
    let moment = || Time::parse(text).ok();
    if text.len() == "2026-11-20".len() {
        return Time::parse(&format!("{text}T00:00:00Z")).ok();
    }
    moment()
}

/// A version; missing places are zeros.
#[must_use]
pub fn version(text: &str) -> Option<semver::Version> {
    let whole = text.bytes().filter(|b| *b == b'.').count();
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    match (plain, whole) {
        (true, 0) => semver::Version::parse(&format!("{text}.0.0")).ok(),
        (true, 1) => semver::Version::parse(&format!("{text}.0")).ok(),
        _ => semver::Version::parse(text).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_of_its_own_type_and_texts_may_be_dates_and_versions() {
        let text = |text: &str| Value::Text(text.to_owned());
        for (of, value, takes) in [
            (ValueType::Bool, Value::Bool(true), true),
            (ValueType::Bool, text("true"), false),
            (ValueType::Number, Value::Number(1.0), true),
            (ValueType::Number, text("1"), false),
            (ValueType::List, Value::List(Vec::new()), true),
            (ValueType::List, text("a"), false),
            (ValueType::Date, text("2026-11-20"), true),
            (ValueType::Date, text("2026-11-20T19:00:00+01:00"), true),
            (ValueType::Date, text("2026-02-30"), false),
            (ValueType::Date, text("yesterday"), false),
            (ValueType::Version, text("17"), true),
            (ValueType::Version, text("17.4"), true),
            (ValueType::Version, text("17.4.1-beta.2"), true),
            (ValueType::Version, text("latest"), false),
            (ValueType::Version, Value::Number(17.0), false),
        ] {
            assert_eq!(of.takes(&value), takes, "{of:?} and {value:?}");
        }
        for of in ValueType::ALL {
            assert_eq!(ValueType::parse(of.as_str()), Some(of));
        }
        assert_eq!(date("2026-11-20"), date("2026-11-20T01:00:00+01:00"));
        assert_eq!(version("17.4"), version("17.4.0"));
    }
}
