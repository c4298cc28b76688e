//! What the viewer sees, on the wire and in the domain.

use std::collections::BTreeSet;

use beckon_openapi::instrument as wire;

use super::{count, text};
use crate::error::{At, Error, Refusal, Result};
use crate::instruments::definition::{Answer, Content, Definition, Kind, Offer, Price, Question};
use crate::media::web_url;
use crate::words::{AnswerId, Invalid};

/// Every whole number up to here is one in JavaScript too.
const LARGEST_AMOUNT: u64 = 9_007_199_254_740_991;

/// A checked content and its kind.
pub(super) fn from_wire(wire: wire::Content) -> Result<(Kind, Content)> {
    let (kind, content) = match wire {
        wire::Content::Poll { question, answers } => {
            (Kind::Poll, question_from_wire(question, answers, 5))
        }
        wire::Content::Quiz {
            question,
            answers,
            correct_answer_id,
        } => (
            Kind::Quiz,
            question_from_wire(question, answers, 6).and_then(|q| right(q, correct_answer_id)),
        ),
        wire::Content::Trivia {
            question,
            answers,
            correct_answer_id,
        } => (
            Kind::Trivia,
            question_from_wire(question, answers, 6).and_then(|q| right(q, correct_answer_id)),
        ),
        wire::Content::Ad(offer) => (Kind::Ad, offer_from_wire(offer)),
        wire::Content::Promotion(offer) => (Kind::Promotion, offer_from_wire(offer)),
        wire::Content::Product(offer) => (Kind::Product, offer_from_wire(offer)),
        wire::Content::Upsell(offer) => (Kind::Upsell, offer_from_wire(offer)),
    };
    Ok((kind, content.map_err(|error| error.within("content"))?))
}

fn question_from_wire(
    question: String,
    answers: Vec<wire::Answer>,
    most: usize,
) -> Result<Content> {
    count("answers", answers.len(), 2, most)?;
    let mut ids = BTreeSet::new();
    let mut checked = Vec::with_capacity(answers.len());
    for (
        i,
        wire::Answer {
            answer_id,
            text: says,
        },
    ) in answers.into_iter().enumerate()
    {
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
    Ok(Content::Question(Question {
        question: text("question", question, 60)?,
        answers: checked,
        correct: None,
    }))
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
fn right(content: Content, correct: Option<String>) -> Result<Content> {
    let refused = |detail: String| -> Error {
        Refusal::field(
            "correct_answer_id",
            detail,
            "the answer_id of one of the answers",
        )
        .into()
    };
    let Content::Question(question) = content else {
        return Ok(content);
    };
    let correct = correct.ok_or_else(|| refused("the right answer is missing".to_owned()))?;
    let found = question
        .answers
        .iter()
        .find(|a| a.answer_id.as_str() == correct);
    let found = found.ok_or_else(|| refused(format!("no answer is called {correct}")))?;
    Ok(Content::Question(Question {
        correct: Some(found.answer_id.clone()),
        ..question
    }))
}

fn offer_from_wire(wire: wire::Offer) -> Result<Content> {
    let wire::Offer {
        title,
        text: more,
        image_url,
        image_text,
        link_url,
        link_text,
        advertiser,
        price,
        code,
    } = wire;
    let optional = |field: &str, value: Option<String>, longest| {
        value.map(|value| text(field, value, longest)).transpose()
    };
    if image_url.is_some() && image_text.is_none() {
        let detail = "who does not see the picture is told nothing of it";
        return Err(Refusal::field("image_text", detail, "needed with image_url").into());
    }
    Ok(Content::Offer(Offer {
        title: text("title", title, 60)?,
        text: optional("text", more, 120)?,
        image_url: image_url.map(|url| web_url("image_url", url)).transpose()?,
        image_text: optional("image_text", image_text, 120)?,
        link_url: web_url("link_url", link_url)?,
        link_text: text("link_text", link_text, 16)?,
        advertiser: text("advertiser", advertiser, 60)?,
        price: price.map(price_from_wire).transpose()?,
        code: optional("code", code, 16)?,
    }))
}

fn price_from_wire(wire: wire::Price) -> Result<Price> {
    let wire::Price {
        amount_minor,
        currency,
    } = wire;
    if amount_minor > LARGEST_AMOUNT {
        let (detail, bound) = (format!("it is {amount_minor}"), "at most 9007199254740991");
        return Err(Refusal::field("price.amount_minor", detail, bound).into());
    }
    if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
        let detail = format!("`{currency}` is no currency");
        return Err(Refusal::field("price.currency", detail, "ISO 4217, such as EUR").into());
    }
    Ok(Price {
        amount_minor,
        currency,
    })
}

/// The content whole, as colleagues see it.
pub(super) fn to_wire(definition: &Definition) -> wire::Content {
    let kind = definition.kind;
    match definition.content.clone() {
        Content::Question(Question {
            question,
            answers,
            correct,
        }) => {
            let answers = answers
                .into_iter()
                .map(|answer| wire::Answer {
                    answer_id: answer.answer_id.to_string(),
                    text: answer.text,
                })
                .collect();
            let correct_answer_id = correct.map(|id| id.to_string());
            match kind {
                Kind::Quiz => wire::Content::Quiz {
                    question,
                    answers,
                    correct_answer_id,
                },
                Kind::Trivia => wire::Content::Trivia {
                    question,
                    answers,
                    correct_answer_id,
                },
                _ => wire::Content::Poll { question, answers },
            }
        }
        Content::Offer(offer) => {
            let offer = offer_to_wire(offer);
            match kind {
                Kind::Promotion => wire::Content::Promotion(offer),
                Kind::Product => wire::Content::Product(offer),
                Kind::Upsell => wire::Content::Upsell(offer),
                _ => wire::Content::Ad(offer),
            }
        }
    }
}

fn offer_to_wire(offer: Offer) -> wire::Offer {
    let Offer {
        title,
        text,
        image_url,
        image_text,
        link_url,
        link_text,
        advertiser,
        price,
        code,
    } = offer;
    wire::Offer {
        title,
        text,
        image_url,
        image_text,
        link_url,
        link_text,
        advertiser,
        price: price.map(|price| wire::Price {
            amount_minor: price.amount_minor,
            currency: price.currency,
        }),
        code,
    }
}

/// The content as an overlay carries it: the right answer stays here.
pub(in crate::instruments) fn overlay_content_json(
    definition: &Definition,
) -> serde_json::Result<Box<str>> {
    let mut content = to_wire(definition);
    if let wire::Content::Quiz {
        correct_answer_id, ..
    }
    | wire::Content::Trivia {
        correct_answer_id, ..
    } = &mut content
    {
        *correct_answer_id = None;
    }
    Ok(serde_json::to_string(&content)?.into())
}
