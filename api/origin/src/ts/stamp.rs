//! The times in a packet (PCR, PTS, DTS), read and moved within their 33 bits.

use super::{Packet, WRAP};

/// Ticks from `from` to `to`, the short way round the wrap.
pub fn elapsed(from: u64, to: u64) -> i64 {
    let ahead = to.wrapping_sub(from) % WRAP;
    match ahead < WRAP / 2 {
        true => ahead as i64,
        false => ahead as i64 - WRAP as i64,
    }
}

fn read_stamp(bytes: &[u8]) -> u64 {
    let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(|n| u64::from(bytes[n]));
    (a >> 1 & 0x07) << 30 | b << 22 | (c >> 1) << 15 | d << 7 | e >> 1
}

/// Writes a time over five bytes whose first nibble says which time it is.
pub fn write_stamp(bytes: &mut [u8], prefix: u8, time: u64) {
    bytes[0] = prefix << 4 | (time >> 29) as u8 & 0x0E | 1;
    bytes[1] = (time >> 22) as u8;
    bytes[2] = (time >> 14) as u8 | 1;
    bytes[3] = (time >> 7) as u8;
    bytes[4] = (time << 1) as u8 | 1;
}

/// How much of the PES header says when, or nothing if it does not.
enum Stamps {
    None,
    Pts,
    PtsAndDts,
    /// The header goes on in the next packet.
    Split,
}

fn stamps(pes: &[u8]) -> Stamps {
    if pes.len() < 4 {
        return Stamps::Split;
    }
    // Without the start code it is no PES; these stream ids have no optional header.
    let bare = matches!(pes[3], 0xBC | 0xBE | 0xBF | 0xF0..=0xF2 | 0xF8 | 0xFF);
    if pes[..3] != [0, 0, 1] || bare {
        return Stamps::None;
    }
    match pes.get(7).map(|flags| flags >> 6) {
        Some(2) if pes.len() >= 14 => Stamps::Pts,
        Some(3) if pes.len() >= 19 => Stamps::PtsAndDts,
        Some(0 | 1) => Stamps::None,
        _ => Stamps::Split,
    }
}

/// The presentation time of the PES that begins in this packet.
pub fn pes_pts(packet: Packet<'_>) -> Option<u64> {
    let pes = packet.payload();
    match stamps(pes) {
        Stamps::Pts | Stamps::PtsAndDts if packet.starts_unit() => Some(read_stamp(&pes[9..])),
        _ => None,
    }
}

/// Adds `shift` ticks to every time in the packet; false if a PES header does not lie
/// whole in it, so that its times cannot be reached.
#[must_use]
pub fn shift_stamps(bytes: &mut [u8], shift: u64, carries_pes: bool) -> bool {
    shift_clock(bytes, shift);
    let Some(packet) = Packet::read(bytes) else {
        return true;
    };
    if !(carries_pes && packet.starts_unit() && packet.has_payload()) {
        return true;
    }
    let start = bytes.len() - packet.payload().len();
    let moved = |bytes: &[u8]| (read_stamp(bytes) + shift) % WRAP;
    match stamps(packet.payload()) {
        Stamps::None => {}
        Stamps::Split => return false,
        Stamps::Pts => {
            let pts = moved(&bytes[start + 9..]);
            write_stamp(&mut bytes[start + 9..], 2, pts);
        }
        Stamps::PtsAndDts => {
            let (pts, dts) = (moved(&bytes[start + 9..]), moved(&bytes[start + 14..]));
            write_stamp(&mut bytes[start + 9..], 3, pts);
            write_stamp(&mut bytes[start + 14..], 1, dts);
        }
    }
    true
}

/// Moves the clock reference, and takes back the mark of a discontinuity: the loop has none.
fn shift_clock(bytes: &mut [u8], shift: u64) {
    if bytes[3] & 0x20 == 0 || bytes[4] == 0 {
        return;
    }
    let end = 5 + usize::from(bytes[4]);
    bytes[5] &= 0x7F;
    let clocks = [0x10, 0x08].iter().filter(|flag| bytes[5] & **flag != 0);
    for at in (6..).step_by(6).take(clocks.count()) {
        if at + 6 > end || end > bytes.len() {
            return;
        }
        let base = u64::from(u32::from_be_bytes([
            bytes[at],
            bytes[at + 1],
            bytes[at + 2],
            bytes[at + 3],
        ])) << 1
            | u64::from(bytes[at + 4] >> 7);
        let base = (base + shift) % WRAP;
        bytes[at..at + 4].copy_from_slice(&((base >> 1) as u32).to_be_bytes());
        bytes[at + 4] = bytes[at + 4] & 0x7F | ((base & 1) as u8) << 7;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ts::{PACKET, packetise};

    #[test]
    fn a_written_time_reads_back_at_the_ends_of_its_33_bits() {
        for time in [0, 1, 0x7FFF, 0x8000, 1 << 30, 1 << 32, WRAP - 1] {
            let mut bytes = [0; 5];
            write_stamp(&mut bytes, 2, time);
            assert_eq!(read_stamp(&bytes), time);
            assert_eq!(bytes[0] >> 4, 2);
            assert!(bytes[0] & bytes[2] & bytes[4] & 1 == 1, "marker bits");
        }
    }

    #[test]
    fn time_elapses_the_short_way_round_the_wrap() {
        assert_eq!(elapsed(WRAP - 10, 5), 15);
        assert_eq!(elapsed(5, WRAP - 10), -15);
        assert_eq!(elapsed(100, 400), 300);
    }

    #[test]
    fn pts_dts_and_pcr_all_move_and_wrap() {
        let mut pes = vec![0, 0, 1, 0xE0, 0, 0, 0x80, 0xC0, 10];
        pes.extend([0; 10]);
        write_stamp(&mut pes[9..], 3, WRAP - 100);
        write_stamp(&mut pes[14..], 1, WRAP - 3_100);
        let mut packet = packetise(0x100, &pes, 0);
        // The stuffing becomes an adaptation field with a PCR and the mark of a discontinuity.
        packet[5] = 0x90;
        packet[6..12].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0xFF, 0xFE, 0x2A]);
        assert!(shift_stamps(&mut packet, 200, true));

        assert_eq!(pes_pts(Packet::read(&packet).unwrap()), Some(100));
        let at = PACKET - 19 + 14;
        assert_eq!(read_stamp(&packet[at..]), WRAP - 2_900);
        assert_eq!(packet[at] >> 4, 1);
        // base 2^33-1 moved by 200 is 199; the extension (0x2A) stays.
        assert_eq!(packet[6..12], [0, 0, 0, 99, 0xFE, 0x2A]);
        assert_eq!(packet[5], 0x10, "no discontinuity in a loop");
    }

    #[test]
    fn a_header_split_over_packets_is_reported() {
        let pes = [0, 0, 1, 0xE0, 0, 0, 0x80, 0x80];
        let mut packet = packetise(0x100, &pes, 0);
        assert!(!shift_stamps(&mut packet, 1, true));
        assert!(shift_stamps(&mut packet, 1, false));
    }
}
