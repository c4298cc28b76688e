//! The viewer sees it only as often as caps allow, over all media and devices: its own caps, its campaign's, and those
//! on its advertiser, its kind and everything.

use crate::decisions::candidates::Candidate;
use crate::decisions::scene::{Reason, Scene};
use crate::decisions::shown::Showing;
use crate::instruments::Live;
use crate::viewers::Level;

pub(super) fn objection(scene: &Scene<'_>, _: &Candidate, live: &Live) -> Option<Reason> {
    let shown = scene.shown;
    let capped = shown.limits(scene).capped & live.kind.bit() != 0
        || of_instrument(scene, live)
        || of_advertiser(scene, live)
        || of_campaign(scene, live);
    capped.then_some(Reason::FrequencyCapped)
}

fn of_instrument(scene: &Scene<'_>, live: &Live) -> bool {
    let key = (Level::Instrument, live.code);
    let ever = || {
        scene.shown.may_hold(live.key)
            || scene.viewer.counts().showings(Level::Instrument, live.code) > 0
    };
    let own = scene.shown.of(live.key);
    !live.caps.is_empty() && ever() && scene.shown.reaches(scene, &live.caps, key, own)
}

fn of_advertiser(scene: &Scene<'_>, live: &Live) -> bool {
    let caps = &scene.delivery.caps.advertiser;
    let Some(advertiser) = live.labels.advertiser.filter(|_| !caps.is_empty()) else {
        return false;
    };
    let same = |showing: &Showing| showing.labels.advertiser == Some(advertiser);
    scene
        .shown
        .reaches_shared(scene, caps, (Level::Advertiser, advertiser), same)
}

fn of_campaign(scene: &Scene<'_>, live: &Live) -> bool {
    let caps = &live.campaign_caps;
    let Some(campaign) = live.labels.campaign.filter(|_| !caps.is_empty()) else {
        return false;
    };
    let same = |showing: &Showing| showing.labels.campaign == Some(campaign);
    scene
        .shown
        .reaches_shared(scene, caps, (Level::Campaign, campaign), same)
}
