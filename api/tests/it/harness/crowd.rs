//! A crowd of live instruments, of which the same few match whatever their number: to measure a choice by.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

/// How many names are in the window.
const NAMES: usize = 200;

/// What a choice is made among.
#[derive(Clone, Copy)]
pub struct Crowd {
    /// How many instruments are live.
    pub registered: usize,
    /// How many of them match what is on screen.
    pub matching: usize,
    /// How many exposures the viewer has.
    pub exposures: usize,
}

/// A case of such a crowd, and of one viewer with a profile.
pub fn case(crowd: Crowd) -> String {
    let seen: Vec<Value> = (0..NAMES)
        .map(|n| json!({"position_ms": 52_000 + n * 40, "kind": "label", "name": format!("name-{n}"), "confidence": 90}))
        .collect();
    let instruments: Vec<Value> = (0..crowd.registered)
        .map(|number| instrument(number, number < crowd.matching))
        .collect();
    let exposures: Vec<Value> = (0..crowd.exposures)
        .map(|n| json!({"instrument": format!("Instrument {}", n % 12), "ago_ms": 600_000 * (n + 1), "show_ms": 10_000}))
        .collect();
    json!({"what": "a crowd", "clock": "2026-11-20T19:00:00Z", "detections": seen, "instruments": instruments,
        "viewer": {"exposures": exposures, "profile": {"demography": {"age": 34, "country": "NO"},
            "psychograph": {"likes": ["birds", "boats"]}, "consent": {"personalisation": true}}},
        "ask": {"position_ms": 60_000, "cue_id": "c1"}, "expect": {"overlays": [], "reasons": {}}}).to_string()
}

/// Those that match are on screen, each under a name of its own while there are enough; a third of them is for people that
/// the viewer is not.
fn instrument(number: usize, matches: bool) -> Value {
    let name = match matches {
        true => format!("name-{}", number * 7 % NAMES),
        false => format!("other-{number}"),
    };
    let age = if number.is_multiple_of(3) { 120 } else { 18 };
    json!({"name": format!("Instrument {number}"), "trigger": {"names": [name]},
        "audience": {"test": {"attribute": "demography.age", "op": "gte", "value": age}},
        "frequency_cap": {"count": 100, "per_ms": 3_600_000},
        "content": {"kind": "poll", "question": "Who takes the corner?", "answers": [
            {"answer_id": "a", "text": "The captain"}, {"answer_id": "b", "text": "The winger"}]}})
}

/// The instructions of each of so many choices that a command makes; `None` where valgrind is not installed. What the
/// program does before them, and what it does between them, is not counted: reading a world hangs on the machine, on the
/// random keys of maps, and on much else that is no choice.
pub fn instructions(program: &Path, arguments: &[&str], times: u64) -> Option<u64> {
    let mut command = Command::new("valgrind");
    command
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg("--toggle-collect=*measured_choice*");
    let output = command.arg(program).args(arguments).output().ok()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{text}");
    let collected = text
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    let all: Option<u64> = collected.and_then(|(_, count)| count.trim().parse().ok());
    let all = all.unwrap_or_else(|| panic!("no count:\n{text}"));
    assert!(all > 0, "no choice is found by its name:\n{text}");
    Some(all / times)
}
