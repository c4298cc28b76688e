//! Hours: the parts of the day and of the media in which an instrument runs.

mod dayparts;
mod media_clock;
mod row;
#[cfg(test)]
mod tests;
mod wire;

pub use dayparts::{Day, Daypart, Dayparts, Minute, WallClock, Weekly, Zone};
pub use media_clock::{MediaStretch, runs_in};
pub(super) use row::{DaypartsRow, MediaStretchRow};
pub(super) use wire::{
    dayparts_from_wire, dayparts_to_wire, stretches_from_wire, stretches_to_wire,
};
