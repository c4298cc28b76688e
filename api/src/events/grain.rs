//! What reports are made of: how often one thing happened, at the finest grain that they tell.

use super::EventType;
use crate::words::Time;

/// Which events to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// From this moment on.
    pub from: Time,
    /// Until before this one.
    pub to: Time,
    /// Of this instrument alone; of all where it is empty.
    pub instrument_id: String,
    /// On this media alone; on all where it is empty.
    pub media_id: String,
}

/// How often one thing happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grain {
    /// What.
    pub event_type: EventType,
    /// To which instrument.
    pub instrument_id: String,
    /// In which version.
    pub version: u32,
    /// In which of its variants, by its place.
    pub variant: Option<u8>,
    /// On which media.
    pub media_id: String,
    /// What was on screen; empty where nothing called for it.
    pub seen_name: String,
    /// In which hour since 1970.
    pub hour: i64,
    /// To viewers who are held out, and were shown nothing.
    pub held_out: bool,
    /// How often.
    pub times: u64,
    /// What it was billed, in millionths of the campaign's currency.
    pub billed_micros: u64,
    /// What conversions were worth, in millionths.
    pub value_micros: i64,
    /// Of this currency.
    pub currency: Option<String>,
}
