//! What a decision does at the tills: it reserves what it chose, and says who could have been chosen.

use std::sync::Arc;

use super::Standing;
use crate::decisions::Spend;
use crate::decisions::scene::{Pick, Reason, Scene};
use crate::decisions::terms::Mode;
use crate::instruments::campaigns::Running;
use crate::words::Time;

/// What was reserved for a question when it was asked before: it is told again, and takes nothing more.
#[derive(Debug, Default)]
pub(in crate::decisions) struct Reserved(Vec<(u128, Spend, Time)>);

impl Reserved {
    pub(in crate::decisions) fn push(&mut self, instrument: u128, spend: Spend, at: Time) {
        self.0.push((instrument, spend, at));
    }

    /// For this instrument, and when.
    pub(in crate::decisions) fn of(&self, instrument: u128) -> Option<(Spend, Time)> {
        let found = self.0.iter().find(|(key, ..)| *key == instrument);
        found.map(|(_, spend, at)| (*spend, *at))
    }
}

/// Reserves what a pick costs.
pub(in crate::decisions) fn reserve(scene: &Scene<'_>, pick: &mut Pick) -> Result<(), Reason> {
    let live = scene.index.get(pick.at);
    let Some(campaign) = &live.campaign else {
        return Ok(());
    };
    // Who tries out, or is held out, is shown nothing that anybody pays for.
    if scene.mode != Mode::Live {
        return Ok(());
    }
    // Its receipt says when it was first told, so that both are one overlay.
    if let Some((spend, at)) = scene.reserved.of(live.key) {
        (pick.terms.spend, pick.decided_at) = (Some(spend), at);
        return Ok(());
    }
    pick.terms.spend = Some(scene.tills.reserve(campaign, scene.now)?);
    Ok(())
}

/// Gives back what was reserved for picks that nobody is told.
pub(in crate::decisions) fn undo(scene: &Scene<'_>, picks: &[Pick]) {
    for pick in picks {
        let live = scene.index.get(pick.at);
        if let Some(spend) = pick
            .terms
            .spend
            .filter(|_| scene.reserved.of(live.key).is_none())
        {
            scene.tills.give_back(spend);
        }
    }
}

/// Notes for whose campaigns something could have been shown, each once, and says which of them were kept from it by a dry
/// till. `could` are the places of the candidates that nothing but a budget stopped, and whether one did.
pub(in crate::decisions) fn note_asked(
    scene: &Scene<'_>,
    could: impl Iterator<Item = (u32, bool)>,
) -> Vec<Arc<Running>> {
    let mut asked: Vec<u128> = Vec::new();
    let mut dry: Vec<Arc<Running>> = Vec::new();
    if scene.mode != Mode::Live {
        return dry;
    }
    for (at, stopped) in could {
        let Some(campaign) = &scene.index.get(at).campaign else {
            continue;
        };
        if !asked.contains(&campaign.key) {
            asked.push(campaign.key);
            scene.tills.note_asked(campaign);
        }
        let is_dry = || scene.tills.standing(campaign, scene.now) == Standing::Dry;
        if stopped && is_dry() && dry.iter().all(|known| known.key != campaign.key) {
            dry.push(campaign.clone());
        }
    }
    dry
}
