//! A presentation as it is stored.

use std::collections::BTreeMap;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use super::invalid;
use crate::instruments::locale::Locale;
use crate::instruments::presentation::{Base, Colour, Presentation, Texts, Theme, Told};
use crate::words::AnswerId;

#[derive(Default, Serialize, Deserialize)]
pub(super) struct PresentationRow {
    label: Option<String>,
    paid_by: Option<String>,
    disclosure: Option<String>,
    theme: Option<ThemeRow>,
    default_locale: Option<String>,
    locales: BTreeMap<String, TextsRow>,
}

#[derive(Serialize, Deserialize)]
struct ThemeRow {
    light: bool,
    surface: Option<String>,
    text: Option<String>,
    muted: Option<String>,
    accent: Option<String>,
    on_accent: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct TextsRow {
    told: ToldRow,
    label: Option<String>,
    disclosure: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ToldRow {
    Question {
        question: String,
        answers: BTreeMap<String, String>,
    },
    Offer {
        title: String,
        text: Option<String>,
        image_text: Option<String>,
        link_text: String,
    },
}

impl From<&Presentation> for PresentationRow {
    fn from(presentation: &Presentation) -> Self {
        let Presentation {
            label,
            paid_by,
            disclosure,
            theme,
            default_locale,
            locales,
        } = presentation.clone();
        let texts = |(locale, texts): (Locale, Texts)| (locale.to_string(), texts.into());
        Self {
            label,
            paid_by,
            disclosure,
            theme: theme.map(ThemeRow::from),
            default_locale: default_locale.map(|locale| locale.to_string()),
            locales: locales.into_iter().map(texts).collect(),
        }
    }
}

impl From<Theme> for ThemeRow {
    fn from(theme: Theme) -> Self {
        let Theme {
            base,
            surface,
            text,
            muted,
            accent,
            on_accent,
        } = theme;
        let text_of = |colour: Option<Colour>| colour.map(|colour| colour.to_string());
        Self {
            light: base == Base::Light,
            surface: text_of(surface),
            text: text_of(text),
            muted: text_of(muted),
            accent: text_of(accent),
            on_accent: text_of(on_accent),
        }
    }
}

impl From<Texts> for TextsRow {
    fn from(texts: Texts) -> Self {
        let Texts {
            told,
            label,
            disclosure,
        } = texts;
        let told = match told {
            Told::Question { question, answers } => ToldRow::Question {
                question,
                answers: answers
                    .into_iter()
                    .map(|(id, text)| (id.to_string(), text))
                    .collect(),
            },
            Told::Offer {
                title,
                text,
                image_text,
                link_text,
            } => ToldRow::Offer {
                title,
                text,
                image_text,
                link_text,
            },
        };
        Self {
            told,
            label,
            disclosure,
        }
    }
}

impl TryFrom<PresentationRow> for Presentation {
    type Error = anyhow::Error;

    fn try_from(row: PresentationRow) -> anyhow::Result<Self> {
        let locale = |tag: &str| Locale::parse(tag).map_err(invalid);
        Ok(Self {
            label: row.label,
            paid_by: row.paid_by,
            disclosure: row.disclosure,
            theme: row.theme.map(Theme::try_from).transpose()?,
            default_locale: row.default_locale.as_deref().map(locale).transpose()?,
            locales: row
                .locales
                .into_iter()
                .map(|(tag, texts)| Ok((locale(&tag)?, texts.try_into()?)))
                .collect::<anyhow::Result<_>>()?,
        })
    }
}

impl TryFrom<ThemeRow> for Theme {
    type Error = anyhow::Error;

    fn try_from(row: ThemeRow) -> anyhow::Result<Self> {
        let colour = |text: Option<String>| -> anyhow::Result<Option<Colour>> {
            let read = |text: String| {
                Colour::parse(&text).with_context(|| format!("a stored colour is {text}"))
            };
            text.map(read).transpose()
        };
        Ok(Self {
            base: if row.light { Base::Light } else { Base::Dark },
            surface: colour(row.surface)?,
            text: colour(row.text)?,
            muted: colour(row.muted)?,
            accent: colour(row.accent)?,
            on_accent: colour(row.on_accent)?,
        })
    }
}

impl TryFrom<TextsRow> for Texts {
    type Error = anyhow::Error;

    fn try_from(row: TextsRow) -> anyhow::Result<Self> {
        let told = match row.told {
            ToldRow::Question { question, answers } => Told::Question {
                question,
                answers: answers
                    .into_iter()
                    .map(|(id, text)| Ok((AnswerId::parse(&id).map_err(invalid)?, text)))
                    .collect::<anyhow::Result<_>>()?,
            },
            ToldRow::Offer {
                title,
                text,
                image_text,
                link_text,
            } => Told::Offer {
                title,
                text,
                image_text,
                link_text,
            },
        };
        Ok(Self {
            told,
            label: row.label,
            disclosure: row.disclosure,
        })
    }
}
