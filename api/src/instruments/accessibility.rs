//! The contract that every instrument keeps: it has a name, its picture a text, there is time to read it, and its colours
//! stand apart.

use super::content::{Content, Offer, Question};
use super::contrast;
use super::definition::Definition;
use super::presentation::{Presentation, Theme};
use super::show_time::ShowTime;
use crate::error::Refusal;

/// What reading a word takes.
const WORD_MS: i64 = 250;
/// What noticing a card takes.
const NOTICE_MS: i64 = 1_000;

/// Checks a definition whose texts are within their lengths.
///
/// # Errors
/// With the field, the number and the bound of what fails.
pub(super) fn check(definition: &Definition) -> Result<(), Refusal> {
    for (at, content, presentation) in languages(definition) {
        has_names(&at, &content, &presentation)?;
        can_be_read(definition, &at, &content, &presentation)?;
    }
    match &definition.presentation.theme {
        Some(theme) => stands_apart(theme),
        None => Ok(()),
    }
}

/// The content in every language, and where its texts stand in the request.
fn languages(definition: &Definition) -> Vec<(String, Content, Presentation)> {
    let Definition {
        content,
        presentation,
        ..
    } = definition;
    let own = ("content".to_owned(), content.clone(), presentation.clone());
    let others = presentation.locales.iter().map(|(locale, texts)| {
        let (content, presentation) = texts.put_into(content, presentation);
        (format!("content.locales.{locale}"), content, presentation)
    });
    std::iter::once(own).chain(others).collect()
}

/// What assistive tools say must name the card and the picture, not a file.
fn has_names(at: &str, content: &Content, presentation: &Presentation) -> Result<(), Refusal> {
    let picture = match content {
        Content::Offer(offer) => offer.picture.as_ref().map(|picture| &picture.text),
        Content::Question(_) => None,
    };
    let named = [
        ("label", presentation.label.as_ref()),
        ("image_text", picture),
    ];
    for (field, text) in named {
        let Some(text) = text else { continue };
        if !text.chars().any(char::is_alphanumeric) {
            let detail = format!("`{text}` has no letter that could be said");
            return Err(Refusal::field(format!("{at}.{field}"), detail, "words"));
        }
        if is_file(text) {
            let detail = format!("`{text}` is the name of a file, not what it shows");
            return Err(Refusal::field(format!("{at}.{field}"), detail, "words"));
        }
    }
    Ok(())
}

fn is_file(text: &str) -> bool {
    let ends = |end: &str| {
        text.len() > end.len()
            && text
                .get(text.len() - end.len()..)
                .is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    };
    [".png", ".jpg", ".jpeg", ".webp", ".gif", ".svg"]
        .into_iter()
        .any(ends)
}

fn can_be_read(
    definition: &Definition,
    at: &str,
    content: &Content,
    presentation: &Presentation,
) -> Result<(), Refusal> {
    let of_kind = ShowTime::of(definition.kind);
    let words = words(content, presentation);
    let reading_ms = WORD_MS * words + NOTICE_MS;
    let (field, show_ms) = match definition.overlay_life {
        Some(life) => ("overlay_life.show_ms", life.show_ms),
        None => (at, of_kind.most_ms),
    };
    if reading_ms <= show_ms {
        return Ok(());
    }
    let detail = format!(
        "the {words} words of {at} take {reading_ms} ms to read (250 a word and 1000), and it shows for {show_ms}"
    );
    let bound = format!("time to read it: at least {reading_ms}");
    Err(Refusal::field(field, detail, bound))
}

/// How long the longest language takes to read.
pub(super) fn reading_ms(definition: &Definition) -> i64 {
    let most = languages(definition)
        .iter()
        .map(|(_, content, presentation)| words(content, presentation))
        .max();
    WORD_MS * most.unwrap_or_default() + NOTICE_MS
}

/// How many words are read before the viewer can act: everything on the card but its fixed parts.
fn words(content: &Content, presentation: &Presentation) -> i64 {
    let mut texts: Vec<&str> = Vec::new();
    match content {
        Content::Question(Question {
            question, answers, ..
        }) => {
            texts.push(question);
            texts.extend(answers.iter().map(|answer| answer.text.as_str()));
        }
        Content::Offer(Offer {
            title,
            text,
            link_text,
            advertiser,
            code,
            ..
        }) => {
            texts.extend([title.as_str(), link_text, advertiser]);
            texts.extend(text.as_deref().into_iter().chain(code.as_deref()));
        }
    }
    let Presentation {
        paid_by,
        disclosure,
        ..
    } = presentation;
    texts.extend(paid_by.as_deref().into_iter().chain(disclosure.as_deref()));
    let price = matches!(content, Content::Offer(Offer { price: Some(_), .. }));
    texts.into_iter().map(count).sum::<i64>() + i64::from(price)
}

/// Words stand between spaces. Some scripts have none: there two letters count as a word.
fn count(text: &str) -> i64 {
    let of_piece = |piece: &str| {
        let unspaced = piece.chars().filter(|c| is_unspaced(*c)).count();
        let spaced = piece
            .chars()
            .any(|c| c.is_alphanumeric() && !is_unspaced(c));
        unspaced.div_ceil(2) + usize::from(spaced)
    };
    let words: usize = text.split_whitespace().map(of_piece).sum();
    i64::try_from(words).unwrap_or(i64::MAX / WORD_MS / 64)
}

/// Thai, Lao, Burmese, Khmer, kana and the Han letters.
const fn is_unspaced(letter: char) -> bool {
    matches!(letter, '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{3134f}')
}

fn stands_apart(theme: &Theme) -> Result<(), Refusal> {
    let given = |field: &str| match field {
        "surface" => theme.surface.is_some(),
        "text" => theme.text.is_some(),
        "muted" => theme.muted.is_some(),
        "accent" => theme.accent.is_some(),
        "on_accent" => theme.on_accent.is_some(),
        _ => false,
    };
    for pair in contrast::pairs(theme) {
        if pair.ratio >= pair.least {
            continue;
        }
        // The one at fault is the one that was chosen.
        let field = [pair.upper, pair.lower]
            .into_iter()
            .find(|field| given(field))
            .unwrap_or("base");
        let detail = format!(
            "{} stands out by {:.2} to 1 over the worst picture",
            pair.what,
            // Never rounded up to the bound that it misses.
            (pair.ratio * 100.0).floor() / 100.0
        );
        let bound = format!("at least {} to 1", pair.least);
        return Err(Refusal::field(
            format!("content.theme.{field}"),
            detail,
            bound,
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn words_are_counted_in_scripts_with_and_without_spaces() {
        assert_eq!(count("What is it waiting for?"), 5);
        assert_eq!(count("Two cups — 2 for 1 !"), 5, "marks are no words");
        assert_eq!(count("ماذا ينتظر؟"), 2);
        assert_eq!(count("何を待っていますか"), 5);
        assert_eq!(count("รอปลา"), 3);
        assert_eq!(count("新しい Heron 8x42"), 4);
    }
}
