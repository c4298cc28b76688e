//! The answer's JSON, written once into one buffer; a test holds it equal to what serde would write.

use std::cell::RefCell;
use std::time::Duration;

use aws_lc_rs::aead::NONCE_LEN;
use beckon_classifier::encode::write_inputs;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use uuid::Uuid;

use super::choose::Scratch;
use super::layout::{Anchor, Place};
use super::link::{self, Link, Links, Way};
use super::receipt::{Draft, Other, Sealer};
use super::scene::{Choice, Pick, Scene};
use super::terms::Mode;
use super::wire::{self, explain};
use crate::detections::Names;
use crate::error::Result;
use crate::instruments::Live;
use crate::words::Position;

/// What most answers fit into.
const USUAL: usize = 2048;

/// What an answer is sealed with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seals<'a> {
    /// Seals receipts.
    pub(super) sealer: &'a Sealer,
    /// Makes the codes of links, and what stands in front of them; nothing where nobody could follow one.
    pub(super) links: Option<(&'a Links, &'a str)>,
}

/// Writes the answer; `explained` says how long it took so far, where an explanation is wanted.
pub(super) fn write(
    seals: Seals<'_>,
    scene: &Scene<'_>,
    choice: &Choice,
    explained: Option<&dyn Fn() -> Duration>,
    scratch: &mut Scratch,
) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(USUAL);
    let mut uuid = Uuid::encode_buffer();
    out.extend_from_slice(br#"{"decision_id":""#);
    out.extend_from_slice(
        Uuid::from_u128(choice.decision)
            .as_hyphenated()
            .encode_lower(&mut uuid)
            .as_bytes(),
    );
    // Ids are of characters that JSON need not escape: `words` saw to that.
    out.extend_from_slice(br#"","media_id":""#);
    out.extend_from_slice(scene.media.media_id.as_str().as_bytes());
    out.extend_from_slice(br#"","position_ms":"#);
    put_number(scene.position.ms(), &mut out);
    out.extend_from_slice(br#","overlays":["#);
    // Who is held out is told what it would have been shown, and draws none of it.
    if scene.mode != Mode::Holdout {
        all(seals, scene, choice, scratch, &mut out);
    }
    out.push(b']');
    match scene.mode {
        Mode::Live => {}
        Mode::Test => out.extend_from_slice(br#","mode":"test""#),
        Mode::Holdout => {
            out.extend_from_slice(br#","mode":"holdout","held_out":["#);
            all(seals, scene, choice, scratch, &mut out);
            out.push(b']');
        }
    }
    out.extend_from_slice(br#","next_check_ms":"#);
    match next_check_ms(scene, choice) {
        Some(position_ms) => put_number(position_ms, &mut out),
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(br#","reasons":["#);
    wire::put_reasons(&choice.reasons, &mut out);
    out.push(b']');
    put_missing(scene, &mut out);
    if let Some(took) = explained {
        out.extend_from_slice(br#","explanation":"#);
        let explanation = explain::explain(scene, choice, scratch, took());
        serde_json::to_writer(&mut out, &explanation).map_err(anyhow::Error::from)?;
    }
    out.push(b'}');
    Ok(out)
}

/// What the decision had to do without; mostly nothing, and then it says nothing.
fn put_missing(scene: &Scene<'_>, out: &mut Vec<u8>) {
    for (i, lack) in scene.missing.iter().enumerate() {
        out.extend_from_slice(if i == 0 {
            br#","degraded":[""#
        } else {
            br#",""#
        });
        out.extend_from_slice(lack.as_str().as_bytes());
        out.push(b'"');
    }
    if !scene.missing.is_nothing() {
        out.push(b']');
    }
}

fn put_layout(place: Option<Place>, out: &mut Vec<u8>) {
    out.extend_from_slice(br#","layout":{"anchor":""#);
    let anchor = place.map_or(Anchor::TopEnd, |place| place.anchor);
    out.extend_from_slice(anchor.as_str().as_bytes());
    out.push(b'"');
    if let Some(Place { rect, .. }) = place {
        for (name, percent) in [
            (&br#","left":"#[..], rect.left),
            (br#","top":"#, rect.top),
            (br#","width":"#, rect.width),
            (br#","height":"#, rect.height),
        ] {
            out.extend_from_slice(name);
            // Hundredths of a percent are less than a pixel.
            let percent = (f64::from(percent) * 100.0).round() / 100.0;
            let _ = serde_json::to_writer(&mut *out, &percent);
        }
    }
    out.push(b'}');
}

fn all(
    seals: Seals<'_>,
    scene: &Scene<'_>,
    choice: &Choice,
    scratch: &mut Scratch,
    out: &mut Vec<u8>,
) {
    for (i, pick) in choice.picks.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        overlay(seals, scene, choice, pick, scratch, out);
    }
}

fn put_number(number: i64, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Where it is worth asking again without a cue: when what holds every candidate back has ended.
fn next_check_ms(scene: &Scene<'_>, choice: &Choice) -> Option<i64> {
    let free_at = choice.free_at.filter(|_| choice.picks.is_empty())?;
    Some(scene.position.forward(free_at.since(scene.now)).ms())
}

fn overlay(
    seals: Seals<'_>,
    scene: &Scene<'_>,
    choice: &Choice,
    pick: &Pick,
    scratch: &mut Scratch,
    out: &mut Vec<u8>,
) {
    let live = scene.index.get(pick.at);
    let variant = pick
        .terms
        .variant
        .and_then(|at| live.variants.get(usize::from(at)));
    let contents = variant.unwrap_or(&live.contents).lookup(scene.locale);
    let shown = (pick.show_ms, pick.place);
    painted(live, scene.shows_at(), shown, contents, out);
    if let Some((links, base)) = seals.links
        && live.kind.has_link()
    {
        let named = Link {
            way: Way::Click,
            seed: scene.seed,
            instrument: live.key,
            version: live.version,
            issued_at: scene.now,
        };
        link::write_json(links, &named, base, out);
    }
    out.extend_from_slice(br#","receipt":""#);
    seal(seals.sealer, scene, choice, pick, scratch, out);
    out.extend_from_slice(br#""}"#);
}

/// What the SDK draws, up to what makes it count.
fn painted(
    live: &Live,
    shows_at: Position,
    (show_ms, place): (i64, Option<Place>),
    contents: &str,
    out: &mut Vec<u8>,
) {
    out.extend_from_slice(live.head_json.as_bytes());
    put_number(shows_at.ms(), out);
    out.extend_from_slice(br#","hide_at_ms":"#);
    put_number(shows_at.forward(show_ms).ms(), out);
    put_layout(place, out);
    out.push(b',');
    out.extend_from_slice(contents.as_bytes());
}

/// An overlay that counts for nothing: its receipt is empty.
pub(super) fn preview(
    live: &Live,
    variant: Option<usize>,
    locale: Option<&str>,
    show_ms: i64,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(USUAL);
    let variant = variant.and_then(|at| live.variants.get(at));
    let contents = variant.unwrap_or(&live.contents).lookup(locale);
    painted(live, Position::ZERO, (show_ms, None), contents, &mut out);
    out.extend_from_slice(br#","receipt":""}"#);
    out
}

fn seal(
    sealer: &Sealer,
    scene: &Scene<'_>,
    choice: &Choice,
    pick: &Pick,
    scratch: &mut Scratch,
    out: &mut Vec<u8>,
) {
    let live = scene.index.get(pick.at);
    let viewer = if scene.personal {
        scene.viewer.pieces()
    } else {
        &[]
    };
    scratch.inputs.clear();
    if let Err(error) = write_inputs(viewer, &choice.context, &live.pieces, &mut scratch.inputs) {
        // Every list was bounded when it was made: a receipt without inputs still settles events, it only teaches nothing.
        tracing::error!(kind = "receipt.inputs", %error, "a decision's inputs are over their bound");
        scratch.inputs.clear();
        let _ = write_inputs(&[], &[], &[], &mut scratch.inputs);
    }
    let other = |at: u32, score: f32, propensity: f64| {
        let live = scene.index.get(at);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "seven digits of a chance are enough"
        )]
        Other {
            instrument: live.key,
            version: live.version,
            score,
            propensity: propensity as f32,
        }
    };
    // What this slot was drawn among: without what earlier slots took, or left no place for.
    let among = &scratch.numbers.drawn_among[pick.drawn_among.clone()];
    let companions = among.iter().filter(|(i, _)| *i != pick.ranked);
    scratch.others.clear();
    scratch.others.extend(companions.map(|(i, propensity)| {
        let ranked = scratch.ranked[*i];
        other(ranked.at, ranked.score, *propensity)
    }));
    let candidate = scratch.candidates.iter().find(|c| c.at == pick.at);
    let seen = candidate
        .and_then(|candidate| candidate.hit)
        .map(|hit| Names::text(hit.name));
    let draft = Draft {
        decision: choice.decision,
        issued_at: pick.decided_at,
        media_id: &scene.media.media_id,
        viewer_id: &scene.viewer.viewer_id,
        show_at: scene.shows_at(),
        show_ms: u32::try_from(pick.show_ms).unwrap_or(u32::MAX),
        terms: pick.terms,
        seen: seen.as_deref().unwrap_or_default(),
        ranked_by: &scene.ranking.by,
        policy: &scene.policy.id,
        chosen: other(pick.at, scratch.ranked[pick.ranked].score, pick.propensity),
        inputs: &scratch.inputs,
        others: &scratch.others,
    };
    sealer.seal(&draft, nonce(), &mut scratch.receipt, out);
}

/// A nonce from the worker's own generator, seeded by the system: asking the system each time costs more than the seal.
fn nonce() -> [u8; NONCE_LEN] {
    thread_local! {
        static RNG: RefCell<ChaCha12Rng> = RefCell::new(ChaCha12Rng::from_entropy());
    }
    let mut nonce = [0; NONCE_LEN];
    RNG.with_borrow_mut(|rng| rng.fill_bytes(&mut nonce));
    nonce
}
