//! What a viewer sees of an instrument: one schema, a tagged union by kind.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the viewer sees. The texts are shown as text: markup in them is never run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Content {
    /// A question without a right answer; shows for 10 to 120 s.
    Poll(Poll),
    /// A question with a right answer; shows for 5 to 30 s.
    Quiz(Quiz),
    /// A fact put as a guess; shows for 5 to 30 s.
    Trivia(Quiz),
    /// A paid message.
    Ad(Offer),
    /// A paid message with something to gain.
    Promotion(Offer),
    /// A thing to buy.
    Product(Offer),
    /// More of the house's own, after something that the viewer met.
    Upsell(Offer),
}

/// A question without a right answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Poll {
    /// Up to 60 characters.
    pub question: String,
    /// 2 to 5 answers.
    pub answers: Vec<Answer>,
    /// What assistive tools call the card, where the question or the title alone would not do; up to 120 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Who pays for it; nobody unless told. Up to 60 characters, shown from the first frame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_by: Option<String>,
    /// A text that must be told with it, shown whole from the first frame; up to 120 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disclosure: Option<String>,
    /// How it looks; as the page that shows it decides unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theme: Option<Theme>,
    /// The language that the texts above are in (BCP 47: `en-GB`); needed with `locales`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_locale: Option<String>,
    /// The texts in other languages, by BCP 47 tag, at most 30. A viewer gets the exact tag, else the language without its
    /// region (RFC 4647 lookup), else the texts above. In an overlay there is only the one that was chosen.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub locales: BTreeMap<String, LocaleTexts>,
}

/// A question with a right answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Quiz {
    /// Up to 60 characters.
    pub question: String,
    /// 2 to 6 answers. Where the right one is `true` or `false`, the list may be empty: they are `true` and `false` then.
    #[serde(default)]
    #[schema(required)]
    pub answers: Vec<Answer>,
    /// The `answer_id` of the right one. It does not leave the server before the viewer has answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correct_answer_id: Option<String>,
    /// What assistive tools call the card, where the question or the title alone would not do; up to 120 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Who pays for it; nobody unless told. Up to 60 characters, shown from the first frame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_by: Option<String>,
    /// A text that must be told with it, shown whole from the first frame; up to 120 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disclosure: Option<String>,
    /// How it looks; as the page that shows it decides unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theme: Option<Theme>,
    /// The language that the texts above are in (BCP 47: `en-GB`); needed with `locales`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_locale: Option<String>,
    /// The texts in other languages, by BCP 47 tag, at most 30. A viewer gets the exact tag, else the language without its
    /// region (RFC 4647 lookup), else the texts above. In an overlay there is only the one that was chosen.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub locales: BTreeMap<String, LocaleTexts>,
}

/// One answer to a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// 1 to 32 of `A-Za-z0-9._:-`; unique within the question.
    pub answer_id: String,
    /// Up to 24 characters.
    pub text: String,
}

/// Something offered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// Up to 60 characters.
    pub title: String,
    /// Up to 120 characters.
    #[serde(default)]
    pub text: Option<String>,
    /// A picture (http or https); in an overlay also that of `image_id`.
    #[serde(default)]
    pub image_url: Option<String>,
    /// A picture that was uploaded by `POST /v1/images`, instead of `image_url`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_id: Option<String>,
    /// What the picture shows, for those who do not see it; needed with a picture. Up to 120 characters.
    #[serde(default)]
    pub image_text: Option<String>,
    /// Where the button leads (http or https).
    pub link_url: String,
    /// The host that the link ends at, which is shown beside the code; only in an overlay, where the server fills it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_host: Option<String>,
    /// What the button says; up to 16 characters.
    pub link_text: String,
    /// Draw the link as a QR code where a phone can read it: unless told, an ad does and the others do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qr: Option<bool>,
    /// For whom it runs; up to 60 characters. Shown from the first frame.
    pub advertiser: String,
    /// The price, where there is one.
    #[serde(default)]
    pub price: Option<Price>,
    /// A code to copy; up to 16 characters.
    #[serde(default)]
    pub code: Option<String>,
    /// Needed by an upsell, and only there: the `instrument_id` of what it follows. Who was not shown that is not shown this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<String>,
    /// What assistive tools call the card, where the question or the title alone would not do; up to 120 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Who pays for it; the advertiser unless told. Up to 60 characters, shown from the first frame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_by: Option<String>,
    /// A text that must be told with it, shown whole from the first frame; up to 120 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disclosure: Option<String>,
    /// How it looks; as the page that shows it decides unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theme: Option<Theme>,
    /// The language that the texts above are in (BCP 47: `en-GB`); needed with `locales`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_locale: Option<String>,
    /// The texts in other languages, by BCP 47 tag, at most 30. A viewer gets the exact tag, else the language without its
    /// region (RFC 4647 lookup), else the texts above. In an overlay there is only the one that was chosen.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub locales: BTreeMap<String, LocaleTexts>,
}

/// A price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// In the currency's smallest unit, as ISO 4217 has it: 18900 is 189.00 in euros, 18900 in yen.
    pub amount_minor: u64,
    /// A currency in use, by its code of ISO 4217: `EUR`.
    pub currency: String,
}

/// The texts of one language. What the default language has must be there; nothing else may be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LocaleTexts {
    /// Of a question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// The texts of a question's answers, by their `answer_id`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, String>,
    /// Of an offer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// More about the offer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What the picture shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_text: Option<String>,
    /// What the button says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_text: Option<String>,
    /// What assistive tools call the card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The text that must be told with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disclosure: Option<String>,
}

/// How a card looks: a theme, and the colours that differ from it, each `#rrggbb`. Text that would stand out by less than
/// 4.5 to 1, or a mark by less than 3 to 1, is refused with the number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// The theme that all else is taken from.
    pub base: BaseTheme,
    /// The card itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surface: Option<String>,
    /// What is read on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What is read there second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub muted: Option<String>,
    /// What can be acted on: the button, the line, the own answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accent: Option<String>,
    /// What is read on the button.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_accent: Option<String>,
}

/// The two themes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BaseTheme {
    /// White on nearly black.
    Dark,
    /// Nearly black on white.
    Light,
}
