//! Who may import whom in `api/src`: DESIGN's table, which has no circles.

use crate::paths::named;
use crate::tree::{Breach, Source, caught, hold, rust};

/// The ground floor, each importing only what stands before it.
const GROUND: &[&str] = &[
    "words",
    "categories",
    "currencies",
    "config",
    "error",
    "metrics",
    "fetch",
    "db",
    "aws",
    "blobs",
    "auth",
    "webhooks",
    "etag",
    "audit",
    "idempotency",
];

/// The stations, and what each may import beside the ground floor.
pub const STATIONS: &[(&str, &[&str])] = &[
    ("media", &[]),
    ("viewers", &[]),
    ("detections", &["media"]),
    ("ingest", &["media", "detections"]),
    ("instruments", &["media", "detections", "viewers"]),
    ("cues", &["media", "detections", "instruments"]),
    (
        "decisions",
        &["media", "detections", "viewers", "instruments", "cues"],
    ),
    ("events", &["viewers", "instruments", "decisions"]),
    ("learning", &["instruments", "decisions", "events"]),
    ("reports", &["media", "instruments", "decisions", "events"]),
];

/// What stands above the stations, each importing all that stands below it.
const ABOVE: &[&str] = &["app", "demo", "cli"];

/// The workspace's other crates, and who may import them. (The contract's crate has walls of its own.)
const CRATES: &[(&str, &[&str])] = &[
    // Pieces of features are hashed once: when an instrument is published, and when a viewer is loaded.
    (
        "beckon_classifier",
        &[
            "viewers",
            "instruments",
            "decisions",
            "learning",
            "app",
            "demo",
            "cli",
        ],
    ),
    ("beckon_matcher", &["ingest"]),
    ("beckon_origin", &["app", "demo", "cli"]),
];

/// What `who` may import; `None` where the table does not know it.
fn allowed(who: &str) -> Option<Vec<&'static str>> {
    if let Some(floor) = GROUND.iter().position(|name| *name == who) {
        return Some(GROUND[..floor].to_vec());
    }
    if let Some((_, more)) = STATIONS.iter().find(|(name, _)| *name == who) {
        return Some([GROUND, more].concat());
    }
    let above = ABOVE.iter().position(|name| *name == who)?;
    let stations = STATIONS.iter().map(|(name, _)| *name);
    let below = ABOVE[..above].iter().copied();
    Some(
        GROUND
            .iter()
            .copied()
            .chain(stations)
            .chain(below)
            .collect(),
    )
}

fn check(source: &Source) -> Vec<Breach> {
    let module = source.module();
    let Some(who) = module.first().copied() else {
        return Vec::new();
    };
    if who == "main" {
        return check_main(source);
    }
    let Some(allowed) = allowed(who) else {
        let rule = format!("`{who}` has no place in the table of imports");
        return vec![source.breach(
            1,
            rule,
            "move it into a station, or give it a place in DESIGN and in this table",
        )];
    };
    let mut breaches = Vec::new();
    for name in named(&source.code()) {
        if let Some(target) = room(&name.path, module.len())
            && target != who
            && !allowed.contains(&target)
        {
            let rule = format!("`{who}` may not import `{target}`");
            let mend = format!(
                "take it as an argument, move it down, or wire it in `app`; `{who}` may import {}",
                allowed.join(" ")
            );
            breaches.push(source.breach(name.line, rule, mend));
        }
        for (outside, rooms) in CRATES {
            if name.is_of(outside) && !rooms.contains(&who) {
                let rule = format!("`{who}` may not import `{outside}`");
                let mend = format!("only {} may", rooms.join(", "));
                breaches.push(source.breach(name.line, rule, mend));
            }
        }
    }
    breaches
}

/// The room of the crate that a path leads to, if it leaves its own.
fn room(path: &[String], depth: usize) -> Option<&str> {
    let ups = path.iter().take_while(|name| *name == "super").count();
    match path.first()?.as_str() {
        "crate" => path.get(1),
        "super" if ups == depth => path.get(ups),
        _ => None,
    }
    .map(String::as_str)
    // A macro that the crate's own root exports is nobody's room.
    .filter(|name| !name.is_empty())
}

fn check_main(source: &Source) -> Vec<Breach> {
    named(&source.code())
        .iter()
        .filter(|name| {
            name.is_of("beckon_api") && name.path.get(1).is_none_or(|room| room != "cli")
        })
        .map(|name| {
            source.breach(
                name.line,
                "`main` may import `cli` alone",
                "give the command a method that does it",
            )
        })
        .collect()
}

#[test]
fn every_room_imports_only_what_the_table_allows() {
    hold(&rust().iter().flat_map(check).collect::<Vec<_>>());
}

#[test]
fn the_table_has_no_circle() {
    for (at, (station, imports)) in STATIONS.iter().enumerate() {
        for import in *imports {
            let before = STATIONS[..at].iter().any(|(name, _)| name == import);
            assert!(before, "{station} imports {import}, which stands after it");
        }
    }
}

#[test]
fn an_import_up_the_floors_is_caught_however_it_is_written() {
    for text in [
        "use crate::decisions::Decisions;",
        "use crate::{\n    error, decisions::x};",
        "fn f() { crate::decisions::decide() }",
        "use super::super::decisions;",
    ] {
        let breach = caught(check(&Source::planted("api/src/media/http.rs", text)));
        assert_eq!(breach.rule, "`media` may not import `decisions`");
    }
    let words = Source::planted("api/src/words.rs", "use crate::error::Result;");
    assert_eq!(caught(check(&words)).rule, "`words` may not import `error`");
}

#[test]
fn a_crate_in_the_wrong_room_is_caught() {
    let source = Source::planted(
        "api/src/events/mod.rs",
        "use beckon_classifier::model::Model;",
    );
    assert_eq!(
        caught(check(&source)).rule,
        "`events` may not import `beckon_classifier`"
    );
}

#[test]
fn a_room_that_design_does_not_know_is_caught() {
    caught(check(&Source::planted("api/src/campaigns/mod.rs", "")));
    caught(check(&Source::planted(
        "api/src/main.rs",
        "fn main() { beckon_api::app::x() }",
    )));
}

#[test]
fn own_files_and_allowed_rooms_are_left_alone() {
    let text =
        "use super::super::store; use crate::media::Media; use crate::cues::x; // crate::events\n";
    let source = Source::planted("api/src/cues/life/state.rs", text);
    assert_eq!(check(&source), []);
}
