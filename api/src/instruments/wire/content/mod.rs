//! What the viewer sees, on the wire and in the domain.

mod locales;
mod offer;
mod presentation;
mod question;
#[cfg(test)]
mod tests;

use beckon_openapi::instrument as wire;

use self::presentation::Told;
use super::{count, text};
use crate::error::Result;
use crate::instruments::content::Content;
use crate::instruments::definition::{Definition, Kind};
use crate::instruments::locale::Localised;
use crate::instruments::presentation::Presentation;

/// A checked content, its kind, and how it is told.
pub(super) fn from_wire(wire: wire::Content) -> Result<(Kind, Content, Presentation)> {
    let (kind, content, told) = match wire {
        wire::Content::Poll(poll) => parts(Kind::Poll, question::poll(poll)),
        wire::Content::Quiz(quiz) => parts(Kind::Quiz, question::quiz(quiz)),
        wire::Content::Trivia(quiz) => parts(Kind::Trivia, question::quiz(quiz)),
        wire::Content::Ad(offer) => parts(Kind::Ad, offer::from_wire(offer, Kind::Ad)),
        wire::Content::Promotion(offer) => {
            parts(Kind::Promotion, offer::from_wire(offer, Kind::Promotion))
        }
        wire::Content::Product(offer) => {
            parts(Kind::Product, offer::from_wire(offer, Kind::Product))
        }
        wire::Content::Upsell(offer) => parts(Kind::Upsell, offer::from_wire(offer, Kind::Upsell)),
    }
    .map_err(|error| error.within("content"))?;
    let presentation =
        presentation::from_wire(told, &content).map_err(|error| error.within("content"))?;
    Ok((kind, content, presentation))
}

fn parts(kind: Kind, read: Result<(Content, Told)>) -> Result<(Kind, Content, Told)> {
    read.map(|(content, told)| (kind, content, told))
}

/// The content whole, as colleagues see it.
pub(super) fn to_wire(definition: &Definition) -> wire::Content {
    let Definition {
        kind,
        content,
        presentation,
        ..
    } = definition;
    told(*kind, content, presentation)
}

fn told(kind: Kind, content: &Content, presentation: &Presentation) -> wire::Content {
    let told = presentation::to_wire(presentation);
    match content {
        Content::Question(question) => match kind {
            Kind::Quiz => wire::Content::Quiz(question::to_quiz(question, told)),
            Kind::Trivia => wire::Content::Trivia(question::to_quiz(question, told)),
            _ => wire::Content::Poll(question::to_poll(question, told)),
        },
        Content::Offer(offer) => {
            let offer = offer::to_wire(offer, told);
            match kind {
                Kind::Promotion => wire::Content::Promotion(offer),
                Kind::Product => wire::Content::Product(offer),
                Kind::Upsell => wire::Content::Upsell(offer),
                _ => wire::Content::Ad(offer),
            }
        }
    }
}

/// The content as an overlay carries it, in every language: `locale` and `content` of its JSON. The right answer stays
/// here, and so do the other languages.
pub(in crate::instruments) fn overlay_contents(
    definition: &Definition,
) -> serde_json::Result<Localised> {
    let Definition {
        kind,
        content,
        presentation,
        ..
    } = definition;
    let json = |locale: Option<&str>, content: &Content, presentation: &Presentation| {
        let mut shown = told(*kind, content, presentation);
        for_viewers(&mut shown);
        let locale = serde_json::to_string(&locale)?;
        let content = serde_json::to_string(&shown)?;
        serde_json::Result::Ok(format!(r#""locale":{locale},"content":{content}"#).into())
    };
    let own = Presentation {
        default_locale: None,
        locales: Default::default(),
        ..presentation.clone()
    };
    let own_locale = presentation.default_locale.clone();
    let others = presentation.locales.iter().map(|(locale, texts)| {
        let (content, presentation) = texts.put_into(content, presentation);
        let json = json(Some(locale.as_str()), &content, &presentation)?;
        Ok((locale.clone(), json))
    });
    Ok(Localised::new(
        own_locale.clone(),
        json(own_locale.as_ref().map(|l| l.as_str()), content, &own)?,
        others.collect::<serde_json::Result<_>>()?,
    ))
}

/// The same of each variant, with its id.
pub(in crate::instruments) fn overlay_variants(
    definition: &Definition,
) -> serde_json::Result<Vec<Localised>> {
    let variants = definition.variants.iter();
    variants
        .map(|variant| {
            // An id is of characters that JSON need not escape.
            let id = format!(r#""variant_id":"{}","#, variant.variant_id);
            Ok(overlay_contents(&definition.told_as(variant))?.after(&id))
        })
        .collect()
}

/// Takes out what viewers are not to have, and says what only they need.
fn for_viewers(content: &mut wire::Content) {
    match content {
        wire::Content::Quiz(quiz) | wire::Content::Trivia(quiz) => quiz.correct_answer_id = None,
        wire::Content::Poll(_) => {}
        wire::Content::Ad(offer)
        | wire::Content::Promotion(offer)
        | wire::Content::Product(offer)
        | wire::Content::Upsell(offer) => offer::for_viewers(offer),
    }
}
