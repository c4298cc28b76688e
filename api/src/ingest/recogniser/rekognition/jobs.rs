//! Whole videos that lie in a bucket: jobs are started, and their answers fetched page by page.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use aws_sdk_rekognition::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_rekognition::types::{
    CelebrityRecognitionSortBy, LabelDetectionSortBy, S3Object, Video, VideoJobStatus,
};

use super::Rekognition;
use super::calls::{percent, why};
use super::read::Moment;
use crate::config::now;
use crate::detections::Detection;
use crate::ingest::spend::Operation;
use crate::ingest::stored::{Job, JobPage, Refused, VideoRecogniser, Want};
use crate::words::{Confidence, Position};

/// The most that one page holds.
const PAGE: i32 = 1_000;

/// What asking again would not change.
const REFUSALS: [&str; 4] = [
    "InvalidS3ObjectException",
    "VideoTooLargeException",
    "InvalidParameterException",
    "IdempotentParameterMismatchException",
];

#[async_trait]
impl VideoRecogniser for Rekognition {
    async fn start(
        &self,
        bucket: &str,
        key: &str,
        want: Want,
        token: &str,
    ) -> anyhow::Result<String> {
        let _room = self.budget.enter(operation(want)).await?;
        let object = S3Object::builder().bucket(bucket).name(key).build();
        let video = Video::builder().s3_object(object).build();
        let client = &self.client;
        let job_id = match want {
            Want::Labels(least) => {
                let call = client.start_label_detection().video(video);
                let call = call.min_confidence(percent(least));
                let call = call.set_notification_channel(self.channel.clone());
                let call = call.client_request_token(token).send();
                call.await.map_err(or_refused)?.job_id
            }
            Want::Celebrities(_) => {
                let call = client.start_celebrity_recognition().video(video);
                let call = call.set_notification_channel(self.channel.clone());
                let call = call.client_request_token(token).send();
                call.await.map_err(or_refused)?.job_id
            }
        };
        job_id.ok_or_else(|| anyhow::anyhow!("Rekognition started a job without an id"))
    }

    async fn page(&self, job: &Job, next: Option<&str>) -> anyhow::Result<JobPage> {
        match job.want {
            Want::Labels(least) => self.labels(&job.job_id, least, next).await,
            Want::Celebrities(least) => self.celebrities(&job.job_id, least).await,
        }
    }
}

impl Rekognition {
    async fn labels(
        &self,
        job_id: &str,
        least: Confidence,
        next: Option<&str>,
    ) -> anyhow::Result<JobPage> {
        let _room = self.budget.enter(Operation::StartLabelDetection).await?;
        let call = self.client.get_label_detection().job_id(job_id);
        let call = call.sort_by(LabelDetectionSortBy::Timestamp);
        let call = call
            .max_results(PAGE)
            .set_next_token(next.map(str::to_owned));
        let answer = call.send().await.map_err(why)?;
        if let Some(early) = unfinished(answer.job_status, answer.status_message) {
            return Ok(early);
        }
        let labels = answer.labels.into_iter().flatten();
        let seen = labels.filter_map(|found| moment(found.timestamp)?.label(found.label?, least));
        Ok(JobPage::Page {
            detections: seen.collect(),
            next: answer.next_token,
        })
    }

    /// All pages at once: who counts is known when all were read.
    async fn celebrities(&self, job_id: &str, least: Confidence) -> anyhow::Result<JobPage> {
        let mut detections = Vec::new();
        let mut next = None;
        loop {
            let room = Operation::StartCelebrityRecognition;
            let _room = self.budget.enter(room).await?;
            let call = self.client.get_celebrity_recognition().job_id(job_id);
            let call = call.sort_by(CelebrityRecognitionSortBy::Timestamp);
            let call = call.max_results(PAGE).set_next_token(next);
            let answer = call.send().await.map_err(why)?;
            if let Some(early) = unfinished(answer.job_status, answer.status_message) {
                return Ok(early);
            }
            let people = answer.celebrities.into_iter().flatten();
            detections.extend(people.filter_map(|found| {
                moment(found.timestamp)?.celebrity_detail(found.celebrity?, least)
            }));
            next = answer.next_token;
            if next.is_none() {
                break;
            }
        }
        Ok(JobPage::Page {
            detections: seen_twice(detections),
            next: None,
        })
    }
}

const fn operation(want: Want) -> Operation {
    match want {
        Want::Labels(_) => Operation::StartLabelDetection,
        Want::Celebrities(_) => Operation::StartCelebrityRecognition,
    }
}

/// What a job says that has no answer yet, or never will.
fn unfinished(status: Option<VideoJobStatus>, message: Option<String>) -> Option<JobPage> {
    match status {
        Some(VideoJobStatus::Succeeded) => None,
        Some(VideoJobStatus::Failed) => {
            Some(JobPage::Failed(message.unwrap_or_else(|| {
                "Rekognition does not say why".to_owned()
            })))
        }
        _ => Some(JobPage::Running),
    }
}

fn moment(timestamp: i64) -> Option<Moment> {
    let position = Position::parse(timestamp).ok()?;
    let now = now();
    Some(Moment { position, now })
}

/// People who are seen at one moment alone may be mistakes.
fn seen_twice(people: Vec<Detection>) -> Vec<Detection> {
    let who = |person: &Detection| (person.external_id.clone(), person.name.clone());
    let mut moments = BTreeMap::<_, BTreeSet<Position>>::new();
    for person in &people {
        moments
            .entry(who(person))
            .or_default()
            .insert(person.position);
    }
    let often = |person: &Detection| moments.get(&who(person)).is_some_and(|m| m.len() > 1);
    people.into_iter().filter(often).collect()
}

/// What asking again would not change is told apart.
fn or_refused<E, R>(error: SdkError<E, R>) -> anyhow::Error
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug + 'static,
{
    let code = error.as_service_error().and_then(|e| e.meta().code());
    if code.is_some_and(|code| REFUSALS.contains(&code)) {
        return Refused(format!("{:#}", why(error))).into();
    }
    why(error)
}
