//! Hours by the wall's clock, through both changes of daylight saving, and by the media's.

use super::*;
use crate::media::{Details, Marker, Media};
use crate::words::{MediaId, Position, Time};

fn weekly(zone: &str, parts: &[(&[&str], &str, &str)]) -> Weekly {
    let part = |(days, from, to): &(&[&str], &str, &str)| Daypart {
        days: days
            .iter()
            .map(|day| Day::parse(day).expect("a day"))
            .collect(),
        from: Minute::parse(from).expect("a time"),
        to: Minute::parse(to).expect("a time"),
    };
    Weekly::new(&Dayparts {
        zone: Zone::parse(zone).expect("a zone"),
        parts: parts.iter().map(part).collect(),
    })
}

#[track_caller]
fn at(weekly: &Weekly, moment: &str) -> bool {
    weekly.holds(&WallClock::new(Time::parse(moment).expect("a time")))
}

const EVERY_DAY: &[&str] = &["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

#[test]
fn a_daypart_holds_its_first_minute_and_not_its_last() {
    let evening = weekly("Europe/Berlin", &[(&["wed"], "18:00", "22:30")]);
    // 2026-11-18 is a Wednesday; Berlin is an hour ahead of UTC in winter.
    assert!(!at(&evening, "2026-11-18T16:59:59.999Z"));
    assert!(at(&evening, "2026-11-18T17:00:00Z"));
    assert!(at(&evening, "2026-11-18T21:29:59.999Z"));
    assert!(!at(&evening, "2026-11-18T21:30:00Z"));
    assert!(!at(&evening, "2026-11-19T18:00:00Z"), "a Thursday");
}

#[test]
fn what_ends_before_it_begins_ends_on_the_next_day_also_from_sunday_to_monday() {
    let night = weekly("UTC", &[(&["fri", "sun"], "22:00", "02:00")]);
    for (moment, expected) in [
        ("2026-11-20T21:59:00Z", false),
        ("2026-11-20T22:00:00Z", true),
        ("2026-11-21T01:59:00Z", true),
        ("2026-11-21T02:00:00Z", false),
        ("2026-11-21T23:00:00Z", false),
        ("2026-11-22T23:00:00Z", true),
        ("2026-11-23T01:59:59Z", true),
        ("2026-11-23T02:00:00Z", false),
        ("2026-11-22T01:00:00Z", false),
    ] {
        assert_eq!(at(&night, moment), expected, "{moment}");
    }
}

#[test]
fn a_whole_day_ends_at_midnight_of_its_own_place() {
    let saturday = weekly("America/New_York", &[(&["sat"], "00:00", "24:00")]);
    assert!(!at(&saturday, "2026-11-21T04:59:59Z"));
    assert!(at(&saturday, "2026-11-21T05:00:00Z"));
    assert!(at(&saturday, "2026-11-22T04:59:59Z"));
    assert!(!at(&saturday, "2026-11-22T05:00:00Z"));
}

#[test]
fn in_spring_the_hour_that_the_clock_leaps_over_does_not_run() {
    // In Berlin 02:00 becomes 03:00 on 2027-03-28, at 01:00 UTC.
    let leapt = weekly("Europe/Berlin", &[(EVERY_DAY, "02:00", "03:00")]);
    assert!(at(&leapt, "2027-03-27T01:30:00Z"), "the night before");
    let mut moment = Time::parse("2027-03-27T23:00:00Z").expect("midnight in Berlin");
    for _ in 0..23 * 60 {
        assert!(!leapt.holds(&WallClock::new(moment)), "{moment}");
        moment = moment.plus_ms(60_000);
    }
    assert!(
        at(&leapt, "2027-03-29T00:30:00Z"),
        "the night after, by summer time"
    );
}

#[test]
fn in_spring_what_spans_the_leap_is_an_hour_shorter() {
    let spanning = weekly("Europe/Berlin", &[(&["sat"], "23:00", "04:00")]);
    assert_eq!(minutes(&spanning, "2027-03-27T12:00:00Z"), 4 * 60);
    assert_eq!(minutes(&spanning, "2027-03-20T12:00:00Z"), 5 * 60);
    let ending_within = weekly("America/New_York", &[(&["sun"], "01:30", "02:30")]);
    // In New York 02:00 becomes 03:00 on 2027-03-14.
    assert_eq!(minutes(&ending_within, "2027-03-14T00:00:00Z"), 30);
    assert!(
        !at(&ending_within, "2027-03-14T07:00:00Z"),
        "three o'clock there"
    );
}

#[test]
fn in_autumn_the_hour_that_the_clock_shows_twice_runs_twice() {
    // In Berlin 03:00 becomes 02:00 on 2026-10-25, at 01:00 UTC.
    let twice = weekly("Europe/Berlin", &[(EVERY_DAY, "02:00", "03:00")]);
    assert!(
        at(&twice, "2026-10-25T00:30:00Z"),
        "the first time, by summer time"
    );
    assert!(
        at(&twice, "2026-10-25T01:30:00Z"),
        "the second, by winter time"
    );
    assert!(!at(&twice, "2026-10-25T02:00:00Z"));
    assert_eq!(minutes(&twice, "2026-10-24T12:00:00Z"), 2 * 60);
    // A part that ends within it ends twice.
    let half = weekly("America/New_York", &[(&["sat"], "23:00", "01:30")]);
    // In New York 02:00 becomes 01:00 on 2026-11-01.
    assert_eq!(minutes(&half, "2026-10-31T12:00:00Z"), 60 + 90 + 30);
    assert_eq!(minutes(&half, "2026-10-24T12:00:00Z"), 60 + 90);
}

/// How many minutes of the day and a half from this moment on are in it.
fn minutes(weekly: &Weekly, from: &str) -> usize {
    let from = Time::parse(from).expect("a time");
    let moments = (0..36 * 60).map(|minute| from.plus_ms(minute * 60_000));
    moments
        .filter(|moment| weekly.holds(&WallClock::new(*moment)))
        .count()
}

#[test]
fn zones_that_differ_are_told_apart_in_one_moment() {
    let berlin = weekly("Europe/Berlin", &[(EVERY_DAY, "20:00", "21:00")]);
    let tokyo = weekly("Asia/Tokyo", &[(EVERY_DAY, "04:00", "05:00")]);
    let clock = WallClock::new(Time::parse("2026-11-20T19:30:00Z").expect("a time"));
    for _ in 0..2 {
        assert!(berlin.holds(&clock) && tokyo.holds(&clock));
    }
    assert!(Zone::parse("Mars/Olympus").is_err());
}

#[test]
fn times_of_day_are_read_strictly() {
    for good in ["00:00", "09:05", "23:59", "24:00"] {
        assert_eq!(Minute::parse(good).expect("a time").to_string(), good);
    }
    for bad in [
        "24:01", "9:05", "12:60", "12", "12:5", "ab:cd", "", "-1:00", "+1:00",
    ] {
        assert!(Minute::parse(bad).is_err(), "{bad:?} was taken");
    }
}

fn media(markers: &[(&str, i64)]) -> Media {
    let marker = |(name, ms): &(&str, i64)| Marker {
        name: (*name).to_owned(),
        position: Position::parse(*ms).expect("a position"),
    };
    let zero = Time::from_ms(0);
    Media {
        media_id: MediaId::parse("m").expect("an id"),
        zero,
        details: Details {
            markers: markers.iter().map(marker).collect(),
            ..Details::default()
        },
        created_at: zero,
        updated_at: zero,
    }
}

fn stretch(from: Option<&str>, to: Option<&str>, from_ms: i64, to_ms: Option<i64>) -> MediaStretch {
    MediaStretch {
        from_marker: from.map(str::to_owned),
        to_marker: to.map(str::to_owned),
        from_ms,
        to_ms,
    }
}

fn runs(stretch: &MediaStretch, media: &Media, ms: i64) -> bool {
    let position = Position::parse(ms).expect("a position");
    runs_in(std::slice::from_ref(stretch), media, position)
}

#[test]
fn a_half_lasts_from_its_marker_to_the_next_and_on_while_that_one_is_not_set() {
    let second = stretch(Some("second-half"), Some("full-time"), 0, None);
    let game = media(&[
        ("kick-off", 1_000),
        ("second-half", 5_000),
        ("full-time", 9_000),
    ]);
    let at = [4_999, 5_000, 8_999, 9_000].map(|ms| runs(&second, &game, ms));
    assert_eq!(at, [false, true, true, false]);
    let going_on = media(&[("kick-off", 1_000), ("Second-Half", 5_000)]);
    assert!(runs(&second, &going_on, 1_000_000));
    let not_begun = media(&[("kick-off", 1_000)]);
    assert!(!runs(&second, &not_begun, 6_000));
}

#[test]
fn minutes_count_from_a_marker_or_from_the_zero() {
    let game = media(&[("kick-off", 300_000)]);
    let minute = 60_000;
    let by_marker = stretch(Some("kick-off"), None, 30 * minute, Some(45 * minute));
    let at =
        [34 * minute, 35 * minute, 49 * minute, 50 * minute].map(|ms| runs(&by_marker, &game, ms));
    assert_eq!(at, [false, true, true, false]);
    let by_zero = stretch(None, None, 30 * minute, Some(45 * minute));
    let at = [29 * minute, 30 * minute, 45 * minute].map(|ms| runs(&by_zero, &game, ms));
    assert_eq!(at, [false, true, false]);
}

#[test]
fn a_stretch_may_begin_before_its_marker_and_last_for_ever() {
    let game = media(&[("goal", 60_000)]);
    let around = stretch(Some("goal"), Some("goal"), -10_000, Some(5_000));
    let at = [49_999, 50_000, 64_999, 65_000].map(|ms| runs(&around, &game, ms));
    assert_eq!(at, [false, true, true, false]);
    let after = stretch(Some("goal"), None, 0, None);
    assert!(!runs(&after, &game, 59_999) && runs(&after, &game, i64::MAX));
    assert!(runs_in(&[], &game, Position::ZERO));
}
