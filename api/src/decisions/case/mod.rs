//! Golden cases: one question in a world of its own, and the answer that is expected of it.
//!
//! `decisions/wire/case.rs` says how one is written down; a case decides by the server's own code, without a server.

#[cfg(test)]
mod tests;

use std::time::Duration;

use super::choose::{self, Scratch};
use super::filters::{self, Filter};
use super::receipt::Sealer;
use super::scene::Scene;
use super::shown::{Showing, Shown};
use super::wire::case::{self, Outcome};
use super::world::World;
use super::{Ask, answer, budget, wire};
use crate::error::Result;
use crate::viewers::Viewer;
use crate::words::Time;

/// A golden case.
#[derive(Debug)]
pub struct Case {
    /// The sentence that it proves.
    pub what: String,
    pub(super) world: World,
    pub(super) viewer: Viewer,
    /// What the device brings along of what it was shown lately.
    pub(super) recent: Vec<Showing>,
    /// The question, as a request's body.
    pub(super) ask: Vec<u8>,
    pub(super) now: Time,
    pub(super) expect: Outcome,
}

/// What came of a case.
#[derive(Debug)]
pub struct Decided {
    /// The decision with its explanation, as JSON without receipts.
    pub json: String,
    /// Where it is not as expected: what was expected and what came.
    pub missed: Option<String>,
}

/// The rules by their names.
pub fn rules() -> impl Iterator<Item = &'static str> {
    filters::ALL.iter().map(|(name, _)| *name)
}

impl Case {
    /// Reads a case of a file.
    ///
    /// # Errors
    /// Where it is none; the refusal names the field.
    pub fn read(text: &str) -> Result<Self> {
        case::read(text)
    }

    /// Decides it; where a rule is named, as if there were no such rule.
    ///
    /// # Errors
    /// When its question is none.
    pub fn decide(&self, without: Option<&str>) -> Result<Decided> {
        let rules: Vec<(&str, Filter)> = filters::ALL
            .iter()
            .copied()
            .filter(|(name, _)| Some(*name) != without)
            .collect();
        case::told(&self.answer(&rules)?, &self.expect)
    }

    /// The answer as the server would write it.
    fn answer(&self, rules: &[(&str, Filter)]) -> Result<Vec<u8>> {
        self.within(|sealer, scene| {
            choose::with_scratch(|scratch| {
                let choice = choose::choose(rules, scene, scratch);
                let at_once = || Duration::ZERO;
                let seals = answer::Seals {
                    sealer,
                    links: None,
                };
                let answer = answer::write(seals, scene, &choice, Some(&at_once), scratch);
                // Decided again, it finds its world as it was.
                budget::undo(scene, &choice.picks);
                answer
            })
        })?
    }

    /// Hands out what chooses alone - candidates, filters and ranking, with all that is worked out for them once a
    /// decision - and says how many it chose: to be measured. Memory that choices use again has grown by then.
    ///
    /// # Errors
    /// When its question is none.
    pub fn choosing<T>(&self, measure: impl FnOnce(&mut dyn FnMut() -> usize) -> T) -> Result<T> {
        let (sealer, ask) = (sealer()?, wire::ask(&self.ask)?);
        let mut scratch = Scratch::default();
        let mut choose = |scene: &Scene<'_>| {
            let choice = choose::choose(filters::ALL, scene, &mut scratch);
            budget::undo(scene, &choice.picks);
            choice.picks.len()
        };
        self.scene(&sealer, &ask, &mut choose)?;
        Ok(measure(&mut || {
            measured_choice(self, &sealer, &ask, &mut choose)
        }))
    }

    /// Builds the scene of its question.
    fn within<T>(&self, then: impl FnOnce(&Sealer, &Scene<'_>) -> T) -> Result<T> {
        let (sealer, ask) = (sealer()?, wire::ask(&self.ask)?);
        self.scene(&sealer, &ask, |scene| then(&sealer, scene))
    }

    fn scene<T>(
        &self,
        sealer: &Sealer,
        ask: &Ask<'_>,
        then: impl FnOnce(&Scene<'_>) -> T,
    ) -> Result<T> {
        let (media, now) = (&self.world.media, self.now);
        let mut shown = Shown::default();
        if !self.world.tries_out {
            shown = Shown::gather(sealer, &self.world.index, media, &self.viewer, ask, now);
            self.recent.iter().for_each(|showing| shown.add(*showing));
        }
        let scene = self.world.scene(&self.viewer, &shown, ask, now)?;
        Ok(then(&scene))
    }
}

/// Its receipts open nowhere: an installation's keys are drawn, and never these.
fn sealer() -> Result<Sealer> {
    Ok(Sealer::new(&[[0; 32], [1; 32]])?)
}

/// One choice. Whoever counts instructions counts from where this begins to where it ends, by its name.
#[inline(never)]
fn measured_choice(
    case: &Case,
    sealer: &Sealer,
    ask: &Ask<'_>,
    choose: &mut dyn FnMut(&Scene<'_>) -> usize,
) -> usize {
    // The question was one before.
    case.scene(sealer, ask, choose).unwrap_or(0)
}
