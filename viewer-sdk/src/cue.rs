//! Cues: which of the signals that arrive is ours, valid and new, and when to ask because of it.

/// The version of the cue's shape that this SDK reads.
pub const CUE_VERSION: u32 = 1;

/// How many cue ids are remembered: at five cues a second, the channel's limit, over a minute of them.
const REMEMBERED: usize = 512;
/// Ids are short; a longer one is not ours and would only fill the memory.
const ID_BYTES_MAX: usize = 128;
/// A cue may not make viewers wait longer than the API lets a cue's sender ask for.
const SPREAD_MS_MAX: u32 = 10_000;

/// What a cue says, read from its JSON by the skin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CueFacts {
    /// Our mark and the shape's version; 0 where it was missing.
    pub version: u32,
    /// What it says: `check`, `show` or `withdraw`.
    pub kind: String,
    /// Its id.
    pub cue_id: String,
    /// The media it is about.
    pub media_id: String,
    /// The position it is about.
    pub seen_ms: i64,
    /// When it was sent, in ms since 1970.
    pub sent_at_ms: i64,
    /// After this it is ignored, in ms since 1970.
    pub valid_until_ms: i64,
    /// Over how long viewers spread their questions.
    pub spread_ms: u32,
}

/// What becomes of a cue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CueVerdict {
    /// It is ours, valid and new.
    Taken,
    /// It came before: players hand one cue over more than once, and so do two signals.
    Seen,
    /// Its time is over: it lives on in recordings, where it means nothing.
    Expired,
    /// It is about another media: one channel carries many.
    OtherMedia,
    /// A newer service wrote it in a shape that this SDK does not read.
    UnknownVersion,
    /// A newer service says something with it that this SDK does not know.
    UnknownKind,
    /// It carries our mark but not what a cue must hold.
    Malformed,
}

impl CueVerdict {
    /// The verdict's name in events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Seen => "seen",
            Self::Expired => "expired",
            Self::OtherMedia => "other_media",
            Self::UnknownVersion => "unknown_version",
            Self::UnknownKind => "unknown_kind",
            Self::Malformed => "malformed",
        }
    }
}

/// Judges cues and remembers those that were taken.
#[derive(Debug)]
pub struct CueGate {
    media_id: String,
    seen: Vec<String>,
}

impl CueGate {
    /// A gate for the cues of one media.
    #[must_use]
    pub fn new(media_id: &str) -> Self {
        Self {
            media_id: media_id.to_owned(),
            seen: Vec::new(),
        }
    }

    /// Judges a cue; one that is taken is remembered, so that it is taken once.
    pub fn judge(&mut self, cue: &CueFacts, now_ms: i64) -> CueVerdict {
        if cue.version != CUE_VERSION {
            return CueVerdict::UnknownVersion;
        }
        if cue.cue_id.is_empty() || cue.cue_id.len() > ID_BYTES_MAX || cue.seen_ms < 0 {
            return CueVerdict::Malformed;
        }
        if cue.media_id != self.media_id {
            return CueVerdict::OtherMedia;
        }
        if !matches!(cue.kind.as_str(), "check" | "show" | "withdraw") {
            return CueVerdict::UnknownKind;
        }
        // Before the expiry: a cue that was taken and is handed over again later is a repeat, not a relic.
        if self.seen.contains(&cue.cue_id) {
            return CueVerdict::Seen;
        }
        if cue.valid_until_ms < now_ms {
            return CueVerdict::Expired;
        }
        if self.seen.len() == REMEMBERED {
            self.seen.remove(0);
        }
        self.seen.push(cue.cue_id.clone());
        CueVerdict::Taken
    }
}

/// How long this viewer waits before it asks, so that a million do not ask in the same instant.
/// `random` lies in `0..1`.
#[must_use]
pub fn wait_ms(spread_ms: u32, random: f64) -> u32 {
    let spread = f64::from(spread_ms.min(SPREAD_MS_MAX));
    // Truncating is meant: whole milliseconds. A float that is not a number becomes 0.
    (spread * random.clamp(0.0, 1.0)) as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(id: &str) -> CueFacts {
        CueFacts {
            version: 1,
            kind: "check".into(),
            cue_id: id.into(),
            media_id: "cup".into(),
            seen_ms: 81_000,
            sent_at_ms: 1_000_000,
            valid_until_ms: 1_060_000,
            spread_ms: 400,
        }
    }

    #[test]
    fn a_new_cue_of_our_media_is_taken() {
        assert_eq!(
            CueGate::new("cup").judge(&check("a"), 1_000_500),
            CueVerdict::Taken
        );
    }

    #[test]
    fn every_kind_that_a_service_of_this_version_sends_is_taken() {
        for kind in ["check", "show", "withdraw"] {
            let cue = CueFacts {
                kind: kind.into(),
                ..check("a")
            };
            assert_eq!(CueGate::new("cup").judge(&cue, 0), CueVerdict::Taken);
        }
    }

    #[test]
    fn a_seen_cue_is_ignored() {
        let mut gate = CueGate::new("cup");
        gate.judge(&check("a"), 1_000_500);
        assert_eq!(gate.judge(&check("a"), 1_000_501), CueVerdict::Seen);
        assert_eq!(
            gate.judge(&check("a"), 9_000_000),
            CueVerdict::Seen,
            "and stays a repeat after its time"
        );
    }

    #[test]
    fn a_cue_is_valid_until_its_last_millisecond_and_then_ignored() {
        assert_eq!(
            CueGate::new("cup").judge(&check("a"), 1_060_000),
            CueVerdict::Taken
        );
        assert_eq!(
            CueGate::new("cup").judge(&check("a"), 1_060_001),
            CueVerdict::Expired
        );
    }

    #[test]
    fn cues_of_other_media_versions_and_kinds_are_left_alone() {
        let mut gate = CueGate::new("cup");
        let other = CueFacts {
            media_id: "final".into(),
            ..check("a")
        };
        let newer = CueFacts {
            version: 2,
            ..check("a")
        };
        let strange = CueFacts {
            kind: "sing".into(),
            ..check("a")
        };
        assert_eq!(gate.judge(&other, 0), CueVerdict::OtherMedia);
        assert_eq!(gate.judge(&newer, 0), CueVerdict::UnknownVersion);
        assert_eq!(gate.judge(&strange, 0), CueVerdict::UnknownKind);
        assert_eq!(
            gate.judge(&check("a"), 0),
            CueVerdict::Taken,
            "none of them used up the id"
        );
    }

    #[test]
    fn a_cue_without_an_id_or_from_before_zero_is_malformed() {
        let mut gate = CueGate::new("cup");
        assert_eq!(gate.judge(&check(""), 0), CueVerdict::Malformed);
        assert_eq!(
            gate.judge(&check(&"x".repeat(129)), 0),
            CueVerdict::Malformed
        );
        assert_eq!(
            gate.judge(
                &CueFacts {
                    seen_ms: -1,
                    ..check("a")
                },
                0
            ),
            CueVerdict::Malformed
        );
    }

    #[test]
    fn the_memory_is_bounded_and_forgets_the_oldest_first() {
        let mut gate = CueGate::new("cup");
        for n in 0..=REMEMBERED {
            assert_eq!(gate.judge(&check(&n.to_string()), 0), CueVerdict::Taken);
        }
        assert_eq!(gate.seen.len(), REMEMBERED);
        assert_eq!(gate.judge(&check("1"), 0), CueVerdict::Seen);
        assert_eq!(gate.judge(&check("0"), 0), CueVerdict::Taken);
    }

    #[test]
    fn a_sender_cannot_make_viewers_wait_for_long() {
        assert_eq!(wait_ms(u32::MAX, 1.0), SPREAD_MS_MAX);
        assert_eq!(wait_ms(400, f64::NAN), 0);
    }

    proptest! {
        #[test]
        fn the_wait_lies_within_the_spread(spread in 0_u32..20_000, random in 0.0_f64..1.0) {
            prop_assert!(wait_ms(spread, random) <= spread);
        }

        #[test]
        fn in_whatever_order_cues_come_each_id_is_taken_once(mut ids in prop::collection::vec(0_u8..20, 0..200)) {
            let mut gate = CueGate::new("cup");
            let taken = ids.iter().filter(|id| gate.judge(&check(&id.to_string()), 0) == CueVerdict::Taken).count();
            ids.sort_unstable();
            ids.dedup();
            prop_assert_eq!(taken, ids.len());
        }
    }
}
