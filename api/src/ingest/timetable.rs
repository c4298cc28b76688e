//! Timetable: whether a media is watched at a moment, and which models must run for it then.

use std::collections::BTreeMap;

use crate::media::{Media, Recogniser, Source};
use crate::words::{MediaId, Time};

/// Where a moment lies in a media's timetable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hours {
    /// It begins then.
    Before(Time),
    /// It runs.
    Open,
    /// It is over since then.
    Over(Time),
}

/// Where this moment lies; without a timetable a media always runs.
#[must_use]
pub fn hours(media: &Media, now: Time) -> Hours {
    match &media.details.timetable {
        Some(table) if now < table.starts_at => Hours::Before(table.starts_at),
        Some(table) if now >= table.ends_at => Hours::Over(table.ends_at),
        _ => Hours::Open,
    }
}

/// The stream that is to be watched now, if any.
#[must_use]
pub fn stream(media: &Media, now: Time) -> Option<&str> {
    match &media.details.ingest.as_ref()?.source {
        Source::Hls { url } if hours(media, now) == Hours::Open => Some(url),
        Source::Hls { .. } | Source::Thumbnails { .. } => None,
    }
}

/// The model of one's own that a media is recognised by.
fn model(media: &Media) -> Option<&str> {
    match &media.details.ingest.as_ref()?.recogniser {
        Recogniser::Images => None,
        Recogniser::Rekognition(asked) => {
            let custom = asked.custom_labels.as_ref()?;
            Some(&custom.project_version_arn)
        }
    }
}

/// Which models must run at this moment, and for which media: each from `lead_ms` before its first start to its last end.
/// One without a timetable runs as long as its media is there.
#[must_use]
pub fn models<'a>(
    all: impl IntoIterator<Item = &'a Media>,
    now: Time,
    lead_ms: i64,
) -> BTreeMap<String, Vec<MediaId>> {
    let mut needed = BTreeMap::<String, Vec<MediaId>>::new();
    for media in all {
        let is_near = match hours(media, now) {
            Hours::Before(starts_at) => starts_at.since(now) <= lead_ms,
            Hours::Open => true,
            Hours::Over(_) => false,
        };
        if let (Some(arn), true) = (model(media), is_near) {
            needed
                .entry(arn.to_owned())
                .or_default()
                .push(media.media_id.clone());
        }
    }
    needed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{CustomLabels, Details, Frames, Ingest, Rekognition, Timetable};
    use crate::words::Confidence;

    fn media(id: &str, arn: Option<&str>, hours: Option<(i64, i64)>) -> Media {
        let recogniser = match arn {
            None => Recogniser::Images,
            Some(arn) => Recogniser::Rekognition(Rekognition {
                custom_labels: Some(CustomLabels {
                    project_version_arn: arn.to_owned(),
                    min_confidence: Confidence::parse(80.0).expect("a confidence"),
                }),
                ..Rekognition::default()
            }),
        };
        let ingest = Ingest {
            source: Source::Hls {
                url: "https://a.example/x.m3u8".to_owned(),
            },
            recogniser,
            frames: Frames::PerSecond(1.0),
            most_lag_ms: 10_000,
            max_spend: None,
        };
        let timetable = hours.map(|(from, to)| Timetable {
            starts_at: Time::from_ms(from),
            ends_at: Time::from_ms(to),
            zone: "Europe/Berlin".to_owned(),
        });
        Media {
            media_id: MediaId::parse(id).expect("an id"),
            zero: Time::from_ms(0),
            details: Details {
                ingest: Some(ingest),
                timetable,
                ..Details::default()
            },
            created_at: Time::from_ms(0),
            updated_at: Time::from_ms(0),
        }
    }

    #[test]
    fn a_media_is_watched_from_its_start_to_just_before_its_end() {
        let media = media("m", None, Some((100, 200)));
        let watched = |ms| stream(&media, Time::from_ms(ms)).is_some();
        assert_eq!([99, 100, 199, 200].map(watched), [false, true, true, false]);
    }

    #[test]
    fn a_media_without_a_timetable_always_runs_and_one_without_ingest_never() {
        let mut always = media("m", None, None);
        assert!(stream(&always, Time::from_ms(i64::MAX)).is_some());
        always.details.ingest = None;
        assert!(stream(&always, Time::from_ms(5)).is_none());
    }

    #[test]
    fn a_model_runs_from_its_lead_before_the_first_start_to_the_last_end() {
        let first = media("a", Some("arn:x"), Some((1_000, 2_000)));
        let second = media("b", Some("arn:x"), Some((1_500, 3_000)));
        let runs = |ms| models([&first, &second], Time::from_ms(ms), 300).contains_key("arn:x");
        assert_eq!(
            [699, 700, 1_999, 2_000, 2_999, 3_000].map(runs),
            [false, true, true, true, true, false]
        );
    }

    #[test]
    fn media_that_are_recognised_otherwise_need_no_model() {
        assert!(models([&media("a", None, None)], Time::from_ms(0), 0).is_empty());
    }
}
