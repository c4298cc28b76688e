//! Standing: where an instrument is in its life, how far its latest version has come, and the steps that lead on.
//!
//! ```text
//! draft -submit-> in_review -approve-> approved -launch-> live -pause-> paused -launch-> live
//!   ^                |
//!   +---send back----+            archive: from everywhere, and for good
//! ```
//!
//! A new version of an instrument that was approved once begins that review anew, beside the state: what others approved
//! before goes on running until they approve the newer one.

/// Where an instrument stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Being written; never shown.
    Draft,
    /// Its first version waits for approval; never shown.
    InReview,
    /// A version is approved, and it has not gone live yet.
    Approved,
    /// Its approved version may be shown.
    Live,
    /// Not shown for now.
    Paused,
    /// Not shown any more, for good.
    Archived,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Draft,
        Self::InReview,
        Self::Approved,
        Self::Live,
        Self::Paused,
        Self::Archived,
    ];

    /// The state as it is stored and told.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InReview => "in_review",
            Self::Approved => "approved",
            Self::Live => "live",
            Self::Paused => "paused",
            Self::Archived => "archived",
        }
    }

    /// No step leads on from here.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Archived)
    }
}

/// Where the review of the latest version stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Review {
    /// Being written, or sent back.
    Draft,
    /// It waits for somebody else's approval.
    InReview,
    /// Approved: it is the version that runs.
    Approved,
}

impl Review {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Draft, Self::InReview, Self::Approved];

    /// The review as it is stored and told.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InReview => "in_review",
            Self::Approved => "approved",
        }
    }
}

/// A step of an instrument's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The latest version asks for approval.
    Submit,
    /// It is taken back, or sent back.
    SendBack,
    /// Somebody else approves it.
    Approve,
    /// The approved version may be shown.
    Launch,
    /// It is not shown for now.
    Pause,
    /// It is not shown any more.
    Archive,
}

impl Step {
    /// What the audit trail calls it.
    #[must_use]
    pub const fn action(self) -> &'static str {
        match self {
            Self::Submit => "instrument.submit",
            Self::SendBack => "instrument.send_back",
            Self::Approve => "instrument.approve",
            Self::Launch => "instrument.launch",
            Self::Pause => "instrument.pause",
            Self::Archive => "instrument.archive",
        }
    }
}

/// How an instrument stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The latest version; counts from 1.
    pub version: u32,
    /// Where it stands.
    pub state: State,
    /// Where the review of the latest version stands.
    pub review: Review,
    /// The version that runs while it is live; none before the first approval.
    pub approved_version: Option<u32>,
    /// Counts every change.
    pub revision: u64,
}

impl Standing {
    /// Of a first version.
    pub const NEW: Self = Self {
        version: 1,
        state: State::Draft,
        review: Review::Draft,
        approved_version: None,
        revision: 1,
    };

    /// The step that leads to a state; none where it is there already, and why where there is no way.
    ///
    /// # Errors
    /// When no step leads there.
    pub fn step(&self, to: State) -> Result<Option<Step>, String> {
        let version = self.version;
        match (to, self.state, self.review) {
            (State::Archived, State::Archived, _) => Ok(None),
            (State::Archived, ..) => Ok(Some(Step::Archive)),
            (_, State::Archived, _) => Err("it is archived, for good".to_owned()),
            (State::Draft, _, Review::Draft) | (State::InReview, _, Review::InReview) => Ok(None),
            (State::Draft, _, Review::InReview) => Ok(Some(Step::SendBack)),
            (State::InReview, _, Review::Draft) => Ok(Some(Step::Submit)),
            (State::Draft | State::InReview, _, Review::Approved) => Err(format!(
                "version {version} is approved; pause the instrument, or write a new version"
            )),
            (State::Approved, _, Review::Approved) => Ok(None),
            (State::Approved, _, Review::InReview) => Ok(Some(Step::Approve)),
            (State::Approved, _, Review::Draft) => Err(format!(
                "version {version} is not in review; submit it first"
            )),
            (State::Live, State::Live, _) | (State::Paused, State::Paused, _) => Ok(None),
            (State::Live, State::Approved | State::Paused, _) => Ok(Some(Step::Launch)),
            (State::Live, ..) => Err("no version of it is approved yet".to_owned()),
            (State::Paused, State::Live, _) => Ok(Some(Step::Pause)),
            (State::Paused, ..) => Err("it is not live".to_owned()),
        }
    }

    /// How it stands after a step that leads on from here.
    #[must_use]
    pub fn after(self, step: Step) -> Self {
        let unapproved = |state| match self.approved_version {
            None => state,
            Some(_) => self.state,
        };
        let (state, review, approved_version) = match step {
            Step::Submit => (
                unapproved(State::InReview),
                Review::InReview,
                self.approved_version,
            ),
            Step::SendBack => (
                unapproved(State::Draft),
                Review::Draft,
                self.approved_version,
            ),
            Step::Approve => (
                unapproved(State::Approved),
                Review::Approved,
                Some(self.version),
            ),
            Step::Launch => (State::Live, self.review, self.approved_version),
            Step::Pause => (State::Paused, self.review, self.approved_version),
            Step::Archive => (State::Archived, self.review, self.approved_version),
        };
        Self {
            state,
            review,
            approved_version,
            revision: self.revision + 1,
            ..self
        }
    }

    /// How it stands with a new version, which nobody has reviewed yet; `None` where it takes none any more.
    #[must_use]
    pub fn revised(self) -> Option<Self> {
        let state = match (self.state, self.approved_version) {
            (state, _) if state.is_terminal() => return None,
            (_, None) => State::Draft,
            (state, Some(_)) => state,
        };
        Some(Self {
            version: self.version + 1,
            state,
            review: Review::Draft,
            revision: self.revision + 1,
            ..self
        })
    }

    /// The version that may be shown now.
    #[must_use]
    pub fn running(&self) -> Option<u32> {
        self.approved_version.filter(|_| self.state == State::Live)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Goes this way from a first version; how it stands, or at which state there was no way on.
    fn go(way: &[State]) -> Result<Standing, State> {
        way.iter().try_fold(Standing::NEW, |standing, to| {
            let step = standing.step(*to).map_err(|_| *to)?;
            Ok(step.map_or(standing, |step| standing.after(step)))
        })
    }

    #[test]
    fn an_instrument_goes_live_by_way_of_review_and_approval_alone() {
        use State::{Approved, Archived, Draft, InReview, Live, Paused};
        let live = go(&[InReview, Approved, Live]).expect("the way there");
        assert_eq!((live.running(), live.revision), (Some(1), 4));
        assert_eq!(go(&[Live]), Err(Live));
        assert_eq!(go(&[Approved]), Err(Approved));
        assert_eq!(go(&[InReview, Live]), Err(Live));
        assert_eq!(go(&[InReview, Draft, Approved]), Err(Approved));
        assert_eq!(go(&[InReview, Approved, Draft]), Err(Draft));
        assert_eq!(go(&[InReview, Approved, Paused]), Err(Paused));
        let back = go(&[InReview, Approved, Live, Paused, Live]).expect("back again");
        assert_eq!(back.running(), Some(1));
        for way in [&[][..], &[InReview], &[InReview, Approved, Live]] {
            let archived = go(&[way, &[Archived]].concat()).expect("from everywhere");
            assert!(archived.state.is_terminal() && archived.running().is_none());
            assert!(archived.revised().is_none());
            for to in State::ALL.into_iter().filter(|to| !to.is_terminal()) {
                assert!(archived.step(to).is_err(), "{to:?}");
            }
        }
    }

    #[test]
    fn what_is_approved_goes_on_running_while_a_newer_version_is_reviewed() {
        use State::{Approved, Draft, InReview, Live};
        let live = go(&[InReview, Approved, Live]).expect("the way there");
        let newer = live.revised().expect("a new version");
        assert_eq!((newer.version, newer.running()), (2, Some(1)));
        let step = |standing: Standing, to| {
            let step = standing.step(to).expect("a way").expect("a step");
            standing.after(step)
        };
        let submitted = step(newer, InReview);
        assert_eq!((submitted.state, submitted.running()), (Live, Some(1)));
        let sent_back = step(submitted, Draft);
        assert_eq!((sent_back.state, sent_back.running()), (Live, Some(1)));
        let approved = step(submitted, Approved);
        assert_eq!((approved.state, approved.running()), (Live, Some(2)));
        assert_eq!(approved.step(Approved), Ok(None), "a second approval");
        let overtaken = submitted.revised().expect("a third version");
        assert_eq!(overtaken.review, Review::Draft);
        assert!(overtaken.step(Approved).is_err(), "nobody has read it");
    }

    proptest! {
        #[test]
        fn whatever_is_tried_only_what_was_approved_runs(
            tries in prop::collection::vec(0_usize..7, 0..40),
        ) {
            let mut standing = Standing::NEW;
            let mut approved = Vec::new();
            for attempt in tries {
                let before = standing;
                match State::ALL.get(attempt) {
                    Some(to) => if let Ok(Some(step)) = standing.step(*to) {
                        standing = standing.after(step);
                        if step == Step::Approve {
                            approved.push(standing.version);
                        }
                    },
                    None => standing = standing.revised().unwrap_or(standing),
                }
                prop_assert!(standing.running().is_none_or(|version| approved.contains(&version)));
                prop_assert!(standing == before || standing.revision == before.revision + 1);
                prop_assert_eq!(
                    standing.approved_version.is_none() && !standing.state.is_terminal(),
                    matches!(standing.state, State::Draft | State::InReview)
                );
            }
        }
    }
}
