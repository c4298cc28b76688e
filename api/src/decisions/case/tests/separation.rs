//! Competitors are kept apart, whatever is offered in whatever order: sequences of decisions against a naive model.

use std::borrow::Cow;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::Case;
use crate::decisions::Ask;
use crate::decisions::choose::{self, Scratch};
use crate::decisions::filters::{self, Filter};
use crate::decisions::receipt::Sealer;
use crate::decisions::scene::Reason;
use crate::decisions::shown::{Showing, Shown};
use crate::decisions::wire::ALL_KINDS;
use crate::words::Time;

/// What advertisers call themselves, and who each of them is: an alias and another case are the same one.
const NAMES: [(&str, u8); 6] = [
    ("Nordlauf", 0),
    ("Nordlauf Sport", 0),
    ("Suedlauf", 1),
    ("Kestrel", 2),
    ("KESTREL", 2),
    ("Heron", 3),
];
const CATEGORIES: [&str; 5] = [
    "fashion",
    "fashion.shoes",
    "food",
    "food.fast",
    "electronics",
];
/// Where the steps of a sequence lie, so that no window reaches into another's.
const STEP_MS: i64 = 20_000;
const CLOCK: &str = "2026-11-20T20:00:00Z";

/// An instrument, as a naive reader sees it.
#[derive(Debug, Clone)]
struct Told {
    kind: &'static str,
    /// Its place in [`NAMES`].
    advertiser: Option<usize>,
    categories: Vec<&'static str>,
    rivals: Vec<usize>,
    rival_categories: Vec<&'static str>,
    show_ms: i64,
}

/// The rules over all of them.
#[derive(Debug, Clone)]
struct Rules {
    advertisers_ms: i64,
    categories_ms: i64,
    fields: Vec<&'static str>,
    /// Nordlauf's entity names Suedlauf's as its rival.
    entities_are_rivals: bool,
}

/// One question of a sequence.
#[derive(Debug, Clone)]
struct Asked {
    after_ms: i64,
    /// Which of the instruments have what triggers them on screen, as bits.
    offered: u8,
    slots: usize,
    per_kind: usize,
}

type Story = (Vec<Told>, Rules, Vec<Asked>);

/// One overlay: of which instrument, and from when to when.
#[derive(Debug, Clone, Copy)]
struct Seen {
    which: usize,
    from: Time,
    to: Time,
}

/// Whether a category is this one or within it.
fn lies_in(category: &str, field: &str) -> bool {
    let within = category.strip_prefix(field);
    within.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// For how long the two are kept apart, said as the contract says it; `None` where they do not compete.
fn gap(one: &Told, other: &Told, rules: &Rules) -> Option<i64> {
    let who = |told: &Told| told.advertiser.map(|at| NAMES[at].1);
    let (a, b) = (who(one)?, who(other)?);
    if a == b {
        return None;
    }
    let names = |told: &Told, whom: &Told, who: u8| {
        told.rivals.iter().any(|at| NAMES[*at].1 == who)
            || (told.rival_categories.iter()).any(|field| whom.is_in(field))
    };
    let entities = rules.entities_are_rivals && a.min(b) == 0 && a.max(b) == 1;
    let rivals = names(one, other, b) || names(other, one, a) || entities;
    let contest = |field: &&str| one.is_in(field) && other.is_in(field);
    let contest = rules.fields.iter().any(contest);
    let by_name = rivals.then_some(rules.advertisers_ms);
    by_name.max(contest.then_some(rules.categories_ms))
}

impl Told {
    fn is_in(&self, field: &str) -> bool {
        self.categories.iter().any(|own| lies_in(own, field))
    }

    fn json(&self, name: &str) -> Value {
        let by = self.advertiser.map(|at| NAMES[at].0);
        let content = match self.kind {
            "poll" => json!({"kind": "poll", "question": "Who?", "paid_by": by, "answers": [
                {"answer_id": "a", "text": "A"}, {"answer_id": "b", "text": "B"}]}),
            kind => {
                json!({"kind": kind, "title": "It", "link_url": "https://a.example/", "link_text": "Look",
                "advertiser": by})
            }
        };
        let rivals: Vec<&str> = self.rivals.iter().map(|at| NAMES[*at].0).collect();
        json!({
            "name": name, "content": content, "trigger": {"names": [name]}, "categories": self.categories,
            "competes_with": {"advertisers": rivals, "categories": self.rival_categories},
            "overlay_life": {"show_ms": self.show_ms, "quiet_ms": 0, "quiet_scope": "instrument"},
        })
    }
}

fn told() -> impl Strategy<Value = Told> {
    let some = |most| subsequence(CATEGORIES.to_vec(), 0..=most);
    (
        select(vec!["ad", "promotion", "poll"]),
        proptest::option::weighted(0.9, 0..NAMES.len()),
        some(2),
        subsequence((0..NAMES.len()).collect::<Vec<_>>(), 0..=1),
        some(1),
        10_000_i64..60_000,
    )
        .prop_map(
            |(kind, advertiser, categories, rivals, rival_categories, show_ms)| Told {
                kind,
                // Only a question is of nobody; what is sold always says for whom.
                advertiser: advertiser.or((kind != "poll").then_some(0)),
                categories,
                rivals,
                rival_categories,
                show_ms,
            },
        )
}

fn stories() -> impl Strategy<Value = Story> {
    let rules = (
        prop_oneof![Just(0), 0_i64..600_000],
        prop_oneof![Just(0), 0_i64..600_000],
        subsequence(CATEGORIES.to_vec(), 0..=2),
        any::<bool>(),
    )
        .prop_map(
            |(advertisers_ms, categories_ms, fields, entities_are_rivals)| Rules {
                advertisers_ms,
                categories_ms,
                fields,
                entities_are_rivals,
            },
        );
    let asked = (0_i64..120_000, any::<u8>(), 1_usize..=4, 1_usize..=4).prop_map(
        |(after_ms, offered, slots, per_kind)| Asked {
            after_ms,
            offered,
            slots,
            per_kind,
        },
    );
    (
        proptest::collection::vec(told(), 2..=8),
        rules,
        proptest::collection::vec(asked, 1..16),
    )
}

/// The world of a story: an instrument is named after its place, and so is what triggers it.
fn world((instruments, rules, questions): &Story) -> Case {
    let name = |i: usize| format!("n{i}");
    let steps = (0_i64..).zip(questions);
    let detections = steps.flat_map(|(step, asked)| {
        let offered = (0..instruments.len()).filter(|i| asked.offered & (1 << i) != 0);
        offered.map(move |i| {
            json!({"position_ms": step * STEP_MS, "kind": "label", "name": name(i), "confidence": 90})
        })
    });
    let rivals = match rules.entities_are_rivals {
        true => json!([{"entity_id": "sued"}]),
        false => json!([]),
    };
    let file = json!({
        "what": "a story", "clock": CLOCK,
        "detections": detections.collect::<Vec<_>>(),
        "entities": [
            {"entity_id": "nord", "name": "Nordlauf", "aliases": ["Nordlauf Sport"], "kind": "brand", "rivals": rivals},
            {"entity_id": "sued", "name": "Suedlauf", "kind": "brand"},
        ],
        "instruments": instruments.iter().enumerate().map(|(i, told)| told.json(&name(i))).collect::<Vec<_>>(),
        "delivery_rules": {"separation": {"advertisers_ms": rules.advertisers_ms,
            "categories_ms": rules.categories_ms, "categories": rules.fields}},
        "ask": {"position_ms": 0}, "expect": {"overlays": [], "reasons": {}},
    });
    Case::read(&file.to_string()).expect("the story is a case")
}

/// What the viewer sees by these rules. Along the way, each candidate that was found too near to another must be so by the
/// naive reading; and where nothing else is asked, no other may have been let through.
fn play(story: &Story, rules: &[(&str, Filter)]) -> Result<Vec<Seen>, TestCaseError> {
    let (told, said, questions) = story;
    let Case { world, viewer, .. } = world(story);
    let sealer = Sealer::new(&[[0; 32], [1; 32]]).expect("two keys");
    let which = |at: u32| -> usize { world.index.get(at).name[1..].parse().expect("its place") };
    let alone = rules.len() == 1;
    let (mut past, mut seen): (Vec<Showing>, Vec<Seen>) = (Vec::new(), Vec::new());
    let mut scratch = Scratch::default();
    let mut now = Time::parse(CLOCK).expect("a time");
    for (step, asked) in (0_i64..).zip(questions) {
        now = now.plus_ms(asked.after_ms);
        let ask = Ask {
            position_ms: step * STEP_MS,
            cue_id: Some(Cow::Owned(format!("step-{step}"))),
            slots: asked.slots,
            per_kind: asked.per_kind,
            can_draw: ALL_KINDS,
            ..Ask::default()
        };
        let mut shown = Shown::gather(&sealer, &world.index, &world.media, &viewer, &ask, now);
        shown.remember(&past);
        let scene = world.scene(&viewer, &shown, &ask, now).expect("a question");
        let choice = choose::choose(rules, &scene, &mut scratch);
        for (candidate, stopped) in scratch.candidates.iter().zip(&scratch.stopped) {
            let own = which(candidate.at);
            let near = seen.iter().any(|other| {
                let gap = gap(&told[other.which], &told[own], said);
                gap.is_some_and(|ms| now < other.to.plus_ms(ms))
            });
            let separated = *stopped == Some(Reason::Separated);
            prop_assert!(!separated || near, "n{own} is kept apart from nothing");
            prop_assert!(!alone || separated == near || rules[0].0 != "separation");
        }
        for (pick, (showing, ..)) in choice.picks.iter().zip(choice.chosen(&scene)) {
            past.push(showing);
            seen.push(Seen {
                which: which(pick.at),
                from: showing.shown_at,
                to: showing.hides_at,
            });
        }
    }
    Ok(seen)
}

/// The first two competitors that stand together, or nearer than the rules have it.
fn too_near((told, said, _): &Story, seen: &[Seen]) -> Option<(Seen, Seen)> {
    let pairs =
        (1..seen.len()).flat_map(|later| (0..later).map(move |first| (seen[first], seen[later])));
    pairs.into_iter().find(|(first, later)| {
        let gap = gap(&told[first.which], &told[later.which], said);
        gap.is_some_and(|ms| later.from < first.to.plus_ms(ms))
    })
}

/// All rules but this one.
fn without(left_out: &str) -> Vec<(&'static str, Filter)> {
    let all = filters::ALL.iter().copied();
    all.filter(|(name, _)| *name != left_out).collect()
}

proptest! {
    #![proptest_config(Config::with_cases(96))]

    #[test]
    fn whatever_is_offered_two_competitors_are_never_nearer_than_the_rules_have_it(story in stories()) {
        let seen = play(&story, filters::ALL)?;
        prop_assert_eq!(too_near(&story, &seen).map(|pair| format!("{pair:?}")), None);
    }

    #[test]
    fn by_itself_the_rule_stops_whom_the_naive_reading_stops_and_nobody_else(story in stories()) {
        let alone: Vec<(&str, Filter)> = filters::ALL.iter().copied().filter(|(name, _)| *name == "separation").collect();
        let seen = play(&story, &alone)?;
        prop_assert_eq!(too_near(&story, &seen).map(|pair| format!("{pair:?}")), None);
    }
}

#[test]
fn without_the_rule_competitors_come_too_near_both_later_and_within_one_answer() {
    let mut runner = TestRunner::deterministic();
    let rules = without("separation");
    let (mut later, mut at_once) = (0, 0);
    for _ in 0..96 {
        let story = stories().new_tree(&mut runner).expect("a story").current();
        let seen = play(&story, &rules).expect("nothing is kept apart");
        match too_near(&story, &seen) {
            Some((one, other)) if one.from == other.from => at_once += 1,
            Some(_) => later += 1,
            None => {}
        }
    }
    assert!(later > 5 && at_once > 5, "{later} later, {at_once} at once");
}
