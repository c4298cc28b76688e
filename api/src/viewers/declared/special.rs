//! Special categories of personal data (GDPR, Article 9, and offences, Article 10): an attribute whose name speaks of
//! one is refused. A list of words cannot know every name; it keeps honest mistakes out, and says what is not wanted.

use crate::viewers::AttributeName;

/// What an attribute must not speak of, and the words by which it does. A name is cut into words at every mark and
/// capital; one that is a phrase stands in it as such.
pub const SPECIAL: [(&str, &[&str]); 9] = [
    (
        "health",
        &[
            "health",
            "illness",
            "disease",
            "diagnosis",
            "diagnoses",
            "disability",
            "disabled",
            "handicap",
            "medical",
            "medication",
            "medications",
            "patient",
            "pregnancy",
            "pregnant",
            "hiv",
            "aids",
            "cancer",
            "diabetes",
            "diabetic",
            "depression",
            "psychiatric",
            "symptom",
            "symptoms",
            "therapy",
            "allergy",
            "allergies",
            "addiction",
            "bmi",
        ],
    ),
    (
        "religion or belief",
        &[
            "religion",
            "religions",
            "religious",
            "faith",
            "belief",
            "beliefs",
            "church",
            "mosque",
            "synagogue",
            "denomination",
            "christian",
            "catholic",
            "protestant",
            "muslim",
            "islam",
            "islamic",
            "jewish",
            "judaism",
            "hindu",
            "buddhist",
            "sikh",
            "atheist",
        ],
    ),
    (
        "political opinion",
        &[
            "politics",
            "political",
            "politically",
            "voter",
            "voted for",
            "voting intention",
            "party membership",
            "party member",
            "left wing",
            "right wing",
            "ideology",
        ],
    ),
    (
        "racial or ethnic origin",
        &[
            "ethnicity",
            "ethnic",
            "racial",
            "skin colour",
            "skin color",
            "tribe",
            "caste",
            "descent",
        ],
    ),
    (
        "sex life or sexual orientation",
        &[
            "sexuality",
            "sexual",
            "sex life",
            "homosexual",
            "heterosexual",
            "bisexual",
            "lesbian",
            "gay",
            "queer",
            "lgbt",
            "lgbtq",
            "transgender",
        ],
    ),
    (
        "trade union membership",
        &[
            "trade union",
            "labour union",
            "labor union",
            "union member",
            "union membership",
            "unionised",
            "unionized",
        ],
    ),
    (
        "biometric data",
        &[
            "biometric",
            "biometrics",
            "face id",
            "face template",
            "faceprint",
            "fingerprint",
            "fingerprints",
            "voiceprint",
            "iris scan",
            "retina",
            "gait",
        ],
    ),
    (
        "genetic data",
        &["genetic", "genetics", "genome", "genotype", "dna"],
    ),
    (
        "criminal offences",
        &[
            "criminal",
            "conviction",
            "convictions",
            "offender",
            "arrested",
        ],
    ),
];

/// Names that are special only where nothing else stands in them: `union` is one, `european_union` is none.
const ALONE: [(&str, &str); 4] = [
    ("race", "racial or ethnic origin"),
    ("union", "trade union membership"),
    ("orientation", "sex life or sexual orientation"),
    ("party", "political opinion"),
];

/// The special category that an attribute's name speaks of.
#[must_use]
pub fn speaks_of(name: &AttributeName) -> Option<&'static str> {
    let words = words(&name.key);
    let alone = ALONE.iter().find(|(word, _)| words == *word);
    alone.map(|(_, of)| *of).or_else(|| in_text(&words))
}

/// The special category that a description speaks of.
#[must_use]
pub fn described(description: &str) -> Option<&'static str> {
    in_text(&words(description))
}

fn in_text(words: &str) -> Option<&'static str> {
    let padded = format!(" {words} ");
    let speaks = |phrase: &str| padded.contains(&format!(" {phrase} "));
    let found = SPECIAL
        .iter()
        .find(|(_, phrases)| phrases.iter().any(|phrase| speaks(phrase)));
    found.map(|(of, _)| *of)
}

/// The words of a text in small letters, with one blank between them.
fn words(text: &str) -> String {
    let mut words = String::with_capacity(text.len() + 8);
    let mut small = false;
    for c in text.chars() {
        if c.is_alphanumeric() {
            if c.is_uppercase() && small {
                words.push(' ');
            }
            words.extend(c.to_lowercase());
        } else if !words.is_empty() && !words.ends_with(' ') {
            words.push(' ');
        }
        small = c.is_lowercase();
    }
    words.truncate(words.trim_end().len());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> Option<&'static str> {
        speaks_of(&AttributeName::parse(name).expect("a name"))
    }

    #[test]
    fn every_special_category_is_refused_however_its_name_is_written() {
        for (name, category) in [
            ("attributes.health_score", "health"),
            ("demography.isPregnant", "health"),
            ("demography.Religion", "religion or belief"),
            ("psychograph.political-leaning", "political opinion"),
            ("attributes.party", "political opinion"),
            ("demography.ethnicity", "racial or ethnic origin"),
            ("demography.race", "racial or ethnic origin"),
            ("attributes.skinColour", "racial or ethnic origin"),
            (
                "psychograph.sexual_orientation",
                "sex life or sexual orientation",
            ),
            ("demography.orientation", "sex life or sexual orientation"),
            ("attributes.trade_union", "trade union membership"),
            ("attributes.union:member", "trade union membership"),
            ("attributes.face.template", "biometric data"),
            ("attributes.dna", "genetic data"),
            ("attributes.criminal_record", "criminal offences"),
        ] {
            assert_eq!(of(name), Some(category), "{name}");
        }
        for (category, phrases) in SPECIAL {
            for phrase in phrases {
                let name = format!("attributes.x_{}", phrase.replace(' ', "_"));
                assert_eq!(of(&name), Some(category), "{name}");
            }
        }
    }

    #[test]
    fn what_only_sounds_alike_is_let_through() {
        for name in [
            "demography.age",
            "behaviour.races_watched",
            "behaviour.race_fan",
            "attributes.healthy_snacks",
            "attributes.screen_orientation",
            "attributes.european_union",
            "attributes.partying",
            "psychograph.likes",
            "attributes.gaystation",
        ] {
            assert_eq!(of(name), None, "{name}");
        }
        assert_eq!(described("How often the app was opened"), None);
        assert_eq!(
            described("Their religious beliefs."),
            Some("religion or belief")
        );
    }
}
