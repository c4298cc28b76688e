//! A simulated audience, drawn from its plan: who each viewer is, and when it arrives.

use std::sync::Arc;

use beckon_classifier::draw::{mix, uniform};
use beckon_classifier::schema::Schema;

use super::plan::{Audience, Group, Mix};
use crate::decisions::shown::Showing;
use crate::error::{At, Error, ErrorCode, Refusal, Result};
use crate::instruments::audience::{Audience as Rules, Rule, Saved};
use crate::media::Media;
use crate::viewers::{Declared, Profile, Stored, Viewer};
use crate::words::{Time, ViewerId, Window};

/// One simulated viewer.
#[derive(Debug)]
pub(super) struct Simulated {
    /// Which group it belongs to, by its place.
    pub(super) group: usize,
    /// The position from which on it watches.
    pub(super) arrives_ms: i64,
    pub(super) viewer: Viewer,
    /// What it was shown.
    pub(super) shown: Vec<Showing>,
}

/// Which of these weights a number in `[0, 1)` falls on.
fn fall(weights: impl Iterator<Item = f64> + Clone, at: f64) -> usize {
    let mut left = at * weights.clone().sum::<f64>();
    let mut last = 0;
    for (place, weight) in weights.enumerate() {
        if weight > 0.0 {
            last = place;
            if left < weight {
                return place;
            }
        }
        left -= weight;
    }
    // Rounding may leave a hair behind the last one.
    last
}

/// By what viewers are read.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) schema: Schema,
    pub(super) declared: Arc<Declared>,
    pub(super) saved: Saved,
}

/// How often somebody is drawn anew who is not in the audience that the group belongs to.
const TRIES: u64 = 500;

/// Draws the audience; each viewer's draws are its own, so that a larger sample only adds to a smaller one.
pub(super) fn draw(
    plan: &Audience,
    window: Window,
    starts_at: Time,
    known: &Known,
) -> Result<Vec<Simulated>> {
    let rules = plan.groups.iter().map(|group| rule(group, known));
    let rules: Vec<Option<Rules>> = rules.collect::<Result<_>>()?;
    (0..plan.sample)
        .map(|number| {
            let seed = mix(plan.seed, u64::from(number));
            let weights = plan.groups.iter().map(|group| group.weight);
            let group = fall(weights, uniform(seed, 0));
            let viewer_id = ViewerId::parse(&format!("simulated-{number}")).at("audience")?;
            let drawn = |attempt: u64| {
                let profile = profile(&plan.groups[group], mix(seed, attempt));
                let stored = Stored {
                    profile: Some((profile, starts_at)),
                    ..Stored::default()
                };
                Viewer::of(&viewer_id, stored, &known.declared, &known.schema)
            };
            let is_in = |viewer: &Viewer| {
                let rule = rules[group].as_ref();
                rule.is_none_or(|rule| rule.holds(viewer.attributes()))
            };
            let viewer = (0..TRIES).map(drawn).find(is_in);
            Ok(Simulated {
                group,
                arrives_ms: arrival(&plan.arrivals, window, seed),
                viewer: viewer.ok_or_else(|| nobody(&plan.groups[group]))?,
                shown: Vec::new(),
            })
        })
        .collect()
}

/// The rule of the saved audience that a group belongs to.
fn rule(group: &Group, known: &Known) -> Result<Option<Rules>> {
    let Some(audience_id) = &group.audience_id else {
        return Ok(None);
    };
    if !known.saved.0.contains_key(audience_id) {
        let detail = format!("there is no audience {audience_id}");
        return Err(Refusal::new(ErrorCode::AudienceNotFound, detail).into());
    }
    let rule = Rule::Saved(audience_id.clone());
    Ok(Some(Rules::compile(&rule, &known.saved)))
}

fn nobody(group: &Group) -> Error {
    let name = &group.name;
    let detail =
        format!("of {TRIES} who were drawn for the group {name} nobody is in its audience");
    let bound = "a profile and mixes, with consent, that often fulfil the audience's rule";
    Refusal::field("audience.groups", detail, bound).into()
}

fn profile(group: &Group, seed: u64) -> Profile {
    let mut profile = group.profile.clone();
    for (step, Mix { attribute, values }) in (3..).zip(&group.mixes) {
        let weights = values.iter().map(|(_, weight)| *weight);
        let (value, _) = &values[fall(weights, uniform(seed, step))];
        match value {
            Some(value) => profile.attributes.insert(attribute.clone(), value.clone()),
            None => profile.attributes.remove(attribute),
        };
    }
    profile
}

/// A single stretch means that all are there from the beginning.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a window is a few hours of milliseconds"
)]
fn arrival(arrivals: &[f64], window: Window, seed: u64) -> i64 {
    let from = window.from().ms();
    if arrivals.len() < 2 {
        return from;
    }
    let stretch = fall(arrivals.iter().copied(), uniform(seed, 1));
    let length = (window.to().ms() - from) as f64 / arrivals.len() as f64;
    from + ((stretch as f64 + uniform(seed, 2)) * length) as i64
}

/// When a position is reached.
pub(super) fn time_at(media: &Media, starts_at: Option<Time>, window: Window, ms: i64) -> Time {
    match starts_at {
        Some(start) => start.plus_ms(ms - window.from().ms()),
        None => media.zero.plus_ms(ms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_fallen_on_in_proportion_and_nothing_weighs_nothing() {
        let weights = [0.0, 1.0, 3.0, 0.0];
        let falls: Vec<usize> = [0.0, 0.24, 0.25, 0.999_999_999]
            .map(|at| fall(weights.into_iter(), at))
            .into();
        assert_eq!(falls, [1, 1, 2, 2]);
    }

    #[test]
    fn arrivals_follow_their_curve() {
        let window = Window::parse(0, 100_000, 100_000).expect("a window");
        let early = (0..4_000)
            .filter(|seed| arrival(&[3.0, 1.0], window, *seed) < 50_000)
            .count();
        assert!((2_900..3_100).contains(&early), "{early} of 4000");
        assert_eq!(arrival(&[1.0], window, 7), 0);
    }
}
