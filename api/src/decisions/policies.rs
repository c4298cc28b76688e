//! The policies that draw, each with the name under which receipts speak of it.

use beckon_classifier::policy::{Policy, PolicyParams};

use super::Ranking;
use super::missing::Missing;
use super::scene::NamedPolicy;
use crate::cues::Show;

/// One policy for each way in which candidates are ranked.
#[derive(Debug)]
pub(super) struct Policies {
    /// Draws among what a model has scored.
    ranked: NamedPolicy,
    /// Draws while only popularity is known: there is more to find out than to make use of.
    exploring: NamedPolicy,
    /// Draws where there was no time for the model or nothing to know of the viewer, under a name of its own: what comes
    /// of it is not what the same policy does for the same people.
    contextual: NamedPolicy,
    /// Draws nothing: a host has chosen.
    host: NamedPolicy,
}

impl Policies {
    /// All of them.
    pub(super) fn new() -> anyhow::Result<Self> {
        let exploring = PolicyParams::exploring().check()?;
        Ok(Self {
            ranked: NamedPolicy::new(Policy::default()),
            exploring: NamedPolicy::new(exploring),
            contextual: NamedPolicy {
                id: format!("contextual-{}", exploring.id()),
                policy: exploring,
            },
            host: NamedPolicy::host(),
        })
    }

    /// The one that draws where this is put to all, or this ranks.
    pub(super) fn of(
        &self,
        show: Option<&Show>,
        ranking: &Ranking,
        missing: Missing,
    ) -> &NamedPolicy {
        match (show, ranking.model()) {
            (Some(_), _) => &self.host,
            (None, _) if missing.is_contextual() => &self.contextual,
            (None, Some(_)) => &self.ranked,
            (None, None) => &self.exploring,
        }
    }
}
