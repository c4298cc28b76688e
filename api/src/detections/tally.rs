//! What was seen, counted by name and by stretch of the media: the distinct names, and a timeline to draw.

use std::collections::{BTreeMap, HashMap};

use super::model::item;
use super::{Detection, Kind};
use crate::words::{Confidence, Position};

/// One name within one stretch.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    /// Which stretch, from 0.
    pub bin: i64,
    /// What kind of thing.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// The recogniser's own id; namesakes are counted apart.
    pub external_id: Option<String>,
    /// Where it was first seen in this stretch.
    pub first: Position,
    /// Where last.
    pub last: Position,
    /// How often.
    pub count: u64,
    /// How surely at best.
    pub best: Confidence,
}

impl Tally {
    /// What orders and tells names apart, whatever the engine's own order of text is.
    #[must_use]
    pub fn name_key(&self) -> String {
        format!(
            "{}#{}",
            self.kind.as_str(),
            item(&self.name, self.external_id.as_deref())
        )
    }
}

/// By stretch, then by name.
pub(super) fn in_order(mut tallies: Vec<Tally>) -> Vec<Tally> {
    tallies.sort_by_cached_key(|tally| (tally.bin, tally.name_key()));
    tallies
}

/// Counts detections one by one, for a store that cannot count.
#[derive(Debug)]
pub struct Counting {
    from: Position,
    bin_ms: i64,
    found: BTreeMap<(i64, String), Tally>,
}

impl Counting {
    /// In stretches of `bin_ms`, the first of which begins at `from`.
    #[must_use]
    pub fn new(from: Position, bin_ms: i64) -> Self {
        Self {
            from,
            bin_ms,
            found: BTreeMap::new(),
        }
    }

    /// Counts one.
    pub fn add(&mut self, detection: Detection) {
        let bin = (detection.position.ms() - self.from.ms()) / self.bin_ms;
        let one = Tally {
            bin,
            kind: detection.kind,
            first: detection.position,
            last: detection.position,
            count: 0,
            best: detection.confidence,
            name: detection.name,
            external_id: detection.external_id,
        };
        let known = self.found.entry((bin, one.name_key()));
        let tally = known.or_insert_with(|| one.clone());
        tally.count += 1;
        tally.first = tally.first.min(one.first);
        tally.last = tally.last.max(one.last);
        if one.best > tally.best {
            tally.best = one.best;
        }
    }

    /// What was counted, by stretch and name.
    #[must_use]
    pub fn done(self) -> Vec<Tally> {
        in_order(self.found.into_values().collect())
    }
}

/// One name's line of a timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The name over the whole window.
    pub total: Tally,
    /// Its stretches that hold anything, in their order.
    pub bins: Vec<Tally>,
}

/// The lines of the `top` names that were seen most often; the surer first among equals.
#[must_use]
pub fn lines(tallies: Vec<Tally>, top: usize) -> Vec<Line> {
    let mut lines: HashMap<String, Line> = HashMap::new();
    for tally in tallies {
        let key = tally.name_key();
        match lines.get_mut(&key) {
            Some(line) => {
                let total = &mut line.total;
                total.count += tally.count;
                total.first = total.first.min(tally.first);
                total.last = total.last.max(tally.last);
                if tally.best > total.best {
                    total.best = tally.best;
                }
                line.bins.push(tally);
            }
            None => {
                let total = tally.clone();
                let bins = vec![tally];
                lines.insert(key, Line { total, bins });
            }
        }
    }
    let mut lines: Vec<(String, Line)> = lines.into_iter().collect();
    lines.sort_by(|(a_key, a), (b_key, b)| {
        let (a, b) = (&a.total, &b.total);
        let sure = b.best.percent().total_cmp(&a.best.percent());
        b.count.cmp(&a.count).then(sure).then(a_key.cmp(b_key))
    });
    lines.truncate(top);
    lines.into_iter().map(|(_, line)| line).collect()
}

/// How long a stretch is so that `bins` of them cover what lies from `first` to `last`.
#[must_use]
pub fn bin_length(first: Position, last: Position, bins: u32) -> i64 {
    let width = last.ms().saturating_sub(first.ms()).saturating_add(1);
    let bins = i64::from(bins.max(1));
    (width / bins + i64::from(width % bins != 0)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Time;

    fn seen(ms: i64, name: &str, percent: f64) -> Detection {
        Detection {
            position: Position::parse(ms).expect("a position"),
            kind: Kind::Label,
            name: name.to_owned(),
            external_id: None,
            confidence: Confidence::parse(percent).expect("a confidence"),
            boxes: Vec::new(),
            parents: Vec::new(),
            categories: Vec::new(),
            source: "manual".to_owned(),
            seen_at: Time::from_ms(0),
        }
    }

    #[test]
    fn a_name_is_counted_in_each_stretch_with_its_ends_and_its_best() {
        let mut counting = Counting::new(Position::ZERO, 1000);
        for (ms, percent) in [(0, 50.0), (999, 70.0), (1000, 60.0)] {
            counting.add(seen(ms, "Bird", percent));
        }
        let done = counting.done();
        let told: Vec<_> = done
            .iter()
            .map(|t| (t.bin, t.first.ms(), t.last.ms(), t.count, t.best.percent()))
            .collect();
        assert_eq!(told, [(0, 0, 999, 2, 70.0), (1, 1000, 1000, 1, 60.0)]);
    }

    #[test]
    fn the_lines_are_those_of_the_names_seen_most_often() {
        let mut counting = Counting::new(Position::ZERO, 1000);
        for (ms, name) in [(0, "Tree"), (0, "Bird"), (1000, "Bird"), (0, "Sea")] {
            counting.add(seen(ms, name, if name == "Sea" { 90.0 } else { 50.0 }));
        }
        let lines = lines(counting.done(), 2);
        let names: Vec<_> = lines.iter().map(|line| line.total.name.as_str()).collect();
        assert_eq!(names, ["Bird", "Sea"]);
        assert_eq!((lines[0].total.count, lines[0].bins.len()), (2, 2));
    }

    #[test]
    fn so_many_stretches_cover_the_whole_and_no_more() {
        let at = |ms| Position::parse(ms).expect("a position");
        assert_eq!(bin_length(at(0), at(99), 10), 10);
        assert_eq!(bin_length(at(0), at(100), 10), 11);
        assert_eq!(bin_length(at(5), at(5), 10), 1);
    }
}
