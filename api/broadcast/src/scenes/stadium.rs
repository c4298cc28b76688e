//! An evening match: crowd, boards, players, and the score.

use anyhow::Result;

use crate::cast::{Actor, actor};
use crate::picture::{Sprite, Studio};
use crate::scenes::lower_third::LowerThird;
use crate::scenes::{BACKGROUND, Dice, PROP, Scene, rise, swing};
use crate::stage::{Camera, Put, Stage};

/// Pictures of a stride.
const STRIDE: usize = 6;
/// Clock at the start of the scene, in seconds of play.
const KICKED_OFF: u32 = 67 * 60 + 8;

/// An evening match.
pub struct Stadium {
    ground: Sprite,
    crowd: Sprite,
    boards: Sprite,
    lights: Sprite,
    ball: Sprite,
    red: Vec<Sprite>,
    white: Vec<Sprite>,
    keeper: Vec<Sprite>,
    score: Vec<Sprite>,
    badge: Actor,
    plate: Actor,
    tern: Actor,
    fern: Actor,
    peaks: Actor,
    caption: LowerThird,
}

impl Stadium {
    /// Draws what does not move.
    pub fn new(sources: &Studio) -> Result<Self> {
        let team = |shirt: &str, shorts: &str| -> Result<Vec<Sprite>> {
            (0..STRIDE)
                .map(|step| sources.drawing(&player(shirt, shorts, step), 0.9))
                .collect()
        };
        Ok(Self {
            ground: sources.file("scenes/stadium-ground.svg", BACKGROUND)?,
            crowd: sources.drawing(&crowd(), BACKGROUND)?,
            boards: sources.file("scenes/stadium-boards.svg", PROP)?,
            lights: sources.file("scenes/stadium-lights.svg", 0.4)?,
            ball: sources.file("scenes/ball.svg", PROP)?,
            red: team("#c8323f", "#ffffff")?,
            white: team("#f3f5fa", "#1c2f66")?,
            keeper: team("#e7c33b", "#222222")?,
            score: (0..20)
                .map(|second| sources.drawing(&score(KICKED_OFF + second), 0.5))
                .collect::<Result<_>>()?,
            badge: actor(sources, "north-shore-cup", 150.0)?,
            plate: actor(sources, "kestrel-optics", 212.0)?,
            tern: actor(sources, "tern-coffee", 118.0)?,
            fern: actor(sources, "fern-cocoa", 118.0)?,
            peaks: actor(sources, "south-peaks", 130.0)?,
            caption: LowerThird::new(
                sources,
                "North Shore Cup, semi-final",
                "Harbour v Viking, second half",
                2.0,
                8.0,
            )?,
        })
    }

    fn run(&self, team: &[Sprite], stage: &mut Stage, at: f32, place: (f32, f32), size: f32) {
        let step = (at * 11.0).rem_euclid(STRIDE as f32) as usize;
        // Facing the way the ball goes: every few seconds the other way.
        let put = Put::at(place.0 - 50.0 * size, place.1 - 112.0 * size, 100.0 * size);
        stage.put(&team[step], put.mirrored(swing(at, 12.0, 0.0) < 0.0));
    }
}

impl Scene for Stadium {
    fn compose(&self, at: f32, stage: &mut Stage) {
        stage.look(Camera {
            x: swing(at, 32.0, 0.0) * 26.0,
            y: 4.0,
            zoom: 1.07,
        });
        let whole = Put::at(-40.0, -22.5, 1360.0);
        stage.put(&self.ground, whole);
        stage.put(
            &self.crowd,
            Put::at(-60.0, 84.0 + swing(at, 0.9, 0.0) * 0.8, 1400.0),
        );
        stage.put(&self.boards, Put::at(-60.0, 40.0, 1400.0));
        let board = |stage: &mut Stage, actor: &Actor, left: f32, top: f32, width: f32| {
            stage.mark(actor.external_id, &actor.sprite, Put::at(left, top, width));
        };
        board(stage, &self.badge, 565.0, 70.0, 150.0);
        board(stage, &self.plate, 132.0, 254.0, 212.0);
        board(stage, &self.tern, 434.0, 249.0, 118.0);
        board(stage, &self.fern, 728.0, 249.0, 118.0);
        board(stage, &self.peaks, 962.0, 70.0, 130.0);

        let (sway, dash) = (swing(at, 9.0, 0.0), swing(at, 16.0, 0.1));
        self.run(&self.keeper, stage, at, (1206.0 + 12.0 * sway, 470.0), 0.86);
        self.run(
            &self.red,
            stage,
            at + 0.2,
            (260.0 + 60.0 * dash, 486.0),
            0.86,
        );
        self.run(
            &self.white,
            stage,
            at + 0.4,
            (400.0 + 70.0 * dash, 474.0),
            0.82,
        );
        self.run(
            &self.white,
            stage,
            at + 0.1,
            (930.0 + 44.0 * sway, 482.0),
            0.86,
        );
        self.run(&self.red, stage, at, (1060.0 + 50.0 * dash, 520.0), 0.98);
        let lead = 610.0 + 190.0 * swing(at, 12.0, 0.25);
        self.run(&self.white, stage, at + 0.3, (lead + 120.0, 592.0), 1.5);
        self.run(&self.red, stage, at, (lead, 640.0), 1.72);
        let bounce = swing(at, 0.55, 0.0).abs() * 7.0;
        stage.put(
            &self.ball,
            Put::at(
                lead + 52.0 + 22.0 * swing(at, 1.1, 0.0),
                612.0 - bounce,
                30.0,
            ),
        );
        stage.put(
            &self.lights,
            Put::at(-60.0, -34.0, 1400.0).opacity(0.92 + 0.05 * swing(at, 1.3, 0.0)),
        );
        let second = at.clamp(0.0, 19.0) as usize;
        let shown = rise(at, -1.0, 0.3);
        stage.put(
            &self.score[second],
            Put::at(64.0, 40.0, 344.0).depth(0.0).opacity(shown),
        );
        self.caption.put(at, stage);
    }
}

fn crowd() -> String {
    let mut dice = Dice(3);
    let mut svg = String::from(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="1400" height="180" viewBox="0 0 1400 180"><rect width="1400" height="180" fill="#151d33"/>"##,
    );
    let shirts = [
        "#c9ced8", "#7d2632", "#27304a", "#27304a", "#d9b24a", "#33508f", "#8c3a44",
    ];
    for row in 0..11 {
        let mut x = dice.between(0.0, 9.0);
        while x < 1400.0 {
            let y = 8.0 + row as f32 * 15.5 + dice.between(-2.0, 2.0);
            let shirt = shirts[(dice.throw() * 7.0) as usize % 7];
            let light = dice.between(0.35, 0.85);
            svg.push_str(&format!(
                r##"<g opacity="{light:.2}"><rect x="{:.0}" y="{:.0}" width="9" height="9" rx="3" fill="{shirt}"/><circle cx="{:.0}" cy="{y:.0}" r="3.4" fill="#c99a76"/></g>"##,
                x - 4.5,
                y + 3.0,
                x,
            ));
            x += dice.between(10.0, 15.0);
        }
    }
    svg.push_str("</svg>");
    svg
}

/// One picture of a running player; the feet stand at (50, 112).
fn player(shirt: &str, shorts: &str, step: usize) -> String {
    let turn = step as f32 / STRIDE as f32 * std::f32::consts::TAU;
    let limb = |phase: f32, skin: &str| {
        let (reach, lift) = ((turn + phase).sin(), (turn + phase).cos().max(0.0));
        let knee = (50.0 + 12.0 * reach, 88.0 - 5.0 * lift);
        let foot = (50.0 + 21.0 * reach - 8.0 * lift, 110.0 - 15.0 * lift);
        format!(
            r##"<path d="M50 64 L{:.1} {:.1} L{:.1} {:.1}" stroke="{skin}" stroke-width="9"/><path d="M{:.1} {:.1} l7 1" stroke="#1b1e24" stroke-width="6"/>"##,
            knee.0, knee.1, foot.0, foot.1, foot.0, foot.1,
        )
    };
    let arm = |phase: f32| {
        let reach = (turn + phase).sin();
        format!(
            r##"<path d="M50 30 L{:.1} 46 L{:.1} {:.1}" stroke="{shirt}" stroke-width="8"/>"##,
            50.0 + 15.0 * reach,
            50.0 + 22.0 * reach + 6.0,
            54.0 - 6.0 * reach,
        )
    };
    let (back_leg, front_leg) = (limb(std::f32::consts::PI, "#b98a66"), limb(0.0, "#e0b48f"));
    let (back_arm, front_arm) = (arm(0.0), arm(std::f32::consts::PI));
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="100" height="122" viewBox="0 0 100 122"><ellipse cx="54" cy="114" rx="34" ry="5" fill="#06240f" opacity=".45"/>
<g fill="none" stroke-linecap="round" stroke-linejoin="round">{back_arm}{back_leg}{front_leg}</g>
<path d="M39 54 h22 l4 18 h-12 l-3 -6 l-3 6 h-12z" fill="{shorts}"/><path d="M38 24 q12 -6 24 0 l2 32 h-28z" fill="{shirt}"/>
<g fill="none" stroke-linecap="round" stroke-linejoin="round">{front_arm}</g>
<circle cx="53" cy="13" r="9" fill="#d9a882"/><path d="M43 12 q2 -11 11 -10 q9 1 9 8 q-9 -4 -20 2z" fill="#2a1d17"/></svg>"##
    )
}

fn score(clock: u32) -> String {
    let (minutes, seconds) = (clock / 60, clock % 60);
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="344" height="50" viewBox="0 0 344 50"><rect width="344" height="50" rx="5" fill="#14224d"/><rect x="84" width="90" height="50" fill="#ffffff"/><rect x="254" width="90" height="50" rx="5" fill="#24418c"/>
<g font-family="DejaVu Sans" font-stretch="condensed" font-weight="700" font-size="25" text-anchor="middle" fill="#ffffff"><text x="43" y="34">HAR</text><text x="129" y="34" fill="#14224d">1 – 0</text><text x="213" y="34">VIK</text><text x="299" y="34">{minutes}:{seconds:02}</text></g></svg>"##
    )
}
