//! An example that would be refused, or that nothing sends, misleads: each is read as its type and comes back whole.

use beckon_openapi::{
    audit, catalogue, cue, decision, detection, event, health, hook, import, ingest, instrument,
    kill_switch, media, model, person, problem, reference, results, review, viewer,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::PartialSchema;

/// Reads the type's example, and holds that nothing of it is lost on the way back.
fn holds<T: PartialSchema + DeserializeOwned + Serialize>() {
    let name = std::any::type_name::<T>();
    let schema = serde_json::to_value(T::schema()).expect("a schema is JSON");
    let example = &schema["example"];
    assert!(!example.is_null(), "{name} has no example");
    let value: T =
        serde_json::from_value(example.clone()).unwrap_or_else(|error| panic!("{name}: {error}"));
    let again = serde_json::to_value(&value).expect("a shape is JSON");
    let lost = lost(example, &again);
    assert!(lost.is_none(), "{name} loses {lost:?}");
}

/// The first value of the example that does not come back.
fn lost(example: &Value, again: &Value) -> Option<Value> {
    match (example, again) {
        (Value::Object(fields), Value::Object(_)) => fields
            .iter()
            .find_map(|(key, value)| lost(value, &again[key])),
        (Value::Array(items), Value::Array(others)) if items.len() == others.len() => {
            items.iter().zip(others).find_map(|(a, b)| lost(a, b))
        }
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => None,
        _ => (example != again).then(|| example.clone()),
    }
}

#[test]
fn examples_are_what_is_sent() {
    holds::<cue::NewCue>();
    holds::<cue::Cue>();
    holds::<decision::DecisionRequest>();
    holds::<detection::Detection>();
    holds::<detection::ImportReport>();
    holds::<event::Event>();
    holds::<event::EventReport>();
    holds::<hook::HookReceipt>();
    holds::<catalogue::CatalogueItem>();
    holds::<catalogue::IngestEvent>();
    holds::<health::Health>();
    holds::<health::Readiness>();
    holds::<ingest::Ingest>();
    holds::<ingest::Timetable>();
    holds::<person::OptOut>();
    holds::<person::ErasureReport>();
    holds::<instrument::NewInstrument>();
    holds::<instrument::Instrument>();
    holds::<review::InstrumentVersion>();
    holds::<review::StateChange>();
    holds::<audit::AuditEntry>();
    holds::<import::InstrumentImport>();
    holds::<kill_switch::NewKillSwitch>();
    holds::<kill_switch::KillSwitch>();
    holds::<media::NewMedia>();
    holds::<media::MediaUpdate>();
    holds::<media::Media>();
    holds::<model::Model>();
    holds::<model::AliasBinding>();
    holds::<problem::Problem>();
    holds::<reference::Reference>();
    holds::<results::Results>();
    holds::<viewer::ViewerProfile>();
    holds::<viewer::Viewer>();
}

#[test]
fn a_field_that_the_type_does_not_know_is_seen() {
    let (example, again) = (
        serde_json::json!({"a": 1, "b": [2]}),
        serde_json::json!({"a": 1.0, "b": []}),
    );
    assert_eq!(lost(&example, &again), Some(serde_json::json!([2])));
    assert_eq!(
        lost(&serde_json::json!({"gone": true}), &serde_json::json!({})),
        Some(Value::Bool(true))
    );
    assert_eq!(
        lost(&serde_json::json!({"a": 1}), &serde_json::json!({"a": 1.0})),
        None
    );
}
