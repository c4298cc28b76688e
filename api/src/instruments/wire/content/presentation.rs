//! How a content is told and how it looks, on the wire and in the domain.

use std::collections::BTreeMap;

use beckon_openapi::instrument as wire;

use super::{locales, text};
use crate::error::{At, Refusal, Result};
use crate::instruments::content::Content;
use crate::instruments::locale::Locale;
use crate::instruments::presentation::{Base, Colour, Presentation, Theme};

/// What every kind has beside its own fields, as the wire has it.
pub(super) struct Told {
    pub label: Option<String>,
    pub paid_by: Option<String>,
    pub disclosure: Option<String>,
    pub theme: Option<wire::Theme>,
    pub default_locale: Option<String>,
    pub locales: BTreeMap<String, wire::LocaleTexts>,
}

pub(super) fn from_wire(told: Told, content: &Content) -> Result<Presentation> {
    let Told {
        label,
        paid_by,
        disclosure,
        theme,
        default_locale,
        locales: others,
    } = told;
    let optional = |field: &str, value: Option<String>, longest| {
        value.map(|value| text(field, value, longest)).transpose()
    };
    let own = default_locale
        .map(|tag| Locale::parse(&tag).at("default_locale"))
        .transpose()?;
    if own.is_none() && !others.is_empty() {
        let detail = "nobody can tell which language the texts outside of `locales` are in";
        return Err(Refusal::field("default_locale", detail, "needed with locales").into());
    }
    let presentation = Presentation {
        label: optional("label", label, 120)?,
        paid_by: optional("paid_by", paid_by, 60)?,
        disclosure: optional("disclosure", disclosure, 120)?,
        theme: theme.map(theme_from_wire).transpose()?,
        default_locale: own,
        locales: BTreeMap::new(),
    };
    let locales = locales::from_wire(others, content, &presentation)?;
    Ok(Presentation {
        locales,
        ..presentation
    })
}

pub(super) fn to_wire(presentation: &Presentation) -> Told {
    let Presentation {
        label,
        paid_by,
        disclosure,
        theme,
        default_locale,
        locales,
    } = presentation;
    Told {
        label: label.clone(),
        paid_by: paid_by.clone(),
        disclosure: disclosure.clone(),
        theme: theme.map(theme_to_wire),
        default_locale: default_locale.as_ref().map(ToString::to_string),
        locales: locales::to_wire(locales),
    }
}

fn theme_from_wire(wire: wire::Theme) -> Result<Theme> {
    let wire::Theme {
        base,
        surface,
        text,
        muted,
        accent,
        on_accent,
    } = wire;
    let colour = |field: &str, value: Option<String>| -> Result<Option<Colour>> {
        let Some(value) = value else { return Ok(None) };
        let read = Colour::parse(&value);
        let refused = || {
            let detail = format!("`{value}` is no colour");
            Refusal::field(format!("theme.{field}"), detail, "#rrggbb")
        };
        Ok(Some(read.ok_or_else(refused)?))
    };
    Ok(Theme {
        base: match base {
            wire::BaseTheme::Dark => Base::Dark,
            wire::BaseTheme::Light => Base::Light,
        },
        surface: colour("surface", surface)?,
        text: colour("text", text)?,
        muted: colour("muted", muted)?,
        accent: colour("accent", accent)?,
        on_accent: colour("on_accent", on_accent)?,
    })
}

fn theme_to_wire(theme: Theme) -> wire::Theme {
    let Theme {
        base,
        surface,
        text,
        muted,
        accent,
        on_accent,
    } = theme;
    let told = |colour: Option<Colour>| colour.map(|colour| colour.to_string());
    wire::Theme {
        base: match base {
            Base::Dark => wire::BaseTheme::Dark,
            Base::Light => wire::BaseTheme::Light,
        },
        surface: told(surface),
        text: told(text),
        muted: told(muted),
        accent: told(accent),
        on_accent: told(on_accent),
    }
}
