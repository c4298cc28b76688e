//! A content as it is stored.

use serde::{Deserialize, Serialize};

use super::invalid;
use crate::instruments::content::{
    Answer, Content, Offer, Picture, PictureSource, Price, Question,
};
use crate::words::{AnswerId, ImageId, InstrumentId};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ContentRow {
    Question {
        question: String,
        /// Id and text.
        answers: Vec<(String, String)>,
        correct: Option<String>,
    },
    Offer(Box<OfferRow>),
}

#[derive(Serialize, Deserialize)]
pub(super) struct OfferRow {
    title: String,
    text: Option<String>,
    image_url: Option<String>,
    /// Like those below, absent in what was stored before there were any.
    #[serde(default)]
    image_id: Option<String>,
    image_text: Option<String>,
    link_url: String,
    link_text: String,
    #[serde(default)]
    qr: Option<bool>,
    advertiser: String,
    /// Amount and currency.
    price: Option<(u64, String)>,
    code: Option<String>,
    #[serde(default)]
    follows: Option<String>,
}

impl From<&Content> for ContentRow {
    fn from(content: &Content) -> Self {
        match content {
            Content::Question(Question {
                question,
                answers,
                correct,
            }) => Self::Question {
                question: question.clone(),
                answers: answers
                    .iter()
                    .map(|answer| (answer.answer_id.to_string(), answer.text.clone()))
                    .collect(),
                correct: correct.as_ref().map(ToString::to_string),
            },
            Content::Offer(offer) => Self::Offer(Box::new(offer.into())),
        }
    }
}

impl From<&Offer> for OfferRow {
    fn from(offer: &Offer) -> Self {
        let Offer {
            title,
            text,
            picture,
            link_url,
            link_text,
            qr,
            advertiser,
            price,
            code,
            follows,
        } = offer.clone();
        let (source, image_text) = match picture {
            Some(Picture { source, text }) => (Some(source), Some(text)),
            None => (None, None),
        };
        let (image_url, image_id) = match source {
            Some(PictureSource::Url(url)) => (Some(url), None),
            Some(PictureSource::Image(id)) => (None, Some(id.to_string())),
            None => (None, None),
        };
        Self {
            title,
            text,
            image_url,
            image_id,
            image_text,
            link_url,
            link_text,
            qr,
            advertiser,
            price: price.map(|price| (price.amount_minor, price.currency)),
            code,
            follows: follows.map(|id| id.to_string()),
        }
    }
}

impl TryFrom<ContentRow> for Content {
    type Error = anyhow::Error;

    fn try_from(row: ContentRow) -> anyhow::Result<Self> {
        Ok(match row {
            ContentRow::Question {
                question,
                answers,
                correct,
            } => Self::Question(Question {
                question,
                answers: answers
                    .into_iter()
                    .map(|(id, text)| {
                        let answer_id = AnswerId::parse(&id).map_err(invalid)?;
                        Ok(Answer { answer_id, text })
                    })
                    .collect::<anyhow::Result<_>>()?,
                correct: correct
                    .map(|id| AnswerId::parse(&id).map_err(invalid))
                    .transpose()?,
            }),
            ContentRow::Offer(offer) => Self::Offer((*offer).try_into()?),
        })
    }
}

impl TryFrom<OfferRow> for Offer {
    type Error = anyhow::Error;

    fn try_from(row: OfferRow) -> anyhow::Result<Self> {
        let image_id = row
            .image_id
            .map(|id| ImageId::parse(&id).map_err(invalid))
            .transpose()?;
        let source = row
            .image_url
            .map(PictureSource::Url)
            .or(image_id.map(PictureSource::Image));
        Ok(Self {
            title: row.title,
            text: row.text,
            picture: source
                .zip(row.image_text)
                .map(|(source, text)| Picture { source, text }),
            link_url: row.link_url,
            link_text: row.link_text,
            qr: row.qr,
            advertiser: row.advertiser,
            price: row.price.map(|(amount_minor, currency)| Price {
                amount_minor,
                currency,
            }),
            code: row.code,
            follows: row
                .follows
                .map(|id| InstrumentId::parse(&id).map_err(invalid))
                .transpose()?,
        })
    }
}
