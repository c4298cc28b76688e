//! What a device says of its session and of what it showed, on the wire and in the domain.

use beckon_openapi::decision as wire;
use uuid::Uuid;

use crate::decisions::request::Told;
use crate::error::{Refusal, Result};
use crate::viewers::Acts;

/// How many instruments a device's list may hold, and how many showings of each.
const MOST_TOLD: usize = 64;
const MOST_TIMES: usize = 16;

/// How long the session has lasted.
pub(super) fn session(ms: Option<i64>) -> Result<Option<i64>> {
    match ms {
        Some(ms) if ms < 0 => {
            let detail = format!("session_ms is {ms}");
            Err(Refusal::field("session_ms", detail, "0 or more").into())
        }
        ms => Ok(ms),
    }
}

/// What the device counted. An id that is none of ours says nothing.
pub(super) fn shown(wire: Vec<wire::Told>) -> Result<Vec<Told>> {
    if wire.len() > MOST_TOLD {
        let detail = format!("there are {} instruments", wire.len());
        return Err(Refusal::field("shown", detail, format!("at most {MOST_TOLD}")).into());
    }
    let mut shown = Vec::with_capacity(wire.len());
    for told in wire {
        if told.ago_ms.len() > MOST_TIMES {
            let detail = format!("there are {} showings", told.ago_ms.len());
            let bound = format!("at most {MOST_TIMES}");
            return Err(Refusal::field("shown.ago_ms", detail, bound).into());
        }
        let Ok(id) = Uuid::parse_str(&told.instrument_id) else {
            continue;
        };
        let ms = |ms: u64| i64::try_from(ms).unwrap_or(i64::MAX / 4).min(i64::MAX / 4);
        shown.push(Told {
            instrument: id.as_u128(),
            kind: told.kind.map(Into::into),
            count: u64::from(told.count),
            ago_ms: told.ago_ms.into_iter().map(ms).collect(),
            show_ms: ms(told.show_ms),
            done: told.done.into_iter().map(Into::into).collect::<Acts>(),
        });
    }
    Ok(shown)
}
