//! The simulated audience: 200 viewers with hidden tastes, who ask and answer over HTTP like any viewer.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use beckon_classifier::world::World;
use serde::Serialize;
use serde_json::{Value, json};

use super::seed::{AUDIENCE_POSITION_MS, profile};
use super::{AUDIENCE_MEDIA, Api};
use crate::reports::rate;

/// How many answers one report of events carries.
const BATCH: usize = 20;
/// How many answers lie between two points of the curve.
const STEP: u64 = 100;
/// Over how many of the latest answers a point is taken.
const SPAN: usize = 500;

/// What the page draws.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Curve {
    /// How many viewers.
    pub viewers: usize,
    /// The world's seed.
    pub seed: u64,
    /// Viewers differ in what they like.
    pub tastes: bool,
    /// How many overlays were shown so far, each with its outcome.
    pub answers: u64,
    /// The expected engaged rate of choosing blindly among the same candidates.
    pub random: f64,
    /// The expected engaged rate of knowing every taste.
    pub best: f64,
    /// Who ranks now: `popularity`, or a model's id.
    pub ranked_by: String,
    /// The curve.
    pub points: Vec<Point>,
    /// When a model took the ranking over from popularity.
    pub promotions: Vec<Promotion>,
    /// How often the ranking model was replaced since by one that saw newer answers.
    pub refreshed: u64,
    /// What the gate said last.
    pub verdict: Option<String>,
}

/// A point of the curve.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Point {
    /// After so many answers.
    pub answers: u64,
    /// The engaged rate of the latest answers.
    pub learnt: f64,
    /// The lower end of its 95 % interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// The true expectation of what was chosen, which only a simulation knows.
    pub expected: f64,
}

/// A model that began to rank.
#[derive(Debug, Clone, Serialize)]
pub struct Promotion {
    /// After so many answers.
    pub answers: u64,
    /// The model.
    pub model_id: String,
    /// Why the gate let it through.
    pub why: String,
}

/// The audience and what it has seen so far.
#[derive(Debug)]
pub struct Audience {
    api: Api,
    world: World,
    /// The simulated instruments' ids, in the world's order.
    instruments: Vec<String>,
    /// A token of each viewer, in the world's order.
    tokens: Vec<String>,
    curve: Mutex<Curve>,
    /// The latest outcomes: engaged, and its true chance.
    latest: Mutex<std::collections::VecDeque<(bool, f64)>>,
}

/// One shown overlay with its outcome, still to be reported.
struct Outcome {
    events: Vec<Value>,
    engaged: bool,
    expected: f64,
    random: f64,
    best: f64,
    ranked_by: String,
}

impl Audience {
    /// Registers the viewers' profiles.
    ///
    /// # Errors
    /// When the API refuses.
    pub async fn enter(
        api: Api,
        world: World,
        seed: u64,
        tastes: bool,
        instruments: Vec<String>,
        token: impl Fn(&str) -> anyhow::Result<String>,
    ) -> anyhow::Result<Self> {
        anyhow::ensure!(
            instruments.len() == world.instruments().len(),
            "the demo's instruments are not the world's"
        );
        let mut tokens = Vec::with_capacity(world.viewers().len());
        for viewer in world.viewers() {
            let age = viewer.demography.trim_start_matches("age=");
            let body = profile(viewer.psychograph, viewer.behaviour, age);
            api.send(
                "PUT",
                &format!("/v1/viewers/{}", viewer.id),
                Some(&api.tokens.operator),
                &body,
            )
            .await?
            .ok()?;
            tokens.push(token(&viewer.id)?);
        }
        let curve = Curve {
            viewers: tokens.len(),
            seed,
            tastes,
            ranked_by: "popularity".to_owned(),
            ..Curve::default()
        };
        Ok(Self {
            api,
            world,
            instruments,
            tokens,
            curve: Mutex::new(curve),
            latest: Mutex::default(),
        })
    }

    /// What the page draws.
    #[must_use]
    pub fn curve(&self) -> Curve {
        self.curve
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Watches on: asks and answers, `pause` apart, until so many answers are given.
    ///
    /// # Errors
    /// When the API does not answer.
    pub async fn watch(&self, until_answers: u64, pause: Duration) -> anyhow::Result<()> {
        let mut asked = self.curve().answers;
        let mut waiting: Vec<Outcome> = Vec::with_capacity(BATCH);
        while self.curve().answers < until_answers {
            let started = tokio::time::Instant::now();
            asked += 1;
            waiting.extend(self.ask(asked).await?);
            if waiting.len() >= BATCH {
                self.report(&mut waiting).await?;
            }
            tokio::time::sleep_until(started + pause).await;
        }
        Ok(())
    }

    /// One viewer asks, and does what its taste tells it.
    async fn ask(&self, asked: u64) -> anyhow::Result<Option<Outcome>> {
        let viewer = usize::try_from(asked)? % self.tokens.len();
        let body = json!({"position_ms": AUDIENCE_POSITION_MS, "cue_id": format!("sim-{asked}-{}", uuid::Uuid::now_v7().simple()), "explain": true});
        let path = format!("/v1/media/{AUDIENCE_MEDIA}/decisions");
        let decision = self
            .api
            .send("POST", &path, Some(&self.tokens[viewer]), &body)
            .await?
            .ok()?;
        let overlay = &decision["overlays"][0];
        let shown = |id: &Value| {
            self.instruments
                .iter()
                .position(|known| id == known.as_str())
        };
        let Some(chosen) = shown(&overlay["instrument_id"]) else {
            return Ok(None);
        };
        // What else this viewer could have been shown, by the server's own account.
        let candidates = decision["explanation"]["candidates"]
            .as_array()
            .context("an explanation lists candidates")?;
        let open = candidates
            .iter()
            .filter(|c| !c["score"].is_null())
            .filter_map(|c| shown(&c["instrument_id"]));
        let truths: Vec<f64> = open
            .map(|instrument| self.world.truth(viewer, instrument))
            .collect();
        anyhow::ensure!(!truths.is_empty(), "what was shown was a candidate");
        let engaged = self.world.engages(viewer, chosen, asked);
        Ok(Some(Outcome {
            events: events(overlay, engaged, asked),
            engaged,
            expected: self.world.truth(viewer, chosen),
            #[expect(clippy::cast_precision_loss, reason = "a handful of candidates")]
            random: truths.iter().sum::<f64>() / truths.len() as f64,
            best: truths.iter().copied().fold(0.0, f64::max),
            ranked_by: decision["explanation"]["ranked_by"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        }))
    }

    /// Reports what happened, and draws the curve on once the server has it.
    async fn report(&self, waiting: &mut Vec<Outcome>) -> anyhow::Result<()> {
        let items: Vec<&Value> = waiting.iter().flat_map(|outcome| &outcome.events).collect();
        let report = self
            .api
            .send("POST", "/v1/events", None, &json!({"items": items}))
            .await?
            .ok()?;
        for item in report["items"].as_array().into_iter().flatten() {
            anyhow::ensure!(item["status"] != "refused", "an event was refused: {item}");
        }
        for outcome in waiting.drain(..) {
            let before = self.count(&outcome);
            if before.is_some() || self.curve().answers.is_multiple_of(STEP) {
                self.note_verdict(before.as_deref()).await?;
            }
        }
        Ok(())
    }

    /// Counts an outcome; answers who ranked before, where that has changed.
    fn count(&self, outcome: &Outcome) -> Option<String> {
        let mut curve = self.curve.lock().unwrap_or_else(PoisonError::into_inner);
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        curve.answers += 1;
        #[expect(clippy::cast_precision_loss, reason = "counts of a demo")]
        let share = 1.0 / curve.answers as f64;
        curve.random += (outcome.random - curve.random) * share;
        curve.best += (outcome.best - curve.best) * share;
        if latest.len() == SPAN {
            latest.pop_front();
        }
        latest.push_back((outcome.engaged, outcome.expected));
        if curve.answers.is_multiple_of(STEP) {
            let point = point(curve.answers, latest.iter().copied());
            curve.points.extend(point);
        }
        let before = std::mem::replace(&mut curve.ranked_by, outcome.ranked_by.clone());
        (before != outcome.ranked_by).then_some(before)
    }

    /// Asks what the gate said last, and notes who ranks from now on.
    async fn note_verdict(&self, ranked_before: Option<&str>) -> anyhow::Result<()> {
        let models = self
            .api
            .get("/v1/models?limit=20", &self.api.tokens.scientist)
            .await?
            .ok()?;
        let models = models["items"].as_array().cloned().unwrap_or_default();
        let why = |model: &Value| model["verdict"]["why"].as_str().map(str::to_owned);
        let mut curve = self.curve.lock().unwrap_or_else(PoisonError::into_inner);
        curve.verdict = models.first().and_then(why);
        match ranked_before {
            Some("popularity") => {
                let model_id = curve.ranked_by.clone();
                let promoted = models
                    .iter()
                    .find(|model| model["model_id"] == model_id.as_str());
                let why = promoted.and_then(why).unwrap_or_default();
                let answers = curve.answers;
                curve.promotions.push(Promotion {
                    answers,
                    model_id,
                    why,
                });
            }
            Some(_) => curve.refreshed += 1,
            None => {}
        }
        Ok(())
    }
}

/// What a viewer's SDK would send: the impression, and what its viewer did.
fn events(overlay: &Value, engaged: bool, asked: u64) -> Vec<Value> {
    let at = crate::config::now().to_string();
    let event = |kind: &str| json!({"event_id": uuid::Uuid::now_v7().to_string(), "type": kind, "at": at, "receipt": overlay["receipt"]});
    let mut events = vec![event("impression")];
    if engaged {
        match overlay["content"]["answers"].as_array() {
            Some(answers) if !answers.is_empty() => {
                let mut answer = event("answer");
                let which = usize::try_from(asked).unwrap_or(0) % answers.len();
                answer["answer"] = answers[which]["answer_id"].clone();
                events.push(answer);
            }
            _ => events.push(event("click")),
        }
    }
    events
}

/// The engaged rate of the latest answers with its interval, and their true expectation.
fn point(answers: u64, latest: impl Iterator<Item = (bool, f64)> + Clone) -> Option<Point> {
    let n = latest.clone().count();
    let engaged = latest.clone().filter(|(engaged, _)| *engaged).count();
    let rate = rate(engaged as u64, n as u64)?;
    #[expect(clippy::cast_precision_loss, reason = "a few hundred answers")]
    let expected = latest.map(|(_, truth)| truth).sum::<f64>() / n as f64;
    Some(Point {
        answers,
        learnt: rate.rate,
        low: rate.low,
        high: rate.high,
        expected,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_the_rate_of_the_answers_within_its_interval() {
        let answers = (0..100).map(|i| (i % 4 == 0, 0.25));
        let point = point(100, answers).expect("there were answers");
        assert!((point.learnt - 0.25).abs() < 1e-9 && (point.expected - 0.25).abs() < 1e-9);
        assert!(
            (point.low - 0.1755).abs() < 1e-3 && (point.high - 0.3431).abs() < 1e-3,
            "{point:?}"
        );
    }
}
