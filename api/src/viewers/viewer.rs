//! A viewer as decisions read it.

use beckon_classifier::schema::{Piece, Schema};

use super::attributes::{Attributes, Code, pieces};
use super::counts::{Act, Counts, Level};
use super::declared::Declared;
use super::profile::Consent;
use super::{KEPT_EXPOSURES, KEPT_MS, Stored};
use crate::categories::Categories;
use crate::words::{MediaId, Time, ViewerId};

/// A viewer as decisions read it; shared, never changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Viewer {
    /// Its id.
    pub viewer_id: ViewerId,
    consent: Consent,
    /// What it opted out of, and all that lies in it: kept without consent too.
    opt_outs: Categories,
    attributes: Attributes,
    pieces: Vec<Piece>,
    exposures: Vec<Exposure>,
    counts: Counts,
}

impl Viewer {
    /// What decisions may read of what is stored.
    #[must_use]
    pub fn of(viewer_id: &ViewerId, stored: Stored, declared: &Declared, schema: &Schema) -> Self {
        let profile = stored.profile.as_ref().map(|(profile, _)| profile);
        let usable = profile.filter(|profile| profile.consent.personalisation);
        Self {
            viewer_id: viewer_id.clone(),
            consent: profile.map(|profile| profile.consent).unwrap_or_default(),
            opt_outs: profile.map_or(Categories::default(), |profile| profile.opt_outs.covers()),
            attributes: usable
                .map(|profile| Attributes::of(profile, declared))
                .unwrap_or_default(),
            pieces: usable.map_or_else(Vec::new, |profile| pieces(profile, schema)),
            exposures: stored.exposures,
            counts: stored.counts,
        }
    }

    /// A viewer of whom nothing is known, and nothing is to be.
    #[must_use]
    pub fn nobody(viewer_id: ViewerId) -> Self {
        Self {
            viewer_id,
            consent: Consent::default(),
            opt_outs: Categories::default(),
            attributes: Attributes::default(),
            pieces: Vec::new(),
            exposures: Vec::new(),
            counts: Counts::default(),
        }
    }

    /// Whether its profile may choose what is shown.
    #[must_use]
    pub const fn personalisation(&self) -> bool {
        self.consent.personalisation
    }

    /// The categories that it opted out of, with all that lie in them: no consent is needed to keep to them.
    #[must_use]
    pub const fn opt_outs(&self) -> Categories {
        self.opt_outs
    }

    /// Its attributes; none without consent, so that no rule can read what it may not.
    #[must_use]
    pub const fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// What the classifier reads of it; nothing without consent.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// What it was shown, the newest first, as far back as [`KEPT_EXPOSURES`](super::KEPT_EXPOSURES) says.
    #[must_use]
    pub fn exposures(&self) -> &[Exposure] {
        &self.exposures
    }

    /// What is counted of it for ever.
    #[must_use]
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }
}

/// Under what a showing counts beside its instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Labels<T> {
    /// The instrument's kind.
    pub kind: Option<T>,
    /// For whom it runs; without case, as [`Labels::new`] makes it.
    pub advertiser: Option<T>,
    /// The campaign that it belongs to.
    pub campaign: Option<T>,
}

impl<T> Default for Labels<T> {
    fn default() -> Self {
        Self {
            kind: None,
            advertiser: None,
            campaign: None,
        }
    }
}

impl Labels<String> {
    /// Labels of these texts.
    #[must_use]
    pub fn new(kind: &str, advertiser: Option<&str>, campaign: Option<&str>) -> Self {
        Self {
            kind: Some(kind.to_owned()),
            advertiser: advertiser.map(|name| name.trim().to_lowercase()),
            campaign: campaign.map(str::to_owned),
        }
    }

    /// The same as decisions compare them.
    #[must_use]
    pub fn codes(&self) -> Labels<Code> {
        let code = |text: &Option<String>| text.as_deref().map(Code::of);
        Labels {
            kind: code(&self.kind),
            advertiser: code(&self.advertiser),
            campaign: code(&self.campaign),
        }
    }
}

/// One thing that a viewer was shown, for caps and the overlay life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposure {
    /// The decision that showed it, as a number: one showing known from two sides counts once.
    pub decision: u128,
    /// The instrument's id as a number.
    pub instrument: u128,
    /// Under what it counts, as it was when it was shown.
    pub labels: Labels<Code>,
    /// On which media.
    pub media_id: MediaId,
    /// When it was drawn.
    pub shown_at: Time,
    /// When it hides.
    pub hides_at: Time,
}

/// An impression, as the event log tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Impression {
    /// The event's id: recording it twice changes nothing.
    pub event_id: String,
    /// Who was shown something.
    pub viewer_id: ViewerId,
    /// By which decision.
    pub decision: u128,
    /// Which instrument.
    pub instrument: u128,
    /// Under what it counts.
    pub labels: Labels<String>,
    /// On which media.
    pub media_id: MediaId,
    /// When it was drawn.
    pub shown_at: Time,
    /// When it hides.
    pub hides_at: Time,
}

impl Impression {
    /// The exposure that comes of it.
    #[must_use]
    pub fn exposure(&self) -> Exposure {
        Exposure {
            decision: self.decision,
            instrument: self.instrument,
            labels: self.labels.codes(),
            media_id: self.media_id.clone(),
            shown_at: self.shown_at,
            hides_at: self.hides_at,
        }
    }

    /// Every level and key under which it counts.
    pub fn counters(&self) -> impl Iterator<Item = (Level, String)> {
        let Labels {
            kind,
            advertiser,
            campaign,
        } = self.labels.clone();
        let instrument = uuid::Uuid::from_u128(self.instrument).to_string();
        [
            (Level::Global, Some(String::new())),
            (Level::Kind, kind),
            (Level::Advertiser, advertiser),
            (Level::Campaign, campaign),
            (Level::Instrument, Some(instrument)),
        ]
        .into_iter()
        .filter_map(|(level, key)| Some((level, key?)))
    }
}

/// An act, as the event log tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// The event's id.
    pub event_id: String,
    /// Who did something.
    pub viewer_id: ViewerId,
    /// With which instrument.
    pub instrument: u128,
    /// What.
    pub act: Act,
}

/// What an event leaves with its viewer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trace {
    /// It was shown something.
    Shown(Impression),
    /// It did something.
    Done(Deed),
}

impl Trace {
    /// With whom it is left.
    #[must_use]
    pub const fn viewer_id(&self) -> &ViewerId {
        match self {
            Self::Shown(impression) => &impression.viewer_id,
            Self::Done(deed) => &deed.viewer_id,
        }
    }

    /// By which event.
    #[must_use]
    pub fn event_id(&self) -> &str {
        match self {
            Self::Shown(impression) => &impression.event_id,
            Self::Done(deed) => &deed.event_id,
        }
    }
}

impl Stored {
    /// What is stored after one more trace, as every store must have it. The same event must not come twice.
    pub fn leave(&mut self, trace: &Trace) {
        match trace {
            Trace::Shown(impression) => {
                let exposure = impression.exposure();
                let newer = |known: &Exposure| known.shown_at > exposure.shown_at;
                let at = self.exposures.partition_point(newer);
                self.exposures.insert(at, exposure);
                let newest = self.exposures[0].shown_at;
                let (least, most) = KEPT_EXPOSURES;
                let kept = self.exposures.iter().take(most).enumerate();
                let kept = kept.take_while(|(nth, exposure)| {
                    *nth < least || newest.since(exposure.shown_at) < KEPT_MS
                });
                self.exposures.truncate(kept.count());
                for (level, key) in impression.counters() {
                    self.counts.add(level, Code::of(&key), 1);
                }
            }
            Trace::Done(deed) => self.counts.note(deed.instrument, deed.act),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::categories::Category;
    use crate::viewers::{AttributeName, Code, Profile, Value};

    fn stored(personalisation: bool) -> Stored {
        let likes = AttributeName::parse("psychograph.likes").expect("a name");
        let profile = Profile {
            attributes: [(likes, Value::List(vec!["birds".to_owned()]))].into(),
            consent: Consent { personalisation },
            ..Profile::default()
        };
        Stored {
            profile: Some((profile, Time::from_ms(0))),
            ..Stored::default()
        }
    }

    fn alice() -> ViewerId {
        ViewerId::parse("alice").expect("an id")
    }

    #[test]
    fn without_consent_decisions_see_nothing_of_a_profile() {
        let (known, schema) = (Declared::default(), Schema::default());
        let with = Viewer::of(&alice(), stored(true), &known, &schema);
        assert!(with.attributes.get(Code::of("psychograph.likes")).is_some());
        assert_eq!(with.pieces.len(), 1);
        let without = Viewer::of(&alice(), stored(false), &known, &schema);
        assert_eq!(
            without,
            Viewer::of(&alice(), Stored::default(), &known, &schema)
        );
    }

    #[test]
    fn an_opt_out_counts_without_consent_and_for_all_that_lies_in_it() {
        let alcohol = Category::parse("alcohol").expect("a category");
        let beer = Category::parse("alcohol.beer").expect("a category");
        let mut stored = stored(false);
        if let Some((profile, _)) = &mut stored.profile {
            profile.opt_outs = [alcohol].into_iter().collect();
        }
        let viewer = Viewer::of(&alice(), stored, &Declared::default(), &Schema::default());
        let opted: Vec<Category> = viewer.opt_outs().iter().collect();
        assert!(opted.contains(&alcohol) && opted.contains(&beer));
    }
}
