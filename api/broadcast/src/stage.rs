//! One picture being composed: sprites put through a camera, and a note of every mark put.

use anyhow::{Context, Result};
use resvg::tiny_skia::{BlendMode, FilterQuality, Pixmap, PixmapPaint, Transform};

use crate::picture::Sprite;

/// Size of the film.
pub const WIDTH: u32 = 640;
/// Size of the film.
pub const HEIGHT: u32 = 360;
/// Scenes are laid out on 1280 x 720 units.
const UNIT: f32 = 0.5;
/// Middle of a scene, where the camera looks unless it is moved.
const MIDDLE: (f32, f32) = (640.0, 360.0);

/// Where the camera looks.
#[derive(Debug, Clone, Copy)]
pub struct Camera {
    /// How far right of the middle, in units.
    pub x: f32,
    /// How far below the middle.
    pub y: f32,
    /// 1 shows the whole scene.
    pub zoom: f32,
}

/// How a sprite is put.
#[derive(Debug, Clone, Copy)]
pub struct Put {
    /// Left edge, in units.
    pub left: f32,
    /// Top edge.
    pub top: f32,
    /// Units across.
    pub width: f32,
    /// 1 moves with the scene, more is nearer, 0 is fixed to the picture.
    pub depth: f32,
    /// 1 hides what is behind.
    pub opacity: f32,
    /// Turned round, left to right.
    pub mirrored: bool,
}

impl Put {
    /// At a place of the scene.
    pub fn at(left: f32, top: f32, width: f32) -> Self {
        Self {
            left,
            top,
            width,
            depth: 1.0,
            opacity: 1.0,
            mirrored: false,
        }
    }

    /// Nearer or farther than the scene.
    pub fn depth(self, depth: f32) -> Self {
        Self { depth, ..self }
    }

    /// Seen through.
    pub fn opacity(self, opacity: f32) -> Self {
        Self { opacity, ..self }
    }

    /// Turned round.
    pub fn mirrored(self, mirrored: bool) -> Self {
        Self { mirrored, ..self }
    }
}

/// A mark as it stands in a picture, in ratios of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placed {
    /// Which mark.
    pub external_id: &'static str,
    /// Left, top, width, height.
    pub area: [f32; 4],
}

/// One picture being composed.
pub struct Stage {
    /// What is drawn so far.
    pub canvas: Pixmap,
    /// Where the marks are.
    pub placed: Vec<Placed>,
    camera: Camera,
    /// The scene as it is without any mark.
    bare: bool,
}

impl Stage {
    /// An empty picture.
    pub fn new() -> Result<Self> {
        Ok(Self {
            bare: false,
            canvas: Pixmap::new(WIDTH, HEIGHT).context("A picture of the film's size")?,
            placed: Vec::new(),
            camera: Camera {
                x: 0.0,
                y: 0.0,
                zoom: 1.0,
            },
        })
    }

    /// An empty picture that leaves marks out.
    pub fn bare() -> Result<Self> {
        Ok(Self {
            bare: true,
            ..Self::new()?
        })
    }

    /// Points the camera; what was drawn before stays.
    pub fn look(&mut self, camera: Camera) {
        self.camera = camera;
    }

    /// Draws a sprite.
    pub fn put(&mut self, sprite: &Sprite, put: Put) {
        let (left, top, scale) = self.place(&put);
        let per_pixel = put.width * scale / (sprite.width * sprite.density);
        let mut transform = Transform::from_row(per_pixel, 0.0, 0.0, per_pixel, left, top);
        if put.mirrored {
            transform = Transform::from_row(
                -per_pixel,
                0.0,
                0.0,
                per_pixel,
                left + put.width * scale,
                top,
            );
        }
        let paint = PixmapPaint {
            opacity: put.opacity.clamp(0.0, 1.0),
            blend_mode: BlendMode::SourceOver,
            quality: FilterQuality::Bilinear,
        };
        self.canvas
            .draw_pixmap(0, 0, sprite.pixels.as_ref(), &paint, transform, None);
    }

    /// Draws a mark, and notes where.
    pub fn mark(&mut self, external_id: &'static str, sprite: &Sprite, put: Put) {
        if self.bare {
            return;
        }
        let (left, top, scale) = self.place(&put);
        let (across, down) = (WIDTH as f32, HEIGHT as f32);
        let height = put.width * sprite.height / sprite.width;
        self.placed.push(Placed {
            external_id,
            area: [
                left / across,
                top / down,
                put.width * scale / across,
                height * scale / down,
            ],
        });
        self.put(sprite, put);
    }

    /// Left and top in pixels, and pixels a unit.
    fn place(&self, put: &Put) -> (f32, f32, f32) {
        let scale = UNIT * (1.0 + (self.camera.zoom - 1.0) * put.depth);
        let across = |at: f32, middle: f32, camera: f32| {
            (at - middle - camera * put.depth) * scale + middle * UNIT
        };
        (
            across(put.left, MIDDLE.0, self.camera.x),
            across(put.top, MIDDLE.1, self.camera.y),
            scale,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Camera, Put, Stage};
    use crate::picture::Sprite;
    use resvg::tiny_skia::{Color, Pixmap};

    fn square() -> Sprite {
        let mut pixels = Pixmap::new(50, 50).unwrap();
        pixels.fill(Color::WHITE);
        Sprite {
            pixels,
            density: 0.5,
            width: 100.0,
            height: 100.0,
        }
    }

    #[test]
    fn a_mark_is_drawn_where_it_is_noted_whatever_the_camera_does() {
        let mut stage = Stage::new().unwrap();
        stage.look(Camera {
            x: 30.0,
            y: -20.0,
            zoom: 1.1,
        });
        stage.mark("square", &square(), Put::at(200.0, 300.0, 120.0));
        let [left, top, width, height] = stage.placed[0].area;
        let lit = |x: f32, y: f32| {
            let pixel = stage.canvas.pixel((x * 640.0) as u32, (y * 360.0) as u32);
            pixel.unwrap().alpha() > 200
        };
        let inset = 0.004;
        assert!(lit(left + inset, top + inset));
        assert!(lit(left + width - inset, top + height - inset));
        assert!(!lit(left - inset, top + inset) && !lit(left + width + inset, top + inset));
        assert!(!lit(left + inset, top - 2.0 * inset));
        assert!(!lit(left + inset, top + height + 2.0 * inset));
    }

    #[test]
    fn what_has_no_depth_does_not_move_with_the_camera() {
        let mut stage = Stage::new().unwrap();
        stage.look(Camera {
            x: 99.0,
            y: 99.0,
            zoom: 1.4,
        });
        stage.mark("square", &square(), Put::at(0.0, 0.0, 128.0).depth(0.0));
        assert_eq!(stage.placed[0].area[..3], [0.0, 0.0, 0.1]);
    }

    #[test]
    fn a_bare_stage_leaves_marks_out_and_props_in() {
        let mut stage = Stage::bare().unwrap();
        stage.mark("square", &square(), Put::at(0.0, 0.0, 100.0));
        assert!(stage.placed.is_empty());
        assert_eq!(stage.canvas.pixel(10, 10).unwrap().alpha(), 0);
        stage.put(&square(), Put::at(0.0, 0.0, 100.0));
        assert_eq!(stage.canvas.pixel(10, 10).unwrap().alpha(), 255);
    }
}
