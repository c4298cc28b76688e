//! How tall an instrument's card is: an upper estimate by its texts, so that a place for it can be found before it is
//! drawn. The SDK draws within that place, and leaves out what does not fit.

use super::{Answer, Content, Kind, Offer, Presentation, Question};

/// Heights of a card in `em`, the narrow card's at 18 em of width and the wide one's at 24.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Extent {
    /// It asks a question; else it offers something.
    pub asks: bool,
    /// With everything that it may show.
    pub full: Height,
    /// Without its picture and its text.
    pub least: Height,
}

/// A height by the card's width.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Height {
    /// At 18 em.
    pub narrow_em: f32,
    /// At 24 em.
    pub wide_em: f32,
}

impl Height {
    /// Of a card of this width.
    #[must_use]
    pub fn at(self, width_em: f32) -> f32 {
        if width_em < WIDE_EM {
            self.narrow_em
        } else {
            self.wide_em
        }
    }

    fn of(height: impl Fn(f32) -> f32) -> Self {
        Self {
            narrow_em: height(NARROW_EM),
            wide_em: height(WIDE_EM),
        }
    }

    fn tallest(self, other: Self) -> Self {
        Self {
            narrow_em: self.narrow_em.max(other.narrow_em),
            wide_em: self.wide_em.max(other.wide_em),
        }
    }
}

/// What the sheet sets: widths of the card, its padding, and the heights of its parts.
const NARROW_EM: f32 = 18.0;
const WIDE_EM: f32 = 23.0;
const PADDING_EM: f32 = 1.7;
const GAP_EM: f32 = 0.6;
const HEAD_EM: f32 = 1.9;
const FOOT_EM: f32 = 1.9;
const TITLE_LINE_EM: f32 = 1.5;
const TEXT_LINE_EM: f32 = 1.35;
const BUTTON_EM: f32 = 2.45;
const BETWEEN_ANSWERS_EM: f32 = 0.4;
const BETWEEN_WORDS_EM: f32 = 0.35;
const PICTURE_EM: f32 = 4.8;
/// A code is at least 99 pixels wide, and the smallest letters are 13.
const QR_EM: f32 = 7.7;
/// How wide a letter is, on the safe side: bold and larger in titles.
const TITLE_LETTER_EM: f32 = 0.66;
const LETTER_EM: f32 = 0.55;

fn lines(letters: usize, letter_em: f32, width_em: f32) -> f32 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "texts are at most some hundred letters long"
    )]
    let width = letters as f32 * letter_em;
    (width / width_em.max(1.0)).ceil().max(1.0)
}

fn letters(text: &str) -> usize {
    text.chars().count()
}

impl Extent {
    /// Of what the viewer sees, in whichever of its languages needs most.
    #[must_use]
    pub fn of(kind: Kind, content: &Content, presentation: &Presentation) -> Self {
        let told = presentation.locales.values().map(|texts| {
            let (content, presentation) = texts.put_into(content, presentation);
            Self::told(kind, &content, &presentation)
        });
        told.fold(Self::told(kind, content, presentation), Self::tallest)
    }

    fn told(kind: Kind, content: &Content, presentation: &Presentation) -> Self {
        let besides = |width: f32| beside(content, presentation, width - PADDING_EM);
        match content {
            Content::Question(question) => {
                let height = Height::of(|width| asking(question, width) + besides(width));
                Self {
                    asks: true,
                    full: height,
                    least: height,
                }
            }
            Content::Offer(offer) => {
                let qr = offer.qr.unwrap_or(kind == Kind::Ad);
                Self {
                    asks: false,
                    full: Height::of(|width| offering(offer, width, Some(qr)) + besides(width)),
                    least: Height::of(|width| offering(offer, width, None) + besides(width)),
                }
            }
        }
    }

    fn tallest(self, other: Self) -> Self {
        Self {
            asks: self.asks,
            full: self.full.tallest(other.full),
            least: self.least.tallest(other.least),
        }
    }
}

fn asking(question: &Question, width_em: f32) -> f32 {
    let inner = width_em - PADDING_EM;
    let title = lines(letters(&question.question), TITLE_LETTER_EM, inner) * TITLE_LINE_EM;
    let answers = &question.answers;
    let short = answers.len().is_multiple_of(2) && answers.iter().all(|a| letters(&a.text) < 14);
    let (columns, answer_width) = match short {
        true => (2, inner / 2.0 - 2.0),
        // Padding, the share of answers and its mark stand beside the words.
        false => (1, inner - 5.0),
    };
    let row = |row: &[Answer]| {
        let tallest = row
            .iter()
            .map(|answer| lines(letters(&answer.text), LETTER_EM, answer_width))
            .fold(1.0, f32::max);
        (0.8 + tallest * 1.25).max(BUTTON_EM)
    };
    let rows = answers.chunks(columns);
    let between = BETWEEN_ANSWERS_EM * (rows.len().max(1) - 1) as f32;
    let answers: f32 = rows.map(row).sum();
    // One line more says what became of the answer.
    PADDING_EM + HEAD_EM + title + answers + between + FOOT_EM + 3.0 * GAP_EM
}

/// Who pays, and what must be told: what every form of a card says.
fn beside(content: &Content, presentation: &Presentation, inner_em: f32) -> f32 {
    let told = |text: &String| lines(letters(text), LETTER_EM, inner_em) * TEXT_LINE_EM + GAP_EM;
    let advertiser = match content {
        Content::Offer(offer) => Some(offer.advertiser.as_str()),
        Content::Question(_) => None,
    };
    // Shown in the head, in place of or beside the advertiser, beyond the line that the head has anyway.
    let paid_by = presentation
        .paid_by
        .as_deref()
        .filter(|name| Some(*name) != advertiser);
    let head = paid_by.map_or(0.0, |name| {
        lines(letters(name) + 6, LETTER_EM, inner_em - 6.0) * TEXT_LINE_EM
    });
    head + presentation.disclosure.as_ref().map_or(0.0, told)
}

/// With everything, and perhaps a code to scan; or without picture, text and code.
fn offering(offer: &Offer, width_em: f32, full_with_qr: Option<bool>) -> f32 {
    let inner = width_em - PADDING_EM;
    let full = full_with_qr.is_some();
    // The sender is set smaller, and its mark and the close button stand beside it.
    let sender = lines(
        letters(&offer.advertiser) + 6,
        LETTER_EM * 0.87,
        inner - 2.0,
    );
    let head = (sender * 1.2 + 0.4).max(HEAD_EM);
    let qr = full_with_qr.unwrap_or_default();
    let aside = match (qr, full && offer.picture.is_some()) {
        (true, _) => QR_EM,
        (false, true) => PICTURE_EM,
        (false, false) => 0.0,
    };
    let between = if aside > 0.0 { 0.8 } else { 0.0 };
    let beside = inner - aside - between;
    let title = lines(letters(&offer.title), TITLE_LETTER_EM, beside) * TITLE_LINE_EM;
    let text = offer.text.as_deref().filter(|_| full).map_or(0.0, |text| {
        lines(letters(text), LETTER_EM, beside) * TEXT_LINE_EM + BETWEEN_WORDS_EM
    });
    // Price, code and button stand in one row, or in the words' narrow column beside a code to scan.
    let rows = match (offer.price.is_some(), offer.code.is_some(), qr) {
        (true, true, true) => 3.0,
        (true, true, false) | (true, false, true) | (false, true, true) => 2.0,
        _ => 1.0,
    };
    let acts = rows * BUTTON_EM + (rows - 1.0) * 0.5;
    let words = title + text;
    let body = match qr {
        true => (words + BETWEEN_WORDS_EM + acts).max(aside),
        false => words.max(aside) + GAP_EM + acts,
    };
    PADDING_EM + head + body + FOOT_EM + 2.0 * GAP_EM
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instruments::{Picture, PictureSource};
    use crate::words::AnswerId;

    fn told(kind: Kind, content: &Content) -> Extent {
        Extent::of(kind, content, &Presentation::default())
    }

    fn question(words: &str, answers: &[&str]) -> Content {
        let answer = |(i, text): (usize, &&str)| Answer {
            answer_id: AnswerId::parse(&format!("a{i}")).expect("an id"),
            text: (*text).to_owned(),
        };
        Content::Question(Question {
            question: words.to_owned(),
            answers: answers.iter().enumerate().map(answer).collect(),
            correct: None,
        })
    }

    #[test]
    fn more_answers_and_longer_words_need_more_height_and_wider_cards_less() {
        let short = told(Kind::Poll, &question("Who wins?", &["Kestrel", "Heron"]));
        let more = told(
            Kind::Poll,
            &question("Who wins?", &["Kestrel", "Heron", "Osprey", "Swift"]),
        );
        let longer = told(
            Kind::Poll,
            &question(
                "Which of the two crews will be first around the far mark?",
                &["Kestrel", "Heron"],
            ),
        );
        assert!(short.asks && short.full == short.least);
        assert!(short.full.narrow_em < more.full.narrow_em);
        assert!(short.full.narrow_em < longer.full.narrow_em);
        assert!(longer.full.wide_em < longer.full.narrow_em);
        assert_eq!(longer.full.at(18.0), longer.full.narrow_em);
        assert_eq!(longer.full.at(24.0), longer.full.wide_em);
    }

    #[test]
    fn an_offer_is_lower_without_its_picture_and_text() {
        let offer = Offer {
            title: "A cabin by the lake".to_owned(),
            text: Some("Two nights with breakfast, and a boat for the day".to_owned()),
            picture: Some(Picture {
                source: PictureSource::Url("https://a.example/x.png".to_owned()),
                text: "A cabin".to_owned(),
            }),
            link_url: "https://a.example/".to_owned(),
            link_text: "Book".to_owned(),
            qr: None,
            advertiser: "Lakeside".to_owned(),
            price: None,
            code: None,
            follows: None,
        };
        let content = Content::Offer(offer);
        let extent = told(Kind::Product, &content);
        assert!(!extent.asks);
        assert!(extent.least.narrow_em < extent.full.narrow_em);
        assert!(
            extent.full.narrow_em < told(Kind::Ad, &content).full.narrow_em,
            "with a code to scan"
        );
        let must_say = Presentation {
            disclosure: Some("Offer ends on Sunday. Terms apply.".to_owned()),
            ..Presentation::default()
        };
        let longer = Extent::of(Kind::Product, &content, &must_say);
        assert!(longer.least.narrow_em > extent.least.narrow_em);
    }
}
