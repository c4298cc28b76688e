//! Films by way of the machine's `ffmpeg`: the real codec between drawing and recognising.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub const WIDTH: usize = 640;
pub const HEIGHT: usize = 360;

pub fn ffmpeg_is_here() -> bool {
    Command::new("ffmpeg")
        .arg("-version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Frames of a film as RGB at 640 x 360, through a filter.
pub fn frames(path: &Path, filter: &str) -> Vec<Vec<u8>> {
    let output = Command::new("ffmpeg")
        .args(["-hide_banner", "-loglevel", "error", "-threads", "1", "-i"])
        .arg(path)
        .args(["-an", "-vf", &format!("{filter},scale={WIDTH}:{HEIGHT}")])
        .args([
            "-fps_mode",
            "passthrough",
            "-f",
            "rawvideo",
            "-pix_fmt",
            "rgb24",
            "pipe:1",
        ])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{}: {complaint}", path.display());
    output
        .stdout
        .chunks_exact(WIDTH * HEIGHT * 3)
        .map(<[u8]>::to_vec)
        .collect()
}

/// A film being written to a scratch file, one thread so that it is the same on every run.
pub struct Writer {
    path: PathBuf,
    child: std::process::Child,
}

impl Writer {
    pub fn new(name: &str, rate: u32, bitrate: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let child = Command::new("ffmpeg")
            .args(["-hide_banner", "-loglevel", "error", "-y"])
            .args(["-f", "rawvideo", "-pix_fmt", "rgb24"])
            .args(["-video_size", &format!("{WIDTH}x{HEIGHT}")])
            .args(["-framerate", &rate.to_string(), "-i", "pipe:0"])
            .args([
                "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "veryfast",
            ])
            .args(["-b:v", bitrate, "-threads", "1"])
            .arg(&path)
            .stdin(Stdio::piped())
            .stdout(File::create("/dev/null").unwrap())
            .spawn()
            .unwrap();
        Self { path, child }
    }

    pub fn add(&mut self, rgb: &[u8]) {
        use std::io::Write;
        self.child.stdin.as_mut().unwrap().write_all(rgb).unwrap();
    }

    pub fn finish(mut self) -> PathBuf {
        drop(self.child.stdin.take());
        assert!(self.child.wait().unwrap().success());
        self.path
    }
}
