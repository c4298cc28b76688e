//! What a choice costs: counted in instructions, which hang on the code alone, and on no clock.
#![cfg(target_os = "linux")]

use std::path::Path;

use crate::harness::crowd;

/// How many choices are counted at once.
const TIMES: u64 = 20;
/// What one choice among twenty candidates of two hundred names may take, unoptimised as tests are built; `make bench`
/// prints what it takes in a release. It takes 249,300, on every run within a hundred of it; a fifth more is left for
/// other processors, for which the C library copies memory in other ways.
const MOST: u64 = 300_000;
/// By how many thousandths more it may take among ten times as many. Two runs differ by less than one; a look at each
/// registered instrument, of ninety instructions, made it three hundred.
const MORE: u64 = 20;

/// The instructions of one choice.
fn instructions(folder: &Path, registered: usize) -> u64 {
    let case = folder.join(format!("{registered}.json"));
    std::fs::write(&case, crowd::case(registered)).expect("written");
    let case = case.to_str().expect("a path");
    let arguments = ["replay", "--case", case, "--times", &TIMES.to_string()];
    let counted = crowd::instructions(env!("CARGO_BIN_EXE_beckon").as_ref(), &arguments, TIMES);
    counted.expect("valgrind counts: .ci/setup test installs it")
}

#[test]
fn a_choice_costs_what_matches_and_not_what_is_registered() {
    let folder = tempfile::tempdir().expect("a folder");
    let few = instructions(folder.path(), 100);
    let many = instructions(folder.path(), 1_000);
    println!("a choice takes {few} instructions among 100 live instruments, {many} among 1000");
    // Less would be no failure.
    let more = many.saturating_sub(few) * 1_000 / few;
    assert!(
        more < MORE,
        "{few} among 100, {many} among 1000: more by {more} in a thousand"
    );
    assert!(many < MOST, "{many} instructions: at most {MOST}");
}
