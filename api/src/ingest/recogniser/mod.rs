//! Recogniser: who says what a stretch of the stream shows.

mod image;
mod recorded;
#[cfg(feature = "aws")]
pub mod rekognition;

use std::sync::Arc;

use async_trait::async_trait;

pub use self::image::Image;
pub use self::recorded::Recorded;
use super::frames::Frame;
use super::spend::Calls;
use crate::detections::Detection;
use crate::media::Media;
use crate::words::{Position, Time};

/// Says what is on screen.
#[async_trait]
pub trait Recogniser: Send + Sync + std::fmt::Debug {
    /// Who it is, as detections tell it.
    fn source(&self) -> &'static str;
    /// Whether it looks at pictures; without that none are cut.
    fn needs_frames(&self) -> bool;
    /// At most how many calls that cost so many pictures will take; the budget is reserved before them.
    fn most_calls(&self, _frames: usize) -> Calls {
        Calls::new()
    }
    /// What is on screen in this stretch. Positions lie in it.
    ///
    /// # Errors
    /// When nothing could be said of it; what could be said in part is an answer.
    async fn recognise(&self, stretch: Stretch, now: Time) -> anyhow::Result<Recognised>;
}

/// Chooses who recognises for a media: what it asks for may be an account's, or not be built in.
#[async_trait]
pub trait Recognisers: Send + Sync + std::fmt::Debug {
    /// Who the media's details ask for. Later changes to who is asked what hold from the next stretch on.
    ///
    /// # Errors
    /// When the media does not say how it is ingested, or this program cannot do what it asks for; the text is for people.
    async fn of(&self, media: &Media) -> anyhow::Result<Arc<dyn Recogniser>>;
}

/// What was said of a stretch, and what it took.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recognised {
    /// What is on screen.
    pub detections: Vec<Detection>,
    /// The calls that were made; one that was tried again counts once.
    pub calls: Calls,
    /// What failed while the rest was answered, a line each. The recogniser has logged it.
    pub partial: Vec<String>,
}

impl From<Vec<Detection>> for Recognised {
    /// Of one who calls nobody.
    fn from(detections: Vec<Detection>) -> Self {
        Self {
            detections,
            ..Self::default()
        }
    }
}

/// A piece of the stream: stretches of one watch follow one another without gap or overlap.
#[derive(Debug)]
pub struct Stretch {
    /// Its first position.
    pub from: Position,
    /// The first position after it.
    pub to: Position,
    /// Pictures of it, in their order.
    pub frames: Vec<Frame>,
}
