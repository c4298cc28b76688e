//! Receipts as the server seals them, for overlays that a test makes up.

use beckon_api::auth::Keys;
use beckon_api::config::now;
use beckon_api::decisions::Terms;
use beckon_api::decisions::receipt::{Draft, Other, RankedBy, Sealer};
use beckon_api::words::{MediaId, Position, Time, ViewerId};
use beckon_classifier::encode::write_inputs;
use beckon_classifier::schema::Piece;
use serde_json::{Value, json};
use uuid::Uuid;

/// An overlay that was decided.
#[derive(Clone)]
pub struct Overlay {
    pub decision: u128,
    pub instrument_id: String,
    pub viewer: String,
    pub issued_at: Time,
    pub viewer_pieces: Vec<Piece>,
    pub pieces: Vec<Piece>,
    pub propensity: f32,
    /// Instrument and propensity of each.
    pub others: Vec<(String, f32)>,
}

/// An overlay of this instrument's first version, decided now.
pub fn overlay(instrument_id: &str, viewer: &str) -> Overlay {
    Overlay {
        decision: Uuid::now_v7().as_u128(),
        instrument_id: instrument_id.to_owned(),
        viewer: viewer.to_owned(),
        issued_at: now(),
        viewer_pieces: Vec::new(),
        pieces: vec![Piece::from_u64(1)],
        propensity: 1.0,
        others: Vec::new(),
    }
}

/// The sealer of a server with these keys.
pub fn sealer(keys: &Keys) -> Sealer {
    Sealer::new(keys.receipt()).expect("keys of the right size")
}

impl Overlay {
    /// Its receipt.
    pub fn seal(&self, sealer: &Sealer) -> String {
        let candidate = |id: &str, propensity| Other {
            instrument: Uuid::parse_str(id).expect("a UUID").as_u128(),
            version: 1,
            score: 0.0,
            propensity,
        };
        let mut inputs = Vec::new();
        write_inputs(&self.viewer_pieces, &[], &self.pieces, &mut inputs).expect("inputs");
        let others: Vec<Other> = self
            .others
            .iter()
            .map(|(id, propensity)| candidate(id, *propensity))
            .collect();
        let draft = Draft {
            decision: self.decision,
            issued_at: self.issued_at,
            media_id: &MediaId::parse("cup").expect("an id"),
            viewer_id: &ViewerId::parse(&self.viewer).expect("an id"),
            show_at: Position::ZERO,
            show_ms: 30_000,
            terms: Terms::default(),
            seen: "",
            ranked_by: &RankedBy::Popularity,
            policy: "uniform",
            chosen: candidate(&self.instrument_id, self.propensity),
            inputs: &inputs,
            others: &others,
        };
        let mut out = Vec::new();
        sealer.seal(&draft, [7; 12], &mut Vec::new(), &mut out);
        String::from_utf8(out).expect("base64")
    }
}

/// An event with an id of its own.
pub fn event(event_type: &str, receipt: &str) -> Value {
    json!({"event_id": Uuid::now_v7().to_string(), "type": event_type, "at": now().to_string(), "receipt": receipt})
}

/// An answer.
pub fn answer(receipt: &str, answer: &str) -> Value {
    let mut event = event("answer", receipt);
    event["answer"] = json!(answer);
    event
}
