//! What a viewer can do with an overlay, and what each is worth to the learner.

/// What the viewer did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EventType {
    /// It was drawn.
    Impression,
    /// Half of it was in view for a second.
    Viewable,
    /// Its button was pressed.
    Click,
    /// Its code was scanned.
    Scan,
    /// An answer was given.
    Answer,
    /// It was sent away.
    Dismiss,
    /// What it was for was done: something was bought, or signed up for.
    Conversion,
}

impl EventType {
    /// Every type.
    pub const ALL: [Self; 7] = [
        Self::Impression,
        Self::Viewable,
        Self::Click,
        Self::Scan,
        Self::Answer,
        Self::Dismiss,
        Self::Conversion,
    ];

    /// Those that the viewer's device tells. A scan is seen where its link leads, and a conversion is told by the
    /// advertiser's server.
    pub const TOLD: [Self; 5] = [
        Self::Impression,
        Self::Viewable,
        Self::Click,
        Self::Answer,
        Self::Dismiss,
    ];

    /// The type as it is stored and told.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Impression => "impression",
            Self::Viewable => "viewable",
            Self::Click => "click",
            Self::Scan => "scan",
            Self::Answer => "answer",
            Self::Dismiss => "dismiss",
            Self::Conversion => "conversion",
        }
    }

    /// The type of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == name)
    }

    /// The table of rewards: what the event is worth to the learner. An overlay that was drawn and met with nothing
    /// of worth counts 0, and one counts at most 1 whatever follows.
    ///
    /// | event | reward | why |
    /// |---|---|---|
    /// | `impression` | 0 | it opens the row: nothing is learnt from what was never drawn |
    /// | `viewable` | 0 | that it could be seen says nothing of whether it was wanted |
    /// | `click` | 1 | the aim of an offer |
    /// | `scan` | 1 | a click by another device |
    /// | `answer` | 1 | the aim of a question, be it right or wrong |
    /// | `dismiss` | 0 | as good as no answer; less than that would teach to show nothing |
    /// | `conversion` | 1 | the aim behind the click; the click before it counted already |
    #[must_use]
    pub const fn reward(self) -> u8 {
        match self {
            Self::Impression | Self::Viewable | Self::Dismiss => 0,
            Self::Click | Self::Scan | Self::Answer | Self::Conversion => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_found_by_its_name_and_no_other() {
        for known in EventType::ALL {
            assert_eq!(EventType::parse(known.as_str()), Some(known));
        }
        assert_eq!(EventType::parse("swipe"), None);
        assert_eq!(EventType::parse("Click"), None);
    }
}
