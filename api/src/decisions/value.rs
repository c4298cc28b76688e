//! What a showing brings beside engagement: what its campaign is expected to pay for it.

use super::scene::Scene;
use crate::instruments::Live;
use crate::instruments::campaigns::Counted;

/// What the campaign is expected to pay for one showing, in rewards, of which `score` are expected; `None` where money does
/// not count. An impression is sure; what else is paid for comes as likely as the expected reward says.
#[expect(
    clippy::cast_precision_loss,
    reason = "a price of more than 9 billion of a currency is worth about as much"
)]
pub(super) fn paid(scene: &Scene<'_>, live: &Live, score: f64) -> Option<f64> {
    let campaign = live.campaign.as_ref()?;
    let unit = scene.delivery.value.of(campaign.currency?)?;
    let one = campaign.micros as f64 / 1_000_000.0 * unit;
    Some(match campaign.billed {
        Counted::Impression => one,
        Counted::Click | Counted::Answer | Counted::Conversion => one * score,
    })
}

/// By how much what is paid raises the log odds: the odds grow as the value of the showing does, engagement and money
/// together, so that money and weights are alike, and nothing changes for who pays nothing.
#[expect(
    clippy::cast_possible_truncation,
    reason = "worths are compared as f32"
)]
pub(super) fn raise(scene: &Scene<'_>, live: &Live, score: f32) -> f32 {
    let expected = scene.ranking.probability(score).max(LEAST);
    paid(scene, live, expected).map_or(0.0, |paid| (paid / expected).ln_1p() as f32)
}

/// Where less is expected, money is compared as if it were this: a price must not be worth everything.
const LEAST: f64 = 1e-6;
