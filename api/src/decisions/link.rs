//! Links: a code that names one overlay in an address. It is short enough for a QR code that a phone reads off a
//! screen, and nobody else can make one, so the hot path need not write anything down for it.

use super::choose::decision_number;
use super::receipt::Unopened;
use crate::auth::ReceiptKey;
use crate::words::Time;

/// How long a code is good: as long as the receipt beside it.
pub const LENGTH_MS: i64 = super::receipt::LEARNING_MS;

/// Letters and digits that a QR code packs two into eleven bits, and that nobody takes for one another's.
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Marks a version that does not fit beside the way.
const LONG_VERSION: u8 = 0x7f;
/// 48 bits: whoever guesses asks this server a hundred million million times for one click.
const MAC_LEN: usize = 6;
/// Moment, seed and instrument.
const FIXED_LEN: usize = 6 + 8 + 16;

/// How the link was come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The button was pressed.
    Click,
    /// The code was scanned.
    Scan,
}

/// What a code stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// How it was come by.
    pub way: Way,
    /// The seed of the decision, from which its id follows.
    pub seed: u64,
    /// The instrument, as a number.
    pub instrument: u128,
    /// Its version.
    pub version: u32,
    /// When it was decided.
    pub issued_at: Time,
}

impl Link {
    /// The decision, as a number.
    #[must_use]
    pub fn decision(&self) -> u128 {
        decision_number(self.seed)
    }

    fn write(&self, out: &mut Vec<u8>) {
        let scanned = match self.way {
            Way::Click => 0,
            Way::Scan => 0x80,
        };
        match u8::try_from(self.version) {
            Ok(version) if version < LONG_VERSION => out.push(scanned | version),
            _ => {
                out.push(scanned | LONG_VERSION);
                out.extend_from_slice(&self.version.to_be_bytes());
            }
        }
        out.extend_from_slice(&self.issued_at.ms().to_be_bytes()[2..]);
        out.extend_from_slice(&self.seed.to_be_bytes());
        out.extend_from_slice(&self.instrument.to_be_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (head, rest) = bytes.split_first()?;
        let way = if head & 0x80 == 0 {
            Way::Click
        } else {
            Way::Scan
        };
        let (version, rest) = match head & 0x7f {
            LONG_VERSION => {
                let (long, rest) = rest.split_first_chunk::<4>()?;
                (u32::from_be_bytes(*long), rest)
            }
            short => (u32::from(short), rest),
        };
        let (moment, rest) = rest.split_first_chunk::<6>()?;
        let (seed, rest) = rest.split_first_chunk::<8>()?;
        let mut ms = [0; 8];
        ms[2..].copy_from_slice(moment);
        Some(Self {
            way,
            seed: u64::from_be_bytes(*seed),
            instrument: u128::from_be_bytes(*rest.first_chunk::<16>()?),
            version,
            issued_at: Time::from_ms(i64::from_be_bytes(ms)),
        })
        .filter(|_| rest.len() == 16)
    }
}

/// Makes codes, and reads them.
pub struct Links {
    /// The first makes, both read, so that a rotation breaks no code on a screen.
    keys: [[u8; 32]; 2],
}

impl std::fmt::Debug for Links {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Links(..)")
    }
}

impl Links {
    /// With keys of its own that come of these.
    #[must_use]
    pub fn new(keys: &[ReceiptKey; 2]) -> Self {
        Self {
            keys: keys.map(|key| blake3::derive_key("beckon 2026 links of overlays", &key)),
        }
    }

    /// Appends the code, in capitals.
    pub fn write(&self, link: &Link, out: &mut Vec<u8>) {
        let mut bytes = Vec::with_capacity(48);
        link.write(&mut bytes);
        let mac = mac(&self.keys[0], &bytes);
        bytes.extend_from_slice(&mac);
        encode(&bytes, out);
    }

    /// Reads a code, whatever its case.
    ///
    /// # Errors
    /// When we did not make it, or its time is over.
    pub fn open(&self, code: &str, now: Time) -> Result<Link, Unopened> {
        let link = self.known(code).ok_or(Unopened::Invalid)?;
        if now.since(link.issued_at) > LENGTH_MS {
            return Err(Unopened::Expired);
        }
        Ok(link)
    }

    /// Reads a code however old it is; none where we did not make it.
    #[must_use]
    pub fn known(&self, code: &str) -> Option<Link> {
        let bytes = decode(code)?;
        let (body, given) = bytes.split_last_chunk::<MAC_LEN>()?;
        let ours = |key| {
            let made = mac(key, body);
            // As long for a near miss as for any other.
            let differ = made.iter().zip(given).fold(0, |all, (a, b)| all | (a ^ b));
            differ == 0
        };
        if !self.keys.iter().any(ours) {
            return None;
        }
        Link::read(body)
    }
}

/// The overlay's links as they stand in the answer: the button's, and the one for a QR code.
pub(super) fn write_json(links: &Links, link: &Link, base: &str, out: &mut Vec<u8>) {
    let from = out.len();
    links.write(
        &Link {
            way: Way::Click,
            ..*link
        },
        out,
    );
    out[from..].make_ascii_lowercase();
    let click = out.split_off(from);
    out.extend_from_slice(br#","link_url":""#);
    out.extend_from_slice(base.as_bytes());
    out.extend_from_slice(b"/r/");
    out.extend_from_slice(&click);
    out.extend_from_slice(br#"","scan_url":""#);
    let from = out.len();
    out.extend_from_slice(base.as_bytes());
    out.extend_from_slice(b"/r/");
    // Capitals take fewer modules; a base with a path of its own must keep its case.
    if has_no_path(base) {
        out[from..].make_ascii_uppercase();
    }
    links.write(
        &Link {
            way: Way::Scan,
            ..*link
        },
        out,
    );
    out.push(b'"');
}

fn has_no_path(base: &str) -> bool {
    base.split_once("://")
        .is_some_and(|(_, rest)| !rest.contains('/'))
}

/// Whether an address can stand in front of links: a scheme and a host, perhaps a path, of plain characters.
#[must_use]
pub fn is_base(base: &str) -> bool {
    let rest = base
        .strip_prefix("https://")
        .or_else(|| base.strip_prefix("http://"));
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~:[]/".contains(&b);
    rest.is_some_and(|rest| {
        !rest.is_empty()
            && !rest.starts_with('/')
            && !rest.ends_with('/')
            && rest.bytes().all(plain)
    })
}

fn mac(key: &[u8; 32], body: &[u8]) -> [u8; MAC_LEN] {
    let hash = blake3::keyed_hash(key, body);
    let mut mac = [0; MAC_LEN];
    mac.copy_from_slice(&hash.as_bytes()[..MAC_LEN]);
    mac
}

fn encode(bytes: &[u8], out: &mut Vec<u8>) {
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(ALPHABET[(held >> bits) as usize & 31]);
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        out.push(ALPHABET[(held << (5 - bits)) as usize & 31]);
    }
}

/// The bytes of a code; none where it is not one, or where another text stands for the same bytes.
fn decode(code: &str) -> Option<Vec<u8>> {
    if code.len() > 2 * (FIXED_LEN + 5 + MAC_LEN) {
        return None;
    }
    let (mut held, mut bits) = (0_u32, 0);
    let mut bytes = Vec::with_capacity(48);
    for letter in code.bytes() {
        let letter = letter.to_ascii_uppercase();
        let value = ALPHABET.iter().position(|known| *known == letter)?;
        held = (held << 5) | u32::try_from(value).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits).ok()?);
            held &= (1 << bits) - 1;
        }
    }
    (bits < 5 && held == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Time = Time::from_ms(1_760_000_000_000);

    fn links() -> Links {
        Links::new(&[[1; 32], [2; 32]])
    }

    fn link() -> Link {
        Link {
            way: Way::Scan,
            seed: 0x0123_4567_89ab_cdef,
            instrument: 0x0193_d3f0_7d5e_7a3c_9c0e_0b1a_2c3d_4e5f,
            version: 3,
            issued_at: NOW,
        }
    }

    fn code(link: &Link) -> String {
        let mut out = Vec::new();
        links().write(link, &mut out);
        String::from_utf8(out).expect("letters")
    }

    proptest! {
        #[test]
        fn a_code_is_read_as_it_was_made(
            scanned: bool, seed: u64, instrument: u128, version: u32, ms in 0_i64..1 << 47, low: bool,
        ) {
            let way = if scanned { Way::Scan } else { Way::Click };
            let made = Link { way, seed, instrument, version, issued_at: Time::from_ms(ms) };
            let mut text = code(&made);
            if low {
                text.make_ascii_lowercase();
            }
            prop_assert_eq!(links().known(&text), Some(made));
        }

        #[test]
        fn a_changed_code_is_none(at in 0_usize..60, letter in 0_usize..32) {
            let mut text = code(&link()).into_bytes();
            prop_assume!(text[at] != ALPHABET[letter]);
            text[at] = ALPHABET[letter];
            let text = String::from_utf8(text).expect("letters");
            prop_assert_eq!(links().known(&text), None);
        }
    }

    #[test]
    fn a_code_has_its_time_and_outlives_one_rotation_of_keys() {
        let text = code(&link());
        let at = |ms| links().open(&text, NOW.plus_ms(ms));
        assert_eq!(at(LENGTH_MS), Ok(link()));
        assert_eq!(at(LENGTH_MS + 1), Err(Unopened::Expired));
        assert_eq!(links().known(&text), Some(link()));
        let rotated = Links::new(&[[3; 32], [1; 32]]);
        assert_eq!(rotated.known(&text), Some(link()));
        assert_eq!(Links::new(&[[3; 32], [4; 32]]).known(&text), None);
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for wrong in [
            "",
            "A",
            "!",
            "ÄÖ",
            "0189",
            &"A".repeat(60),
            &"A".repeat(5_000),
        ] {
            assert_eq!(links().open(wrong, NOW), Err(Unopened::Invalid), "{wrong}");
        }
        // The last letter carries bits that no byte needs: only one of them is ours.
        let text = code(&link());
        let mut other = text;
        let last = other.pop().expect("a letter");
        let at = ALPHABET
            .iter()
            .position(|l| char::from(*l) == last)
            .expect("known");
        other.push(char::from(ALPHABET[at ^ 1]));
        assert_eq!(links().known(&other), None);
    }

    #[test]
    fn the_links_of_an_overlay_are_short_enough_for_a_phone() {
        let mut out = Vec::new();
        write_json(&links(), &link(), "https://beckon.example", &mut out);
        let json = String::from_utf8(out).expect("text");
        let json: serde_json::Value =
            serde_json::from_str(&format!("{{\"x\":1{json}}}")).expect("JSON");
        let scan = json["scan_url"].as_str().expect("a link");
        // 90 capitals and digits fit into a QR code of version 4 at level M: 33 modules, 41 with the quiet zone, 123 px.
        assert!(scan.len() <= 90, "{} letters", scan.len());
        assert!(scan.starts_with("HTTPS://BECKON.EXAMPLE/R/"), "{scan}");
        let click = json["link_url"].as_str().expect("a link");
        let click = click
            .strip_prefix("https://beckon.example/r/")
            .expect("a code");
        assert_eq!(links().known(click).expect("ours").way, Way::Click);
        assert_eq!(click, click.to_lowercase());

        let mut out = Vec::new();
        write_json(&links(), &link(), "https://Media.example/Beckon", &mut out);
        let json = String::from_utf8(out).expect("text");
        assert!(
            json.contains(r#""scan_url":"https://Media.example/Beckon/r/"#),
            "{json}"
        );
    }

    #[test]
    fn a_base_is_an_address_that_can_stand_in_front() {
        for good in [
            "http://127.0.0.1:8080",
            "https://b.example/p",
            "http://[::1]:80",
        ] {
            assert!(is_base(good), "{good}");
        }
        for bad in [
            "",
            "https://",
            "ftp://x",
            "https://x/",
            "https://x?y",
            "https://x\"",
            "//x",
            "https:///r",
        ] {
            assert!(!is_base(bad), "{bad}");
        }
    }
}
