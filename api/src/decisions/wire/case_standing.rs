//! How a case's instruments stand, led there by the same steps as in earnest, and the kill switches that are on.

use beckon_openapi::kill_switch::KillScope;
use serde::Deserialize;

use crate::error::{Refusal, Result};
use crate::instruments::{Standing, State};

/// A kill switch; its instrument by name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SwitchOf {
    pub(super) scope: KillScope,
    pub(super) id: String,
}

/// How an instrument stands that went the usual way to this state, and then was given a newer version whose review went on to
/// where it is.
pub(super) fn of(state: State, has_newer: bool, review: State) -> Result<Standing> {
    let usual = [
        State::InReview,
        State::Approved,
        State::Live,
        State::Paused,
        State::Archived,
    ];
    let ahead = |goal: State| {
        usual
            .iter()
            .position(|one| *one == goal)
            .map_or(0, |at| at + 1)
    };
    let mut standing = Standing::NEW;
    let go = |standing: &mut Standing, to: State| {
        let step = standing
            .step(to)
            .map_err(|why| Refusal::field("state", why, "a way there"))?;
        *standing = step.map_or(*standing, |step| standing.after(step));
        Result::Ok(())
    };
    for to in &usual[..ahead(state)] {
        go(&mut standing, *to)?;
    }
    if has_newer {
        let refused = || Refusal::field("newer", "it is archived", "of one that is not");
        standing = standing.revised().ok_or_else(refused)?;
        for to in usual[..ahead(review)].iter().take(2) {
            go(&mut standing, *to)?;
        }
    }
    Ok(standing)
}
