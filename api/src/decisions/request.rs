//! The question, borrowed from the request's body.

use std::borrow::Cow;
use std::time::Duration;

use super::layout::Viewport;
use super::room::reads_from_right;
use crate::error::{At, Refusal, Result};
use crate::instruments::Kind;
use crate::viewers::Acts;
use crate::words::{Position, Window};

/// The widest window of this route.
const WIDEST_MS: i64 = 60_000;
/// How far a window reaches back unless told.
const BACKWARD_MS: i64 = 10_000;

/// A question.
#[derive(Debug, Default)]
pub struct Ask<'a> {
    /// Where the overlay will show.
    pub position_ms: i64,
    /// How far back the window reaches.
    pub backward_ms: Option<i64>,
    /// How far ahead it reaches.
    pub forward_ms: Option<i64>,
    /// The cue that asked for this.
    pub cue_id: Option<Cow<'a, str>>,
    /// How many overlays at the most.
    pub slots: usize,
    /// How many of one kind at the most.
    pub per_kind: usize,
    /// The client's locale.
    pub locale: Option<Cow<'a, str>>,
    /// The kinds that the client draws, as bits.
    pub can_draw: u8,
    /// Width and height of its picture in CSS pixels.
    pub viewport_px: Option<(u32, u32)>,
    /// Captions or controls show on it.
    pub captions: bool,
    /// Consent as the client knows it.
    pub personalisation: Option<bool>,
    /// Receipts of what was shown lately.
    pub recent: Vec<Cow<'a, str>>,
    /// Decide as for nobody: nothing is kept of the viewer, and its profile is not read.
    pub anonymous: bool,
    /// For how long the device's session has lasted.
    pub session_ms: Option<i64>,
    /// What the device itself has counted; believed of nobody only.
    pub shown: Vec<Told>,
    /// How long the answer may take.
    pub timeout: Duration,
    /// Say why.
    pub explain: bool,
    /// How many fields it had that we do not know.
    pub unknown_fields: u32,
    /// The address that the question was sent to: scheme and host.
    pub asked_of: Option<String>,
}

/// What a device says of one instrument that it showed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// The instrument's id as a number.
    pub instrument: u128,
    /// Its kind.
    pub kind: Option<Kind>,
    /// How often it was shown in all.
    pub count: u64,
    /// How long ago, the last times.
    pub ago_ms: Vec<i64>,
    /// How long it shows.
    pub show_ms: i64,
    /// What the viewer did with it.
    pub done: Acts,
}

impl Ask<'_> {
    /// What the client says of its picture.
    pub(super) fn viewport(&self) -> Viewport {
        #[expect(
            clippy::cast_precision_loss,
            reason = "no screen has millions of pixels on a side"
        )]
        let size_px = |(width, height): (u32, u32)| (width as f32, height as f32);
        Viewport {
            size_px: self.viewport_px.map(size_px),
            captions: self.captions,
            right_to_left: self.locale.as_deref().is_some_and(reads_from_right),
        }
    }

    /// Where the overlay will show.
    ///
    /// # Errors
    /// When it lies before the media's zero.
    pub fn position(&self) -> Result<Position> {
        Position::parse(self.position_ms).at("position_ms")
    }

    /// The window to look at; it begins at the media's zero where it would reach beyond.
    ///
    /// # Errors
    /// When a reach is negative, or both together are wider than the route allows.
    pub fn window(&self) -> Result<Window> {
        let position = self.position()?;
        let backward = reach("backward_ms", self.backward_ms.unwrap_or(BACKWARD_MS))?;
        let forward = reach("forward_ms", self.forward_ms.unwrap_or(0))?;
        // Judged by what was asked for, so that the same question is not refused later in the stream only.
        Window::parse(0, backward.saturating_add(forward), WIDEST_MS).at("backward_ms")?;
        Window::parse(
            position.back(backward).ms(),
            position.forward(forward).ms(),
            WIDEST_MS,
        )
        .at("position_ms")
    }
}

fn reach(field: &str, ms: i64) -> Result<i64> {
    if ms < 0 {
        let detail = format!("{field} is {ms}: the window would be reversed");
        let mut refusal = Refusal::field(field, detail, "0..=60000");
        refusal.code = crate::error::ErrorCode::InvalidWindow;
        return Err(refusal.into());
    }
    Ok(ms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Error, ErrorCode};

    fn ask(position_ms: i64, backward_ms: Option<i64>, forward_ms: Option<i64>) -> Ask<'static> {
        Ask {
            position_ms,
            backward_ms,
            forward_ms,
            ..Ask::default()
        }
    }

    fn code(ask: &Ask<'_>) -> ErrorCode {
        match ask.window() {
            Err(Error::Refused(refusal)) => refusal.code,
            other => panic!("not refused: {other:?}"),
        }
    }

    #[test]
    fn a_window_reaches_back_ten_seconds_and_not_ahead_unless_told() {
        let window = ask(81_000, None, None).window().expect("a window");
        assert_eq!((window.from().ms(), window.to().ms()), (71_000, 81_000));
        let first = ask(4_000, None, Some(1_000)).window().expect("a window");
        assert_eq!((first.from().ms(), first.to().ms()), (0, 5_000));
    }

    #[test]
    fn windows_that_are_not_windows_are_refused() {
        assert_eq!(code(&ask(-1, None, None)), ErrorCode::InvalidField);
        assert_eq!(code(&ask(0, Some(-5), None)), ErrorCode::InvalidWindow);
        assert_eq!(
            code(&ask(90_000, Some(60_001), None)),
            ErrorCode::WindowTooWide
        );
        assert_eq!(
            code(&ask(0, Some(59_000), Some(2_000))),
            ErrorCode::WindowTooWide
        );
        assert_eq!(
            code(&ask(0, Some(i64::MAX), Some(i64::MAX))),
            ErrorCode::WindowTooWide
        );
    }
}
