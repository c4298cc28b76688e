//! Who is seen once may be a mistake: a well-known person counts when seen in two pictures, not far from each other.

use std::collections::BTreeMap;

use crate::detections::Detection;
use crate::words::Position;

/// How many pictures after the first the second may come.
const FAR: u64 = 10;

/// Who was seen in the last pictures.
#[derive(Debug, Default)]
pub struct Twice {
    /// How many pictures were looked at before this stretch.
    looked_at: u64,
    /// By external id, else by name: the picture in which each was last seen.
    last: BTreeMap<String, u64>,
}

impl Twice {
    /// Keeps of these people those who were seen in another picture too. Of a first sighting and its second both are
    /// kept where they lie in one stretch; else the first is lost, as its stretch is stored already.
    pub fn keep(&mut self, pictures: &[Position], people: Vec<Detection>) -> Vec<Detection> {
        let first = self.looked_at;
        let number: BTreeMap<Position, u64> = pictures.iter().copied().zip(first..).collect();
        let mut waiting: BTreeMap<String, Detection> = BTreeMap::new();
        let mut kept = Vec::new();
        let mut people: Vec<_> = people
            .into_iter()
            .filter_map(|person| Some((*number.get(&person.position)?, person)))
            .collect();
        people.sort_by_key(|(picture, _)| *picture);
        for (picture, person) in people {
            let who = who(&person);
            match self.last.insert(who.clone(), picture) {
                Some(before) if before < picture && picture - before <= FAR => {
                    kept.extend(waiting.remove(&who));
                    kept.push(person);
                }
                // A second of that name in one picture adds nothing.
                Some(before) if before == picture => {}
                _ => drop(waiting.insert(who, person)),
            }
        }
        self.looked_at += pictures.len() as u64;
        let looked_at = self.looked_at;
        self.last.retain(|_, seen| looked_at - *seen <= FAR);
        kept
    }
}

/// Namesakes differ by id; some have none.
fn who(person: &Detection) -> String {
    match &person.external_id {
        Some(id) => format!("id {id}"),
        None => format!("name {}", person.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detections::Kind;
    use crate::words::{Confidence, Time};

    fn at(ms: i64) -> Position {
        Position::parse(ms).expect("a position")
    }

    fn seen(ms: i64, name: &str, id: &str) -> Detection {
        Detection {
            position: at(ms),
            kind: Kind::Celebrity,
            name: name.to_owned(),
            external_id: Some(id.to_owned()),
            confidence: Confidence::parse(99.0).expect("a confidence"),
            boxes: Vec::new(),
            parents: Vec::new(),
            categories: Vec::new(),
            source: "test".to_owned(),
            seen_at: Time::from_ms(0),
        }
    }

    fn keep(twice: &mut Twice, pictures: &[i64], people: &[(i64, &str)]) -> Vec<i64> {
        let pictures: Vec<Position> = pictures.iter().map(|ms| at(*ms)).collect();
        let people = people.iter().map(|(ms, id)| seen(*ms, "A Star", id));
        let kept = twice.keep(&pictures, people.collect());
        kept.iter().map(|d| d.position.ms()).collect()
    }

    #[test]
    fn who_is_seen_in_one_picture_alone_is_not_told() {
        let mut twice = Twice::default();
        assert!(keep(&mut twice, &[0, 1000, 2000], &[(1000, "a")]).is_empty());
        assert!(keep(&mut twice, &[3000], &[]).is_empty());
    }

    #[test]
    fn both_sightings_of_one_stretch_are_told() {
        let mut twice = Twice::default();
        let pictures = [0, 1000, 2000];
        assert_eq!(
            keep(&mut twice, &pictures, &[(0, "a"), (2000, "a")]),
            [0, 2000]
        );
    }

    #[test]
    fn a_second_sighting_in_the_next_stretch_is_told() {
        let mut twice = Twice::default();
        assert!(keep(&mut twice, &[0, 1000], &[(1000, "a")]).is_empty());
        assert_eq!(keep(&mut twice, &[2000, 3000], &[(2000, "a")]), [2000]);
        assert_eq!(keep(&mut twice, &[4000], &[(4000, "a")]), [4000]);
    }

    #[test]
    fn namesakes_do_not_vouch_for_each_other_nor_does_one_picture_count_twice() {
        let mut twice = Twice::default();
        assert!(keep(&mut twice, &[0, 1000], &[(0, "a"), (1000, "b")]).is_empty());
        assert!(keep(&mut twice, &[2000], &[(2000, "c"), (2000, "c")]).is_empty());
    }

    #[test]
    fn a_sighting_long_ago_vouches_for_nobody() {
        let mut twice = Twice::default();
        assert!(keep(&mut twice, &[0], &[(0, "a")]).is_empty());
        let between: Vec<i64> = (1..11).collect();
        assert!(keep(&mut twice, &between, &[]).is_empty());
        assert!(keep(&mut twice, &[11], &[(11, "a")]).is_empty());
        assert_eq!(keep(&mut twice, &[12], &[(12, "a")]), [12]);
    }
}
