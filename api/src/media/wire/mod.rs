//! Media on the wire and in the domain.

mod clear;
mod ingest;

use beckon_openapi::media as wire;

use self::ingest::{ingest_from_wire, ingest_to_wire, timetable_from_wire, timetable_to_wire};
use super::{AdBreak, Details, Marker, Media, OverlayLife, QuietScope, Signal};
use crate::error::{At, Refusal, Result};
use crate::words::{MediaId, Position, Time};

/// The longest time that an overlay may show.
const LONGEST_SHOW_MS: u64 = 3_600_000;
/// The longest quiet time.
const LONGEST_QUIET_MS: u64 = 86_400_000;
/// As many markers as a long event has.
const MOST_MARKERS: usize = 200;

/// A new media, of this moment unless it names its zero.
///
/// # Errors
/// When a field breaks its bound.
pub fn new_media(wire: wire::NewMedia, now: Time) -> Result<Media> {
    let wire::NewMedia {
        media_id,
        title,
        zero,
        markers,
        playback_url,
        poster_url,
        preview_url,
        signal,
        overlay_life,
        people_basis,
        ingest,
        timetable,
        keep_clear,
        burnt_in_captions,
        for_children,
    } = wire;
    let media_id = MediaId::parse(&media_id).at("media_id")?;
    let zero = zero.map(|text| Time::parse(&text).at("zero")).transpose()?;
    let update = wire::MediaUpdate {
        title,
        markers,
        playback_url,
        poster_url,
        preview_url,
        signal,
        overlay_life,
        people_basis,
        ingest,
        timetable,
        keep_clear,
        burnt_in_captions,
        for_children,
    };
    Ok(Media {
        details: details(update, &media_id)?,
        media_id,
        zero: zero.unwrap_or(now),
        created_at: now,
        updated_at: now,
    })
}

/// What may change about a media.
pub(super) fn details(wire: wire::MediaUpdate, media_id: &MediaId) -> Result<Details> {
    if wire.markers.len() > MOST_MARKERS {
        let detail = format!("there are {} markers", wire.markers.len());
        return Err(Refusal::field("markers", detail, format!("at most {MOST_MARKERS}")).into());
    }
    let mut markers = Vec::with_capacity(wire.markers.len());
    for (i, marker) in wire.markers.into_iter().enumerate() {
        let at = i64::try_from(marker.position_ms).unwrap_or(i64::MAX);
        markers.push(Marker {
            name: text(&format!("markers[{i}].name"), marker.name, 80)?,
            position: Position::parse(at).at(&format!("markers[{i}].position_ms"))?,
        });
    }
    markers.sort_by_key(|marker| marker.position);
    let url = |field, url: Option<String>| url.map(|url| web_url(field, url)).transpose();
    let optional =
        |field, value: Option<String>, longest| value.map(|v| text(field, v, longest)).transpose();
    Ok(Details {
        title: optional("title", wire.title, 200)?.unwrap_or_else(|| media_id.to_string()),
        markers,
        playback_url: url("playback_url", wire.playback_url)?,
        poster_url: url("poster_url", wire.poster_url)?,
        preview_url: url("preview_url", wire.preview_url)?,
        signal: wire.signal.map(signal).transpose()?,
        overlay_life: wire
            .overlay_life
            .map(|life| life_from_wire("overlay_life", life))
            .transpose()?,
        people_basis: optional("people_basis", wire.people_basis, 200)?,
        ingest: wire.ingest.map(ingest_from_wire).transpose()?,
        timetable: wire.timetable.map(timetable_from_wire).transpose()?,
        keep_clear: clear::from_wire(wire.keep_clear)?,
        burnt_in_captions: wire.burnt_in_captions,
        for_children: wire.for_children,
    })
}

fn text(field: &str, value: String, longest: usize) -> Result<String> {
    let length = value.chars().count();
    if value.trim().is_empty() || length > longest {
        let detail = format!("{field} has {length} characters");
        return Err(Refusal::field(field, detail, format!("1 to {longest} characters")).into());
    }
    Ok(value)
}

/// Checks a URL that browsers or we will open: http or https, with a host, or a path of our own server.
///
/// # Errors
/// When it is anything else.
pub fn web_url(field: &str, url: String) -> Result<String> {
    const BOUND: &str = "http or https, at most 2000 characters";
    let own_path = url.starts_with('/') && !url.starts_with("//");
    let web = url.parse::<http::Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some()
    });
    if url.len() <= 2000
        && (own_path || web)
        && !url
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || c == '\\')
    {
        Ok(url)
    } else {
        Err(Refusal::field(field, format!("{field} is not a web address"), BOUND).into())
    }
}

fn signal(wire: wire::Signal) -> Result<Signal> {
    let arn = |arn| text("signal.channel_arn", arn, 128);
    Ok(match wire {
        wire::Signal::Origin { url, channel_arn } => Signal::Origin {
            url: web_url("signal.url", url)?,
            channel_arn: arn(channel_arn)?,
        },
        wire::Signal::Ivs { channel_arn } => {
            if !channel_arn.starts_with("arn:") || !channel_arn.contains(":ivs:") {
                let detail = format!("`{channel_arn}` names no IVS channel");
                let bound = "arn:aws:ivs:…:channel/…";
                return Err(Refusal::field("signal.channel_arn", detail, bound).into());
            }
            Signal::Ivs {
                channel_arn: arn(channel_arn)?,
            }
        }
    })
}

fn signal_to_wire(signal: Signal) -> wire::Signal {
    match signal {
        Signal::Origin { url, channel_arn } => wire::Signal::Origin { url, channel_arn },
        Signal::Ivs { channel_arn } => wire::Signal::Ivs { channel_arn },
    }
}

/// Checks an overlay life.
///
/// # Errors
/// When it shows for less than a second or more than an hour, or is quiet for more than a day.
pub fn life_from_wire(field: &str, wire: wire::OverlayLife) -> Result<OverlayLife> {
    let wire::OverlayLife {
        show_ms,
        quiet_ms,
        quiet_scope,
    } = wire;
    let bounded = |name: &str, value: u64, least: u64, most: u64| {
        if (least..=most).contains(&value) {
            i64::try_from(value).map_err(|e| crate::error::Error::Failed(e.into()))
        } else {
            Err(Refusal::field(
                format!("{field}.{name}"),
                format!("{name} is {value}"),
                format!("{least}..={most}"),
            )
            .into())
        }
    };
    Ok(OverlayLife {
        show_ms: bounded("show_ms", show_ms, 1000, LONGEST_SHOW_MS)?,
        quiet_ms: bounded("quiet_ms", quiet_ms, 0, LONGEST_QUIET_MS)?,
        quiet_scope: match quiet_scope {
            wire::QuietScope::Instrument => QuietScope::Instrument,
            wire::QuietScope::Media => QuietScope::Media,
        },
    })
}

/// An overlay life for the wire.
#[must_use]
pub fn life_to_wire(life: OverlayLife) -> wire::OverlayLife {
    let OverlayLife {
        show_ms,
        quiet_ms,
        quiet_scope,
    } = life;
    wire::OverlayLife {
        show_ms: show_ms.unsigned_abs(),
        quiet_ms: quiet_ms.unsigned_abs(),
        quiet_scope: match quiet_scope {
            QuietScope::Instrument => wire::QuietScope::Instrument,
            QuietScope::Media => wire::QuietScope::Media,
        },
    }
}

impl From<&Media> for wire::Media {
    fn from(media: &Media) -> Self {
        let Media {
            media_id,
            zero,
            details,
            created_at,
            updated_at,
        } = media;
        let details = details.clone();
        Self {
            media_id: media_id.to_string(),
            title: details.title,
            zero: zero.to_string(),
            markers: details.markers.into_iter().map(marker).collect(),
            playback_url: details.playback_url,
            poster_url: details.poster_url,
            preview_url: details.preview_url,
            signal: details.signal.map(signal_to_wire),
            overlay_life: details.overlay_life.map(life_to_wire),
            people_basis: details.people_basis,
            ingest: details.ingest.map(ingest_to_wire),
            timetable: details.timetable.map(timetable_to_wire),
            keep_clear: clear::to_wire(&details.keep_clear),
            burnt_in_captions: details.burnt_in_captions,
            for_children: details.for_children,
            created_at: created_at.to_string(),
            updated_at: updated_at.to_string(),
        }
    }
}

fn marker(marker: Marker) -> wire::Marker {
    wire::Marker {
        name: marker.name,
        position_ms: marker.position.ms().unsigned_abs(),
    }
}

impl From<&AdBreak> for wire::AdBreak {
    fn from(ad_break: &AdBreak) -> Self {
        let AdBreak {
            id,
            from_ms,
            to_ms,
            planned_ms,
        } = ad_break;
        Self {
            break_id: id.clone(),
            from_ms: *from_ms,
            to_ms: *to_ms,
            planned_ms: *planned_ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_and_own_paths_are_taken() {
        for good in [
            "https://a.example/x.m3u8",
            "http://127.0.0.1:8080/live/m.m3u8",
            "/live/m.m3u8",
        ] {
            assert!(web_url("u", good.to_owned()).is_ok(), "{good} was refused");
        }
        for bad in [
            "javascript:alert(1)",
            "ftp://a.example/x",
            "//a.example/x",
            "data:text/html,x",
            "https://",
            "/a b",
            "",
        ] {
            assert!(web_url("u", bad.to_owned()).is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn a_media_needs_no_more_than_its_id() {
        let wire = wire::NewMedia {
            media_id: "m".to_owned(),
            ..Default::default()
        };
        let now = Time::from_ms(5);
        let media = new_media(wire, now).expect("a media");
        assert_eq!((media.details.title.as_str(), media.zero), ("m", now));
    }
}
