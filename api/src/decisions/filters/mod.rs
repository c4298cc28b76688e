//! Filters: one rule a file, asked in the order of their cost; the first that objects is the reason.

mod ad_break;
mod audience;
mod budget;
mod campaign;
mod category;
mod cooldown;
mod daypart;
mod following;
mod frequency;
mod interruptions;
mod killed;
mod kind;
mod life;
mod media;
mod media_clock;
mod mix;
mod restricted;
mod rival;
mod room;
mod schedule;
mod sensitive;
mod separation;
mod suppression;
mod trigger;

pub(super) use life::{held_until, life_of};
pub(super) use trigger::unmet;

use super::candidates::Candidate;
use super::scene::{Reason, Scene};
use crate::instruments::Live;

/// One rule: why this candidate may not run for this viewer now; `None` where it may.
pub(super) type Filter = fn(&Scene<'_>, &Candidate, &Live) -> Option<Reason>;

/// Every rule, by its file's name. The names are there for tests that leave one out.
pub(super) const ALL: &[(&str, Filter)] = &[
    ("killed", killed::objection),
    ("media", media::objection),
    ("schedule", schedule::objection),
    ("daypart", daypart::objection),
    ("media_clock", media_clock::objection),
    ("campaign", campaign::objection),
    ("kind", kind::objection),
    ("ad_break", ad_break::objection),
    ("trigger", trigger::objection),
    ("rival", rival::objection),
    ("category", category::objection),
    ("restricted", restricted::objection),
    ("sensitive", sensitive::objection),
    ("audience", audience::objection),
    ("following", following::objection),
    ("suppression", suppression::objection),
    ("life", life::objection),
    ("cooldown", cooldown::objection),
    ("frequency", frequency::objection),
    ("separation", separation::objection),
    ("mix", mix::objection),
    ("interruptions", interruptions::objection),
    ("room", room::objection),
    ("budget", budget::objection),
];

/// Those that look at what the viewer is shown, and so look again at what is left after each slot of one answer. An
/// overlay's life and cooldowns do not: a second slot is shown beside the first.
const AGAIN: [&str; 5] = ["frequency", "separation", "mix", "interruptions", "room"];

/// Why this candidate may not stand beside what the scene's answer holds already.
pub(super) fn again(
    rules: &[(&str, Filter)],
    scene: &Scene<'_>,
    candidate: &Candidate,
    live: &Live,
) -> Option<Reason> {
    let looks = |(name, _): &&(&str, Filter)| AGAIN.contains(name);
    rules
        .iter()
        .filter(looks)
        .find_map(|(_, rule)| rule(scene, candidate, live))
}

/// Why this candidate may not run by these rules; `None` where it may.
pub(super) fn objection(
    rules: &[(&str, Filter)],
    scene: &Scene<'_>,
    candidate: &Candidate,
    live: &Live,
) -> Option<Reason> {
    rules
        .iter()
        .find_map(|(_, rule)| rule(scene, candidate, live))
}

/// The name of the rule that stops a candidate for this reason: looked up where somebody asks, and not remembered by those
/// who do not.
pub(super) fn rule_of(
    scene: &Scene<'_>,
    candidate: &Candidate,
    reason: Reason,
) -> Option<&'static str> {
    let live = scene.index.get(candidate.at);
    let stops = |rule: &Filter| rule(scene, candidate, live) == Some(reason);
    let (name, _) = ALL.iter().find(|(_, rule)| stops(rule))?;
    Some(name)
}
