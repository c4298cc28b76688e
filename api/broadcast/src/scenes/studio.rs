//! The studio: a presenter at a desk, a screen, and what stands on the desk.

use anyhow::Result;

use crate::cast::{Actor, actor};
use crate::picture::{Sprite, Studio};
use crate::scenes::lower_third::{LowerThird, Sign};
use crate::scenes::{BACKGROUND, PROP, Scene, swing};
use crate::stage::{Camera, Put, Stage};

/// The studio.
pub struct Desk {
    room: Sprite,
    skyline: Sprite,
    body: Sprite,
    head: [Sprite; 3],
    arm: Sprite,
    desk: Sprite,
    badge: Actor,
    cup: Actor,
    radio: Actor,
    caption: LowerThird,
    sign: Sign,
}

impl Desk {
    /// Draws what does not move.
    pub fn new(sources: &Studio) -> Result<Self> {
        Ok(Self {
            room: sources.file("scenes/studio-room.svg", BACKGROUND)?,
            skyline: sources.file("scenes/studio-skyline.svg", BACKGROUND)?,
            body: sources.file("scenes/presenter-body.svg", PROP)?,
            head: [
                sources.drawing(&head(3.0, 1.0), PROP)?,
                sources.drawing(&head(7.0, 1.0), PROP)?,
                sources.drawing(&head(3.0, 0.1), PROP)?,
            ],
            arm: sources.file("scenes/presenter-arm.svg", PROP)?,
            desk: sources.file("scenes/studio-desk.svg", PROP)?,
            badge: actor(sources, "north-shore-cup", 208.0)?,
            cup: actor(sources, "tern-enamel-cup", 154.0)?,
            radio: actor(sources, "wren-table-radio", 214.0)?,
            caption: LowerThird::new(
                sources,
                "Ines Halvorsen",
                "Half-time desk, North Shore Cup",
                1.2,
                8.0,
            )?,
            sign: Sign::new(sources)?,
        })
    }
}

impl Scene for Desk {
    fn compose(&self, at: f32, stage: &mut Stage) {
        stage.look(Camera {
            x: 6.0,
            y: 4.0,
            zoom: 1.04 + at * 0.003,
        });
        let whole = Put::at(-40.0, -22.5, 1360.0);
        stage.put(
            &self.skyline,
            Put::at(-60.0 - at * 2.0, 60.0, 560.0).depth(0.6),
        );
        stage.put(&self.room, whole);
        stage.mark(
            self.badge.external_id,
            &self.badge.sprite,
            Put::at(852.0, 122.0, 208.0),
        );

        let nod = swing(at, 2.7, 0.0) * 3.0;
        let lean = swing(at, 5.3, 0.2) * 4.0;
        stage.put(&self.body, Put::at(470.0 + lean * 0.4, 330.0, 300.0));
        let talks = swing(at, 0.42, 0.0) + swing(at, 1.31, 0.3) > 0.1;
        let blinks = at.rem_euclid(3.4) < 0.12;
        let head = match (blinks, talks) {
            (true, _) => 2,
            (false, true) => 1,
            (false, false) => 0,
        };
        stage.put(&self.head[head], Put::at(540.0 + lean, 164.0 + nod, 160.0));
        stage.put(&self.desk, Put::at(-60.0, 500.0, 1400.0));
        let gesture = swing(at, 3.7, 0.0) * 8.0;
        stage.put(
            &self.arm,
            Put::at(662.0 + gesture, 470.0 - gesture.abs(), 120.0),
        );
        stage.mark(
            self.cup.external_id,
            &self.cup.sprite,
            Put::at(826.0, 438.0, 154.0),
        );
        stage.mark(
            self.radio.external_id,
            &self.radio.sprite,
            Put::at(1014.0, 420.0, 214.0),
        );
        self.caption.put(at, stage);
        self.sign.put(stage);
    }
}

/// The presenter's head, with the mouth and the eyes as open as given.
fn head(mouth: f32, eyes: f32) -> String {
    let eye = 7.0 * eyes;
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="160" height="210" viewBox="0 0 160 210"><path d="M18 92 Q10 18 82 14 Q152 18 144 104 Q152 152 134 186 L122 120 H40 L30 186 Q8 150 18 92z" fill="#3a2219"/>
<path d="M66 150 h32 v46 q-16 14 -32 0z" fill="#b97f5c"/><path d="M38 84 Q38 36 82 36 Q126 36 126 84 Q126 136 104 156 Q82 174 60 156 Q38 136 38 84z" fill="#d79d77"/>
<path d="M34 96 Q40 36 96 38 Q128 42 130 92 Q112 66 92 60 Q60 74 34 96z" fill="#3a2219"/>
<ellipse cx="64" cy="98" rx="7" ry="{eye}" fill="#241a17"/><ellipse cx="102" cy="98" rx="7" ry="{eye}" fill="#241a17"/><path d="M54 82 q10 -6 20 0 M92 82 q10 -6 20 0" stroke="#3a2219" stroke-width="5" fill="none"/>
<path d="M84 102 q8 18 -4 22" stroke="#a86f4c" stroke-width="4" fill="none"/><ellipse cx="83" cy="142" rx="17" ry="{mouth}" fill="#8e2f35"/><circle cx="32" cy="126" r="5" fill="#f3c94c"/><circle cx="132" cy="126" r="5" fill="#f3c94c"/></svg>"##
    )
}
