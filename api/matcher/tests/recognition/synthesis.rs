//! Scenes made by dice: marks of many sizes and strengths, drifting over a background.

use beckon_matcher::Area;
use image::RgbaImage;
use rand::Rng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::film::{HEIGHT, WIDTH};
use crate::score::Shown;

/// Sums over an image from its corner, premultiplied: any rectangle's mean in four look-ups,
/// at any place between pixels.
pub struct Sums {
    width: usize,
    height: usize,
    sums: Vec<[f64; 4]>,
}

impl Sums {
    pub fn new(image: &RgbaImage) -> Self {
        let (width, height) = (image.width() as usize, image.height() as usize);
        let mut sums = vec![[0.0; 4]; (width + 1) * (height + 1)];
        for y in 0..height {
            let mut row = [0.0; 4];
            for x in 0..width {
                let [r, g, b, a] = image.get_pixel(x as u32, y as u32).0.map(f64::from);
                let alpha = a / 255.0;
                for (sum, part) in row.iter_mut().zip([r * alpha, g * alpha, b * alpha, alpha]) {
                    *sum += part;
                }
                for lane in 0..4 {
                    sums[(y + 1) * (width + 1) + x + 1][lane] =
                        sums[y * (width + 1) + x + 1][lane] + row[lane];
                }
            }
        }
        Self {
            width,
            height,
            sums,
        }
    }

    pub fn aspect(&self) -> f32 {
        self.width as f32 / self.height as f32
    }

    /// The sum over everything left of `x` and above `y`, both in pixels of the image.
    fn corner(&self, x: f64, y: f64) -> [f64; 4] {
        let (x, y) = (
            x.clamp(0.0, self.width as f64),
            y.clamp(0.0, self.height as f64),
        );
        let (left, top) = (
            (x as usize).min(self.width - 1),
            (y as usize).min(self.height - 1),
        );
        let (across, down) = (x - left as f64, y - top as f64);
        let at = |x: usize, y: usize| &self.sums[y * (self.width + 1) + x];
        let (a, b) = (at(left, top), at(left + 1, top));
        let (c, d) = (at(left, top + 1), at(left + 1, top + 1));
        std::array::from_fn(|lane| {
            let upper = a[lane] + (b[lane] - a[lane]) * across;
            let lower = c[lane] + (d[lane] - c[lane]) * across;
            upper + (lower - upper) * down
        })
    }

    /// Draws the image over `rgb`, `width` pixels wide, its corner anywhere between pixels.
    pub fn draw(&self, rgb: &mut [u8], (left, top): (f64, f64), width: f64, opacity: f64) {
        let scale = self.width as f64 / width;
        let height = self.height as f64 / scale;
        let span = |from: f64, length: f64, end: usize| {
            from.floor().max(0.0) as usize..((from + length).ceil() as usize).min(end)
        };
        let columns = span(left, width, WIDTH);
        // Neighbouring pixels share their corners: each is summed once.
        let corners = |y: usize| -> Vec<[f64; 4]> {
            (columns.start..=columns.end)
                .map(|x| self.corner((x as f64 - left) * scale, (y as f64 - top) * scale))
                .collect()
        };
        let rows = span(top, height, HEIGHT);
        let mut upper = corners(rows.start);
        for y in rows {
            let lower = corners(y + 1);
            for (index, x) in columns.clone().enumerate() {
                let mean: [f64; 4] = std::array::from_fn(|lane| {
                    let sum = lower[index + 1][lane] - lower[index][lane] - upper[index + 1][lane]
                        + upper[index][lane];
                    sum / (scale * scale) * opacity
                });
                let at = (y * WIDTH + x) * 3;
                for (own, over) in rgb[at..at + 3].iter_mut().zip(mean) {
                    let mixed = over + f64::from(*own) * (1.0 - mean[3]);
                    *own = mixed.round().clamp(0.0, 255.0) as u8;
                }
            }
            upper = lower;
        }
    }
}

/// One mark of a scene.
struct Role {
    member: usize,
    place: (f64, f64),
    drift: (f64, f64),
    width: f64,
    opacity: f64,
}

/// A scene of a few frames.
pub struct SceneMade {
    roles: Vec<Role>,
    gain: f32,
    flipped: bool,
    start: usize,
    clutter: Vec<(usize, usize, usize, usize, [u8; 3])>,
}

/// What scenes are made of. `registered` members come first, look-alikes after them.
pub struct Troupe {
    pub members: Vec<Sums>,
    pub registered: usize,
}

impl SceneMade {
    /// Throws the dice for one scene of `frames` frames at `rate` a second.
    pub fn new(
        dice: &mut ChaCha8Rng,
        troupe: &Troupe,
        backgrounds: usize,
        frames: usize,
        rate: f64,
    ) -> Self {
        let mut order: Vec<usize> = (0..troupe.members.len()).collect();
        order.shuffle(dice);
        let wanted = dice.gen_range(1..=3);
        let mut roles: Vec<Role> = Vec::new();
        for member in order {
            if roles.len() == wanted {
                break;
            }
            if let Some(role) = Self::role(dice, troupe, member, &roles, frames as f64 / rate) {
                roles.push(role);
            }
        }
        let clutter = lettering(dice);
        Self {
            roles,
            gain: dice.gen_range(0.8..1.2),
            flipped: dice.gen_bool(0.5),
            start: dice.gen_range(0..backgrounds.saturating_sub(frames).max(1)),
            clutter,
        }
    }

    /// A free place for a member, or none after a few tries.
    fn role(
        dice: &mut ChaCha8Rng,
        troupe: &Troupe,
        member: usize,
        others: &[Role],
        seconds: f64,
    ) -> Option<Role> {
        let aspect = f64::from(troupe.members[member].aspect());
        for _ in 0..20 {
            // 8 to 24 % of the width, and never taller than half the picture.
            let largest = (0.24 * WIDTH as f64).min(0.55 * HEIGHT as f64 * aspect);
            let width = dice.gen_range(0.08 * WIDTH as f64..largest);
            let height = width / aspect;
            let speed: f64 = if dice.gen_bool(0.5) { 40.0 } else { 0.0 };
            let drift: (f64, f64) = (
                dice.gen_range(-1.0..=1.0) * speed,
                dice.gen_range(-0.5..=0.5) * speed,
            );
            let reach = (drift.0.abs() * seconds + 2.0, drift.1.abs() * seconds + 2.0);
            // The lowest part is for lettering, which would cover the mark.
            let place = (
                dice.gen_range(reach.0..WIDTH as f64 - width - reach.0),
                dice.gen_range(
                    reach.1..(HEIGHT as f64 * 0.84 - height - reach.1).max(reach.1 + 1.0),
                ),
            );
            let free = others.iter().all(|other| {
                let tall = other.width / f64::from(troupe.members[other.member].aspect());
                place.0 > other.place.0 + other.width + 44.0
                    || other.place.0 > place.0 + width + 44.0
                    || place.1 > other.place.1 + tall + 30.0
                    || other.place.1 > place.1 + height + 30.0
            });
            if free {
                let opacity = [1.0, 0.8, 0.6][dice.gen_range(0..3)];
                return Some(Role {
                    member,
                    place,
                    drift,
                    width,
                    opacity,
                });
            }
        }
        None
    }

    /// The frame with this number, `at` seconds into the scene.
    pub fn frame(
        &self,
        troupe: &Troupe,
        background: &[Vec<u8>],
        number: usize,
        at: f64,
    ) -> Vec<u8> {
        let mut rgb = background[(self.start + number) % background.len()].clone();
        if self.flipped {
            for row in rgb.chunks_exact_mut(WIDTH * 3) {
                let turned: Vec<u8> = row.chunks_exact(3).rev().flatten().copied().collect();
                row.copy_from_slice(&turned);
            }
        }
        for role in &self.roles {
            let place = (
                role.place.0 + role.drift.0 * at,
                role.place.1 + role.drift.1 * at,
            );
            troupe.members[role.member].draw(&mut rgb, place, role.width, role.opacity);
        }
        for (left, top, width, height, colour) in &self.clutter {
            for y in *top..(top + height).min(HEIGHT) {
                for x in *left..(left + width).min(WIDTH) {
                    rgb[(y * WIDTH + x) * 3..][..3].copy_from_slice(colour);
                }
            }
        }
        for value in &mut rgb {
            *value = (f32::from(*value) * self.gain).min(255.0) as u8;
        }
        rgb
    }

    /// The truth about that moment.
    pub fn shown(&self, troupe: &Troupe, at: f64) -> Vec<Shown> {
        self.roles
            .iter()
            .map(|role| {
                let width = role.width / WIDTH as f64;
                let aspect = f64::from(troupe.members[role.member].aspect());
                Shown {
                    reference: (role.member < troupe.registered).then_some(role.member),
                    area: Area {
                        left: ((role.place.0 + role.drift.0 * at) / WIDTH as f64) as f32,
                        top: ((role.place.1 + role.drift.1 * at) / HEIGHT as f64) as f32,
                        width: width as f32,
                        height: (role.width / aspect / HEIGHT as f64) as f32,
                    },
                    kind: format!("opacity {}", role.opacity),
                }
            })
            .collect()
    }
}

/// Something like a lower third: a bar with blocks as letters are.
fn lettering(dice: &mut ChaCha8Rng) -> Vec<(usize, usize, usize, usize, [u8; 3])> {
    if dice.gen_bool(0.4) {
        return Vec::new();
    }
    let (left, top) = (dice.gen_range(10..120), HEIGHT - 52);
    let ground = [
        dice.gen_range(0..60),
        dice.gen_range(0..60),
        dice.gen_range(20..120),
    ];
    let mut blocks = vec![(left, top, dice.gen_range(160..360), 40, ground)];
    let mut x = left + 10;
    while x < left + 150 {
        let (wide, tall) = (dice.gen_range(2..7), dice.gen_range(6..16));
        blocks.push((x, top + 26 - tall, wide, tall, [240, 240, 235]));
        x += wide + dice.gen_range(2..6);
    }
    blocks
}
