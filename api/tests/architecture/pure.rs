//! Pure files compute: no waiting, no clock, no randomness, no environment, no files, no network. Those are arguments.
//!
//! In a station every file is pure but its shell: `mod.rs`, `store.rs`, `dynamo.rs`, `http.rs`, and those that are
//! named below with what they do to the world.

use crate::imports::STATIONS;
use crate::paths::{Named, named};
use crate::tree::{Breach, Source, caught, hold, rust};

/// Crates and files that are pure throughout.
const PURE: &[&str] = &[
    "openapi/src/",
    "classifier/src/",
    "viewer-sdk/src/",
    "api/matcher/src/",
    "api/src/words.rs",
    "api/src/categories.rs",
    "api/src/currencies.rs",
];

/// Files of stations that are not pure, and why.
const SHELLS: &[(&str, &str)] = &[
    ("media/registry.rs", "writes through to the store"),
    ("media/ad_breaks/mod.rs", "writes through to the store"),
    ("media/state/mod.rs", "writes through to the store"),
    (
        "viewers/registry.rs",
        "asks the store for a viewer that is not in memory",
    ),
    (
        "viewers/declared/declarations.rs",
        "writes through to the store",
    ),
    ("instruments/registry.rs", "asks the store"),
    ("instruments/changes.rs", "writes through to the store"),
    ("instruments/delivery/mod.rs", "writes through to the store"),
    (
        "decisions/gather/mod.rs",
        "reads what is not in memory, and waits no longer than the caller does",
    ),
    (
        "instruments/campaigns/registry.rs",
        "writes through to the store",
    ),
    ("instruments/import/mod.rs", "writes through to the store"),
    (
        "instruments/kill_switches/mod.rs",
        "writes through to its store",
    ),
    (
        "instruments/audiences/keeping.rs",
        "writes through to the store",
    ),
    (
        "detections/entities/registry.rs",
        "writes through to the store",
    ),
    (
        "detections/pages.rs",
        "asks the store for a page that is not in memory",
    ),
    (
        "detections/analysed.rs",
        "asks the store for a mark that is not in memory",
    ),
    (
        "detections/storing.rs",
        "asks who opted out, and writes through to the store",
    ),
    ("detections/timeline.rs", "asks the store"),
    ("detections/dynamo/mod.rs", "calls DynamoDB"),
    (
        "detections/dynamo/write.rs",
        "calls DynamoDB, and waits until it takes all",
    ),
    (
        "detections/people/mod.rs",
        "writes through to its store, and erases in the other",
    ),
    (
        "reports/breakdown/mod.rs",
        "reads the log, and the versions that it speaks of",
    ),
    ("cues/hub.rs", "hands cues to those who wait"),
    ("cues/signal.rs", "calls the channel's service"),
    ("cues/ivs.rs", "calls IVS"),
    ("cues/send.rs", "stores, tells and puts into the stream"),
    ("cues/carry.rs", "waits for room on the channel"),
    ("cues/kill.rs", "stores and tells withdrawals"),
    (
        "cues/recall.rs",
        "asks the store for a cue that is not in memory",
    ),
    ("cues/ticker.rs", "looks a few times a second"),
    ("ingest/watch.rs", "holds a lease and beats its heart"),
    ("ingest/hls/follow.rs", "asks for a playlist in its rhythm"),
    (
        "ingest/hls/resource.rs",
        "fetches segments, their keys and headers",
    ),
    (
        "ingest/analyse.rs",
        "fetches a segment and stores what it shows",
    ),
    ("ingest/pictures.rs", "waits for a segment and for ffmpeg"),
    ("ingest/frames.rs", "runs ffmpeg"),
    ("ingest/desk.rs", "does what notices ask"),
    ("ingest/ingests.rs", "asks the stores how things stand"),
    ("ingest/ledger/mod.rs", "reads the ledger's store"),
    (
        "ingest/account/mod.rs",
        "reads and moves the account's store",
    ),
    (
        "ingest/supervise.rs",
        "looks once a second, and runs the watches of its node",
    ),
    (
        "ingest/references/mod.rs",
        "writes through to the blobs and the store",
    ),
    (
        "ingest/models/keeper.rs",
        "looks after models four times a minute",
    ),
    (
        "ingest/models/mod.rs",
        "waits for the service that runs them",
    ),
    (
        "ingest/hooks/mod.rs",
        "fetches certificates and writes messages down",
    ),
    ("ingest/hooks/outside.rs", "speaks to SNS"),
    (
        "ingest/hooks/work.rs",
        "works notices off a few times a second",
    ),
    ("ingest/stored/mod.rs", "writes videos down"),
    (
        "ingest/stored/folder.rs",
        "looks at the watched folder each second",
    ),
    ("ingest/stored/film.rs", "runs ffmpeg"),
    (
        "ingest/stored/recognise.rs",
        "waits for who recognises videos",
    ),
    ("ingest/stored/run.rs", "works on videos under a lease"),
    ("ingest/stored/serve.rs", "asks where a file lies"),
    (
        "ingest/thumbnails/mod.rs",
        "fetches a thumbnail and stores what it shows",
    ),
    ("ingest/recogniser/mod.rs", "waits for who recognises"),
    (
        "ingest/recogniser/rekognition/budget.rs",
        "waits for room for a call",
    ),
    (
        "ingest/recogniser/rekognition/calls.rs",
        "asks about one picture",
    ),
    (
        "ingest/recogniser/rekognition/of_media.rs",
        "asks about a stretch's pictures until its deadline",
    ),
    (
        "ingest/recogniser/rekognition/jobs.rs",
        "starts jobs and asks for their answers",
    ),
    (
        "ingest/recogniser/rekognition/models.rs",
        "starts and stops models",
    ),
    (
        "ingest/recogniser/recorded.rs",
        "answers such a wait at once",
    ),
    (
        "ingest/recogniser/image.rs",
        "matches on threads of its own",
    ),
    (
        "instruments/images/mod.rs",
        "writes through to the blobs and the store",
    ),
    (
        "instruments/refers.rs",
        "asks the store whether what is spoken of is there",
    ),
    (
        "events/intake.rs",
        "asks for versions and waits for the fold",
    ),
    ("events/asked.rs", "asks the stores"),
    ("events/fold.rs", "gathers what comes and commits it"),
    (
        "events/links/mod.rs",
        "asks for versions and waits for the fold",
    ),
    (
        "events/conversions/mod.rs",
        "looks clicks up and waits for the fold",
    ),
    ("reports/live.rs", "tells those who wait"),
    (
        "learning/registry.rs",
        "writes through to the store and to blobs",
    ),
    ("learning/train.rs", "reads the log and holds the lease"),
    ("learning/jobs.rs", "waits for rows"),
    (
        "reports/diagnosis/gather.rs",
        "asks the stations what they counted and detected",
    ),
    (
        "decisions/diagnosis/mod.rs",
        "writes down every few seconds what was counted",
    ),
    (
        "decisions/replay/stage.rs",
        "asks the other stations, and computes on a thread of its own",
    ),
    (
        "decisions/decide/mod.rs",
        "asks the other stations, and lets them wait for their stores",
    ),
    (
        "decisions/decide/gathered.rs",
        "asks the other stations, and lets them wait for their stores",
    ),
    ("decisions/preview.rs", "asks for a version"),
    (
        "decisions/budget/keeper.rs",
        "opens campaigns' books a few times a second",
    ),
    (
        "decisions/answer.rs",
        "draws the receipt's nonce, and says how long it took",
    ),
];

/// What only a shell may name, and what it is.
const WORLD: &[(&str, &str)] = &[
    ("async", "waiting"),
    ("await", "waiting"),
    ("tokio", "waiting"),
    ("std::thread", "waiting"),
    ("SystemTime", "a clock"),
    ("Instant", "a clock"),
    ("config::now", "a clock"),
    ("Timestamp::now", "a clock"),
    ("Zoned::now", "a clock"),
    ("thread_rng", "randomness"),
    ("rand::rng", "randomness"),
    ("rand::random", "randomness"),
    ("from_entropy", "randomness"),
    ("from_os_rng", "randomness"),
    ("OsRng", "randomness"),
    ("SystemRandom", "randomness"),
    ("Uuid::now_v7", "randomness"),
    ("Uuid::new_v4", "randomness"),
    ("std::env", "the environment"),
    ("std::fs", "files"),
    ("std::net", "the network"),
    ("std::process", "processes"),
    ("reqwest", "the network"),
];

fn is_pure(source: &Source) -> bool {
    if PURE.iter().any(|pure| source.path.starts_with(pure)) {
        return true;
    }
    let Some(inside) = source.path.strip_prefix("api/src/") else {
        return false;
    };
    let station = STATIONS
        .iter()
        .any(|(name, _)| inside.starts_with(&format!("{name}/")));
    let by_name = ["mod.rs", "store.rs", "dynamo.rs", "http.rs"].contains(&source.name())
        // Deeper folders, such as `filters`, are as pure as their files.
        && (source.name() != "mod.rs" || source.module().len() == 1);
    let in_store = inside.contains("/store/");
    let listed = SHELLS.iter().any(|(file, _)| *file == inside);
    station && !by_name && !in_store && !listed
}

/// What of the world a path names.
fn world(name: &Named) -> Option<&'static str> {
    // A constructor that draws in secret may be called by its last name alone.
    WORLD
        .iter()
        .find(|(what, _)| name.holds(what))
        .map(|(_, kind)| *kind)
}

fn check(source: &Source) -> Vec<Breach> {
    if !is_pure(source) {
        return Vec::new();
    }
    let mend = "take its value as an argument, or move the effect to the station's shell (a new shell is listed in pure.rs with its reason)";
    named(&source.code())
        .iter()
        .filter_map(|name| world(name).map(|kind| (name, kind)))
        .map(|(name, kind)| {
            let rule = format!("a pure file names {kind} (`{}`)", name.path.join("::"));
            source.breach(name.line, rule, mend)
        })
        .collect()
}

#[test]
fn pure_files_compute_and_nothing_else() {
    hold(&rust().iter().flat_map(check).collect::<Vec<_>>());
}

#[test]
fn no_shell_is_listed_that_is_gone_or_pure() {
    let files = rust();
    for (shell, reason) in SHELLS {
        let path = format!("api/src/{shell}");
        let source = files.iter().find(|source| source.path == path);
        let source = source
            .unwrap_or_else(|| panic!("{path} is listed as a shell ({reason}), and is not there"));
        let effects = named(&source.code())
            .iter()
            .any(|name| world(name).is_some());
        assert!(effects, "{path} is pure: take it off the list of shells");
    }
}

#[test]
fn each_piece_of_the_world_is_caught() {
    for (text, kind) in [
        ("async fn f() {}", "waiting"),
        ("fn f() { g().await; }", "waiting"),
        ("use std::time::{Duration, Instant};", "a clock"),
        ("fn f() { crate::config::now(); }", "a clock"),
        ("fn f() { let mut r = rand::thread_rng(); }", "randomness"),
        ("fn f() { uuid::Uuid::now_v7() }", "randomness"),
        ("use std::{fs, io};", "files"),
        ("fn f() { std::env::var(\"X\") }", "the environment"),
        ("use reqwest::Client;", "the network"),
    ] {
        for path in [
            "api/src/decisions/rank.rs",
            "api/src/decisions/filters/caps.rs",
            "classifier/src/row/mod.rs",
        ] {
            let breach = caught(check(&Source::planted(path, text)));
            assert!(breach.rule.contains(kind), "{breach}");
        }
    }
}

#[test]
fn shells_and_tests_are_left_alone() {
    let text = "async fn f() {}";
    for path in [
        "api/src/decisions/mod.rs",
        "api/src/media/store.rs",
        "api/src/learning/store/rows.rs",
        "api/src/app/jobs.rs",
    ] {
        assert_eq!(check(&Source::planted(path, text)), [], "{path}");
    }
    let tests = "fn f() {}\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}";
    assert_eq!(
        check(&Source::planted("api/src/decisions/rank.rs", tests)),
        []
    );
}
