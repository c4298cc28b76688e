//! Polls, quizzes and trivia on the wire and in the domain.

use std::collections::BTreeSet;

use beckon_openapi::instrument as wire;

use super::presentation::Told;
use super::{count, text};
use crate::error::{At, Error, Refusal, Result};
use crate::instruments::content::{Answer, Content, Question};
use crate::words::{AnswerId, Invalid};

/// A poll has at most so many answers.
const MOST_OF_POLL: usize = 5;
/// A quiz and a trivia have at most so many.
const MOST_OF_QUIZ: usize = 6;

pub(super) fn poll(wire: wire::Poll) -> Result<(Content, Told)> {
    let wire::Poll {
        question,
        answers,
        label,
        paid_by,
        disclosure,
        theme,
        default_locale,
        locales,
    } = wire;
    let told = Told {
        label,
        paid_by,
        disclosure,
        theme,
        default_locale,
        locales,
    };
    let question = read(question, answers, MOST_OF_POLL)?;
    Ok((Content::Question(question), told))
}

pub(super) fn quiz(wire: wire::Quiz) -> Result<(Content, Told)> {
    let wire::Quiz {
        question,
        mut answers,
        correct_answer_id,
        label,
        paid_by,
        disclosure,
        theme,
        default_locale,
        locales,
    } = wire;
    let told = Told {
        label,
        paid_by,
        disclosure,
        theme,
        default_locale,
        locales,
    };
    if answers.is_empty() && matches!(correct_answer_id.as_deref(), Some("true" | "false")) {
        answers = [("true", "True"), ("false", "False")]
            .map(|(id, text)| wire::Answer {
                answer_id: id.to_owned(),
                text: text.to_owned(),
            })
            .into();
    }
    let question = read(question, answers, MOST_OF_QUIZ)?;
    let question = right(question, correct_answer_id)?;
    Ok((Content::Question(question), told))
}

fn read(question: String, answers: Vec<wire::Answer>, most: usize) -> Result<Question> {
    count("answers", answers.len(), 2, most)?;
    let mut ids = BTreeSet::new();
    let mut checked = Vec::with_capacity(answers.len());
    for (i, wire) in answers.into_iter().enumerate() {
        let wire::Answer {
            answer_id,
            text: says,
        } = wire;
        let field = format!("answers[{i}].answer_id");
        let id = answer(&answer_id).at(&field)?;
        if !ids.insert(id.clone()) {
            let detail = format!("another answer is called {id}");
            return Err(Refusal::field(field, detail, "unique within the question").into());
        }
        checked.push(Answer {
            answer_id: id,
            text: text(&format!("answers[{i}].text"), says, 24)?,
        });
    }
    Ok(Question {
        question: text("question", question, 60)?,
        answers: checked,
        correct: None,
    })
}

fn answer(id: &str) -> std::result::Result<AnswerId, Invalid> {
    const BOUND: &str = "1 to 32 of A-Za-z0-9._:-";
    AnswerId::parse(id)
        .ok()
        .filter(|id| id.as_str().len() <= 32)
        .ok_or_else(|| Invalid {
            detail: format!("an answer_id is {BOUND}"),
            bound: BOUND,
        })
}

/// Puts the right answer to a question that must have one.
fn right(question: Question, correct: Option<String>) -> Result<Question> {
    let refused = |detail: String| -> Error {
        Refusal::field(
            "correct_answer_id",
            detail,
            "the answer_id of one of the answers",
        )
        .into()
    };
    let correct = correct.ok_or_else(|| refused("the right answer is missing".to_owned()))?;
    let found = question
        .answers
        .iter()
        .find(|a| a.answer_id.as_str() == correct);
    let found = found.ok_or_else(|| refused(format!("no answer is called {correct}")))?;
    Ok(Question {
        correct: Some(found.answer_id.clone()),
        ..question
    })
}

fn answers(question: &Question) -> Vec<wire::Answer> {
    let answer = |answer: &Answer| wire::Answer {
        answer_id: answer.answer_id.to_string(),
        text: answer.text.clone(),
    };
    question.answers.iter().map(answer).collect()
}

pub(super) fn to_poll(question: &Question, told: Told) -> wire::Poll {
    let Told {
        label,
        paid_by,
        disclosure,
        theme,
        default_locale,
        locales,
    } = told;
    wire::Poll {
        question: question.question.clone(),
        answers: answers(question),
        label,
        paid_by,
        disclosure,
        theme,
        default_locale,
        locales,
    }
}

pub(super) fn to_quiz(question: &Question, told: Told) -> wire::Quiz {
    let Told {
        label,
        paid_by,
        disclosure,
        theme,
        default_locale,
        locales,
    } = told;
    wire::Quiz {
        question: question.question.clone(),
        answers: answers(question),
        correct_answer_id: question.correct.as_ref().map(ToString::to_string),
        label,
        paid_by,
        disclosure,
        theme,
        default_locale,
        locales,
    }
}
