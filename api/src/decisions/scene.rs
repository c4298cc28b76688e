//! What a choice depends on, and what it is: values that every step of a decision reads.

use std::cell::OnceCell;
use std::rc::Rc;

use beckon_classifier::policy::Policy;
use beckon_classifier::schema::Piece;

use super::budget::{Reserved, Tills};
use super::layout::{Place, Room, Viewport};
use super::missing::Missing;
use super::pending::Chosen;
use super::shown::{Showing, Shown};
use super::terms::{Mode, Terms};
use super::{Ranking, context, receipt, room};
use crate::cues::Show;
use crate::detections::Sight;
use crate::instruments::hours::WallClock;
use crate::instruments::{DeliveryRules, Index, Killed};
use crate::media::{AdBreak, Media, OverlayLife};
use crate::viewers::Viewer;
use crate::words::{Position, Time, Window};

/// Why a candidate was left out, or why there was none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Nothing that triggers an instrument is in the window.
    NothingOnScreen,
    /// It runs on other media only.
    OtherMedia,
    /// Its schedule has not begun, or is over.
    OutsideSchedule,
    /// The client cannot draw its kind.
    CannotDraw,
    /// The viewer is not in its audience.
    OutsideAudience,
    /// Its audience asks for a profile that may not be used.
    NoConsent,
    /// The viewer has seen it as often as its cap allows.
    FrequencyCapped,
    /// It, or the media, is in its quiet time.
    Quiet,
    /// An overlay is on this viewer's screen.
    Showing,
    /// Another candidate went before it.
    Outranked,
    /// The media is held.
    Held,
    /// What a host put to all is not live any more.
    NotLive,
    /// What a host put to all was taken back.
    Withdrawn,
    /// The stream is in an ad break, in which it may not run.
    AdBreak,
    /// The hour is none of those in which it runs.
    OutsideDaypart,
    /// The media is not in the part in which it runs.
    OutsideMediaClock,
    /// What it asks of the picture is there in part only.
    TriggerUnmet,
    /// A rival of its advertiser is on screen.
    RivalOnScreen,
    /// Its category is restricted, and this viewer or media is not one that may see it.
    RestrictedCategory,
    /// Its category is restricted, and a minor, an injury or a moderation label is near.
    NearSensitive,
    /// The viewer opted out of its category.
    CategoryOptedOut,
    /// It follows another one that the viewer has not met.
    NotFollowing,
    /// A cooldown after another overlay holds it back.
    CoolingDown,
    /// The viewer has clicked, answered or converted already.
    Suppressed,
    /// Its campaign has no budget or goal left.
    BudgetSpent,
    /// Its campaign is ahead of its plan.
    Paced,
    /// A kill switch of its instrument, advertiser or media is on.
    Killed,
    /// It is kept apart from another of its category or a competing advertiser.
    Separated,
    /// The mix rules want something else first.
    Mixed,
    /// The viewer's budget of interruptions is spent.
    Interrupted,
    /// The viewer is held out: it sees nothing, so that the rest can be compared.
    Holdout,
    /// No place on the picture is free for it.
    NoRoom,
}

impl Reason {
    /// All reasons, in the order of their numbers.
    pub const ALL: [Self; 32] = [
        Self::NothingOnScreen,
        Self::OtherMedia,
        Self::OutsideSchedule,
        Self::CannotDraw,
        Self::OutsideAudience,
        Self::NoConsent,
        Self::FrequencyCapped,
        Self::Quiet,
        Self::Showing,
        Self::Outranked,
        Self::Held,
        Self::NotLive,
        Self::Withdrawn,
        Self::AdBreak,
        Self::OutsideDaypart,
        Self::OutsideMediaClock,
        Self::TriggerUnmet,
        Self::RivalOnScreen,
        Self::RestrictedCategory,
        Self::NearSensitive,
        Self::CategoryOptedOut,
        Self::NotFollowing,
        Self::CoolingDown,
        Self::Suppressed,
        Self::BudgetSpent,
        Self::Paced,
        Self::Killed,
        Self::Separated,
        Self::Mixed,
        Self::Interrupted,
        Self::Holdout,
        Self::NoRoom,
    ];
}

/// Everything that a choice depends on.
#[derive(Debug, Clone)]
pub(super) struct Scene<'a> {
    pub(super) media: &'a Media,
    pub(super) window: Window,
    pub(super) position: Position,
    /// Nothing is shown on the media now.
    pub(super) held: bool,
    /// What must not be shown, whatever else may run.
    pub(super) killed: &'a Killed,
    /// What a host puts to all, where the cue says so.
    pub(super) show: Option<&'a Show>,
    /// The media's ad breaks, in the order in which they begin.
    pub(super) breaks: &'a [AdBreak],
    /// What is on screen in the window.
    pub(super) sight: Rc<Sight<'a>>,
    /// The moment by the clocks of all places.
    pub(super) clock: WallClock,
    pub(super) index: &'a Index,
    /// What holds over all instruments.
    pub(super) delivery: &'a DeliveryRules,
    pub(super) viewer: &'a Viewer,
    /// On what terms the viewer is shown anything.
    pub(super) mode: Mode,
    /// The profile may be used.
    pub(super) personal: bool,
    /// What the decision had to do without.
    pub(super) missing: Missing,
    pub(super) shown: &'a Shown,
    /// What campaigns have left on this node.
    pub(super) tills: &'a Tills,
    /// What was reserved for this question when it was asked before.
    pub(super) reserved: &'a Reserved,
    pub(super) can_draw: u8,
    /// What the client says of its picture.
    pub(super) viewport: Viewport,
    /// What is free on it, worked out once for all candidates.
    pub(super) free: OnceCell<Room>,
    pub(super) slots: usize,
    /// How many of one kind at the most.
    pub(super) per_kind: usize,
    pub(super) ranking: &'a Ranking,
    pub(super) context: &'a context::Fields,
    pub(super) locale: Option<&'a str>,
    pub(super) policy: &'a NamedPolicy,
    /// The media's overlay life, or the node's.
    pub(super) life: OverlayLife,
    pub(super) seed: u64,
    pub(super) now: Time,
}

impl Scene<'_> {
    /// What is free on the picture.
    pub(super) fn room(&self) -> &Room {
        self.free.get_or_init(|| room::of(self))
    }

    /// Where the overlay shows: where the viewer asked for it, or where a host put it for all.
    pub(super) fn shows_at(&self) -> Position {
        self.show.map_or(self.position, |show| show.at)
    }
}

/// What was chosen, and what was not, and why.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) decision: u128,
    pub(super) picks: Vec<Pick>,
    /// How many candidates each reason left out, by the reason's number.
    pub(super) reasons: [u32; Reason::ALL.len()],
    pub(super) context: Vec<Piece>,
    /// The first moment at which a candidate that is only held by an overlay's life could run.
    pub(super) free_at: Option<Time>,
}

/// One chosen instrument.
#[derive(Debug)]
pub(super) struct Pick {
    /// Its place in the index.
    pub(super) at: u32,
    pub(super) show_ms: i64,
    /// Which of the ranked it is, and which stretch of [`Numbers::drawn_among`](super::rank::Numbers) it was drawn among.
    pub(super) ranked: usize,
    pub(super) drawn_among: std::ops::Range<usize>,
    /// How likely it was to be chosen, given the slots before it.
    pub(super) propensity: f64,
    /// Where on the picture it goes.
    pub(super) place: Option<Place>,
    /// When it was first told.
    pub(super) decided_at: Time,
    /// Whether it counts, in which variant, and who pays.
    pub(super) terms: Terms,
}

impl Choice {
    /// What it puts on the viewer's screen, as later questions will count it.
    pub(super) fn chosen(&self, scene: &Scene<'_>) -> impl ExactSizeIterator<Item = Chosen> {
        self.picks.iter().map(|pick| {
            let live = scene.index.get(pick.at);
            let showing = Showing::of(live, self.decision, scene.now, pick.show_ms);
            (showing, pick.terms.spend, pick.decided_at)
        })
    }
}

/// A policy and its name, which every receipt says; made once.
#[derive(Debug)]
pub(super) struct NamedPolicy {
    pub(super) policy: Policy,
    pub(super) id: String,
}

impl NamedPolicy {
    pub(super) fn new(policy: Policy) -> Self {
        Self {
            id: policy.id(),
            policy,
        }
    }

    /// The name under which a host's own choice goes; nothing is drawn by it.
    pub(super) fn host() -> Self {
        Self {
            id: receipt::HOST.to_owned(),
            policy: Policy::default(),
        }
    }
}
