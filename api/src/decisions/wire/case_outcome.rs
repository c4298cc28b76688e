//! What is expected of a golden case, and what came of it.

use std::collections::BTreeMap;

use beckon_openapi::decision as wire;
use serde::Deserialize;

use super::case::malformed;
use crate::decisions::case::Decided;
use crate::error::Result;

/// An answer, by the instruments' names.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::decisions) struct Outcome {
    /// What is shown, the first slot first.
    overlays: Vec<String>,
    /// How many candidates each reason left out.
    reasons: BTreeMap<String, u32>,
    /// Each candidate with what stopped it; not looked at where a case does not say.
    #[serde(default)]
    candidates: Option<BTreeMap<String, Option<String>>>,
    /// Which condition of a candidate's trigger did not hold; not looked at where a case does not say.
    #[serde(default)]
    unmet: Option<BTreeMap<String, String>>,
    /// The language of each that is shown; not looked at where a case does not say.
    #[serde(default)]
    locales: Option<Vec<Option<String>>>,
    /// How long each shows; not looked at where a case does not say.
    #[serde(default)]
    show_ms: Option<Vec<i64>>,
    /// The corner of each overlay; not looked at where a case does not say.
    #[serde(default)]
    anchors: Option<Vec<String>>,
}

/// What came of a case, and whether it is what it expects.
pub(in crate::decisions) fn told(answer: &[u8], expect: &Outcome) -> Result<Decided> {
    let decision: wire::Decision = serde_json::from_slice(answer).map_err(malformed)?;
    let came = outcome(&decision, expect);
    let mut json = serde_json::to_value(&decision).map_err(malformed)?;
    for overlay in json["overlays"].as_array_mut().into_iter().flatten() {
        // It is sealed anew each time, and opens nowhere.
        if let Some(fields) = overlay.as_object_mut() {
            fields.remove("receipt");
        }
    }
    Ok(Decided {
        json: serde_json::to_string_pretty(&json).map_err(malformed)?,
        missed: (came != *expect).then(|| format!("expected {expect}\nbut came {came}")),
    })
}

fn outcome(decision: &wire::Decision, expect: &Outcome) -> Outcome {
    let candidates = decision.explanation.iter().flat_map(|e| &e.candidates);
    let names: BTreeMap<&str, &str> = candidates
        .clone()
        .map(|c| (c.instrument_id.as_str(), c.name.as_str()))
        .collect();
    let reasons = decision.reasons.iter();
    Outcome {
        overlays: decision
            .overlays
            .iter()
            .map(|overlay| {
                names
                    .get(overlay.instrument_id.as_str())
                    .copied()
                    .unwrap_or_default()
            })
            .map(str::to_owned)
            .collect(),
        reasons: reasons.map(|one| (code(one.reason), one.count)).collect(),
        candidates: expect.candidates.is_some().then(|| {
            let told = |c: &wire::Candidate| (c.name.clone(), c.reason.map(code));
            candidates.clone().map(told).collect()
        }),
        unmet: expect.unmet.is_some().then(|| {
            let told = |c: &wire::Candidate| Some((c.name.clone(), c.unmet.clone()?));
            candidates.clone().filter_map(told).collect()
        }),
        locales: expect.locales.is_some().then(|| {
            let overlays = decision.overlays.iter();
            overlays.map(|overlay| overlay.locale.clone()).collect()
        }),
        show_ms: expect.show_ms.is_some().then(|| {
            let overlays = decision.overlays.iter();
            overlays
                .map(|overlay| overlay.hide_at_ms - overlay.show_at_ms)
                .collect()
        }),
        anchors: expect.anchors.is_some().then(|| {
            let overlays = decision.overlays.iter();
            overlays
                .map(|overlay| code(overlay.layout.anchor))
                .collect()
        }),
    }
}

/// A name as the wire says it.
fn code(value: impl serde::Serialize) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|name| name.as_str().map(str::to_owned))
        .unwrap_or_default()
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "overlays {:?}, reasons {:?}",
            self.overlays, self.reasons
        )?;
        if let Some(candidates) = &self.candidates {
            write!(f, ", candidates {candidates:?}")?;
        }
        if let Some(unmet) = &self.unmet {
            write!(f, ", unmet {unmet:?}")?;
        }
        if let Some(locales) = &self.locales {
            write!(f, ", locales {locales:?}")?;
        }
        if let Some(show_ms) = &self.show_ms {
            write!(f, ", show_ms {show_ms:?}")?;
        }
        if let Some(anchors) = &self.anchors {
            write!(f, ", anchors {anchors:?}")?;
        }
        Ok(())
    }
}
