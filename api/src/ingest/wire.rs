//! How an ingest stands, for the wire.

use beckon_openapi::ingest as wire;

use super::account::{Spend, Tally};
use super::ingests::{Phase, Standing};
use crate::words::MicroUsd;

impl From<Standing> for wire::IngestStatus {
    fn from(standing: Standing) -> Self {
        let Standing {
            media,
            phase,
            reason,
            since,
            holder,
            tally,
            spend,
        } = standing;
        let ingest = media.details.ingest.as_ref();
        let segments = segments(&tally);
        let Tally {
            frames,
            detections,
            lag_ms,
            thinning,
            frames_per_second,
            last_error,
            at,
            ..
        } = tally;
        let Spend { calls, micro_usd } = spend;
        let call = |(operation, count): (super::spend::Operation, i64)| wire::OperationCalls {
            operation: operation.to_string(),
            count,
        };
        Self {
            media_id: media.media_id.to_string(),
            state: state(phase),
            reason,
            since: since.map(|at| at.to_string()),
            holder,
            lag_ms,
            most_lag_ms: ingest.map(|ingest| ingest.most_lag_ms),
            segments,
            frames,
            frames_per_second,
            thinning,
            detections,
            calls: calls.into_iter().map(call).collect(),
            cost_usd: MicroUsd::from_micros(micro_usd).usd(),
            max_spend_usd: ingest.and_then(|ingest| Some(ingest.max_spend?.usd())),
            last_error: last_error.map(|(detail, at)| wire::IngestError {
                detail,
                at: at.to_string(),
            }),
            updated_at: at.map(|at| at.to_string()),
        }
    }
}

fn segments(tally: &Tally) -> wire::SegmentCounts {
    wire::SegmentCounts {
        seen: tally.seen(),
        analysed: tally.analysed,
        failed: tally.failed,
        skipped: tally.skipped,
        gaps: tally.gaps,
        waiting: tally.waiting,
    }
}

const fn state(phase: Phase) -> wire::IngestState {
    match phase {
        Phase::Idle => wire::IngestState::Idle,
        Phase::Waiting => wire::IngestState::Waiting,
        Phase::Watching => wire::IngestState::Watching,
        Phase::Ended => wire::IngestState::Ended,
        Phase::Failed => wire::IngestState::Failed,
        Phase::Spent => wire::IngestState::Spent,
    }
}
