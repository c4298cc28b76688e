//! What a campaign is. A definition that exists is within its bounds: money without a price there is none.

use crate::etag::ETag;
use crate::instruments::Schedule;
use crate::instruments::caps::Caps;
use crate::words::{CampaignId, Time};

/// A campaign as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Campaign {
    /// Its id.
    pub campaign_id: CampaignId,
    /// Counts its changes from 1.
    pub version: u32,
    /// Where it stands.
    pub state: CampaignState,
    /// When it first went live.
    pub live_at: Option<Time>,
    /// What it is.
    pub definition: CampaignDefinition,
    /// When it was registered.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

impl Campaign {
    /// Which state of it this is.
    #[must_use]
    pub fn etag(&self) -> ETag {
        ETag::of(self.version)
    }

    /// Its path below `/v1/`, by which the audit trail calls it.
    #[must_use]
    pub fn resource(campaign_id: &CampaignId) -> String {
        format!("campaigns/{campaign_id}")
    }
}

/// Where a campaign stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CampaignState {
    /// Being written.
    Draft,
    /// Its live instruments may be shown.
    Live,
    /// Nothing of it is shown for now.
    Paused,
    /// Over for good.
    Archived,
}

impl CampaignState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Live, Self::Paused, Self::Archived];

    /// The state as it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Live => "live",
            Self::Paused => "paused",
            Self::Archived => "archived",
        }
    }

    /// What the audit trail calls the way there.
    #[must_use]
    pub const fn action(self) -> &'static str {
        match self {
            Self::Draft => "campaign.create",
            Self::Live => "campaign.launch",
            Self::Paused => "campaign.pause",
            Self::Archived => "campaign.archive",
        }
    }

    /// Whether it can go to that state, which is another.
    #[must_use]
    pub const fn leads_to(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Draft | Self::Paused, Self::Live)
                | (Self::Live, Self::Paused)
                | (Self::Draft | Self::Live | Self::Paused, Self::Archived)
        )
    }
}

/// Everything about a campaign that may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignDefinition {
    /// What colleagues call it.
    pub name: String,
    /// For whom it runs.
    pub advertiser: String,
    /// When it runs.
    pub schedule: Schedule,
    /// What its advertiser pays.
    pub rate: Option<Rate>,
    /// What it is to reach.
    pub goal: Option<Goal>,
    /// What it never goes beyond.
    pub budget: Budget,
    /// How often one viewer may see something of it.
    pub frequency_caps: Caps,
    /// How it spreads over its schedule.
    pub pacing: Pacing,
}

/// What events are counted, and paid for, one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Counted {
    /// An overlay was drawn.
    Impression,
    /// Its button was pressed, or its code was scanned.
    Click,
    /// Its question was answered.
    Answer,
    /// It led to a conversion.
    Conversion,
}

impl Counted {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Impression,
        Self::Click,
        Self::Answer,
        Self::Conversion,
    ];

    /// What is counted, as it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Impression => "impression",
            Self::Click => "click",
            Self::Answer => "answer",
            Self::Conversion => "conversion",
        }
    }
}

/// What its advertiser pays for each of what is counted. Whole millionths only: sums of them are exact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// For what.
    pub per: Counted,
    /// How much for one, in millionths of the currency.
    pub micros: u64,
    /// ISO 4217.
    pub currency: String,
}

/// What a goal counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// Events.
    Count(Counted),
    /// What is billed, in millionths of the rate's currency.
    Money,
}

/// What a campaign is to reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Goal {
    /// What is counted.
    pub metric: Metric,
    /// How much of it.
    pub amount: u64,
}

/// What a campaign never goes beyond.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Budget {
    /// So many impressions.
    pub impressions: Option<u64>,
    /// So much money, in millionths of the rate's currency.
    pub micros: Option<u64>,
}

/// How a campaign spreads over its schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pacing {
    /// As fast as it can.
    Asap,
    /// Evenly.
    Even,
    /// Faster first.
    FrontLoaded,
    /// By the live audience.
    Audience,
}

impl Pacing {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Asap, Self::Even, Self::FrontLoaded, Self::Audience];

    /// The pacing as it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Asap => "asap",
            Self::Even => "even",
            Self::FrontLoaded => "front_loaded",
            Self::Audience => "audience",
        }
    }
}
