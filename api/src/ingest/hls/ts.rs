//! What a transport stream segment says of time: its pictures and its timed metadata.

use super::packets::{Packet, packets, pes_header, pes_length, streams};

pub use super::id3::Frame;
use super::id3::frames;

/// Presentation times count 90,000 to the second and have 33 bits.
const WRAP: u64 = 1 << 33;

/// A presentation time as it stands in the stream: it wraps after 26.5 hours, so only
/// differences mean anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pts(u64);

impl Pts {
    pub fn new(ticks: u64) -> Self {
        Self(ticks % WRAP)
    }

    pub fn ticks(self) -> u64 {
        self.0
    }

    /// Ticks from `earlier` to this one, the short way round the wrap; negative if it is
    /// not earlier after all.
    pub fn since(self, earlier: Self) -> i64 {
        let ahead = (self.0 + WRAP - earlier.0) % WRAP;
        match ahead < WRAP / 2 {
            true => ahead as i64,
            false => ahead as i64 - WRAP as i64,
        }
    }

    /// The whole milliseconds of it: as recognisers of video tell the time of a picture.
    pub fn ms_since(self, earlier: Self) -> i64 {
        self.since(earlier).div_euclid(90)
    }
}

/// A timed metadata unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimedTag {
    pub pts: Pts,
    pub frames: Vec<Frame>,
}

/// What was read of a segment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contents {
    /// The time of every picture, in the order in which they are shown.
    pub pictures: Vec<Pts>,
    /// The first picture of the stream, with which decoding begins. Those that are shown before it need the
    /// segment before, and playlists count them to that.
    pub key: Option<Pts>,
    /// The earliest sound, for segments without pictures.
    pub first_sound: Option<Pts>,
    /// Timed metadata with at least one frame, in the order of the stream.
    pub tags: Vec<TimedTag>,
}

impl Contents {
    /// The time of the segment's first picture.
    pub fn first_video(&self) -> Option<Pts> {
        self.pictures.first().copied()
    }

    /// Where the segment begins: with the first picture that can be shown, else with its first sound.
    pub fn start(&self) -> Option<Pts> {
        self.key.or(self.first_sound)
    }

    /// The pictures that can be shown without the segment before, in their order.
    pub fn visible(&self) -> &[Pts] {
        let Some(key) = self.key else {
            return &[];
        };
        let first = self.pictures.partition_point(|pts| pts.since(key) < 0);
        &self.pictures[first..]
    }
}

/// Why a segment says nothing of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TsError {
    #[error("the segment is not an MPEG transport stream")]
    NotTransportStream,
    #[error("the transport stream has no programme tables")]
    NoTables,
}

/// Reads a segment.
pub fn read(segment: &[u8]) -> Result<Contents, TsError> {
    if packets(segment).next().is_none() {
        return Err(TsError::NotTransportStream);
    }
    let streams = streams(segment).ok_or(TsError::NoTables)?;
    let of_type = |types: &[u8]| {
        let mut pids = streams.iter().filter(|(_, kind)| types.contains(kind));
        pids.next().map(|(pid, _)| *pid)
    };
    let video = of_type(&[0x01, 0x02, 0x10, 0x1B, 0x24]);
    let sound = of_type(&[0x03, 0x04, 0x0F, 0x11, 0x81, 0x87]);
    let is_metadata = |pid: u16| streams.get(&pid) == Some(&0x15);
    let mut contents = Contents::default();
    let mut open: Vec<(u16, Vec<u8>)> = Vec::new();
    for packet in packets(segment) {
        let Packet {
            pid,
            starts,
            payload,
        } = packet;
        if is_metadata(pid) {
            gather(&mut open, &mut contents.tags, packet);
        } else if starts && (Some(pid) == video || Some(pid) == sound) {
            let Some((pts, _)) = pes_header(payload) else {
                continue;
            };
            let pts = Pts::new(pts);
            if Some(pid) == video {
                contents.pictures.push(pts);
            } else {
                contents.first_sound.get_or_insert(pts);
            }
        }
    }
    for (_, unit) in open {
        contents.tags.extend(timed(&unit));
    }
    contents.key = contents.first_video();
    if let Some(key) = contents.key {
        contents.pictures.sort_by_key(|pts| pts.since(key));
    }
    Ok(contents)
}

/// Puts the units of the metadata streams together; a whole one is read at once.
fn gather(open: &mut Vec<(u16, Vec<u8>)>, tags: &mut Vec<TimedTag>, packet: Packet<'_>) {
    let at = open.iter().position(|(pid, _)| *pid == packet.pid);
    match (at, packet.starts) {
        (Some(at), true) => {
            let (_, unit) = open.remove(at);
            tags.extend(timed(&unit));
            open.push((packet.pid, packet.payload.to_vec()));
        }
        (None, true) => open.push((packet.pid, packet.payload.to_vec())),
        (Some(at), false) => open[at].1.extend_from_slice(packet.payload),
        // The middle of a unit that began in the segment before.
        (None, false) => return,
    }
    let last = open.len() - 1;
    let unit = &open[at.filter(|_| !packet.starts).unwrap_or(last)].1;
    if pes_length(unit).is_some_and(|length| unit.len() >= length) {
        tags.extend(timed(unit));
        open.retain(|(pid, _)| *pid != packet.pid);
    }
}

fn timed(unit: &[u8]) -> Option<TimedTag> {
    let (pts, start) = pes_header(unit)?;
    let end = pes_length(unit).map_or(unit.len(), |length| length.min(unit.len()));
    let frames = frames(unit.get(start..end)?);
    (!frames.is_empty()).then_some(TimedTag {
        pts: Pts::new(pts),
        frames,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_apart_the_short_way_round_the_wrap() {
        let (before, after) = (Pts::new(WRAP - 9_000), Pts::new(9_000));
        assert_eq!(
            (after.since(before), before.since(after)),
            (18_000, -18_000)
        );
        assert_eq!(
            (after.ms_since(before), before.ms_since(after)),
            (200, -200)
        );
        assert_eq!(Pts::new(WRAP + 1), Pts::new(1));
    }

    #[test]
    fn what_is_no_transport_stream_is_said_so() {
        assert_eq!(read(b""), Err(TsError::NotTransportStream));
        assert_eq!(read(b"\0\0\0\x18ftyp"), Err(TsError::NotTransportStream));
        assert_eq!(read(&[0xAB; 4_000]), Err(TsError::NotTransportStream));
        let mut empty = [0xFF; 188];
        empty[..4].copy_from_slice(&[0x47, 0x1F, 0xFF, 0x10]);
        assert_eq!(read(&empty), Err(TsError::NoTables));
    }
}
