//! What webhooks are told, who they are, and how each delivery stands.

use crate::words::Time;

/// What can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// A stored video was analysed.
    IngestSucceeded,
    /// A stored video could not be analysed.
    IngestFailed,
    /// An instrument went to another state.
    InstrumentStateChanged,
    /// A kill switch was set or lifted.
    KillSwitchChanged,
    /// A campaign reached a goal.
    CampaignGoalReached,
    /// A campaign's hard budget is spent.
    CampaignBudgetSpent,
    /// A conversion was counted.
    ConversionRecorded,
    /// Somebody asks whether the webhook hears.
    Ping,
}

impl Event {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::IngestSucceeded,
        Self::IngestFailed,
        Self::InstrumentStateChanged,
        Self::KillSwitchChanged,
        Self::CampaignGoalReached,
        Self::CampaignBudgetSpent,
        Self::ConversionRecorded,
        Self::Ping,
    ];

    /// The event as it is stored and told.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::IngestSucceeded => "ingest.succeeded",
            Self::IngestFailed => "ingest.failed",
            Self::InstrumentStateChanged => "instrument.state_changed",
            Self::KillSwitchChanged => "kill_switch.changed",
            Self::CampaignGoalReached => "campaign.goal_reached",
            Self::CampaignBudgetSpent => "campaign.budget_spent",
            Self::ConversionRecorded => "conversion.recorded",
            Self::Ping => "ping",
        }
    }

    /// The event of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == name)
    }
}

/// Something to tell. It is written along with what makes it true, so that neither is there without the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its name; the same thing is told once.
    pub delivery_id: String,
    /// What happened.
    pub event: Event,
    /// What is posted: JSON.
    pub body: String,
    /// When it happened.
    pub at: Time,
}

impl Notice {
    /// A notice of these fields, beside those that every notice has. Of one `key` one is told.
    #[must_use]
    pub fn new(event: Event, key: &str, at: Time, fields: &serde_json::Value) -> Self {
        let name = event.as_str();
        let delivery_id = format!("{name}:{key}");
        let mut body = serde_json::json!({
            "event": name, "delivery_id": delivery_id, "at": at.to_string(),
        });
        if let (Some(body), Some(fields)) = (body.as_object_mut(), fields.as_object()) {
            body.extend(fields.clone());
        }
        Self {
            delivery_id,
            event,
            body: body.to_string(),
            at,
        }
    }
}

/// A registered webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub webhook_id: String,
    /// What was asked for.
    pub definition: Definition,
    /// What deliveries are signed with.
    pub secrets: Secrets,
    /// When it was registered.
    pub created_at: Time,
    /// When it was changed last.
    pub updated_at: Time,
}

/// What may be changed of a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// Where to post.
    pub url: String,
    /// What to tell; in order, each once, never empty.
    pub events: Vec<Event>,
    /// What colleagues call it.
    pub description: Option<String>,
    /// Nothing is sent.
    pub paused: bool,
}

/// The secret, and for a while the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secrets {
    /// The secret.
    pub now: String,
    /// The one before, and until when it signs along.
    pub before: Option<(String, Time)>,
}

impl Secrets {
    /// Those that sign at this moment, the newest first.
    pub fn at(&self, now: Time) -> impl Iterator<Item = &str> {
        let before = self.before.as_ref().filter(|(_, until)| now < *until);
        std::iter::once(self.now.as_str()).chain(before.map(|(secret, _)| secret.as_str()))
    }
}

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// It is due, or due again.
    Pending,
    /// It was heard.
    Delivered,
    /// It was not heard within the tries.
    GivenUp,
}

impl DeliveryState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Delivered, Self::GivenUp];

    /// The state as it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::GivenUp => "given_up",
        }
    }
}

/// One notice on its way to one webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The notice's name.
    pub delivery_id: String,
    /// What happened.
    pub event: Event,
    /// How it stands.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// The last answer's status.
    pub status: Option<u16>,
    /// Why the last try failed.
    pub reason: Option<String>,
    /// When it is due.
    pub next_at: Time,
    /// When it happened.
    pub created_at: Time,
    /// When it was heard.
    pub delivered_at: Option<Time>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_found_by_its_name_and_no_other() {
        for event in Event::ALL {
            assert_eq!(Event::parse(event.as_str()), Some(event));
        }
        assert_eq!(Event::parse("ingest"), None);
    }

    #[test]
    fn a_notice_says_what_happened_when_and_under_which_name() {
        let fields = serde_json::json!({"campaign_id": "c1"});
        let notice = Notice::new(
            Event::CampaignBudgetSpent,
            "c1",
            Time::from_ms(1_795_200_000_000),
            &fields,
        );
        let body: serde_json::Value = serde_json::from_str(&notice.body).expect("JSON");
        assert_eq!(notice.delivery_id, "campaign.budget_spent:c1");
        assert_eq!(
            body,
            serde_json::json!({"event": "campaign.budget_spent", "delivery_id": "campaign.budget_spent:c1",
                "at": "2026-11-20T18:40:00.000Z", "campaign_id": "c1"})
        );
    }

    #[test]
    fn the_secret_before_signs_along_until_its_end() {
        let secrets = Secrets {
            now: "b".to_owned(),
            before: Some(("a".to_owned(), Time::from_ms(10))),
        };
        let at = |ms| secrets.at(Time::from_ms(ms)).collect::<Vec<_>>();
        assert_eq!(at(9), ["b", "a"]);
        assert_eq!(at(10), ["b"]);
    }
}
