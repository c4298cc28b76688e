//! Candidates, filters and ranking for one viewer, with two hundred names in the window: what a choice costs while ever more
//! instruments are registered of which the same few match, and while ever more of the same number match.
//!
//! The instructions of one choice are printed beside it: this program runs itself under callgrind for that.

#[path = "../../tests/it/harness/crowd.rs"]
mod crowd;

use std::hint::black_box;

use beckon_api::decisions::case::Case;
use criterion::{BenchmarkId, Criterion};
use crowd::Crowd;

/// More instruments, more that match, more that the viewer was shown.
const CROWDS: [Crowd; 8] = [
    of(1_000, 20, 12),
    of(10_000, 20, 12),
    of(100_000, 20, 12),
    of(10_000, 40, 12),
    of(10_000, 80, 12),
    of(10_000, 160, 12),
    of(10_000, 20, 120),
    of(10_000, 20, 250),
];

const fn of(registered: usize, matching: usize, exposures: usize) -> Crowd {
    Crowd {
        registered,
        matching,
        exposures,
    }
}

/// How many choices are counted at once under valgrind.
const TIMES: u64 = 20;
/// Among more than this the instructions are not counted: valgrind would read the world for minutes.
const MOST_COUNTED: usize = 10_000;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|a| a == "--choose") {
        let number = |after: usize| arguments[at + after].parse().expect("a number");
        return choose(of(number(1), number(2), number(3)));
    }
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("choose");
    for crowd in CROWDS {
        let id = BenchmarkId::from_parameter(label(crowd));
        let measured = case(crowd).choosing(|choose| {
            group.bench_function(id, |bencher| bencher.iter(|| black_box(choose())));
        });
        measured.expect("a question");
    }
    group.finish();
    let counted = |crowd: &&Crowd| crowd.registered <= MOST_COUNTED;
    for crowd in CROWDS.iter().filter(counted) {
        let label = label(*crowd);
        match instructions(*crowd) {
            Some(count) => println!("choose/{label:<32} {count} instructions"),
            None => println!("valgrind is not installed: no instructions are counted"),
        }
    }
    criterion.final_summary();
}

fn label(crowd: Crowd) -> String {
    let Crowd {
        registered,
        matching,
        exposures,
    } = crowd;
    format!("{matching} of {registered}, {exposures} shown")
}

fn case(crowd: Crowd) -> Case {
    Case::read(&crowd::case(crowd)).expect("a case")
}

/// What is run under valgrind: choices, and all that is before them.
fn choose(crowd: Crowd) {
    let chosen = case(crowd).choosing(|choose| {
        let times = 0..TIMES;
        times.map(|_| choose() as u64).sum::<u64>()
    });
    let chosen = chosen.expect("a question");
    assert_eq!(chosen, TIMES, "each is answered with an overlay");
}

/// The instructions of one choice.
fn instructions(crowd: Crowd) -> Option<u64> {
    let own = std::env::current_exe().expect("this program");
    let numbers = [crowd.registered, crowd.matching, crowd.exposures];
    let numbers = numbers.map(|number| number.to_string());
    let [registered, matching, exposures] = numbers.each_ref().map(String::as_str);
    let arguments = ["--choose", registered, matching, exposures];
    crowd::instructions(&own, &arguments, TIMES)
}
