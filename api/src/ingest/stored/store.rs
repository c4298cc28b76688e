//! Stored videos in SQL.

use anyhow::Context;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::model::{Job, Label, Origin, State, Video, Want};
use crate::db::{Along, Db, Write};
use crate::words::{Confidence, Invalid, MediaId, Time};

const COLUMNS: &str = "video_id, media_id, title, bucket, object_key, size, state, reason, attempts, jobs, \
                       duration_ms, covered_ms, labels, poster, preview, created_at, updated_at, finished_at";

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum JobRow {
    Labels { job_id: String, min: f64 },
    Celebrities { job_id: String, min: f64 },
}

/// Kind, name, count, best confidence.
#[derive(Serialize, Deserialize)]
struct LabelRow(String, String, i64, f64);

fn invalid(error: Invalid) -> anyhow::Error {
    anyhow::anyhow!("a stored video is invalid: {}", error.detail)
}

impl From<&Job> for JobRow {
    fn from(job: &Job) -> Self {
        let job_id = job.job_id.clone();
        match job.want {
            Want::Labels(min) => Self::Labels {
                job_id,
                min: min.percent(),
            },
            Want::Celebrities(min) => Self::Celebrities {
                job_id,
                min: min.percent(),
            },
        }
    }
}

impl JobRow {
    fn job(self) -> anyhow::Result<Job> {
        let (want, job_id): (fn(Confidence) -> Want, _) = match &self {
            Self::Labels { job_id, .. } => (Want::Labels, job_id.clone()),
            Self::Celebrities { job_id, .. } => (Want::Celebrities, job_id.clone()),
        };
        let (Self::Labels { min, .. } | Self::Celebrities { min, .. }) = self;
        let min = Confidence::parse(min).map_err(invalid)?;
        Ok(Job {
            want: want(min),
            job_id,
        })
    }
}

fn jobs_json(video: &Video) -> serde_json::Result<String> {
    let rows: Vec<JobRow> = video.jobs.iter().map(JobRow::from).collect();
    serde_json::to_string(&rows)
}

fn labels_json(video: &Video) -> serde_json::Result<String> {
    let row = |l: &Label| LabelRow(l.kind.clone(), l.name.clone(), l.count, l.best);
    let rows: Vec<LabelRow> = video.labels.iter().map(row).collect();
    serde_json::to_string(&rows)
}

fn from_row(row: &AnyRow) -> anyhow::Result<Video> {
    let text = |column: &str| row.try_get::<String, _>(column);
    let perhaps = |column: &str| row.try_get::<Option<String>, _>(column);
    let state = text("state")?;
    let jobs: Vec<JobRow> = serde_json::from_str(&text("jobs")?)?;
    let labels: Vec<LabelRow> = serde_json::from_str(&text("labels")?)?;
    let label = |LabelRow(kind, name, count, best)| Label {
        kind,
        name,
        count,
        best,
    };
    let at = |ms: i64| Time::from_ms(ms);
    Ok(Video {
        video_id: text("video_id")?,
        media_id: MediaId::parse(&text("media_id")?).map_err(invalid)?,
        title: text("title")?,
        origin: match perhaps("bucket")? {
            Some(bucket) => Origin::Bucket {
                bucket,
                key: text("object_key")?,
            },
            None => Origin::Folder(text("object_key")?),
        },
        size: row.try_get("size")?,
        state: State::ALL
            .into_iter()
            .find(|known| known.as_str() == state)
            .with_context(|| format!("a stored video is in the unknown state {state}"))?,
        reason: perhaps("reason")?,
        attempts: row.try_get("attempts")?,
        jobs: jobs
            .into_iter()
            .map(JobRow::job)
            .collect::<anyhow::Result<_>>()?,
        duration_ms: row.try_get("duration_ms")?,
        covered_ms: row.try_get("covered_ms")?,
        labels: labels.into_iter().map(label).collect(),
        poster: perhaps("poster")?,
        preview: perhaps("preview")?,
        created_at: at(row.try_get("created_at")?),
        updated_at: at(row.try_get("updated_at")?),
        finished_at: row.try_get::<Option<i64>, _>("finished_at")?.map(at),
    })
}

/// Writes a video that was found; false where its media is another video's. One that is known already is done once; where
/// its file was moved, that is noted.
pub async fn insert(db: &Db, video: &Video) -> anyhow::Result<bool> {
    let (bucket, key) = match &video.origin {
        Origin::Folder(path) => (None, path.clone()),
        Origin::Bucket { bucket, key } => (Some(bucket.clone()), key.clone()),
    };
    let mut write = db.write().await?;
    let moved = sqlx::query("update stored_video set object_key = $1 where video_id = $2")
        .bind(key.clone())
        .bind(video.video_id.clone())
        .execute(write.tx())
        .await
        .context("failed to write a video")?;
    let mut there = moved.rows_affected() == 1;
    if !there {
        let done = sqlx::query(
            "insert into stored_video (video_id, media_id, title, bucket, object_key, digest, size, state, attempts,
                 next_at, jobs, covered_ms, labels, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, $7, 'queued', 0, $8, '[]', 0, '[]', $9, $10)
             on conflict do nothing",
        )
        .bind(video.video_id.clone())
        .bind(video.media_id.to_string())
        .bind(video.title.clone())
        .bind(bucket)
        .bind(key)
        .bind(video.video_id.clone())
        .bind(video.size)
        .bind(video.created_at.ms())
        .bind(video.created_at.ms())
        .bind(video.created_at.ms())
        .execute(write.tx())
        .await
        .context("failed to write a video")?;
        there = done.rows_affected() == 1;
    }
    write.commit().await.context("failed to write a video")?;
    Ok(there)
}

/// The video that is due first and that was not tried a moment ago.
pub async fn due(db: &Db, now: Time, most: i64) -> anyhow::Result<Vec<Video>> {
    let sql = format!(
        "select {COLUMNS} from stored_video where state in ('queued', 'recognising', 'storing') and next_at <= $1
         order by next_at, created_at limit $2"
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(now.ms())
        .bind(most)
        .fetch_all(db.pool())
        .await
        .context("failed to read which videos are due")?;
    rows.iter().map(from_row).collect()
}

/// The video of a column that is unique.
async fn one(db: &Db, column: &str, value: &str) -> anyhow::Result<Option<Video>> {
    let sql = format!("select {COLUMNS} from stored_video where {column} = $1");
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(value.to_owned())
        .fetch_optional(db.pool())
        .await
        .context("failed to read a video")?;
    row.as_ref().map(from_row).transpose()
}

/// The video of this media.
pub async fn of_media(db: &Db, media_id: &MediaId) -> anyhow::Result<Option<Video>> {
    one(db, "media_id", media_id.as_str()).await
}

/// The video of this id.
pub async fn by_id(db: &Db, video_id: &str) -> anyhow::Result<Option<Video>> {
    one(db, "video_id", video_id).await
}

/// A page in the order of the media's ids, after this one.
pub async fn page(db: &Db, after: &str, limit: u32) -> anyhow::Result<Vec<Video>> {
    let sql = format!(
        "select {COLUMNS} from stored_video where media_id > $1 order by media_id limit $2"
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(after.to_owned())
        .bind(i64::from(limit))
        .fetch_all(db.pool())
        .await
        .context("failed to read the catalogue")?;
    rows.iter().map(from_row).collect()
}

/// Writes how a video stands, and when it is due again, along with what that sets off.
pub async fn save(
    db: &Db,
    video: &Video,
    next_at: Time,
    along: Option<&dyn Along>,
) -> anyhow::Result<()> {
    let mut write = db.write().await?;
    sqlx::query(
        "update stored_video set state = $1, reason = $2, attempts = $3, next_at = $4, jobs = $5, duration_ms = $6,
             covered_ms = $7, labels = $8, poster = $9, preview = $10, updated_at = $11, finished_at = $12
         where video_id = $13",
    )
    .bind(video.state.as_str())
    .bind(video.reason.clone())
    .bind(video.attempts)
    .bind(next_at.ms())
    .bind(jobs_json(video)?)
    .bind(video.duration_ms)
    .bind(video.covered_ms)
    .bind(labels_json(video)?)
    .bind(video.poster.clone())
    .bind(video.preview.clone())
    .bind(video.updated_at.ms())
    .bind(video.finished_at.map(Time::ms))
    .bind(video.video_id.clone())
    .execute(write.tx())
    .await
    .context("failed to write how a video stands")?;
    if let Some(along) = along {
        along.write(&mut write).await?;
    }
    write
        .commit()
        .await
        .context("failed to write how a video stands")
}

/// A job of this id is over: its video is due now.
pub async fn hurry(db: &Db, job_id: &str, now: Time) -> anyhow::Result<()> {
    // The id stands in JSON, between quotes; a wrong hit would only ask once more.
    let like = format!("%\"{}\"%", job_id.replace(['%', '_', '"', '\\'], ""));
    let mut write = db.write().await?;
    sqlx::query(
        "update stored_video set next_at = $1 where state = 'recognising' and jobs like $2",
    )
    .bind(now.ms())
    .bind(like)
    .execute(write.tx())
    .await
    .context("failed to note that a job is over")?;
    write
        .commit()
        .await
        .context("failed to note that a job is over")
}

/// How far a video's detections are stored, written along with them.
#[derive(Debug)]
pub struct Covered<'a> {
    pub video_id: &'a str,
    pub from_ms: i64,
    pub to_ms: i64,
}

#[async_trait]
impl Along for Covered<'_> {
    /// False where it is covered already: of two that race, the condition lets one through.
    async fn write(&self, write: &mut Write) -> anyhow::Result<bool> {
        let done = sqlx::query(
            "update stored_video set covered_ms = $1 where video_id = $2 and covered_ms = $3",
        )
        .bind(self.to_ms)
        .bind(self.video_id.to_owned())
        .bind(self.from_ms)
        .execute(write.tx())
        .await
        .context("failed to write how far a video is covered")?;
        Ok(done.rows_affected() == 1)
    }
}
