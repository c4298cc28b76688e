//! The face towards JavaScript: plain numbers and strings in and out, no JSON, no rule of its own.
//! Names stay as they are in Rust: they are the wire's, and only `ts/core.ts` sees them.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::cue::{CueFacts, CueVerdict};
use crate::outbox::Batch;
use crate::qr;
use crate::schedule::Change;
use crate::session::{Place, Planned, Session};
use crate::viewability::Viewability;

/// JavaScript's only number as whole milliseconds. Truncating is meant; what is not a number becomes 0.
const fn whole(value: f64) -> i64 {
    value as i64
}

/// Exact: no time reaches 2^53 ms before the year 287 000.
const fn number(value: i64) -> f64 {
    value as f64
}

/// The version of this core, which is the package's.
#[wasm_bindgen]
pub fn core_version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// A QR code as an SVG path.
#[wasm_bindgen(getter_with_clone)]
#[derive(Debug)]
pub struct QrPath {
    /// Modules a side.
    #[wasm_bindgen(readonly)]
    pub size: u32,
    /// The path of the black ones.
    #[wasm_bindgen(readonly)]
    pub path: String,
}

/// The QR code of a text; nothing where it is too long for one.
#[wasm_bindgen]
pub fn qr_path(text: &str) -> Option<QrPath> {
    qr::encode(text).map(|code| QrPath {
        size: code.size,
        path: code.path,
    })
}

/// A cue's fields, as they stand in its JSON.
#[wasm_bindgen]
#[derive(Debug)]
pub struct CueFields(CueFacts);

#[wasm_bindgen]
impl CueFields {
    /// The fields in the order of the contract, times in ms since 1970.
    #[wasm_bindgen(constructor)]
    #[expect(
        clippy::too_many_arguments,
        reason = "a cue has this many fields, and a setter each would weigh more"
    )]
    pub fn new(
        version: u32,
        kind: String,
        cue_id: String,
        media_id: String,
        seen_ms: f64,
        sent_at_ms: f64,
        valid_until_ms: f64,
        spread_ms: u32,
    ) -> Self {
        // A time that is not one is written as "about something before zero", which the gate refuses.
        let valid = [seen_ms, sent_at_ms, valid_until_ms]
            .iter()
            .all(|time| time.is_finite());
        Self(CueFacts {
            version,
            kind,
            cue_id,
            media_id,
            seen_ms: if valid { whole(seen_ms) } else { -1 },
            sent_at_ms: whole(sent_at_ms),
            valid_until_ms: whole(valid_until_ms),
            spread_ms,
        })
    }
}

/// What a cue led to.
#[wasm_bindgen]
#[derive(Debug)]
pub struct HeardCue {
    verdict: CueVerdict,
    /// The position at which it lies in the stream.
    #[wasm_bindgen(readonly)]
    pub place_ms: Option<f64>,
    /// How long to wait before asking.
    #[wasm_bindgen(readonly)]
    pub wait_ms: u32,
}

#[wasm_bindgen]
impl HeardCue {
    /// What became of it.
    #[wasm_bindgen(
        getter,
        unchecked_return_type = "\"taken\" | \"seen\" | \"expired\" | \"other_media\" | \"unknown_version\" | \"unknown_kind\" | \"malformed\""
    )]
    pub fn verdict(&self) -> String {
        self.verdict.as_str().to_owned()
    }
}

/// A question's window.
#[wasm_bindgen]
#[derive(Debug)]
pub struct QuestionWindow {
    /// Where the overlay will show.
    #[wasm_bindgen(readonly)]
    pub position_ms: f64,
    /// How far back the window reaches.
    #[wasm_bindgen(readonly)]
    pub backward_ms: f64,
}

/// A change at the playhead.
#[wasm_bindgen]
#[derive(Debug)]
pub struct DueChange {
    what: &'static str,
    /// Which overlay.
    #[wasm_bindgen(readonly)]
    pub key: u32,
}

#[wasm_bindgen]
impl DueChange {
    /// What becomes of it.
    #[wasm_bindgen(
        getter,
        unchecked_return_type = "\"show\" | \"expire\" | \"withhold\" | \"miss\""
    )]
    pub fn what(&self) -> String {
        self.what.to_owned()
    }
}

/// Events for one request.
#[wasm_bindgen(getter_with_clone)]
#[derive(Debug)]
pub struct EventTexts {
    /// Their ids.
    #[wasm_bindgen(readonly)]
    pub ids: Vec<String>,
    /// Their JSON texts.
    #[wasm_bindgen(readonly)]
    pub bodies: Vec<String>,
}

impl From<Batch> for EventTexts {
    fn from(Batch { ids, bodies }: Batch) -> Self {
        Self { ids, bodies }
    }
}

/// Watches whether one overlay is viewed.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct ViewWatch(Viewability);

#[wasm_bindgen]
impl ViewWatch {
    /// A fresh one.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// True once, when half was in view for a second.
    pub fn observe(&mut self, share: f64, page_shows: bool, now_ms: f64) -> bool {
        self.0.observe(share, page_shows, whole(now_ms))
    }
}

/// The core of one attached player.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Core(Session);

#[wasm_bindgen]
impl Core {
    /// A core for a media whose zero is this moment.
    #[wasm_bindgen(constructor)]
    pub fn new(media_id: &str, zero_ms: f64) -> Self {
        Self(Session::new(media_id, whole(zero_ms)))
    }

    /// The stream says that at this media time it is this date.
    pub fn see_date(&mut self, date_ms: f64, media_time_ms: f64) {
        self.0.anchor.see_date(whole(date_ms), whole(media_time_ms));
    }

    /// The player plays a stored video from its beginning.
    pub fn see_recording(&mut self) {
        self.0.anchor.see_recording();
    }

    /// The position at this media time.
    pub fn position_at(&self, media_time_ms: f64) -> Option<f64> {
        self.0.anchor.position_at(whole(media_time_ms)).map(number)
    }

    /// A cue came in the stream.
    pub fn hear_in_stream(
        &mut self,
        cue: &CueFields,
        media_time_ms: f64,
        date_ms: Option<f64>,
        now_ms: f64,
        random: f64,
    ) -> HeardCue {
        let place = Place::InStream {
            media_time_ms: whole(media_time_ms),
            date_ms: date_ms.map(whole),
        };
        self.hear(cue, place, now_ms, random)
    }

    /// A cue came beside the stream.
    pub fn hear_beside(
        &mut self,
        cue: &CueFields,
        media_time_ms: f64,
        now_ms: f64,
        random: f64,
    ) -> HeardCue {
        self.hear(
            cue,
            Place::Beside {
                media_time_ms: whole(media_time_ms),
            },
            now_ms,
            random,
        )
    }

    /// The window to ask about.
    pub fn question(
        &mut self,
        place_ms: Option<f64>,
        seen_ms: f64,
        playhead_ms: Option<f64>,
    ) -> QuestionWindow {
        let question = self
            .0
            .question(place_ms.map(whole), whole(seen_ms), playhead_ms.map(whole));
        QuestionWindow {
            position_ms: number(question.position_ms),
            backward_ms: number(question.backward_ms),
        }
    }

    /// Plans an overlay, `put` by a host or not: its key, 0 where this device was given it already, nothing where its time has passed.
    pub fn plan(
        &mut self,
        decision_id: &str,
        instrument_id: &str,
        show_at_ms: f64,
        hide_at_ms: f64,
        put: bool,
        playhead_ms: Option<f64>,
    ) -> Option<u32> {
        let times = (whole(show_at_ms), whole(hide_at_ms));
        match self.0.plan(
            decision_id,
            instrument_id,
            times,
            put,
            playhead_ms.map(whole),
        ) {
            Planned::Due(key) => Some(key),
            Planned::Seen => Some(0),
            Planned::TooLate => None,
        }
    }

    /// The next change at this position; call it until there is none.
    pub fn next_change(&mut self, position_ms: f64) -> Option<DueChange> {
        let (key, what) = match self.0.schedule.next_change(whole(position_ms))? {
            Change::Show { key, .. } => (key, "show"),
            Change::Expire { key } => (key, "expire"),
            Change::Withhold { key } => (key, "withhold"),
            Change::Miss { key } => (key, "miss"),
        };
        Some(DueChange { what, key })
    }

    /// How far the playhead is from the next change.
    pub fn next_change_in_ms(&self, position_ms: f64) -> Option<f64> {
        self.0.schedule.next_in_ms(whole(position_ms)).map(number)
    }

    /// Takes an overlay off the schedule.
    pub fn remove(&mut self, key: u32) {
        self.0.schedule.remove(key);
    }

    /// Gives the viewer more time; false where it was granted often enough.
    pub fn extend(&mut self, key: u32, by_ms: f64) -> bool {
        self.0.schedule.extend(key, whole(by_ms))
    }

    /// Until which position an overlay stays.
    pub fn hide_at_ms(&self, key: u32) -> Option<f64> {
        self.0.schedule.hide_at_ms(key).map(number)
    }

    /// The server says where to ask again.
    pub fn plan_check(&mut self, at_ms: Option<f64>) {
        self.0.plan_check(at_ms.map(whole));
    }

    /// True once, when the planned check is due.
    pub fn check_is_due(&mut self, playhead_ms: f64) -> bool {
        self.0.check_is_due(whole(playhead_ms))
    }

    /// An overlay with this receipt was drawn, or will be.
    pub fn remember_receipt(&mut self, receipt: &str) {
        self.0.caps.remember(receipt);
    }

    /// An overlay with this receipt was never drawn after all.
    pub fn forget_receipt(&mut self, receipt: &str) {
        self.0.caps.forget(receipt);
    }

    /// The receipts to send with a question.
    pub fn recent_receipts(&self) -> Vec<String> {
        self.0.caps.recent().map(str::to_owned).collect()
    }

    /// Something was drawn (`what` is its kind), or done with it (`what` is the act).
    pub fn count(&mut self, instrument_id: &str, what: &str, show_ms: f64, now_ms: f64) {
        let (show_ms, now_ms) = (whole(show_ms), whole(now_ms));
        self.0.caps.count(instrument_id, what, show_ms, now_ms);
    }

    /// What was counted, as JSON for the question of a viewer who is nobody.
    pub fn counted(&self, now_ms: f64) -> String {
        self.0.caps.counted(whole(now_ms))
    }

    /// Queues an event; false where it is longer than any request may be.
    pub fn queue_event(&mut self, event_id: &str, body: &str, now_ms: f64) -> bool {
        self.0.outbox.push(event_id, body, whole(now_ms))
    }

    /// What to send now.
    pub fn next_batch(&mut self, now_ms: f64) -> Option<EventTexts> {
        let batch = self.0.outbox.next_batch(whole(now_ms));
        batch.map(EventTexts::from)
    }

    /// The server has answered.
    pub fn settle_batch(&mut self) {
        self.0.outbox.settle();
    }

    /// The request failed.
    pub fn fail_batch(&mut self, now_ms: f64, random: f64, asked_ms: Option<f64>) {
        let asked_ms = asked_ms.map(whole);
        self.0.outbox.fail(whole(now_ms), random, asked_ms);
    }

    /// The connection is back.
    pub fn hurry_events(&mut self) {
        self.0.outbox.hurry();
    }

    /// The page is going: everything unsent, a request's worth at a time.
    pub fn farewell_batch(&mut self) -> Option<EventTexts> {
        self.0.outbox.farewell().map(EventTexts::from)
    }

    /// In how many ms there may be something to send.
    pub fn next_batch_in_ms(&self, now_ms: f64) -> Option<f64> {
        self.0.outbox.next_in_ms(whole(now_ms)).map(number)
    }

    fn hear(&mut self, cue: &CueFields, place: Place, now_ms: f64, random: f64) -> HeardCue {
        let heard = self.0.hear(&cue.0, place, whole(now_ms), random);
        HeardCue {
            verdict: heard.verdict,
            place_ms: heard.place_ms.map(number),
            wait_ms: heard.wait_ms,
        }
    }
}
