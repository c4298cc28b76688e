//! SCTE 35: whether a splice message begins an ad break or ends it.

/// What a message says of ad breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Splice {
    /// One begins, this long if it says so.
    Out { length_ms: Option<i64> },
    /// One ends.
    In,
}

/// Segmentation types that begin what is for sale: breaks, and the ads, opportunities and blocks of provider and
/// distributor. Each one's end has the next number.
const BEGINS: [u8; 7] = [0x22, 0x30, 0x32, 0x34, 0x36, 0x44, 0x46];

/// Reads a message; `None` where it speaks of other things, or is none.
pub fn splice(message: &[u8]) -> Option<Splice> {
    let mut bits = Bits { message, at: 0 };
    if bits.take(8)? != 0xFC {
        return None;
    }
    bits.skip(16 + 8)?;
    if bits.take(1)? == 1 {
        return None;
    }
    // Algorithm, adjustment, word index, tier; then how long the command is.
    bits.skip(6 + 33 + 8 + 12)?;
    let length = bits.take(12)?;
    let command = bits.take(8)?;
    let after = bits.at + usize::try_from(length).ok()? * 8;
    match command {
        0x05 => insert(&mut bits),
        0x06 => {
            // Old encoders leave the length open.
            match length {
                0xFFF => time(&mut bits)?,
                _ => bits.at = after,
            }
            segmentation(&mut bits)
        }
        _ => None,
    }
}

fn insert(bits: &mut Bits<'_>) -> Option<Splice> {
    bits.skip(32)?;
    if bits.take(1)? == 1 {
        return None;
    }
    bits.skip(7)?;
    let out = bits.take(1)? == 1;
    let (program, timed, immediate) = (bits.take(1)?, bits.take(1)?, bits.take(1)?);
    bits.skip(4)?;
    match (program, immediate) {
        (1, 0) => time(bits)?,
        (1, _) => {}
        _ => {
            for _ in 0..bits.take(8)? {
                bits.skip(8)?;
                if immediate == 0 {
                    time(bits)?;
                }
            }
        }
    }
    if !out {
        return Some(Splice::In);
    }
    let length_ms = match timed {
        1 => {
            bits.skip(7)?;
            Some(ms(bits.take(33)?))
        }
        _ => None,
    };
    Some(Splice::Out { length_ms })
}

fn time(bits: &mut Bits<'_>) -> Option<()> {
    match bits.take(1)? {
        1 => bits.skip(6 + 33),
        _ => bits.skip(7),
    }
}

/// The first of the descriptors that speaks of ad breaks.
fn segmentation(bits: &mut Bits<'_>) -> Option<Splice> {
    let end = usize::try_from(bits.take(16)?).ok()? * 8 + bits.at;
    while bits.at < end {
        let (tag, length) = (bits.take(8)?, bits.take(8)?);
        let next = bits.at + usize::try_from(length).ok()? * 8;
        if tag == 0x02
            && let Some(found) = descriptor(bits)
        {
            return Some(found);
        }
        bits.at = next;
    }
    None
}

fn descriptor(bits: &mut Bits<'_>) -> Option<Splice> {
    bits.skip(32 + 32)?;
    if bits.take(1)? == 1 {
        return None;
    }
    bits.skip(7)?;
    let (program, timed) = (bits.take(1)?, bits.take(1)?);
    bits.skip(6)?;
    if program == 0 {
        let components = usize::try_from(bits.take(8)?).ok()?;
        bits.skip(components * 48)?;
    }
    let length_ms = match timed {
        1 => Some(ms(bits.take(40)?)),
        _ => None,
    };
    bits.skip(8)?;
    let name = usize::try_from(bits.take(8)?).ok()?;
    bits.skip(name * 8)?;
    let kind = u8::try_from(bits.take(8)?).ok()?;
    if BEGINS.contains(&kind) {
        return Some(Splice::Out { length_ms });
    }
    BEGINS.contains(&kind.wrapping_sub(1)).then_some(Splice::In)
}

fn ms(ticks: u64) -> i64 {
    ((ticks + 45) / 90).cast_signed()
}

struct Bits<'a> {
    message: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn skip(&mut self, count: usize) -> Option<()> {
        self.at += count;
        (self.at <= self.message.len() * 8).then_some(())
    }

    /// The next bits, at most 64, as a number.
    fn take(&mut self, count: usize) -> Option<u64> {
        let from = self.at;
        self.skip(count)?;
        let bit = |at: usize| u64::from(self.message[at / 8] >> (7 - at % 8) & 1);
        Some((from..self.at).fold(0, |number, at| number << 1 | bit(at)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(digits: &str) -> Vec<u8> {
        let pairs = digits.as_bytes().chunks(2);
        let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).expect("text"), 16);
        pairs.map(|pair| byte(pair).expect("a byte")).collect()
    }

    #[test]
    fn an_insert_begins_a_break_with_its_length() {
        let out = hex("FC302500000000000000FFF01405000000097FEFFE00895440FE002932E0000101010000");
        let length_ms = Some(30_000);
        assert_eq!(splice(&out), Some(Splice::Out { length_ms }));
        let back = hex("FC302000000000000000FFF00F05000000097F4FFE00895440000101010000");
        assert_eq!(splice(&back), Some(Splice::In));
    }

    #[test]
    fn a_segmentation_begins_and_ends_by_its_type() {
        let message = |kind: u8| {
            let mut bytes = hex("FC003000000000000000FFF00506FE00000000");
            let mut descriptor = hex("43554549000000017FFF00002932E00000");
            descriptor.extend([kind, 0, 0]);
            bytes.extend([0, descriptor.len() as u8 + 2, 2, descriptor.len() as u8]);
            bytes.extend(descriptor);
            bytes
        };
        assert_eq!(
            splice(&message(0x34)),
            Some(Splice::Out {
                length_ms: Some(30_000)
            })
        );
        assert_eq!(splice(&message(0x35)), Some(Splice::In));
        assert_eq!(splice(&message(0x10)), None);
    }

    #[test]
    fn what_is_cut_off_says_nothing() {
        let out = hex("FC302500000000000000FFF01405000000097FEFFE00895440FE002932E0");
        for length in 0..out.len() {
            let _ = splice(&out[..length]);
        }
        assert_eq!(splice(&out[..15]), None);
        assert_eq!(splice(b""), None);
    }
}
