//! The packets of a transport stream segment, put together to tables and units.

use std::collections::BTreeMap;

const PACKET: usize = 188;
const SYNC: u8 = 0x47;
/// No table is longer: its length has 12 bits.
const LONGEST_TABLE: usize = 4_098;

/// A packet's PID, whether something begins in it, and its payload.
#[derive(Clone, Copy)]
pub struct Packet<'a> {
    pub pid: u16,
    pub starts: bool,
    pub payload: &'a [u8],
}

/// The packets of a segment; bytes that lost their step are passed over.
pub fn packets(segment: &[u8]) -> impl Iterator<Item = Packet<'_>> {
    let mut rest = segment;
    std::iter::from_fn(move || {
        loop {
            let packet = rest.get(..PACKET)?;
            // A single byte that looks right is no packet: the next one must follow it.
            if packet[0] == SYNC && matches!(rest.get(PACKET), None | Some(&SYNC)) {
                rest = &rest[PACKET..];
                return Some(read(packet));
            }
            rest = &rest[1..];
        }
    })
}

fn read(packet: &[u8]) -> Packet<'_> {
    let start = match packet[3] & 0x20 {
        0 => 4,
        _ => 5 + usize::from(packet[4]),
    };
    let payload = match packet[3] & 0x10 {
        0 => &[],
        _ => packet.get(start..).unwrap_or_default(),
    };
    Packet {
        pid: u16::from_be_bytes([packet[1], packet[2]]) & 0x1FFF,
        starts: packet[1] & 0x40 != 0,
        payload,
    }
}

/// The elementary streams of the first programme: stream type by PID.
pub fn streams(segment: &[u8]) -> Option<BTreeMap<u16, u8>> {
    let pat = table(segment, 0, 0x00)?;
    let map_pid = pat
        .get(8..pat.len().checked_sub(4)?)?
        .chunks_exact(4)
        .find(|entry| entry[..2] != [0, 0])
        .map(|entry| be16(&entry[2..]) & 0x1FFF)?;
    let map = table(segment, map_pid, 0x02)?;
    let info = usize::from(be16(map.get(10..12)?) & 0x0FFF);
    let mut rest = map.get(12 + info..map.len().checked_sub(4)?)?;
    let mut streams = BTreeMap::new();
    while rest.len() >= 5 {
        streams.insert(be16(&rest[1..]) & 0x1FFF, rest[0]);
        let end = 5 + usize::from(be16(&rest[3..]) & 0x0FFF);
        rest = rest.get(end..).unwrap_or_default();
    }
    Some(streams)
}

/// The first whole table of this id, over as many packets as it takes.
fn table(segment: &[u8], pid: u16, id: u8) -> Option<Vec<u8>> {
    let mut open: Option<Vec<u8>> = None;
    for packet in packets(segment).filter(|packet| packet.pid == pid) {
        match &mut open {
            _ if packet.starts => {
                let pointer = usize::from(*packet.payload.first()?);
                open = packet.payload.get(1 + pointer..).map(<[u8]>::to_vec);
            }
            Some(bytes) if bytes.len() < LONGEST_TABLE => {
                bytes.extend_from_slice(packet.payload);
            }
            _ => {}
        }
        let whole = open.as_deref().and_then(|bytes| {
            let length = 3 + usize::from(be16(bytes.get(1..3)?) & 0x0FFF);
            (bytes[0] == id).then(|| bytes.get(..length)).flatten()
        });
        if let Some(table) = whole {
            return Some(table.to_vec());
        }
    }
    None
}

/// The header of a PES: its presentation time and where its content begins.
pub fn pes_header(pes: &[u8]) -> Option<(u64, usize)> {
    if pes.get(..3)? != [0, 0, 1] || pes.get(7)? & 0x80 == 0 {
        return None;
    }
    let time = pes.get(9..14)?;
    let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(|n| u64::from(time[n]));
    let pts = (a >> 1 & 7) << 30 | b << 22 | (c >> 1) << 15 | d << 7 | e >> 1;
    Some((pts, 9 + usize::from(pes[8])))
}

/// How long a PES says it is; `None` where it goes on until the next.
pub fn pes_length(pes: &[u8]) -> Option<usize> {
    match be16(pes.get(4..6)?) {
        0 => None,
        length => Some(6 + usize::from(length)),
    }
}

fn be16(bytes: &[u8]) -> u16 {
    u16::from_be_bytes([bytes[0], bytes[1]])
}
