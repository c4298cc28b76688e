//! A segment as a decoder takes it, and what it says of time.

use bytes::Bytes;

use super::boxes::{self, BoxError};
use super::ts::{self, Contents, TsError};

/// A segment, opened.
#[derive(Debug, Clone)]
pub struct Footage {
    /// What a decoder needs before it (EXT-X-MAP).
    pub header: Option<Bytes>,
    /// The segment itself.
    pub bytes: Bytes,
}

/// Why a segment says nothing of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FootageError {
    #[error(transparent)]
    Stream(#[from] TsError),
    #[error(transparent)]
    Boxes(#[from] BoxError),
}

impl Footage {
    /// A transport stream else.
    pub fn is_mp4(&self) -> bool {
        boxes::is_mp4(self.header.as_deref().unwrap_or(&self.bytes))
    }

    /// When its pictures are shown.
    pub fn contents(&self) -> Result<Contents, FootageError> {
        if self.is_mp4() {
            return Ok(boxes::read(self.header.as_deref(), &self.bytes)?);
        }
        Ok(ts::read(&self.bytes)?)
    }
}
