//! The names that models are served under, and who may bear which.

use std::collections::BTreeMap;

use crate::words::{ModelId, Time};

/// A name that a model is served under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Alias {
    /// Ranks every decision.
    Champion,
    /// Waits for the gate.
    Challenger,
    /// Scores along and decides nothing.
    Shadow,
}

impl Alias {
    /// Every alias.
    pub const ALL: [Self; 3] = [Self::Champion, Self::Challenger, Self::Shadow];

    /// The alias as it is stored and told.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Champion => "champion",
            Self::Challenger => "challenger",
            Self::Shadow => "shadow",
        }
    }

    /// The alias of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|alias| alias.as_str() == name)
    }
}

/// What an alias points to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The model; `None` for none.
    pub model_id: Option<ModelId>,
    /// Since when.
    pub changed_at: Time,
    /// How often the gate has looked at challengers since then.
    pub looks: u32,
}

/// All aliases that ever pointed somewhere.
pub(super) type Aliases = BTreeMap<Alias, Binding>;

/// The champion cannot wait for the gate, nor score along with itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct IsChampion;

/// The model that bears the alias.
pub(super) fn bearer(aliases: &Aliases, alias: Alias) -> Option<&ModelId> {
    aliases.get(&alias)?.model_id.as_ref()
}

/// What has to move so that `alias` points to this model. A model bears one alias: the new one takes it from the
/// others, but nothing takes a champion from its place except another champion, or none.
pub(super) fn moves(
    aliases: &Aliases,
    alias: Alias,
    model_id: Option<&ModelId>,
) -> Result<Vec<(Alias, Option<ModelId>)>, IsChampion> {
    if bearer(aliases, alias) == model_id {
        return Ok(Vec::new());
    }
    let mut moves = Vec::new();
    if let Some(model_id) = model_id {
        if bearer(aliases, Alias::Champion) == Some(model_id) {
            return Err(IsChampion);
        }
        let others = Alias::ALL.into_iter().filter(|other| *other != alias);
        let borne = others.filter(|other| bearer(aliases, *other) == Some(model_id));
        moves.extend(borne.map(|other| (other, None)));
    }
    moves.push((alias, model_id.cloned()));
    Ok(moves)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(name: &str) -> ModelId {
        ModelId::parse(name).expect("an id")
    }

    fn aliases(bound: &[(Alias, &str)]) -> Aliases {
        let binding = |name: &str| Binding {
            model_id: Some(model(name)),
            changed_at: Time::from_ms(0),
            looks: 2,
        };
        bound
            .iter()
            .map(|(alias, name)| (*alias, binding(name)))
            .collect()
    }

    #[test]
    fn a_challenger_that_becomes_champion_waits_no_longer() {
        let bound = aliases(&[(Alias::Champion, "a"), (Alias::Challenger, "b")]);
        assert_eq!(
            moves(&bound, Alias::Champion, Some(&model("b"))),
            Ok(vec![
                (Alias::Challenger, None),
                (Alias::Champion, Some(model("b")))
            ])
        );
    }

    #[test]
    fn the_champion_takes_no_other_alias() {
        let bound = aliases(&[(Alias::Champion, "a")]);
        for alias in [Alias::Challenger, Alias::Shadow] {
            assert_eq!(moves(&bound, alias, Some(&model("a"))), Err(IsChampion));
        }
    }

    #[test]
    fn what_stands_is_not_moved_again() {
        let bound = aliases(&[(Alias::Champion, "a")]);
        assert_eq!(
            moves(&bound, Alias::Champion, Some(&model("a"))),
            Ok(vec![])
        );
        assert_eq!(moves(&bound, Alias::Shadow, None), Ok(vec![]));
    }

    #[test]
    fn an_alias_can_be_taken_away() {
        let bound = aliases(&[(Alias::Champion, "a"), (Alias::Shadow, "b")]);
        assert_eq!(
            moves(&bound, Alias::Champion, None),
            Ok(vec![(Alias::Champion, None)])
        );
        assert_eq!(
            moves(&bound, Alias::Challenger, Some(&model("b"))),
            Ok(vec![
                (Alias::Shadow, None),
                (Alias::Challenger, Some(model("b")))
            ])
        );
    }
}
