//! Which entity a detection shows, and how entities stand to each other.

use std::sync::Arc;

use super::index::{EntityIndex, EntityNo, Taken, taken};
use super::*;
use crate::categories::Categories;
use crate::detections::{Detection, Kind, Page};
use crate::words::{Confidence, EntityId, Position, Time, Window};

fn id(id: &str) -> EntityId {
    EntityId::parse(id).expect("an id")
}

fn entity(entity_id: &str, names: &[&str], ids: &[&str]) -> Entity {
    let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect();
    Entity {
        entity_id: id(entity_id),
        details: EntityDetails {
            name: names[0].to_owned(),
            kind: EntityKind::Brand,
            aliases: texts(&names[1..]),
            external_ids: texts(ids),
            categories: Categories::default(),
            athlete: false,
            minor: false,
            endorses: Vec::new(),
            rivals: Vec::new(),
        },
        created_at: Time::from_ms(0),
        updated_at: Time::from_ms(0),
    }
}

fn category(id: &str) -> Category {
    Category::parse(id).expect("a category")
}

/// Whom a detection of this name and id shows.
fn shown(index: &EntityIndex, name: &str, external_id: Option<&str>) -> Option<String> {
    let page = Page::of(vec![Detection {
        position: Position::ZERO,
        kind: Kind::Celebrity,
        name: name.to_owned(),
        external_id: external_id.map(str::to_owned),
        confidence: Confidence::ANY,
        boxes: Vec::new(),
        parents: Vec::new(),
        categories: Vec::new(),
        source: "test".to_owned(),
        seen_at: Time::from_ms(0),
    }]);
    let pages = [Arc::new(page)];
    let hit = pages[0].within(Window::WHOLE)[0];
    index.of(&hit).map(|no| index.get(no).entity_id.to_string())
}

#[test]
fn an_external_id_goes_before_a_name_and_namesakes_are_told_apart_by_it_alone() {
    let index = EntityIndex::new(vec![
        entity("actor", &["Chris Evans"], &["a1"]),
        entity("host", &["Chris Evans"], &["h1"]),
        entity("brand", &["Nordlauf", "NL Running"], &[]),
        entity("singer", &["Mia Stone"], &["m1"]),
    ]);
    let shown = |name: &str, id: Option<&str>| shown(&index, name, id);
    assert_eq!(shown("chris evans", Some("a1")).as_deref(), Some("actor"));
    assert_eq!(shown("Chris Evans", Some("h1")).as_deref(), Some("host"));
    assert_eq!(shown("Chris Evans", None), None, "two have this name");
    assert_eq!(shown("Somebody else", Some("h1")).as_deref(), Some("host"));
    assert_eq!(shown("Mia Stone", None).as_deref(), Some("singer"));
    assert_eq!(shown("Mia Stone", Some("m2")), None, "a namesake");
    assert_eq!(shown("Mia Stone", Some("M1")), None, "ids have case");
    assert_eq!(shown("nl running", Some("ref-7")).as_deref(), Some("brand"));
    assert_eq!(shown("Boat", None), None);
}

#[test]
fn a_name_is_shared_only_by_those_who_all_have_ids() {
    let holder = |name: &str, has_ids| (name.to_owned(), vec![(id("holder"), has_ids)]);
    let held_by = |has_ids| [holder("sam", has_ids)].into();
    assert_eq!(taken(true, &held_by(true)), None);
    let conflict = Some(Taken {
        name: "sam".to_owned(),
        by: id("holder"),
    });
    for (own, holders) in [(true, false), (false, true), (false, false)] {
        assert_eq!(taken(own, &held_by(holders)), conflict, "{own} {holders}");
    }
    assert_eq!(taken(false, &[].into()), None);
}

fn named(index: &EntityIndex, all: &[EntityNo]) -> Vec<String> {
    all.iter()
        .map(|no| index.get(*no).entity_id.to_string())
        .collect()
}

#[test]
fn rivals_are_rivals_from_both_sides_by_name_and_by_category() {
    let mut nord = entity("nord", &["Nord"], &[]);
    nord.details.rivals = vec![Related::Entity(id("sued"))];
    nord.details.categories = [category("sport.equipment")].into_iter().collect();
    let mut west = entity("west", &["West"], &[]);
    west.details.rivals = vec![Related::Category(category("sport"))];
    west.details.categories = [category("sport.tickets")].into_iter().collect();
    let gone = Related::Entity(id("gone"));
    let mut sued = entity("sued", &["Sued"], &[]);
    sued.details.rivals = vec![gone];
    let index = EntityIndex::new(vec![nord, west, sued]);
    let rivals = |name: &str| {
        let no = index.by_id(&id(name)).expect("there");
        named(&index, index.rivals(no))
    };
    assert_eq!(rivals("nord"), ["sued", "west"]);
    assert_eq!(rivals("sued"), ["nord"]);
    assert_eq!(rivals("west"), ["nord"], "and not itself");
}

#[test]
fn who_endorses_is_known_from_both_sides() {
    let mut star = entity("star", &["Star"], &[]);
    star.details.endorses = vec![
        Related::Entity(id("shoe")),
        Related::Category(category("travel")),
    ];
    let mut airline = entity("airline", &["Airline"], &[]);
    airline.details.categories = [category("travel.airlines")].into_iter().collect();
    let index = EntityIndex::new(vec![star, airline, entity("shoe", &["Shoe"], &[])]);
    let no = |name: &str| index.by_id(&id(name)).expect("there");
    assert_eq!(named(&index, index.endorsers(no("shoe"))), ["star"]);
    assert_eq!(named(&index, index.endorsers(no("airline"))), ["star"]);
    assert!(index.endorsers(no("star")).is_empty());
    assert_eq!(
        named(&index, &index.endorsed_by(no("star"))),
        ["airline", "shoe"]
    );
}

#[test]
fn an_advertiser_is_meant_by_id_name_alias_or_external_id() {
    let index = EntityIndex::new(vec![
        entity("nordlauf", &["Nordlauf", "NL Running"], &["x1"]),
        entity("a", &["Twin"], &["t1"]),
        entity("b", &["Twin"], &["t2"]),
    ]);
    for text in ["nordlauf", " NORDLAUF ", "nl running", "x1"] {
        let no = index.meant_by(text).expect("it is meant");
        assert_eq!(index.get(no).entity_id.as_str(), "nordlauf");
    }
    assert_eq!(index.meant_by("Twin"), None, "nobody can say which");
    assert_eq!(index.meant_by("X1"), None);
}
