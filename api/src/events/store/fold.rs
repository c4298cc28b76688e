//! The fold's transaction: the log, what waits in it, and what is folded from it, all or nothing.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;

use super::{counts, log};
use crate::db::{Db, Write, bump};
use crate::decisions::Mode;
use crate::events::bill;
use crate::events::conversions::recorded;
use crate::events::counted::{Counted, Drawn, Item, Sums};
use crate::events::trace::{self, Due};
use crate::events::{Event, EventType, Intake, Overlay, TALLIES, shown};
use crate::webhooks;
use crate::words::Time;

/// What folding made of events, and what of it viewers are still to be told.
#[derive(Debug)]
pub(in crate::events) struct Folded {
    pub(in crate::events) intakes: Vec<Intake>,
    pub(in crate::events) due: Vec<Due>,
}

/// By what rules events are folded.
#[derive(Debug, Clone)]
pub(in crate::events) struct Rules {
    /// How viewers' and candidates' pieces are made.
    pub(in crate::events) schema_id: String,
    /// How long what came before its impression waits for it.
    pub(in crate::events) waiting_ms: i64,
}

/// Folds the events, all or nothing. Rows are touched in one order everywhere, so that two nodes seldom wait in a ring.
///
/// Impressions go first: what else there is counts by them. What comes before its impression is stored and waits; the
/// impression lets it count. Whether it does is a matter of when both arrived, not of which was folded first.
pub(in crate::events) async fn fold(
    db: &Db,
    events: &[Event],
    told: &[String],
    rules: &Rules,
    now: Time,
) -> anyhow::Result<Folded> {
    let items = events.iter().enumerate();
    let (mut impressions, mut others): (Vec<Item<'_>>, Vec<Item<'_>>) = items
        .map(|(place, event)| Item::new(place, event))
        .partition(|item| item.event.event_type == EventType::Impression);
    let mut write = db.write().await?;
    log::insert(&mut write, &mut impressions).await?;
    let fresh = newly_drawn(&impressions);
    meet(&mut write, &mut others, &fresh, rules.waiting_ms).await?;

    let mut counted: Vec<Counted> = fresh_ones(&others).filter_map(Item::counted).collect();
    let engaged: BTreeSet<Overlay> = overlays(&counted, Counted::engages);
    let rows = impressions
        .iter()
        .filter(|item| item.fresh && item.counts)
        .filter_map(|item| item.event.receipt().filter(|r| r.terms.mode == Mode::Live));
    let rows: Vec<shown::Draft<'_>> = rows
        .map(|receipt| shown::Draft {
            receipt,
            engaged: engaged.contains(&Overlay::of(receipt)),
        })
        .collect();
    let awaited = shown::draw(&mut write, &rows, &rules.schema_id).await?;
    let awaited: BTreeMap<Overlay, Drawn> = fresh
        .into_iter()
        .filter(|(overlay, _)| awaited.contains(overlay))
        .collect();
    let released = log::release(&mut write, &awaited, rules.waiting_ms).await?;
    counted.extend(released.counted);
    counted.extend(fresh_ones(&impressions).filter_map(Item::counted));

    let votes = counts::vote(&mut write, &counted).await?;
    bill::settle(&mut write, &counted, &votes, now).await?;
    let mut sums = Sums::of(&counted, &votes);
    // Those drawn in this fold know it already.
    let mut known: BTreeSet<Overlay> = BTreeSet::new();
    for row in rows.iter().filter(|row| row.engaged) {
        known.insert(Overlay::of(row.receipt));
        let instrument = row.receipt.instrument_id().to_string();
        sums.engage(&instrument, row.receipt.is_put_by_host());
    }
    let first_time: Vec<Overlay> = overlays(&counted, Counted::engages)
        .difference(&known)
        .copied()
        .collect();
    for (instrument, put_by_host) in shown::engage(&mut write, &first_time).await? {
        sums.engage(&instrument, put_by_host);
    }
    counts::add(&mut write, &sums).await?;
    if !sums.tallies.is_empty() {
        bump(write.tx(), TALLIES, now).await?;
    }
    let recorded = counted.iter().filter_map(|one| recorded(one, now));
    webhooks::tell(&mut write, &recorded.collect::<Vec<_>>()).await?;
    trace::set_told(&mut write, told).await?;
    write.commit().await.context("failed to commit events")?;
    let all = || impressions.iter().chain(&others);
    let fresh = all().filter(|item| item.fresh);
    let due = fresh.filter_map(|item| Due::of(item.event, item.facts.as_ref()?));
    Ok(Folded {
        due: due.chain(released.due).collect(),
        intakes: intakes(events.len(), all(), &counted, &votes),
    })
}

fn fresh_ones<'i, 'e>(items: &'i [Item<'e>]) -> impl Iterator<Item = &'i Item<'e>> {
    items.iter().filter(|item| item.fresh)
}

fn overlays(counted: &[Counted], which: impl Fn(&Counted) -> bool) -> BTreeSet<Overlay> {
    let of = counted.iter().filter(|one| which(one));
    of.map(|one| one.overlay).collect()
}

/// The impressions that nobody had told before.
fn newly_drawn(impressions: &[Item<'_>]) -> BTreeMap<Overlay, Drawn> {
    let drawn = |item: &Item<'_>| {
        let drawn = Drawn {
            facts: item.facts.clone()?,
            happened_at: item.event.happened_at,
            received_at: item.event.received_at,
        };
        Some((item.overlay, drawn))
    };
    fresh_ones(impressions).filter_map(drawn).collect()
}

/// Stores the rest, each as its impression says; what has none waits.
async fn meet(
    write: &mut Write,
    others: &mut [Item<'_>],
    fresh: &BTreeMap<Overlay, Drawn>,
    waiting_ms: i64,
) -> anyhow::Result<()> {
    let elsewhere: BTreeSet<Overlay> = others
        .iter()
        .map(|item| item.overlay)
        .filter(|overlay| !fresh.contains_key(overlay))
        .collect();
    let elsewhere: Vec<Overlay> = elsewhere.into_iter().collect();
    let before = log::drawn(write, &elsewhere).await?;
    for item in &mut *others {
        if let Some(drawn) = fresh.get(&item.overlay).or(before.get(&item.overlay)) {
            item.meet(drawn, waiting_ms);
        }
    }
    log::insert(write, others).await?;

    let waiting = others.iter().filter(|item| item.fresh && item.waits());
    let waiting: BTreeSet<Overlay> = waiting.map(|item| item.overlay).collect();
    if waiting.is_empty() {
        return Ok(());
    }
    // Another node may be folding the impression at this moment: it does not see what we store, nor we what it does.
    // One of us waits here for the other, and sees it then.
    let waiting: Vec<Overlay> = waiting.into_iter().collect();
    shown::hold(write, &waiting).await?;
    let meanwhile = log::drawn(write, &waiting).await?;
    for item in others.iter_mut().filter(|item| item.fresh && item.waits()) {
        if let Some(drawn) = meanwhile.get(&item.overlay)
            && item.meet(drawn, waiting_ms)
        {
            let event = item.event;
            log::count(write, &event.event_id, event.event_type, &drawn.facts).await?;
        }
    }
    Ok(())
}

/// What became of each event, in the batch's order.
fn intakes<'i, 'e: 'i>(
    count: usize,
    items: impl Iterator<Item = &'i Item<'e>>,
    counted: &[Counted],
    votes: &BTreeSet<String>,
) -> Vec<Intake> {
    let mut intakes = vec![Intake::Seen; count];
    for item in items.filter(|item| item.fresh) {
        intakes[item.place] = if item.counts || item.is_test() {
            Intake::New
        } else {
            Intake::Held
        };
    }
    for one in counted.iter().filter(|one| one.is_vote()) {
        if let Some(place) = one.place
            && !votes.contains(&one.event_id)
        {
            intakes[place] = Intake::AlreadyAnswered;
        }
    }
    intakes
}
