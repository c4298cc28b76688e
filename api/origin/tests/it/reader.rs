//! A reader of transport streams written apart from the origin, so that one mistake is not
//! made twice, and the clips that the tests loop.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use beckon_origin::{Channel, ChannelName, ChannelSettings, Clip};

pub const ZERO_MS: i64 = 1_700_000_000_000;
pub const CLIP_MS: i64 = 8_000;

pub fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/clip")
}

pub fn clip() -> Arc<Clip> {
    Arc::new(Clip::from_folder(&fixture()).unwrap())
}

pub fn channel() -> Channel {
    channel_of(clip())
}

pub fn channel_of(clip: Arc<Clip>) -> Channel {
    let name = ChannelName::parse("main").unwrap();
    Channel::new(name, clip, ChannelSettings::starting_at(ZERO_MS))
}

/// Files that lie beside the checkout of whoever has them.
pub fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data")
        .join(path);
    if !path.exists() {
        println!("left out: {} is not here", path.display());
        return None;
    }
    Some(path)
}

/// The segment, asked for in the moment after it is published.
pub fn segment(channel: &Channel, sequence: u64) -> Vec<u8> {
    let now = ZERO_MS + (sequence as i64 + 1) * 2_000;
    channel.segment(now, sequence).unwrap().unwrap().to_vec()
}

#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    pub pid: u16,
    pub stream_id: u8,
    pub pts: Option<u64>,
    pub dts: Option<u64>,
    pub body: Vec<u8>,
    /// Index of the packet in which it begins.
    pub packet: usize,
}

/// A segment, taken apart.
#[derive(Debug, Default)]
pub struct Parsed {
    pub units: Vec<Unit>,
    /// First and last counter and number of packets with payload, by PID.
    pub counters: BTreeMap<u16, (u8, u8, usize)>,
    pub clocks: Vec<u64>,
    /// Stream type and PID, as the map has them.
    pub streams: Vec<(u8, u16)>,
    pub map_section: Vec<u8>,
    pub discontinuities: usize,
}

impl Parsed {
    pub fn of_pid(&self, pid: u16) -> impl Iterator<Item = &Unit> {
        self.units.iter().filter(move |unit| unit.pid == pid)
    }

    pub fn pid_of_type(&self, stream_type: u8) -> u16 {
        let stream = self.streams.iter().find(|s| s.0 == stream_type);
        stream.expect("the map has such a stream").1
    }

    pub fn metadata(&self) -> Vec<&Unit> {
        self.of_pid(self.pid_of_type(0x15)).collect()
    }

    pub fn video(&self) -> Vec<&Unit> {
        self.of_pid(self.pid_of_type(0x1B)).collect()
    }
}

/// Takes a segment apart; panics at anything that does not hold together.
pub fn parse(segment: &[u8]) -> Parsed {
    assert_eq!(segment.len() % 188, 0);
    let mut out = Parsed::default();
    let mut open: BTreeMap<u16, (usize, Vec<u8>)> = BTreeMap::new();
    let mut map_pid = None;
    for (index, packet) in segment.chunks(188).enumerate() {
        assert_eq!(packet[0], 0x47, "packet {index}");
        let pid = u16::from_be_bytes([packet[1], packet[2]]) & 0x1FFF;
        if pid == 0x1FFF {
            continue;
        }
        let mut at = 4;
        if packet[3] & 0x20 != 0 {
            at += 1 + packet[4] as usize;
            if packet[4] > 0 {
                out.discontinuities += usize::from(packet[5] >> 7);
                if packet[5] & 0x10 != 0 {
                    let base = packet[6..11].iter().fold(0, |v, b| v << 8 | u64::from(*b));
                    out.clocks.push(base >> 7);
                }
            }
        }
        if packet[3] & 0x10 == 0 {
            continue;
        }
        let counter = packet[3] & 0x0F;
        let seen = out.counters.entry(pid).or_insert((counter, counter, 0));
        if seen.2 > 0 {
            assert_eq!(counter, (seen.1 + 1) % 16, "counter of {pid:#x} at {index}");
        }
        *seen = (seen.0, counter, seen.2 + 1);
        let payload = &packet[at..];
        let starts = packet[1] & 0x40 != 0;
        if pid == 0 {
            let section = &payload[1 + payload[0] as usize..];
            map_pid = Some(u16::from_be_bytes([section[10], section[11]]) & 0x1FFF);
        } else if Some(pid) == map_pid {
            read_map(&mut out, payload);
        } else if starts && payload.starts_with(&[0, 0, 1]) {
            if let Some((packet, bytes)) = open.insert(pid, (index, payload.to_vec())) {
                out.units.push(unit(pid, packet, &bytes));
            }
        } else if let Some((_, bytes)) = open.get_mut(&pid) {
            bytes.extend_from_slice(payload);
        }
    }
    for (pid, (packet, bytes)) in open {
        out.units.push(unit(pid, packet, &bytes));
    }
    out.units.sort_by_key(|unit| unit.packet);
    out
}

fn read_map(out: &mut Parsed, payload: &[u8]) {
    let section = &payload[1 + payload[0] as usize..];
    let length = 3 + (usize::from(section[1] & 0x0F) << 8 | usize::from(section[2]));
    let section = &section[..length];
    assert_eq!(section[0], 2);
    assert_eq!(crc(section), 0, "checksum of the map");
    let streams = usize::from(section[10] & 0x0F) << 8 | usize::from(section[11]);
    let mut at = 12 + streams;
    out.streams.clear();
    while at < length - 4 {
        let pid = u16::from_be_bytes([section[at + 1], section[at + 2]]) & 0x1FFF;
        out.streams.push((section[at], pid));
        at += 5 + (usize::from(section[at + 3] & 0x0F) << 8 | usize::from(section[at + 4]));
    }
    out.map_section = section.to_vec();
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = 0xFFFF_FFFF_u32;
    for byte in bytes {
        for bit in (0..8).rev() {
            let top = crc >> 31 ^ u32::from(byte >> bit & 1);
            crc = crc << 1 ^ if top == 1 { 0x04C1_1DB7 } else { 0 };
        }
    }
    crc
}

fn unit(pid: u16, packet: usize, bytes: &[u8]) -> Unit {
    let time = |at: usize| {
        let field = bytes[at..at + 5]
            .iter()
            .fold(0, |v, b| v << 8 | u64::from(*b));
        assert_eq!(field & 0x1_0001_0001, 0x1_0001_0001, "marker bits");
        (field >> 33 & 7) << 30 | (field >> 17 & 0x7FFF) << 15 | (field >> 1 & 0x7FFF)
    };
    let length = usize::from(bytes[4]) << 8 | usize::from(bytes[5]);
    let end = if length == 0 { bytes.len() } else { 6 + length };
    Unit {
        pid,
        stream_id: bytes[3],
        pts: (bytes[7] & 0x80 != 0).then(|| time(9)),
        dts: (bytes[7] & 0xC0 == 0xC0).then(|| time(14)),
        body: bytes[9 + bytes[8] as usize..end].to_vec(),
        packet,
    }
}

/// Owner and content of a tag that has one PRIV frame and nothing else.
pub fn priv_frame(tag: &[u8]) -> (String, String) {
    let size = |bytes: &[u8]| {
        assert!(bytes.iter().all(|b| b & 0x80 == 0), "syncsafe");
        bytes.iter().fold(0, |v, b| v << 7 | usize::from(*b))
    };
    assert_eq!(&tag[..6], b"ID3\x04\x00\x00");
    assert_eq!(size(&tag[6..10]), tag.len() - 10);
    assert_eq!(&tag[10..14], b"PRIV");
    assert_eq!(size(&tag[14..18]), tag.len() - 20);
    assert_eq!(&tag[18..20], [0, 0]);
    let text = std::str::from_utf8(&tag[20..]).unwrap();
    let (owner, content) = text.split_once('\0').unwrap();
    (owner.to_owned(), content.to_owned())
}
