//! Caps that the device keeps itself: what it showed lately, what it must not draw twice, and, where nobody else may count
//! for a viewer who is nobody, how often it showed each instrument.

/// How many receipts a question may carry.
const RECENT: usize = 8;
/// How many drawn overlays are remembered.
const DRAWN: usize = 256;

/// How many instruments are counted, and how many showings of each are dated: as many as a question may carry.
const COUNTED: usize = 64;
const DATED: usize = 16;
/// What a viewer does once with an instrument.
const ACTS: [&str; 2] = ["answer", "click"];

/// What one instrument was shown here, and what came of it.
#[derive(Debug, Default)]
struct Counted {
    instrument_id: String,
    kind: String,
    count: u32,
    at_ms: Vec<i64>,
    show_ms: i64,
    done: Vec<&'static str>,
}

/// What this device was given, so that it never draws a thing twice before the server has counted the first time.
#[derive(Debug, Default)]
pub struct Caps {
    recent: Vec<String>,
    drawn: Vec<String>,
    /// The longest unshown first.
    counted: Vec<Counted>,
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

    /// Something was drawn (`what` is its kind), or the viewer did something with it (`what` is the act).
    pub fn count(&mut self, instrument_id: &str, what: &str, show_ms: i64, now_ms: i64) {
        let of = |one: &Counted| one.instrument_id == instrument_id;
        let known = self.counted.iter().position(of);
        let mut one = known.map_or_else(Counted::default, |at| self.counted.remove(at));
        match ACTS.into_iter().find(|act| *act == what) {
            Some(act) if !one.done.contains(&act) => one.done.push(act),
            Some(_) => {}
            None => {
                what.clone_into(&mut one.kind);
                one.count = one.count.saturating_add(1);
                one.show_ms = show_ms;
                if one.at_ms.len() == DATED {
                    one.at_ms.remove(0);
                }
                one.at_ms.push(now_ms);
            }
        }
        instrument_id.clone_into(&mut one.instrument_id);
        if self.counted.len() == COUNTED {
            self.counted.remove(0);
        }
        self.counted.push(one);
    }

    /// What was counted, as the question's `shown`. Ids and kinds are the server's own, of characters that JSON need not
    /// escape; what is of others is none of them, and is left out.
    pub fn counted(&self, now_ms: i64) -> String {
        let plain = |text: &str| {
            let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':' | b'-');
            !text.is_empty() && text.bytes().all(plain)
        };
        let told = |one: &Counted| {
            let ago: Vec<String> = one
                .at_ms
                .iter()
                .map(|at_ms| (now_ms - at_ms).max(0).to_string())
                .collect();
            let done: Vec<String> = one.done.iter().map(|act| format!("\"{act}\"")).collect();
            let kind = match one.kind.as_str() {
                kind if plain(kind) => format!("\"{kind}\""),
                _ => "null".to_owned(),
            };
            format!(
                r#"{{"instrument_id":"{}","kind":{kind},"count":{},"ago_ms":[{}],"show_ms":{},"done":[{}]}}"#,
                one.instrument_id,
                one.count,
                ago.join(","),
                one.show_ms.max(0),
                done.join(",")
            )
        };
        let known = self.counted.iter().filter(|one| plain(&one.instrument_id));
        format!("[{}]", known.map(told).collect::<Vec<_>>().join(","))
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

    #[test]
    fn what_was_shown_and_done_is_counted_by_instrument() {
        let mut caps = Caps::default();
        caps.count("a", "poll", 30_000, 1_000);
        caps.count("b", "ad", 20_000, 2_000);
        caps.count("a", "poll", 30_000, 5_000);
        caps.count("a", "answer", 0, 5_500);
        caps.count("a", "answer", 0, 5_600);
        assert_eq!(
            caps.counted(6_000),
            concat!(
                r#"[{"instrument_id":"b","kind":"ad","count":1,"ago_ms":[4000],"show_ms":20000,"done":[]},"#,
                r#"{"instrument_id":"a","kind":"poll","count":2,"ago_ms":[5000,1000],"show_ms":30000,"done":["answer"]}]"#
            )
        );
    }

    #[test]
    fn the_list_is_bounded_and_keeps_what_was_shown_last() {
        let mut caps = Caps::default();
        for n in 0..100_i64 {
            caps.count(&format!("i{n}"), "ad", 1_000, n);
        }
        for n in 0..40_i64 {
            caps.count("i99", "ad", 1_000, 100 + n);
        }
        let told = caps.counted(200);
        assert_eq!(told.matches("instrument_id").count(), 64);
        assert!(!told.contains(r#""i35""#) && told.contains(r#""i36""#));
        assert!(
            told.contains(r#""count":41"#),
            "all count, though few are dated"
        );
        assert_eq!(
            told.rsplit_once("ago_ms")
                .map(|(_, last)| last.matches(',').count()),
            Some(17)
        );
    }

    #[test]
    fn what_is_no_id_is_not_written_into_json() {
        let mut caps = Caps::default();
        caps.count("a\",\"x\":\"", "ad", 1_000, 0);
        caps.count("b", "a\"d", 1_000, 0);
        let told = r#"[{"instrument_id":"b","kind":null,"count":1,"ago_ms":[0],"show_ms":1000,"done":[]}]"#;
        assert_eq!(caps.counted(0), told);
    }
}
