//! Scenes: which pictures are the first after a cut.

/// ffmpeg's score of a picture from which on it is of another scene than the one before.
pub const CUT: f64 = 0.3;
/// So different on the average, of 255, are two pictures of different scenes: what that score means.
const DIFFERENT: f64 = CUT * 100.0;
/// One byte of so many is compared; the number shares no divisor with a row of three bytes a pixel.
const STEP: usize = 31;

/// What is remembered of a segment's last picture, to know whether the next segment begins with another scene.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    sample: Vec<u8>,
}

impl Before {
    /// Remembers a picture, three bytes a pixel.
    #[must_use]
    pub fn of(rgb: &[u8]) -> Self {
        let sample = rgb.iter().step_by(STEP).copied().collect();
        Self { sample }
    }

    /// Whether this picture shows another scene. One of another size does: the rendition has changed.
    #[must_use]
    pub fn differs(&self, rgb: &[u8]) -> bool {
        if rgb.iter().step_by(STEP).len() != self.sample.len() {
            return true;
        }
        let pairs = self.sample.iter().zip(rgb.iter().step_by(STEP));
        let sum: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        sum as f64 > DIFFERENT * self.sample.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_scene_is_another_picture_on_the_whole() {
        let (dark, grey, bright) = (vec![20; 3_000], vec![45; 3_000], vec![200; 3_000]);
        let before = Before::of(&dark);
        assert!(!before.differs(&dark) && !before.differs(&grey));
        assert!(before.differs(&bright));
        assert!(before.differs(&dark[..900]), "another size");
        let mut moved = dark;
        moved[..300].fill(255);
        assert!(!before.differs(&moved), "something moves");
    }
}
