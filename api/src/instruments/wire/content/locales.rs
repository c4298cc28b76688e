//! The texts in other languages: whole, or refused, so that no card mixes two.

use std::collections::BTreeMap;

use beckon_openapi::instrument as wire;

use super::{count, text};
use crate::error::{At, Refusal, Result};
use crate::instruments::content::{Content, Offer, Question};
use crate::instruments::locale::Locale;
use crate::instruments::presentation::{Presentation, Texts, Told};
use crate::words::AnswerId;

/// As many languages as an instrument may speak beside its own.
const MOST: usize = 30;

/// The texts of every language, each as whole as the author's own.
pub(super) fn from_wire(
    wire: BTreeMap<String, wire::LocaleTexts>,
    content: &Content,
    own: &Presentation,
) -> Result<BTreeMap<Locale, Texts>> {
    count("locales", wire.len(), 0, MOST)?;
    let mut locales = BTreeMap::new();
    for (tag, texts) in wire {
        let at = format!("locales.{tag}");
        let locale = Locale::parse(&tag).at(&at)?;
        let twice = locales.contains_key(&locale) || own.default_locale.as_ref() == Some(&locale);
        if twice {
            let detail = format!("the texts in {locale} are given twice");
            return Err(Refusal::field(at, detail, "each language once").into());
        }
        let texts = texts_from_wire(texts, content, own).map_err(|error| error.within(&at))?;
        locales.insert(locale, texts);
    }
    Ok(locales)
}

fn texts_from_wire(
    wire: wire::LocaleTexts,
    content: &Content,
    own: &Presentation,
) -> Result<Texts> {
    let wire::LocaleTexts {
        question,
        answers,
        title,
        text: more,
        image_text,
        link_text,
        label,
        disclosure,
    } = wire;
    let told = match content {
        Content::Question(asked) => {
            let foreign = [title, more, image_text, link_text];
            absent(&["title", "text", "image_text", "link_text"], foreign)?;
            Told::Question {
                question: needed("question", question, 60)?,
                answers: answers_from_wire(answers, asked)?,
            }
        }
        Content::Offer(offer) => {
            absent(&["question"], [question])?;
            let first = answers.into_iter().next();
            absent(&["answers"], [first.map(|(id, _)| id)])?;
            offer_from_wire(offer, title, more, image_text, link_text)?
        }
    };
    Ok(Texts {
        told,
        label: like("label", own.label.is_some(), label, 120)?,
        disclosure: like("disclosure", own.disclosure.is_some(), disclosure, 120)?,
    })
}

fn offer_from_wire(
    offer: &Offer,
    title: Option<String>,
    more: Option<String>,
    image_text: Option<String>,
    link_text: Option<String>,
) -> Result<Told> {
    Ok(Told::Offer {
        title: needed("title", title, 60)?,
        text: like("text", offer.text.is_some(), more, 120)?,
        image_text: like("image_text", offer.picture.is_some(), image_text, 120)?,
        link_text: needed("link_text", link_text, 16)?,
    })
}

fn answers_from_wire(
    mut wire: BTreeMap<String, String>,
    asked: &Question,
) -> Result<BTreeMap<AnswerId, String>> {
    let mut answers = BTreeMap::new();
    for answer in &asked.answers {
        let id = &answer.answer_id;
        let field = format!("answers.{id}");
        let says = needed(&field, wire.remove(id.as_str()), 24)?;
        answers.insert(id.clone(), says);
    }
    match wire.into_keys().next() {
        None => Ok(answers),
        Some(other) => {
            let detail = format!("no answer is called {other}");
            let bound = "the answer_ids of the question";
            Err(Refusal::field(format!("answers.{other}"), detail, bound).into())
        }
    }
}

fn needed(field: &str, value: Option<String>, longest: usize) -> Result<String> {
    let missing = || {
        let detail = format!("{field} is missing: a card speaks one language");
        Refusal::field(field, detail, "what the default language has")
    };
    text(field, value.ok_or_else(missing)?, longest)
}

/// There where the author's own language has it, and only there.
fn like(field: &str, there: bool, value: Option<String>, longest: usize) -> Result<Option<String>> {
    if there {
        return needed(field, value, longest).map(Some);
    }
    absent(&[field], [value])?;
    Ok(None)
}

fn absent<const N: usize>(fields: &[&str; N], values: [Option<String>; N]) -> Result<()> {
    for (field, value) in fields.iter().zip(values) {
        if value.is_some() {
            let detail = format!("the default language has no {field}");
            let bound = "what the default language has";
            return Err(Refusal::field(*field, detail, bound).into());
        }
    }
    Ok(())
}

pub(super) fn to_wire(locales: &BTreeMap<Locale, Texts>) -> BTreeMap<String, wire::LocaleTexts> {
    let one = |(locale, texts): (&Locale, &Texts)| (locale.to_string(), texts_to_wire(texts));
    locales.iter().map(one).collect()
}

fn texts_to_wire(texts: &Texts) -> wire::LocaleTexts {
    let Texts {
        told,
        label,
        disclosure,
    } = texts.clone();
    let rest = wire::LocaleTexts {
        label,
        disclosure,
        ..wire::LocaleTexts::default()
    };
    match told {
        Told::Question { question, answers } => wire::LocaleTexts {
            question: Some(question),
            answers: answers
                .into_iter()
                .map(|(id, text)| (id.to_string(), text))
                .collect(),
            ..rest
        },
        Told::Offer {
            title,
            text,
            image_text,
            link_text,
        } => wire::LocaleTexts {
            title: Some(title),
            text,
            image_text,
            link_text: Some(link_text),
            ..rest
        },
    }
}
