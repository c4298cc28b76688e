//! MPEG transport stream, as much of it as a loop needs: packets, stamps and tables.

mod codec;
mod packet;
mod program;
mod stamp;

pub use codec::{Picture, audio_codec, picture};
pub use packet::{PACKET, Packet, distinct_packets, fill_counter, packetise};
pub use program::{Program, ProgramError};
pub use stamp::{elapsed, pes_pts, shift_stamps, write_stamp};

/// Presentation times count 90,000 to the second.
pub const TICKS_PER_SECOND: u64 = 90_000;
/// The same by the millisecond.
pub const TICKS_PER_MS: u64 = 90;
/// Times on the wire have 33 bits.
pub const WRAP: u64 = 1 << 33;
/// Stuffing between packets that carry something; it has no counter.
pub const NULL_PID: u16 = 0x1FFF;
