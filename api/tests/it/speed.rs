//! What a choice costs: counted in instructions, which hang on the code alone, and on no clock.
#![cfg(target_os = "linux")]

use std::path::Path;

use crate::harness::crowd::{self, Crowd};

/// What a choice is usually made among.
const USUAL: Crowd = Crowd {
    registered: 100,
    matching: 20,
    exposures: 12,
};
/// How many choices are counted at once.
const TIMES: u64 = 20;
/// What one choice among these candidates of two hundred names may take, unoptimised as tests are built; `make bench`
/// prints what it takes in a release. It takes 261,400, on every run within a hundred of it; a quarter more is left for
/// other processors, for which the C library copies memory in other ways.
const MOST: u64 = 330_000;
/// By how many thousandths more it may take among ten times as many. Two runs differ by less than one; a look at each
/// registered instrument, of ninety instructions, made it three hundred.
const MORE: u64 = 20;

/// The instructions of one choice.
fn instructions(folder: &Path, crowd: Crowd) -> u64 {
    let case = folder.join("case.json");
    std::fs::write(&case, crowd::case(crowd)).expect("written");
    let case = case.to_str().expect("a path");
    let arguments = ["replay", "--case", case, "--times", &TIMES.to_string()];
    let counted = crowd::instructions(env!("CARGO_BIN_EXE_beckon").as_ref(), &arguments, TIMES);
    counted.expect("valgrind counts: .ci/setup test installs it")
}

#[test]
fn a_choice_costs_what_matches_and_not_what_is_registered() {
    let folder = tempfile::tempdir().expect("a folder");
    let few = instructions(folder.path(), USUAL);
    let crowd = Crowd {
        registered: 1_000,
        ..USUAL
    };
    let many = instructions(folder.path(), crowd);
    println!("a choice takes {few} instructions among 100 live instruments, {many} among 1000");
    // Less would be no failure.
    let more = many.saturating_sub(few) * 1_000 / few;
    assert!(
        more < MORE,
        "{few} among 100, {many} among 1000: more by {more} in a thousand"
    );
    assert!(many < MOST, "{many} instructions: at most {MOST}");
}

#[test]
fn a_choice_looks_at_what_its_viewer_was_shown_once_and_not_for_each_candidate() {
    let folder = tempfile::tempdir().expect("a folder");
    let of = |matching, exposures| {
        let crowd = Crowd {
            matching,
            exposures,
            ..USUAL
        };
        instructions(folder.path(), crowd)
    };
    let (few, few_shown) = (of(20, 24), of(20, 96));
    let (many, many_shown) = (of(80, 24), of(80, 96));
    let (for_few, for_many) = (few_shown - few, many_shown - many);
    println!("72 exposures more cost {for_few} among 20 candidates, {for_many} among 80");
    // Four times the candidates, and the look at the exposures is still one. A dozen of them were shown before, and look
    // at their own.
    assert!(
        for_many < for_few * 3 / 2,
        "{for_few} among 20, {for_many} among 80"
    );
}
