//! Candidates: the instruments that what is on screen calls for, and those that need nothing on screen.

use crate::detections::{Hit, Page};
use crate::instruments::Index;
use crate::words::Position;

/// An instrument that may run now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    /// Its place in the index.
    pub(super) at: u32,
    /// The surest detection that calls for it; none where it needs none.
    pub(super) hit: Option<Hit>,
}

/// Collects the candidates of the hits of a window, each once, with its surest hit.
pub(super) fn collect<'a>(
    index: &Index,
    hits: impl Iterator<Item = (&'a Page, &'a Hit)>,
    position: Position,
    found: &mut Vec<Candidate>,
) {
    found.clear();
    found.extend(
        index
            .without_trigger()
            .iter()
            .map(|at| Candidate { at: *at, hit: None }),
    );
    for (page, hit) in hits {
        let ahead = hit.position > position;
        index.called_by(page, hit, |at| {
            // Nothing is spoiled: what lies ahead of the viewer counts only where the instrument says so.
            if !ahead || index.get(at).allow_forward {
                found.push(Candidate {
                    at,
                    hit: Some(*hit),
                });
            }
        });
    }
    // Of one instrument's hits the surest comes first and stays; the order is the index's, whatever the pages'.
    found.sort_by(|a, b| {
        let sure = |c: &Candidate| c.hit.map_or(0.0, |hit| hit.confidence);
        a.at.cmp(&b.at).then(sure(b).total_cmp(&sure(a)))
    });
    found.dedup_by_key(|candidate| candidate.at);
}
