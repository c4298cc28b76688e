//! One segment of the endless loop, woven from the clip's: times moved on, counters run on,
//! the map declaring the metadata, the cues at their places.

use std::collections::{BTreeMap, VecDeque};

use crate::cues::Cue;
use crate::ts::{
    NULL_PID, PACKET, Packet, Program, WRAP, distinct_packets, elapsed, fill_counter, pes_pts,
    shift_stamps,
};

/// What is the same in every segment of a clip.
#[derive(Debug, Clone)]
pub struct Warp {
    pub program: Program,
    /// The packet that replaces the clip's own map.
    pub map: Vec<u8>,
    pub metadata_pid: u16,
    /// The time at which sequence 0 begins.
    pub first_pts: u64,
}

/// Packets with payload, by PID.
pub type Counts = BTreeMap<u16, u64>;

/// The packets of a raw segment that go into the stream.
pub fn kept<'a>(raw: &'a [u8], program: &Program) -> impl Iterator<Item = Packet<'a>> {
    distinct_packets(raw).filter(|packet| !program.dropped.contains(&packet.pid()))
}

/// Weaves a segment: `shift` ticks later than in the clip, its counters beginning at
/// `counters`, with the cues that fall into it, in order.
pub fn weave(warp: &Warp, raw: &[u8], shift: u64, mut counters: Counts, cues: Vec<Cue>) -> Vec<u8> {
    let program = &warp.program;
    let mut out = Vec::with_capacity(raw.len() + cues.len() * 8 * PACKET);
    let mut cues = VecDeque::from(cues);
    let mut seen_video = false;
    for packet in kept(raw, program) {
        let pid = packet.pid();
        if pid == program.video_pid {
            // Never before the first picture: a player that starts here drops what comes
            // ahead of it.
            if let Some(pts) = pes_pts(packet).filter(|_| seen_video) {
                let pts = (pts + shift) % WRAP;
                while let Some(cue) =
                    cues.pop_front_if(|cue| elapsed(cue.pts(warp.first_pts), pts) >= 0)
                {
                    out.extend(cue.packets(warp.metadata_pid, warp.first_pts));
                }
            }
            seen_video |= packet.starts_unit();
        }
        let start = out.len();
        if pid == program.map_pid && packet.has_payload() {
            out.extend_from_slice(&warp.map);
        } else {
            out.extend_from_slice(packet.bytes());
            let carries_pes = program.streams.iter().any(|stream| stream.pid == pid);
            // The survey of the clip has seen that every header can be reached.
            let _ = shift_stamps(&mut out[start..], shift, carries_pes);
        }
        if pid != NULL_PID {
            let counter = counters.entry(pid).or_default();
            if packet.has_payload() {
                fill_counter(&mut out[start..], *counter);
                *counter += 1;
            } else {
                // Without payload a packet repeats the counter of the one before.
                fill_counter(&mut out[start..], counter.wrapping_sub(1));
            }
        }
    }
    for cue in cues {
        out.extend(cue.packets(warp.metadata_pid, warp.first_pts));
    }
    out
}
