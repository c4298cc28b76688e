//! Any video cut once into segments that loop without a seam, and kept by its content.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use super::ClipError;
use super::folder::io;
use super::probe::{Probe, probe};

/// Part of the name under which a cut is kept: what is cut otherwise is another cut.
const RECIPE: &str = "h264-main aac-48k 2s 1280w v1";
const SEGMENT_SECONDS: u32 = 2;
const SAMPLES_A_FRAME: u32 = 1_024;
const SAMPLE_RATE: u32 = 48_000;
/// No cut takes longer, so what lies half-made for longer was given up.
const GIVEN_UP: Duration = Duration::from_secs(6 * 3_600);

/// The folder of segments of this video, cut now unless an earlier cut is kept.
pub fn cut(clip: &Path, data_dir: &Path) -> Result<PathBuf, ClipError> {
    let clips = data_dir.join("clips");
    let name = digest(clip)?;
    let done = clips.join(&name);
    if done.is_dir() {
        return Ok(done);
    }
    let probe = probe(clip)?;
    fs::create_dir_all(&clips).map_err(|e| io(&clips, "made", e))?;
    sweep(&clips, &name);
    let partial = clips.join(format!("{name}.partial-{}", std::process::id()));
    // A process of the same number may have been stopped in the middle of this very cut.
    let _ = fs::remove_dir_all(&partial);
    fs::create_dir(&partial).map_err(|e| io(&partial, "made", e))?;
    tracing::info!(clip = %clip.display(), seconds = probe.seconds, "cutting the clip; this is done once");
    let began = Instant::now();
    let cut = run(clip, &partial, &probe).and_then(|()| keep(&partial, &done));
    if cut.is_err() {
        let _ = fs::remove_dir_all(&partial);
    }
    cut?;
    tracing::info!(clip = %clip.display(), took_ms = began.elapsed().as_millis(), "the clip is cut");
    Ok(done)
}

/// Whole at its name or not there at all: the name is given by one rename.
fn keep(partial: &Path, done: &Path) -> Result<(), ClipError> {
    match fs::rename(partial, done) {
        // Another process was faster with the same content; its cut is as good.
        Err(_) if done.is_dir() => {
            let _ = fs::remove_dir_all(partial);
            Ok(())
        }
        renamed => renamed.map_err(|e| io(done, "kept", e)),
    }
}

fn digest(clip: &Path) -> Result<String, ClipError> {
    let file = fs::File::open(clip).map_err(|e| io(clip, "read", e))?;
    let mut hasher = blake3::Hasher::new();
    hasher.update(RECIPE.as_bytes());
    hasher
        .update_reader(file)
        .map_err(|e| io(clip, "read", e))?;
    Ok(hasher.finalize().to_hex()[..32].to_owned())
}

/// Removes what processes that are long gone left half-made of this cut.
fn sweep(clips: &Path, name: &str) {
    let stale = format!("{name}.partial-");
    for entry in fs::read_dir(clips).into_iter().flatten().flatten() {
        let age = entry
            .metadata()
            .and_then(|data| data.modified())
            .ok()
            .and_then(|at| SystemTime::now().duration_since(at).ok());
        if entry.file_name().to_string_lossy().starts_with(&stale)
            && age.is_some_and(|age| age > GIVEN_UP)
        {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn run(clip: &Path, into: &Path, probe: &Probe) -> Result<(), ClipError> {
    let output = Command::new("ffmpeg")
        .args(arguments(clip, into, probe))
        .stdin(Stdio::null())
        .output()
        .map_err(|error| not_started("ffmpeg", clip, error))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(ClipError::Cut {
            clip: clip.to_owned(),
            detail: last_line(&output.stderr),
        }),
    }
}

/// One round, such that picture and sound end in the same instant, on a whole millisecond.
struct Round {
    rate: u32,
    pictures: u64,
    samples: u64,
}

impl Round {
    /// Long enough to hold the clip; the last picture stands still for what is added.
    fn of(probe: &Probe) -> Self {
        // 25 or 30 pictures a second: with 48,000 samples both share whole multiples with
        // the 1,024 samples of an AAC frame that are short (0.32 s, 1.6 s).
        let rate = match probe.frames_a_second.round() as u32 {
            25 | 50 => 25,
            _ => 30,
        };
        let step = if rate == 25 { 8 } else { 48 };
        let wanted = (probe.seconds * f64::from(rate)).round().max(1.0) as u64;
        let pictures = wanted.div_ceil(step) * step;
        Self {
            rate,
            pictures,
            samples: pictures * u64::from(SAMPLE_RATE / rate),
        }
    }

    /// The encoder puts one frame of its own before the first: fed one less, it gives
    /// exactly as many as one round has room for.
    fn fed_samples(&self) -> u64 {
        self.samples - u64::from(SAMPLES_A_FRAME)
    }
}

fn arguments(clip: &Path, into: &Path, probe: &Probe) -> Vec<OsString> {
    let round = Round::of(probe);
    let keyframes = round.rate * SEGMENT_SECONDS;
    let (rate, pictures, fed) = (round.rate, round.pictures, round.fed_samples());
    // Each filter ends its own stream: `-frames:v` would end the sound with the picture, early.
    // `setsar` after scaling by the display shape, so that anamorphic clips look right.
    let video = format!(
        "fps={rate}:start_time=0,scale=w='max(2,2*trunc(min(1280,iw*sar)/2))':h='max(2,2*trunc(ow*ih/iw/sar/2+0.5))',\
         setsar=1,tpad=stop=-1:stop_mode=clone,trim=end_frame={pictures},format=yuv420p"
    );
    let audio = format!("aresample={SAMPLE_RATE}:async=1:first_pts=0,apad,atrim=end_sample={fed}");
    let mut list: Vec<OsString> = Vec::new();
    let mut add = |arguments: &[&str]| list.extend(arguments.iter().map(OsString::from));
    add(&["-nostdin", "-v", "error", "-y"]);
    if !probe.has_audio {
        // Players expect sound in a broadcast; some wait for it.
        add(&["-f", "lavfi", "-i", "anullsrc=r=48000:cl=stereo"]);
    }
    add(&["-i"]);
    list.push(as_file(clip));
    let (video_input, audio_input) = match probe.has_audio {
        true => ("0:v:0", "0:a:0"),
        false => ("1:v:0", "0:a:0"),
    };
    let mut add = |arguments: &[&str]| list.extend(arguments.iter().map(OsString::from));
    add(&["-map", video_input, "-map", audio_input]);
    add(&["-map_metadata", "-1", "-map_chapters", "-1"]);
    add(&["-vf", &video, "-af", &audio]);
    add(&["-c:v", "libx264", "-preset", "veryfast"]);
    add(&["-profile:v", "main", "-bf", "0", "-crf", "23"]);
    add(&["-maxrate", "2500k", "-bufsize", "5000k"]);
    add(&["-g", &keyframes.to_string()]);
    add(&["-keyint_min", &keyframes.to_string()]);
    add(&["-sc_threshold", "0"]);
    add(&["-c:a", "aac", "-b:a", "96k", "-ac", "2"]);
    add(&["-f", "hls", "-hls_segment_type", "mpegts"]);
    add(&["-hls_time", &SEGMENT_SECONDS.to_string()]);
    add(&["-hls_list_size", "0", "-hls_segment_filename"]);
    list.push(into.join("%05d.ts").into());
    list.push(into.join("index.m3u8").into());
    list
}

/// The path as ffmpeg must see it: as a file, whatever colons or dashes its name has.
pub fn as_file(clip: &Path) -> OsString {
    let mut address = OsString::from("file:");
    address.push(clip);
    address
}

pub fn not_started(program: &'static str, clip: &Path, error: std::io::Error) -> ClipError {
    let clip = clip.to_owned();
    match error.kind() {
        std::io::ErrorKind::NotFound => ClipError::NoFfmpeg { program, clip },
        _ => ClipError::Cut {
            clip,
            detail: format!("{program} did not start: {error}"),
        },
    }
}

/// The last thing a program said, which is where ffmpeg names the reason.
pub fn last_line(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let said = text.lines().rev().map(str::trim);
    let line = said.into_iter().find(|line| !line.is_empty());
    line.unwrap_or("no reason was given").to_owned()
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;

    fn probed(seconds: f64, frames_a_second: f64) -> Probe {
        Probe {
            seconds,
            frames_a_second,
            has_audio: true,
        }
    }

    #[test]
    fn a_round_holds_whole_frames_of_both_and_whole_milliseconds() {
        for seconds in [0.04, 1.0, 16.0, 19.853_167, 19.86, 3_599.99] {
            for rate in [12.0, 23.976, 24.0, 25.0, 29.97, 30.0, 50.0, 59.94] {
                let round = Round::of(&probed(seconds, rate));
                assert_eq!(round.samples % u64::from(SAMPLES_A_FRAME), 0);
                assert_eq!(round.pictures * 1_000 % u64::from(round.rate), 0);
                let length = round.pictures as f64 / f64::from(round.rate);
                let added = length - seconds;
                assert!(
                    (-0.02..1.62).contains(&added),
                    "{seconds} s, {rate}/s: {added}"
                );
            }
        }
    }

    #[test]
    fn sixteen_seconds_need_nothing_added() {
        let round = Round::of(&probed(16.0, 30.0));
        assert_eq!((round.pictures, round.samples / 1_024), (480, 750));
    }

    #[test]
    fn a_path_that_looks_like_an_option_or_a_protocol_stays_a_file() {
        let list = arguments(Path::new("-y"), Path::new("out"), &probed(1.0, 30.0));
        assert!(list.iter().any(|argument| argument == "file:-y"));
        assert_eq!(as_file(Path::new("http://x")), "file:http://x");
    }

    #[test]
    fn without_ffmpeg_the_command_to_type_is_named_in_one_line() {
        let error = not_started("ffmpeg", Path::new("a.mp4"), ErrorKind::NotFound.into());
        let said = error.to_string();
        assert!(said.starts_with("ffmpeg is not installed, and a.mp4 has to be cut once; type: "));
        assert!(said.ends_with("install -y ffmpeg") || said.ends_with("install ffmpeg"));
        assert_eq!(said.lines().count(), 1);
    }
}
