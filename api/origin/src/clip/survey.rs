//! What a loop must know of a clip beforehand, gathered segment by segment.

use std::collections::BTreeSet;

use crate::timeline::Timeline;
use crate::ts::{
    NULL_PID, PACKET, Picture, Program, ProgramError, TICKS_PER_SECOND, audio_codec, elapsed,
    pes_pts, picture, shift_stamps,
};
use crate::weave::{Counts, Warp, kept};

/// Why a clip cannot be looped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    #[error(transparent)]
    Program(#[from] ProgramError),
    #[error("its streams differ from those of the first segment")]
    OtherProgram,
    #[error("it has no picture with a presentation time")]
    NoPicture,
    #[error("a PES header lies over two packets, so its times cannot be moved")]
    SplitHeader,
    #[error("it does not follow on the segment before: its times jump")]
    Jump,
    #[error("the whole clip has only one picture")]
    OnePicture,
    #[error("it has no segments")]
    NoSegments,
}

/// A clip, surveyed.
#[derive(Debug)]
pub struct Survey {
    pub warp: Warp,
    pub timeline: Timeline,
    /// Packets of one round before each segment, by PID.
    pub before: Vec<Counts>,
    /// Packets of one whole round.
    pub round: Counts,
    pub picture: Option<Picture>,
    pub audio_codec: Option<String>,
    pub frame_rate: f64,
    pub peak_bits: u64,
    pub average_bits: u64,
    /// Names the content.
    pub digest: blake3::Hash,
}

/// The pictures of one segment: its earliest time, and how far its latest lies behind it.
struct Shown {
    start: u64,
    span: u64,
    bytes: u64,
}

/// Gathers a survey, one segment after another.
#[derive(Default)]
pub struct Surveyor {
    program: Option<Program>,
    picture: Option<Picture>,
    audio_codec: Option<String>,
    taken: BTreeSet<u16>,
    before: Vec<Counts>,
    counts: Counts,
    shown: Vec<Shown>,
    pictures: u64,
    digest: blake3::Hasher,
}

impl Surveyor {
    /// Looks through the next segment.
    pub fn push(&mut self, raw: &[u8]) -> Result<(), Flaw> {
        let program = Program::read(raw)?;
        match &self.program {
            Some(first) if !first.is_same_as(&program) => return Err(Flaw::OtherProgram),
            Some(_) => {}
            None => {
                self.picture = picture(raw, &program);
                self.audio_codec = audio_codec(raw, &program);
            }
        }
        self.before.push(self.counts.clone());
        let mut first = None;
        let (mut least, mut most) = (0, 0);
        for packet in kept(raw, &program) {
            let pid = packet.pid();
            self.taken.insert(pid);
            if packet.has_payload() && pid != NULL_PID {
                *self.counts.entry(pid).or_default() += 1;
            }
            let carries_pes = program.streams.iter().any(|s| s.pid == pid);
            let mut scratch = [0; PACKET];
            scratch.copy_from_slice(packet.bytes());
            if !shift_stamps(&mut scratch, 0, carries_pes) {
                return Err(Flaw::SplitHeader);
            }
            if let Some(pts) = pes_pts(packet).filter(|_| pid == program.video_pid) {
                let away = elapsed(*first.get_or_insert(pts), pts);
                (least, most) = (least.min(away), most.max(away));
                self.pictures += 1;
            }
        }
        let first = first.ok_or(Flaw::NoPicture)?;
        self.shown.push(Shown {
            start: first.wrapping_add_signed(least) % crate::ts::WRAP,
            span: (most - least) as u64,
            bytes: raw.len() as u64,
        });
        self.digest.update(raw);
        self.program.get_or_insert(program);
        Ok(())
    }

    /// The survey of all that was pushed; a flaw is that of the segment with this index.
    pub fn finish(self) -> Result<Survey, (usize, Flaw)> {
        let (Some(program), Some(last)) = (self.program, self.shown.last()) else {
            return Err((0, Flaw::NoSegments));
        };
        let mut lengths = Vec::with_capacity(self.shown.len());
        for (index, pair) in self.shown.windows(2).enumerate() {
            let length = elapsed(pair[0].start, pair[1].start);
            // Overlapping segments or an hour's hole: two recordings, not one.
            if length < 1 || length as u64 <= pair[0].span / 2 || length > HOUR {
                return Err((index + 1, Flaw::Jump));
            }
            lengths.push(length as u64);
        }
        let intervals = self.pictures - 1;
        let span = lengths.iter().sum::<u64>() + last.span;
        if intervals == 0 || span == 0 {
            return Err((0, Flaw::OnePicture));
        }
        let frame = (span + intervals / 2) / intervals;
        lengths.push(last.span + frame);
        let timeline = Timeline::new(&lengths);

        let rate = |bytes: u64, ticks: u64| bytes * 8 * TICKS_PER_SECOND / ticks.max(1);
        let peaks = self.shown.iter().zip(&lengths);
        let peak_bits = peaks.map(|(shown, ticks)| rate(shown.bytes, *ticks)).max();
        let bytes = self.shown.iter().map(|shown| shown.bytes).sum();
        let flawed = |flaw: ProgramError| (0, Flaw::Program(flaw));
        let metadata_pid = program
            .free_pid(&self.taken)
            .ok_or_else(|| flawed(ProgramError::MapTooLong))?;
        Ok(Survey {
            warp: Warp {
                map: program.map_with_metadata(metadata_pid).map_err(flawed)?,
                metadata_pid,
                first_pts: self.shown[0].start,
                program,
            },
            before: self.before,
            round: self.counts,
            picture: self.picture,
            audio_codec: self.audio_codec,
            frame_rate: TICKS_PER_SECOND as f64 * intervals as f64 / span as f64,
            peak_bits: peak_bits.unwrap_or_default(),
            average_bits: rate(bytes, timeline.duration()),
            digest: self.digest.finalize(),
            timeline,
        })
    }
}

const HOUR: i64 = 3_600 * TICKS_PER_SECOND as i64;
