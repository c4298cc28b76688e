//! ID3 tags, as far as timed metadata uses them: PRIV and TXXX frames.

/// One frame of a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// IVS and most live services: an owner, and bytes of its own.
    Priv { owner: String, data: Vec<u8> },
    /// Text under a description, which is often empty.
    Text { description: String, value: String },
}

/// The frames of all tags in `bytes`, one tag after another; anything else in them, and
/// frames that are compressed or encrypted, are passed over.
pub fn frames(bytes: &[u8]) -> Vec<Frame> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while let Some((tag, after)) = next_tag(rest) {
        read_tag(&tag, &mut found);
        rest = after;
    }
    found
}

struct Tag {
    version: u8,
    body: Vec<u8>,
}

fn next_tag(bytes: &[u8]) -> Option<(Tag, &[u8])> {
    let header = bytes
        .get(..10)
        .filter(|header| header.starts_with(b"ID3"))?;
    let (version, flags) = (header[3], header[5]);
    let size = syncsafe(&header[6..10]);
    let end = (10 + size).min(bytes.len());
    let footer = if flags & 0x10 != 0 { 10 } else { 0 };
    let mut body = bytes[10..end].to_vec();
    // Up to 2.3 the whole tag is kept free of false syncs; 2.4 does it frame by frame.
    if flags & 0x80 != 0 && version < 4 {
        body = synchronised(&body);
    }
    if flags & 0x40 != 0 {
        let size = body.get(..4).map_or(0, |size| match version {
            4 => syncsafe(size),
            _ => 4 + be32(size),
        });
        body.drain(..size.min(body.len()));
    }
    let after = bytes.get(end + footer..).unwrap_or_default();
    Some((Tag { version, body }, after))
}

fn read_tag(tag: &Tag, found: &mut Vec<Frame>) {
    if !matches!(tag.version, 3 | 4) {
        return;
    }
    let mut rest = tag.body.as_slice();
    while let Some(header) = rest.get(..10).filter(|header| header[0] != 0) {
        let size = match tag.version {
            4 => syncsafe(&header[4..8]),
            _ => be32(&header[4..8]),
        };
        let Some(content) = rest.get(10..10 + size) else {
            return;
        };
        if let Some(content) = plain(tag.version, header[9], content) {
            found.extend(match &header[..4] {
                b"PRIV" => private(&content),
                b"TXXX" => text(&content),
                _ => None,
            });
        }
        rest = &rest[10 + size..];
    }
}

/// The content of a frame without what its flags put around it.
fn plain(version: u8, flags: u8, content: &[u8]) -> Option<Vec<u8>> {
    if version == 3 {
        let extra = usize::from(flags >> 5 & 1);
        return (flags & 0xC0 == 0).then(|| content.get(extra..).map(<[u8]>::to_vec))?;
    }
    if flags & 0x0C != 0 {
        return None;
    }
    let extra = usize::from(flags >> 6 & 1) + 4 * usize::from(flags & 1);
    let content = content.get(extra..)?;
    Some(match flags & 2 {
        0 => content.to_vec(),
        _ => synchronised(content),
    })
}

fn private(content: &[u8]) -> Option<Frame> {
    let end = content.iter().position(|byte| *byte == 0)?;
    Some(Frame::Priv {
        owner: String::from_utf8_lossy(&content[..end]).into_owned(),
        data: content[end + 1..].to_vec(),
    })
}

fn text(content: &[u8]) -> Option<Frame> {
    let (encoding, content) = content.split_first()?;
    let wide = matches!(encoding, 1 | 2);
    let end = match wide {
        true => 2 * content.chunks_exact(2).position(|pair| pair == [0, 0])?,
        false => content.iter().position(|byte| *byte == 0)?,
    };
    let after = end + if wide { 2 } else { 1 };
    let value = decode(*encoding, content.get(after..)?)?;
    Some(Frame::Text {
        description: decode(*encoding, &content[..end])?,
        value: value.trim_end_matches('\0').to_owned(),
    })
}

fn decode(encoding: u8, bytes: &[u8]) -> Option<String> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let pairs = bytes.chunks_exact(2);
        let units: Vec<u16> = pairs.map(|pair| unit([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match encoding {
        0 => Some(bytes.iter().map(|byte| char::from(*byte)).collect()),
        1 => Some(match bytes {
            [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes),
            [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes),
            rest => wide(rest, u16::from_le_bytes),
        }),
        2 => Some(wide(bytes, u16::from_be_bytes)),
        3 => Some(String::from_utf8_lossy(bytes).into_owned()),
        _ => None,
    }
}

/// Takes out the zeros that were put in after every 0xFF.
fn synchronised(bytes: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut guarded = false;
    for byte in bytes {
        if !(guarded && *byte == 0) {
            out.push(*byte);
        }
        guarded = *byte == 0xFF;
    }
    out
}

fn syncsafe(bytes: &[u8]) -> usize {
    let fold = |size, byte: &u8| size << 7 | usize::from(byte & 0x7F);
    bytes.iter().fold(0, fold)
}

fn be32(bytes: &[u8]) -> usize {
    let fold = |size, byte: &u8| size << 8 | usize::from(*byte);
    bytes.iter().fold(0, fold)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(id: &[u8; 4], flags: u8, content: &[u8]) -> Vec<u8> {
        let mut frame = id.to_vec();
        frame.extend([
            0,
            0,
            (content.len() >> 7) as u8,
            content.len() as u8 & 0x7F,
            0,
            flags,
        ]);
        frame.extend(content);
        frame
    }

    fn tag(frames: &[Vec<u8>]) -> Vec<u8> {
        let body = frames.concat();
        let mut tag = b"ID3\x04\x00\x00\x00\x00".to_vec();
        tag.extend([(body.len() >> 7) as u8, body.len() as u8 & 0x7F]);
        tag.extend(body);
        tag
    }

    fn said(description: &str, value: &str) -> Frame {
        Frame::Text {
            description: description.into(),
            value: value.into(),
        }
    }

    #[test]
    fn frames_of_both_sorts_are_read_in_order_over_several_tags() {
        let one = tag(&[
            frame(b"PRIV", 0, b"owner\0{\"a\":1}"),
            frame(b"TDEN", 0, b"\x002020"),
            frame(b"TXXX", 0, b"\x03what\0sa\xC3\xAFd\0"),
        ]);
        let both = [one, tag(&[frame(b"TXXX", 0, b"\x00\0caf\xE9")])].concat();
        let first = Frame::Priv {
            owner: "owner".into(),
            data: b"{\"a\":1}".to_vec(),
        };
        assert_eq!(
            frames(&both),
            [first, said("what", "saïd"), said("", "café")]
        );
    }

    #[test]
    fn wide_text_is_read_in_both_orders() {
        let little = frame(b"TXXX", 0, b"\x01\xFF\xFEd\0\0\0\xFF\xFEv\0");
        let big = frame(b"TXXX", 0, b"\x02\0d\0\0\0v");
        assert_eq!(
            frames(&tag(&[little, big])),
            [said("d", "v"), said("d", "v")]
        );
    }

    #[test]
    fn what_flags_put_around_a_frame_is_taken_off() {
        let grouped = frame(b"TXXX", 0x40, b"G\x03\0a");
        let measured = frame(b"TXXX", 0x03, b"\0\0\0\x05\x03\0\xFF\0b");
        let compressed = frame(b"TXXX", 0x08, b"\x03\0c");
        let found = frames(&tag(&[grouped, measured, compressed]));
        assert_eq!(found, [said("", "a"), said("", "\u{FFFD}b")]);
    }

    #[test]
    fn a_tag_that_promises_more_than_there_is_gives_what_is_whole() {
        let whole = tag(&[frame(b"TXXX", 0, b"\x03\0a"), frame(b"TXXX", 0, b"\x03\0b")]);
        assert_eq!(frames(&whole[..whole.len() - 1]), [said("", "a")]);
        for length in 0..whole.len() {
            frames(&whole[..length]);
        }
    }
}
