//! One live channel: a clip looped from its zero on, and what is said on it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::clip::Clip;
use crate::cues::{Cues, Placed, PutMetadataError};
use crate::playlist::{self, Rendition};
use crate::timeline::{Place, since, to_ms};
use crate::ts::TICKS_PER_MS;
use crate::weave::{Counts, weave};

/// The name of a channel: 1 to 64 of `A-Za-z0-9-`, as the last part of an IVS ARN.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChannelName(String);

/// A name that no channel can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a channel name has 1 to 64 of A-Za-z0-9-")]
pub struct InvalidName;

impl ChannelName {
    pub fn parse(name: &str) -> Result<Self, InvalidName> {
        let known = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let fits = (1..=64).contains(&name.len()) && name.chars().all(known);
        fits.then(|| Self(name.to_owned())).ok_or(InvalidName)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ChannelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a channel runs.
#[derive(Debug, Clone, Copy)]
pub struct ChannelSettings {
    /// The wall time at which sequence 0 begins. It may lie in the past: with
    /// [`ChannelSettings::warm`] the first playlist is full at once.
    pub zero_ms: i64,
    /// Segments in the playlist, at least 1.
    pub window: usize,
}

impl ChannelSettings {
    pub const DEFAULT_WINDOW: usize = 6;

    /// A channel that begins at this moment; its first segment is there when it is whole.
    pub fn starting_at(zero_ms: i64) -> Self {
        Self {
            zero_ms,
            window: Self::DEFAULT_WINDOW,
        }
    }

    /// A channel that has just filled its window by `now_ms`.
    pub fn warm(clip: &Clip, now_ms: i64) -> Self {
        let timeline = &clip.survey().timeline;
        let filled = timeline.place(Self::DEFAULT_WINDOW as u64).start;
        Self::starting_at(now_ms - filled.div_ceil(TICKS_PER_MS) as i64)
    }
}

/// Why a segment could not be handed out.
#[derive(Debug, thiserror::Error)]
#[error("segment {index} of the clip cannot be read: {source}")]
pub struct SegmentError {
    index: usize,
    source: std::io::Error,
}

#[derive(Default)]
struct State {
    off_air: bool,
    cues: Cues,
    /// Segments published so far. It never goes back, so that no segment that somebody may
    /// have read changes, whatever the clock does.
    published: u64,
    /// What was woven is kept for the next player that asks.
    woven: BTreeMap<u64, Bytes>,
}

/// A live channel.
pub struct Channel {
    name: ChannelName,
    arn: String,
    run: String,
    clip: Arc<Clip>,
    settings: ChannelSettings,
    state: Mutex<State>,
}

impl Channel {
    pub fn new(name: ChannelName, clip: Arc<Clip>, settings: ChannelSettings) -> Self {
        let mut run = blake3::Hasher::new();
        run.update(clip.survey().digest.as_bytes());
        run.update(&settings.zero_ms.to_be_bytes());
        Self {
            arn: format!("arn:aws:ivs:local:000000000000:channel/{name}"),
            run: run.finalize().to_hex()[..8].to_owned(),
            name,
            clip,
            settings: ChannelSettings {
                window: settings.window.max(1),
                ..settings
            },
            state: Mutex::default(),
        }
    }

    pub fn name(&self) -> &ChannelName {
        &self.name
    }

    /// What PutMetadata calls the channel.
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// The wall time at which sequence 0 began.
    pub fn zero_ms(&self) -> i64 {
        self.settings.zero_ms
    }

    pub fn clip(&self) -> &Clip {
        &self.clip
    }

    pub fn clip_duration_ms(&self) -> i64 {
        self.clip.duration_ms()
    }

    /// Part of the address of segments. Sequence numbers begin anew with another zero or
    /// another clip, and a cache must not answer with segments of the run before.
    pub fn run(&self) -> &str {
        &self.run
    }

    pub fn is_on_air(&self) -> bool {
        !self.state().off_air
    }

    /// Takes the channel off the air or puts it back. Its time goes on meanwhile.
    pub fn set_on_air(&self, on_air: bool) {
        self.state().off_air = !on_air;
    }

    pub fn master_playlist(&self) -> String {
        let survey = self.clip.survey();
        let rendition = Rendition {
            peak_bits: survey.peak_bits,
            average_bits: survey.average_bits,
            picture: survey.picture.as_ref(),
            audio_codec: survey.audio_codec.as_deref(),
            frame_rate: survey.frame_rate,
        };
        playlist::master(&rendition, "live.m3u8")
    }

    /// The media playlist; `None` off air, and before the first segment is whole.
    pub fn playlist(&self, now_ms: i64) -> Option<String> {
        let timeline = &self.clip.survey().timeline;
        let published = {
            let mut state = self.state();
            self.advance(&mut state, now_ms);
            (!state.off_air).then_some(state.published)?
        };
        let first = published.saturating_sub(self.settings.window as u64);
        let places: Vec<Place> = (first..published).map(|n| timeline.place(n)).collect();
        (!places.is_empty())
            .then(|| playlist::media(self.zero_ms(), timeline.longest(), &self.run, &places))
    }

    /// A published segment; `None` if it is yet to come, or gone for longer than a window.
    /// Blocks while it reads the clip.
    pub fn segment(&self, now_ms: i64, sequence: u64) -> Result<Option<Bytes>, SegmentError> {
        let cues = {
            let mut state = self.state();
            self.advance(&mut state, now_ms);
            if !(self.oldest(state.published)..state.published).contains(&sequence) {
                return Ok(None);
            }
            if let Some(woven) = state.woven.get(&sequence) {
                return Ok(Some(woven.clone()));
            }
            state.cues.of(sequence)
        };
        let survey = self.clip.survey();
        let place = survey.timeline.place(sequence);
        let index = place.index;
        let raw = self
            .clip
            .segment(index)
            .map_err(|source| SegmentError { index, source })?;
        let shift = place.round * survey.timeline.duration();
        let woven = weave(&survey.warp, &raw, shift, self.counters(place), cues);
        let woven = Bytes::from(woven);
        self.state().woven.insert(sequence, woven.clone());
        Ok(Some(woven))
    }

    /// Says something on the channel: it comes at this moment of the stream, in the segment
    /// that is being made.
    pub fn put_metadata(&self, now_ms: i64, text: &str) -> Result<Placed, PutMetadataError> {
        let survey = self.clip.survey();
        let mut state = self.state();
        let now = self.advance(&mut state, now_ms);
        let now = now.filter(|_| !state.off_air);
        let State {
            cues, published, ..
        } = &mut *state;
        let cue = cues.put(&survey.timeline, *published, now, now_ms, text)?;
        Ok(Placed {
            sequence: cue.sequence,
            position_ms: to_ms(cue.at),
            pts: cue.pts(survey.warp.first_pts),
        })
    }

    /// Brings what is published up to this moment, and forgets what is past. Gives the
    /// ticks since zero, `None` before it.
    fn advance(&self, state: &mut State, now_ms: i64) -> Option<u64> {
        let ticks = since(self.zero_ms(), now_ms)?;
        let published = self.clip.survey().timeline.sequence_at(ticks);
        if published > state.published {
            state.published = published;
            let oldest = self.oldest(published);
            state.cues.forget_before(oldest);
            state.woven = state.woven.split_off(&oldest);
        }
        Some(ticks)
    }

    /// A segment outlives its place in the playlist by a whole window: a player may be that
    /// far behind.
    fn oldest(&self, published: u64) -> u64 {
        published.saturating_sub(2 * self.settings.window as u64)
    }

    fn counters(&self, place: Place) -> Counts {
        let survey = self.clip.survey();
        let before = &survey.before[place.index];
        let of = |(pid, a_round): (&u16, &u64)| {
            let within = before.get(pid).copied().unwrap_or_default();
            (*pid, place.round * a_round + within)
        };
        survey.round.iter().map(of).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is whole when it is made: a panic elsewhere leaves nothing half-done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
