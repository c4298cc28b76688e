//! The recogniser of one media: asks about each picture what the media's details say at the time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use async_trait::async_trait;
use aws_sdk_rekognition::primitives::Blob;
use futures_util::future::join_all;
use tokio::time::Instant;

use super::outcome::{Asked, gather, people};
use super::question::{self, Question};
use super::read::{Moment, SOURCE};
use super::twice::Twice;
use super::{PATIENCE, Rekognition, picture};
use crate::ingest::frames::Frame;
use crate::ingest::recogniser::{Recognised, Recogniser, Stretch};
use crate::ingest::spend::{Calls, Operation};
use crate::media::Registry;
use crate::words::{MediaId, Position, Time};

/// Asks Rekognition about one media's pictures.
#[derive(Debug)]
pub struct OfMedia {
    rekognition: Arc<Rekognition>,
    media: Arc<Registry>,
    media_id: MediaId,
    people: Mutex<Twice>,
}

impl OfMedia {
    /// Of this media, as the registry knows it at the time of each stretch.
    #[must_use]
    pub fn new(rekognition: Arc<Rekognition>, media: Arc<Registry>, media_id: MediaId) -> Self {
        Self {
            rekognition,
            media,
            media_id,
            people: Mutex::default(),
        }
    }

    /// What is asked at the moment, and for how long.
    fn asked(&self) -> anyhow::Result<(Vec<Question>, Duration)> {
        let media = self.media.get(&self.media_id)?;
        let most_lag = media.details.ingest.as_ref().map(|i| i.most_lag_ms);
        let patience = most_lag
            .and_then(|ms| u64::try_from(ms).ok())
            .map_or(PATIENCE, Duration::from_millis);
        Ok((question::of(&media.details), patience))
    }

    /// One call, unless the deadline comes first.
    async fn call(
        &self,
        question: &Question,
        picture: Blob,
        moment: Moment,
        deadline: Instant,
    ) -> Asked {
        let operation = question.operation();
        let mut called = false;
        let work = async {
            let _room = self.rekognition.budget.enter(operation).await?;
            called = true;
            self.rekognition.ask(question, picture, moment).await
        };
        let found = tokio::time::timeout_at(deadline, work).await;
        let found = found.unwrap_or_else(|_| {
            let late = if called { "answer" } else { "turn" };
            Err(anyhow::anyhow!("its {late} did not come in time"))
        });
        Asked {
            operation,
            called,
            found,
        }
    }

    fn seen_twice(&self, pictures: &[Position], mut said: Recognised) -> Recognised {
        let (people, mut rest) = people(said.detections);
        let mut twice = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        rest.extend(twice.keep(pictures, people));
        rest.sort_by_key(crate::detections::Detection::sort_key);
        said.detections = rest;
        said
    }
}

#[async_trait]
impl Recogniser for OfMedia {
    fn source(&self) -> &'static str {
        SOURCE
    }

    fn needs_frames(&self) -> bool {
        true
    }

    fn most_calls(&self, frames: usize) -> Calls {
        let frames = u32::try_from(frames).unwrap_or(u32::MAX);
        let asked = self.asked().map(|(questions, _)| questions);
        let operations = asked.unwrap_or_default().into_iter();
        let operations = operations.map(|question| question.operation());
        operations
            .map(|operation: Operation| (operation, frames))
            .collect()
    }

    async fn recognise(&self, stretch: Stretch, now: Time) -> anyhow::Result<Recognised> {
        let (questions, patience) = self.asked()?;
        if questions.is_empty() || stretch.frames.is_empty() {
            return Ok(Recognised::default());
        }
        let deadline = Instant::now() + patience;
        let pictures = tokio::task::spawn_blocking(move || pictures(&stretch.frames));
        let pictures = pictures.await.context("making pictures failed")??;
        let calls = pictures.iter().flat_map(|(position, picture)| {
            let position = *position;
            let moment = Moment { position, now };
            questions
                .iter()
                .map(move |question| self.call(question, picture.clone(), moment, deadline))
        });
        let said = gather(join_all(calls).await)?;
        for why in &said.partial {
            tracing::warn!(kind = "rekognition.partial", media = %self.media_id, why, "what else was answered is stored");
        }
        let positions: Vec<Position> = pictures.into_iter().map(|(at, _)| at).collect();
        Ok(self.seen_twice(&positions, said))
    }
}

fn pictures(frames: &[Frame]) -> anyhow::Result<Vec<(Position, Blob)>> {
    frames
        .iter()
        .map(|frame| Ok((frame.position, Blob::new(picture::jpeg(frame)?))))
        .collect()
}
