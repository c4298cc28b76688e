//! The captions of the channel: two lines that slide in, and its sign in the corner.

use anyhow::Result;

use crate::picture::{Sprite, Studio};
use crate::scenes::rise;
use crate::stage::{Put, Stage};

/// A caption of two lines.
pub struct LowerThird {
    sprite: Sprite,
    from: f32,
    to: f32,
}

impl LowerThird {
    /// Shown from one second of the scene to another.
    pub fn new(sources: &Studio, title: &str, line: &str, from: f32, to: f32) -> Result<Self> {
        let longest = (title.chars().count() as f32 * 16.5).max(line.chars().count() as f32 * 12.0);
        let width = longest + 62.0;
        let svg = format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="92" viewBox="0 0 {width} 92">
<rect width="{width}" height="92" rx="8" fill="#0d1015" opacity=".88"/><rect width="7" height="92" fill="#86a9ff"/>
<g font-family="DejaVu Sans" font-stretch="condensed" font-weight="700"><text x="28" y="40" font-size="29" fill="#ffffff">{title}</text>
<text x="28" y="73" font-size="21" fill="#c6cdd8">{line}</text></g></svg>"##
        );
        Ok(Self {
            sprite: sources.drawing(&svg, 0.5)?,
            from,
            to,
        })
    }

    /// Puts it where it is at this moment: always in the same corner.
    pub fn put(&self, at: f32, stage: &mut Stage) {
        let shown = rise(at, self.from, 0.4) * (1.0 - rise(at, self.to, 0.3));
        if shown > 0.0 {
            let left = 64.0 - 24.0 * (1.0 - shown);
            let put = Put::at(left, 576.0, self.sprite.width);
            stage.put(&self.sprite, put.depth(0.0).opacity(shown));
        }
    }
}

/// The channel's own sign, top left, always there.
pub struct Sign(Sprite);

impl Sign {
    /// Draws it.
    pub fn new(sources: &Studio) -> Result<Self> {
        Ok(Self(sources.drawing(
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="190" height="36" viewBox="0 0 190 36"><g fill="none" stroke="#ffffff" stroke-width="4" stroke-linecap="round" opacity=".85"><path d="M6 28 h.1"/><path d="M6 17 a11 11 0 0 1 11 11"/><path d="M6 7 a21 21 0 0 1 21 21"/></g>
<text x="38" y="28" font-family="DejaVu Sans" font-stretch="condensed" font-weight="700" font-size="24" fill="#ffffff" opacity=".85">Field One</text></svg>"##,
            0.5,
        )?))
    }

    /// Puts it.
    pub fn put(&self, stage: &mut Stage) {
        stage.put(&self.0, Put::at(64.0, 40.0, self.0.width).depth(0.0));
    }
}
