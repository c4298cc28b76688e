//! What a choice costs: counted in instructions, which hang on the code alone, and on no clock.
#![cfg(target_os = "linux")]

use std::process::Command;

use crate::harness::crowd;

/// How many choices are counted at once.
const TIMES: u64 = 20;
/// What one choice among twenty candidates of two hundred names may take, unoptimised as tests are built; `make bench`
/// prints what it takes in a release.
const MOST: u64 = 300_000;

/// The instructions of one choice, as the difference that more of them make: what comes before them is the same.
fn instructions(folder: &std::path::Path, registered: usize) -> u64 {
    let case = folder.join(format!("{registered}.json"));
    std::fs::write(&case, crowd::case(registered)).expect("written");
    let count = |times: u64| {
        let mut command = Command::new("valgrind");
        command
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(env!("CARGO_BIN_EXE_beckon"))
            .args(["replay", "--case"])
            .arg(&case)
            .args(["--times", &times.to_string()]);
        crowd::collected(&mut command).expect("valgrind counts: .ci/setup test installs it")
    };
    (count(2 * TIMES) - count(TIMES)) / TIMES
}

#[test]
fn a_choice_costs_what_matches_and_not_what_is_registered() {
    let folder = tempfile::tempdir().expect("a folder");
    let few = instructions(folder.path(), 100);
    let many = instructions(folder.path(), 1_000);
    println!("a choice takes {few} instructions among 100 live instruments, {many} among 1000");
    assert!(many < MOST, "{many} instructions: at most {MOST}");
    let more = many.abs_diff(few) * 100 / few;
    assert!(
        more < 5,
        "{few} among 100, {many} among 1000: {more} % apart"
    );
}
