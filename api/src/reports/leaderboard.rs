//! A media's leaderboard: the best with their places, and who asks among them.

use crate::events::{Board, Score};

/// A viewer with its place; equals share one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// From 1.
    pub place: u64,
    /// How it stands.
    pub score: Score,
}

/// The best with their places, and who asks.
#[must_use]
pub fn places(board: Board) -> (Vec<Placed>, Option<Placed>) {
    let mut best: Vec<Placed> = Vec::with_capacity(board.best.len());
    for (at, score) in (1..).zip(board.best) {
        let equal = best.last().filter(|before| {
            (before.score.points, before.score.right_ms) == (score.points, score.right_ms)
        });
        let place = equal.map_or(at, |before| before.place);
        best.push(Placed { place, score });
    }
    let own = board.own.map(|(score, before)| Placed {
        place: before + 1,
        score,
    });
    (best, own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_share_a_place_and_the_next_one_is_counted_on() {
        let score = |viewer_id: &str, points, right_ms| Score {
            viewer_id: viewer_id.to_owned(),
            answered: 9,
            points,
            right_ms,
        };
        let board = Board {
            players: 4,
            best: vec![
                score("a", 3, 10),
                score("b", 3, 20),
                score("c", 3, 20),
                score("d", 1, 5),
            ],
            own: Some((score("c", 3, 20), 1)),
        };
        let (best, own) = places(board);
        let order: Vec<u64> = best.iter().map(|placed| placed.place).collect();
        assert_eq!(
            (order, own.map(|own| own.place)),
            (vec![1, 2, 2, 4], Some(2))
        );
    }
}
