//! How far two colours stand apart (WCAG 2.2), on a card that lies over any picture.

use super::presentation::{Base, Colour, Theme};

/// Two colours of a card that must stand apart.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pair {
    /// What is read, as the theme's field.
    pub upper: &'static str,
    /// On what, as the theme's field.
    pub lower: &'static str,
    /// The same for a person.
    pub what: &'static str,
    /// How far they stand apart.
    pub ratio: f64,
    /// How far they must.
    pub least: f64,
}

/// What is read must stand out so far.
const READ: f64 = 4.5;
/// Marks that no word is made of must stand out so far.
const MARK: f64 = 3.0;

/// The colours of one of the two themes, as the SDK's sheet has them.
struct Palette {
    surface: [u8; 3],
    /// How solid the card is.
    solid: f64,
    text: [u8; 3],
    muted: [u8; 3],
    accent: [u8; 3],
    on_accent: [u8; 3],
    /// What an answer is made of: this colour, so solid, over the card.
    well: ([u8; 3], f64),
    /// How solid the accent is in a result's bar.
    fill: f64,
    right: [u8; 3],
    wrong: [u8; 3],
    warn: [u8; 3],
}

const DARK: Palette = Palette {
    surface: [13, 16, 21],
    solid: 0.92,
    text: [255, 255, 255],
    muted: [0xc6, 0xcd, 0xd8],
    accent: [0x8a, 0xb0, 0xff],
    on_accent: [0x0b, 0x12, 0x20],
    well: ([255, 255, 255], 0.09),
    fill: 0.3,
    right: [0x63, 0xd8, 0x98],
    wrong: [0xff, 0x9a, 0x91],
    warn: [0xff, 0xc9, 0x4d],
};

const LIGHT: Palette = Palette {
    surface: [255, 255, 255],
    solid: 0.95,
    text: [0x12, 0x16, 0x1c],
    muted: [0x47, 0x52, 0x63],
    accent: [0x23, 0x50, 0xd0],
    on_accent: [255, 255, 255],
    well: ([16, 24, 40], 0.07),
    fill: 0.18,
    right: [0x11, 0x66, 0x37],
    wrong: [0xa8, 0x20, 0x1a],
    warn: [0x7a, 0x4a, 0x00],
};

/// A colour on its way to a screen.
type Rgb = [f64; 3];

fn rgb(colour: [u8; 3]) -> Rgb {
    colour.map(f64::from)
}

/// This colour, so solid, over that one.
fn over(upper: Rgb, solid: f64, lower: Rgb) -> Rgb {
    std::array::from_fn(|i| upper[i] * solid + lower[i] * (1.0 - solid))
}

/// WCAG 2.2, relative luminance.
fn luminance(colour: Rgb) -> f64 {
    let [red, green, blue] = colour.map(|channel| {
        let share = channel / 255.0;
        if share <= 0.040_45 {
            share / 12.92
        } else {
            ((share + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// WCAG 2.2, contrast ratio.
fn ratio(one: Rgb, other: Rgb) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Every pair of a theme, each over the picture, white or black, that makes it worst.
pub(super) fn pairs(theme: &Theme) -> Vec<Pair> {
    let base = match theme.base {
        Base::Dark => DARK,
        Base::Light => LIGHT,
    };
    let own = |colour: Option<Colour>, of_base| rgb(colour.map_or(of_base, |own| own.0));
    let surface = own(theme.surface, base.surface);
    let text = own(theme.text, base.text);
    let muted = own(theme.muted, base.muted);
    let accent = own(theme.accent, base.accent);
    let on_accent = own(theme.on_accent, base.on_accent);
    let worst = |upper: Rgb, on: &dyn Fn(Rgb) -> Rgb| {
        let over_picture = |picture: f64| ratio(upper, on(over(surface, base.solid, [picture; 3])));
        over_picture(0.0).min(over_picture(255.0))
    };
    let card = |card: Rgb| card;
    let well = |card: Rgb| over(rgb(base.well.0), base.well.1, card);
    let bar = |card: Rgb| over(accent, base.fill, well(card));
    let pair = |upper, lower, what, ratio, least| Pair {
        upper,
        lower,
        what,
        ratio,
        least,
    };
    vec![
        pair("text", "surface", "the text", worst(text, &card), READ),
        pair("text", "surface", "an answer", worst(text, &well), READ),
        pair(
            "text",
            "accent",
            "an answer on its result",
            worst(text, &bar),
            READ,
        ),
        pair(
            "muted",
            "surface",
            "the second text",
            worst(muted, &card),
            READ,
        ),
        pair(
            "on_accent",
            "accent",
            "the button's text",
            ratio(on_accent, accent),
            READ,
        ),
        pair(
            "accent",
            "surface",
            "the line and the icons",
            worst(accent, &card),
            MARK,
        ),
        pair(
            "surface",
            "base",
            "what says right",
            worst(rgb(base.right), &card),
            READ,
        ),
        pair(
            "surface",
            "base",
            "what says wrong",
            worst(rgb(base.wrong), &card),
            READ,
        ),
        pair(
            "surface",
            "base",
            "what says soon",
            worst(rgb(base.warn), &card),
            READ,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(base: Base) -> Theme {
        Theme {
            base,
            surface: None,
            text: None,
            muted: None,
            accent: None,
            on_accent: None,
        }
    }

    fn of(pairs: &[Pair], what: &str) -> f64 {
        let found = pairs.iter().find(|pair| pair.what == what);
        (found.expect("a pair").ratio * 10.0).round() / 10.0
    }

    #[test]
    fn black_on_white_is_twenty_one_to_one_and_a_known_grey_lies_at_the_bound() {
        assert!((ratio([0.0; 3], [255.0; 3]) - 21.0).abs() < 1e-9);
        // #767676 on white is the lightest grey that passes.
        assert!((ratio([118.0; 3], [255.0; 3]) - 4.54).abs() < 0.01);
        assert!(ratio([119.0; 3], [255.0; 3]) < 4.5);
    }

    #[test]
    fn both_themes_keep_every_bound_with_the_numbers_of_the_look() {
        let (dark, light) = (pairs(&base(Base::Dark)), pairs(&base(Base::Light)));
        for pair in dark.iter().chain(&light) {
            assert!(pair.ratio >= pair.least, "{pair:?}");
        }
        let told = |pairs: &[Pair]| {
            [
                "the text",
                "an answer",
                "an answer on its result",
                "the second text",
                "the button's text",
            ]
            .map(|what| of(pairs, what))
        };
        assert_eq!(told(&dark), [15.7, 12.0, 6.8, 9.8, 8.7]);
        let [text, _, _, muted, button] = told(&light);
        assert_eq!([text, muted, button], [16.2, 7.1, 6.7]);
    }
}
