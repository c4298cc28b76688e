//! Who asks in a golden case: its profile, what it was shown, and what it did.

use beckon_classifier::schema::Schema;
use beckon_openapi::instrument::Act;
use beckon_openapi::viewer::ViewerProfile;
use serde::Deserialize;

use super::case::{Named, USUAL_SHOW_MS};
use crate::decisions::shown::Showing;
use crate::error::{At, Result};
use crate::viewers::{Code, Declared, Deed, Impression, Stored, Trace, Viewer, profile_from_wire};
use crate::words::{MediaId, Time, ViewerId};

/// Who asks, and what it was shown.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ViewerOf {
    /// `alice` unless told.
    #[serde(default)]
    viewer_id: Option<String>,
    /// Nobody in particular, of whom nothing is kept.
    #[serde(default)]
    anonymous: bool,
    #[serde(default)]
    profile: Option<ViewerProfile>,
    /// What is stored of what it was shown.
    #[serde(default)]
    exposures: Vec<ExposureOf>,
    /// What is counted of showings that are no longer stored one by one.
    #[serde(default)]
    forgotten: Vec<ForgottenOf>,
    /// What it did.
    #[serde(default)]
    acts: Vec<ActOf>,
    /// What only its device knows yet.
    #[serde(default)]
    recent: Vec<ExposureOf>,
}

/// One showing, by its instrument's name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExposureOf {
    instrument: String,
    /// How long before the case's clock it was drawn.
    ago_ms: i64,
    /// How long it showed.
    #[serde(default)]
    show_ms: Option<i64>,
    /// On which media; the case's unless told.
    #[serde(default)]
    media_id: Option<String>,
}

/// Showings of an instrument that only count for life.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ForgottenOf {
    instrument: String,
    count: u64,
}

/// Something done with an instrument.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ActOf {
    instrument: String,
    act: Act,
}

impl ViewerOf {
    /// The viewer, as decisions read it.
    pub(super) fn read(
        &self,
        named: &Named,
        declared: &Declared,
        here: &MediaId,
        now: Time,
    ) -> Result<Viewer> {
        if self.anonymous {
            return Ok(Viewer::nobody(ViewerId::anonymous(1)));
        }
        let viewer_id = ViewerId::parse(self.viewer_id.as_deref().unwrap_or("alice"));
        let viewer_id = viewer_id.at("viewer_id")?;
        let profile = self.profile.clone().map(profile_from_wire).transpose()?;
        let mut stored = Stored {
            profile: profile.map(|profile| (profile, now)),
            ..Stored::default()
        };
        for impression in impressions(&self.exposures, named, here, now, 1)? {
            stored.leave(&Trace::Shown(impression));
        }
        for wire in &self.forgotten {
            let ever = Impression {
                labels: named.labels(&wire.instrument),
                ..nameless(number(named, &wire.instrument)?, here)
            };
            for (level, key) in ever.counters() {
                stored.counts.add(level, Code::of(&key), wire.count);
            }
        }
        for wire in &self.acts {
            stored.leave(&Trace::Done(Deed {
                event_id: String::new(),
                viewer_id: viewer_id.clone(),
                instrument: number(named, &wire.instrument)?,
                act: wire.act.into(),
            }));
        }
        Ok(Viewer::of(&viewer_id, stored, declared, &Schema::default()))
    }

    /// What the device brings along.
    pub(super) fn recent(&self, named: &Named, here: &MediaId, now: Time) -> Result<Vec<Showing>> {
        let showing = |impression: Impression| Showing {
            counted: false,
            ..Showing::stored(&impression.exposure(), here)
        };
        let impressions = impressions(&self.recent, named, here, now, 1_000)?;
        Ok(impressions.into_iter().map(showing).collect())
    }
}

fn number(named: &Named, instrument: &str) -> Result<u128> {
    let id = uuid::Uuid::parse_str(named.id(instrument)?.as_str());
    Ok(id.map_or(0, |id| id.as_u128()))
}

/// An impression of this instrument that says nothing else.
fn nameless(instrument: u128, media_id: &MediaId) -> Impression {
    Impression {
        event_id: String::new(),
        viewer_id: ViewerId::anonymous(0),
        decision: 0,
        instrument,
        labels: Default::default(),
        media_id: media_id.clone(),
        shown_at: Time::from_ms(0),
        hides_at: Time::from_ms(0),
    }
}

/// Showings, numbered from `first` on as decisions of their own.
fn impressions(
    wire: &[ExposureOf],
    named: &Named,
    here: &MediaId,
    now: Time,
    first: u128,
) -> Result<Vec<Impression>> {
    let impression = |(decision, wire): (u128, &ExposureOf)| {
        let media_id = match &wire.media_id {
            Some(id) => MediaId::parse(id).at("media_id")?,
            None => here.clone(),
        };
        let shown_at = now.plus_ms(-wire.ago_ms);
        Ok(Impression {
            decision,
            labels: named.labels(&wire.instrument),
            shown_at,
            hides_at: shown_at.plus_ms(wire.show_ms.unwrap_or(USUAL_SHOW_MS)),
            ..nameless(number(named, &wire.instrument)?, &media_id)
        })
    };
    (first..).zip(wire).map(impression).collect()
}
