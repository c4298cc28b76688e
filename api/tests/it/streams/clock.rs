//! A moving picture that shows its own time: each of its pictures has a grey of its own, drawn by ffmpeg.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Pictures a second.
pub const RATE: i64 = 25;
/// How long it is, in ms.
pub const LENGTH_MS: i64 = 8_000;

/// The grey (0 to 255) of the picture that is shown at this moment of the clock.
pub fn grey_at(ms: i64) -> f64 {
    let picture = ms * RATE / 1000;
    // As video range is spread over a byte.
    ((40 + picture * 37 % 160) as f64 - 16.0) * 255.0 / 219.0
}

/// Some folders with the clock cut into segments of two seconds: one each for the way in which it is packed.
pub struct Packed {
    root: tempfile::TempDir,
}

impl Packed {
    /// Drawn once for all tests.
    pub fn all() -> &'static Self {
        static ALL: OnceLock<Packed> = OnceLock::new();
        ALL.get_or_init(Self::draw)
    }

    pub fn folder(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn draw() -> Self {
        let root = tempfile::tempdir().expect("a folder");
        let packed = Self { root };
        let stream = ["-c:v", "mpeg2video", "-b:v", "4M", "-flags", "+cgop"];
        let fragments = [
            "-c:v",
            "mpeg4",
            "-b:v",
            "4M",
            "-flags",
            "+cgop",
            "-hls_segment_type",
            "fmp4",
        ];
        packed.cut("ts", &stream);
        packed.cut("fmp4", &fragments);
        packed.scenes();
        // Its segments begin with pictures that need the segment before.
        packed.cut("open", &stream[..4]);
        let one_file = ["-hls_flags", "single_file"];
        packed.cut("ts-parts", &[&stream[..], &one_file].concat());
        packed.cut("fmp4-parts", &[&fragments[..], &one_file].concat());
        // A time of 33 bits is over 2 s after 95,441.7 s.
        let late = ["-output_ts_offset", "95439.717"];
        packed.cut("wrap", &[&stream[..], &late].concat());
        for (name, start) in [
            ("locked", Some("000102030405060708090a0b0c0d0e0f")),
            ("numbered", None),
        ] {
            let folder = packed.folder(name);
            std::fs::create_dir(&folder).expect("a folder");
            let key = folder.join("secret.key");
            std::fs::write(&key, b"sixteen bytes ok").expect("written");
            let start = start.map(|start| format!("{start}\n")).unwrap_or_default();
            let info = format!("secret.key\n{}\n{start}", key.display());
            let file = folder.join("info.txt");
            std::fs::write(&file, info).expect("written");
            let file = file.display().to_string();
            let keys = ["-hls_key_info_file", file.as_str()];
            packed.cut(name, &[&stream[..], &keys].concat());
        }
        packed
    }

    /// Four scenes, which begin at 0, 1.2 s, 2 s (with a segment) and 5 s.
    fn scenes(&self) {
        let source = format!(
            "color=c=black:s=640x360:r={RATE}:d=8,geq=lum='40+60*gte(T,1.2)+60*gte(T,2)-100*gte(T,5)':cb=128:cr=128"
        );
        self.cut_from(
            "scenes",
            &source,
            &["-c:v", "mpeg2video", "-b:v", "4M", "-flags", "+cgop"],
        );
    }

    fn cut(&self, name: &str, how: &[&str]) {
        let seconds = (LENGTH_MS / 1000).to_string();
        let source = format!(
            "color=c=black:s=640x360:r={RATE}:d={seconds},geq=lum='40+mod(N*37,160)':cb=128:cr=128"
        );
        self.cut_from(name, &source, how);
    }

    fn cut_from(&self, name: &str, source: &str, how: &[&str]) {
        let folder = self.folder(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        // B-frames, so that pictures are not in the order in which they are shown.
        run(
            &folder,
            Command::new("ffmpeg")
                .args([
                    "-hide_banner",
                    "-loglevel",
                    "error",
                    "-f",
                    "lavfi",
                    "-i",
                    source,
                ])
                .args([
                    "-pix_fmt",
                    "yuv420p",
                    "-g",
                    "50",
                    "-bf",
                    "2",
                    "-sc_threshold",
                    "1000000000",
                ])
                .args(["-force_key_frames", "expr:gte(t,n_forced*2)"])
                .args(how)
                .args([
                    "-f",
                    "hls",
                    "-hls_time",
                    "2",
                    "-hls_playlist_type",
                    "vod",
                    "index.m3u8",
                ]),
        );
    }
}

fn run(folder: &Path, command: &mut Command) {
    let output = command
        .current_dir(folder)
        .output()
        .expect("ffmpeg is there");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
}
