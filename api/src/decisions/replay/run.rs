//! The simulation: every viewer asks at every step, and what it is shown it remembers.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::audience::{self, Known};
use super::plan::Plan;
use crate::decisions::choose::{self, Scratch};
use crate::decisions::filters;
use crate::decisions::receipt::Sealer;
use crate::decisions::scene::{Choice, Reason, Scene};
use crate::decisions::shown::Shown;
use crate::decisions::world::World;
use crate::decisions::{Ask, wire};
use crate::error::Result;

/// How far back a question looks at the least, and at the most.
const BACK_MS: (i64, i64) = (10_000, 60_000);

/// What would have been shown.
#[derive(Debug)]
pub struct Report {
    /// How many decisions were made.
    pub questions: u64,
    /// What became of each instrument that was a candidate, by its place in the index.
    pub instruments: BTreeMap<u32, Replayed>,
    /// Why candidates were left out, by the reason's number.
    pub reasons: [u64; Reason::ALL.len()],
    /// The first overlays.
    pub timeline: Vec<Showing>,
    /// How many overlays there are beside those.
    pub more: u64,
}

/// What would have become of an instrument.
#[derive(Debug, Default)]
pub struct Replayed {
    /// In how many decisions it was a candidate.
    pub considered: u64,
    /// How often it was shown.
    pub impressions: u64,
    /// To whom: simulated viewers by their numbers.
    pub reached: BTreeSet<u32>,
    /// How often it was shown to each group, and to whom of it.
    pub by_group: BTreeMap<usize, (u64, BTreeSet<u32>)>,
    /// The impressions' chances to engage, summed.
    pub expected: f64,
    /// Where it was shown first and last.
    pub positions: Option<(i64, i64)>,
    /// How often each reason stopped it.
    pub reasons: BTreeMap<usize, u64>,
}

/// One overlay.
#[derive(Debug)]
pub struct Showing {
    /// Where it appeared.
    pub position_ms: i64,
    /// To which viewer.
    pub viewer: u32,
    /// Of which group.
    pub group: usize,
    /// Its instrument's place in the index.
    pub at: u32,
    /// Where it hides.
    pub hide_at_ms: i64,
}

/// What a simulated viewer asks at a position.
fn ask(position_ms: i64, plan: &Plan) -> Ask<'static> {
    Ask {
        position_ms,
        backward_ms: Some(plan.every_ms.clamp(BACK_MS.0, BACK_MS.1)),
        // Each step is a cue of its own, so that each draws anew.
        cue_id: Some(Cow::Owned(format!("replay-{position_ms}"))),
        slots: plan.slots,
        per_kind: 1,
        can_draw: wire::ALL_KINDS,
        ..Ask::default()
    }
}

/// Replays a plan in a world, whose salt is the plan's seed.
pub(super) fn run(world: &World, plan: &Plan, known: &Known) -> Result<Report> {
    let (media, window) = (&world.media, plan.window);
    let time = |ms| audience::time_at(media, plan.starts_at, window, ms);
    let mut viewers = audience::draw(&plan.audience, window, time(window.from().ms()), known)?;
    // No device brings a receipt along, so nothing is ever opened with these.
    let sealer = Sealer::new(&[[0; 32], [1; 32]])?;
    let mut scratch = Scratch::default();
    let mut report = Report {
        questions: 0,
        instruments: BTreeMap::new(),
        reasons: [0; Reason::ALL.len()],
        timeline: Vec::new(),
        more: 0,
    };
    for position_ms in plan.steps() {
        let (ask, now) = (ask(position_ms, plan), time(position_ms));
        for (number, simulated) in (0_u32..).zip(&mut viewers) {
            if simulated.arrives_ms > position_ms {
                continue;
            }
            let index = &world.index;
            let mut shown = Shown::gather(&sealer, index, media, &simulated.viewer, &ask, now);
            shown.remember(&simulated.shown);
            let scene = world.scene(&simulated.viewer, &shown, &ask, now)?;
            let choice = choose::choose(filters::ALL, &scene, &mut scratch);
            report.note(&choice, &scratch);
            let whom = (number, simulated.group);
            report.show(&scene, &choice, &scratch, whom, plan.timeline);
            let chosen = choice.chosen(&scene);
            simulated.shown.extend(chosen.map(|(showing, ..)| showing));
        }
    }
    Ok(report)
}

impl Report {
    /// Counts what became of the candidates of one decision.
    fn note(&mut self, choice: &Choice, scratch: &Scratch) {
        self.questions += 1;
        for (sum, count) in self.reasons.iter_mut().zip(&choice.reasons) {
            *sum += u64::from(*count);
        }
        for (at, fate) in scratch.fates(choice) {
            let replayed = self.instruments.entry(at).or_default();
            replayed.considered += 1;
            if let Some(why) = fate {
                *replayed.reasons.entry(why as usize).or_default() += 1;
            }
        }
    }

    /// Counts what one decision shows to a viewer of a group.
    fn show(
        &mut self,
        scene: &Scene<'_>,
        choice: &Choice,
        scratch: &Scratch,
        (viewer, group): (u32, usize),
        timeline: usize,
    ) {
        for pick in &choice.picks {
            let position_ms = scene.shows_at().ms();
            let replayed = self.instruments.entry(pick.at).or_default();
            replayed.impressions += 1;
            replayed.reached.insert(viewer);
            let of_group = replayed.by_group.entry(group).or_default();
            of_group.0 += 1;
            of_group.1.insert(viewer);
            replayed.expected += scene.ranking.probability(scratch.ranked[pick.ranked].score);
            let first = replayed.positions.map_or(position_ms, |(first, _)| first);
            replayed.positions = Some((first, position_ms));
            if self.timeline.len() == timeline {
                self.more += 1;
                continue;
            }
            self.timeline.push(Showing {
                position_ms,
                viewer,
                group,
                at: pick.at,
                hide_at_ms: scene.shows_at().forward(pick.show_ms).ms(),
            });
        }
    }
}
