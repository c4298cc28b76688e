//! How a content is told and how it looks: label, who pays, what must be told, theme, other languages.

use std::collections::BTreeMap;

use super::content::{Content, PictureSource};
use super::locale::Locale;
use crate::words::AnswerId;

/// How a content is told and how it looks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Presentation {
    /// What assistive tools call the card; its question or title unless told.
    pub label: Option<String>,
    /// Who pays for it; of an offer the advertiser unless told.
    pub paid_by: Option<String>,
    /// What must be told with it from the first frame.
    pub disclosure: Option<String>,
    /// How it looks; as the host decides unless told.
    pub theme: Option<Theme>,
    /// The language of the content itself; there where `locales` holds any.
    pub default_locale: Option<Locale>,
    /// The texts in other languages.
    pub locales: BTreeMap<Locale, Texts>,
}

/// The texts of one language: everything that the content itself says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    /// Of a question or an offer.
    pub told: Told,
    /// What assistive tools call the card.
    pub label: Option<String>,
    /// What must be told with it.
    pub disclosure: Option<String>,
}

/// What a content says in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// A question.
    Question {
        /// The question.
        question: String,
        /// Each of its answers.
        answers: BTreeMap<AnswerId, String>,
    },
    /// An offer.
    Offer {
        /// Its title.
        title: String,
        /// More about it.
        text: Option<String>,
        /// What its picture shows.
        image_text: Option<String>,
        /// What the button says.
        link_text: String,
    },
}

impl Texts {
    /// The content and its presentation as this language tells them.
    #[must_use]
    pub fn put_into(&self, content: &Content, own: &Presentation) -> (Content, Presentation) {
        let mut content = content.clone();
        match (&mut content, &self.told) {
            (Content::Question(asked), Told::Question { question, answers }) => {
                asked.question.clone_from(question);
                for answer in &mut asked.answers {
                    if let Some(text) = answers.get(&answer.answer_id) {
                        answer.text.clone_from(text);
                    }
                }
            }
            (
                Content::Offer(offer),
                Told::Offer {
                    title,
                    text,
                    image_text,
                    link_text,
                },
            ) => {
                offer.title.clone_from(title);
                offer.text.clone_from(text);
                offer.link_text.clone_from(link_text);
                if let (Some(picture), Some(text)) = (&mut offer.picture, image_text) {
                    picture.text.clone_from(text);
                }
            }
            // The border lets no such pair in.
            (Content::Question(_), Told::Offer { .. })
            | (Content::Offer(_), Told::Question { .. }) => {}
        }
        let presentation = Presentation {
            label: self.label.clone(),
            disclosure: self.disclosure.clone(),
            paid_by: own.paid_by.clone(),
            theme: own.theme,
            default_locale: None,
            locales: BTreeMap::new(),
        };
        (content, presentation)
    }
}

impl PictureSource {
    /// Where a page finds it.
    #[must_use]
    pub fn url(&self) -> String {
        match self {
            Self::Url(url) => url.clone(),
            Self::Image(image_id) => format!("/v1/images/{image_id}"),
        }
    }
}

/// How a card looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// The theme that all else is taken from.
    pub base: Base,
    /// The card itself.
    pub surface: Option<Colour>,
    /// What is read on it.
    pub text: Option<Colour>,
    /// What is read there second.
    pub muted: Option<Colour>,
    /// What can be acted on.
    pub accent: Option<Colour>,
    /// What is read on the button.
    pub on_accent: Option<Colour>,
}

/// The two themes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// White on nearly black.
    Dark,
    /// Nearly black on white.
    Light,
}

/// An opaque colour: red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour(pub [u8; 3]);

impl Colour {
    /// Reads `#rrggbb`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| {
            digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
        })?;
        let number = u32::from_str_radix(digits, 16).ok()?;
        let [_, red, green, blue] = number.to_be_bytes();
        Some(Self([red, green, blue]))
    }
}

impl std::fmt::Display for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_read_and_told_again_and_nothing_else_is_one() {
        let told = Colour::parse("#0D10fF").map(|colour| colour.to_string());
        assert_eq!(told.as_deref(), Some("#0d10ff"));
        for wrong in [
            "#fff",
            "0d1015",
            "#0d101g",
            "#+d1015",
            "red",
            "",
            "#0d1015ff",
        ] {
            assert_eq!(Colour::parse(wrong), None, "{wrong}");
        }
    }
}
