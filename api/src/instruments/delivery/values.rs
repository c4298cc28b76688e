//! What money is worth beside engagement: without it, what a campaign pays does not count.

use crate::currencies::Currency;

/// What one unit of each currency is worth in rewards; what is not named is worth nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Values(Vec<(Currency, f64)>);

impl Values {
    /// What one unit of this currency is worth.
    #[must_use]
    pub fn of(&self, currency: Currency) -> Option<f64> {
        let found = self.0.iter().find(|(known, _)| *known == currency);
        found.map(|(_, value)| *value)
    }

    /// Whether money does not count at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each currency that counts, and what one unit of it is worth.
    pub fn iter(&self) -> impl Iterator<Item = (Currency, f64)> {
        self.0.iter().copied()
    }
}

impl FromIterator<(Currency, f64)> for Values {
    fn from_iter<I: IntoIterator<Item = (Currency, f64)>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}
