//! Hours as they are stored.

use serde::{Deserialize, Serialize};

use super::{Day, Daypart, Dayparts, MediaStretch, Minute, Zone};
use crate::words::Invalid;

#[derive(Serialize, Deserialize)]
pub struct DaypartsRow {
    zone: String,
    /// Days, begin and end.
    parts: Vec<(Vec<String>, String, String)>,
}

#[derive(Serialize, Deserialize)]
pub struct MediaStretchRow {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from_marker: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to_marker: Option<String>,
    #[serde(default)]
    from_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to_ms: Option<i64>,
}

impl From<&Dayparts> for DaypartsRow {
    fn from(dayparts: &Dayparts) -> Self {
        let part = |part: &Daypart| {
            let days = part.days.iter().map(|day| day.as_str().to_owned());
            (days.collect(), part.from.to_string(), part.to.to_string())
        };
        Self {
            zone: dayparts.zone.name().to_owned(),
            parts: dayparts.parts.iter().map(part).collect(),
        }
    }
}

impl TryFrom<DaypartsRow> for Dayparts {
    type Error = Invalid;

    fn try_from(row: DaypartsRow) -> Result<Self, Invalid> {
        let part = |(days, from, to): (Vec<String>, String, String)| {
            let days = days.iter().map(|day| Day::parse(day));
            Ok(Daypart {
                days: days.collect::<Result<_, Invalid>>()?,
                from: Minute::parse(&from)?,
                to: Minute::parse(&to)?,
            })
        };
        Ok(Self {
            zone: Zone::parse(&row.zone)?,
            parts: row
                .parts
                .into_iter()
                .map(part)
                .collect::<Result<_, Invalid>>()?,
        })
    }
}

impl From<&MediaStretch> for MediaStretchRow {
    fn from(stretch: &MediaStretch) -> Self {
        let MediaStretch {
            from_marker,
            to_marker,
            from_ms,
            to_ms,
        } = stretch.clone();
        Self {
            from_marker,
            to_marker,
            from_ms,
            to_ms,
        }
    }
}

impl From<MediaStretchRow> for MediaStretch {
    fn from(row: MediaStretchRow) -> Self {
        let MediaStretchRow {
            from_marker,
            to_marker,
            from_ms,
            to_ms,
        } = row;
        Self {
            from_marker,
            to_marker,
            from_ms,
            to_ms,
        }
    }
}
