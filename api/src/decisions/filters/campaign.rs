//! Its campaign is live, and within its own schedule.

use crate::decisions::candidates::Candidate;
use crate::decisions::scene::{Reason, Scene};
use crate::instruments::Live;

pub(super) fn objection(scene: &Scene<'_>, _: &Candidate, live: &Live) -> Option<Reason> {
    let campaign = live.campaign.as_ref()?;
    if !campaign.live {
        return Some(Reason::NotLive);
    }
    let early = campaign.starts_at.is_some_and(|start| scene.now < start);
    let late = campaign.ends_at.is_some_and(|end| scene.now >= end);
    (early || late).then_some(Reason::OutsideSchedule)
}
