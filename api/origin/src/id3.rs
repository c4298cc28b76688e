//! An ID3v2.4 tag with one PRIV frame, and the PES that carries it.

use crate::METADATA_OWNER;
use crate::ts::write_stamp;

/// The tag that carries what was said, as IVS writes it: no flags, no extended header.
fn tag(text: &str) -> Vec<u8> {
    let content = METADATA_OWNER.len() + 1 + text.len();
    let mut tag = Vec::with_capacity(20 + content);
    tag.extend(b"ID3\x04\x00\x00");
    tag.extend(syncsafe(10 + content));
    tag.extend(b"PRIV");
    tag.extend(syncsafe(content));
    tag.extend([0, 0]);
    tag.extend(METADATA_OWNER.as_bytes());
    tag.push(0);
    tag.extend(text.as_bytes());
    tag
}

/// The tag as a unit of the metadata stream at this time.
pub fn pes(text: &str, pts: u64) -> Vec<u8> {
    let tag = tag(text);
    let mut pes = Vec::with_capacity(14 + tag.len());
    pes.extend([0, 0, 1, 0xBD]);
    pes.extend(((8 + tag.len()) as u16).to_be_bytes());
    // Data aligned to the unit; a PTS and nothing else.
    pes.extend([0x84, 0x80, 5, 0, 0, 0, 0, 0]);
    write_stamp(&mut pes[9..], 2, pts);
    pes.extend(tag);
    pes
}

fn syncsafe(size: usize) -> [u8; 4] {
    [21, 14, 7, 0].map(|shift| (size >> shift) as u8 & 0x7F)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_seven_bits_a_byte() {
        assert_eq!(syncsafe(127), [0, 0, 0, 127]);
        assert_eq!(syncsafe(128), [0, 0, 1, 0]);
        assert_eq!(syncsafe(1068), [0, 0, 8, 44]);
    }

    #[test]
    fn a_unit_is_these_bytes() {
        let unit = pes("{\"a\":1}", 90_000);
        let mut expected = b"\x00\x00\x01\xBD\x00\x3B\x84\x80\x05\x21\x00\x05\xBF\x21".to_vec();
        expected.extend(b"ID3\x04\x00\x00\x00\x00\x00\x29PRIV\x00\x00\x00\x1F\x00\x00");
        expected.extend(b"metadata.live-video.net\x00{\"a\":1}");
        assert_eq!(unit, expected);
    }
}
