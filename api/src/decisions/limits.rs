//! Which kinds this viewer may not be shown now, whatever the instrument: caps and cooldowns over all of them.

use super::scene::Scene;
use super::shown::Showing;
use crate::instruments::Kind;
use crate::viewers::{Code, Level};
use crate::words::Time;

/// Kinds as bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Limits {
    /// The viewer has seen them as often as caps allow.
    pub(super) capped: u8,
    /// They wait until a cooldown is over.
    pub(super) cooling: u8,
}

impl Limits {
    /// What holds at this moment.
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        Self {
            capped: capped(scene),
            cooling: cooling(scene),
        }
    }
}

fn capped(scene: &Scene<'_>) -> u8 {
    let (caps, shown) = (&scene.delivery.caps, scene.shown);
    let all = (Level::Global, Code::of(""));
    if !caps.global.is_empty() && shown.reaches(scene, &caps.global, all, shown.iter()) {
        return u8::MAX;
    }
    let reached = caps.kinds.iter().filter(|(kind, caps)| {
        let key = (Level::Kind, Code::of(kind.as_str()));
        let of_kind = shown.iter().filter(|showing| showing.kind == Some(**kind));
        shown.reaches(scene, caps, key, of_kind)
    });
    bits(reached.map(|(kind, _)| *kind))
}

fn cooling(scene: &Scene<'_>) -> u8 {
    let (rules, shown) = (&scene.delivery.cooldowns, scene.shown);
    let cools = |showing: &Showing, ms: i64| ms > 0 && scene.now < showing.hides_at.plus_ms(ms);
    let of_session = |showing: &&Showing| {
        let since = |from: Time| showing.shown_at >= from;
        shown.session_from.is_some_and(since)
    };
    let most = rules.session_count.map_or(usize::MAX, |most| most as usize);
    let all = shown.iter().any(|showing| cools(showing, rules.global_ms))
        || shown
            .iter()
            .filter(of_session)
            .any(|showing| cools(showing, rules.session_ms))
        || shown.iter().filter(of_session).count() >= most;
    if all {
        return u8::MAX;
    }
    let held = rules.kinds.iter().filter(|(kind, ms)| {
        let same = |showing: &&Showing| showing.kind == Some(**kind);
        shown
            .iter()
            .filter(same)
            .any(|showing| cools(showing, **ms))
    });
    bits(held.map(|(kind, _)| *kind))
}

fn bits(kinds: impl Iterator<Item = Kind>) -> u8 {
    kinds.fold(0, |bits, kind| bits | kind.bit())
}
