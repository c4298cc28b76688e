//! A condition with its names as numbers, and what of a window it holds of.

use super::{Condition, Region, Third, Trigger};
use crate::categories::Category;
use crate::detections::entities::{EntityIndex, EntityNo};
use crate::detections::{Area, Kind, NameId, Names, Seen, Sight};
use crate::words::Position;

/// Two detections that lie no further apart tell of one stay on screen: recognisers see a frame a second.
const GAP_MS: i64 = 2_000;

/// One condition, ready.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    pub(super) kind: Option<Kind>,
    pub(super) name: Option<NameId>,
    /// Those that it may show, in the order of their numbers; anything where it does not say.
    pub(super) entities: Option<Box<[EntityNo]>>,
    pub(super) parent: Option<NameId>,
    /// The recogniser's category, and the entities of a category of this id.
    pub(super) category: Option<(NameId, Box<[EntityNo]>)>,
    pub(super) min_confidence: f32,
    min_on_screen_ms: i64,
    least: f32,
    most: f32,
    region: Option<Area>,
    /// Whether boxes matter.
    boxed: bool,
}

/// What of a window counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counts {
    /// Nothing beyond.
    pub(super) until: Position,
    /// Detections of celebrities too.
    pub(super) celebrities: bool,
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "hits carry f32, and both must round alike"
)]
const fn f32_of(number: f64) -> f32 {
    number as f32
}

fn area(region: Region) -> Area {
    let (third, two) = (1.0 / 3.0, 2.0 / 3.0);
    let [left, top, right, bottom] = match region {
        Region::Third(Third::Left) => [0.0, 0.0, third, 1.0],
        Region::Third(Third::Centre) => [third, 0.0, two, 1.0],
        Region::Third(Third::Right) => [two, 0.0, 1.0, 1.0],
        Region::Third(Third::Top) => [0.0, 0.0, 1.0, third],
        Region::Third(Third::Middle) => [0.0, third, 1.0, two],
        Region::Third(Third::Bottom) => [0.0, two, 1.0, 1.0],
        Region::Box([left, top, width, height]) => [left, top, left + width, top + height],
    };
    Area {
        left: f32_of(left),
        top: f32_of(top),
        right: f32_of(right),
        bottom: f32_of(bottom),
    }
}

impl Asked {
    /// A condition of nothing but a name.
    pub(super) fn named(name: &str, trigger: &Trigger) -> Self {
        Self {
            name: Some(Names::intern(name)),
            ..Self::plain(trigger)
        }
    }

    /// A condition of one of these entities on screen.
    pub(super) fn one_of(entities: &[EntityNo], trigger: &Trigger) -> Self {
        Self {
            entities: Some(entities.into()),
            ..Self::plain(trigger)
        }
    }

    fn plain(trigger: &Trigger) -> Self {
        Self {
            min_confidence: f32_of(trigger.min_confidence.percent()),
            min_on_screen_ms: trigger.min_on_screen_ms,
            most: 1.0,
            ..Self::default()
        }
    }

    pub(super) fn of(condition: &Condition, trigger: &Trigger, entities: &EntityIndex) -> Self {
        let least = condition.min_confidence.unwrap_or(trigger.min_confidence);
        let category = condition.category.as_deref().map(|category| {
            let of_id = Category::parse(category).ok();
            let within = of_id.map(|id| entities.within(id.covers()).collect());
            (Names::intern(category), within.unwrap_or_default())
        });
        Self {
            kind: condition.kind,
            name: condition.name.as_deref().map(Names::intern),
            entities: shown(condition, entities).map(Vec::into_boxed_slice),
            parent: condition.parent.as_deref().map(Names::intern),
            category,
            min_confidence: f32_of(least.percent()),
            min_on_screen_ms: condition
                .min_on_screen_ms
                .unwrap_or(trigger.min_on_screen_ms),
            least: condition.min_box.map_or(0.0, f32_of),
            most: condition.max_box.map_or(1.0, f32_of),
            region: condition.region.map(area),
            boxed: condition.min_box.is_some()
                || condition.max_box.is_some()
                || condition.region.is_some(),
        }
    }

    /// Whether it holds of every detection of its name that is sure enough.
    pub(super) fn is_plain(&self) -> bool {
        self.name.is_some()
            && self.kind.is_none()
            && self.entities.is_none()
            && self.parent.is_none()
            && self.category.is_none()
            && self.min_on_screen_ms == 0
            && !self.boxed
    }

    /// Whether it holds of one detection, however long that one is on screen.
    fn holds_of(&self, seen: &Seen<'_>, counts: Counts) -> bool {
        let hit = seen.hit;
        let is = |list: &[EntityNo]| {
            seen.entity
                .is_some_and(|no| list.binary_search(&no).is_ok())
        };
        hit.position <= counts.until
            && hit.confidence >= self.min_confidence
            && (counts.celebrities || hit.kind != Kind::Celebrity)
            && self.kind.is_none_or(|kind| kind == hit.kind)
            && self.name.is_none_or(|name| name == hit.name)
            && self.entities.as_deref().is_none_or(is)
            && (self.parent).is_none_or(|parent| seen.page.parents(hit).contains(&parent))
            && (self.category.as_ref()).is_none_or(|(category, entities)| {
                seen.page.categories(hit).contains(category) || is(entities)
            })
            && (!self.boxed || seen.page.boxes(hit).iter().any(|area| self.fits(area)))
    }

    fn fits(&self, area: &Area) -> bool {
        (self.least..=self.most).contains(&area.share())
            && (self.region).is_none_or(|region| region.holds_middle_of(area))
    }

    /// Whether it holds in a window: for as long as it asks, at a stretch.
    pub(super) fn holds(&self, sight: &Sight<'_>, counts: Counts) -> bool {
        match self.name {
            Some(name) => self.lasts(sight.named(name), counts),
            None => self.lasts(sight.all(), counts),
        }
    }

    fn lasts<'a>(&self, seen: impl Iterator<Item = Seen<'a>>, counts: Counts) -> bool {
        let mut stay: Option<(i64, i64)> = None;
        for seen in seen.filter(|seen| self.holds_of(seen, counts)) {
            let at = seen.hit.position.ms();
            let since = match stay {
                Some((since, last)) if at - last <= GAP_MS => since,
                _ => at,
            };
            if at - since >= self.min_on_screen_ms {
                return true;
            }
            stay = Some((since, at));
        }
        false
    }
}

/// The entities that a condition may show; `None` where it names none.
fn shown(condition: &Condition, entities: &EntityIndex) -> Option<Vec<EntityNo>> {
    let own = (condition.entity_id.as_ref())
        .map(|id| entities.by_id(id).into_iter().collect::<Vec<EntityNo>>());
    let endorsed = (condition.endorsed_by.as_ref()).map(|id| {
        let by = entities.by_id(id);
        by.map(|no| entities.endorsed_by(no)).unwrap_or_default()
    });
    match (own, endorsed) {
        (Some(own), Some(endorsed)) => {
            Some(own.into_iter().filter(|no| endorsed.contains(no)).collect())
        }
        (own, endorsed) => own.or(endorsed),
    }
}
