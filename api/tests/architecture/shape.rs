//! Sizes, first lines and names of files, and what lies at the top level.

use crate::code::without_tests;
use crate::imports::STATIONS;
use crate::tree::{Breach, Source, caught, hold, sources, top_level};

/// DESIGN's top level, and the usual root files beside it.
const TOP: &[&str] = &[
    "Cargo.toml",
    "api",
    "classifier",
    "viewer-sdk",
    "openapi",
    "migrations",
    "web",
    ".ci",
    ".gitattributes",
    ".gitignore",
    ".npmrc",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "LICENSE",
    "Makefile",
    "README.md",
    "clippy.toml",
    "package-lock.json",
    "package.json",
    "rust-toolchain.toml",
    "rustfmt.toml",
];

/// Drawers into which anything could be put.
const DRAWERS: &[&str] = &[
    "utils", "util", "helpers", "helper", "common", "misc", "types", "manager", "managers",
];

const GENERATED: &[&str] = &["openapi/openapi.d.ts"];

/// What makes the README the documentation.
const INCLUDED: &str = "#![doc = include_str!(\"../README.md\")]";

/// The most lines that a file may have, tests at its end not counted.
fn longest(source: &Source) -> usize {
    let module = source.module();
    let face = source.name() == "mod.rs"
        && module.len() == 1
        && STATIONS.iter().any(|(name, _)| *name == module[0]);
    match source.name() {
        "lib.rs" => 200,
        "main.rs" => 60,
        _ if face => 120,
        _ => 400,
    }
}

fn check(source: &Source) -> Vec<Breach> {
    let (rust, script) = (source.is("rs"), source.is("ts"));
    let mut breaches = names(source);
    if !(rust || script) || GENERATED.contains(&source.path.as_str()) {
        return breaches;
    }
    let (lines, most) = (without_tests(&source.text).lines().count(), longest(source));
    if lines > most && !source.is_test() {
        let rule = format!("{lines} lines (at most {most})");
        breaches.push(source.breach(
            most + 1,
            rule,
            "give a part of it a file and a name of its own",
        ));
    }
    let first = source.text.lines().next().unwrap_or_default();
    let headers: &[&str] = if rust {
        &["//! ", "#![doc = include_str!"]
    } else {
        &["/** ", "// ", "/**"]
    };
    if !headers.iter().any(|header| first.starts_with(header)) {
        let mend = "begin with one sentence that says what the file is for";
        breaches.push(source.breach(1, "the file does not say what it is for", mend));
    }
    breaches
}

fn names(source: &Source) -> Vec<Breach> {
    let mut parts = source.path.split('/');
    let stem = |part: &str| part.split('.').next().unwrap_or_default().to_lowercase();
    let drawer = parts.find(|part| DRAWERS.contains(&stem(part).as_str()));
    drawer
        .map(|part| {
            source.breach(
                1,
                format!("`{part}` says nothing"),
                "name it after what it holds",
            )
        })
        .into_iter()
        .collect()
}

/// A crate's README is what its documentation opens with.
fn readmes(sources: &[Source]) -> Vec<Breach> {
    let crates = sources
        .iter()
        .filter_map(|source| source.path.strip_suffix("/Cargo.toml"));
    let mut breaches = Vec::new();
    for folder in crates {
        let at = |name: &str| {
            sources
                .iter()
                .find(|source| source.path == format!("{folder}/{name}"))
        };
        let face = at("src/lib.rs").or_else(|| at("src/main.rs"));
        if let (Some(_), Some(face)) = (at("README.md"), face)
            && !face.text.lines().take(2).any(|line| line == INCLUDED)
        {
            let mend = format!("begin with {INCLUDED}");
            breaches.push(face.breach(1, "the crate's README is not its documentation", mend));
        }
    }
    breaches
}

/// Migrations are numbered and named after whose tables they lay.
fn migrations(source: &Source) -> Vec<Breach> {
    let Some(name) = source.path.strip_prefix("migrations/") else {
        return Vec::new();
    };
    let parts = name
        .strip_suffix(".sql")
        .and_then(|name| name.split_once('_'));
    let good = parts.is_some_and(|(number, station)| {
        let known = STATIONS.iter().any(|(name, _)| *name == station) || station == "ground";
        number.len() == 4 && number.bytes().all(|b| b.is_ascii_digit()) && known
    });
    if good {
        return Vec::new();
    }
    vec![source.breach(
        1,
        "a migration is called NNNN_<station>.sql",
        "rename it before it lands",
    )]
}

fn top(names: &[String]) -> Vec<Breach> {
    names
        .iter()
        .filter(|name| !TOP.contains(&name.as_str()))
        .map(|name| {
            Source::planted(name, "").breach(
                1,
                "the top level has no place for it",
                "move it to the part that it belongs to",
            )
        })
        .collect()
}

#[test]
fn files_are_short_say_what_they_are_for_and_are_well_named() {
    let files = sources();
    hold(&files.iter().flat_map(check).collect::<Vec<_>>());
    hold(&files.iter().flat_map(migrations).collect::<Vec<_>>());
    hold(&readmes(&files));
}

#[test]
fn the_top_level_is_what_design_says() {
    let found = top_level();
    hold(&top(&found));
    for part in &TOP[..7] {
        assert!(found.iter().any(|name| name == part), "{part} is missing");
    }
}

#[test]
fn long_files_are_caught_and_their_tests_are_not_counted() {
    for (path, most) in [
        ("api/src/media/store.rs", 400),
        ("viewer-sdk/ts/asker.ts", 400),
        ("openapi/src/lib.rs", 200),
        ("api/src/main.rs", 60),
        ("api/src/media/mod.rs", 120),
        ("api/src/ingest/hls/mod.rs", 400),
    ] {
        let head = if path.ends_with("rs") {
            "//! A.\n"
        } else {
            "/** A. */\n"
        };
        let text = |lines: usize| head.to_owned() + &"x\n".repeat(lines - 1);
        assert_eq!(check(&Source::planted(path, &text(most))), [], "{path}");
        assert_eq!(
            caught(check(&Source::planted(path, &text(most + 1)))).line,
            most + 1
        );
    }
    let tests = format!(
        "//! A.\n#[cfg(test)]\nmod tests {{\n{}}}\n",
        "x\n".repeat(500)
    );
    assert_eq!(check(&Source::planted("api/src/media/wire.rs", &tests)), []);
}

#[test]
fn missing_first_lines_and_drawers_are_caught() {
    caught(check(&Source::planted("api/src/media/wire.rs", "use x;\n")));
    caught(check(&Source::planted(
        "viewer-sdk/ts/core.ts",
        "import x;\n",
    )));
    for path in [
        "api/src/media/utils.rs",
        "web/player/src/helpers/x.ts",
        "api/src/common/mod.rs",
        "viewer-sdk/ts/types.ts",
    ] {
        caught(
            check(&Source::planted(path, "//! A.\n/** A. */"))
                .into_iter()
                .filter(|b| b.rule.contains("says nothing"))
                .collect(),
        );
    }
}

#[test]
fn a_foreign_top_level_migration_or_readme_is_caught() {
    caught(top(&["api".to_owned(), "scripts".to_owned()]));
    caught(migrations(&Source::planted("migrations/10_media.sql", "")));
    caught(migrations(&Source::planted(
        "migrations/0010_stuff.sql",
        "",
    )));
    caught(readmes(&[
        Source::planted("x/Cargo.toml", ""),
        Source::planted("x/README.md", ""),
        Source::planted("x/src/lib.rs", "//! X."),
    ]));
}
