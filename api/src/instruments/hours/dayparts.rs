//! Dayparts: the hours of the week, by the clock on the wall of one place.
//!
//! That clock is asked what it shows, not how long ago midnight was. So where it leaps from two to three in spring,
//! nothing runs from two to half past two that day, and where it goes back from three to two in autumn, that runs twice.

use std::cell::Cell;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::detections::{NameId, Names};
use crate::words::{Invalid, Time};

const DAY: u16 = 24 * 60;
const WEEK: u16 = 7 * DAY;

/// The zones that this program brings along: every node knows the same.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A place whose clocks count.
#[derive(Debug, Clone)]
pub struct Zone {
    name: Box<str>,
    zone: TimeZone,
    /// The name as a number.
    key: NameId,
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Zone {
    /// Finds a zone by its IANA name.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn parse(name: &str) -> Result<Self, Invalid> {
        let zone = ZONES.get(name).map_err(|_| Invalid {
            detail: format!("there is no zone `{name}`"),
            bound: "an IANA zone, such as Europe/Berlin",
        })?;
        let name = zone.iana_name().unwrap_or(name);
        Ok(Self {
            key: Names::intern_exact(&format!("zone {name}")),
            name: name.into(),
            zone,
        })
    }

    /// Its IANA name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its clocks show, in minutes since Monday began.
    fn minute_of_week(&self, now: Time) -> u16 {
        let Ok(moment) = Timestamp::from_millisecond(now.ms()) else {
            return 0;
        };
        let shown = self.zone.to_datetime(moment);
        let number = |n: i8| u16::from(n.unsigned_abs());
        number(shown.weekday().to_monday_zero_offset()) * DAY
            + number(shown.hour()) * 60
            + number(shown.minute())
    }
}

/// A day of the week, Monday first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(u8);

impl Day {
    /// Their short names, as they are stored and told.
    const NAMES: [&'static str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    /// All of them.
    pub const ALL: [Self; 7] = [
        Self(0),
        Self(1),
        Self(2),
        Self(3),
        Self(4),
        Self(5),
        Self(6),
    ];

    /// Finds a day by its short name.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn parse(name: &str) -> Result<Self, Invalid> {
        let found = Self::ALL.into_iter().find(|day| day.as_str() == name);
        found.ok_or_else(|| Invalid {
            detail: format!("`{name}` is no day"),
            bound: "mon, tue, wed, thu, fri, sat or sun",
        })
    }

    /// Its short name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::NAMES[usize::from(self.0)]
    }
}

/// A time of day, in minutes since midnight; 24:00 is the end of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minute(u16);

impl Minute {
    /// Reads `18:30`.
    ///
    /// # Errors
    /// When it is not a time of that form from 00:00 to 24:00.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let read = || {
            let (hour, minute) = text.split_once(':')?;
            let two = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
            if !two(hour) || !two(minute) {
                return None;
            }
            let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
            let all = hour * 60 + minute;
            (minute < 60 && all <= DAY).then_some(Self(all))
        };
        read().ok_or_else(|| Invalid {
            detail: format!("`{text}` is no time of day"),
            bound: "00:00 to 24:00",
        })
    }
}

impl std::fmt::Display for Minute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// Some hours of some days. What ends before it begins, ends on the next day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Daypart {
    /// On which days it begins.
    pub days: Vec<Day>,
    /// When it begins.
    pub from: Minute,
    /// When it is over.
    pub to: Minute,
}

/// The hours in which an instrument runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Dayparts {
    /// By whose clocks.
    pub zone: Zone,
    /// Any of these; there is one at least.
    pub parts: Vec<Daypart>,
}

/// Dayparts ready for the hot path: ranges of the week's minutes.
#[derive(Debug, Clone)]
pub struct Weekly {
    zone: Zone,
    /// From this minute on, and before that one.
    ranges: Box<[(u16, u16)]>,
}

impl Weekly {
    /// Works the ranges out.
    #[must_use]
    pub fn new(dayparts: &Dayparts) -> Self {
        let mut ranges = Vec::new();
        for part in &dayparts.parts {
            let Minute(from) = part.from;
            let overnight = if part.to <= part.from { DAY } else { 0 };
            let to = part.to.0 + overnight;
            for Day(day) in &part.days {
                let midnight = u16::from(*day) * DAY;
                let (from, to) = (midnight + from, midnight + to);
                ranges.push((from, to.min(WEEK)));
                // What begins on Sunday may end on Monday.
                if to > WEEK {
                    ranges.push((0, to - WEEK));
                }
            }
        }
        Self {
            zone: dayparts.zone.clone(),
            ranges: ranges.into(),
        }
    }

    /// Whether it is one of these hours.
    #[must_use]
    pub fn holds(&self, clock: &WallClock) -> bool {
        let minute = clock.minute_of_week(&self.zone);
        let holds = |(from, to): &(u16, u16)| (*from..*to).contains(&minute);
        self.ranges.iter().any(holds)
    }
}

/// A moment, and what it is by the clocks of the zone that was asked last: hardly an installation has two.
#[derive(Debug, Clone)]
pub struct WallClock {
    now: Time,
    last: Cell<Option<(NameId, u16)>>,
}

impl WallClock {
    /// Of this moment.
    #[must_use]
    pub const fn new(now: Time) -> Self {
        Self {
            now,
            last: Cell::new(None),
        }
    }

    fn minute_of_week(&self, zone: &Zone) -> u16 {
        if let Some((key, minute)) = self.last.get()
            && key == zone.key
        {
            return minute;
        }
        let minute = zone.minute_of_week(self.now);
        self.last.set(Some((zone.key, minute)));
        minute
    }
}
