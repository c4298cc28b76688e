//! The words of the domain as types: what passed their constructors is valid everywhere.

use std::fmt;
use std::sync::Arc;

/// What a value must be, where it was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// What was wrong with the value.
    pub detail: String,
    /// The bound that it must keep.
    pub bound: &'static str,
}

/// What ids of media, viewers and answers are made of.
const ID_BOUND: &str = "1 to 128 of A-Za-z0-9._:-";

fn checked_id(what: &str, id: &str) -> Result<Arc<str>, Invalid> {
    let fits = (1..=128).contains(&id.len());
    let clean = id
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':' | b'-'));
    if fits && clean {
        Ok(id.into())
    } else {
        Err(Invalid {
            detail: format!("a {what} is {ID_BOUND}"),
            bound: ID_BOUND,
        })
    }
}

macro_rules! ids {
    ($($(#[doc = $doc:literal])+ $name:ident = $what:literal;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks the id.
            ///
            /// # Errors
            /// When it is not 1 to 128 of `A-Za-z0-9._:-`.
            pub fn parse(id: &str) -> Result<Self, Invalid> {
                checked_id($what, id).map(Self)
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    )+};
}

ids! {
    /// The id of a media.
    MediaId = "media_id";
    /// The pseudonymous id of a viewer.
    ViewerId = "viewer_id";
    /// The id of an instrument.
    InstrumentId = "instrument_id";
    /// The id of a campaign.
    CampaignId = "campaign_id";
    /// The id of something in its owner's own system.
    ExternalId = "external_id";
    /// The id of a saved audience.
    AudienceId = "audience_id";
    /// The id of a cue.
    CueId = "cue_id";
    /// The id of an answer to a question.
    AnswerId = "answer_id";
    /// The id of an entity.
    EntityId = "entity_id";
    /// The id of a registered reference image.
    ReferenceId = "reference_id";
    /// The id of an uploaded image: the digest of its content.
    ImageId = "image_id";
    /// The id of a model: the digest of its content.
    ModelId = "model_id";
}

/// How the ids of nobody begin.
const NOBODY: &str = "anonymous:";

impl ViewerId {
    /// The id of nobody in particular: good for one decision, so that nothing that is done joins up.
    #[must_use]
    pub fn anonymous(number: u128) -> Self {
        Self(format!("{NOBODY}{number:032x}").into())
    }

    /// Whether it names nobody: then nothing is kept of a viewer.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        self.0.starts_with(NOBODY)
    }
}

/// Milliseconds since a media's zero; never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position(i64);

impl Position {
    /// The media's zero.
    pub const ZERO: Self = Self(0);

    /// Checks the position.
    ///
    /// # Errors
    /// When it is negative.
    pub fn parse(ms: i64) -> Result<Self, Invalid> {
        if ms >= 0 {
            Ok(Self(ms))
        } else {
            Err(Invalid {
                detail: format!("a position counts from the media's zero; {ms} lies before it"),
                bound: "0 or more",
            })
        }
    }

    /// The position in milliseconds.
    #[must_use]
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// This much earlier, but not before the media's zero.
    #[must_use]
    pub const fn back(self, ms: i64) -> Self {
        let earlier = self.0.saturating_sub(ms);
        Self(if earlier < 0 { 0 } else { earlier })
    }

    /// This much later; `ms` is a length and thus never negative.
    #[must_use]
    pub fn forward(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms.max(0)))
    }
}

/// A range of positions, both ends in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    from: Position,
    to: Position,
}

/// Why two positions are not a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvalidWindow {
    /// It begins below zero, or ends before it begins.
    Reversed(String),
    /// It is wider than the route allows.
    TooWide {
        /// How wide it is.
        width_ms: i64,
        /// How wide it may be.
        widest_ms: i64,
    },
}

impl Window {
    /// Checks a window of at most `widest_ms`.
    ///
    /// # Errors
    /// When it begins below zero, ends before it begins, or is too wide.
    pub fn parse(from_ms: i64, to_ms: i64, widest_ms: i64) -> Result<Self, InvalidWindow> {
        if from_ms < 0 {
            return Err(InvalidWindow::Reversed(format!(
                "the window begins at {from_ms}, before the media's zero"
            )));
        }
        if to_ms < from_ms {
            return Err(InvalidWindow::Reversed(format!(
                "the window ends at {to_ms}, before it begins at {from_ms}"
            )));
        }
        let width_ms = to_ms - from_ms;
        if width_ms > widest_ms {
            return Err(InvalidWindow::TooWide {
                width_ms,
                widest_ms,
            });
        }
        Ok(Self {
            from: Position(from_ms),
            to: Position(to_ms),
        })
    }

    /// All of a media.
    pub const WHOLE: Self = Self {
        from: Position::ZERO,
        to: Position(i64::MAX),
    };

    /// Its first position.
    #[must_use]
    pub const fn from(self) -> Position {
        self.from
    }

    /// Its last position.
    #[must_use]
    pub const fn to(self) -> Position {
        self.to
    }

    /// Whether the position lies in it.
    #[must_use]
    pub fn contains(self, position: Position) -> bool {
        self.from <= position && position <= self.to
    }
}

/// How sure a recogniser is, 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Confidence(f64);

impl Confidence {
    /// However unsure.
    pub const ANY: Self = Self(0.0);

    /// Checks the confidence.
    ///
    /// # Errors
    /// When it is not a number from 0 to 100.
    pub fn parse(percent: f64) -> Result<Self, Invalid> {
        // NaN lies in no range.
        if (0.0..=100.0).contains(&percent) {
            Ok(Self(percent))
        } else {
            Err(Invalid {
                detail: format!("a confidence is a number from 0 to 100, not {percent}"),
                bound: "0..=100",
            })
        }
    }

    /// The confidence in percent.
    #[must_use]
    pub const fn percent(self) -> f64 {
        self.0
    }
}

/// A moment, in milliseconds since 1970 (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Time {
    /// The moment so many milliseconds after 1970 began.
    #[must_use]
    pub const fn from_ms(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds since 1970 began.
    #[must_use]
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// This much later, or earlier where negative.
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// How long after `earlier` this is; negative where it lies before.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Reads RFC 3339.
    ///
    /// # Errors
    /// When it is not a time of that form.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        text.parse::<jiff::Timestamp>()
            .map(|t| Self(t.as_millisecond()))
            .map_err(|_| Invalid {
                detail: format!("`{text}` is not a time as RFC 3339 writes it"),
                bound: "RFC 3339, such as 2026-11-20T19:00:00Z",
            })
    }
}

impl fmt::Display for Time {
    /// RFC 3339 in UTC with milliseconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(time) => write!(f, "{time:.3}"),
            // Only times outside the years -9999 to 9999 get here, and none is ever stored.
            Err(_) => f.write_str("9999-12-31T23:59:59.999Z"),
        }
    }
}

/// An amount of money in millionths of a US dollar: recognisers charge less than a cent a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct MicroUsd(i64);

impl MicroUsd {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// A million dollars, more than any media may spend.
    const MOST: i64 = 1_000_000_000_000;

    /// An amount in millionths; below nothing is nothing.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(if micros < 0 { 0 } else { micros })
    }

    /// Checks an amount in dollars, and rounds it to a millionth.
    ///
    /// # Errors
    /// When it is not a number from 0 to a million.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range is checked before"
    )]
    pub fn parse_usd(dollars: f64) -> Result<Self, Invalid> {
        let micros = (dollars * 1e6).round();
        // NaN lies in no range.
        if (0.0..=Self::MOST as f64).contains(&micros) {
            Ok(Self(micros as i64))
        } else {
            Err(Invalid {
                detail: format!("{dollars} is no amount in dollars"),
                bound: "0..=1000000",
            })
        }
    }

    /// In millionths of a dollar.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// In dollars.
    #[must_use]
    pub fn usd(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// Both together.
    #[must_use]
    pub const fn plus(self, more: Self) -> Self {
        Self(self.0.saturating_add(more.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_made_of_the_allowed_characters_only() {
        assert!(MediaId::parse("harbour-cup:2026.final_1").is_ok());
        for id in ["", "a b", "ü", "a/b", &"x".repeat(129)] {
            assert!(MediaId::parse(id).is_err(), "{id:?} was taken");
        }
    }

    #[test]
    fn a_confidence_is_a_percentage_and_never_nan() {
        assert!(Confidence::parse(0.0).is_ok() && Confidence::parse(100.0).is_ok());
        for wrong in [-0.1, 100.1, f64::NAN, f64::INFINITY] {
            assert!(Confidence::parse(wrong).is_err(), "{wrong} was taken");
        }
    }

    #[test]
    fn a_window_is_neither_reversed_nor_below_zero_nor_too_wide() {
        assert!(Window::parse(5, 5, 10).is_ok());
        assert!(matches!(
            Window::parse(6, 5, 10),
            Err(InvalidWindow::Reversed(_))
        ));
        assert!(matches!(
            Window::parse(-1, 5, 10),
            Err(InvalidWindow::Reversed(_))
        ));
        assert_eq!(
            Window::parse(0, 11, 10),
            Err(InvalidWindow::TooWide {
                width_ms: 11,
                widest_ms: 10
            })
        );
    }

    #[test]
    fn both_ends_of_a_window_are_in() {
        let window = Window::parse(10, 20, 100).expect("a window");
        let at = |ms| window.contains(Position::parse(ms).expect("a position"));
        assert!(!at(9) && at(10) && at(20) && !at(21));
    }

    #[test]
    fn a_position_never_goes_below_zero() {
        assert!(Position::parse(-1).is_err());
        assert_eq!(Position::ZERO.forward(5).back(10), Position::ZERO);
    }

    #[test]
    fn times_are_read_and_written_as_rfc_3339() {
        let time = Time::parse("2026-11-20T20:00:00.25+01:00").expect("a time");
        assert_eq!(time.to_string(), "2026-11-20T19:00:00.250Z");
        assert!(Time::parse("yesterday").is_err());
    }
}
