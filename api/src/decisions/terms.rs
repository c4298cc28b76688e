//! On what terms an overlay is shown: whether it counts, in which variant, and who pays how much for it.

use super::bytes::Reader;
use crate::instruments::campaigns::Counted;

/// Whether what follows from a decision counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// It counts.
    #[default]
    Live,
    /// Somebody tries out: nothing is counted, capped, billed or learnt.
    Test,
    /// The viewer is held out: what would have been shown is told, and never drawn.
    Holdout,
}

/// What an overlay costs whom, and out of which slice of the campaign's budget it was reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spend {
    /// The campaign.
    pub campaign: u128,
    /// The slice that holds the reserve; 0 where nothing is reserved.
    pub slice: u128,
    /// What is paid for.
    pub per: Counted,
    /// The price of one impression, in millionths of the campaign's currency; nothing where something else is paid for.
    pub micros: u64,
}

/// The terms of one overlay.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Terms {
    /// Whether it counts.
    pub mode: Mode,
    /// Which of its instrument's variants, by its place.
    pub variant: Option<u8>,
    /// What it costs, where it belongs to a campaign.
    pub spend: Option<Spend>,
}

const VARIED: u8 = 0b0100;
const PAID: u8 = 0b1000;

impl Terms {
    /// Appends the terms; most overlays' take one byte.
    pub(super) fn write(self, out: &mut Vec<u8>) {
        let mode = match self.mode {
            Mode::Live => 0,
            Mode::Test => 1,
            Mode::Holdout => 2,
        };
        let varied = if self.variant.is_some() { VARIED } else { 0 };
        let paid = if self.spend.is_some() { PAID } else { 0 };
        out.push(mode | varied | paid);
        out.extend(self.variant);
        if let Some(spend) = self.spend {
            out.extend_from_slice(&spend.campaign.to_le_bytes());
            out.extend_from_slice(&spend.slice.to_le_bytes());
            out.push(spend.per as u8);
            out.extend_from_slice(&spend.micros.to_le_bytes());
        }
    }

    /// Reads them back.
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let [flags] = reader.array::<1>()?;
        let mode = match flags & 0b11 {
            0 => Mode::Live,
            1 => Mode::Test,
            2 => Mode::Holdout,
            _ => return None,
        };
        let variant = match flags & VARIED {
            0 => None,
            _ => Some(reader.array::<1>()?[0]),
        };
        let spend = match flags & PAID {
            0 => None,
            _ => Some(Spend {
                campaign: u128::from_le_bytes(reader.array()?),
                slice: u128::from_le_bytes(reader.array()?),
                per: *Counted::ALL.get(usize::from(reader.array::<1>()?[0]))?,
                micros: u64::from_le_bytes(reader.array()?),
            }),
        };
        (flags & !0b1111 == 0).then_some(Self {
            mode,
            variant,
            spend,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_read_as_they_were_written() {
        let spend = Spend {
            campaign: 7,
            slice: 9,
            per: Counted::Click,
            micros: 12_000,
        };
        for mode in [Mode::Live, Mode::Test, Mode::Holdout] {
            for variant in [None, Some(0), Some(255)] {
                for spend in [None, Some(spend)] {
                    let terms = Terms {
                        mode,
                        variant,
                        spend,
                    };
                    let mut bytes = Vec::new();
                    terms.write(&mut bytes);
                    let mut reader = Reader::new(&bytes);
                    assert_eq!(Terms::read(&mut reader), Some(terms));
                    assert!(reader.is_empty());
                }
            }
        }
    }

    #[test]
    fn flags_that_nobody_wrote_are_refused() {
        for flags in [0b11, 0b1_0000, 0xff] {
            assert_eq!(Terms::read(&mut Reader::new(&[flags])), None);
        }
    }
}
