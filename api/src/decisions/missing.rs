//! What a decision had to do without, as its answer says it.

/// One thing that was missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lack {
    /// The caller's time was over before all was read.
    Timeout,
    /// What is on screen is known as it was minutes ago.
    DetectionsOutdated,
    /// What is on screen is not known, or not all of it.
    DetectionsMissing,
    /// The viewer is known as it was minutes ago.
    ViewerOutdated,
    /// Nothing is known of the viewer.
    ViewerMissing,
    /// What the cue is about is not known.
    CueMissing,
}

impl Lack {
    /// All of them, in the order of their bits.
    pub(super) const ALL: [Self; 6] = [
        Self::Timeout,
        Self::DetectionsOutdated,
        Self::DetectionsMissing,
        Self::ViewerOutdated,
        Self::ViewerMissing,
        Self::CueMissing,
    ];

    /// As the answer and the metrics say it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::DetectionsOutdated => "detections_outdated",
            Self::DetectionsMissing => "detections_missing",
            Self::ViewerOutdated => "viewer_outdated",
            Self::ViewerMissing => "viewer_missing",
            Self::CueMissing => "cue_missing",
        }
    }
}

/// All that was missing; mostly nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Missing(u8);

impl Missing {
    pub(super) fn note(&mut self, lack: Lack) {
        self.0 |= 1 << lack as u8;
    }

    pub(super) const fn has(self, lack: Lack) -> bool {
        self.0 & (1 << lack as u8) != 0
    }

    /// What either was without.
    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn is_nothing(self) -> bool {
        self.0 == 0
    }

    pub(super) fn iter(self) -> impl Iterator<Item = Lack> {
        Lack::ALL.into_iter().filter(move |lack| self.has(*lack))
    }

    /// Whether the answer must do without profile and model: there was no time for them, or nobody to rank for.
    pub(super) const fn is_contextual(self) -> bool {
        self.has(Lack::Timeout) || self.has(Lack::ViewerMissing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_is_told_once_and_in_order() {
        let mut missing = Missing::default();
        assert!(missing.is_nothing() && !missing.is_contextual());
        missing.note(Lack::ViewerMissing);
        missing.note(Lack::DetectionsOutdated);
        missing.note(Lack::ViewerMissing);
        let told: Vec<Lack> = missing.iter().collect();
        assert_eq!(told, [Lack::DetectionsOutdated, Lack::ViewerMissing]);
        assert!(missing.is_contextual());
        for (at, lack) in Lack::ALL.into_iter().enumerate() {
            assert_eq!(lack as usize, at);
        }
    }
}
