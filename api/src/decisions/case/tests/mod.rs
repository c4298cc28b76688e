//! Every golden case holds, and each rule is needed by one.

mod separation;
mod value;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use super::{Case, choose, filters, rules, wire};

/// All cases, by their files' names.
fn cases() -> BTreeMap<String, Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/decisions");
    std::fs::read_dir(folder)
        .expect("the cases")
        .map(|file| {
            let file = file.expect("a file").path();
            let name = file
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            let text = std::fs::read_to_string(&file).expect("a case");
            let case = Case::read(&text).unwrap_or_else(|error| panic!("{name}: {error:?}"));
            (name, case)
        })
        .collect()
}

/// Where a case is missed, how.
fn missed(case: &Case, without: Option<&str>) -> Option<String> {
    let decided = case.decide(without).expect("the case asks a question");
    decided
        .missed
        .map(|missed| format!("{}\n{missed}\n{}", case.what, decided.json))
}

#[test]
fn every_golden_case_holds() {
    let cases = cases();
    assert!(
        cases.len() >= LEAST,
        "only {} cases were found",
        cases.len()
    );
    let misses: Vec<String> = cases
        .iter()
        .filter_map(|(name, case)| Some(format!("{name}: {}", missed(case, None)?)))
        .collect();
    assert!(misses.is_empty(), "{}", misses.join("\n\n"));
}

/// The issue asks for sixty at the least; fewer than there were once is a mistake.
const LEAST: usize = 150;

#[test]
fn a_rule_that_is_left_out_makes_one_of_its_cases_fail() {
    let cases = cases();
    for rule in rules() {
        assert!(
            cases
                .values()
                .any(|case| missed(case, Some(rule)).is_some()),
            "every case holds without the rule `{rule}`: write one that needs it"
        );
    }
}

#[test]
fn a_case_that_expects_something_else_says_what_came() {
    let text = include_str!("../../../../tests/fixtures/decisions/trigger_by_name.json");
    let wrong = text.replace(r#""overlays": ["kingfisher"]"#, r#""overlays": ["heron"]"#);
    assert_ne!(text, wrong);
    let missed = missed(&Case::read(&wrong).expect("a case"), None).expect("missed");
    assert!(
        missed.contains(r#"expected overlays ["heron"]"#),
        "{missed}"
    );
    assert!(
        missed.contains(r#"but came overlays ["kingfisher"]"#),
        "{missed}"
    );
}

#[test]
fn what_is_no_case_is_refused_by_name() {
    let text = include_str!("../../../../tests/fixtures/decisions/trigger_by_name.json");
    for (from, to, says) in [
        (r#""what""#, r#""wat""#, "wat"),
        (r#""poll""#, r#""pool""#, "pool"),
        (r#""names""#, r#""name_s""#, "name_s"),
    ] {
        let error = Case::read(&text.replace(from, to)).expect_err("no case");
        assert!(format!("{error}").contains(says), "{error}");
    }
}

/// What a subscriber was told.
#[derive(Clone, Default)]
struct Lines(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn an_explained_decision_is_one_line_of_the_log_and_does_not_say_who_watched() {
    let cases = cases();
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, || {
        let explained = cases["frequency_capped"].within(|_, scene| {
            choose::with_scratch(|scratch| {
                let choice = choose::choose(filters::ALL, scene, scratch);
                wire::explain::log(scene, &choice, scratch, Duration::ZERO);
            })
        });
        explained.expect("a question");
    });
    let told = String::from_utf8(lines.0.lock().expect("no panic").clone()).expect("text");
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(
        told.contains("frequency_capped=1") && told.contains(" explain:"),
        "{told}"
    );
    assert!(
        told.contains(r#""rule":"frequency""#) || told.contains(r#"\"rule\":\"frequency\""#),
        "{told}"
    );
    assert!(!told.contains("alice"), "{told}");
}
