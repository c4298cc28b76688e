//! Languages: BCP 47 tags, and the one that a viewer gets (RFC 4647, lookup).

use std::fmt;

use crate::words::Invalid;

const BOUND: &str = "a BCP 47 tag such as en, en-GB or zh-Hant-TW";
/// RFC 5646, section 4.4.1: what every program can be expected to hold.
const LONGEST: usize = 35;

/// A language tag in its usual spelling: `en-GB`, `zh-Hant-TW`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Locale(Box<str>);

impl Locale {
    /// Checks a tag's form, and spells it as it is usually spelt.
    ///
    /// # Errors
    /// When it has not the form of a tag.
    pub fn parse(tag: &str) -> Result<Self, Invalid> {
        let mut spelt = String::with_capacity(tag.len());
        for (i, part) in tag.split('-').enumerate() {
            let letters = part.bytes().all(|b| b.is_ascii_alphabetic());
            let fits = match i {
                0 => letters && (2..=3).contains(&part.len()),
                _ => {
                    (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
                }
            };
            if !fits || tag.len() > LONGEST {
                return Err(Invalid {
                    detail: format!("`{tag}` names no language"),
                    bound: BOUND,
                });
            }
            if i > 0 {
                spelt.push('-');
            }
            match part.len() {
                2 if i > 0 && letters => spelt.push_str(&part.to_ascii_uppercase()),
                4 if i > 0 && letters => {
                    spelt.push_str(&part[..1].to_ascii_uppercase());
                    spelt.push_str(&part[1..].to_ascii_lowercase());
                }
                _ => spelt.push_str(&part.to_ascii_lowercase()),
            }
        }
        Ok(Self(spelt.into()))
    }

    /// The tag as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One thing in several languages, the author's first. The hot path looks a language up, and copies nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Localised {
    own: Box<str>,
    own_locale: Option<Locale>,
    others: Box<[(Locale, Box<str>)]>,
}

impl Localised {
    /// In the author's language, which may be unknown, and in others.
    #[must_use]
    pub(super) fn new(
        own_locale: Option<Locale>,
        own: Box<str>,
        others: Vec<(Locale, Box<str>)>,
    ) -> Self {
        Self {
            own,
            own_locale,
            others: others.into(),
        }
    }

    /// The same with this before each.
    #[must_use]
    pub(super) fn after(self, head: &str) -> Self {
        let with = |text: Box<str>| format!("{head}{text}").into_boxed_str();
        Self {
            own: with(self.own),
            own_locale: self.own_locale,
            others: self.others.into_iter().map(|(l, t)| (l, with(t))).collect(),
        }
    }

    /// In the language that this tag asks for: the exact one, else the tag without its last part and so on, else the
    /// author's.
    #[must_use]
    pub fn lookup(&self, wanted: Option<&str>) -> &str {
        let mut wanted = match wanted {
            Some(wanted) if !self.others.is_empty() => wanted,
            _ => return &self.own,
        };
        while !wanted.is_empty() {
            let is = |tag: &Locale| same_tag(tag.as_str(), wanted);
            if self.own_locale.as_ref().is_some_and(is) {
                break;
            }
            if let Some((_, told)) = self.others.iter().find(|(tag, _)| is(tag)) {
                return told;
            }
            wanted = shortened(wanted);
        }
        &self.own
    }

    /// All of them, the author's first.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&*self.own).chain(self.others.iter().map(|(_, told)| &**told))
    }
}

/// Tags are compared without case; some systems write `en_GB`.
fn same_tag(tag: &str, wanted: &str) -> bool {
    let dash = |b: u8| {
        if b == b'_' {
            b'-'
        } else {
            b.to_ascii_lowercase()
        }
    };
    tag.len() == wanted.len()
        && tag
            .bytes()
            .zip(wanted.bytes())
            .all(|(a, b)| dash(a) == dash(b))
}

/// The tag without its last part; a single letter that would then stand last goes with it (RFC 4647, section 3.4).
fn shortened(tag: &str) -> &str {
    let cut = |tag: &'_ str| tag.rfind(['-', '_']).unwrap_or(0);
    let shorter = &tag[..cut(tag)];
    let last = shorter.rsplit(['-', '_']).next().unwrap_or_default();
    match last.len() {
        1 => &shorter[..cut(shorter)],
        _ => shorter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locale(tag: &str) -> Locale {
        Locale::parse(tag).expect("a tag")
    }

    #[test]
    fn tags_are_spelt_as_usual_and_what_is_none_is_refused() {
        for (tag, spelt) in [
            ("EN-gb", "en-GB"),
            ("ZH-hant-tw", "zh-Hant-TW"),
            ("de-CH-1996", "de-CH-1996"),
            ("es-419", "es-419"),
            ("fil", "fil"),
        ] {
            assert_eq!(locale(tag).as_str(), spelt);
        }
        for wrong in [
            "",
            "e",
            "english",
            "en_GB",
            "en-",
            "-en",
            "en--GB",
            "12",
            "en-abcdefghi",
            "en-aaaaaaaa-bbbbbbbb-cccccccc-dddddddd",
            "dé",
        ] {
            assert!(Locale::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_exact_tag_goes_before_its_language_and_that_before_the_authors() {
        let others = ["de", "de-CH", "zh-Hant"].map(|tag| (locale(tag), tag.into()));
        let told = Localised::new(Some(locale("en")), "own".into(), others.to_vec());
        for (wanted, got) in [
            ("de-CH", "de-CH"),
            ("DE-ch", "de-CH"),
            ("de_CH", "de-CH"),
            ("de-AT", "de"),
            ("de-CH-1996", "de-CH"),
            ("zh-Hant-TW", "zh-Hant"),
            ("zh-Hans-CN", "own"),
            ("zh-Hant-x-house", "zh-Hant"),
            ("en-GB", "own"),
            ("fr", "own"),
            ("", "own"),
            ("-", "own"),
            ("d", "own"),
        ] {
            assert_eq!(told.lookup(Some(wanted)), got, "{wanted}");
        }
        assert_eq!(told.lookup(None), "own");
    }

    #[test]
    fn the_authors_language_goes_before_a_shorter_tag_of_another_text() {
        let others = vec![(locale("de"), "de".into())];
        let told = Localised::new(Some(locale("de-CH")), "own".into(), others);
        assert_eq!(told.lookup(Some("de-CH")), "own");
        assert_eq!(told.lookup(Some("de-AT")), "de");
    }
}
