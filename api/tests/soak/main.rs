//! Soak: thirty live channels of 6 s segments for two minutes on one node, and what that takes.
//!
//! The channels are served by this process; the node is a `beckon serve` of its own, whose memory is counted with its
//! children's. It ends with an error where a bound does not hold. Not a part of the tests: it loads the machine.

mod channels;
mod node;

use std::time::{Duration, Instant};

use anyhow::Context;

/// How many media are watched.
const CHANNELS: usize = 30;
/// How long segments are, in s.
pub const SEGMENT_S: u64 = 6;
/// As far behind as a media may fall unless it says otherwise.
const MOST_LAG_S: f64 = 10.0;
const MOST_MEMORY_MB: u64 = 400;
const MOST_FFMPEG: usize = 2;

/// The largest of what was seen.
#[derive(Debug, Default)]
struct Most {
    lag_s: f64,
    memory_kb: u64,
    ffmpeg: usize,
}

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    let seconds = std::env::args()
        .nth(1)
        .map_or(Ok(120), |text| text.parse::<u64>());
    let seconds = seconds.context("say for how many seconds")?;
    let folder = tempfile::tempdir()?;
    let channels = channels::start(CHANNELS)?;
    let node = node::Node::start(folder.path())?;
    for n in 0..CHANNELS {
        node.register(n, channels.zero(n), &channels.url(n)).await?;
    }
    let began = Instant::now();
    let cpu = node.cpu_s()?;
    let mut most = Most::default();
    let mut tick = tokio::time::interval(Duration::from_millis(250));
    while began.elapsed() < Duration::from_secs(seconds) {
        tick.tick().await;
        let children = node.children()?;
        most.ffmpeg = most.ffmpeg.max(children.len());
        most.memory_kb = most.memory_kb.max(node.memory_kb(&children)?);
        let lag = node.metric_of_each("beckon_ingest_lag_seconds").await?;
        most.lag_s = lag
            .into_iter()
            .map(|(_, lag)| lag)
            .fold(most.lag_s, f64::max);
    }
    let cpu_s = node.cpu_s()? - cpu;
    let segments = node.metric_of_each("beckon_ingest_segments_total").await?;
    let of = |outcome: &str| -> f64 {
        let named = format!("outcome=\"{outcome}\"");
        let of = segments
            .iter()
            .filter(|(labels, _)| labels.contains(&named));
        of.map(|(_, count)| *count)
            .fold(0.0, |sum, count| sum + count)
    };
    let (analysed, failed, skipped) = (of("analysed"), of("failed"), of("skipped"));
    println!(
        "{CHANNELS} channels of {SEGMENT_S} s segments for {seconds} s: {analysed} segments analysed, {failed} failed, \
         {skipped} skipped; largest lag {:.1} s of {MOST_LAG_S}; {} MB of {MOST_MEMORY_MB} with children; {} ffmpeg at once; \
         {:.0} % of one core",
        most.lag_s,
        most.memory_kb / 1024,
        most.ffmpeg,
        cpu_s * 100.0 / seconds as f64,
    );
    let due = (CHANNELS as u64 * (seconds.saturating_sub(30) / SEGMENT_S)) as f64;
    anyhow::ensure!(
        analysed + failed + skipped >= due,
        "of {due} segments that were due some were not dealt with"
    );
    anyhow::ensure!(failed == 0.0, "segments failed");
    anyhow::ensure!(most.lag_s <= MOST_LAG_S, "the lag passed its bound");
    anyhow::ensure!(
        most.memory_kb <= MOST_MEMORY_MB * 1024,
        "the memory passed its bound"
    );
    anyhow::ensure!(
        most.ffmpeg <= MOST_FFMPEG,
        "more ffmpeg ran at once than may"
    );
    Ok(())
}
