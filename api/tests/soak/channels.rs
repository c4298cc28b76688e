//! Live channels on loopback, whose windows move with the clock.

use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::sync::Arc;

use actix_web::web::{self, Bytes};
use actix_web::{App, HttpResponse, HttpServer};
use anyhow::Context;
use beckon_api::config::now;
use beckon_api::words::Time;

use super::SEGMENT_S;

/// How many segments a playlist lists.
const WINDOW: i64 = 5;

/// The channels.
#[derive(Debug, Clone)]
pub struct Channels {
    address: SocketAddr,
    zeros: Arc<Vec<Time>>,
}

/// Draws a segment, and puts it on air on this many channels; each begins a little after the one before.
pub fn start(count: usize) -> anyhow::Result<Channels> {
    let segment = Bytes::from(segment()?);
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let apart_ms = SEGMENT_S as i64 * 1000 / count as i64;
    let begins = now().plus_ms(3_000);
    let zeros = Arc::new(
        (0..count as i64)
            .map(|n| begins.plus_ms(n * apart_ms))
            .collect::<Vec<_>>(),
    );
    let on_air = zeros.clone();
    let server = HttpServer::new(move || {
        let (segment, zeros) = (segment.clone(), on_air.clone());
        App::new()
            .route(
                "/{n}/{name}.ts",
                web::get().to(move || {
                    let segment = segment.clone();
                    async move { HttpResponse::Ok().content_type("video/mp2t").body(segment) }
                }),
            )
            .route(
                "/{n}/index.m3u8",
                web::get().to(move |n: web::Path<usize>| {
                    let zero = zeros[*n];
                    async move {
                        HttpResponse::Ok()
                            .content_type("application/vnd.apple.mpegurl")
                            .body(playlist(zero))
                    }
                }),
            )
    });
    actix_web::rt::spawn(server.workers(1).disable_signals().listen(listener)?.run());
    Ok(Channels { address, zeros })
}

impl Channels {
    pub fn zero(&self, n: usize) -> Time {
        self.zeros[n]
    }

    pub fn url(&self, n: usize) -> String {
        format!("http://{}/{n}/index.m3u8", self.address)
    }
}

fn playlist(zero: Time) -> String {
    let length = SEGMENT_S as i64 * 1000;
    let done = now().since(zero).max(0) / length;
    let first = (done - WINDOW).max(0);
    let mut text = format!(
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:{SEGMENT_S}\n#EXT-X-MEDIA-SEQUENCE:{first}\n"
    );
    for n in first..done {
        // It is the same segment over and over: its times begin anew.
        let _ = write!(
            text,
            "#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME:{}\n#EXTINF:{SEGMENT_S}.000,\n{n}.ts\n",
            zero.plus_ms(n * length)
        );
    }
    text
}

/// Six seconds of a moving picture as broadcasters send it to phones.
fn segment() -> anyhow::Result<Vec<u8>> {
    let length = SEGMENT_S.to_string();
    let drawn = Command::new("ffmpeg")
        .args([
            "-hide_banner",
            "-loglevel",
            "error",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=640x360:rate=25",
        ])
        .args([
            "-f",
            "lavfi",
            "-i",
            "sine=frequency=440:sample_rate=48000",
            "-t",
            &length,
        ])
        .args([
            "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "50", "-b:v",
            "800k",
        ])
        .args(["-c:a", "aac", "-b:a", "96k", "-f", "mpegts", "-"])
        .output()
        .context("ffmpeg cannot be started")?;
    anyhow::ensure!(
        drawn.status.success(),
        "{}",
        String::from_utf8_lossy(&drawn.stderr)
    );
    Ok(drawn.stdout)
}
