//! Webhooks on the wire and in the domain.

use beckon_openapi::webhook as wire;

use super::model::{Definition, Delivery, DeliveryState, Event, Webhook};
use crate::error::{ErrorCode, Refusal, Result};

const LONGEST_DESCRIPTION: usize = 120;

pub(super) fn definition(wire: wire::NewWebhook) -> Result<Definition> {
    let wire::NewWebhook {
        url,
        events,
        description,
        paused,
    } = wire;
    let mut events: Vec<Event> = events.into_iter().map(Event::from).collect();
    events.sort_unstable();
    events.dedup();
    if events.is_empty() {
        let detail = "it would never be told anything";
        return Err(Refusal::field("events", detail, "at least one event").into());
    }
    if let Some(text) = &description
        && (text.trim().is_empty() || text.chars().count() > LONGEST_DESCRIPTION)
    {
        let detail = format!("it has {} characters", text.chars().count());
        return Err(Refusal::field("description", detail, "1 to 120 characters").into());
    }
    Ok(Definition {
        url,
        events,
        description,
        paused,
    })
}

/// The webhook, and its secret where it was just made.
pub(super) fn webhook(webhook: Webhook, with_secret: bool) -> wire::Webhook {
    let Definition {
        url,
        events,
        description,
        paused,
    } = webhook.definition;
    wire::Webhook {
        webhook_id: webhook.webhook_id,
        url,
        events: events.into_iter().map(Into::into).collect(),
        description,
        paused,
        secret: with_secret.then_some(webhook.secrets.now),
        created_at: webhook.created_at.to_string(),
        updated_at: webhook.updated_at.to_string(),
    }
}

/// Where the next page of deliveries begins.
pub(super) fn cursor(last: &Delivery) -> String {
    format!("{}.{}", last.created_at.ms(), last.delivery_id)
}

pub(super) fn from_cursor(cursor: &str) -> Result<(i64, String)> {
    let parts = cursor.split_once('.');
    let read = parts.and_then(|(at, id)| Some((at.parse().ok()?, id.to_owned())));
    read.ok_or_else(|| {
        let detail = "`cursor` is no `next_cursor` of this list";
        Refusal::new(ErrorCode::MalformedParameter, detail).into()
    })
}

pub(super) fn state(state: wire::DeliveryState) -> DeliveryState {
    match state {
        wire::DeliveryState::Pending => DeliveryState::Pending,
        wire::DeliveryState::Delivered => DeliveryState::Delivered,
        wire::DeliveryState::GivenUp => DeliveryState::GivenUp,
    }
}

impl From<&Delivery> for wire::WebhookDelivery {
    fn from(delivery: &Delivery) -> Self {
        let Delivery {
            delivery_id,
            event,
            state,
            attempts,
            status,
            reason,
            next_at,
            created_at,
            delivered_at,
        } = delivery.clone();
        Self {
            delivery_id,
            event: event.into(),
            state: match state {
                DeliveryState::Pending => wire::DeliveryState::Pending,
                DeliveryState::Delivered => wire::DeliveryState::Delivered,
                DeliveryState::GivenUp => wire::DeliveryState::GivenUp,
            },
            attempts,
            status,
            reason,
            next_at: (state == DeliveryState::Pending).then(|| next_at.to_string()),
            created_at: created_at.to_string(),
            delivered_at: delivered_at.map(|at| at.to_string()),
        }
    }
}

impl From<wire::WebhookEvent> for Event {
    fn from(event: wire::WebhookEvent) -> Self {
        match event {
            wire::WebhookEvent::IngestSucceeded => Self::IngestSucceeded,
            wire::WebhookEvent::IngestFailed => Self::IngestFailed,
            wire::WebhookEvent::InstrumentStateChanged => Self::InstrumentStateChanged,
            wire::WebhookEvent::KillSwitchChanged => Self::KillSwitchChanged,
            wire::WebhookEvent::CampaignGoalReached => Self::CampaignGoalReached,
            wire::WebhookEvent::CampaignBudgetSpent => Self::CampaignBudgetSpent,
            wire::WebhookEvent::ConversionRecorded => Self::ConversionRecorded,
            wire::WebhookEvent::Ping => Self::Ping,
        }
    }
}

impl From<Event> for wire::WebhookEvent {
    fn from(event: Event) -> Self {
        match event {
            Event::IngestSucceeded => Self::IngestSucceeded,
            Event::IngestFailed => Self::IngestFailed,
            Event::InstrumentStateChanged => Self::InstrumentStateChanged,
            Event::KillSwitchChanged => Self::KillSwitchChanged,
            Event::CampaignGoalReached => Self::CampaignGoalReached,
            Event::CampaignBudgetSpent => Self::CampaignBudgetSpent,
            Event::ConversionRecorded => Self::ConversionRecorded,
            Event::Ping => Self::Ping,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wires_names_are_those_that_are_stored() {
        for event in Event::ALL {
            let told = serde_json::to_value(wire::WebhookEvent::from(event)).expect("JSON");
            assert_eq!(told, event.as_str());
            assert_eq!(Event::from(wire::WebhookEvent::from(event)), event);
        }
    }

    #[test]
    fn a_webhook_that_hears_nothing_is_refused_and_repeats_count_once() {
        let new = |events: Vec<wire::WebhookEvent>| wire::NewWebhook {
            url: "https://a.example/".to_owned(),
            events,
            description: None,
            paused: false,
        };
        assert!(definition(new(vec![])).is_err());
        let twice = vec![wire::WebhookEvent::Ping, wire::WebhookEvent::Ping];
        assert_eq!(definition(new(twice)).expect("one").events, [Event::Ping]);
    }
}
