//! What ffprobe says of a video, as far as the cut depends on it.

use std::path::Path;
use std::process::{Command, Stdio};

use serde::Deserialize;

use super::ClipError;

/// What the cut must know.
#[derive(Debug, PartialEq)]
pub struct Probe {
    pub seconds: f64,
    pub frames_a_second: f64,
    pub has_audio: bool,
}

#[derive(Deserialize)]
struct Report {
    #[serde(default)]
    streams: Vec<Stream>,
    #[serde(default)]
    format: Format,
}

#[derive(Deserialize)]
struct Stream {
    codec_type: Option<String>,
    avg_frame_rate: Option<String>,
}

#[derive(Deserialize, Default)]
struct Format {
    start_time: Option<String>,
}

/// Asks ffprobe.
pub fn probe(clip: &Path) -> Result<Probe, ClipError> {
    let report = ask(
        clip,
        &[
            "-of",
            "json",
            "-show_entries",
            "format=start_time",
            "-show_entries",
        ],
        "stream=codec_type,avg_frame_rate",
    )?;
    // A header may claim any length: only the pictures themselves tell when they end.
    let packets = ask(
        clip,
        &["-of", "csv=p=0", "-select_streams", "v:0", "-show_entries"],
        "packet=pts_time,duration_time",
    )?;
    read(&report, &packets).map_err(|detail| ClipError::NotVideo {
        clip: clip.to_owned(),
        detail: detail.to_owned(),
    })
}

fn ask(clip: &Path, how: &[&str], entries: &str) -> Result<Vec<u8>, ClipError> {
    let output = Command::new("ffprobe")
        .args(["-v", "error"])
        .args(how)
        .args([entries, "-i"])
        .arg(super::cut::as_file(clip))
        .stdin(Stdio::null())
        .output()
        .map_err(|error| super::cut::not_started("ffprobe", clip, error))?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => Err(ClipError::NotVideo {
            clip: clip.to_owned(),
            detail: super::cut::last_line(&output.stderr),
        }),
    }
}

fn read(report: &[u8], packets: &[u8]) -> Result<Probe, &'static str> {
    let report: Report =
        serde_json::from_slice(report).map_err(|_| "ffprobe's answer is not understood")?;
    let of_type = |kind: &str| {
        let mut streams = report.streams.iter();
        streams.find(|stream| stream.codec_type.as_deref() == Some(kind))
    };
    let video = of_type("video").ok_or("it has no video stream")?;
    let start = report.format.start_time.as_deref().and_then(number);
    let end = String::from_utf8_lossy(packets)
        .lines()
        .filter_map(|line| {
            let mut times = line.split(',').map(number);
            Some(times.next()?? + times.next().flatten().unwrap_or(0.0))
        })
        .fold(f64::MIN, f64::max);
    let seconds = end - start.unwrap_or(0.0);
    if seconds <= 0.0 {
        return Err("it has no pictures");
    }
    let rate = video.avg_frame_rate.as_deref().and_then(ratio);
    Ok(Probe {
        seconds,
        frames_a_second: rate.unwrap_or(30.0),
        has_audio: of_type("audio").is_some(),
    })
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

fn ratio(text: &str) -> Option<f64> {
    let (over, under) = text.split_once('/')?;
    let value = over.parse::<f64>().ok()? / under.parse::<f64>().ok()?;
    (value.is_finite() && value > 0.0).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read_by_its_video_stream() {
        let report = br#"{"streams":[{"codec_type":"audio","avg_frame_rate":"0/0"},
            {"codec_type":"video","avg_frame_rate":"30000/1001"}],"format":{"start_time":"40.0"}}"#;
        let packets = b"40.000000,0.033367,\n40.100000,N/A\n40.066733,0.033367\nN/A,N/A\n";
        let probe = read(report, packets).unwrap();
        assert!(probe.has_audio);
        assert!((probe.seconds - 0.1001).abs() < 1e-9);
        assert!((probe.frames_a_second - 29.97).abs() < 0.01);
    }

    #[test]
    fn without_pictures_it_is_no_clip() {
        let audio = br#"{"streams":[{"codec_type":"audio"}],"format":{}}"#;
        assert_eq!(read(audio, b""), Err("it has no video stream"));
        let empty = br#"{"streams":[{"codec_type":"video"}],"format":{"start_time":"N/A"}}"#;
        assert_eq!(read(empty, b"\n"), Err("it has no pictures"));
    }
}
