//! What is counted of a candidate, and the counts of an instrument.

use super::super::choose::Scratch;
use super::super::scene::{Choice, Reason, Scene};
use crate::instruments::COUNT_SLOTS;

/// What became of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::decisions) enum What {
    /// It was one.
    Considered,
    /// It was chosen.
    Chosen,
    /// This stopped it.
    Stopped(Reason),
}

const _: () = assert!(
    Reason::ALL.len() + 2 <= COUNT_SLOTS,
    "each reason has a slot"
);

impl What {
    const fn slot(self) -> usize {
        match self {
            Self::Considered => 0,
            Self::Chosen => 1,
            Self::Stopped(reason) => 2 + reason as usize,
        }
    }

    /// What a slot stands for.
    pub(super) fn of_slot(slot: usize) -> Option<Self> {
        match slot {
            0 => Some(Self::Considered),
            1 => Some(Self::Chosen),
            _ => Reason::ALL.get(slot - 2).copied().map(Self::Stopped),
        }
    }
}

/// Counts what became of each candidate.
pub(in crate::decisions) fn count(scene: &Scene<'_>, choice: &Choice, scratch: &Scratch) {
    for (at, fate) in scratch.fates(choice) {
        let counts = &scene.index.get(at).counts;
        counts.note(What::Considered.slot());
        counts.note(fate.map_or(What::Chosen, What::Stopped).slot());
    }
}

/// What became of an instrument over a period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// In how many decisions it was a candidate.
    pub considered: u64,
    /// In how many it was chosen.
    pub chosen: u64,
    /// How often each reason stopped it.
    pub reasons: Vec<(Reason, u64)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_counted_has_a_slot_of_its_own() {
        let whats = [What::Considered, What::Chosen]
            .into_iter()
            .chain(Reason::ALL.map(What::Stopped));
        for (slot, what) in whats.enumerate() {
            assert_eq!((what.slot(), What::of_slot(slot)), (slot, Some(what)));
        }
        assert_eq!(What::of_slot(2 + Reason::ALL.len()), None);
    }
}
