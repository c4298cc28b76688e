//! Caps that the device keeps itself: what it showed lately, and what it must not draw twice.

/// How many receipts a question may carry.
const RECENT: usize = 8;
/// How many drawn overlays are remembered.
const DRAWN: usize = 256;

/// What this device was given, so that it never draws a thing twice before the server has counted the first time.
#[derive(Debug, Default)]
pub struct Caps {
    recent: Vec<String>,
    drawn: Vec<String>,
}

impl Caps {
    /// Takes an overlay of a decision; false where it was taken before: the same question gets the same answer again.
    pub fn take(&mut self, decision_id: &str, instrument_id: &str) -> bool {
        let name = format!("{decision_id}\n{instrument_id}");
        if self.drawn.contains(&name) {
            return false;
        }
        if self.drawn.len() == DRAWN {
            self.drawn.remove(0);
        }
        self.drawn.push(name);
        true
    }

    /// An overlay with this receipt was drawn, or will be.
    pub fn remember(&mut self, receipt: &str) {
        self.recent.retain(|known| known != receipt);
        if self.recent.len() == RECENT {
            self.recent.remove(0);
        }
        self.recent.push(receipt.to_owned());
    }

    /// An overlay with this receipt was never drawn after all.
    pub fn forget(&mut self, receipt: &str) {
        self.recent.retain(|known| known != receipt);
    }

    /// The receipts to send with a question, the oldest first.
    pub fn recent(&self) -> impl Iterator<Item = &str> {
        self.recent.iter().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_answer_is_drawn_once() {
        let mut caps = Caps::default();
        assert!(caps.take("d1", "poll"));
        assert!(!caps.take("d1", "poll"));
        assert!(caps.take("d1", "quiz"));
        assert!(caps.take("d2", "poll"));
    }

    #[test]
    fn a_question_carries_the_last_eight_receipts() {
        let mut caps = Caps::default();
        for n in 0..10 {
            caps.remember(&n.to_string());
        }
        assert_eq!(
            caps.recent().collect::<Vec<_>>(),
            ["2", "3", "4", "5", "6", "7", "8", "9"]
        );
    }

    #[test]
    fn a_receipt_stands_once_and_what_was_never_drawn_is_forgotten() {
        let mut caps = Caps::default();
        caps.remember("a");
        caps.remember("b");
        caps.remember("a");
        assert_eq!(caps.recent().collect::<Vec<_>>(), ["b", "a"]);
        caps.forget("b");
        assert_eq!(caps.recent().collect::<Vec<_>>(), ["a"]);
    }
}
