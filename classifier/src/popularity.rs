//! What is known of an instrument before any model is: how often it engaged those who saw it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::row::Row;

/// How often an instrument was shown, and engaged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Times shown.
    pub shown: u64,
    /// Times engaged with.
    pub engaged: u64,
}

/// What is believed of an instrument nobody has seen: as if it had been shown `shown` times and had
/// engaged `engaged` times.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Prior {
    /// Believed engagements.
    pub engaged: f64,
    /// Believed showings.
    pub shown: f64,
}

impl Default for Prior {
    /// One in ten, worth ten showings: overlays engage 5 to 20 % of those who see them, and ten
    /// showings are forgotten within a minute of a live channel.
    fn default() -> Self {
        Self {
            engaged: 1.0,
            shown: 10.0,
        }
    }
}

impl Prior {
    /// The posterior mean of the engaged rate. An impossible prior or tally is held inside `(0, 1)`.
    #[must_use]
    pub fn rate(&self, tally: &Tally) -> f64 {
        let engaged = self.engaged + tally.engaged as f64;
        let shown = self.shown + tally.shown as f64;
        let rate = engaged / shown;
        if rate.is_nan() {
            0.5
        } else {
            rate.clamp(1e-6, 1.0 - 1e-6)
        }
    }

    /// The log odds of [`Prior::rate`]: the scale a model scores on, so one policy serves both.
    #[must_use]
    pub fn score(&self, tally: &Tally) -> f32 {
        let rate = self.rate(tally);
        (rate / (1.0 - rate)).ln() as f32
    }
}

/// The engaged rates of all instruments: the champion before there is a model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Popularity {
    /// What is believed before anything was seen.
    pub prior: Prior,
    /// By instrument, as rows name it.
    pub tallies: BTreeMap<String, Tally>,
}

impl Popularity {
    /// Counts the rows.
    #[must_use]
    pub fn from_rows(rows: &[&Row], prior: Prior) -> Self {
        let mut popularity = Self {
            prior,
            tallies: BTreeMap::new(),
        };
        for row in rows {
            if let Some(offer) = row.offers.get(row.chosen) {
                popularity.count(&offer.instrument, row.engaged);
            }
        }
        popularity
    }

    /// Counts one showing.
    pub fn count(&mut self, instrument: &str, engaged: bool) {
        if !self.tallies.contains_key(instrument) {
            self.tallies.insert(instrument.to_owned(), Tally::default());
        }
        if let Some(tally) = self.tallies.get_mut(instrument) {
            tally.shown += 1;
            tally.engaged += u64::from(engaged);
        }
    }

    /// The score of an instrument; of one never seen, the prior's.
    #[must_use]
    pub fn score(&self, instrument: &str) -> f32 {
        let tally = self.tallies.get(instrument).copied().unwrap_or_default();
        self.prior.score(&tally)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(shown: u64, engaged: u64) -> Tally {
        Tally { shown, engaged }
    }

    #[test]
    fn an_unseen_instrument_stands_at_the_prior() {
        assert!((Prior::default().rate(&tally(0, 0)) - 0.1).abs() < 1e-12);
        assert_eq!(
            Popularity::default().score("new"),
            Prior::default().score(&tally(0, 0))
        );
    }

    #[test]
    fn one_lucky_showing_moves_less_than_many() {
        let prior = Prior::default();
        assert!((prior.rate(&tally(1, 1)) - 2.0 / 11.0).abs() < 1e-12);
        assert!(prior.score(&tally(100, 50)) > prior.score(&tally(1, 1)));
        assert!(prior.score(&tally(100, 5)) < prior.score(&tally(0, 0)));
    }

    #[test]
    fn an_impossible_prior_still_gives_a_finite_score() {
        for (engaged, shown) in [(0.0, 0.0), (5.0, 1.0), (-1.0, 1.0), (f64::NAN, 1.0)] {
            let prior = Prior { engaged, shown };
            assert!(prior.score(&tally(0, 0)).is_finite(), "{prior:?}");
        }
    }
}
