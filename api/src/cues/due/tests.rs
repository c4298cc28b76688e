//! Two nodes, a store, two clocks: no interleaving shows twice in one life, and none leaves one resting for ever.

use super::*;
use proptest::prelude::*;

fn triggered(id: &str, show_ms: i64, quiet_ms: i64, quiet_scope: QuietScope) -> Triggered {
    Triggered {
        instrument_id: InstrumentId::parse(id).expect("an id"),
        life: OverlayLife {
            show_ms,
            quiet_ms,
            quiet_scope,
        },
        seen: Position::ZERO,
    }
}

fn moment(ms: i64) -> Moment {
    Moment {
        seen: Position::parse(ms).expect("a position"),
        now: Time::from_ms(1_000_000 + ms),
    }
}

fn subjects(begin: &[(Subject, Free)]) -> Vec<String> {
    let name = |(subject, _): &(Subject, Free)| match subject {
        Subject::Media => String::new(),
        Subject::Instrument(id) => id.to_string(),
    };
    begin.iter().map(name).collect()
}

#[test]
fn an_instrument_of_its_own_quiet_leaves_others_free() {
    let (a, b) = (
        triggered("a", 100, 500, QuietScope::Instrument),
        triggered("b", 100, 500, QuietScope::Instrument),
    );
    let mut lives = Lives::new();
    lives.extend(due(std::slice::from_ref(&a), &lives, moment(0)));
    assert!(due(std::slice::from_ref(&a), &lives, moment(599)).is_empty());
    assert_eq!(subjects(&due(&[a.clone(), b], &lives, moment(50))), ["b"]);
    assert_eq!(subjects(&due(&[a], &lives, moment(600))), ["a"]);
}

#[test]
fn where_the_media_rests_nothing_is_due() {
    let (a, b) = (
        triggered("a", 100, 500, QuietScope::Media),
        triggered("b", 1, 0, QuietScope::Instrument),
    );
    let mut lives = Lives::new();
    lives.extend(due(&[a, b.clone()], &lives, moment(0)));
    assert_eq!(lives.len(), 3);
    assert!(due(std::slice::from_ref(&b), &lives, moment(599)).is_empty());
    assert_eq!(subjects(&due(&[b], &lives, moment(600))), ["b"]);
}

#[test]
fn nothing_is_due_where_nothing_is_triggered() {
    assert!(due(&[], &Lives::new(), moment(0)).is_empty());
}

/// What may happen: time goes on, one of the clocks steps back, one of two nodes looks.
#[derive(Debug, Clone)]
enum Step {
    On(i64),
    WallBack(i64),
    PositionBack(i64),
    Look,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (1_i64..300).prop_map(Step::On),
        1 => (1_i64..5_000).prop_map(Step::WallBack),
        1 => (1_i64..5_000).prop_map(Step::PositionBack),
        6 => Just(Step::Look),
    ];
    prop::collection::vec(step, 1..120)
}

/// A stored table as two nodes see it: each look reads and writes it as one.
struct World {
    real: i64,
    wall: i64,
    position: i64,
    lives: Lives,
    shown: Vec<i64>,
}

impl World {
    fn take(&mut self, step: &Step, triggered: &[Triggered]) {
        match step {
            Step::On(ms) => {
                self.real += ms;
                self.wall += ms;
                self.position += ms;
            }
            Step::WallBack(ms) => self.wall -= ms,
            Step::PositionBack(ms) => self.position = (self.position - ms).max(0),
            Step::Look => {
                let moment = Moment {
                    seen: Position::parse(self.position).expect("not below zero"),
                    now: Time::from_ms(self.wall),
                };
                let begin = due(triggered, &self.lives, moment);
                if !begin.is_empty() {
                    self.shown.push(self.real);
                }
                self.lives.extend(begin);
            }
        }
    }
}

fn world() -> World {
    World {
        real: 0,
        wall: 1_000_000,
        position: 10_000,
        lives: Lives::new(),
        shown: Vec::new(),
    }
}

proptest! {
    #[test]
    fn no_interleaving_signals_twice_in_one_life(steps in steps()) {
        let one = [triggered("a", 400, 800, QuietScope::Media)];
        let mut world = world();
        for step in &steps {
            world.take(step, &one);
        }
        for pair in world.shown.windows(2) {
            prop_assert!(pair[1] - pair[0] >= 1_200, "{:?}", world.shown);
        }
    }

    #[test]
    fn while_one_clock_is_sound_nothing_rests_for_ever(steps in steps(), wall_is_sound in any::<bool>()) {
        let one = [triggered("a", 400, 800, QuietScope::Instrument)];
        let mut world = world();
        for step in &steps {
            match step {
                Step::WallBack(_) if wall_is_sound => {}
                Step::PositionBack(_) if !wall_is_sound => {}
                step => world.take(step, &one),
            }
        }
        world.take(&Step::On(1_200), &one);
        let before = world.shown.len();
        world.take(&Step::Look, &one);
        prop_assert_eq!(world.shown.len(), before + 1, "a life is over 1.2 s after the last moment");
    }
}

/// What a node is about to do; a crash takes it away, and what is stored stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Node {
    /// It will look.
    Idle,
    /// It has read the lives, at this moment by its clocks, found something due, and will claim it.
    Read { real: i64, now: i64 },
    /// It has claimed, and will put the cue into the stream.
    Claimed,
}

/// The whole of a small world. Time goes in steps of one; a life shows for 2 and rests for 2.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Small {
    real: i64,
    /// How far the wall's clock was set back in all.
    wall_back: i64,
    nodes: [Node; 2],
    /// The stored life: free by the position, and by the wall.
    free: Option<(i64, i64)>,
    /// The stored cue that is not in the stream yet, if any: claimed at this real moment.
    due: Option<i64>,
    /// When lives began, and when their cues came into the stream.
    begun: Vec<i64>,
    carried: Vec<i64>,
}

const LIFE: (i64, i64) = (2, 2);
/// For how long a node's own look counts; far less than a life.
const PATIENCE: i64 = 1;

impl Small {
    fn moment(&self) -> Moment {
        Moment {
            seen: Position::parse(self.real).expect("not below zero"),
            now: Time::from_ms(100 + self.real - self.wall_back),
        }
    }

    fn lives(&self) -> Lives {
        let free = self.free.map(|(position_ms, at)| Free {
            position_ms,
            at: Time::from_ms(at),
        });
        free.map(|free| (Subject::Media, free))
            .into_iter()
            .collect()
    }

    fn due_now(&self, moment: Moment) -> Option<(i64, i64)> {
        let one = triggered("a", LIFE.0, LIFE.1, QuietScope::Media);
        let begin = due(&[one], &self.lives(), moment);
        let media = begin
            .into_iter()
            .find(|(subject, _)| *subject == Subject::Media);
        media.map(|(_, free)| (free.position_ms, free.at.ms()))
    }

    /// Every world that may come next.
    fn next(&self) -> Vec<Self> {
        let mut worlds = Vec::new();
        let mut add = |change: &dyn Fn(&mut Self)| {
            let mut world = self.clone();
            change(&mut world);
            worlds.push(world);
        };
        add(&|world| world.real += 1);
        if self.wall_back < 3 {
            add(&|world| world.wall_back += 3);
        }
        for at in 0..2 {
            match self.nodes[at] {
                Node::Idle => {
                    let moment = self.moment();
                    if self.due_now(moment).is_some() {
                        let (real, now) = (self.real, moment.now.ms());
                        add(&|world| world.nodes[at] = Node::Read { real, now });
                    }
                    // The ticker's other duty: a cue that was left behind is carried by whoever looks.
                    if self.due.is_some() {
                        add(&|world| world.nodes[at] = Node::Claimed);
                    }
                }
                // A node that stood still for too long looks again: by an old moment the life would end too soon.
                Node::Read { real, .. } if self.real - real > PATIENCE => {
                    add(&|world| world.nodes[at] = Node::Idle);
                }
                // The claim looks again at what is stored, whatever was read: one transaction.
                Node::Read { real, now } => {
                    let moment = Moment {
                        seen: Position::parse(real).expect("not below zero"),
                        now: Time::from_ms(now),
                    };
                    match self.due_now(moment) {
                        Some(free) => add(&|world| {
                            world.free = Some(free);
                            world.begun.push(world.real);
                            world.due = Some(world.real);
                            world.nodes[at] = Node::Claimed;
                        }),
                        None => add(&|world| world.nodes[at] = Node::Idle),
                    }
                }
                Node::Claimed => add(&|world| {
                    // Twice in the stream is once for players: the cue has one id.
                    if let Some(begun) = world.due.take() {
                        world.carried.push(begun);
                    }
                    world.nodes[at] = Node::Idle;
                }),
            }
            // At any moment a node may end; another takes its place.
            if self.nodes[at] != Node::Idle {
                add(&|world| world.nodes[at] = Node::Idle);
            }
        }
        worlds
    }
}

#[test]
fn in_every_small_world_a_life_is_shown_once_and_ends() {
    const UNTIL: i64 = 9;
    let start = Small {
        real: 0,
        wall_back: 0,
        nodes: [Node::Idle; 2],
        free: None,
        due: None,
        begun: Vec::new(),
        carried: Vec::new(),
    };
    let mut known = std::collections::HashSet::from([start.clone()]);
    let mut open = vec![start];
    let mut rested = 0;
    while let Some(world) = open.pop() {
        for pair in world.begun.windows(2) {
            let apart = pair[1] - pair[0];
            assert!(
                apart >= LIFE.0 + LIFE.1 - PATIENCE,
                "twice in one life: {world:?}"
            );
        }
        let mut once = world.carried.clone();
        once.dedup();
        assert_eq!(
            once, world.carried,
            "a life came twice into the stream: {world:?}"
        );
        // Nothing rests for ever: a life after the last moment, whatever the wall's clock did, something is due again.
        if let Some((position_ms, _)) = world.free
            && world.real >= position_ms
        {
            assert!(world.due_now(world.moment()).is_some(), "{world:?}");
            rested += 1;
        }
        for next in world.next() {
            if next.real <= UNTIL && known.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    assert!(known.len() > 10_000 && rested > 0, "{} worlds", known.len());
}
