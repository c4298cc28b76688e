//! What campaigns pay for: which events are charged to whom.

mod store;

use std::collections::BTreeSet;

use uuid::Uuid;

pub(super) use store::settle;

use super::counted::Counted;
use super::{Event, EventType};
use crate::decisions::receipt::BILLING_MS;
use crate::decisions::{Charge, Mode};
use crate::instruments::campaigns;

/// What an event is to a campaign; nothing where it neither counts nor pays.
const fn to_campaign(event_type: EventType) -> Option<campaigns::Counted> {
    match event_type {
        EventType::Impression => Some(campaigns::Counted::Impression),
        // A code that is scanned is the click of a television, which has no pointer.
        EventType::Click | EventType::Scan => Some(campaigns::Counted::Click),
        EventType::Answer => Some(campaigns::Counted::Answer),
        EventType::Conversion => Some(campaigns::Counted::Conversion),
        EventType::Viewable | EventType::Dismiss => None,
    }
}

/// What an impression is billed, if its slice still holds it: what its receipt reserved, while that is good for billing.
pub(super) fn impression_micros(event: &Event) -> u64 {
    let paid = event.receipt().filter(|receipt| {
        event.event_type == EventType::Impression
            && receipt.terms.mode == Mode::Live
            && receipt.billable(event.received_at)
    });
    let spend = paid.and_then(|receipt| receipt.terms.spend);
    spend.map_or(0, |spend| spend.micros)
}

/// What is charged for an event that counts; nothing where it belongs to no campaign, or is a vote that was not taken.
fn charge(one: &Counted, votes: &BTreeSet<String>) -> Option<Charge> {
    let campaign = Uuid::try_parse(one.campaign_id.as_deref()?).ok()?.as_u128();
    let taken = one.event_type != EventType::Answer || votes.contains(&one.event_id);
    if one.mode != Mode::Live || !taken {
        return None;
    }
    // A conversion comes when it comes: its advertiser says itself what it owes.
    let in_time = one.event_type == EventType::Conversion
        || one.received_at.since(one.overlay.decided_at) <= BILLING_MS;
    Some(Charge {
        campaign,
        event: to_campaign(one.event_type)?,
        spend: one.spend,
        in_time,
    })
}
