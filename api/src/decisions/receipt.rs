//! Receipts: what a decision was, sealed, so that the hot path writes nothing and a forged event is refused.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64_simd::URL_SAFE_NO_PAD as BASE64;
use beckon_classifier::encode::Inputs;
use uuid::Uuid;

use super::bytes::{Reader, put_text};
use super::terms::Terms;
use crate::auth::ReceiptKey;
use crate::words::{InstrumentId, MediaId, Position, Time, ViewerId};

/// How long a receipt is good for what is billed.
pub const BILLING_MS: i64 = 15 * 60 * 1000;
/// How long it is good for learning and for results.
pub const LEARNING_MS: i64 = 24 * 60 * 60 * 1000;
/// The largest sealed receipt, in bytes before base64.
pub const LARGEST: usize = 1024;
/// The shape of what is sealed; a node opens this one and the one before, which had no terms.
const SHAPE: u8 = 2;
const SHAPE_BEFORE: u8 = 1;
/// Shape, key and nonce stand before what is sealed.
const HEAD: usize = 2 + NONCE_LEN;
const TAG: usize = 16;

/// What stands for the policy where a host put one instrument to all: it was not chosen, so nothing is learnt from it.
pub const HOST: &str = "host";

/// Who ranked the candidates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RankedBy {
    /// How often each instrument is engaged with.
    Popularity,
    /// A model, by its digest.
    Model([u8; 32]),
}

/// Another candidate of the same slot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Other {
    /// Its instrument, as a number.
    pub instrument: u128,
    /// Its version.
    pub version: u32,
    /// Its score.
    pub score: f32,
    /// How likely it was to be chosen.
    pub propensity: f32,
}

/// What is sealed, borrowed from the decision.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    /// The decision.
    pub decision: u128,
    /// When it was made.
    pub issued_at: Time,
    /// On which media.
    pub media_id: &'a MediaId,
    /// For whom.
    pub viewer_id: &'a ViewerId,
    /// Where the overlay shows.
    pub show_at: Position,
    /// For how long.
    pub show_ms: u32,
    /// On what terms.
    pub terms: Terms,
    /// The surest name on screen that called for it; empty where none did.
    pub seen: &'a str,
    /// Who ranked.
    pub ranked_by: &'a RankedBy,
    /// By which policy it was drawn.
    pub policy: &'a str,
    /// What was chosen.
    pub chosen: Other,
    /// The chosen candidate's inputs, as the classifier writes them.
    pub inputs: &'a [u8],
    /// Its companions.
    pub others: &'a [Other],
}

/// An opened receipt.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    /// The decision.
    pub decision: u128,
    /// When it was made.
    pub issued_at: Time,
    /// On which media.
    pub media_id: MediaId,
    /// For whom.
    pub viewer_id: ViewerId,
    /// Where the overlay shows.
    pub show_at: Position,
    /// For how long.
    pub show_ms: u32,
    /// On what terms.
    pub terms: Terms,
    /// The surest name on screen that called for it, cut to what a receipt has room for; empty where none did.
    pub seen: String,
    /// Who ranked.
    pub ranked_by: RankedBy,
    /// By which policy it was drawn.
    pub policy: String,
    /// What was chosen.
    pub chosen: Other,
    /// What the chosen one's feature vector is made of.
    pub inputs: Inputs,
    /// Its companions.
    pub others: Vec<Other>,
    /// All companions are there; otherwise there were too many for a receipt, and the row is of no use off-policy.
    pub complete: bool,
}

/// Why a receipt was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unopened {
    /// It was not sealed by us, or was changed.
    #[error("the receipt was not sealed here, or was changed")]
    Invalid,
    /// Its time is over.
    #[error("the receipt is older than 24 hours")]
    Expired,
}

/// Seals and opens receipts.
pub struct Sealer {
    /// The first seals, both open.
    keys: [(u8, LessSafeKey); 2],
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer(..)")
    }
}

impl Receipt {
    /// The instrument that was chosen.
    #[must_use]
    pub fn instrument_id(&self) -> InstrumentId {
        instrument_id(self.chosen.instrument)
    }

    /// Whether a host put it to all, and it was not chosen.
    #[must_use]
    pub fn is_put_by_host(&self) -> bool {
        self.policy == HOST
    }

    /// The decision's id, as it was told.
    #[must_use]
    pub fn decision_id(&self) -> String {
        Uuid::from_u128(self.decision).to_string()
    }

    /// Whether what follows from it may still be billed.
    #[must_use]
    pub fn billable(&self, now: Time) -> bool {
        now.since(self.issued_at) <= BILLING_MS
    }
}

/// The id of an instrument that a receipt holds as a number.
#[must_use]
pub fn instrument_id(number: u128) -> InstrumentId {
    let text = Uuid::from_u128(number).to_string();
    InstrumentId::parse(&text).unwrap_or_else(|_| unreachable!("a UUID's text is an id"))
}

impl Sealer {
    /// With the installation's keys.
    ///
    /// # Errors
    /// When a key is not one of AES-256.
    pub fn new(keys: &[ReceiptKey; 2]) -> anyhow::Result<Self> {
        let key = |bytes: &ReceiptKey| -> anyhow::Result<(u8, LessSafeKey)> {
            let key = UnboundKey::new(&AES_256_GCM_SIV, bytes)
                .map_err(|_| anyhow::anyhow!("a receipt key is not one of AES-256"))?;
            // Which key it was shows in the open; that helps nobody who does not have it.
            Ok((blake3::hash(bytes).as_bytes()[0], LessSafeKey::new(key)))
        };
        Ok(Self {
            keys: [key(&keys[0])?, key(&keys[1])?],
        })
    }

    /// Seals a receipt and appends it to `out` as base64. `scratch` is only there to be used again.
    ///
    /// The nonce may repeat without harm to anything but that two equal receipts would look equal: that is what SIV is for.
    pub fn seal(
        &self,
        draft: &Draft<'_>,
        nonce: [u8; NONCE_LEN],
        scratch: &mut Vec<u8>,
        out: &mut Vec<u8>,
    ) {
        let (key_mark, key) = &self.keys[0];
        scratch.clear();
        scratch.extend_from_slice(&[SHAPE, *key_mark]);
        scratch.extend_from_slice(&nonce);
        write(draft, scratch);
        let (head, sealed) = scratch.split_at_mut(HEAD);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = key
            .seal_in_place_separate_tag(nonce, Aad::from(&head[..2]), sealed)
            .unwrap_or_else(|_| unreachable!("a kilobyte is within what AES-GCM-SIV seals"));
        scratch.extend_from_slice(tag.as_ref());
        let from = out.len();
        out.resize(from + BASE64.encoded_length(scratch.len()), 0);
        let _ = BASE64.encode(scratch, base64_simd::Out::from_slice(&mut out[from..]));
    }

    /// Opens a receipt.
    ///
    /// # Errors
    /// When it was not sealed with one of our keys, was changed, or is too old.
    pub fn open(&self, text: &str, now: Time) -> Result<Receipt, Unopened> {
        if text.len() > BASE64.encoded_length(LARGEST) {
            return Err(Unopened::Invalid);
        }
        let mut bytes = BASE64.decode_to_vec(text).map_err(|_| Unopened::Invalid)?;
        if bytes.len() < HEAD + TAG || !(SHAPE_BEFORE..=SHAPE).contains(&bytes[0]) {
            return Err(Unopened::Invalid);
        }
        let (head, sealed) = bytes.split_at_mut(HEAD);
        let (_, key) = self
            .keys
            .iter()
            .find(|(mark, _)| *mark == head[1])
            .ok_or(Unopened::Invalid)?;
        let nonce = Nonce::try_assume_unique_for_key(&head[2..]).map_err(|_| Unopened::Invalid)?;
        let open = key
            .open_in_place(nonce, Aad::from(&head[..2]), sealed)
            .map_err(|_| Unopened::Invalid)?;
        let receipt = read(head[0], open).ok_or(Unopened::Invalid)?;
        if now.since(receipt.issued_at) > LEARNING_MS {
            return Err(Unopened::Expired);
        }
        Ok(receipt)
    }
}

/// A name is told in a report, not matched: its beginning does.
fn short(name: &str) -> &str {
    const LONGEST: usize = 64;
    let end = (0..=LONGEST.min(name.len()))
        .rev()
        .find(|at| name.is_char_boundary(*at));
    &name[..end.unwrap_or(0)]
}

fn put_other(other: &Other, out: &mut Vec<u8>) {
    out.extend_from_slice(&other.instrument.to_le_bytes());
    out.extend_from_slice(&other.version.to_le_bytes());
    out.extend_from_slice(&other.score.to_le_bytes());
    out.extend_from_slice(&other.propensity.to_le_bytes());
}

const OTHER_LEN: usize = 28;

fn write(draft: &Draft<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(&draft.decision.to_le_bytes());
    out.extend_from_slice(&draft.issued_at.ms().to_le_bytes());
    out.extend_from_slice(&draft.show_at.ms().to_le_bytes());
    out.extend_from_slice(&draft.show_ms.to_le_bytes());
    draft.terms.write(out);
    put_text(short(draft.seen), out);
    put_text(draft.media_id.as_str(), out);
    put_text(draft.viewer_id.as_str(), out);
    match draft.ranked_by {
        RankedBy::Popularity => out.push(0),
        RankedBy::Model(digest) => {
            out.push(1);
            out.extend_from_slice(digest);
        }
    }
    put_text(draft.policy, out);
    put_other(&draft.chosen, out);
    out.extend_from_slice(&u16::try_from(draft.inputs.len()).unwrap_or(0).to_le_bytes());
    out.extend_from_slice(draft.inputs);
    let room = LARGEST.saturating_sub(out.len() + TAG + 2) / OTHER_LEN;
    let kept = draft.others.len().min(room).min(usize::from(u8::MAX));
    out.push(u8::from(kept == draft.others.len()));
    out.push(u8::try_from(kept).unwrap_or(u8::MAX));
    for other in &draft.others[..kept] {
        put_other(other, out);
    }
}

fn read_other(reader: &mut Reader<'_>) -> Option<Other> {
    Some(Other {
        instrument: u128::from_le_bytes(reader.array()?),
        version: u32::from_le_bytes(reader.array()?),
        score: f32::from_le_bytes(reader.array()?),
        propensity: f32::from_le_bytes(reader.array()?),
    })
}

fn read(shape: u8, bytes: &[u8]) -> Option<Receipt> {
    let mut reader = Reader::new(bytes);
    let decision = u128::from_le_bytes(reader.array()?);
    let issued_at = Time::from_ms(i64::from_le_bytes(reader.array()?));
    let show_at = Position::parse(i64::from_le_bytes(reader.array()?)).ok()?;
    let show_ms = u32::from_le_bytes(reader.array()?);
    let (terms, seen) = match shape {
        SHAPE_BEFORE => (Terms::default(), ""),
        _ => (Terms::read(&mut reader)?, reader.text()?),
    };
    let media_id = MediaId::parse(reader.text()?).ok()?;
    let viewer_id = ViewerId::parse(reader.text()?).ok()?;
    let ranked_by = match reader.array::<1>()? {
        [0] => RankedBy::Popularity,
        [1] => RankedBy::Model(reader.array()?),
        _ => return None,
    };
    let policy = reader.text()?.to_owned();
    let chosen = read_other(&mut reader)?;
    let inputs_len = usize::from(u16::from_le_bytes(reader.array()?));
    let inputs = Inputs::from_bytes(reader.take(inputs_len)?).ok()?;
    let complete = reader.array::<1>()? == [1];
    let [count] = reader.array::<1>()?;
    let others = (0..count)
        .map(|_| read_other(&mut reader))
        .collect::<Option<Vec<_>>>()?;
    reader.is_empty().then_some(Receipt {
        decision,
        issued_at,
        media_id,
        viewer_id,
        show_at,
        show_ms,
        terms,
        seen: seen.to_owned(),
        ranked_by,
        policy,
        chosen,
        inputs,
        others,
        complete,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use beckon_classifier::encode::write_inputs;
    use beckon_classifier::schema::Piece;
    use proptest::prelude::*;

    const NOW: Time = Time::from_ms(1_760_000_000_000);

    fn sealer() -> Sealer {
        Sealer::new(&[[1; 32], [2; 32]]).expect("keys")
    }

    fn other(number: u128) -> Other {
        Other {
            instrument: number,
            version: 3,
            score: 0.25,
            propensity: 0.5,
        }
    }

    fn sealed(sealer: &Sealer, inputs: &[u8], others: &[Other]) -> String {
        let draft = Draft {
            decision: 77,
            issued_at: NOW,
            media_id: &MediaId::parse("cup").expect("an id"),
            viewer_id: &ViewerId::parse("alice").expect("an id"),
            show_at: Position::parse(81_000).expect("a position"),
            show_ms: 30_000,
            terms: Terms::default(),
            seen: "Kingfisher",
            ranked_by: &RankedBy::Model([9; 32]),
            policy: "soft-v1",
            chosen: other(5),
            inputs,
            others,
        };
        let mut out = b"before:".to_vec();
        sealer.seal(&draft, [7; NONCE_LEN], &mut Vec::new(), &mut out);
        String::from_utf8(out).expect("text")["before:".len()..].to_owned()
    }

    fn inputs(pieces: u64) -> Vec<u8> {
        let viewer: Vec<Piece> = (0..pieces).map(Piece::from_u64).collect();
        let mut out = Vec::new();
        write_inputs(&viewer, &[], &[], &mut out).expect("inputs");
        out
    }

    #[test]
    fn what_was_sealed_is_opened() {
        let sealer = sealer();
        let text = sealed(&sealer, &inputs(4), &[other(6), other(7)]);
        let receipt = sealer.open(&text, NOW).expect("opened");
        assert_eq!(
            (receipt.media_id.as_str(), receipt.viewer_id.as_str()),
            ("cup", "alice")
        );
        assert_eq!(receipt.seen, "Kingfisher");
        assert_eq!(
            (
                receipt.others.len(),
                receipt.complete,
                receipt.inputs.viewer.len()
            ),
            (2, true, 4)
        );
        assert_eq!(
            receipt.instrument_id().as_str(),
            "00000000-0000-0000-0000-000000000005"
        );
    }

    #[test]
    fn a_receipt_that_the_version_before_sealed_opens_and_counts_as_live() {
        let frozen = include_str!("../../tests/fixtures/receipt/shape_1.txt");
        let receipt = sealer().open(frozen, NOW).expect("opened");
        assert_eq!((receipt.decision, receipt.show_ms), (77, 30_000));
        assert_eq!(receipt.terms, Terms::default());
        assert_eq!((receipt.chosen, receipt.others), (other(5), vec![other(6)]));
        assert_eq!(receipt.seen, "");
    }

    #[test]
    fn a_long_name_is_cut_between_its_letters() {
        assert_eq!(short(&"\u{e9}".repeat(40)).chars().count(), 32);
        assert_eq!(short(&format!("a{}", "\u{e9}".repeat(40))).len(), 63);
        assert_eq!(short("Kingfisher"), "Kingfisher");
    }

    #[test]
    fn a_receipt_ends_after_a_day() {
        let sealer = sealer();
        let text = sealed(&sealer, &inputs(1), &[]);
        assert!(sealer.open(&text, NOW.plus_ms(LEARNING_MS)).is_ok());
        assert_eq!(
            sealer.open(&text, NOW.plus_ms(LEARNING_MS + 1)),
            Err(Unopened::Expired)
        );
    }

    #[test]
    fn the_key_before_still_opens_and_a_foreign_one_does_not() {
        let text = sealed(&sealer(), &inputs(1), &[]);
        let rotated = Sealer::new(&[[3; 32], [1; 32]]).expect("keys");
        assert!(rotated.open(&text, NOW).is_ok());
        let foreign = Sealer::new(&[[4; 32], [5; 32]]).expect("keys");
        assert_eq!(foreign.open(&text, NOW), Err(Unopened::Invalid));
    }

    #[test]
    fn a_crowd_of_candidates_does_not_burst_the_bound() {
        let sealer = sealer();
        let crowd: Vec<Other> = (0..100).map(other).collect();
        let text = sealed(&sealer, &inputs(16), &crowd);
        assert!(BASE64.decode_to_vec(&text).expect("base64").len() <= LARGEST);
        let receipt = sealer.open(&text, NOW).expect("opened");
        assert!(!receipt.complete && receipt.others.len() > 10);
    }

    proptest! {
        #[test]
        fn a_changed_receipt_is_refused(at in 0_usize..300, bit in 0_u8..8) {
            let sealer = sealer();
            let text = sealed(&sealer, &inputs(4), &[other(6)]);
            let mut bytes = BASE64.decode_to_vec(&text).expect("base64");
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
            let changed = BASE64.encode_to_string(&bytes);
            prop_assert_eq!(sealer.open(&changed, NOW), Err(Unopened::Invalid));
        }

        #[test]
        fn rubbish_is_refused(text in ".{0,2000}") {
            prop_assert_eq!(sealer().open(&text, NOW), Err(Unopened::Invalid));
        }
    }
}
