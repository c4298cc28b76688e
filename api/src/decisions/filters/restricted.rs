//! What is restricted runs for viewers who have declared that they are old enough and live in a listed country, and never
//! on media for children.

use std::sync::LazyLock;

use crate::decisions::candidates::Candidate;
use crate::decisions::scene::{Reason, Scene};
use crate::instruments::Live;
use crate::viewers::{Attributes, Code, Coded};
use crate::words::Time;

static AGE: LazyLock<Code> = LazyLock::new(|| Code::of("demography.age"));
static BIRTH_YEAR: LazyLock<Code> = LazyLock::new(|| Code::of("demography.birth_year"));
static COUNTRY: LazyLock<Code> = LazyLock::new(|| Code::of("demography.country"));

/// A profile counts only with consent. Nobody consents to be taken for older than they said, so an age that is not
/// declared is none.
pub(super) fn objection(scene: &Scene<'_>, _: &Candidate, live: &Live) -> Option<Reason> {
    if !live.is_restricted() {
        return None;
    }
    let fits = || {
        let attributes = scene.viewer.attributes();
        let Some(Coded::Text(country, _)) = attributes.get(*COUNTRY) else {
            return false;
        };
        let listed = live.countries.iter().find(|(code, _)| code == country);
        let old_enough = |least: u8| age(attributes, scene.now) >= Some(f64::from(least));
        listed.is_some_and(|(_, least)| old_enough(*least))
    };
    let allowed = !live.is_kept_from(scene.media) && scene.personal && fits();
    (!allowed).then_some(Reason::RestrictedCategory)
}

/// The age that the viewer has declared. By the year of birth alone the birthday may still be to come.
fn age(attributes: &Attributes, now: Time) -> Option<f64> {
    let number = |name: Code| match attributes.get(name) {
        Some(Coded::Number(number)) => Some(*number),
        _ => None,
    };
    let this_year = || now.to_string().get(..4)?.parse::<f64>().ok();
    let by_year = || Some(this_year()? - number(*BIRTH_YEAR)? - 1.0);
    number(*AGE).or_else(by_year)
}
