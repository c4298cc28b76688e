//! A conversion as it is claimed, its own fields in order.

use crate::events::Worth;
use crate::words::{InstrumentId, Time, ViewerId};

/// What it is put down to, as the caller says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum By {
    /// This click or scan.
    Click(String),
    /// What this viewer was last shown of this instrument.
    Viewer(ViewerId, InstrumentId),
}

/// A conversion as it is claimed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Claim {
    pub(super) conversion_id: String,
    pub(super) by: By,
    pub(super) at: Time,
    pub(super) worth: Option<Worth>,
}
