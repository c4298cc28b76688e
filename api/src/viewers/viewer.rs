//! A viewer as decisions read it.

use beckon_classifier::schema::{Piece, Schema};

use super::Stored;
use super::attributes::{Attributes, pieces};
use super::profile::Consent;
use crate::words::{MediaId, Time, ViewerId};

/// A viewer as decisions read it; shared, never changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Viewer {
    /// Its id.
    pub viewer_id: ViewerId,
    consent: Consent,
    attributes: Attributes,
    pieces: Vec<Piece>,
    exposures: Vec<Exposure>,
}

impl Viewer {
    /// What decisions may read of what is stored.
    #[must_use]
    pub fn of(viewer_id: &ViewerId, stored: Stored, schema: &Schema) -> Self {
        let profile = stored.profile.as_ref().map(|(profile, _)| profile);
        let usable = profile.filter(|profile| profile.consent.personalisation);
        Self {
            viewer_id: viewer_id.clone(),
            consent: profile.map(|profile| profile.consent).unwrap_or_default(),
            attributes: usable.map(Attributes::of).unwrap_or_default(),
            pieces: usable.map_or_else(Vec::new, |profile| pieces(profile, schema)),
            exposures: stored.exposures,
        }
    }

    /// Whether its profile may choose what is shown.
    #[must_use]
    pub const fn personalisation(&self) -> bool {
        self.consent.personalisation
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

    /// What it was shown, the newest first, at most [`MOST_EXPOSURES`](super::MOST_EXPOSURES).
    #[must_use]
    pub fn exposures(&self) -> &[Exposure] {
        &self.exposures
    }
}

/// One thing that a viewer was shown, for caps and the overlay life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposure {
    /// The decision that showed it, as a number: one showing known from two sides counts once.
    pub decision: u128,
    /// The instrument's id as a number.
    pub instrument: u128,
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
    /// What, where and when.
    pub exposure: Exposure,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::viewers::{AttributeName, Code, Profile, Value};

    fn stored(personalisation: bool) -> Stored {
        let likes = AttributeName::parse("psychograph.likes").expect("a name");
        let profile = Profile {
            attributes: [(likes, Value::List(vec!["birds".to_owned()]))].into(),
            consent: Consent { personalisation },
        };
        Stored {
            profile: Some((profile, Time::from_ms(0))),
            exposures: Vec::new(),
        }
    }

    fn alice() -> ViewerId {
        ViewerId::parse("alice").expect("an id")
    }

    #[test]
    fn without_consent_decisions_see_nothing_of_a_profile() {
        let schema = Schema::default();
        let with = Viewer::of(&alice(), stored(true), &schema);
        assert!(with.attributes.get(Code::of("psychograph.likes")).is_some());
        assert_eq!(with.pieces.len(), 1);
        let without = Viewer::of(&alice(), stored(false), &schema);
        assert_eq!(without, Viewer::of(&alice(), Stored::default(), &schema));
    }
}
