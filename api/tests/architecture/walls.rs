//! Crates that only certain files may name: the wire, the database, HTTP, the browser and the environment each have a place.

use crate::paths::{Named, named};
use crate::tree::{Breach, Source, caught, hold, rust};

struct Wall {
    what: &'static str,
    /// Whether a path names it.
    names: fn(&Named) -> bool,
    /// Whether this file may.
    may: fn(&Source) -> bool,
    mend: &'static str,
}

const WALLS: &[Wall] = &[
    Wall {
        what: "the wire's shapes (`beckon_openapi`)",
        names: |name| name.is_of("beckon_openapi"),
        may: |source| {
            in_files(source, &["wire", "http"])
                || in_rooms(source, &["error", "demo"])
                // Health, metrics, and what is erased in many stations, is what `app` itself answers: these are its http.rs.
                || ["contract", "health", "metrics", "erase"].map(|f| format!("api/src/app/{f}.rs")).contains(&source.path)
        },
        mend: "convert in wire.rs and take the domain's type here (`ErrorCode` is `crate::error::ErrorCode`)",
    },
    Wall {
        what: "the database (`sqlx`)",
        names: |name| name.is_of("sqlx") && !name.holds("sqlx::Error"),
        may: |source| in_files(source, &["store"]) || in_rooms(source, &["db"]),
        mend: "put the query into the station's store.rs",
    },
    Wall {
        what: "the database's error (`sqlx::Error`)",
        names: |name| name.is_of("sqlx") && name.holds("sqlx::Error"),
        may: |source| in_files(source, &["store"]) || in_rooms(source, &["db", "error"]),
        mend: "give back `error::Result` or `anyhow::Result`",
    },
    Wall {
        what: "HTTP (`actix_web`)",
        names: |name| {
            ["actix_web", "actix_cors", "utoipa_actix_web"]
                .iter()
                .any(|n| name.is_of(n))
        },
        may: |source| in_files(source, &["http"]) || in_rooms(source, &["app", "auth", "error"]),
        mend: "take what the request carried as arguments; a handler belongs into http.rs",
    },
    Wall {
        what: "the browser (`wasm_bindgen`)",
        names: |name| name.is_of("wasm_bindgen") || name.is_of("js_sys") || name.is_of("web_sys"),
        may: |source| source.path == "viewer-sdk/src/wasm.rs",
        mend: "wrap it in viewer-sdk/src/wasm.rs; the core knows no browser",
    },
    Wall {
        what: "AWS's configuration (`aws_config`)",
        names: |name| name.is_of("aws_config"),
        may: |source| in_rooms(source, &["aws"]) || is_a_test(source),
        mend: "take `crate::aws::SdkConfig` as an argument; `app` loads it once",
    },
    Wall {
        what: "Rekognition (`aws_sdk_rekognition`)",
        names: |name| name.is_of("aws_sdk_rekognition"),
        may: |source| one_client(source, &["ingest"], "rekognition"),
        mend: "call it in ingest/rekognition and give back our own words",
    },
    Wall {
        what: "DynamoDB (`aws_sdk_dynamodb`)",
        names: |name| name.is_of("aws_sdk_dynamodb"),
        may: |source| one_client(source, &["detections", "viewers", "cues"], "dynamo"),
        mend: "call it in the station's dynamo.rs and give back our own words",
    },
    Wall {
        what: "IVS (`aws_sdk_ivs`)",
        names: |name| name.is_of("aws_sdk_ivs"),
        may: |source| one_client(source, &["cues"], "ivs"),
        mend: "call it in cues/ivs.rs and give back our own words",
    },
    Wall {
        what: "S3 (`aws_sdk_s3`)",
        names: |name| name.is_of("aws_sdk_s3"),
        may: |source| one_client(source, &["blobs"], "s3"),
        mend: "call it in blobs/s3.rs and give back our own words",
    },
    Wall {
        what: "the environment (`std::env`)",
        names: |name| name.holds("std::env") || name.is_of("env") && name.path.len() > 1,
        may: |source| {
            // The build crate is a program that is handed its tools by cargo's environment.
            source.path.starts_with("viewer-sdk/build/")
                || in_rooms(source, &["config", "main"])
                || source.name() == "main.rs"
        },
        mend: "read it in config.rs and take its value as an argument",
    },
];

/// Whether the file is called so, or lies in a folder of that name.
fn in_files(source: &Source, names: &[&str]) -> bool {
    let parts = source.path.trim_end_matches(".rs").split('/');
    parts.into_iter().any(|part| names.contains(&part))
}

/// Whether this is where one of AWS's clients lives: the file or folder of that name in one of these rooms.
fn one_client(source: &Source, rooms: &[&str], name: &str) -> bool {
    in_rooms(source, rooms) && in_files(source, &[name]) || is_a_test(source)
}

/// Tests hand clients a configuration, and look at what arrived.
fn is_a_test(source: &Source) -> bool {
    source.path.starts_with("api/tests/")
}

fn in_rooms(source: &Source, rooms: &[&str]) -> bool {
    source
        .module()
        .first()
        .is_some_and(|room| rooms.contains(room))
}

fn check(source: &Source) -> Vec<Breach> {
    // It draws the demo's film and is a workspace of its own.
    if source.path.starts_with("api/broadcast/") {
        return Vec::new();
    }
    let names = named(&source.code());
    let walls = WALLS.iter().filter(|wall| !(wall.may)(source));
    walls
        .flat_map(|wall| {
            names
                .iter()
                .filter(|name| (wall.names)(name))
                .map(move |name| (wall, name))
        })
        .map(|(wall, name)| {
            source.breach(
                name.line,
                format!("{} has no place here", wall.what),
                wall.mend,
            )
        })
        .collect()
}

/// The build with AWS's clients and the one without are the same program but for what is built: the feature shows
/// where a module is named, and where `app` builds.
fn feature(source: &Source) -> Vec<Breach> {
    if !source.path.starts_with("api/src/") || in_rooms(source, &["app"]) {
        return Vec::new();
    }
    // The code without its strings would not show the feature's name.
    let lines: Vec<&str> = source.text.lines().collect();
    let mut breaches = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        if line.trim_start().starts_with("//") || !line.contains("feature = \"aws\"") {
            continue;
        }
        let below = lines.get(number + 1).map_or("", |below| below.trim());
        let names_a_module = ["mod ", "pub mod ", "pub(crate) mod ", "pub(super) mod "];
        if !names_a_module.iter().any(|start| below.starts_with(start)) {
            let rule = "the feature `aws` shows in the middle of a module";
            let mend = "move what needs it into a module of its own, and choose in `app`";
            breaches.push(source.breach(number + 1, rule, mend));
        }
    }
    breaches
}

#[test]
fn each_crate_stays_behind_its_wall() {
    hold(&rust().iter().flat_map(check).collect::<Vec<_>>());
}

#[test]
fn the_feature_aws_shows_on_mod_lines_and_in_app_alone() {
    hold(&rust().iter().flat_map(feature).collect::<Vec<_>>());
    let planted = |path, text| feature(&Source::planted(path, text));
    let inside = "fn f() {\n    #[cfg(feature = \"aws\")]\n    g();\n}";
    assert_eq!(caught(planted("api/src/cues/send.rs", inside)).line, 2);
    caught(planted(
        "api/src/cues/send.rs",
        "fn f() -> bool { cfg!(feature = \"aws\") }",
    ));
    assert_eq!(planted("api/src/app/build.rs", inside), []);
    let module = "#[cfg(feature = \"aws\")]\npub mod ivs;";
    assert_eq!(planted("api/src/cues/mod.rs", module), []);
}

#[test]
fn each_wall_is_seen_when_it_is_broken() {
    for (path, text, what) in [
        (
            "api/src/decisions/rank.rs",
            "use beckon_openapi::decision::Overlay;",
            "wire",
        ),
        (
            "api/src/media/mod.rs",
            "fn f() { sqlx::query(\"select 1\") }",
            "`sqlx`",
        ),
        (
            "api/src/media/mod.rs",
            "fn f(e: sqlx::Error) {}",
            "`sqlx::Error`",
        ),
        ("api/src/error/mod.rs", "fn f(e: sqlx::Row) {}", "`sqlx`"),
        (
            "api/src/cues/mod.rs",
            "use actix_web::web::Json;",
            "`actix_web`",
        ),
        (
            "api/origin/src/clip/mod.rs",
            "use actix_web::web::Json;",
            "`actix_web`",
        ),
        (
            "viewer-sdk/src/session.rs",
            "use wasm_bindgen::prelude::*;",
            "`wasm_bindgen`",
        ),
        (
            "api/src/ingest/watch.rs",
            "use aws_sdk_rekognition::Client;",
            "`aws_sdk_rekognition`",
        ),
        (
            "api/src/cues/dynamo/rekognition.rs",
            "use aws_sdk_rekognition::Client;",
            "`aws_sdk_rekognition`",
        ),
        (
            "api/src/detections/store.rs",
            "use aws_sdk_dynamodb::Client;",
            "`aws_sdk_dynamodb`",
        ),
        (
            "api/src/ingest/ivs.rs",
            "use aws_sdk_ivs::Client;",
            "`aws_sdk_ivs`",
        ),
        (
            "api/src/blobs/mod.rs",
            "use aws_sdk_s3::Client;",
            "`aws_sdk_s3`",
        ),
        (
            "api/src/app/build.rs",
            "fn f() { aws_config::load_defaults() }",
            "`aws_config`",
        ),
        (
            "api/src/media/store.rs",
            "use std::{env, fs};",
            "`std::env`",
        ),
        (
            "classifier/src/schema/mod.rs",
            "fn f() { std::env::var(\"X\"); }",
            "`std::env`",
        ),
    ] {
        let breach = caught(check(&Source::planted(path, text)));
        assert!(breach.rule.contains(what), "{breach}");
    }
}

#[test]
fn those_who_may_are_left_alone() {
    for (path, text) in [
        ("api/src/media/wire.rs", "use beckon_openapi::media;"),
        ("api/src/learning/store/rows.rs", "use sqlx::Row;"),
        (
            "api/src/error/mod.rs",
            "impl From<sqlx::Error> for Error {}",
        ),
        ("api/src/aws/mod.rs", "pub use aws_config::SdkConfig;"),
        (
            "api/src/ingest/rekognition/jobs.rs",
            "use aws_sdk_rekognition::Client;",
        ),
        (
            "api/src/detections/dynamo.rs",
            "use aws_sdk_dynamodb::Client;",
        ),
        ("api/src/cues/ivs.rs", "use aws_sdk_ivs::Client;"),
        ("api/src/blobs/s3.rs", "use aws_sdk_s3::Client;"),
        ("api/src/config.rs", "use std::env;"),
        ("viewer-sdk/build/src/core.rs", "use std::env;"),
        (
            "api/src/cli/mod.rs",
            "#[arg(env = \"BECKON_PORT\")] struct X; env!(\"A\");",
        ),
    ] {
        assert_eq!(check(&Source::planted(path, text)), [], "{path}");
    }
}
