//! Film: what ffmpeg reads of a video file: its length, frames of a stretch, a still and a moving picture.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, ensure};
use bytes::Bytes;
use serde::Deserialize;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::recognise::Refused;
use crate::ingest::frames::{Frame, turn};
use crate::words::Position;

/// How wide frames are; what is looked for is that big there.
const WIDTH: u32 = 640;
/// How long ffmpeg may take for one thing.
const PATIENCE: Duration = Duration::from_secs(120);
/// The moving picture: so many frames of this size, so many a second.
const PREVIEW: (u32, u32, u32, u32) = (20, 266, 150, 5);
/// How wide the still picture is at the most.
const POSTER_WIDTH: u32 = 1280;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Film {
    /// How long.
    pub duration_ms: i64,
    /// The time that its first moment has in the file.
    start_ms: f64,
    width: u32,
    height: u32,
}

#[derive(Deserialize)]
struct Probed {
    streams: Vec<Stream>,
    format: Format,
}

#[derive(Deserialize)]
struct Stream {
    width: u32,
    height: u32,
}

#[derive(Deserialize)]
struct Format {
    start_time: Option<String>,
    duration: Option<String>,
}

/// Reads what a file is.
///
/// # Errors
/// When it is no video; that it stays, and the error is a [`Refused`].
pub async fn probe(path: &Path) -> anyhow::Result<Film> {
    let mut command = Command::new("ffprobe");
    command
        .args(["-v", "error", "-select_streams", "v:0", "-of", "json"])
        .args([
            "-show_entries",
            "stream=width,height:format=start_time,duration",
        ])
        .arg(local(path));
    let told = run(command, Bytes::new()).await;
    // Where the file lies is nobody's business but the operator's.
    let unread = |error: anyhow::Error| {
        let name = local(path).to_string_lossy().into_owned() + ": ";
        Refused(format!(
            "the file cannot be read: {}",
            format!("{error:#}").replace(&name, "")
        ))
    };
    let told = told.map_err(unread)?;
    let probed: Probed = serde_json::from_slice(&told.stdout)
        .map_err(|_| Refused("the file has no pictures".into()))?;
    let seconds = |text: Option<String>| text.and_then(|text| text.parse::<f64>().ok());
    let stream = probed.streams.first();
    let (Some(stream), Some(duration)) = (stream, seconds(probed.format.duration)) else {
        return Err(Refused("the file has no pictures, or no length".into()).into());
    };
    let duration_ms = whole_ms(duration * 1000.0);
    if duration_ms < 1 || stream.width == 0 || stream.height == 0 {
        return Err(Refused("the file has no length".into()).into());
    }
    Ok(Film {
        duration_ms,
        start_ms: seconds(probed.format.start_time).unwrap_or_default() * 1000.0,
        width: stream.width,
        height: stream.height,
    })
}

impl Film {
    /// The first picture at or after each point of a grid of `fps` a second, from this position on for `length_ms`.
    ///
    /// # Errors
    /// When ffmpeg cannot read the file.
    pub async fn frames(
        &self,
        path: &Path,
        from_ms: i64,
        length_ms: i64,
        fps: f64,
    ) -> anyhow::Result<Vec<Frame>> {
        let height = even(u64::from(self.height) * u64::from(WIDTH) / u64::from(self.width.max(1)));
        let start = self.start_ms / 1000.0;
        // A point of the grid belongs to the first picture that is not before it.
        let point = |t: &str| format!("floor(({t}-{start:.6})*{fps:.6}+0.000001)");
        let select = format!(
            "select='isnan(prev_selected_t)+gt({},{})'",
            point("t"),
            point("prev_selected_t")
        );
        let filters = format!("{select},scale={WIDTH}:{height},showinfo,setpts=N/25/TB");
        let mut command = ffmpeg("info");
        command
            .args([
                "-ss",
                &seconds(from_ms),
                "-t",
                &seconds(length_ms),
                "-copyts",
            ])
            .arg("-i")
            .arg(local(path))
            .args(["-map", "0:v:0", "-an", "-sn", "-dn", "-vf", &filters])
            .args(["-r", "25", "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"]);
        let told = run(command, Bytes::new()).await?;
        let mut rgb = Bytes::from(told.stdout);
        let size = WIDTH as usize * height as usize * 3;
        let mut frames = Vec::new();
        for pts_ms in shown(&told.stderr) {
            ensure!(rgb.len() >= size, "ffmpeg's pictures broke off");
            let ms = whole_ms(pts_ms - self.start_ms);
            let position = Position::ZERO.forward(ms);
            let rgb = rgb.split_to(size);
            frames.push(Frame {
                position,
                width: WIDTH,
                height,
                rgb,
            });
        }
        Ok(frames)
    }

    /// A still picture (JPEG).
    ///
    /// # Errors
    /// When ffmpeg cannot read the file.
    pub async fn poster(&self, path: &Path) -> anyhow::Result<Vec<u8>> {
        // Films open on black; and a header may promise more than there is.
        for at in [self.duration_ms / 10, 0] {
            let mut command = ffmpeg("error");
            command
                .args(["-ss", &seconds(at), "-i"])
                .arg(local(path))
                .args(["-map", "0:v:0", "-frames:v", "1", "-vf"])
                .arg(format!("scale='min({POSTER_WIDTH},iw)':-2"))
                .args(["-q:v", "3", "-f", "mjpeg", "pipe:1"]);
            let told = run(command, Bytes::new()).await?;
            if !told.stdout.is_empty() {
                return Ok(told.stdout);
            }
        }
        anyhow::bail!("ffmpeg gave no picture")
    }

    /// A short moving picture of the whole film (animated WebP).
    ///
    /// # Errors
    /// When ffmpeg cannot read the file, or cannot write WebP.
    pub async fn preview(&self, path: &Path) -> anyhow::Result<Vec<u8>> {
        let (count, width, height, rate) = PREVIEW;
        let fill = format!(
            "scale={width}:{height}:force_original_aspect_ratio=increase,crop={width}:{height}"
        );
        let mut pictures = Vec::new();
        // Each is looked up by itself: reading a long film from end to end would take minutes.
        for n in 0..i64::from(count) {
            let at = self.duration_ms * n / i64::from(count);
            let mut command = ffmpeg("error");
            command
                .args(["-ss", &seconds(at), "-i"])
                .arg(local(path))
                .args(["-map", "0:v:0", "-frames:v", "1", "-vf", &fill])
                .args(["-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"]);
            // A header may promise more than there is.
            pictures.extend(run(command, Bytes::new()).await?.stdout);
        }
        ensure!(!pictures.is_empty(), "ffmpeg gave no pictures");
        let mut command = ffmpeg("error");
        command
            .args(["-f", "rawvideo", "-pix_fmt", "rgb24"])
            .args(["-s", &format!("{width}x{height}"), "-r", &rate.to_string()])
            .args(["-i", "pipe:0", "-c:v", "libwebp_anim", "-quality", "60"])
            .args(["-loop", "0", "-f", "webp", "pipe:1"]);
        Ok(run(command, pictures.into()).await?.stdout)
    }
}

fn ffmpeg(loglevel: &str) -> Command {
    let mut command = Command::new("ffmpeg");
    command.args([
        "-nostdin",
        "-hide_banner",
        "-nostats",
        "-loglevel",
        loglevel,
    ]);
    command.args(["-threads", "1"]);
    command
}

/// A name is never an option, a protocol or a list of files: what it names lies here.
fn local(path: &Path) -> std::ffi::OsString {
    let mut name = std::ffi::OsString::from("file:");
    name.push(path);
    name
}

fn seconds(ms: i64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a film's milliseconds are far below 2^53"
)]
fn whole_ms(ms: f64) -> i64 {
    ms.round() as i64
}

fn even(side: u64) -> u32 {
    let side = (side.div_ceil(2) * 2).clamp(2, 4096);
    u32::try_from(side).unwrap_or(2)
}

/// The times of the pictures that passed `showinfo`, in ms.
fn shown(stderr: &[u8]) -> Vec<f64> {
    let text = String::from_utf8_lossy(stderr);
    let lines = text.lines().filter(|line| line.contains("Parsed_showinfo"));
    lines
        .filter_map(|line| {
            line.split_once("pts_time:")?
                .1
                .split_whitespace()
                .next()?
                .parse()
                .ok()
        })
        .map(|seconds: f64| seconds * 1000.0)
        .collect()
}

/// Runs to the end, in its turn; dropped before, the child is killed.
async fn run(mut command: Command, input: Bytes) -> anyhow::Result<std::process::Output> {
    let _turn = turn().await?;
    command
        .stdin(if input.is_empty() {
            Stdio::null()
        } else {
            Stdio::piped()
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command
        .spawn()
        .context("ffmpeg cannot be started; on Debian, `apt-get install ffmpeg` installs it")?;
    let stdin = child.stdin.take();
    let feed = async {
        if let Some(mut stdin) = stdin {
            // That it has seen enough is no failure; its exit status tells what is.
            let _ = stdin.write_all(&input).await;
        }
    };
    let work = async { tokio::join!(feed, child.wait_with_output()).1 };
    let told = tokio::time::timeout(PATIENCE, work)
        .await
        .with_context(|| format!("ffmpeg took longer than {} s", PATIENCE.as_secs()))??;
    let last = String::from_utf8_lossy(&told.stderr);
    let last = last.lines().rfind(|line| !line.trim().is_empty());
    ensure!(
        told.status.success(),
        "{}",
        last.unwrap_or("ffmpeg failed")
            .chars()
            .take(200)
            .collect::<String>()
    );
    Ok(told)
}
