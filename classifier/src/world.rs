//! A simulated audience whose truth is known: what learning is measured against, in tests and the demo.

use crate::draw::{mix, uniform};

/// Whether viewers differ in what they like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tastes {
    /// What a viewer is decides what it engages with.
    Real,
    /// Instruments differ in popularity; who watches does not matter.
    None,
    /// Every instrument engages everyone alike: there is nothing to learn at all.
    Flat,
}

/// A viewer of the simulated audience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimViewer {
    /// As `viewer-017`.
    pub id: String,
    /// What it is drawn to: one of six; this decides most of its tastes.
    pub psychograph: &'static str,
    /// How it watches: one of four; this decides a little.
    pub behaviour: &'static str,
    /// An age band: one of four; this decides nothing, and learning has to find that out.
    pub demography: &'static str,
}

/// An instrument of the simulated world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SimInstrument {
    /// As `poll-best-move`.
    pub id: &'static str,
    /// One of the kinds of instruments.
    pub kind: &'static str,
    /// What it is about.
    pub category: &'static str,
    /// The psychograph it speaks to.
    suits: &'static str,
    /// The behaviour that likes it a little more.
    fits: &'static str,
}

const PSYCHOGRAPHS: [&str; 6] = [
    "competitor",
    "collector",
    "explorer",
    "homebody",
    "socialiser",
    "tinkerer",
];
const BEHAVIOURS: [&str; 4] = ["binger", "browser", "night_owl", "regular"];
const DEMOGRAPHIES: [&str; 4] = ["age=18-24", "age=25-34", "age=35-54", "age=55+"];

const INSTRUMENTS: [SimInstrument; 8] = [
    instrument("poll-best-move", "poll", "sport", "competitor", "regular"),
    instrument("quiz-who-scored", "quiz", "sport", "socialiser", "binger"),
    instrument(
        "trivia-first-edition",
        "trivia",
        "culture",
        "collector",
        "browser",
    ),
    instrument(
        "product-trail-shoe",
        "product",
        "outdoor",
        "explorer",
        "regular",
    ),
    instrument("ad-armchair", "ad", "home", "homebody", "night_owl"),
    instrument(
        "promotion-two-tickets",
        "promotion",
        "travel",
        "socialiser",
        "browser",
    ),
    instrument(
        "upsell-behind-the-scenes",
        "upsell",
        "culture",
        "tinkerer",
        "binger",
    ),
    instrument(
        "product-tool-set",
        "product",
        "home",
        "tinkerer",
        "night_owl",
    ),
];

const fn instrument(
    id: &'static str,
    kind: &'static str,
    category: &'static str,
    suits: &'static str,
    fits: &'static str,
) -> SimInstrument {
    SimInstrument {
        id,
        kind,
        category,
        suits,
        fits,
    }
}

/// How many viewers a world has.
pub const VIEWERS: usize = 200;

/// A simulated world. Everything in it follows from its seed.
#[derive(Debug, Clone)]
pub struct World {
    seed: u64,
    tastes: Tastes,
    viewers: Vec<SimViewer>,
}

impl World {
    /// The world of a seed: who watches, and how popular each instrument is.
    #[must_use]
    pub fn new(seed: u64, tastes: Tastes) -> Self {
        let viewers = (0..VIEWERS as u64).map(|number| {
            let one_of = |from: &[&'static str], what: u64| {
                from[(uniform(mix(seed, what), number) * from.len() as f64) as usize]
            };
            SimViewer {
                id: format!("viewer-{number:03}"),
                psychograph: one_of(&PSYCHOGRAPHS, 1),
                behaviour: one_of(&BEHAVIOURS, 2),
                demography: one_of(&DEMOGRAPHIES, 3),
            }
        });
        Self {
            seed,
            tastes,
            viewers: viewers.collect(),
        }
    }

    /// The audience.
    #[must_use]
    pub fn viewers(&self) -> &[SimViewer] {
        &self.viewers
    }

    /// What can be shown, all of it always.
    #[must_use]
    pub fn instruments(&self) -> &[SimInstrument] {
        &INSTRUMENTS
    }

    /// The true chance that this viewer engages with this instrument: a base of 5 to 20 %, of a viewer
    /// it suits 45 to 60 %, and a few points more where it fits how the viewer watches.
    ///
    /// Both are places in [`World::viewers`] and [`World::instruments`].
    #[must_use]
    pub fn truth(&self, viewer: usize, instrument: usize) -> f64 {
        let drawn = |what: u64| uniform(mix(self.seed, what), instrument as u64);
        let base = 0.05 + 0.15 * drawn(4);
        match self.tastes {
            Tastes::Flat => 0.12,
            Tastes::None => base,
            Tastes::Real => {
                let (viewer, instrument) = (&self.viewers[viewer], &INSTRUMENTS[instrument]);
                let suited = viewer.psychograph == instrument.suits;
                let rate = if suited { 0.45 + 0.15 * drawn(5) } else { base };
                if viewer.behaviour == instrument.fits {
                    rate + 0.04
                } else {
                    rate
                }
            }
        }
    }

    /// Whether this viewer engages, when it is shown this instrument as its `answer`th answer.
    #[must_use]
    pub fn engages(&self, viewer: usize, instrument: usize, answer: u64) -> bool {
        let luck = mix(mix(self.seed, 6), viewer as u64);
        uniform(mix(luck, instrument as u64), answer) < self.truth(viewer, instrument)
    }

    /// The expected engaged rate of choosing blindly.
    #[must_use]
    pub fn random_rate(&self) -> f64 {
        self.mean(|truths| truths.iter().sum::<f64>() / truths.len() as f64)
    }

    /// The expected engaged rate of knowing everything.
    #[must_use]
    pub fn best_rate(&self) -> f64 {
        self.mean(|truths| truths.iter().copied().fold(0.0, f64::max))
    }

    /// The expected engaged rate of choosing with these chances for each viewer.
    ///
    /// `chances` has a row for each viewer, with a number for each instrument.
    #[must_use]
    pub fn rate_of(&self, chances: &[Vec<f64>]) -> f64 {
        let of = |(viewer, chances): (usize, &Vec<f64>)| -> f64 {
            let weighed = |(at, chance): (usize, &f64)| chance * self.truth(viewer, at);
            chances.iter().enumerate().map(weighed).sum()
        };
        chances.iter().enumerate().map(of).sum::<f64>() / chances.len().max(1) as f64
    }

    fn mean(&self, of: impl Fn(&[f64]) -> f64) -> f64 {
        let truths = |viewer| {
            (0..INSTRUMENTS.len())
                .map(|at| self.truth(viewer, at))
                .collect::<Vec<_>>()
        };
        (0..VIEWERS).map(|viewer| of(&truths(viewer))).sum::<f64>() / VIEWERS as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tastes_make_knowing_worth_much_more_than_guessing() {
        for seed in 0..10 {
            let world = World::new(seed, Tastes::Real);
            let (random, best) = (world.random_rate(), world.best_rate());
            assert!((0.1..0.25).contains(&random), "{random}");
            assert!((0.5..0.65).contains(&best), "{best}");
        }
    }

    #[test]
    fn without_tastes_all_viewers_are_alike() {
        for tastes in [Tastes::None, Tastes::Flat] {
            let world = World::new(3, tastes);
            for instrument in 0..8 {
                let first = world.truth(0, instrument);
                assert!((1..VIEWERS).all(|viewer| world.truth(viewer, instrument) == first));
            }
        }
        let flat = World::new(3, Tastes::Flat);
        assert!((flat.best_rate() - flat.random_rate()).abs() < 1e-12);
    }

    #[test]
    fn answers_come_as_often_as_the_truth_says_and_are_repeatable() {
        let world = World::new(1, Tastes::Real);
        for (viewer, instrument) in [(0, 0), (7, 3), (150, 6)] {
            let count = (0..20_000)
                .filter(|answer| world.engages(viewer, instrument, *answer))
                .count();
            let truth = world.truth(viewer, instrument);
            assert!(
                (count as f64 / 20_000.0 - truth).abs() < 0.015,
                "{count} of {truth}"
            );
            assert_eq!(
                world.engages(viewer, instrument, 9),
                world.engages(viewer, instrument, 9)
            );
        }
    }

    #[test]
    fn every_psychograph_has_something_that_suits_it() {
        for psychograph in PSYCHOGRAPHS {
            assert!(
                INSTRUMENTS
                    .iter()
                    .any(|instrument| instrument.suits == psychograph)
            );
        }
    }

    #[test]
    fn the_rate_of_even_chances_is_the_random_rate() {
        let world = World::new(2, Tastes::Real);
        let even = vec![vec![1.0 / 8.0; 8]; VIEWERS];
        assert!((world.rate_of(&even) - world.random_rate()).abs() < 1e-12);
    }
}
