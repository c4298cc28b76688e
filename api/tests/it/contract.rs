//! The contract: what is committed is what is served, every operation is told whole, and every error code is met by a test.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use beckon_openapi::problem::ErrorCode;
use serde_json::Value;

/// Codes that no test over HTTP can set off, and why.
const OUT_OF_REACH: &[(&str, &str)] = &[(
    "internal",
    "only a mistake of ours sets it off; the routes know no way to it",
)];

fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("the repository").to_owned()
}

fn contract() -> Value {
    let text = beckon_api::app::openapi_json().expect("the contract can be written");
    serde_json::from_str(&text).expect("it is JSON")
}

/// Every operation, with the name to call it by in a failure.
fn operations(contract: &Value) -> Vec<(String, Value)> {
    let paths = contract["paths"].as_object().expect("paths");
    let operations = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().expect("methods");
        methods
            .iter()
            .map(move |(method, operation)| (format!("{method} {path}"), operation.clone()))
    });
    operations.collect()
}

#[test]
fn the_committed_contract_is_the_served_one() {
    let file = repository().join("openapi/openapi.json");
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    let served = beckon_api::app::openapi_json().expect("the contract can be written");
    let mut lines = committed.lines().zip(served.lines()).enumerate();
    let differs = lines.find(|(_, (old, new))| old != new);
    assert!(
        committed == served,
        "openapi/openapi.json is not what is served (first difference: {differs:?}): run `make openapi`"
    );
}

#[test]
fn every_operation_has_a_summary_a_described_tag_and_an_example_of_its_success() {
    let contract = contract();
    let described: BTreeSet<&str> = contract["tags"]
        .as_array()
        .expect("tags")
        .iter()
        .filter_map(|tag| tag["description"].as_str().and(tag["name"].as_str()))
        .collect();
    let mut missing = Vec::new();
    for (name, operation) in operations(&contract) {
        if operation["summary"].as_str().is_none_or(str::is_empty) {
            missing.push(format!(
                "{name}: a summary (the first line of the handler's doc comment)"
            ));
        }
        let tags = operation["tags"].as_array().cloned().unwrap_or_default();
        if tags.len() != 1
            || !tags
                .iter()
                .all(|tag| described.contains(tag.as_str().unwrap_or_default()))
        {
            missing.push(format!("{name}: one tag that app/contract.rs describes"));
        }
        let responses = operation["responses"].as_object().expect("responses");
        let mut successes = responses
            .iter()
            // Sent on is a success too.
            .filter(|(status, _)| status.starts_with('2') || *status == "302")
            .peekable();
        if successes.peek().is_none() {
            missing.push(format!("{name}: a success"));
        }
        for (status, response) in successes {
            for (kind, content) in response["content"].as_object().into_iter().flatten() {
                if !has_example(&contract, content) && !has_example(&contract, &content["schema"]) {
                    missing.push(format!("{name}: an example of {status} as {kind}"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "missing:\n{}", missing.join("\n"));
}

/// Whether a body or a schema says what it looks like; a list does where its items do.
fn has_example(contract: &Value, schema: &Value) -> bool {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return has_example(contract, &contract["components"]["schemas"][name]);
    }
    let told = ["example", "examples"]
        .iter()
        .any(|key| !schema[*key].is_null());
    let items = [&schema["items"], &schema["properties"]["items"]];
    told || items
        .into_iter()
        .any(|list| !list.is_null() && has_example(contract, list))
}

#[test]
fn every_operation_is_called_as_its_handler() {
    let handlers = texts(&repository().join("api/src"), &|_| true).concat();
    let mut seen = BTreeSet::new();
    for (name, operation) in operations(&contract()) {
        let id = operation["operationId"]
            .as_str()
            .expect("an operation id")
            .to_owned();
        assert!(
            handlers.contains(&format!("async fn {id}(")),
            "{name}: there is no handler `{id}`"
        );
        assert!(
            seen.insert(id.clone()),
            "{name}: `{id}` is the name of two operations"
        );
    }
}

#[test]
fn every_error_code_stands_once_in_the_table_and_in_the_contract() {
    let codes: Vec<&str> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
    let once: BTreeSet<&str> = codes.iter().copied().collect();
    assert_eq!(once.len(), codes.len(), "a code stands twice in the table");
    let contract = contract();
    let told: BTreeSet<&str> = contract["components"]["schemas"]["ErrorCode"]["enum"]
        .as_array()
        .expect("the contract lists the codes")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(told, once);
    for code in ErrorCode::ALL {
        assert!(
            (400..600).contains(&code.status()),
            "{code:?} is no refusal"
        );
    }
}

#[test]
fn every_error_code_is_met_by_a_test() {
    let met = texts(&repository().join("api/tests/it"), &|file| {
        !file.ends_with("contract.rs")
    })
    .concat();
    let mut unmet = Vec::new();
    for code in ErrorCode::ALL {
        let (tested, reason) = (
            met.contains(&format!("\"{}\"", code.as_str())),
            OUT_OF_REACH.iter().find(|(out, _)| *out == code.as_str()),
        );
        match (tested, reason) {
            (true, Some(_)) => unmet.push(format!("{} is tested: take it off OUT_OF_REACH", code.as_str())),
            (false, None) => unmet.push(format!(
                "{}: no test in api/tests/it expects it (write one, or say in OUT_OF_REACH why none can)",
                code.as_str()
            )),
            _ => {}
        }
    }
    assert!(unmet.is_empty(), "{}", unmet.join("\n"));
}

/// The text of every Rust file under a folder.
fn texts(folder: &Path, wanted: &dyn Fn(&Path) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(texts(&path, wanted));
        } else if path.extension().is_some_and(|e| e == "rs") && wanted(&path) {
            found.push(std::fs::read_to_string(&path).expect("the file"));
        }
    }
    found
}
