//! What a frame costs: CPU time of one thread, for 12 and for 50 references.
//!
//! `cargo bench -p beckon-matcher`. Frames come from the drawn channel where `ffmpeg` is
//! installed, else from a pattern, and that is said.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use beckon_matcher::{Matcher, Options, Reference, RgbFrame};

const SIZES: [(u32, u32); 2] = [(640, 360), (1280, 720)];

fn main() {
    for (width, height) in SIZES {
        let frames = frames(width, height);
        for (count, bound) in [(12, 60.0), (50, 150.0)] {
            let references = references(count);
            let started = cpu_ms();
            let matcher = Matcher::new(&references, Options::default());
            let prepared = cpu_ms() - started;
            let mut costs: Vec<f64> = frames
                .iter()
                .map(|rgb| cost(&matcher, (width, height), rgb))
                .collect();
            costs.sort_by(f64::total_cmp);
            let mean = costs.iter().sum::<f64>() / costs.len() as f64;
            println!(
                "{width}x{height}, {count} references: mean {mean:.1} ms, median {:.1}, 95th {:.1}, of {} frames (bound {bound} ms: {:.2} of it); prepared once in {prepared:.1} ms",
                costs[costs.len() / 2],
                costs[costs.len() * 95 / 100],
                costs.len(),
                mean / bound,
            );
        }
    }
}

fn cost(matcher: &Matcher, (width, height): (u32, u32), rgb: &[u8]) -> f64 {
    let frame = RgbFrame::new(width, height, rgb).expect("a frame of the size asked for");
    let started = cpu_ms();
    std::hint::black_box(matcher.find(&frame));
    cpu_ms() - started
}

/// CPU time of this thread where the system says, else the time on the wall.
fn cpu_ms() -> f64 {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    if let Some(spent) = spent
        && let Some(Ok(nanoseconds)) = spent.split_whitespace().next().map(str::parse::<f64>)
    {
        return nanoseconds / 1e6;
    }
    thread_local!(static START: Instant = Instant::now());
    START.with(|start| start.elapsed().as_secs_f64() * 1e3)
}

fn assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../broadcast/assets")
}

/// The gallery, then the same images turned about and about, as references of their own.
fn references(count: usize) -> Vec<Reference> {
    let mut images = Vec::new();
    for folder in ["references", "lookalikes"] {
        for entry in std::fs::read_dir(assets().join(folder)).expect("the assets of the channel") {
            let path = entry.expect("a readable folder").path();
            images.push((
                path.clone(),
                image::open(&path).expect("an image").into_rgba8(),
            ));
        }
    }
    images.sort_by(|a, b| a.0.cmp(&b.0));
    let turns = [
        |image: &image::RgbaImage| image.clone(),
        image::imageops::flip_horizontal,
        image::imageops::flip_vertical,
        |image: &image::RgbaImage| image::imageops::rotate90(image),
        |image: &image::RgbaImage| image::imageops::rotate270(image),
    ];
    turns
        .iter()
        .flat_map(|turn| images.iter().map(move |(_, image)| turn(image)))
        .take(count)
        .map(|image| {
            Reference::from_rgba(image.width(), image.height(), image.as_raw())
                .expect("the gallery holds references")
        })
        .collect()
}

fn frames(width: u32, height: u32) -> Vec<Vec<u8>> {
    let decoded = Command::new("ffmpeg")
        .args(["-loglevel", "error", "-i"])
        .arg(assets().join("channel.mp4"))
        .args([
            "-an",
            "-vf",
            &format!("select=not(mod(n\\,20)),scale={width}:{height}"),
        ])
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
        .output();
    let size = width as usize * height as usize * 3;
    if let Ok(output) = decoded
        && output.status.success()
    {
        return output
            .stdout
            .chunks_exact(size)
            .map(<[u8]>::to_vec)
            .collect();
    }
    println!("ffmpeg is not installed: a pattern stands in for the channel");
    let pattern = |frame: usize| {
        (0..size)
            .map(|at| (at * (frame + 7) / 5 % 251) as u8)
            .collect()
    };
    (0..40).map(pattern).collect()
}
