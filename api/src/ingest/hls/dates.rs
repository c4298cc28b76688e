//! Stretches that a playlist names by their dates (EXT-X-DATERANGE).

use std::time::Duration;

use jiff::Timestamp;

use super::attributes::Attributes;
use super::parts::seconds;
use super::playlist::Fault;

pub(super) const DATES: &str = "#EXT-X-DATERANGE";

/// One tag; several of one id speak of one stretch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DateRange {
    pub line: usize,
    pub id: String,
    pub class: Option<String>,
    pub start: Option<Timestamp>,
    pub end: Option<Timestamp>,
    pub duration: Option<Duration>,
    pub planned: Option<Duration>,
    /// An ad break begins: the message as it stands.
    pub out: Option<String>,
    /// An ad break ends.
    pub back: Option<String>,
    /// How many segments stand before the tag.
    pub after: usize,
}

/// Reads a tag. What it does not say is absent; what it says wrong too, and is handed to `warn`.
pub(super) fn date_range(
    line: usize,
    value: &str,
    after: usize,
    mut warn: impl FnMut(Fault),
) -> Result<DateRange, Fault> {
    let attributes = Attributes::read(DATES, value);
    let id = attributes.required("ID")?.to_owned();
    let mut date = |name| {
        let written: &str = attributes.get(name)?;
        let date = written.parse().ok();
        if date.is_none() {
            warn(Fault::value(DATES, "dates with their offsets", written));
        }
        date
    };
    Ok(DateRange {
        line,
        id,
        class: attributes.text("CLASS"),
        start: date("START-DATE"),
        end: date("END-DATE"),
        duration: attributes.get("DURATION").and_then(seconds),
        planned: attributes.get("PLANNED-DURATION").and_then(seconds),
        out: attributes.text("SCTE35-OUT"),
        back: attributes.text("SCTE35-IN"),
        after,
    })
}
