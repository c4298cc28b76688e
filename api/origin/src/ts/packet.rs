//! One packet of 188 bytes: its header, where its payload lies, and packets made anew.

use std::collections::HashMap;

/// Bytes in a packet.
pub const PACKET: usize = 188;
const SYNC: u8 = 0x47;

/// A packet seen in place.
#[derive(Clone, Copy)]
pub struct Packet<'a>(&'a [u8]);

impl<'a> Packet<'a> {
    /// The packet in these bytes, if they are one.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        (bytes.len() == PACKET && bytes[0] == SYNC).then_some(Self(bytes))
    }

    pub fn bytes(self) -> &'a [u8] {
        self.0
    }

    pub fn pid(self) -> u16 {
        u16::from_be_bytes([self.0[1] & 0x1F, self.0[2]])
    }

    /// Whether a table or an elementary unit begins here.
    pub fn starts_unit(self) -> bool {
        self.0[1] & 0x40 != 0
    }

    /// Only packets with payload count up the continuity counter.
    pub fn has_payload(self) -> bool {
        self.0[3] & 0x10 != 0
    }

    fn counter(self) -> u8 {
        self.0[3] & 0x0F
    }

    /// The payload, empty where there is none or where the header lies about it.
    pub fn payload(self) -> &'a [u8] {
        let start = if self.0[3] & 0x20 != 0 {
            5 + usize::from(self.0[4])
        } else {
            4
        };
        match self.has_payload() {
            true => self.0.get(start..).unwrap_or_default(),
            false => &[],
        }
    }
}

/// The packets of a segment, without those sent a second time: the standard lets a packet
/// be repeated under the same counter, and a new counter would make two of one.
pub fn distinct_packets(segment: &[u8]) -> impl Iterator<Item = Packet<'_>> {
    let mut last: HashMap<u16, Packet<'_>> = HashMap::new();
    segment
        .chunks_exact(PACKET)
        .filter_map(Packet::read)
        .filter(move |packet| {
            if !packet.has_payload() {
                return true;
            }
            let before = last.insert(packet.pid(), *packet);
            !before.is_some_and(|before| {
                before.counter() == packet.counter() && before.payload() == packet.payload()
            })
        })
}

/// Writes the continuity counter.
pub fn fill_counter(packet: &mut [u8], counter: u64) {
    packet[3] = (packet[3] & 0xF0) | (counter & 0x0F) as u8;
}

/// A unit cut into packets of `pid`; the last one is filled up in its adaptation field.
/// The counters run on from `counter`.
pub fn packetise(pid: u16, unit: &[u8], counter: u64) -> Vec<u8> {
    const ROOM: usize = PACKET - 4;
    let mut out = Vec::with_capacity(unit.len().div_ceil(ROOM) * PACKET);
    for (index, part) in unit.chunks(ROOM).enumerate() {
        let start = out.len();
        let [high, low] = pid.to_be_bytes();
        let first = if index == 0 { 0x40 } else { 0 };
        out.extend([SYNC, first | high, low, 0x10]);
        let stuffing = ROOM - part.len();
        if stuffing > 0 {
            out[start + 3] |= 0x20;
            out.push((stuffing - 1) as u8);
            if stuffing > 1 {
                out.push(0);
                out.resize(start + 4 + stuffing, 0xFF);
            }
        }
        out.extend_from_slice(part);
        fill_counter(&mut out[start..], counter + index as u64);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_fills_whole_packets_whatever_its_length() {
        for length in [1, 182, 183, 184, 185, 366, 367, 368, 369, 1100] {
            let unit: Vec<u8> = (0..length).map(|n| n as u8).collect();
            let packets = packetise(0x102, &unit, 14);
            assert_eq!(packets.len() % PACKET, 0);
            let mut carried = Vec::new();
            for (index, bytes) in packets.chunks_exact(PACKET).enumerate() {
                let packet = Packet::read(bytes).unwrap();
                assert_eq!(packet.pid(), 0x102);
                assert_eq!(packet.starts_unit(), index == 0);
                assert_eq!(usize::from(packet.counter()), (14 + index) % 16);
                carried.extend_from_slice(packet.payload());
            }
            assert_eq!(carried, unit, "{length} bytes");
        }
    }

    #[test]
    fn a_repeated_packet_is_taken_once() {
        let mut segment = packetise(0x100, &[1; 184], 3);
        segment.extend(packetise(0x101, &[2; 184], 3));
        segment.extend(packetise(0x100, &[1; 184], 3));
        segment.extend(packetise(0x100, &[1; 184], 4));
        let pids: Vec<u16> = distinct_packets(&segment).map(Packet::pid).collect();
        assert_eq!(pids, [0x100, 0x101, 0x100]);
    }

    #[test]
    fn a_header_that_claims_more_than_the_packet_has_no_payload() {
        let mut bytes = [0xFF; PACKET];
        bytes[..5].copy_from_slice(&[SYNC, 0, 0, 0x30, 250]);
        assert!(Packet::read(&bytes).unwrap().payload().is_empty());
    }
}
