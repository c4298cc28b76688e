//! Fragmented MP4: when each picture of a segment is shown, by the boxes that say so.

use super::ts::{Contents, Pts};

/// Presentation times are told in ticks of this many a second, as in a transport stream.
const TICKS: i128 = 90_000;
/// No segment holds more samples: hours of pictures.
const MOST: usize = 1_000_000;

/// Why a segment says nothing of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BoxError {
    #[error("the segment is not fragmented MP4")]
    NotFragments,
    #[error("its header (EXT-X-MAP) has no track table")]
    NoTracks,
    #[error("a box is cut off or too long")]
    Torn,
}

/// A track, as the header describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Track {
    id: u32,
    /// Units of its times in a second.
    scale: u32,
    is_video: bool,
    /// How long a sample is where nothing nearer says so.
    duration: u32,
}

/// Whether it begins as MP4 does.
pub fn is_mp4(bytes: &[u8]) -> bool {
    let kind = bytes.get(4..8).unwrap_or_default();
    [
        b"ftyp", b"styp", b"moof", b"moov", b"sidx", b"emsg", b"prft", b"free",
    ]
    .iter()
    .any(|known| kind == *known)
}

/// Reads a segment by its header, which may also stand in the segment itself.
pub fn read(header: Option<&[u8]>, segment: &[u8]) -> Result<Contents, BoxError> {
    let moov = match header.and_then(|header| find(header, b"moov")) {
        Some(moov) => moov,
        None => find(segment, b"moov").ok_or(BoxError::NoTracks)?,
    };
    let tracks = tracks(moov)?;
    let (mut pictures, mut first_sound) = (Vec::new(), None);
    let mut fragments = 0;
    // Of several video tracks the first is the picture.
    let video = tracks.iter().find(|track| track.is_video);
    for (kind, moof) in boxes(segment) {
        if kind != b"moof" {
            continue;
        }
        fragments += 1;
        for (_, traf) in boxes(moof).filter(|(kind, _)| *kind == b"traf") {
            let head = find(traf, b"tfhd").ok_or(BoxError::Torn)?;
            let id = be32(head, 4)?;
            let Some(track) = tracks.iter().find(|track| track.id == id) else {
                continue;
            };
            if Some(id) == video.map(|track| track.id) {
                samples(track, traf, head, &mut pictures)?;
            } else if !track.is_video && first_sound.is_none() {
                first_sound = Some(ticks(base(traf)?, track.scale));
            }
        }
    }
    if fragments == 0 {
        return Err(BoxError::NotFragments);
    }
    let key = pictures.first().map(|at| pts(*at, video));
    pictures.sort_unstable();
    let pictures = pictures.into_iter().map(|at| pts(at, video)).collect();
    Ok(Contents {
        pictures,
        key,
        first_sound,
        tags: Vec::new(),
    })
}

fn pts(at: i64, track: Option<&Track>) -> Pts {
    ticks(at, track.map_or(1, |track| track.scale))
}

/// A time in units of the track as ticks, to the nearest.
fn ticks(at: i64, scale: u32) -> Pts {
    let scale = i128::from(scale.max(1));
    let ticks = (i128::from(at) * TICKS * 2 + scale).div_euclid(scale * 2);
    let ticks = ticks.rem_euclid(1 << 33);
    Pts::new(u64::try_from(ticks).unwrap_or_default())
}

/// Appends when each sample of a fragment's track is shown.
fn samples(
    track: &Track,
    traf: &[u8],
    head: &[u8],
    pictures: &mut Vec<i64>,
) -> Result<(), BoxError> {
    let usual = usual_duration(head)?.unwrap_or(track.duration);
    let mut at = base(traf)?;
    for (_, run) in boxes(traf).filter(|(kind, _)| *kind == b"trun") {
        let (version, flags) = flags(run)?;
        let count = be32(run, 4)? as usize;
        let mut field = 8 + 4 * ((flags & 1) + (flags >> 2 & 1)) as usize;
        let has = |bit: u32| flags & bit != 0;
        let each = [0x100, 0x200, 0x400, 0x800].iter().filter(|bit| has(**bit));
        let each = 4 * each.count();
        let within = each == 0 || run.len().saturating_sub(field) / each >= count;
        if !within || pictures.len().saturating_add(count) > MOST {
            return Err(BoxError::Torn);
        }
        for _ in 0..count {
            let length = if has(0x100) { be32(run, field)? } else { usual };
            let shift = match has(0x800) {
                true => shift(version, be32(run, field + each - 4)?),
                false => 0,
            };
            pictures.push(at.saturating_add(shift));
            at = at.saturating_add(i64::from(length));
            field += each;
        }
    }
    Ok(())
}

/// How much later than decoded a sample is shown; the first version of the box knows no sooner.
fn shift(version: u8, raw: u32) -> i64 {
    match version {
        0 => i64::from(raw),
        _ => i64::from(raw.cast_signed()),
    }
}

/// When the fragment's first sample is decoded.
fn base(traf: &[u8]) -> Result<i64, BoxError> {
    let Some(tfdt) = find(traf, b"tfdt") else {
        return Ok(0);
    };
    match flags(tfdt)?.0 {
        0 => be32(tfdt, 4).map(i64::from),
        _ => i64::try_from(be64(tfdt, 4)?).map_err(|_| BoxError::Torn),
    }
}

fn usual_duration(head: &[u8]) -> Result<Option<u32>, BoxError> {
    let (_, flags) = flags(head)?;
    if flags & 0x08 == 0 {
        return Ok(None);
    }
    let before = 8 * (flags & 1) + 4 * (flags >> 1 & 1);
    be32(head, 8 + before as usize).map(Some)
}

fn tracks(moov: &[u8]) -> Result<Vec<Track>, BoxError> {
    let mut tracks = Vec::new();
    for (_, trak) in boxes(moov).filter(|(kind, _)| *kind == b"trak") {
        let head = find(trak, b"tkhd").ok_or(BoxError::NoTracks)?;
        // Two times of 32 or of 64 bits stand before the number.
        let id = be32(head, if head.first() == Some(&1) { 20 } else { 12 })?;
        let mdia = find(trak, b"mdia").ok_or(BoxError::NoTracks)?;
        let times = find(mdia, b"mdhd").ok_or(BoxError::NoTracks)?;
        let scale = be32(times, if times.first() == Some(&1) { 20 } else { 12 })?;
        let handler = find(mdia, b"hdlr").unwrap_or_default();
        let is_video = handler.get(8..12) == Some(b"vide");
        tracks.push(Track {
            id,
            scale,
            is_video,
            duration: 0,
        });
    }
    let extends = find(moov, b"mvex").unwrap_or_default();
    for (_, trex) in boxes(extends).filter(|(kind, _)| *kind == b"trex") {
        let (id, duration) = (be32(trex, 4)?, be32(trex, 12)?);
        for track in tracks.iter_mut().filter(|track| track.id == id) {
            track.duration = duration;
        }
    }
    if tracks.is_empty() {
        return Err(BoxError::NoTracks);
    }
    Ok(tracks)
}

/// The boxes in here, one after another: kind and content. What is cut off at the end is left out.
fn boxes(mut bytes: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let kind: &[u8; 4] = bytes.get(4..8)?.try_into().ok()?;
        let (start, length) = match be32(bytes, 0).ok()? {
            0 => (8, bytes.len()),
            1 => (16, usize::try_from(be64(bytes, 8).ok()?).ok()?),
            length => (8, length as usize),
        };
        let content = bytes.get(start..length)?;
        bytes = &bytes[length..];
        Some((kind, content))
    })
}

fn find<'a>(bytes: &'a [u8], wanted: &[u8; 4]) -> Option<&'a [u8]> {
    let mut found = boxes(bytes).filter(|(kind, _)| *kind == wanted);
    found.next().map(|(_, content)| content)
}

/// Version and flags, with which most boxes begin.
fn flags(bytes: &[u8]) -> Result<(u8, u32), BoxError> {
    let word = be32(bytes, 0)?;
    Ok(((word >> 24) as u8, word & 0x00FF_FFFF))
}

fn be32(bytes: &[u8], at: usize) -> Result<u32, BoxError> {
    let word = bytes.get(at..at.saturating_add(4)).ok_or(BoxError::Torn)?;
    word.try_into()
        .map(u32::from_be_bytes)
        .map_err(|_| BoxError::Torn)
}

fn be64(bytes: &[u8], at: usize) -> Result<u64, BoxError> {
    let word = bytes.get(at..at.saturating_add(8)).ok_or(BoxError::Torn)?;
    word.try_into()
        .map(u64::from_be_bytes)
        .map_err(|_| BoxError::Torn)
}
