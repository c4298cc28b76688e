//! What ranks: read by decisions, filled by learning.

use std::sync::Arc;

use beckon_classifier::model::Model;
use beckon_classifier::popularity::Popularity;

use super::receipt::RankedBy;

/// What ranks at this moment.
#[derive(Debug)]
pub struct Ranking {
    model: Option<Arc<Model>>,
    popularity: Arc<Popularity>,
    /// Who ranks, as receipts say it; worked out once.
    pub(super) by: RankedBy,
}

impl Ranking {
    /// The champion, or popularity where there is none.
    #[must_use]
    pub fn new(model: Option<Arc<Model>>, popularity: Arc<Popularity>) -> Self {
        let digest = model
            .as_ref()
            .and_then(|model| blake3::Hash::from_hex(model.id()).ok());
        Self {
            by: digest.map_or(RankedBy::Popularity, |digest| {
                RankedBy::Model(*digest.as_bytes())
            }),
            model,
            popularity,
        }
    }

    /// Popularity alone.
    #[must_use]
    pub fn without_model(&self) -> Self {
        Self::new(None, self.popularity.clone())
    }

    /// The champion.
    #[must_use]
    pub fn model(&self) -> Option<&Arc<Model>> {
        self.model.as_ref()
    }

    /// The expected reward behind a score, 0 to 1.
    #[must_use]
    pub(super) fn probability(&self, score: f32) -> f64 {
        match &self.model {
            Some(model) => model.probability(score),
            None => beckon_classifier::metrics::sigmoid(f64::from(score)),
        }
    }

    /// Who ranks, as explanations and replays say it.
    #[must_use]
    pub(super) fn name(&self) -> String {
        let id = self.model.as_ref().map(|model| model.id().to_owned());
        id.unwrap_or_else(|| "popularity".to_owned())
    }

    /// How often each instrument is engaged with.
    #[must_use]
    pub fn popularity(&self) -> &Arc<Popularity> {
        &self.popularity
    }
}

impl Default for Ranking {
    fn default() -> Self {
        Self::new(None, Arc::default())
    }
}
