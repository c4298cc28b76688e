//! Works on stored videos, one at a time: each step is written before the next, so that a killed node's successor goes
//! on where it stood, and does again only what was not written.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;

use super::film::{self, Film};
use super::links::Part;
use super::model::{Job, Label, State, Video, Want};
use super::recognise::{JobPage, Refused};
use super::{Origin, Stored, store};
use crate::config::now;
use crate::db::Lease;
use crate::detections::{Detection, Tally, Wanted};
use crate::ingest::recogniser::{Recogniser, Recorded, Stretch};
use crate::media::{Details, Media};
use crate::words::{Position, Window};

/// How often the videos are looked at.
const TICK: Duration = Duration::from_millis(500);
/// A worker that is gone is followed by another after this long.
const LEASE_MS: i64 = 10_000;
/// How often it says that it is there.
const HEARTBEAT: Duration = Duration::from_secs(3);
/// How much of a film is looked at in one go.
const STRETCH_MS: i64 = 20_000;
/// How often a step is tried.
const TRIES: i64 = 4;
/// How long to wait before a running job is asked again, where no notice says that it is over.
const POLL_MS: i64 = 5_000;

/// How many names the catalogue shows.
const MOST_LABELS: usize = 100;

/// What a step has come to.
enum Step {
    /// The next one is due.
    Next(State),
    /// The same one is due later.
    Wait,
}

/// Works on what is due. Ends only when dropped.
pub async fn work(stored: Stored) {
    let holder = uuid::Uuid::now_v7().to_string();
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if let Err(error) = round(&stored, &holder).await {
            let error = format!("{error:#}");
            tracing::warn!(kind = "videos.failed", error, "stored videos wait");
        }
    }
}

async fn round(stored: &Stored, holder: &str) -> anyhow::Result<()> {
    for video in store::due(&stored.db, now(), 8).await? {
        let lease = Lease::new(format!("video:{}", video.video_id), holder, LEASE_MS);
        if !lease.hold(&stored.db, now()).await? {
            continue;
        }
        // Read again under the lease: who held it before may have gone on.
        if let Some(video) = store::by_id(&stored.db, &video.video_id).await?
            && !video.state.is_final()
        {
            tokio::select! {
                biased;
                done = advance(stored, video) => done?,
                () = lose(stored, &lease) => {}
            }
        }
        lease.release(&stored.db).await?;
    }
    Ok(())
}

/// Renews the lease until another holds it.
async fn lose(stored: &Stored, lease: &Lease) {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        if matches!(lease.hold(&stored.db, now()).await, Ok(false)) {
            return;
        }
    }
}

/// Steps on until it is done, waits or fails.
async fn advance(stored: &Stored, mut video: Video) -> anyhow::Result<()> {
    while !video.state.is_final() {
        let stepped = match video.state {
            State::Queued => open(stored, &mut video).await,
            State::Recognising => recognise(stored, &mut video).await,
            State::Storing | State::Done | State::Failed => finish(stored, &mut video).await,
        };
        video.updated_at = now();
        match stepped {
            Ok(Step::Next(state)) => {
                (video.state, video.attempts, video.reason) = (state, 0, None);
                settle(stored, &mut video).await?;
            }
            Ok(Step::Wait) => {
                let again = now().plus_ms(POLL_MS);
                return store::save(&stored.db, &video, again, None).await;
            }
            Err(error) => return fail(stored, video, error).await,
        }
    }
    Ok(())
}

/// Writes how it stands; what is over is told in the same transaction.
async fn settle(stored: &Stored, video: &mut Video) -> anyhow::Result<()> {
    if !video.state.is_final() {
        return store::save(&stored.db, video, now(), None).await;
    }
    video.finished_at = Some(now());
    let notice = super::wire::notice(video, now());
    let (state, media) = (video.state.as_str(), &video.media_id);
    let reason = video.reason.as_deref().unwrap_or_default();
    store::save(&stored.db, video, now(), Some(&notice)).await?;
    // What a content delivery network serves is not kept twice.
    if matches!(video.origin, Origin::Bucket { .. }) && stored.settings.cdn_url.is_some() {
        let copy = stored.settings.copies.join(&video.video_id);
        if let Err(error) = tokio::fs::remove_file(&copy).await {
            tracing::debug!(kind = "video.copy", %media, %error, "there was no copy to let go of");
        }
    }
    tracing::info!(kind = "video.finished", %media, state, reason, "a stored video is over");
    Ok(())
}

async fn fail(stored: &Stored, mut video: Video, error: anyhow::Error) -> anyhow::Result<()> {
    let media = video.media_id.clone();
    let why = format!("{error:#}");
    video.attempts += 1;
    video.reason = Some(why.clone());
    if error.downcast_ref::<Refused>().is_none() && video.attempts < TRIES {
        tracing::warn!(kind = "video.retried", %media, why, "a step of a stored video is tried again");
        let again = now().plus_ms(1000 << video.attempts);
        return store::save(&stored.db, &video, again, None).await;
    }
    tracing::warn!(kind = "video.failed", %media, why, "a stored video is given up");
    video.state = State::Failed;
    settle(stored, &mut video).await
}

/// Where the file lies on this machine; an object is copied first.
pub(super) async fn local(stored: &Stored, video: &Video) -> anyhow::Result<PathBuf> {
    match &video.origin {
        Origin::Folder(path) => {
            let folder = stored.settings.folder.as_ref();
            let folder = folder.context("no folder is watched any more")?;
            Ok(folder.join(path))
        }
        Origin::Bucket { bucket, key } => {
            let path = stored.settings.copies.join(&video.video_id);
            if !tokio::fs::try_exists(&path).await? {
                // The first video that comes from a bucket finds no folder for it.
                tokio::fs::create_dir_all(&stored.settings.copies).await?;
                stored.objects.save(bucket, key, &path).await?;
            }
            Ok(path)
        }
    }
}

async fn read(stored: &Stored, video: &Video) -> anyhow::Result<(PathBuf, Film)> {
    let path = local(stored, video).await?;
    if !tokio::fs::try_exists(&path).await? {
        return Err(Refused(format!("{} is gone", video.origin.path())).into());
    }
    let film = film::probe(&path).await?;
    Ok((path, film))
}

/// Reads the file and registers its media.
async fn open(stored: &Stored, video: &mut Video) -> anyhow::Result<Step> {
    let (_, film) = read(stored, video).await?;
    if stored.media.get(&video.media_id).is_err() {
        let details = Details {
            title: video.title.clone(),
            ..Details::default()
        };
        let media = Media {
            media_id: video.media_id.clone(),
            zero: video.created_at,
            details,
            created_at: now(),
            updated_at: now(),
        };
        stored.media.create(media).await?;
    }
    video.duration_ms = Some(film.duration_ms);
    Ok(Step::Next(State::Recognising))
}

async fn recognise(stored: &Stored, video: &mut Video) -> anyhow::Result<Step> {
    let media = stored.media.get(&video.media_id)?;
    if let (Some(_), Origin::Bucket { .. }) = (&stored.videos, &video.origin) {
        return ask(stored, video, &media).await;
    }
    let (path, film) = read(stored, video).await?;
    let sidecar = path.with_extension("json");
    let recorded = match tokio::fs::read(&sidecar).await {
        Ok(bytes) => Some(
            Recorded::looping(&bytes, None, now())
                .map_err(|error| Refused(format!("{}: {error}", sidecar.display())))?,
        ),
        Err(_) => None,
    };
    let recogniser: &dyn Recogniser = match &recorded {
        Some(recorded) => recorded,
        None => &*stored.recogniser,
    };
    while video.covered_ms < film.duration_ms {
        let (from_ms, to_ms) = (video.covered_ms, video.covered_ms + STRETCH_MS);
        let frames = if recogniser.needs_frames() {
            film.frames(&path, from_ms, STRETCH_MS, stored.settings.fps)
                .await?
        } else {
            Vec::new()
        };
        let at = |ms| Position::ZERO.forward(ms);
        let stretch = Stretch {
            from: at(from_ms),
            to: at(to_ms),
            frames,
        };
        let found = recogniser.recognise(stretch, now()).await?.detections;
        put(stored, &media, video, found, to_ms).await?;
    }
    Ok(Step::Next(State::Storing))
}

/// Stores what was found, and how far the video is covered by it.
async fn put(
    stored: &Stored,
    media: &Media,
    video: &mut Video,
    found: Vec<Detection>,
    to_ms: i64,
) -> anyhow::Result<()> {
    let covered = store::Covered {
        video_id: &video.video_id,
        from_ms: video.covered_ms,
        to_ms,
    };
    let to = Position::ZERO.forward(to_ms);
    let detections = &stored.detections;
    detections
        .put_analysed(media, found, to, &covered, now())
        .await?;
    video.covered_ms = to_ms;
    Ok(())
}

/// Starts the jobs, then fetches their answers. Faces are asked for only where that is allowed.
async fn ask(stored: &Stored, video: &mut Video, media: &Media) -> anyhow::Result<Step> {
    let (Some(videos), Origin::Bucket { bucket, key }) = (&stored.videos, &video.origin) else {
        anyhow::bail!("nobody looks at whole videos");
    };
    if video.jobs.is_empty() {
        let settings = &stored.settings;
        let mut wants = vec![Want::Labels(settings.label_confidence)];
        if media.details.people_basis.is_some() {
            wants.push(Want::Celebrities(settings.face_confidence));
        }
        let mut jobs = Vec::new();
        for (n, want) in wants.into_iter().enumerate() {
            // Of a video and what is asked of it: started twice, it is one job.
            let token = format!("{}-{n}", &video.video_id[..32.min(video.video_id.len())]);
            let job_id = videos.start(bucket, key, want, &token).await?;
            jobs.push(Job { want, job_id });
        }
        video.jobs = jobs;
        return Ok(Step::Wait);
    }
    let duration = video.duration_ms.unwrap_or_default();
    for job in video.jobs.clone() {
        let mut next: Option<String> = None;
        loop {
            let page = videos.page(&job, next.as_deref()).await?;
            let (detections, more) = match page {
                JobPage::Running => return Ok(Step::Wait),
                JobPage::Failed(why) => return Err(Refused(why).into()),
                JobPage::Page { detections, next } => (detections, next),
            };
            // The same page again changes nothing: each detection stands under its position, kind and name.
            stored.detections.put(media, detections, now()).await?;
            next = more;
            if next.is_none() {
                break;
            }
        }
    }
    let to_ms = duration.max(video.covered_ms + 1);
    put(stored, media, video, Vec::new(), to_ms).await?;
    Ok(Step::Next(State::Storing))
}

/// Makes the pictures and counts the labels.
async fn finish(stored: &Stored, video: &mut Video) -> anyhow::Result<Step> {
    let (path, film) = read(stored, video).await?;
    let poster = format!("videos/{}.jpg", video.video_id);
    stored
        .blobs
        .put(&poster, &film.poster(&path).await?)
        .await?;
    let preview = format!("videos/{}.webp", video.video_id);
    stored
        .blobs
        .put(&preview, &film.preview(&path).await?)
        .await?;
    video.labels = labels(stored, video).await?;
    (video.poster, video.preview) = (Some(poster), Some(preview));
    let media = stored.media.get(&video.media_id)?;
    let mut details = media.details.clone();
    let url = |part| stored.plain_url(video, part);
    details.playback_url = details.playback_url.or_else(|| Some(url(Part::File)));
    details.poster_url = details.poster_url.or_else(|| Some(url(Part::Poster)));
    details.preview_url = details.preview_url.or_else(|| Some(url(Part::Preview)));
    if details != media.details {
        stored
            .media
            .replace(&video.media_id, details, now())
            .await?;
    }
    Ok(Step::Next(State::Done))
}

/// What is in the video, what is seen most often first.
async fn labels(stored: &Stored, video: &Video) -> anyhow::Result<Vec<Label>> {
    let to_ms = video.covered_ms.max(video.duration_ms.unwrap_or_default());
    let window =
        Window::parse(0, to_ms, i64::MAX).map_err(|_| anyhow::anyhow!("a video has no length"))?;
    let wanted = Wanted::all(window);
    let names = stored
        .detections
        .names(&video.media_id, &wanted, None)
        .await?;
    let label = |tally: Tally| Label {
        kind: tally.kind.as_str().to_owned(),
        name: tally.name,
        count: i64::try_from(tally.count).unwrap_or(i64::MAX),
        best: tally.best.percent(),
    };
    let mut labels: Vec<Label> = names.into_iter().map(label).collect();
    labels.sort_by_key(|label| std::cmp::Reverse(label.count));
    labels.truncate(MOST_LABELS);
    Ok(labels)
}
