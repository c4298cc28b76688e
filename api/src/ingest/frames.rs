//! Frames: pictures cut from a segment by ffmpeg, in memory and never on disk.

use std::process::Stdio;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::hls::footage::Footage;
use super::hls::ts::Pts;
use super::scenes::CUT;
use crate::words::Position;

/// How wide frames are; what is looked for is that big there.
const WIDTH: u32 = 640;
/// How tall a frame may be at that width.
const TALLEST: u32 = 2_160;
/// How many frames one segment gives at the most: what is asked for beyond is left out.
pub const MOST: usize = 64;
/// How long ffmpeg may take for one segment.
const PATIENCE: Duration = Duration::from_secs(20);

/// Presentation times wrap at 33 bits.
const WRAP: i64 = 1 << 33;
/// How many run at once in this process unless told otherwise.
const AT_ONCE: usize = 2;

/// Turns at ffmpeg: a few children fill a machine, and more of them only its memory.
static TURNS: OnceLock<Semaphore> = OnceLock::new();

/// Sets how many ffmpeg run at once in this process; two unless told. Counts only before the first of them.
pub fn at_once(most: usize) {
    TURNS.get_or_init(|| Semaphore::new(most.max(1)));
}

pub(super) async fn turn() -> anyhow::Result<SemaphorePermit<'static>> {
    let turns = TURNS.get_or_init(|| Semaphore::new(AT_ONCE));
    turns.acquire().await.context("no more turns are given")
}

/// One picture.
#[derive(Clone)]
pub struct Frame {
    /// Where in the media.
    pub position: Position,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Three bytes a pixel, row by row.
    pub rgb: Bytes,
}

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            position,
            width,
            height,
            ..
        } = self;
        write!(f, "Frame({width}x{height} at {})", position.ms())
    }
}

/// A picture with the time that stands in the stream.
#[derive(Clone)]
pub struct Cut {
    /// When it is shown.
    pub pts: Pts,
    /// How different it is from the picture before, 0 to 1; 0 for the first, and where nobody asked.
    pub score: f64,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Three bytes a pixel, row by row.
    pub rgb: Bytes,
}

/// What to cut.
#[derive(Debug, Clone, Copy)]
pub enum Wanted<'a> {
    /// The pictures that are shown at these times.
    At(&'a [Pts]),
    /// The first one after each cut, and these two, between which all others lie.
    Cuts(Pts, Pts),
}

/// Which of these pictures to look at so that `fps` a second are seen, whatever the cuts between segments:
/// the first at or after each point of a grid over the media. `last` is the picture looked at before. Times are ticks of
/// 90 kHz from the media's zero on, for milliseconds are too coarse to tell pictures from points.
#[must_use]
pub fn choose(times: &[i64], fps: f64, last: Option<i64>) -> Vec<usize> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a time times frames a second is far below 2^63"
    )]
    let point = |ticks: i64| (ticks as f64 * fps / 90_000.0).floor() as i64;
    let mut seen = last.map(point);
    let mut chosen = Vec::new();
    for (index, ticks) in times.iter().enumerate() {
        // A clock that stepped back begins a new count.
        if seen.is_none_or(|seen| point(*ticks) != seen) {
            seen = Some(point(*ticks));
            chosen.push(index);
        }
    }
    chosen.truncate(MOST);
    chosen
}

/// Cuts pictures out of a segment, in the order in which they are shown.
///
/// # Errors
/// When ffmpeg is not there, cannot read the segment, or takes too long.
pub async fn cut(footage: &Footage, wanted: Wanted<'_>) -> anyhow::Result<Vec<Cut>> {
    if matches!(wanted, Wanted::At([])) {
        return Ok(Vec::new());
    }
    let _turn = turn().await?;
    let mut child = start(footage, wanted)?;
    let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
        anyhow::bail!("ffmpeg was started without its pipes");
    };
    // Dropped before its end, as when this future is, the child is killed.
    let work = async {
        let (_, rgb, said) = tokio::join!(feed(stdin, footage), pixels(stdout), listen(stderr));
        let status = child.wait().await.context("ffmpeg did not end")?;
        let (rgb, said) = (rgb?, said?);
        if said.shown.is_empty() {
            let why = said
                .last
                .unwrap_or_else(|| format!("it ended with {status}"));
            anyhow::bail!("ffmpeg cannot read the segment: {why}");
        }
        split(rgb, &said.shown)
    };
    tokio::time::timeout(PATIENCE, work)
        .await
        .with_context(|| format!("ffmpeg took longer than {} s", PATIENCE.as_secs()))?
}

/// The pictures shown at these times: not by their numbers, for how many a decoder leaves out at the start is its own
/// affair. It may count on past the wrap, or from below zero; and what the container counts in may be a tick off.
fn at(times: &[Pts]) -> String {
    let one = |pts: &Pts| {
        let ahead = 2 * WRAP + 1 - pts.ticks().cast_signed();
        format!("lt(mod(pts+{ahead}\\,{WRAP})\\,3)")
    };
    times.iter().map(one).collect::<Vec<_>>().join("+")
}

fn select(wanted: Wanted<'_>) -> String {
    match wanted {
        Wanted::At(times) => at(times),
        Wanted::Cuts(first, last) => {
            let (ends, most) = (at(&[first, last]), MOST - 2);
            format!("{ends}+lt(selected_n\\,{most})*gt(scene\\,{CUT})")
        }
    }
}

fn start(footage: &Footage, wanted: Wanted<'_>) -> anyhow::Result<Child> {
    // `showinfo` says the time and size of each picture that passes. Then they are numbered 25 to the second,
    // so that the constant rate at which raw pictures are written neither doubles nor drops one.
    // Whatever the container counts in, times are told in ticks of 90 kHz.
    let filters = format!(
        "settb=1/90000,select={},metadata=print,scale={WIDTH}:-2,showinfo,setpts=N/25/TB",
        select(wanted)
    );
    // Edit lists move all times of a file by the same amount, which the boxes that are read here do not.
    let container: &[&str] = match footage.is_mp4() {
        true => &["-ignore_editlist", "1", "-f", "mp4"],
        false => &["-f", "mpegts"],
    };
    Command::new("ffmpeg")
        .args(["-nostdin", "-hide_banner", "-nostats", "-loglevel", "info"])
        .args(["-copyts", "-threads", "1"])
        .args(container)
        .args(["-i", "pipe:0"])
        .args(["-map", "0:v:0", "-an", "-sn", "-dn", "-vf", &filters])
        .args(["-r", "25", "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("ffmpeg cannot be started; on Debian, `apt-get install ffmpeg` installs it")
}

/// ffmpeg may have seen enough before the end: that it then stops listening is no failure.
async fn feed(mut stdin: ChildStdin, footage: &Footage) {
    for bytes in footage.header.iter().chain([&footage.bytes]) {
        let _ = stdin.write_all(bytes).await;
    }
    let _ = stdin.shutdown().await;
}

async fn pixels(stdout: ChildStdout) -> anyhow::Result<Bytes> {
    let largest = MOST * (WIDTH * TALLEST * 3) as usize;
    let mut rgb = Vec::new();
    let read = stdout.take(largest as u64).read_to_end(&mut rgb).await;
    read.context("ffmpeg's pictures broke off")?;
    Ok(rgb.into())
}

/// What ffmpeg said.
#[derive(Debug, Default)]
struct Said {
    shown: Vec<Shown>,
    /// The last line that is not about a picture, for people.
    last: Option<String>,
}

/// A picture that passed.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Shown {
    ticks: i64,
    score: f64,
    width: u32,
    height: u32,
}

async fn listen(stderr: ChildStderr) -> anyhow::Result<Said> {
    let mut said = Said::default();
    let mut score = 0.0;
    let mut lines = BufReader::new(stderr).split(b'\n');
    while let Some(line) = lines.next_segment().await? {
        let line = String::from_utf8_lossy(&line);
        if line.contains("Parsed_showinfo") {
            let mut shown = shown(&line);
            if let Some(shown) = &mut shown {
                shown.score = std::mem::take(&mut score);
            }
            said.shown.extend(shown);
        } else if line.contains("Parsed_metadata") {
            // The score stands before the picture's other lines.
            let told = line.split_once("lavfi.scene_score=");
            score = told
                .and_then(|(_, s)| s.trim().parse().ok())
                .unwrap_or(score);
        } else if !line.trim().is_empty() {
            said.last = Some(line.trim().chars().take(200).collect());
        }
    }
    Ok(said)
}

/// Reads a line of `showinfo`: `n:   0 pts: 126000 pts_time:1.4 … s:640x360 i:P …`.
fn shown(line: &str) -> Option<Shown> {
    let after = |name: &str| {
        let rest = &line[line.find(name)? + name.len()..];
        rest.split_whitespace().next()
    };
    let (width, height) = after(" s:")?.split_once('x')?;
    Some(Shown {
        ticks: after(" pts:")?.parse().ok()?,
        score: 0.0,
        width: width.parse().ok()?,
        height: height.parse().ok()?,
    })
}

fn split(mut rgb: Bytes, shown: &[Shown]) -> anyhow::Result<Vec<Cut>> {
    let mut cuts = Vec::with_capacity(shown.len());
    for Shown {
        ticks,
        score,
        width,
        height,
    } in shown.iter().copied()
    {
        let length = width as usize * height as usize * 3;
        anyhow::ensure!(
            rgb.len() >= length,
            "ffmpeg announced {} pictures and gave {}",
            shown.len(),
            cuts.len()
        );
        let rgb = rgb.split_to(length);
        cuts.push(Cut {
            pts: Pts::new(ticks.rem_euclid(WRAP).unsigned_abs()),
            score,
            width,
            height,
            rgb,
        });
    }
    Ok(cuts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_chosen_by_a_grid_over_the_media() {
        let times: Vec<i64> = (0..50).map(|n| n * 3_600).collect();
        let ms = |fps, last| -> Vec<i64> {
            let chosen = choose(&times, fps, last);
            chosen.into_iter().map(|n| times[n] / 90).collect()
        };
        assert_eq!(ms(2.0, None), [0, 520, 1000, 1520]);
        assert_eq!(ms(2.0, Some(0)), [520, 1000, 1520]);
        assert_eq!(ms(0.1, None), [0]);
        assert!(ms(0.1, Some(0)).is_empty());
    }

    #[test]
    fn less_than_one_picture_a_second_counts_over_segments() {
        let mut last = None;
        let mut seen = Vec::new();
        for segment in 0..20 {
            let times = [segment * 180_000, segment * 180_000 + 90_000];
            for n in choose(&times, 0.1, last) {
                last = Some(times[n]);
                seen.push(times[n] / 90);
            }
        }
        assert_eq!(seen, [0, 10_000, 20_000, 30_000]);
    }

    #[test]
    fn as_many_as_there_are_are_all_of_them() {
        let times: Vec<i64> = (0..48).map(|n| n * 3_750).collect();
        assert_eq!(choose(&times, 24.0, None).len(), 48);
    }

    #[test]
    fn no_segment_gives_more_than_the_bound() {
        let times: Vec<i64> = (0..1000).map(|ms| ms * 90).collect();
        assert_eq!(choose(&times, 1000.0, None).len(), MOST);
    }

    #[test]
    fn a_line_of_showinfo_is_read() {
        let line = "[Parsed_showinfo_2 @ 0x55] n:   3 pts: 126000 pts_time:1.4     pos:   14100 fmt:yuv420p sar:1/1 \
                    s:640x360 i:P iskey:1 type:I checksum:AB";
        let expected = Shown {
            ticks: 126_000,
            score: 0.0,
            width: 640,
            height: 360,
        };
        assert_eq!(shown(line), Some(expected));
        let config = "[Parsed_showinfo_2 @ 0x55] config in time_base: 1/90000, frame_rate: 25/1";
        assert_eq!(shown(config), None);
    }

    #[test]
    fn fewer_pixels_than_announced_are_a_failure() {
        let announced = Shown {
            ticks: 0,
            score: 0.0,
            width: 2,
            height: 1,
        };
        assert!(split(Bytes::from_static(&[0; 6]), &[announced]).is_ok());
        assert!(split(Bytes::from_static(&[0; 6]), &[announced; 2]).is_err());
    }
}
