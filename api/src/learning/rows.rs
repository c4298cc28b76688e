//! Training rows for the classifier, from what was shown.

use beckon_classifier::encode::Inputs;
use beckon_classifier::row::{Offer, Row, group_of};
use beckon_classifier::schema::Piece;

use crate::events::{Candidate, Shown};
use crate::words::InstrumentId;

/// Viewers are told apart by a hash, never named, where models are made.
const GROUP_SEED: u64 = 0x6265_636b_6f6e;

/// The row of an overlay that was drawn; `None` where what is stored is no row.
///
/// The receipt holds the pieces of the chosen candidate alone. Those of the others are their versions', which never
/// change; where one is known no longer, the row still trains, and is left out where policies are compared.
pub(super) fn row<'a>(
    shown: &Shown,
    schema_id: &str,
    pieces: impl Fn(&InstrumentId, u32) -> Option<&'a [Piece]>,
) -> Option<Row> {
    let Inputs {
        viewer,
        context,
        candidate,
    } = Inputs::from_bytes(&shown.inputs).ok()?;
    let offer = |of: &Candidate, pieces: Vec<Piece>| Offer {
        instrument: of.instrument_id.to_string(),
        pieces,
        score: of.score,
        propensity: of.propensity,
    };
    let mut offers = vec![offer(&shown.chosen, candidate)];
    offers.extend(shown.others.iter().map(|other| {
        let known = pieces(&other.instrument_id, other.version);
        offer(other, known.unwrap_or_default().to_vec())
    }));
    if !shown.complete {
        // A candidate without pieces says that not everything which could have been chosen is known.
        offers.push(Offer {
            instrument: String::new(),
            pieces: Vec::new(),
            score: 0.0,
            propensity: 0.0,
        });
    }
    let row = Row {
        decided_at_ms: shown.decided_at.ms(),
        group: group_of(&shown.viewer_id, GROUP_SEED),
        viewer,
        context,
        offers,
        chosen: 0,
        engaged: shown.engaged,
        weight: 1.0,
        schema: schema_id.to_owned(),
        model: shown.model.clone(),
        policy: shown.policy.clone(),
    };
    row.check().is_ok().then_some(row)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Time;

    fn candidate(number: u32, propensity: f64) -> Candidate {
        Candidate {
            instrument_id: InstrumentId::parse(&format!("i{number}")).expect("an id"),
            version: number,
            score: 0.5,
            propensity,
        }
    }

    fn shown() -> Shown {
        let inputs = Inputs {
            viewer: vec![Piece::from_u64(1)],
            context: vec![Piece::from_u64(2)],
            candidate: vec![Piece::from_u64(3)],
        };
        Shown {
            decided_at: Time::from_ms(7),
            viewer_id: "alice".to_owned(),
            chosen: candidate(1, 0.5),
            inputs: inputs.to_bytes().expect("inputs"),
            others: vec![candidate(2, 0.25), candidate(3, 0.25)],
            complete: true,
            model: "popularity".to_owned(),
            policy: "p".to_owned(),
            engaged: true,
        }
    }

    fn of(shown: &Shown, known: &[u32]) -> Option<Row> {
        let pieces = [Piece::from_u64(9)];
        row(shown, "schema", |_, version| {
            known.contains(&version).then_some(pieces.as_slice())
        })
    }

    #[test]
    fn the_others_pieces_come_from_their_versions() {
        let row = of(&shown(), &[2, 3]).expect("a row");
        assert!(row.is_replayable() && row.engaged);
        assert_eq!(row.offers[0].pieces, [Piece::from_u64(3)]);
        assert_eq!(row.offers[2].pieces, [Piece::from_u64(9)]);
        assert_eq!((row.chosen, row.propensity()), (0, 0.5));
    }

    #[test]
    fn a_row_with_an_unknown_other_trains_but_is_not_replayed() {
        let row = of(&shown(), &[2]).expect("a row");
        assert!(!row.is_replayable());
        let cut = Shown {
            complete: false,
            ..shown()
        };
        assert!(!of(&cut, &[2, 3]).expect("a row").is_replayable());
    }

    #[test]
    fn what_is_no_row_is_left_out() {
        let broken = Shown {
            inputs: vec![1, 2, 3],
            ..shown()
        };
        assert_eq!(of(&broken, &[2, 3]), None);
        let impossible = Shown {
            chosen: candidate(1, 0.0),
            ..shown()
        };
        assert_eq!(of(&impossible, &[2, 3]), None);
    }

    #[test]
    fn a_viewer_is_the_same_group_in_every_row_and_not_named() {
        let (first, second) = (of(&shown(), &[]), of(&shown(), &[]));
        let first = first.expect("a row");
        assert_eq!(first.group, second.expect("a row").group);
        assert!(!first.to_json_line().contains("alice"));
    }
}
