//! Rights: whom an instrument's trigger shows, and on what right it may be triggered by people.

use super::Definition;
use super::trigger::{Compiled, Trigger};
use crate::detections::entities::EntityIndex;
use crate::detections::{Kind, Names};
use crate::error::Refusal;
use crate::words::Time;

/// The right to let a person's presence on screen trigger an instrument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRight {
    /// On what it rests: a contract, a consent, an exemption.
    pub basis: String,
    /// Where that is recorded.
    pub reference: String,
    /// It ends then.
    pub valid_until: Option<Time>,
}

impl PersonRight {
    /// Whether it can be relied on at this moment.
    #[must_use]
    pub fn is_valid(&self, now: Time) -> bool {
        self.valid_until.is_none_or(|end| now < end)
    }
}

/// Whether people trigger it: celebrities, or a name or entity that is a person's. A name that no entity has is taken for a
/// thing's; should a celebrity be detected by it, that triggers nothing without a right.
#[must_use]
fn is_triggered_by_people(trigger: &Trigger, entities: &EntityIndex) -> bool {
    let asks_for_celebrities =
        |condition: &super::trigger::Condition| condition.kind == Some(Kind::Celebrity);
    let keys = Compiled::new(trigger, None, false, entities).keys(entities);
    let people = entities.numbers().filter(|no| entities.is_person(*no));
    let mut named = people.map(|no| &entities.get(no).details).filter(|person| {
        let mut names = person.names().map(Names::intern);
        let mut ids = person.external_ids.iter().map(|id| Names::intern_exact(id));
        names.any(|name| keys.names.binary_search(&name).is_ok())
            || ids.any(|id| keys.external_ids.binary_search(&id).is_ok())
    });
    trigger.advertiser_endorsed_by_detected
        || trigger
            .any
            .iter()
            .chain(&trigger.all)
            .any(asks_for_celebrities)
        || named.next().is_some()
}

/// What stands against approving an instrument: what people trigger needs a right that is recorded and has not ended.
#[must_use]
pub fn missing(definition: &Definition, entities: &EntityIndex, now: Time) -> Option<&'static str> {
    let by_people = (definition.trigger.as_ref())
        .is_some_and(|trigger| is_triggered_by_people(trigger, entities));
    match &definition.person_right {
        _ if !by_people => None,
        None => Some("people trigger it, and no right is recorded"),
        Some(right) if !right.is_valid(now) => {
            Some("people trigger it, and the recorded right has ended")
        }
        Some(_) => None,
    }
}

/// The entities that a definition names and that are not there, by the first field that does.
///
/// # Errors
/// When there is one.
pub fn check_entities(definition: &Definition, entities: &EntityIndex) -> Result<(), Refusal> {
    let Some(trigger) = &definition.trigger else {
        return Ok(());
    };
    let lists = [
        ("any", &trigger.any),
        ("all", &trigger.all),
        ("none", &trigger.none),
    ];
    for (list, conditions) in lists {
        for (i, condition) in conditions.iter().enumerate() {
            let named = [
                ("entity_id", &condition.entity_id),
                ("endorsed_by", &condition.endorsed_by),
            ];
            for (field, id) in named {
                if let Some(id) = id.as_ref().filter(|id| entities.by_id(id).is_none()) {
                    let field = format!("trigger.{list}[{i}].{field}");
                    let detail = format!("there is no entity {id}");
                    return Err(Refusal::field(
                        field,
                        detail,
                        "an entity that is registered",
                    ));
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detections::entities::{Entity, EntityDetails, EntityKind};
    use crate::instruments::definition_from_wire;
    use crate::words::EntityId;

    fn entities() -> EntityIndex {
        let star = Entity {
            entity_id: EntityId::parse("star").expect("an id"),
            details: EntityDetails {
                name: "Mia Stone".to_owned(),
                kind: EntityKind::Person,
                aliases: vec!["M. Stone".to_owned()],
                external_ids: vec!["m1".to_owned()],
                categories: crate::categories::Categories::default(),
                athlete: true,
                minor: false,
                endorses: Vec::new(),
                rivals: Vec::new(),
            },
            created_at: Time::from_ms(0),
            updated_at: Time::from_ms(0),
        };
        EntityIndex::new(vec![star])
    }

    fn stands_against(
        trigger: serde_json::Value,
        right: serde_json::Value,
    ) -> Option<&'static str> {
        let body = serde_json::json!({"name": "p", "trigger": trigger, "person_right": right, "content":
            {"kind": "poll", "question": "What?", "answers": [{"answer_id": "a", "text": "A"}, {"answer_id": "b", "text": "B"}]}});
        let wire = serde_json::from_value(body).expect("the shape is right");
        let definition = definition_from_wire(wire).expect("a definition");
        missing(&definition, &entities(), Time::from_ms(1_000))
    }

    #[test]
    fn what_people_trigger_needs_a_right_that_has_not_ended() {
        let people = [
            serde_json::json!({"names": ["m. stone"]}),
            serde_json::json!({"any": [{"entity_id": "star"}]}),
            serde_json::json!({"all": [{"kind": "celebrity", "name": "Somebody"}]}),
            serde_json::json!({"any": [{"kind": "celebrity"}]}),
            serde_json::json!({"advertiser_endorsed_by_detected": true}),
        ];
        let right = |end: &str| serde_json::json!({"basis": "contract", "reference": "C-17", "valid_until": end});
        for trigger in people {
            let against = |right| stands_against(trigger.clone(), right);
            assert!(against(serde_json::Value::Null).is_some(), "{trigger}");
            assert!(
                against(right("1970-01-01T00:00:01Z")).is_some(),
                "{trigger}"
            );
            assert_eq!(against(right("1970-01-01T00:00:02Z")), None, "{trigger}");
            let for_ever = serde_json::json!({"basis": "contract", "reference": "C-17"});
            assert_eq!(against(for_ever), None, "{trigger}");
        }
    }

    #[test]
    fn what_things_trigger_needs_none() {
        for trigger in [
            serde_json::Value::Null,
            serde_json::json!({"names": ["Kingfisher"]}),
            serde_json::json!({"names": ["Kingfisher"], "none": [{"entity_id": "star"}, {"kind": "celebrity"}]}),
            serde_json::json!({"any": [{"parent": "Person"}]}),
        ] {
            assert_eq!(
                stands_against(trigger.clone(), serde_json::Value::Null),
                None,
                "{trigger}"
            );
        }
    }
}
