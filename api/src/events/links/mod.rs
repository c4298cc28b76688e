//! Links: where a click or a scan leads, and that it is counted on the way.

pub mod http;
mod page;
mod target;

use crate::decisions::link::{Link, Way};
use crate::decisions::receipt::{Unopened, instrument_id};
use crate::error::{ErrorCode, Refusal, Result};
use crate::events::{Authority, Event, EventType, Events, Overlay, own_id};
use crate::instruments::{Content, Offer, Version};
use crate::words::Time;

impl Events {
    /// Where a code leads; one that counts is stored before that is told. Only what leads to an allowed host is told, and
    /// nothing that a kill switch stops. What is only paused or archived leads on: its codes stand in print.
    ///
    /// # Errors
    /// When we did not make the code, its time is over, its instrument or advertiser is killed, or it leads nowhere that is
    /// allowed now.
    pub(super) async fn follow(&self, code: &str, counts: bool, now: Time) -> Result<String> {
        let link = self.links.open(code, now).map_err(unopened)?;
        let id = instrument_id(link.instrument);
        let version = self.instruments.version(&id, link.version).await?;
        let killed = self.instruments.kill_switches().killed();
        let stopped = |version: &Version| killed.stops_definition(&id, &version.definition);
        if version.as_deref().is_some_and(stopped) {
            let detail = "what this link led to was stopped";
            return Err(Refusal::new(ErrorCode::LinkClosed, detail).into());
        }
        let offer = version.as_deref().and_then(offer);
        let Some(offer) = offer.filter(|offer| self.instruments.may_link_to(&offer.link_url))
        else {
            let detail = "this link leads nowhere any more";
            return Err(Refusal::new(ErrorCode::LinkClosed, detail).into());
        };
        if !counts {
            return Ok(offer.link_url.clone());
        }
        if let Err(error) = self.store(vec![event(&link, now)]).await {
            // Whoever wants to go there shall get there; what was not stored has no id to be told on.
            tracing::error!(kind = "links.uncounted", %error, "a click or scan was not stored");
            return Ok(offer.link_url.clone());
        }
        Ok(target::with_click_id(&offer.link_url, code))
    }
}

fn offer(version: &Version) -> Option<&Offer> {
    match &version.definition.content {
        Content::Offer(offer) => Some(offer),
        Content::Question(_) => None,
    }
}

fn unopened(unopened: Unopened) -> Refusal {
    match unopened {
        Unopened::Invalid => Refusal::new(ErrorCode::LinkNotFound, "there is no such link"),
        Unopened::Expired => Refusal::new(ErrorCode::LinkClosed, "this link is older than a day"),
    }
}

/// What a link tells of its overlay.
pub(super) fn overlay(link: &Link) -> Overlay {
    Overlay {
        instrument: link.instrument,
        decision: link.decision(),
        decided_at: link.issued_at,
    }
}

/// The type of event that following a link is.
pub(super) const fn event_type(way: Way) -> EventType {
    match way {
        Way::Click => EventType::Click,
        Way::Scan => EventType::Scan,
    }
}

fn event(link: &Link, now: Time) -> Event {
    let (overlay, event_type) = (overlay(link), event_type(link.way));
    Event {
        // An overlay is clicked once and scanned once, however often its code is followed.
        event_id: own_id(&[
            "link",
            event_type.as_str(),
            &overlay.decision_id(),
            overlay.instrument_id().as_str(),
            &overlay.decided_at.ms().to_string(),
        ]),
        event_type,
        authority: Authority::Link {
            overlay,
            version: link.version,
        },
        answer: None,
        is_right: None,
        worth: None,
        at: now,
        skew_ms: Some(0),
        happened_at: now.max(link.issued_at),
        received_at: now,
    }
}
