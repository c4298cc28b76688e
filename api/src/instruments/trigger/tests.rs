//! Triggers against a model that knows no numbers, no index and no shortcut.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::categories::{Categories, Category};
use crate::detections::entities::{Entity, EntityDetails, EntityIndex, EntityKind, Related};
use crate::detections::{BoundingBox, Detection, Page, Sight};
use crate::words::{Position, Time, Window};

fn entity(id: &str, names: &[&str], ids: &[&str], category: Option<&str>) -> Entity {
    let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect();
    let category = category.map(|id| Category::parse(id).expect("a category"));
    Entity {
        entity_id: EntityId::parse(id).expect("an id"),
        details: EntityDetails {
            name: names[0].to_owned(),
            kind: EntityKind::Brand,
            aliases: texts(&names[1..]),
            external_ids: texts(ids),
            categories: category.into_iter().collect::<Categories>(),
            athlete: false,
            minor: false,
            endorses: Vec::new(),
            rivals: Vec::new(),
        },
        created_at: Time::from_ms(0),
        updated_at: Time::from_ms(0),
    }
}

/// Two namesakes told apart by ids, a brand with an alias, and one that the first endorses.
fn entities() -> Vec<Entity> {
    let mut star = entity("star", &["Sam"], &["S1"], None);
    star.details.kind = EntityKind::Person;
    let endorsed = EntityId::parse("brew").expect("an id");
    star.details.endorses = vec![Related::Entity(endorsed)];
    vec![
        star,
        entity("other", &["Sam"], &["S2"], None),
        entity("brew", &["Brew", "Old Brew"], &[], Some("alcohol.beer")),
        entity("shoe", &["Shoe"], &["X9"], Some("fashion.shoes")),
    ]
}

const NAMES: [&str; 5] = ["Sam", "brew", "Old Brew", "Shoe", "Boat"];
const IDS: [Option<&str>; 4] = [None, Some("S1"), Some("S2"), Some("stranger")];
const PARENTS: [&str; 2] = ["Vehicle", "Person"];
const CATEGORIES: [&str; 3] = ["Sports", "alcohol", "fashion.shoes"];

prop_compose! {
    fn a_detection()(
        at in 0..40_i64,
        name in 0..NAMES.len(),
        id in 0..IDS.len(),
        kind in 0..Kind::ALL.len(),
        confidence in 0..=20_u32,
        parent in prop::option::of(0..PARENTS.len()),
        category in prop::option::of(0..2_usize),
        boxes in prop::collection::vec((0..9_u32, 0..9_u32, 1..5_u32), 0..3),
    ) -> Detection {
        let ratio = |n: u32| f64::from(n) / 10.0;
        Detection {
            position: Position::parse(at * 250).expect("a position"),
            kind: Kind::ALL[kind],
            name: NAMES[name].to_owned(),
            external_id: IDS[id].map(str::to_owned),
            confidence: Confidence::parse(f64::from(confidence * 5)).expect("a confidence"),
            boxes: boxes.into_iter().map(|(left, top, size)| BoundingBox {
                left: ratio(left), top: ratio(top), width: ratio(size), height: ratio(size), confidence: None,
            }).collect(),
            parents: parent.map(|at| PARENTS[at].to_owned()).into_iter().collect(),
            categories: category.map(|at| CATEGORIES[at].to_owned()).into_iter().collect(),
            source: "test".to_owned(),
            seen_at: Time::from_ms(0),
        }
    }
}

fn sometimes<T: Clone + std::fmt::Debug + 'static>(
    values: &[T],
) -> impl Strategy<Value = Option<T>> + use<T> {
    prop::option::weighted(0.3, prop::sample::select(values.to_vec()))
}

prop_compose! {
    fn a_condition()(
        kind in sometimes(&Kind::ALL),
        name in sometimes(&NAMES),
        entity in sometimes(&["star", "other", "brew", "shoe", "nobody"]),
        endorsed_by in prop::option::weighted(0.1, Just("star")),
        parent in sometimes(&PARENTS),
        category in sometimes(&CATEGORIES),
        least in sometimes(&[0.0, 40.0, 80.0]),
        on_screen in sometimes(&[0_i64, 500, 2_000]),
        min_box in sometimes(&[0.02, 0.1]),
        max_box in sometimes(&[0.1, 0.3]),
        region in sometimes(&[Region::Third(Third::Left), Region::Third(Third::Middle), Region::Box([0.2, 0.2, 0.5, 0.5])]),
    ) -> Condition {
        let id = |id: &str| EntityId::parse(id).expect("an id");
        let mut condition = Condition {
            kind,
            name: name.map(str::to_owned),
            entity_id: entity.map(id),
            endorsed_by: endorsed_by.map(id),
            parent: parent.map(str::to_owned),
            category: category.map(str::to_owned),
            min_confidence: least.map(|least| Confidence::parse(least).expect("a confidence")),
            min_on_screen_ms: on_screen,
            min_box,
            max_box,
            region,
        };
        if kind.is_none() && name.is_none() && entity.is_none() && endorsed_by.is_none()
            && parent.is_none() && category.is_none()
        {
            condition.kind = Some(Kind::Label);
        }
        condition
    }
}

prop_compose! {
    fn a_trigger()(
        names in prop::collection::vec(prop::sample::select(NAMES.to_vec()), 0..2),
        any in prop::collection::vec(a_condition(), 0..3),
        all in prop::collection::vec(a_condition(), 0..3),
        none in prop::collection::vec(a_condition(), 0..2),
        least in prop::sample::select(vec![0.0, 50.0]),
        on_screen in prop::sample::select(vec![0_i64, 0, 250]),
    ) -> Trigger {
        Trigger {
            names: names.into_iter().map(str::to_owned).collect(),
            any,
            all,
            none,
            min_confidence: Confidence::parse(least).expect("a confidence"),
            min_on_screen_ms: on_screen,
            advertiser_endorsed_by_detected: false,
        }
    }
}

/// The model: what the documentation says, word for word.
mod model {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        a.to_lowercase() == b.to_lowercase()
    }

    fn shown<'e>(detection: &Detection, entities: &'e [Entity]) -> Option<&'e Entity> {
        if let Some(id) = &detection.external_id
            && let Some(owner) = entities
                .iter()
                .find(|e| e.details.external_ids.contains(id))
        {
            return Some(owner);
        }
        let mut named =
            (entities.iter()).filter(|e| e.details.names().any(|name| same(name, &detection.name)));
        match (named.next(), named.next()) {
            (Some(only), None)
                if detection.external_id.is_none() || only.details.external_ids.is_empty() =>
            {
                Some(only)
            }
            _ => None,
        }
    }

    fn fits(condition: &Condition, detection: &Detection) -> bool {
        if condition.min_box.is_none() && condition.max_box.is_none() && condition.region.is_none()
        {
            return true;
        }
        detection.boxes.iter().any(|found| {
            // In the grain of what pages carry.
            let edge = |edge: f64| f64::from(edge.clamp(0.0, 1.0) as f32);
            let (left, right) = (edge(found.left), edge(found.left + found.width));
            let (top, bottom) = (edge(found.top), edge(found.top + found.height));
            let share = (right as f32 - left as f32) * (bottom as f32 - top as f32);
            let (x, y) = (
                f32::midpoint(left as f32, right as f32),
                f32::midpoint(top as f32, bottom as f32),
            );
            let within = |from: f64, to: f64, at: f32| at >= from as f32 && at <= to as f32;
            condition.min_box.is_none_or(|least| share >= least as f32)
                && condition.max_box.is_none_or(|most| share <= most as f32)
                && match condition.region {
                    None => true,
                    Some(Region::Third(Third::Left)) => within(0.0, 1.0 / 3.0, x),
                    Some(Region::Third(Third::Middle)) => within(1.0 / 3.0, 2.0 / 3.0, y),
                    Some(Region::Box([left, top, width, height])) => {
                        within(left, left + width, x) && within(top, top + height, y)
                    }
                    Some(Region::Third(_)) => unreachable!("no such third is drawn"),
                }
        })
    }

    fn matches(
        condition: &Condition,
        trigger: &Trigger,
        detection: &Detection,
        entities: &[Entity],
    ) -> bool {
        let entity = shown(detection, entities);
        let is = |id: &EntityId| entity.is_some_and(|entity| entity.entity_id == *id);
        let least = condition.min_confidence.unwrap_or(trigger.min_confidence);
        detection.confidence >= least
            && condition.kind.is_none_or(|kind| kind == detection.kind)
            && (condition.name.as_ref()).is_none_or(|name| same(name, &detection.name))
            && condition.entity_id.as_ref().is_none_or(is)
            && condition.endorsed_by.as_ref().is_none_or(|by| {
                let by = entities.iter().find(|e| e.entity_id == *by).expect("known");
                by.details.endorses.iter().any(|endorsed| match endorsed {
                    Related::Entity(id) => is(id),
                    Related::Category(_) => unreachable!("none is drawn"),
                })
            })
            && (condition.parent.as_ref()).is_none_or(|parent| detection.parents.contains(parent))
            && condition.category.as_ref().is_none_or(|category| {
                detection.categories.contains(category)
                    || entity.is_some_and(|entity| {
                        let mut own = entity.details.categories.iter();
                        own.any(|own| {
                            own.id() == category || own.id().starts_with(&format!("{category}."))
                        })
                    })
            })
            && fits(condition, detection)
    }

    fn holds(
        condition: &Condition,
        trigger: &Trigger,
        seen: &[Detection],
        entities: &[Entity],
    ) -> bool {
        let mut at: Vec<i64> = seen
            .iter()
            .filter(|detection| matches(condition, trigger, detection, entities))
            .map(|detection| detection.position.ms())
            .collect();
        at.sort_unstable();
        let least = condition
            .min_on_screen_ms
            .unwrap_or(trigger.min_on_screen_ms);
        (0..at.len()).any(|from| {
            (from..at.len()).any(|to| {
                at[to] - at[from] >= least && at[from..=to].windows(2).all(|w| w[1] - w[0] <= 2_000)
            })
        })
    }

    pub fn decides(trigger: &Trigger, seen: &[Detection], entities: &[Entity], until: i64) -> bool {
        let seen: Vec<Detection> = (seen.iter())
            .filter(|detection| detection.position.ms() <= until)
            .cloned()
            .collect();
        let mut any = trigger.any.clone();
        any.extend(trigger.names.iter().map(|name| Condition {
            name: Some(name.clone()),
            ..Condition::default()
        }));
        let one = |condition: &Condition| holds(condition, trigger, &seen, entities);
        (any.is_empty() || any.iter().any(one))
            && trigger.all.iter().all(one)
            && !trigger.none.iter().any(one)
    }
}

fn window() -> Window {
    Window::parse(0, 9_999, 10_000).expect("a window")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn a_trigger_holds_where_its_words_say_so(
        trigger in a_trigger(),
        seen in prop::collection::vec(a_detection(), 0..12),
        until in prop::sample::select(vec![9_999_i64, 5_000]),
    ) {
        let entities = entities();
        let index = EntityIndex::new(entities.clone());
        let pages = [Arc::new(Page::of(seen.clone()))];
        let sight = Sight::new(&pages, window(), &index);
        let compiled = Compiled::new(&trigger, None, true, &index);
        let until_position = Position::parse(until).expect("a position");
        let expected = model::decides(&trigger, &seen, &entities, until);
        prop_assert_eq!(compiled.holds(&sight, until_position), expected);
        // What holds is found, and what is found by names alone holds.
        let keys = compiled.keys(&index);
        let called = sight.hits().any(|(page, hit)| {
            hit.position <= until_position && compiled.heeds(hit)
                && (keys.names.contains(&hit.name)
                    || hit.external_id.is_some_and(|id| keys.external_ids.contains(&id))
                    || page.parents(hit).iter().any(|name| keys.parents.contains(name))
                    || page.categories(hit).iter().any(|name| keys.categories.contains(name))
                    || keys.kinds.contains(&hit.kind))
        });
        prop_assert!(called || !expected || compiled.asks_nothing(), "it holds and is not found");
        prop_assert!(!(called && compiled.holds_when_called()) || expected, "it is found and does not hold");
    }

    #[test]
    fn a_trigger_is_stored_and_told_as_it_came(trigger in a_trigger()) {
        let stored = serde_json::to_string(&TriggerRow::from(&trigger)).expect("JSON");
        let read: TriggerRow = serde_json::from_str(&stored).expect("a row");
        prop_assert_eq!(&Trigger::try_from(read).expect("a trigger"), &trigger);
        let told = to_wire(&trigger);
        let asks = trigger.names.len() + trigger.any.len() + trigger.all.len() + trigger.none.len();
        if asks > 0 {
            // A box that is larger than it may be is refused, whoever asks for it.
            let empty = |c: &Condition| c.min_box.zip(c.max_box).is_some_and(|(least, most)| most < least);
            let again = from_wire(told);
            if !trigger.conditions().any(empty) {
                prop_assert_eq!(again.expect("taken"), trigger);
            }
        }
    }
}

fn detection(ms: i64, kind: Kind, name: &str) -> Detection {
    Detection {
        position: Position::parse(ms).expect("a position"),
        kind,
        name: name.to_owned(),
        external_id: None,
        confidence: Confidence::parse(90.0).expect("a confidence"),
        boxes: Vec::new(),
        parents: Vec::new(),
        categories: Vec::new(),
        source: "test".to_owned(),
        seen_at: Time::from_ms(0),
    }
}

fn names(names: &[&str]) -> Trigger {
    Trigger {
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        any: Vec::new(),
        all: Vec::new(),
        none: Vec::new(),
        min_confidence: Confidence::parse(50.0).expect("a confidence"),
        min_on_screen_ms: 0,
        advertiser_endorsed_by_detected: false,
    }
}

fn holds(compiled: &Compiled, index: &EntityIndex, seen: Vec<Detection>) -> bool {
    let pages = [Arc::new(Page::of(seen))];
    let sight = Sight::new(&pages, window(), index);
    compiled.holds(&sight, sight.ends_at())
}

#[test]
fn celebrities_trigger_nothing_without_a_right_and_are_excluded_all_the_same() {
    let index = EntityIndex::default();
    let star = || vec![detection(1_000, Kind::Celebrity, "A Star")];
    let trigger = names(&["A Star"]);
    assert!(!holds(
        &Compiled::new(&trigger, None, false, &index),
        &index,
        star()
    ));
    assert!(holds(
        &Compiled::new(&trigger, None, true, &index),
        &index,
        star()
    ));
    let excluding = Trigger {
        none: vec![Condition {
            name: Some("A Star".to_owned()),
            ..Condition::default()
        }],
        ..names(&["Boat"])
    };
    let compiled = Compiled::new(&excluding, None, false, &index);
    let boat = detection(1_000, Kind::Label, "Boat");
    assert!(holds(&compiled, &index, vec![boat.clone()]));
    let both = [vec![boat], star()].concat();
    assert!(!holds(&compiled, &index, both));
}

#[test]
fn an_advertiser_is_endorsed_by_whom_entities_say() {
    let index = EntityIndex::new(entities());
    let trigger = Trigger {
        names: Vec::new(),
        advertiser_endorsed_by_detected: true,
        ..names(&[])
    };
    let mut star = detection(1_000, Kind::Celebrity, "Sam");
    star.external_id = Some("S1".to_owned());
    let of = |advertiser: &str| {
        let advertiser = index.meant_by(advertiser);
        Compiled::new(&trigger, advertiser, true, &index)
    };
    assert!(holds(&of("old brew"), &index, vec![star.clone()]));
    assert!(!holds(&of("Shoe"), &index, vec![star.clone()]));
    assert!(!holds(&of("Unheard of"), &index, vec![star.clone()]));
    star.external_id = Some("S2".to_owned());
    assert!(!holds(&of("Brew"), &index, vec![star]), "a namesake");
}
