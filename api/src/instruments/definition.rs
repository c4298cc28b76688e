//! What an instrument is: content, trigger, audience and limits. A definition that exists is within its bounds.

use super::audience::Rule;
use super::caps::{Cap, Caps, Period};
use super::content::Content;
use super::hours::{Dayparts, MediaStretch};
use super::presentation::Presentation;
use super::rights::PersonRight;
use super::trigger::Trigger;
use super::variants::Variant;
use crate::categories::Categories;
use crate::media::OverlayLife;
use crate::viewers::{Act, Acts, Labels};
use crate::words::{CampaignId, MediaId, Time};

/// The kinds of instruments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A paid message.
    Ad,
    /// A paid message with something to gain.
    Promotion,
    /// A question without a right answer.
    Poll,
    /// A question with a right answer.
    Quiz,
    /// A fact put as a guess.
    Trivia,
    /// A thing to buy.
    Product,
    /// More of the house's own.
    Upsell,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Ad,
        Self::Promotion,
        Self::Poll,
        Self::Quiz,
        Self::Trivia,
        Self::Product,
        Self::Upsell,
    ];

    /// The kind as it is stored and told.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ad => "ad",
            Self::Promotion => "promotion",
            Self::Poll => "poll",
            Self::Quiz => "quiz",
            Self::Trivia => "trivia",
            Self::Product => "product",
            Self::Upsell => "upsell",
        }
    }

    /// Whether it leads somewhere: what asks nothing does.
    #[must_use]
    pub const fn has_link(self) -> bool {
        match self {
            Self::Ad | Self::Promotion | Self::Product | Self::Upsell => true,
            Self::Poll | Self::Quiz | Self::Trivia => false,
        }
    }

    /// A bit of its own, for sets of kinds.
    #[must_use]
    pub const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// Everything about an instrument that a new version may change.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// What colleagues call it.
    pub name: String,
    /// Its kind; it fits the content.
    pub kind: Kind,
    /// What the viewer sees.
    pub content: Content,
    /// How it is told and how it looks.
    pub presentation: Presentation,
    /// The campaign that it belongs to.
    pub campaign_id: Option<CampaignId>,
    /// What must be on screen.
    pub trigger: Option<Trigger>,
    /// Who may see it.
    pub audience: Option<Rule>,
    /// When it may run.
    pub schedule: Option<Schedule>,
    /// How often one viewer may see it.
    pub frequency_cap: Option<FrequencyCap>,
    /// How often one viewer may see it, by several periods; holds beside `frequency_cap`.
    pub frequency_caps: Caps,
    /// What a viewer does once, and does not see it again.
    pub stop_after: Acts,
    /// How long it shows and stays quiet then.
    pub overlay_life: Option<OverlayLife>,
    /// On which media it may run; empty for all.
    pub media_ids: Vec<MediaId>,
    /// Its tier: 1 goes before 2.
    pub priority: u8,
    /// How much it is worth beside the others of its tier; `MIDDLE_WEIGHT` changes nothing.
    pub weight: u32,
    /// Whom it competes with.
    pub competes_with: Competitors,
    /// What is detected ahead of the viewer may trigger it too.
    pub allow_forward: bool,
    /// It may run while the stream is in an ad break.
    pub in_ad_breaks: bool,
    /// What it advertises.
    pub categories: Categories,
    /// The ways in which it is told; empty where there is one, else at least two.
    pub variants: Vec<Variant>,
    /// In which countries what is restricted may run; ISO 3166-1, each once.
    pub countries: Vec<String>,
    /// On what right people may trigger it.
    pub person_right: Option<PersonRight>,
    /// In which hours of the week it may run; in all where it does not say.
    pub dayparts: Option<Dayparts>,
    /// In which parts of a media it may run; in all of it where it names none.
    pub media_clock: Vec<MediaStretch>,
}

impl Definition {
    /// All its caps.
    #[must_use]
    pub fn caps(&self) -> Caps {
        let short = self.frequency_cap.map(|cap| Cap {
            count: cap.count,
            period: Period::Within(cap.per_ms),
        });
        let listed = self.frequency_caps.0.iter().copied();
        Caps(short.into_iter().chain(listed).collect())
    }

    /// Under what its showings count beside itself.
    #[must_use]
    pub fn labels(&self) -> Labels<String> {
        let campaign = self.campaign_id.as_ref().map(CampaignId::as_str);
        Labels::new(self.kind.as_str(), self.advertiser(), campaign)
    }

    /// For whom it runs, where it says so: an offer's advertiser, or who pays for a question.
    #[must_use]
    pub fn advertiser(&self) -> Option<&str> {
        let paid_by = self.presentation.paid_by.as_deref();
        self.content.advertiser().or(paid_by)
    }
}

impl Kind {
    /// What ends an instrument of this kind for a viewer unless told: nobody is asked twice.
    #[must_use]
    pub fn stops_after(self) -> Acts {
        match self {
            Self::Poll | Self::Quiz | Self::Trivia => Acts::NONE.with(Act::Answer),
            Self::Ad | Self::Promotion | Self::Product | Self::Upsell => Acts::NONE,
        }
    }
}

/// The weight that changes nothing.
pub const MIDDLE_WEIGHT: u32 = 100;

/// Whom an instrument competes with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Competitors {
    /// Advertisers, by name.
    pub advertisers: Vec<String>,
    /// Categories, with all that lies within them.
    pub categories: Categories,
}

/// When an instrument may run: from its start on, until before its end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Schedule {
    /// Not before this.
    pub starts_at: Option<Time>,
    /// Not from this on.
    pub ends_at: Option<Time>,
}

impl Schedule {
    /// Whether it may run at this moment.
    #[must_use]
    pub fn runs_at(self, now: Time) -> bool {
        self.starts_at.is_none_or(|start| start <= now) && !self.is_over(now)
    }

    /// Whether it can never run again.
    #[must_use]
    pub fn is_over(self, now: Time) -> bool {
        self.ends_at.is_some_and(|end| end <= now)
    }
}

/// How often one viewer may see an instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrequencyCap {
    /// At most this often.
    pub count: u32,
    /// Within this time.
    pub per_ms: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_holds_its_start_and_not_its_end() {
        let at = |ms| Some(Time::from_ms(ms));
        let schedule = Schedule {
            starts_at: at(10),
            ends_at: at(20),
        };
        let runs = [9, 10, 19, 20].map(|ms| schedule.runs_at(Time::from_ms(ms)));
        assert_eq!(runs, [false, true, true, false]);
        assert!(Schedule::default().runs_at(Time::from_ms(0)));
    }
}
