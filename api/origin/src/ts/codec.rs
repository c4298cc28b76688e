//! What the master playlist says of the picture and the sound, read from the stream itself.

use super::{Packet, Program, distinct_packets};

/// The picture as its parameter set states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// As RFC 6381 writes it, such as `avc1.4d401e`.
    pub codec: String,
    pub width: u32,
    pub height: u32,
}

/// The picture of an H.264 clip; `None` for any other coding.
pub fn picture(segment: &[u8], program: &Program) -> Option<Picture> {
    let video = program
        .streams
        .iter()
        .find(|s| s.pid == program.video_pid && s.stream_type == 0x1B)?;
    let unit = first_unit(segment, video.pid);
    let at = unit
        .windows(4)
        .position(|w| w[..3] == [0, 0, 1] && w[3] & 0x1F == 7)?;
    parameter_set(&unit[at + 4..])
}

/// The sound's codec; `None` if there is none that is known here.
pub fn audio_codec(segment: &[u8], program: &Program) -> Option<String> {
    let audio = program.streams.iter().find(|s| !s.is_video())?;
    match audio.stream_type {
        0x03 | 0x04 => Some("mp4a.40.34".to_owned()),
        0x0F => {
            let unit = first_unit(segment, audio.pid);
            let at = unit
                .windows(2)
                .position(|w| w[0] == 0xFF && w[1] & 0xF6 == 0xF0)?;
            Some(format!("mp4a.40.{}", (unit.get(at + 2)? >> 6) + 1))
        }
        _ => None,
    }
}

/// The bytes of the first PES on this PID.
fn first_unit(segment: &[u8], pid: u16) -> Vec<u8> {
    let mut packets = distinct_packets(segment)
        .filter(|p| p.pid() == pid)
        .skip_while(|p| !p.starts_unit());
    let Some(first) = packets.next() else {
        return Vec::new();
    };
    let rest = packets.take_while(|p| !p.starts_unit());
    let payload = first.payload();
    let header = 9 + payload.get(8).copied().map_or(0, usize::from);
    let mut unit = payload.get(header..).unwrap_or_default().to_vec();
    unit.extend(rest.flat_map(Packet::payload));
    unit
}

fn parameter_set(nal: &[u8]) -> Option<Picture> {
    let mut bits = Bits::of(nal);
    let (profile, constraints, level) = (bits.read(8)?, bits.read(8)?, bits.read(8)?);
    bits.golomb()?;
    let mut chroma = 1;
    if matches!(
        profile,
        100 | 110 | 122 | 244 | 44 | 83 | 86 | 118 | 128 | 138
    ) {
        chroma = bits.golomb()?;
        if chroma == 3 {
            bits.read(1)?;
        }
        bits.golomb()?;
        bits.golomb()?;
        bits.read(1)?;
        if bits.read(1)? == 1 {
            skip_scaling_lists(&mut bits, if chroma == 3 { 12 } else { 8 })?;
        }
    }
    bits.golomb()?;
    match bits.golomb()? {
        0 => {
            bits.golomb()?;
        }
        1 => {
            bits.read(1)?;
            bits.golomb()?;
            bits.golomb()?;
            for _ in 0..bits.golomb()? {
                bits.golomb()?;
            }
        }
        _ => {}
    }
    bits.golomb()?;
    bits.read(1)?;
    let columns = bits.golomb()? + 1;
    let rows = bits.golomb()? + 1;
    let frames_only = bits.read(1)?;
    if frames_only == 0 {
        bits.read(1)?;
    }
    bits.read(1)?;
    let mut crop = [0; 4];
    if bits.read(1)? == 1 {
        for side in &mut crop {
            *side = bits.golomb()?;
        }
    }
    let unit_x = if matches!(chroma, 1 | 2) { 2 } else { 1 };
    let unit_y = if chroma == 1 { 2 } else { 1 } * (2 - frames_only);
    let cropped = |whole: u32, unit: u32, a: u32, b: u32| {
        whole.checked_sub(unit.checked_mul(a.checked_add(b)?)?)
    };
    Some(Picture {
        codec: format!("avc1.{profile:02x}{constraints:02x}{level:02x}"),
        width: cropped(columns.checked_mul(16)?, unit_x, crop[0], crop[1])?,
        height: cropped(
            rows.checked_mul(16)?.checked_mul(2 - frames_only)?,
            unit_y,
            crop[2],
            crop[3],
        )?,
    })
}

fn skip_scaling_lists(bits: &mut Bits, lists: u32) -> Option<()> {
    for list in 0..lists {
        if bits.read(1)? == 0 {
            continue;
        }
        let (mut last, mut next) = (8_i64, 8_i64);
        for _ in 0..if list < 6 { 16 } else { 64 } {
            if next != 0 {
                let code = i64::from(bits.golomb()?);
                let delta = if code % 2 == 1 {
                    (code + 1) / 2
                } else {
                    -(code / 2)
                };
                next = (last + delta).rem_euclid(256);
            }
            last = if next == 0 { last } else { next };
        }
    }
    Some(())
}

/// Bits of a NAL unit, its emulation prevention taken out.
struct Bits {
    bytes: Vec<u8>,
    at: usize,
}

impl Bits {
    /// A parameter set is short: the first bytes hold all that is asked of it here.
    fn of(nal: &[u8]) -> Self {
        let mut bytes: Vec<u8> = Vec::new();
        for byte in nal.iter().take(256) {
            if !(*byte == 3 && bytes.ends_with(&[0, 0])) {
                bytes.push(*byte);
            }
        }
        Self { bytes, at: 0 }
    }

    fn read(&mut self, count: usize) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            let byte = self.bytes.get(self.at / 8)?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }

    fn golomb(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while self.read(1)? == 0 {
            zeros += 1;
        }
        // Longer codes hold no number that a picture could have.
        (zeros < 31).then_some(())?;
        Some((1 << zeros) - 1 + self.read(zeros)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_set_gives_codec_and_cropped_size() {
        // Main 3.1, 640x360 = 40x23 macroblocks, 8 rows cropped at the foot.
        let nal = [
            0x4d, 0x40, 0x1e, 0xec, 0xa0, 0x50, 0x17, 0xfc, 0xb0, 0x11, 0x00, 0x00, 0x03, 0x00,
            0x01,
        ];
        let picture = parameter_set(&nal).unwrap();
        assert_eq!(picture.codec, "avc1.4d401e");
        assert_eq!((picture.width, picture.height), (640, 360));
    }

    #[test]
    fn a_broken_parameter_set_gives_nothing() {
        assert_eq!(parameter_set(&[0x4d, 0x40]), None);
        assert_eq!(parameter_set(&[0; 64]), None);
    }
}
