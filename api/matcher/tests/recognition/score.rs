//! Counting right and wrong.

use std::collections::BTreeMap;

use beckon_matcher::{Area, Match};

/// A mark that is in the picture.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Which reference; none for what is not registered.
    pub reference: Option<usize>,
    pub area: Area,
    /// How it is shown, for counting by kind.
    pub kind: String,
}

/// A match lies on a mark from this overlap on.
const SAME: f32 = 0.5;

#[derive(Debug, Default)]
pub struct Score {
    pub found: u32,
    pub missed: u32,
    pub false_matches: u32,
    /// Showings of look-alikes, and matches that lie on one.
    pub lookalikes: u32,
    pub fired: u32,
    overlap: f32,
    by_kind: BTreeMap<String, (u32, u32)>,
    pub notes: Vec<String>,
}

impl Score {
    /// Counts one frame.
    pub fn frame(&mut self, at: &str, shown: &[Shown], mut matches: Vec<Match>) {
        for mark in shown.iter().filter(|mark| mark.reference.is_some()) {
            let hit = matches.iter().position(|found| {
                Some(found.reference) == mark.reference && found.area.overlap(&mark.area) >= SAME
            });
            let count = self.by_kind.entry(mark.kind.clone()).or_default();
            count.1 += 1;
            if let Some(hit) = hit {
                count.0 += 1;
                self.found += 1;
                self.overlap += matches.swap_remove(hit).area.overlap(&mark.area);
            } else {
                self.missed += 1;
                self.notes.push(format!("{at}: missed {mark:?}"));
            }
        }
        for mark in shown.iter().filter(|mark| mark.reference.is_none()) {
            self.lookalikes += 1;
            let fires = |found: &&Match| found.area.containment(&mark.area) >= SAME;
            self.fired += matches.iter().filter(fires).count() as u32;
        }
        self.false_matches += matches.len() as u32;
        self.notes
            .extend(matches.iter().map(|found| format!("{at}: false {found:?}")));
    }

    pub fn precision(&self) -> f32 {
        self.found as f32 / (self.found + self.false_matches).max(1) as f32
    }

    pub fn recall(&self) -> f32 {
        self.found as f32 / (self.found + self.missed).max(1) as f32
    }

    /// Prints the measurement under a name.
    pub fn print(&self, name: &str) {
        println!(
            "{name}: {} marks, precision {:.3} ({} false), recall {:.3} ({} missed), mean overlap {:.3}, look-alikes fired {} of {}",
            self.found + self.missed,
            self.precision(),
            self.false_matches,
            self.recall(),
            self.missed,
            self.overlap / self.found.max(1) as f32,
            self.fired,
            self.lookalikes,
        );
        for (kind, (found, all)) in &self.by_kind {
            println!("  {kind}: {found} of {all}");
        }
        for note in self.notes.iter().take(60) {
            println!("  {note}");
        }
    }
}
