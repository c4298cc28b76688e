//! A clip: segments of MPEG-TS that are looped for ever, and what is known of them.

mod cut;
mod folder;
mod probe;
mod survey;

use std::path::{Path, PathBuf};

use bytes::Bytes;

use crate::timeline::to_ms;
use crate::ts::{Picture, TICKS_PER_MS};
use survey::{Flaw, Surveyor};

pub use survey::Survey;

/// Why a clip cannot be played, in one line for people.
#[derive(Debug, thiserror::Error)]
pub enum ClipError {
    #[error(
        "{program} is not installed, and {clip} has to be cut once; type: {}",
        install()
    )]
    NoFfmpeg {
        program: &'static str,
        clip: PathBuf,
    },
    #[error("{clip} cannot be played: {detail}")]
    NotVideo { clip: PathBuf, detail: String },
    #[error("{clip} could not be cut: {detail}")]
    Cut { clip: PathBuf, detail: String },
    #[error("{path} cannot be {done}: {source}")]
    Io {
        path: PathBuf,
        done: &'static str,
        source: std::io::Error,
    },
    #[error("{folder} holds no .ts segments")]
    NoSegments { folder: PathBuf },
    #[error("segment {segment} cannot be looped: {reason}")]
    Segment { segment: String, reason: String },
}

fn install() -> &'static str {
    match cfg!(target_os = "macos") {
        true => "brew install ffmpeg",
        false => "sudo apt-get install -y ffmpeg",
    }
}

enum Source {
    Memory(Vec<Bytes>),
    /// A film does not fit into memory, and the system keeps what is in demand there.
    Files(Vec<PathBuf>),
}

/// A clip, ready to be looped.
pub struct Clip {
    source: Source,
    survey: Survey,
}

impl Clip {
    /// The clip at `path`: a folder of segments, or any video, which is cut once and kept
    /// under `data_dir`. Blocks.
    pub fn open(path: &Path, data_dir: &Path) -> Result<Self, ClipError> {
        match path.is_dir() {
            true => Self::from_folder(path),
            false => Self::from_folder(&cut::cut(path, data_dir)?),
        }
    }

    /// A folder of segments, in the order of its playlist or else of their names. Blocks.
    pub fn from_folder(folder: &Path) -> Result<Self, ClipError> {
        let files = folder::segments(folder)?;
        let mut surveyor = Surveyor::default();
        for file in &files {
            let name = || file.display().to_string();
            surveyor
                .push(&folder::read(file)?)
                .map_err(|flaw| flawed(name(), &flaw))?;
        }
        let survey = surveyor
            .finish()
            .map_err(|(index, flaw)| flawed(files[index].display().to_string(), &flaw))?;
        let source = Source::Files(files);
        Ok(Self { source, survey })
    }

    /// Segments held in memory.
    pub fn from_segments(segments: Vec<Bytes>) -> Result<Self, ClipError> {
        let mut surveyor = Surveyor::default();
        for (index, segment) in segments.iter().enumerate() {
            surveyor
                .push(segment)
                .map_err(|flaw| flawed(index.to_string(), &flaw))?;
        }
        let survey = surveyor
            .finish()
            .map_err(|(index, flaw)| flawed(index.to_string(), &flaw))?;
        let source = Source::Memory(segments);
        Ok(Self { source, survey })
    }

    /// How long one round is. What is cut here lasts a whole number of milliseconds; for
    /// other clips it is the nearest, and [`Clip::position_ms`] is exact all the same.
    pub fn duration_ms(&self) -> i64 {
        to_ms(self.survey.timeline.duration())
    }

    /// Where in the clip a position of the stream lies, however many rounds on.
    pub fn position_ms(&self, position_ms: i64) -> i64 {
        let ticks = position_ms.max(0).unsigned_abs() * TICKS_PER_MS;
        (self.survey.timeline.within_round(ticks) / TICKS_PER_MS) as i64
    }

    pub fn segment_count(&self) -> usize {
        self.survey.before.len()
    }

    /// Width and height of the picture, where its coding is known.
    pub fn size(&self) -> Option<(u32, u32)> {
        let picture: &Picture = self.survey.picture.as_ref()?;
        Some((picture.width, picture.height))
    }

    pub(crate) fn survey(&self) -> &Survey {
        &self.survey
    }

    /// A segment as the clip has it. Blocks while it reads.
    pub(crate) fn segment(&self, index: usize) -> std::io::Result<Bytes> {
        match &self.source {
            Source::Memory(segments) => Ok(segments[index].clone()),
            Source::Files(files) => std::fs::read(&files[index]).map(Bytes::from),
        }
    }
}

fn flawed(segment: String, flaw: &Flaw) -> ClipError {
    let reason = flaw.to_string();
    ClipError::Segment { segment, reason }
}
