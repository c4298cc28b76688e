//! What the viewer sees, in its author's own language.

use crate::words::{AnswerId, ImageId, InstrumentId};

/// What the viewer sees.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Of a poll, quiz or trivia.
    Question(Question),
    /// Of every other kind.
    Offer(Offer),
}

impl Content {
    /// For whom it runs, where it says so.
    #[must_use]
    pub fn advertiser(&self) -> Option<&str> {
        match self {
            Self::Offer(offer) => Some(&offer.advertiser),
            Self::Question(_) => None,
        }
    }
}

/// A question and its answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The question.
    pub question: String,
    /// Its answers, in their order.
    pub answers: Vec<Answer>,
    /// The right one; none for a poll.
    pub correct: Option<AnswerId>,
}

impl Question {
    /// Whether this is one of its answers.
    #[must_use]
    pub fn has(&self, answer_id: &str) -> bool {
        self.answers
            .iter()
            .any(|answer| answer.answer_id.as_str() == answer_id)
    }
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its id, unique within the question.
    pub answer_id: AnswerId,
    /// What it says.
    pub text: String,
}

/// Something offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its title.
    pub title: String,
    /// More about it.
    pub text: Option<String>,
    /// A picture, and what it shows.
    pub picture: Option<Picture>,
    /// Where the button leads.
    pub link_url: String,
    /// What the button says.
    pub link_text: String,
    /// Whether the link is drawn as a QR code too; as its kind does unless told.
    pub qr: Option<bool>,
    /// For whom it runs.
    pub advertiser: String,
    /// The price.
    pub price: Option<Price>,
    /// A code to copy.
    pub code: Option<String>,
    /// What an upsell follows.
    pub follows: Option<InstrumentId>,
}

/// A picture of an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Where it lies.
    pub source: PictureSource,
    /// What it shows, for those who do not see it.
    pub text: String,
}

/// Where a picture lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PictureSource {
    /// Anywhere in the web.
    Url(String),
    /// With us, uploaded.
    Image(ImageId),
}

/// A price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// In the currency's smallest unit.
    pub amount_minor: u64,
    /// ISO 4217.
    pub currency: String,
}
