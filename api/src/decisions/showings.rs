//! Showings in memory, those of one instrument found without a look at the others: a viewer may have hundreds, and every
//! candidate asks for its own.

use super::shown::Showing;

/// How many chains there are.
const CHAINS: usize = 64;

/// Showings, chained by the low bits of their instruments, which are random.
#[derive(Debug, Clone)]
pub(super) struct Showings {
    all: Vec<Showing>,
    /// Of each showing the one before it in its chain, by its number; numbers count from 1, and 0 is none.
    before: Vec<u32>,
    /// The last one of each chain.
    last: [u32; CHAINS],
    /// A bit for each instrument: most candidates were never shown, and need not be looked for.
    instruments: [u64; 16],
}

impl Default for Showings {
    fn default() -> Self {
        Self::with_capacity(0)
    }
}

impl Showings {
    /// None yet, and room for so many.
    pub(super) fn with_capacity(most: usize) -> Self {
        Self {
            all: Vec::with_capacity(most),
            before: Vec::with_capacity(most),
            last: [0; CHAINS],
            instruments: [0; 16],
        }
    }

    fn bit(instrument: u128) -> (usize, u64) {
        let at = (instrument % 1_024) as usize;
        (at / 64, 1 << (at % 64))
    }

    /// Notes an instrument that was shown, whenever that was.
    pub(super) fn mark(&mut self, instrument: u128) {
        let (word, bit) = Self::bit(instrument);
        self.instruments[word] |= bit;
    }

    /// Whether this instrument may have been shown: seldom wrongly so, and never wrongly not.
    pub(super) fn may_hold(&self, instrument: u128) -> bool {
        let (word, bit) = Self::bit(instrument);
        self.instruments[word] & bit != 0
    }

    pub(super) fn push(&mut self, showing: Showing) {
        self.mark(showing.instrument);
        let last = &mut self.last[(showing.instrument % CHAINS as u128) as usize];
        self.before.push(*last);
        self.all.push(showing);
        *last = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
    }

    /// All of them, in the order in which they came.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Showing> + Clone {
        self.all.iter()
    }

    /// Those of one instrument.
    pub(super) fn of(&self, instrument: u128) -> impl Iterator<Item = &Showing> + Clone {
        let place = |number: u32| (number as usize).checked_sub(1);
        let last = self.last[(instrument % CHAINS as u128) as usize];
        let chain = std::iter::successors(place(last), move |at| place(self.before[*at]));
        let all = chain.map(|at| &self.all[at]);
        all.filter(move |showing| showing.instrument == instrument)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::viewers::Labels;
    use crate::words::Time;

    fn showing(instrument: u128, at: i64) -> Showing {
        Showing {
            decision: 1,
            instrument,
            kind: None,
            labels: Labels::default(),
            here: true,
            shown_at: Time::from_ms(at),
            hides_at: Time::from_ms(at + 10),
            counted: true,
        }
    }

    #[test]
    fn an_instruments_own_showings_are_found_beside_those_of_its_chain() {
        let mut showings = Showings::default();
        // The first two share a chain, and the third shares a bit with none of them.
        for (nth, instrument) in (0..).zip([3, 3 + 64, 5, 3, 3 + 64, 3]) {
            showings.push(showing(instrument, nth));
        }
        let of = |instrument| {
            let of = showings.of(instrument).map(|one| one.shown_at.ms());
            of.collect::<Vec<_>>()
        };
        assert_eq!(of(3), [5, 3, 0]);
        assert_eq!(of(3 + 64), [4, 1]);
        assert_eq!(of(5), [2]);
        assert!(of(6).is_empty() && of(3 + 128).is_empty());
        assert!(showings.may_hold(5) && !showings.may_hold(6));
        assert_eq!(showings.iter().count(), 6);
    }
}
