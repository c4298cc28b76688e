//! An instrument's results: its tallies, the rate at which it engages, and how its answers stand.

use crate::events::{Outcome, Tally, Worth};
use crate::instruments::{Content, Instrument};
use crate::words::{AnswerId, InstrumentId};

use super::wilson::{Rate, rate};

/// What became of an instrument, over all its versions.
#[derive(Debug, Clone, PartialEq)]
pub struct Results {
    /// The instrument.
    pub instrument_id: InstrumentId,
    /// How often each thing happened.
    pub tally: Tally,
    /// How often it was engaged with when it was drawn; none before the first time.
    pub engaged: Option<Rate>,
    /// How many gave each answer; empty where there is no question.
    pub answers: Vec<(AnswerId, u64)>,
    /// What its conversions were worth, by currency.
    pub worth: Vec<Worth>,
    /// How much came before its impression, and waits for it or waited in vain.
    pub uncounted: u64,
}

/// Reads an instrument's results off what the events counted.
#[must_use]
pub fn read(instrument: &Instrument, outcome: Outcome) -> Results {
    let Outcome {
        tally,
        answers,
        worth,
        uncounted,
    } = outcome;
    Results {
        instrument_id: instrument.instrument_id.clone(),
        engaged: rate(tally.engaged, tally.impressions),
        answers: in_order(&instrument.definition.content, answers),
        tally,
        worth,
        uncounted,
    }
}

/// The answers as the question has them now, with the zeros; behind them those that only older versions had.
pub(super) fn in_order(
    content: &Content,
    mut counted: Vec<(AnswerId, u64)>,
) -> Vec<(AnswerId, u64)> {
    let Content::Question(question) = content else {
        return Vec::new();
    };
    let mut answers = Vec::with_capacity(question.answers.len());
    for answer in &question.answers {
        let at = counted.iter().position(|(id, _)| *id == answer.answer_id);
        let count = at.map_or(0, |at| counted.remove(at).1);
        answers.push((answer.answer_id.clone(), count));
    }
    answers.append(&mut counted);
    answers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instruments::{Answer, Question};

    fn id(text: &str) -> AnswerId {
        AnswerId::parse(text).expect("an id")
    }

    #[test]
    fn answers_stand_as_the_question_has_them_with_zeros_and_old_ones_behind() {
        let answer = |text: &str| Answer {
            answer_id: id(text),
            text: text.to_owned(),
        };
        let content = Content::Question(Question {
            question: "Which?".to_owned(),
            answers: ["rain", "fish", "none"].map(answer).into(),
            correct: None,
        });
        let counted = vec![(id("fish"), 3), (id("old"), 2), (id("rain"), 1)];
        let wanted = [("rain", 1), ("fish", 3), ("none", 0), ("old", 2)];
        assert_eq!(
            in_order(&content, counted),
            wanted.map(|(answer, count)| (id(answer), count))
        );
    }
}
