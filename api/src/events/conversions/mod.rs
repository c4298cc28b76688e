//! Conversions: what advertisers' servers say came of a click, put down to the overlay that was clicked.

mod claim;
pub mod http;
mod notice;
mod wire;

pub(super) use notice::recorded;

use self::claim::{By, Claim};
use super::{Authority, Event, EventType, Events, Intake, Overlay, links, own_id, store};
use crate::auth::{Caller, Role};
use crate::error::{Error, ErrorCode, Refusal, Result};
use crate::words::Time;

/// By how much two servers' clocks may differ.
const SKEW_MS: i64 = 5 * 60_000;

/// What a conversion is put down to: a click, or where nothing was clicked an impression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Touch {
    pub(super) overlay: Overlay,
    pub(super) version: u32,
    pub(super) at: Time,
}

/// What became of one conversion.
type Taken = std::result::Result<Intake, Refusal>;

impl Events {
    /// Takes a batch of conversions, item by item. What is answered as stored will not be lost.
    async fn convert(
        &self,
        caller: &Caller,
        batch: Vec<Result<Claim>>,
        now: Time,
    ) -> Result<Vec<Taken>> {
        let (mut admitted, mut events) = (Vec::with_capacity(batch.len()), Vec::new());
        for claim in batch {
            let event = match claim {
                Ok(claim) => self.put_down(caller, claim, now).await,
                Err(refused) => Err(refused),
            };
            admitted.push(match event {
                Ok(event) => {
                    events.push(event);
                    Ok(())
                }
                Err(Error::Refused(refusal)) => Err(refusal),
                Err(failed) => return Err(failed),
            });
        }
        let mut intakes = self.store(events).await?.into_iter();
        let mut taken = Vec::with_capacity(admitted.len());
        for item in admitted {
            taken.push(match item {
                Ok(()) => Ok(intakes.next().ok_or_else(super::intake::unavailable)?),
                Err(refusal) => Err(refusal),
            });
        }
        Ok(taken)
    }

    /// Finds what a conversion is put down to.
    async fn put_down(&self, caller: &Caller, claim: Claim, now: Time) -> Result<Event> {
        let touch = match &claim.by {
            By::Click(click_id) => self.click(click_id).await?,
            By::Viewer(..) if caller.role != Role::Operator => {
                let detail = "only an operator names a viewer; name the click";
                return Err(Refusal::new(ErrorCode::Forbidden, detail).into());
            }
            By::Viewer(viewer_id, instrument_id) => {
                let since = claim.at.plus_ms(-self.attribution_ms);
                let until = claim.at.plus_ms(SKEW_MS);
                store::last_drawn(&self.db, viewer_id, instrument_id, since, until).await?
            }
        };
        let detail = "there is no such click, or nothing was shown";
        let touch = touch.ok_or_else(|| Refusal::new(ErrorCode::ClickNotFound, detail))?;
        let took = claim.at.since(touch.at);
        if !(-SKEW_MS..=self.attribution_ms).contains(&took) {
            let days = self.attribution_ms / 86_400_000;
            let bound = format!("within {days} days after the click");
            return Err(Refusal::field("at", "the click was not then", bound).into());
        }
        Ok(event(caller, claim, touch, now))
    }

    async fn click(&self, click_id: &str) -> Result<Option<Touch>> {
        let Some(link) = self.links.known(click_id) else {
            return Ok(None);
        };
        let (overlay, event_type) = (links::overlay(&link), links::event_type(link.way));
        let at = store::happened_at(&self.db, overlay, event_type).await?;
        Ok(at.map(|at| Touch {
            overlay,
            version: link.version,
            at,
        }))
    }
}

fn event(caller: &Caller, claim: Claim, touch: Touch, now: Time) -> Event {
    Event {
        event_id: own_id(&["conversion", caller.subject.as_str(), &claim.conversion_id]),
        event_type: EventType::Conversion,
        authority: Authority::Link {
            overlay: touch.overlay,
            version: touch.version,
        },
        answer: None,
        is_right: None,
        worth: claim.worth,
        at: claim.at,
        skew_ms: None,
        happened_at: claim.at.max(touch.at).min(now.max(touch.at)),
        received_at: now,
    }
}
