//! QR codes as the path of an SVG: the link beside it, for the phone in the viewer's hand.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc, QrSegment, QrSegmentMode, Version};

/// A QR code: black modules on white, without its quiet zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qr {
    /// Modules a side.
    pub size: u32,
    /// One rectangle a run of black modules.
    pub path: String,
}

/// The code of a text; none where it is too long for one.
#[must_use]
pub fn encode(text: &str) -> Option<Qr> {
    let segment = in_capitals(text).unwrap_or_else(|| QrSegment::make_bytes(text.as_bytes()));
    let level = QrCodeEcc::Medium;
    let (low, high) = (Version::MIN, Version::MAX);
    let code = QrCode::encode_segments_advanced(&[segment], level, low, high, None, true).ok()?;
    let size = code.size();
    let mut path = String::new();
    for y in 0..size {
        let mut x = 0;
        while x < size {
            let run = (x..size).take_while(|x| code.get_module(*x, y)).count();
            if run > 0 {
                // Writing to a String cannot fail.
                let _ = write!(path, "M{x} {y}h{run}v1h-{run}z");
            }
            x += i32::try_from(run).unwrap_or(i32::MAX).saturating_add(1);
        }
    }
    Some(Qr {
        size: u32::try_from(size).ok()?,
        path,
    })
}

/// What capitals, digits and a few marks are counted as; anything else is told as bytes.
const CAPITALS: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// The text two letters to eleven bits, where it is made of capitals. By hand: the library's own way to it searches strings
/// with code that weighs a fifth of the core.
fn in_capitals(text: &str) -> Option<QrSegment> {
    let worth = |letter: u8| CAPITALS.iter().position(|known| *known == letter);
    let mut bits = Vec::new();
    for pair in text.as_bytes().chunks(2) {
        let (number, length) = match *pair {
            [one, other] => (worth(one)? * 45 + worth(other)?, 11),
            [one] => (worth(one)?, 6),
            _ => return None,
        };
        bits.extend((0..length).rev().map(|bit| number >> bit & 1 == 1));
    }
    Some(QrSegment::new(
        QrSegmentMode::Alphanumeric,
        text.len(),
        bits,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws the path back into modules.
    fn modules(qr: &Qr) -> Vec<(i32, i32)> {
        let number = |text: &str| text.parse::<i32>().unwrap();
        let runs = qr.path.split('M').skip(1);
        runs.flat_map(|run| {
            let (x, rest) = run.split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let length = rest.split_once('v').unwrap().0;
            (0..number(length)).map(move |step| (number(x) + step, number(y)))
        })
        .collect()
    }

    #[test]
    fn the_path_holds_exactly_the_black_modules() {
        let qr = encode("https://shop.example.com/heron").unwrap();
        let code =
            QrCode::encode_text("https://shop.example.com/heron", QrCodeEcc::Medium).unwrap();
        let size = code.size();
        let black: Vec<_> = (0..size)
            .flat_map(|y| (0..size).map(move |x| (x, y)))
            .filter(|(x, y)| code.get_module(*x, *y))
            .collect();
        assert_eq!(modules(&qr), black);
        assert_eq!(i32::try_from(qr.size), Ok(size));
    }

    #[test]
    fn a_link_in_capitals_is_coarse_enough_for_a_phone() {
        let code = "A".repeat(60);
        let capitals = format!("HTTPS://BECKON.EXAMPLE/R/{code}");
        let [dense, coarse] =
            [capitals.to_lowercase(), capitals].map(|text| encode(&text).unwrap());
        assert_eq!((dense.size, coarse.size), (41, 33));
    }

    #[test]
    fn capitals_are_told_as_the_library_tells_them() {
        for text in ["HTTPS://BECKON.EXAMPLE/R/A1", "AB", "$", "0 %*+-./:"] {
            let own = in_capitals(text).unwrap();
            let known = QrSegment::make_alphanumeric(text);
            assert_eq!(
                (own.num_chars(), own.data()),
                (known.num_chars(), known.data())
            );
        }
        assert!(in_capitals("https://a").is_none() && in_capitals("Ä").is_none());
    }

    #[test]
    fn a_text_too_long_for_a_code_has_none() {
        assert_eq!(encode(&"x".repeat(5_000)), None);
    }
}
