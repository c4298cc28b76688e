//! Raw pictures into an MP4, through the `ffmpeg` of the machine.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::programme::RATE;
use crate::stage::{HEIGHT, WIDTH};

/// A slow chord over wind: two fifths and an octave that breathe at different paces, each
/// whole in number of periods over the film so that the loop has no click.
const SOUND: &str = "\
    anoisesrc=color=brown:sample_rate=48000:amplitude=0.16:seed=4:duration=DURATION,\
    lowpass=f=420,tremolo=f=0.1:d=0.5[wind];\
    sine=f=110:r=48000:d=DURATION,tremolo=f=0.125:d=0.7,volume=0.16[a];\
    sine=f=165:r=48000:d=DURATION,tremolo=f=0.1:d=0.8,volume=0.10[b];\
    sine=f=220:r=48000:d=DURATION,tremolo=f=0.15:d=0.8,volume=0.07[c];\
    sine=f=330:r=48000:d=DURATION,tremolo=f=0.1125:d=0.9,volume=0.04[d];\
    [wind][a][b][c][d]amix=inputs=5:normalize=0,aformat=channel_layouts=stereo[sound]";

/// A film being written.
pub struct Film {
    ffmpeg: Child,
    rgb: Vec<u8>,
}

impl Film {
    /// Starts to write a film of so many pictures.
    pub fn open(path: &Path, pictures: u32, sound: bool) -> Result<Self> {
        let seconds = f64::from(pictures) / f64::from(RATE);
        let size = format!("{WIDTH}x{HEIGHT}");
        let rate = RATE.to_string();
        let keyframes = (2 * RATE).to_string();
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg
            .args(["-hide_banner", "-loglevel", "error", "-y"])
            .args(["-f", "rawvideo", "-pix_fmt", "rgb24", "-video_size", &size])
            .args(["-framerate", &rate, "-i", "pipe:0"])
            .args(["-map", "0:v"])
            // Said outright: players assume it of pictures this small, and the pixels are made so.
            .args([
                "-vf",
                "scale=out_color_matrix=bt601:out_range=tv,format=yuv420p",
            ])
            .args(["-colorspace", "smpte170m", "-color_range", "tv"])
            // One thread and exact: the same pictures give the same file.
            .args(["-c:v", "libx264", "-preset", "slow", "-tune", "animation"])
            .args([
                "-crf", "27", "-maxrate", "300k", "-bufsize", "600k", "-threads", "1",
            ])
            .args([
                "-g",
                &keyframes,
                "-keyint_min",
                &keyframes,
                "-sc_threshold",
                "0",
            ])
            .args(["-bf", "0", "-profile:v", "main"])
            .args([
                "-fflags",
                "+bitexact",
                "-flags:v",
                "+bitexact",
                "-flags:a",
                "+bitexact",
            ])
            .args(["-map_metadata", "-1", "-movflags", "+faststart"])
            .args(["-t", &seconds.to_string()]);
        if sound {
            let chord = SOUND.replace("DURATION", &seconds.to_string());
            ffmpeg
                .args(["-filter_complex", &chord, "-map", "[sound]"])
                .args(["-c:a", "aac", "-b:a", "48k", "-ar", "48000"]);
        }
        let ffmpeg = ffmpeg
            .arg(path)
            .stdin(Stdio::piped())
            .spawn()
            .context("Failed to start ffmpeg: is it installed?")?;
        Ok(Self {
            ffmpeg,
            rgb: Vec::new(),
        })
    }

    /// Adds a picture of RGBA.
    pub fn add(&mut self, rgba: &[u8]) -> Result<()> {
        self.rgb.clear();
        for pixel in rgba.chunks_exact(4) {
            self.rgb.extend_from_slice(&pixel[..3]);
        }
        let pipe = self
            .ffmpeg
            .stdin
            .as_mut()
            .context("ffmpeg takes no pictures")?;
        pipe.write_all(&self.rgb)
            .context("ffmpeg stopped taking pictures")
    }

    /// Waits until the film is written.
    pub fn close(mut self) -> Result<()> {
        drop(self.ffmpeg.stdin.take());
        let end = self.ffmpeg.wait().context("Failed to wait for ffmpeg")?;
        ensure!(end.success(), "ffmpeg failed: {end}");
        Ok(())
    }
}
