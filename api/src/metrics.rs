//! Metrics: what a node counts since it started, in Prometheus's text format.
//!
//! Each family's help says what it is. A process has one set of them, as it has one clock: several servers in one process,
//! as tests start them, count together. What holds over restarts and for all nodes is in the database, and read
//! by `GET /v1/media/{media_id}/ingest`.

use std::sync::LazyLock;
use std::time::Duration;

use prometheus::core::Collector;
use prometheus::{
    Counter, CounterVec, Encoder, GaugeVec, Histogram, HistogramOpts, IntCounter, IntCounterVec,
    IntGauge, Opts, Registry, TextEncoder,
};

/// The format, for the header of the answer.
pub const CONTENT_TYPE: &str = prometheus::TEXT_FORMAT;

/// Everything that is counted.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Requests by route, method and status.
    pub requests: IntCounterVec,
    /// Media that this node watches at the moment.
    pub watches: IntGauge,
    /// How far behind the stream's edge the last segment of a media was done.
    pub lag: GaugeVec,
    /// Segments by media and outcome.
    pub segments: IntCounterVec,
    /// Pictures that were looked at, by media.
    pub frames: IntCounterVec,
    /// Things that were seen, by media.
    pub detections: IntCounterVec,
    /// How long segments took.
    pub segment_seconds: Histogram,
    /// Calls that cost, by operation.
    pub calls: IntCounterVec,
    /// What they cost by list price, by media.
    pub cost: CounterVec,
    /// Cues that were put into channels, by outcome.
    pub cues: IntCounterVec,
    /// Cues that were superseded before there was room for them.
    pub cues_dropped: IntCounter,
    /// Decisions that were made with less than all there is to know, by what was missing.
    pub degraded: IntCounterVec,
}

/// This process's.
pub static METRICS: LazyLock<Metrics> = LazyLock::new(Metrics::new);

impl Metrics {
    fn new() -> Self {
        let registry = Registry::new();
        let metrics = Self {
            requests: counters(
                "beckon_requests_total",
                "Requests that were answered, by route, method and status",
                &["route", "method", "status"],
            ),
            watches: made(IntGauge::new(
                "beckon_ingest_watches",
                "Media that this node watches at the moment",
            )),
            lag: made(GaugeVec::new(
                Opts::new(
                    "beckon_ingest_lag_seconds",
                    "How far behind the stream's edge the last segment was done, by media",
                ),
                &["media"],
            )),
            segments: counters(
                "beckon_ingest_segments_total",
                "Segments that were dealt with, by media and outcome (analysed, failed, skipped, gap)",
                &["media", "outcome"],
            ),
            frames: counters(
                "beckon_ingest_frames_total",
                "Pictures that were looked at, by media",
                &["media"],
            ),
            detections: counters(
                "beckon_ingest_detections_total",
                "Things that were seen, by media",
                &["media"],
            ),
            segment_seconds: made(Histogram::with_opts(
                HistogramOpts::new(
                    "beckon_ingest_segment_seconds",
                    "How long a segment took from its fetching to its storing",
                )
                .buckets(vec![0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0]),
            )),
            calls: counters(
                "beckon_ingest_calls_total",
                "Calls to recognisers that cost, by operation",
                &["operation"],
            ),
            cost: made(CounterVec::new(
                Opts::new(
                    "beckon_ingest_cost_usd_total",
                    "What those calls cost by list price, by media",
                ),
                &["media"],
            )),
            cues: counters(
                "beckon_cues_total",
                "Cues that were put into channels, by outcome (put, off_air, throttled, failed)",
                &["outcome"],
            ),
            cues_dropped: made(IntCounter::new(
                "beckon_cues_dropped_total",
                "Cues that were superseded before the channel had room",
            )),
            degraded: counters(
                "beckon_decisions_degraded_total",
                "Decisions with less than all there is to know, by what was missing (timeout, detections_outdated, detections_missing, viewer_outdated, viewer_missing, cue_missing)",
                &["missing"],
            ),
            registry,
        };
        metrics.keep_all();
        metrics
    }

    fn keep_all(&self) {
        let started = made(Counter::new(
            "beckon_started_seconds",
            "When this process first counted, in seconds since 1970",
        ));
        started.inc_by(crate::config::now().ms() as f64 / 1000.0);
        self.keep(&started);
        self.keep(&self.requests);
        self.keep(&self.watches);
        self.keep(&self.lag);
        self.keep(&self.segments);
        self.keep(&self.frames);
        self.keep(&self.detections);
        self.keep(&self.segment_seconds);
        self.keep(&self.calls);
        self.keep(&self.cost);
        self.keep(&self.cues);
        self.keep(&self.cues_dropped);
        self.keep(&self.degraded);
        #[cfg(target_os = "linux")]
        self.keep_own(prometheus::process_collector::ProcessCollector::for_self());
    }

    fn keep<C: Collector + Clone + 'static>(&self, collector: &C) {
        self.keep_own(collector.clone());
    }

    fn keep_own(&self, collector: impl Collector + 'static) {
        self.registry
            .register(Box::new(collector))
            .expect("names are valid, and each stands once in this file");
    }

    /// All of them as text.
    ///
    /// # Errors
    /// When they cannot be written down.
    pub fn text(&self) -> anyhow::Result<String> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(String::from_utf8(text)?)
    }

    /// Counts a segment that was dealt with.
    pub fn segment(
        &self,
        media: &str,
        outcome: &str,
        frames: usize,
        detections: usize,
        took: Duration,
    ) {
        self.segments.with_label_values(&[media, outcome]).inc();
        self.frames
            .with_label_values(&[media])
            .inc_by(frames as u64);
        self.detections
            .with_label_values(&[media])
            .inc_by(detections as u64);
        self.segment_seconds.observe(took.as_secs_f64());
    }
}

fn counters(name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
    made(IntCounterVec::new(Opts::new(name, help), labels))
}

fn made<T>(made: prometheus::Result<T>) -> T {
    made.expect("names and labels are valid: they stand in this file")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_written_with_its_help() {
        let metrics = Metrics::new();
        metrics.segment("m", "analysed", 6, 2, Duration::from_millis(300));
        metrics.lag.with_label_values(&["m"]).set(0.64);
        let text = metrics.text().expect("a text");
        for line in [
            "# TYPE beckon_ingest_segments_total counter",
            "beckon_ingest_segments_total{media=\"m\",outcome=\"analysed\"} 1",
            "beckon_ingest_frames_total{media=\"m\"} 6",
            "beckon_ingest_lag_seconds{media=\"m\"} 0.64",
            "beckon_ingest_watches 0",
        ] {
            assert!(
                text.lines().any(|found| found == line),
                "{line} is missing:\n{text}"
            );
        }
    }
}
