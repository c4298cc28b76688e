//! Which entity a detection shows, and how entities stand to each other: worked out once per change.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::model::{Entity, EntityKind, Related};
use crate::categories::Categories;
use crate::detections::{Hit, NameId, Names};
use crate::words::EntityId;

/// An entity's number in one index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityNo(u32);

/// What a name or an external id leads to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Leads {
    #[default]
    Nowhere,
    To(EntityNo),
    /// Namesakes: only an external id tells them apart.
    Several,
}

/// Every entity at one moment. Numbers count within one index only.
#[derive(Debug, Default)]
pub struct EntityIndex {
    all: Vec<Entity>,
    ids: HashMap<EntityId, EntityNo>,
    /// By the name's number, as the index of instruments is.
    by_name: Vec<Leads>,
    by_external_id: Vec<Leads>,
    /// Of each entity, whom it competes with, from either side.
    rivals: Vec<Box<[EntityNo]>>,
    /// Of each entity, who endorses it.
    endorsers: Vec<Box<[EntityNo]>>,
}

fn lead(leads: &mut Vec<Leads>, name: NameId, to: EntityNo) {
    let at = name.index();
    if at >= leads.len() {
        leads.resize(at + 1, Leads::Nowhere);
    }
    leads[at] = match leads[at] {
        Leads::Nowhere => Leads::To(to),
        Leads::To(known) if known == to => Leads::To(to),
        Leads::To(_) | Leads::Several => Leads::Several,
    };
}

fn led(leads: &[Leads], name: NameId) -> Leads {
    leads.get(name.index()).copied().unwrap_or_default()
}

impl EntityIndex {
    /// Works out the index; entities in the order of their ids, so that it is the same on every node.
    #[must_use]
    pub fn new(mut all: Vec<Entity>) -> Self {
        all.sort_by(|a, b| a.entity_id.cmp(&b.entity_id));
        let mut index = Self::default();
        for (no, entity) in (0..).map(EntityNo).zip(&all) {
            index.ids.insert(entity.entity_id.clone(), no);
            for name in entity.details.names() {
                lead(&mut index.by_name, Names::intern(name), no);
            }
            for id in &entity.details.external_ids {
                lead(&mut index.by_external_id, Names::intern_exact(id), no);
            }
        }
        index.all = all;
        let mut rivals = vec![BTreeSet::new(); index.all.len()];
        let mut endorsers = vec![BTreeSet::new(); index.all.len()];
        for no in index.numbers() {
            for rival in index.named(no, &index.get(no).details.rivals) {
                rivals[no.0 as usize].insert(rival);
                rivals[rival.0 as usize].insert(no);
            }
            for endorsed in index.named(no, &index.get(no).details.endorses) {
                endorsers[endorsed.0 as usize].insert(no);
            }
        }
        let sorted = |sets: Vec<BTreeSet<EntityNo>>| -> Vec<Box<[EntityNo]>> {
            sets.into_iter()
                .map(|set| set.into_iter().collect())
                .collect()
        };
        index.rivals = sorted(rivals);
        index.endorsers = sorted(endorsers);
        index
    }

    /// Every entity's number.
    pub fn numbers(&self) -> impl Iterator<Item = EntityNo> + use<> {
        (0..).take(self.all.len()).map(EntityNo)
    }

    /// Whom an entity's relations name; never itself.
    fn named(&self, of: EntityNo, relations: &[Related]) -> BTreeSet<EntityNo> {
        let mut found = BTreeSet::new();
        for related in relations {
            match related {
                Related::Entity(id) => found.extend(self.by_id(id)),
                Related::Category(category) => found.extend(self.within(category.covers())),
            }
        }
        found.remove(&of);
        found
    }

    /// Those that belong to one of these categories.
    pub fn within(&self, categories: Categories) -> impl Iterator<Item = EntityNo> {
        self.numbers()
            .filter(move |no| self.get(*no).details.categories.meets(categories))
    }

    /// An entity that this index gave out.
    ///
    /// # Panics
    /// When the number is of another index and lies behind the end of this one.
    #[must_use]
    pub fn get(&self, no: EntityNo) -> &Entity {
        &self.all[no.0 as usize]
    }

    /// The entity of this id.
    #[must_use]
    pub fn by_id(&self, id: &EntityId) -> Option<EntityNo> {
        self.ids.get(id).copied()
    }

    /// The entity that a detection shows.
    ///
    /// Its external id says so where an entity has it: names are shared, ids are not. One that nobody has tells of a
    /// stranger to whoever has ids of its own, and of nothing to whoever has none.
    #[must_use]
    pub fn of(&self, hit: &Hit) -> Option<EntityNo> {
        let known = hit.external_id.map(|id| led(&self.by_external_id, id));
        if let Some(Leads::To(no)) = known {
            return Some(no);
        }
        let Leads::To(no) = led(&self.by_name, hit.name) else {
            return None;
        };
        let namesake = known.is_some() && !self.get(no).details.external_ids.is_empty();
        (!namesake).then_some(no)
    }

    /// The entity that people mean by a text: its id, one of its names, or one of its external ids.
    #[must_use]
    pub fn meant_by(&self, text: &str) -> Option<EntityNo> {
        let text = text.trim();
        if let Some(no) = self.ids.get(text) {
            return Some(*no);
        }
        let by_name = led(&self.by_name, Names::intern(text));
        let by_id = led(&self.by_external_id, Names::intern_exact(text));
        match (by_name, by_id) {
            (Leads::To(no), _) | (_, Leads::To(no)) => Some(no),
            _ => None,
        }
    }

    /// Whom it competes with, in the order of their numbers.
    #[must_use]
    pub fn rivals(&self, no: EntityNo) -> &[EntityNo] {
        &self.rivals[no.0 as usize]
    }

    /// Who endorses it, in the order of their numbers.
    #[must_use]
    pub fn endorsers(&self, no: EntityNo) -> &[EntityNo] {
        &self.endorsers[no.0 as usize]
    }

    /// Whom it endorses, in the order of their numbers.
    #[must_use]
    pub fn endorsed_by(&self, no: EntityNo) -> Vec<EntityNo> {
        let endorsed = |other: &EntityNo| self.endorsers(*other).binary_search(&no).is_ok();
        self.numbers().filter(endorsed).collect()
    }

    /// Whether it is a person who is not of age.
    #[must_use]
    pub fn is_minor(&self, no: EntityNo) -> bool {
        self.get(no).details.minor
    }

    /// Whether it is a person.
    #[must_use]
    pub fn is_person(&self, no: EntityNo) -> bool {
        self.get(no).details.kind == EntityKind::Person
    }
}

/// Why entities cannot be told apart by the names that they are to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The name, as it is compared.
    pub name: String,
    /// Who has it.
    pub by: EntityId,
}

/// The first name of an entity that others have already. A name may be shared only where each of those who share it
/// has external ids, which tell them apart.
#[must_use]
pub fn taken(has_ids: bool, others: &BTreeMap<String, Vec<(EntityId, bool)>>) -> Option<Taken> {
    others.iter().find_map(|(name, holders)| {
        let (by, _) = holders
            .iter()
            .find(|(_, holder_has)| !(has_ids && *holder_has))?;
        Some(Taken {
            name: name.clone(),
            by: by.clone(),
        })
    })
}
