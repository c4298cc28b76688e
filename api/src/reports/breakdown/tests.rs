//! Breakdowns add up, whatever they are by.

use super::*;
use crate::events::EventType;

fn grain(event_type: EventType, instrument: &str, times: u64) -> Grain {
    Grain {
        event_type,
        instrument_id: instrument.to_owned(),
        version: 1,
        variant: None,
        media_id: "cup".to_owned(),
        seen_name: String::new(),
        hour: 0,
        held_out: false,
        times,
        billed_micros: 0,
        value_micros: 0,
        currency: None,
    }
}

fn labels() -> Known {
    let labels = Labels {
        campaign_id: Some("c1".to_owned()),
        advertiser: Some("Tern".to_owned()),
        audiences: vec!["young".to_owned(), "keen".to_owned()],
        variants: vec!["plain".to_owned(), "bold".to_owned()],
    };
    [(("a".to_owned(), 1), labels)].into()
}

fn key(values: &[&str]) -> Vec<Option<String>> {
    let some = |value: &&str| Some((*value).to_owned()).filter(|v| !v.is_empty());
    values.iter().map(some).collect()
}

#[test]
fn without_a_dimension_there_is_one_line_of_all() {
    let grains = [
        grain(EventType::Impression, "a", 10),
        grain(EventType::Impression, "b", 5),
        grain(EventType::Click, "a", 3),
    ];
    let lines = by(&[], &grains, &labels(), None);
    assert_eq!(lines.len(), 1);
    assert_eq!(
        (lines[0].counts.impressions, lines[0].counts.clicks),
        (15, 3)
    );
}

#[test]
fn lines_are_named_by_what_the_version_that_was_shown_says() {
    let mut bold = grain(EventType::Impression, "a", 4);
    (bold.variant, bold.hour) = (Some(1), 1);
    bold.seen_name = "Kingfisher".to_owned();
    let dimensions = [
        Dimension::Instrument,
        Dimension::Campaign,
        Dimension::Advertiser,
        Dimension::Media,
        Dimension::Detection,
        Dimension::Variant,
        Dimension::Hour,
    ];
    let strange = grain(EventType::Impression, "b", 1);
    let lines = by(&dimensions, &[bold, strange], &labels(), None);
    let hour = "1970-01-01T01:00:00.000Z";
    assert_eq!(
        lines[0].key,
        key(&["a", "c1", "Tern", "cup", "Kingfisher", "bold", hour])
    );
    let midnight = "1970-01-01T00:00:00.000Z";
    assert_eq!(lines[1].key, key(&["b", "", "", "cup", "", "", midnight]));
}

#[test]
fn what_is_for_two_audiences_counts_in_both() {
    let grains = [grain(EventType::Impression, "a", 4)];
    let lines = by(&[Dimension::Audience], &grains, &labels(), None);
    let keys: Vec<_> = lines.iter().map(|line| line.key.clone()).collect();
    assert_eq!(keys, [key(&["keen"]), key(&["young"])]);
}

#[test]
fn of_one_campaign_only_its_own_is_told() {
    let grains = [
        grain(EventType::Impression, "a", 4),
        grain(EventType::Impression, "b", 2),
    ];
    let lines = by(&[], &grains, &labels(), Some("c1"));
    assert_eq!(lines[0].counts.impressions, 4);
}

#[test]
fn who_is_held_out_is_in_no_rate_and_makes_the_lift() {
    let mut ghost = grain(EventType::Impression, "a", 100);
    ghost.held_out = true;
    let mut bought = grain(EventType::Conversion, "a", 2);
    bought.held_out = true;
    let grains = [
        grain(EventType::Impression, "a", 1_000),
        grain(EventType::Conversion, "a", 50),
        ghost,
        bought,
    ];
    let counts = by(&[], &grains, &labels(), None)[0].counts.clone();
    let rate = counts.rates().conversion.expect("impressions");
    assert!((rate.rate - 0.05).abs() < 1e-12);
    let lift = lift(&counts).expect("both sides");
    assert!((lift.held_out_rate - 0.02).abs() < 1e-12);
    assert!((lift.difference - 0.03).abs() < 1e-12);
    assert!((lift.relative.expect("a rate") - 1.5).abs() < 1e-9);
    assert!(lift.low < 0.03 && 0.03 < lift.high && lift.low < 0.0);
}

#[test]
fn known_differences_come_out() {
    // Newcombe, Interval estimation for the difference between independent proportions (1998), example (a), method 10.
    let counts = Counts {
        impressions: 70,
        conversions: 56,
        held_out: 80,
        held_out_conversions: 48,
        ..Counts::default()
    };
    let lift = lift(&counts).expect("both sides");
    assert!((lift.low - 0.0524).abs() < 5e-5, "{lift:?}");
    assert!((lift.high - 0.3339).abs() < 5e-5, "{lift:?}");
}

#[test]
fn conversions_are_worth_what_they_are_in_their_own_currency() {
    let worth = |currency: &str, micros| {
        let mut grain = grain(EventType::Conversion, "a", 1);
        (grain.currency, grain.value_micros) = (Some(currency.to_owned()), micros);
        grain
    };
    let grains = [worth("EUR", 3), worth("USD", 5), worth("EUR", 4)];
    let counts = by(&[], &grains, &labels(), None)[0].counts.clone();
    let values: Vec<_> = counts.values.into_iter().collect();
    assert_eq!(values, [("EUR".to_owned(), 7), ("USD".to_owned(), 5)]);
}
