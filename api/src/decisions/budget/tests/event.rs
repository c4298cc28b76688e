//! A two-hour event with a tenfold spike of its audience, on two nodes of unequal shares. The tills, the clerks and the pace
//! are the server's own; only the books are in memory, and time is a number.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::decisions::budget::clerk::Clerk;
use crate::decisions::budget::pace::tests::{NOW, running};
use crate::decisions::budget::pace::{self, Books, LATE_MS};
use crate::decisions::budget::till::{Slice, Standing, Till};
use crate::instruments::campaigns::{Counted, Pacing, Running};
use crate::words::Time;

const STEP_MS: i64 = 200;
const WHOLE_MS: i64 = 2 * 60 * 60 * 1_000;
const GOAL: u64 = 50_000;
/// Viewers that could be shown something in a second, but for the spike.
const USUAL: f64 = 20.0;
/// The spike: ten minutes, in the second half.
const SPIKE: std::ops::Range<i64> = 70 * 60_000..80 * 60_000;
/// Of a hundred reserved impressions so many are drawn, two seconds later.
const DRAWN: u64 = 96;
const LAG_MS: i64 = 2_000;
const SELLS_MS: i64 = 60_000;
const RETURNS_MS: i64 = 900_000;

fn audience(ms: i64) -> f64 {
    if SPIKE.contains(&ms) {
        USUAL * 10.0
    } else {
        USUAL
    }
}

#[derive(Debug)]
struct Cut {
    granted: u64,
    settled: u64,
    sells_until: Time,
}

/// The books in memory, as the store keeps them.
#[derive(Debug, Default)]
struct Ledger {
    given: u64,
    settled: u64,
    asked: u64,
    cuts: BTreeMap<u128, Cut>,
    next: u128,
}

impl Ledger {
    fn end(&mut self, now: Time) {
        let over = |cut: &Cut| now >= cut.sells_until.plus_ms(RETURNS_MS);
        let unsettled = |cut: &Cut| cut.granted - cut.settled;
        self.given -= self
            .cuts
            .values()
            .filter(|cut| over(cut))
            .map(unsettled)
            .sum::<u64>();
        self.cuts.retain(|_, cut| !over(cut));
    }

    fn books(&self, now: Time) -> Books {
        let young = |cut: &&Cut| cut.sells_until > now.plus_ms(-LATE_MS);
        let aged = || self.cuts.values().filter(move |cut| !young(cut));
        Books {
            headroom: GOAL - self.given,
            settled: self.settled,
            reached: self.settled,
            young: self
                .cuts
                .values()
                .filter(young)
                .map(|cut| cut.granted - cut.settled)
                .sum(),
            aged: (
                aged().map(|cut| cut.granted).sum(),
                aged().map(|cut| cut.settled).sum(),
            ),
            asked: self.asked,
        }
    }

    fn settle(&mut self, slice: u128) {
        if let Some(cut) = self
            .cuts
            .get_mut(&slice)
            .filter(|cut| cut.settled < cut.granted)
        {
            cut.settled += 1;
            self.settled += 1;
        }
    }
}

struct Node {
    /// Its part of the audience.
    part: f64,
    till: Till,
    clerk: Clerk,
    /// What of its audience is not a whole viewer yet.
    rest: f64,
    alive: bool,
}

impl Node {
    fn new(part: f64) -> Self {
        Self {
            part,
            till: Till::default(),
            clerk: Clerk::new(NOW),
            rest: 0.0,
            alive: true,
        }
    }

    /// What the keeper does, with these books.
    fn keep(&mut self, running: &Running, ledger: &mut Ledger, now: Time) {
        let slice = self.till.slice();
        let asked = self.till.asked();
        let Some(errand) = self.clerk.look(slice.as_deref(), 0, asked, now) else {
            return;
        };
        ledger.asked += self.till.take_asked();
        let most = if errand.follow { u64::MAX } else { errand.back };
        let back = slice.as_ref().map_or(0, |slice| slice.take(most));
        if let Some(cut) = slice
            .as_ref()
            .and_then(|slice| ledger.cuts.get_mut(&slice.id))
        {
            cut.granted -= back;
            ledger.given -= back;
        }
        ledger.end(now);
        let books = ledger.books(now);
        self.clerk.audience.note(NOW, now, books.asked);
        let ms = running.ends_at.map_or(0, |end| end.since(now));
        let to_come = self.clerk.audience.to_come(ms);
        let (granted, standing) = pace::grant(running, &books, (errand.want, asked), to_come, now);
        ledger.given += granted;
        match slice.filter(|_| !errand.follow) {
            Some(kept) => {
                ledger.cuts.get_mut(&kept.id).expect("it is open").granted += granted;
                kept.put(granted);
            }
            None if granted > 0 => {
                ledger.next += 1;
                let sells_until = now.plus_ms(SELLS_MS);
                let cut = Cut {
                    granted,
                    settled: 0,
                    sells_until,
                };
                ledger.cuts.insert(ledger.next, cut);
                let slice = Slice::new(ledger.next, 0, sells_until, granted);
                self.till.set_slice(Some(Arc::new(slice)));
            }
            None => self.till.set_slice(None),
        }
        self.till.set_when_empty(standing);
        (self.clerk.standing, self.clerk.exchanged_at) = (standing, now);
    }
}

/// What was delivered after each minute, and the audience's share by then.
struct Delivered {
    minutes: Vec<(f64, f64)>,
}

impl Delivered {
    fn last(&self) -> f64 {
        self.minutes.last().expect("it lasted").0
    }
}

/// Runs the event; one node is killed at that moment, if told.
fn run(pacing: Pacing, killed_at: Option<i64>) -> Delivered {
    let mut running = running(pacing, Counted::Impression, GOAL);
    running.ends_at = Some(NOW.plus_ms(WHOLE_MS));
    let mut nodes = [Node::new(0.8), Node::new(0.2)];
    let mut ledger = Ledger::default();
    let mut coming: BTreeMap<i64, Vec<u128>> = BTreeMap::new();
    let mut drawn = 0_u64;
    let mut watched = 0.0;
    let all: f64 = (0..WHOLE_MS / STEP_MS)
        .map(|step| audience(step * STEP_MS))
        .sum();
    let mut minutes = Vec::new();
    for step in 0..WHOLE_MS / STEP_MS {
        let ms = step * STEP_MS;
        let now = NOW.plus_ms(ms);
        watched += audience(ms);
        if killed_at == Some(ms) {
            nodes[1].alive = false;
        }
        // The dead one's audience goes to the other.
        let alone = !nodes[1].alive;
        for node in nodes.iter_mut().filter(|node| node.alive) {
            let part = if alone { 1.0 } else { node.part };
            node.rest += audience(ms) * part * STEP_MS as f64 / 1_000.0;
            while node.rest >= 1.0 {
                node.rest -= 1.0;
                node.till.note_asked();
                let mut reserved = node.till.reserve(now);
                if reserved == Err(Standing::Dry) {
                    node.keep(&running, &mut ledger, now);
                    reserved = node.till.reserve(now);
                }
                if let Ok((slice, _)) = reserved {
                    drawn = drawn
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1_442_695_040_888_963_407);
                    if (drawn >> 33) % 100 < DRAWN {
                        coming.entry(ms + LAG_MS).or_default().push(slice);
                    }
                }
            }
            node.keep(&running, &mut ledger, now);
            assert!(ledger.given <= GOAL, "more is given away than there is");
        }
        for slice in coming.remove(&ms).into_iter().flatten() {
            ledger.settle(slice);
        }
        if (ms + STEP_MS) % 60_000 == 0 {
            minutes.push((ledger.settled as f64 / GOAL as f64, watched / all));
        }
    }
    Delivered { minutes }
}

#[test]
fn evenly_means_within_five_percent_of_the_plan_at_every_minute() {
    let delivered = run(Pacing::Even, None);
    let whole = delivered.minutes.len() as f64;
    for (minute, (share, _)) in (1..).zip(&delivered.minutes) {
        let planned = f64::from(minute) / whole;
        // What a minute is worth is what one slice may be late.
        let off = (share - planned).abs();
        assert!(
            off <= (planned * 0.05).max(1.0 / whole),
            "minute {minute}: {share:.4} of {planned:.4}"
        );
    }
    println!("evenly: {:.2} % of the goal", delivered.last() * 100.0);
}

#[test]
fn front_loaded_has_three_quarters_at_half_time() {
    let delivered = run(Pacing::FrontLoaded, None);
    let half = delivered.minutes[59].0;
    assert!((0.75 * 0.95..=0.75 * 1.05).contains(&half), "{half}");
    assert!(delivered.last() >= 0.95, "{}", delivered.last());
    println!(
        "front-loaded: {:.2} % of the goal",
        delivered.last() * 100.0
    );
}

#[test]
fn by_the_audience_it_follows_the_spike_and_still_ends_on_its_goal() {
    let delivered = run(Pacing::Audience, None);
    let all: f64 = (0..120).map(|minute| audience(minute * 60_000)).sum();
    for (minute, (share, watched)) in (1_i32..).zip(&delivered.minutes).skip(3) {
        // Nobody knows of the spike before it comes: what is expected is the usual audience.
        let to_come = f64::from(120 - minute) * USUAL / all;
        let planned = watched / (watched + to_come);
        let off = (share - planned).abs();
        assert!(
            off <= (planned * 0.05).max(1.0 / 120.0),
            "minute {minute}: {share:.4} of {planned:.4}"
        );
    }
    let spike = delivered.minutes[79].0 - delivered.minutes[69].0;
    let evenly = 10.0 / 120.0;
    assert!(spike >= evenly * 2.5, "{spike} in ten minutes of two hours");
    assert!(delivered.last() >= 0.95, "{}", delivered.last());
    println!(
        "by the audience: {:.1} % in the spike, {:.2} % of the goal",
        spike * 100.0,
        delivered.last() * 100.0
    );
}

#[test]
fn as_soon_as_possible_is_done_long_before() {
    let delivered = run(Pacing::Asap, None);
    assert!(
        delivered.minutes[59].0 >= 0.95,
        "{}",
        delivered.minutes[59].0
    );
    assert!(delivered.last() >= 0.99, "what was not drawn is sold again");
}

#[test]
fn a_node_that_dies_in_the_spike_costs_no_more_than_its_slice() {
    for pacing in [Pacing::Even, Pacing::FrontLoaded, Pacing::Audience] {
        let delivered = run(pacing, Some(SPIKE.start + 60_000));
        assert!(delivered.last() >= 0.95, "{pacing:?}: {}", delivered.last());
    }
}
