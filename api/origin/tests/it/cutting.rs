//! Any video becomes a clip: cut once, looped without a seam.

use std::path::Path;
use std::process::Command;

use beckon_origin::Clip;

use crate::reader::{channel_of, parse, shared};

/// A small video made by ffmpeg; `None`, said plainly, where there is no ffmpeg.
fn video(folder: &Path, name: &str, arguments: &[&str]) -> Option<std::path::PathBuf> {
    let file = folder.join(name);
    let run = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-y"])
        .args(arguments)
        .arg(&file)
        .output();
    let Ok(output) = run else {
        println!("left out: ffmpeg is not here");
        return None;
    };
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(file)
}

/// One round and a bit: pictures follow on each other, sound too, to the tick.
fn assert_seamless(clip: Clip, frame: u64) {
    let count = clip.segment_count() as u64;
    let channel = channel_of(std::sync::Arc::new(clip));
    let (mut picture, mut sound) = (None, None);
    for sequence in 0..count + 2 {
        let now = crate::reader::ZERO_MS + 2_000 * (sequence as i64 + 1);
        let parsed = parse(&channel.segment(now, sequence).unwrap().unwrap());
        for unit in parsed.video() {
            assert_eq!(*picture.get_or_insert(unit.pts.unwrap()), unit.pts.unwrap());
            picture = Some(unit.pts.unwrap() + frame);
        }
        for unit in parsed.of_pid(parsed.pid_of_type(0x0F)) {
            assert_eq!(*sound.get_or_insert(unit.pts.unwrap()), unit.pts.unwrap());
            let frames = unit.body.windows(2).filter(|w| *w == [0xFF, 0xF1]).count();
            let (mut at, mut whole) = (0, 0);
            while at < unit.body.len() {
                let b = &unit.body[at..];
                at += usize::from(b[3] & 3) << 11 | usize::from(b[4]) << 3 | usize::from(b[5] >> 5);
                whole += 1;
            }
            assert!(whole <= frames);
            sound = Some(unit.pts.unwrap() + whole as u64 * 1_920);
        }
    }
}

#[test]
fn a_silent_video_of_odd_size_and_rate_becomes_a_seamless_clip() {
    let folder = tempfile::tempdir().unwrap();
    let source = "testsrc2=size=161x91:rate=24000/1001:duration=3.1";
    let arguments = ["-f", "lavfi", "-i", source, "-pix_fmt", "yuv444p"];
    let Some(file) = video(folder.path(), "odd.mkv", &arguments) else {
        return;
    };
    let clip = Clip::open(&file, folder.path()).unwrap();
    assert_eq!(clip.duration_ms(), 3_200);
    let (width, height) = clip.size().unwrap();
    assert_eq!((width, height), (160, 90));
    assert_seamless(clip, 3_000);
}

#[test]
fn a_wide_video_with_sound_is_brought_down_and_keeps_its_25_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let picture = "testsrc2=size=1600x900:rate=25:duration=2.2";
    let sound = "sine=sample_rate=44100:duration=5";
    let arguments = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound];
    let Some(file) = video(folder.path(), "wide: -1.mp4", &arguments) else {
        return;
    };
    let clip = Clip::open(&file, folder.path()).unwrap();
    // The sound goes on for longer; the pictures decide.
    assert_eq!(clip.duration_ms(), 2_240);
    assert_eq!(clip.size(), Some((1280, 720)));
    assert_seamless(clip, 3_600);
}

#[test]
fn a_cut_is_made_once_and_known_by_its_content() {
    let folder = tempfile::tempdir().unwrap();
    let source = "testsrc2=size=64x64:rate=25:duration=1";
    let Some(file) = video(folder.path(), "a.mp4", &["-f", "lavfi", "-i", source]) else {
        return;
    };
    let data = folder.path().join("data");
    Clip::open(&file, &data).unwrap();
    let kept = || -> Vec<_> {
        let entries = std::fs::read_dir(data.join("clips")).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    };
    let first = kept();
    assert_eq!(first.len(), 1, "the cut, and nothing half-made");
    let index = first[0].join("index.m3u8");
    let made = std::fs::metadata(&index).unwrap().modified().unwrap();

    let copy = folder.path().join("b.mp4");
    std::fs::copy(&file, &copy).unwrap();
    Clip::open(&copy, &data).unwrap();
    assert_eq!(kept(), first);
    assert_eq!(std::fs::metadata(&index).unwrap().modified().unwrap(), made);
}

#[test]
fn what_is_no_video_is_refused_in_one_line_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    if Command::new("ffprobe").arg("-version").output().is_err() {
        println!("left out: ffprobe is not here");
        return;
    }
    let file = folder.path().join("notes.mp4");
    std::fs::write(&file, "no video at all").unwrap();
    let error = Clip::open(&file, folder.path()).err().unwrap().to_string();
    assert!(error.contains("notes.mp4 cannot be played"), "{error}");
    assert_eq!(error.lines().count(), 1);
    assert!(!folder.path().join("clips").exists());

    let missing = folder.path().join("missing.mp4");
    let error = Clip::open(&missing, folder.path())
        .err()
        .unwrap()
        .to_string();
    assert!(error.contains("missing.mp4 cannot be read"), "{error}");
}

#[test]
fn a_real_video_is_cut_to_its_own_length() {
    let Some(file) = shared("video/shellzu-19368_640x360.mp4") else {
        return;
    };
    if Command::new("ffmpeg").arg("-version").output().is_err() {
        println!("left out: ffmpeg is not here");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let clip = Clip::open(&file, folder.path()).unwrap();
    assert_eq!(clip.duration_ms(), 20_800);
    assert_eq!(clip.size(), Some((640, 360)));
    assert_seamless(clip, 3_000);
}

#[test]
fn a_playlist_in_a_folder_leads_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("index.m3u8"), "#EXTM3U\n../secret.ts\n").unwrap();
    let error = Clip::from_folder(folder.path()).err().unwrap().to_string();
    assert!(error.contains("../secret.ts"), "{error}");
}
