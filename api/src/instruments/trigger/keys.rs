//! Under what a trigger is found in the index: by each condition, the narrowest of what it asks.

use super::asked::Asked;
use crate::detections::entities::{EntityIndex, EntityNo};
use crate::detections::{Kind, NameId, Names};

/// The keys of one trigger, each once.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Keys {
    /// Names of detections.
    pub names: Vec<NameId>,
    /// Their external ids.
    pub external_ids: Vec<NameId>,
    /// Their parents.
    pub parents: Vec<NameId>,
    /// Their categories.
    pub categories: Vec<NameId>,
    /// Their kinds.
    pub kinds: Vec<Kind>,
}

impl Keys {
    pub(super) fn of<'t>(tests: impl Iterator<Item = &'t Asked>, entities: &EntityIndex) -> Self {
        let mut keys = Self::default();
        for test in tests {
            if let Some(name) = test.name {
                keys.names.push(name);
            } else if let Some(shown) = &test.entities {
                keys.add_entities(shown, entities);
            } else if let Some(parent) = test.parent {
                keys.parents.push(parent);
            } else if let Some((category, of_entities)) = &test.category {
                keys.categories.push(*category);
                keys.add_entities(of_entities, entities);
            } else {
                keys.kinds.extend(test.kind);
            }
        }
        for list in [
            &mut keys.names,
            &mut keys.external_ids,
            &mut keys.parents,
            &mut keys.categories,
        ] {
            list.sort();
            list.dedup();
        }
        keys.kinds.sort();
        keys.kinds.dedup();
        keys
    }

    fn add_entities(&mut self, shown: &[EntityNo], entities: &EntityIndex) {
        for no in shown {
            let details = &entities.get(*no).details;
            self.names.extend(details.names().map(Names::intern));
            let ids = details.external_ids.iter();
            self.external_ids
                .extend(ids.map(|id| Names::intern_exact(id)));
        }
    }
}
