//! What came of asking about the pictures of a stretch, gathered: what was answered counts, whatever failed beside it.

use std::collections::BTreeMap;

use crate::detections::{Detection, Kind};
use crate::ingest::recogniser::Recognised;
use crate::ingest::spend::Operation;

/// One call, or one that there was no time to make.
#[derive(Debug)]
pub struct Asked {
    pub operation: Operation,
    /// Whether it reached the service.
    pub called: bool,
    pub found: anyhow::Result<Vec<Detection>>,
}

/// What of one operation failed.
#[derive(Debug, Default)]
struct Failures {
    count: usize,
    first: Option<anyhow::Error>,
}

/// What all the asking gave.
///
/// # Errors
/// When nothing was answered at all.
pub fn gather(asked: Vec<Asked>) -> anyhow::Result<Recognised> {
    let (mut calls, mut all) = (BTreeMap::<_, u32>::new(), BTreeMap::<_, usize>::new());
    let mut failures = BTreeMap::<Operation, Failures>::new();
    let (mut answered, mut detections) = (0, Vec::new());
    for one in asked {
        *all.entry(one.operation).or_default() += 1;
        if one.called {
            *calls.entry(one.operation).or_default() += 1;
        }
        match one.found {
            Ok(found) => {
                answered += 1;
                detections.extend(found);
            }
            Err(error) => {
                let failed = failures.entry(one.operation).or_default();
                failed.count += 1;
                failed.first.get_or_insert(error);
            }
        }
    }
    let partial: Vec<String> = failures
        .into_iter()
        .map(|(operation, failed)| {
            let of = all.get(&operation).copied().unwrap_or_default();
            let why = failed.first.map(|e| format!("{e:#}")).unwrap_or_default();
            format!(
                "{operation} failed for {} of {of} pictures: {why}",
                failed.count
            )
        })
        .collect();
    anyhow::ensure!(answered > 0 || partial.is_empty(), partial.join("; "));
    detections.sort_by_key(Detection::sort_key);
    Ok(Recognised {
        detections,
        calls: calls.into_iter().collect(),
        partial,
    })
}

/// The people apart from the rest.
pub fn people(detections: Vec<Detection>) -> (Vec<Detection>, Vec<Detection>) {
    let person = |detection: &Detection| detection.kind == Kind::Celebrity;
    detections.into_iter().partition(person)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(operation: Operation, called: bool, failure: Option<&'static str>) -> Asked {
        Asked {
            operation,
            called,
            found: failure.map_or_else(|| Ok(Vec::new()), |why| Err(anyhow::anyhow!(why))),
        }
    }

    #[test]
    fn what_was_answered_counts_though_something_failed() {
        use Operation::{DetectLabels, RecognizeCelebrities};
        let gathered = gather(vec![
            asked(RecognizeCelebrities, true, Some("ThrottlingException")),
            asked(DetectLabels, true, None),
            asked(RecognizeCelebrities, false, Some("there was no time")),
            asked(DetectLabels, true, None),
        ]);
        let gathered = gathered.expect("something was answered");
        assert_eq!(
            gathered.calls,
            [(RecognizeCelebrities, 1), (DetectLabels, 2)]
        );
        assert_eq!(
            gathered.partial,
            ["RecognizeCelebrities failed for 2 of 2 pictures: ThrottlingException"]
        );
    }

    #[test]
    fn no_answer_at_all_is_an_error_and_nothing_asked_is_none() {
        let failed = gather(vec![asked(Operation::DetectLabels, true, Some("down"))]);
        assert!(failed.expect_err("nothing").to_string().contains("down"));
        assert_eq!(gather(Vec::new()).expect("nothing"), Recognised::default());
    }
}
