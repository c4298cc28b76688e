//! The programme of a stream: its tables read, and its map written anew with the metadata.

use std::collections::BTreeSet;

use super::{PACKET, Packet, packetise};

const PAT_PID: u16 = 0;
const METADATA_IN_PES: u8 = 0x15;
const USUAL_METADATA_PID: u16 = 0x102;
const LAST_FREE_PID: u16 = 0x1FFE;

/// Why a segment cannot be looped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProgramError {
    #[error("it is not an MPEG transport stream of 188-byte packets")]
    NotTransportStream,
    #[error("it has no programme tables (PAT and PMT)")]
    NoTables,
    #[error("its programme map does not fit into one packet with the metadata added")]
    MapTooLong,
    #[error("it has no video stream")]
    NoVideo,
}

/// One elementary stream as the map names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    pub pid: u16,
    pub stream_type: u8,
    descriptors: Vec<u8>,
}

impl Stream {
    pub fn is_video(&self) -> bool {
        matches!(self.stream_type, 0x01 | 0x02 | 0x10 | 0x1B | 0x24)
    }
}

/// The first programme of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    number: u16,
    pub map_pid: u16,
    clock_pid: u16,
    descriptors: Vec<u8>,
    /// Audio, video and the like, without timed metadata of the clip's own.
    pub streams: Vec<Stream>,
    /// The clip's own timed metadata, left out: a loop would say it again for ever.
    pub dropped: BTreeSet<u16>,
    pub video_pid: u16,
}

impl Program {
    /// Reads the tables at the head of a segment.
    pub fn read(segment: &[u8]) -> Result<Self, ProgramError> {
        let whole = segment.chunks(PACKET).all(|p| Packet::read(p).is_some());
        if segment.is_empty() || !whole {
            return Err(ProgramError::NotTransportStream);
        }
        let pat = section(segment, PAT_PID, 0x00).ok_or(ProgramError::NoTables)?;
        let (number, map_pid) = pat
            .get(8..pat.len() - 4)
            .unwrap_or_default()
            .chunks_exact(4)
            .map(|entry| (be16(entry), be16(&entry[2..]) & 0x1FFF))
            .find(|(number, _)| *number != 0)
            .ok_or(ProgramError::NoTables)?;
        let map = section(segment, map_pid, 0x02).ok_or(ProgramError::NoTables)?;
        Self::parse(number, map_pid, map).ok_or(ProgramError::NoTables)?
    }

    /// `None` where the map's lengths contradict each other.
    fn parse(number: u16, map_pid: u16, map: &[u8]) -> Option<Result<Self, ProgramError>> {
        let clock_pid = be16(map.get(8..10)?) & 0x1FFF;
        let info = usize::from(be16(map.get(10..12)?) & 0x0FFF);
        let descriptors = map.get(12..12 + info)?.to_vec();
        let mut rest = map.get(12 + info..map.len() - 4)?;
        let (mut streams, mut dropped) = (Vec::new(), BTreeSet::new());
        while rest.len() >= 5 {
            let (stream_type, pid) = (rest[0], be16(&rest[1..]) & 0x1FFF);
            let end = 5 + usize::from(be16(&rest[3..]) & 0x0FFF);
            let descriptors = rest.get(5..end)?.to_vec();
            rest = &rest[end..];
            if stream_type == METADATA_IN_PES {
                dropped.insert(pid);
            } else {
                streams.push(Stream {
                    pid,
                    stream_type,
                    descriptors,
                });
            }
        }
        let Some(video_pid) = streams.iter().find(|s| s.is_video()).map(|s| s.pid) else {
            return Some(Err(ProgramError::NoVideo));
        };
        Some(Ok(Self {
            number,
            map_pid,
            clock_pid,
            descriptors,
            streams,
            dropped,
            video_pid,
        }))
    }

    /// Whether two segments can follow each other as one programme.
    pub fn is_same_as(&self, other: &Self) -> bool {
        let shape = |p: &Self| -> Vec<(u16, u8)> {
            p.streams.iter().map(|s| (s.pid, s.stream_type)).collect()
        };
        (self.number, self.map_pid, self.clock_pid)
            == (other.number, other.map_pid, other.clock_pid)
            && shape(self) == shape(other)
    }

    /// Where the metadata goes: the usual place, or the first free one after it.
    pub fn free_pid(&self, taken: &BTreeSet<u16>) -> Option<u16> {
        let free = |pid: &u16| {
            !taken.contains(pid)
                && *pid != self.map_pid
                && *pid != self.clock_pid
                && self.streams.iter().all(|s| s.pid != *pid)
        };
        (USUAL_METADATA_PID..=LAST_FREE_PID)
            .chain(0x20..USUAL_METADATA_PID)
            .find(free)
    }

    /// The map with the metadata stream declared, as the packet that carries it.
    pub fn map_with_metadata(&self, metadata_pid: u16) -> Result<Vec<u8>, ProgramError> {
        let mut body = Vec::with_capacity(PACKET);
        body.extend(self.number.to_be_bytes());
        body.extend([0xC1, 0, 0]);
        body.extend((0xE000 | self.clock_pid).to_be_bytes());
        let pointer = metadata_pointer(self.number);
        let info = self.descriptors.len() + pointer.len();
        body.extend((0xF000 | info as u16).to_be_bytes());
        body.extend_from_slice(&self.descriptors);
        body.extend_from_slice(&pointer);
        let metadata = Stream {
            pid: metadata_pid,
            stream_type: METADATA_IN_PES,
            descriptors: METADATA_DESCRIPTOR.to_vec(),
        };
        for stream in self.streams.iter().chain([&metadata]) {
            body.push(stream.stream_type);
            body.extend((0xE000 | stream.pid).to_be_bytes());
            body.extend((0xF000 | stream.descriptors.len() as u16).to_be_bytes());
            body.extend_from_slice(&stream.descriptors);
        }
        // A pointer, table id and length before; the checksum after.
        let mut unit = vec![0, 0x02];
        unit.extend((0xB000 | (body.len() + 4) as u16).to_be_bytes());
        unit.extend(body);
        unit.extend(crc32_mpeg(&unit[1..]).to_be_bytes());
        if unit.len() > PACKET - 4 {
            return Err(ProgramError::MapTooLong);
        }
        unit.resize(PACKET - 4, 0xFF);
        Ok(packetise(self.map_pid, &unit, 0))
    }
}

fn metadata_pointer(program: u16) -> [u8; 17] {
    let mut descriptor = *b"\x25\x0F\xFF\xFFID3 \xFFID3 \x00\x1F\x00\x00";
    descriptor[15..].copy_from_slice(&program.to_be_bytes());
    descriptor
}

const METADATA_DESCRIPTOR: [u8; 15] = *b"\x26\x0D\xFF\xFFID3 \xFFID3 \x00\x0F";

/// The first whole table of this id on this PID.
fn section(segment: &[u8], pid: u16, table: u8) -> Option<&[u8]> {
    segment
        .chunks_exact(PACKET)
        .filter_map(Packet::read)
        .filter(|packet| packet.pid() == pid && packet.starts_unit())
        .find_map(|packet| {
            let payload = packet.payload();
            let start = 1 + usize::from(*payload.first()?);
            let header = payload.get(start..start + 3)?;
            let length = 3 + usize::from(be16(&header[1..]) & 0x0FFF);
            // Shorter than its own header and checksum, it says nothing.
            (header[0] == table && length >= 12).then_some(())?;
            payload.get(start..start + length)
        })
}

fn be16(bytes: &[u8]) -> u16 {
    u16::from_be_bytes([bytes[0], bytes[1]])
}

/// The checksum of MPEG tables: CRC-32 unreflected, without the final inversion.
fn crc32_mpeg(bytes: &[u8]) -> u32 {
    bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte) << 24, |crc, _| {
            match crc & 0x8000_0000 {
                0 => crc << 1,
                _ => crc << 1 ^ 0x04C1_1DB7,
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program() -> Program {
        let stream = |pid, stream_type| Stream {
            pid,
            stream_type,
            descriptors: Vec::new(),
        };
        Program {
            number: 1,
            map_pid: 0x1000,
            clock_pid: 0x100,
            descriptors: Vec::new(),
            streams: vec![stream(0x100, 0x1B), stream(0x101, 0x0F)],
            dropped: BTreeSet::new(),
            video_pid: 0x100,
        }
    }

    #[test]
    fn the_checksum_is_the_one_of_mpeg() {
        // The check value of CRC-32/MPEG-2.
        assert_eq!(crc32_mpeg(b"123456789"), 0x0376_E6E7);
    }

    #[test]
    fn the_map_declares_the_metadata_byte_for_byte() {
        let packet = program().map_with_metadata(0x102).unwrap();
        let unit = Packet::read(&packet).unwrap().payload();
        let length = usize::from(be16(&unit[2..]) & 0x0FFF);
        let section = &unit[1..4 + length];
        assert_eq!(crc32_mpeg(section), 0, "the checksum closes the section");
        assert_eq!(section[10..12], [0xF0, 17]);
        assert_eq!(
            section[12..29],
            *b"\x25\x0F\xFF\xFFID3 \xFFID3 \x00\x1F\x00\x01"
        );
        let tail = &section[section.len() - 24..section.len() - 4];
        assert_eq!(
            tail,
            b"\x15\xE1\x02\xF0\x0F\x26\x0D\xFF\xFFID3 \xFFID3 \x00\x0F"
        );
        assert!(unit[4 + length..].iter().all(|byte| *byte == 0xFF));
    }

    #[test]
    fn a_taken_pid_is_not_taken_again() {
        let mut program = program();
        assert_eq!(program.free_pid(&BTreeSet::new()), Some(0x102));
        assert_eq!(program.free_pid(&BTreeSet::from([0x102])), Some(0x103));
        program.streams[1].pid = 0x102;
        program.map_pid = 0x103;
        assert_eq!(program.free_pid(&BTreeSet::new()), Some(0x104));
    }

    #[test]
    fn a_map_that_would_not_fit_is_refused() {
        let mut program = program();
        program.descriptors = vec![0; 120];
        assert!(program.map_with_metadata(0x102).is_ok());
        program.descriptors.push(0);
        assert_eq!(
            program.map_with_metadata(0x102),
            Err(ProgramError::MapTooLong)
        );
    }

    #[test]
    fn what_is_no_transport_stream_is_refused() {
        assert_eq!(Program::read(b""), Err(ProgramError::NotTransportStream));
        assert_eq!(
            Program::read(&[0x47; 300]),
            Err(ProgramError::NotTransportStream)
        );
        assert_eq!(
            Program::read(&packetise(0x100, &[0; 184], 0)),
            Err(ProgramError::NoTables)
        );
    }
}
