//! What the crates may depend on, and where versions stand.

use serde_json::Value;

use crate::tree::{Breach, Source, caught, hold, root, sources};

/// Crates that know nothing of the rest of the workspace.
const ALONE: &[&str] = &[
    "beckon-openapi",
    "beckon-classifier",
    "beckon-viewer-sdk",
    "beckon-origin",
    "beckon-matcher",
];

/// Crates that only tests need.
const FOR_TESTS: &[&str] = &[
    "fake",
    "insta",
    "m3u8-rs",
    "mockall",
    "mpeg2ts-reader",
    "proptest",
    "tempfile",
    "wiremock",
];

fn edge(package: &Value, rule: String, mend: &str) -> Breach {
    let name = package["name"].as_str().unwrap_or_default();
    Breach {
        place: format!("{name}/Cargo.toml"),
        line: 1,
        rule,
        mend: mend.to_owned(),
    }
}

/// `cargo metadata --no-deps`, read.
fn dependencies(metadata: &Value) -> Vec<Breach> {
    let packages = metadata["packages"].as_array().cloned().unwrap_or_default();
    let ours: Vec<&str> = packages.iter().filter_map(|p| p["name"].as_str()).collect();
    let mut breaches = Vec::new();
    for package in &packages {
        let who = package["name"].as_str().unwrap_or_default();
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let name = dependency["name"].as_str().unwrap_or_default();
            if ALONE.contains(&who) && ours.contains(&name) {
                let rule = format!("{who} depends on {name}");
                breaches.push(edge(
                    package,
                    rule,
                    "it stands alone: move what it needs into it, or take it as an argument",
                ));
            }
            if FOR_TESTS.contains(&name) && dependency["kind"] != "dev" {
                let rule = format!("{who} ships {name}, which only tests need");
                breaches.push(edge(package, rule, "move it to [dev-dependencies]"));
            }
            let aws = name.starts_with("aws-sdk-") || name == "aws-config";
            if aws && dependency["optional"] != true {
                let rule = format!("{who} always compiles {name}");
                breaches.push(edge(
                    package,
                    rule,
                    "make it optional, behind the feature `aws`",
                ));
            }
        }
    }
    breaches
}

/// A member's manifest, as text: versions and lints come from the workspace.
fn member(source: &Source) -> Vec<Breach> {
    // One draws the demo's film, one fuzzes, one stands in for DynamoDB: they are workspaces of their own.
    let own = [
        "Cargo.toml",
        "api/broadcast/Cargo.toml",
        "api/fuzz/Cargo.toml",
        "api/tests/standins/dynamo/Cargo.toml",
    ];
    let member = source.name() == "Cargo.toml" && !own.contains(&source.path.as_str());
    if !member {
        return Vec::new();
    }
    let mut breaches = Vec::new();
    let (mut section, mut lints) = (String::new(), false);
    for (number, line) in source.text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            line.trim_matches(['[', ']']).clone_into(&mut section);
        } else if line.is_empty() || line.starts_with('#') {
            continue;
        } else if section.ends_with("dependencies") && !line.contains("workspace = true") {
            let mend =
                "put the version under [workspace.dependencies] and write x.workspace = true";
            breaches.push(source.breach(number + 1, "a version stands outside the root", mend));
        } else if section.contains("dependencies.") {
            let mend = "write the dependency on one line, x = { workspace = true, … }";
            breaches.push(source.breach(number + 1, "a dependency in a table of its own", mend));
        }
        lints |= section == "lints" && line == "workspace = true";
    }
    if !lints {
        breaches.push(source.breach(
            1,
            "the crate does not keep the workspace's lints",
            "add [lints] workspace = true",
        ));
    }
    breaches
}

/// The generated glue must come from the very version that the core was compiled with.
fn pinned(source: &Source) -> Vec<Breach> {
    let lines = source.text.lines().enumerate();
    lines
        .filter(|(_, line)| line.starts_with("wasm-bindgen"))
        .filter(|(_, line)| {
            let version = line
                .split('"')
                .nth(1)
                .and_then(|version| version.strip_prefix('='));
            !version.is_some_and(|v| {
                v.split('.').count() == 3 && v.split('.').all(|n| n.parse::<u32>().is_ok())
            })
        })
        .map(|(number, _)| {
            source.breach(number + 1, "wasm-bindgen is not pinned", "write \"=x.y.z\"")
        })
        .collect()
}

/// The lockfile names packages and digests, never the place that one machine fetched them from.
fn places(source: &Source) -> Vec<Breach> {
    let lines = source.text.lines().enumerate();
    lines
        .filter(|(_, line)| line.contains("\"resolved\": \"http"))
        .map(|(number, _)| {
            source.breach(
                number + 1,
                "the lockfile names a registry's address",
                "run npm install with the .npmrc of the root",
            )
        })
        .collect()
}

fn file(path: &str) -> Source {
    let text = std::fs::read_to_string(root().join(path)).expect("the file is there");
    Source::planted(path, &text)
}

#[test]
fn crates_depend_on_what_they_may() {
    let output = std::process::Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo answers with JSON");
    let names: Vec<&str> = metadata["packages"]
        .as_array()
        .expect("packages")
        .iter()
        .filter_map(|p| p["name"].as_str())
        .collect();
    for alone in ALONE {
        assert!(
            names.contains(alone),
            "{alone} is not a crate of the workspace"
        );
    }
    hold(&dependencies(&metadata));
}

#[test]
fn versions_stand_in_the_root_and_wasm_bindgen_is_pinned() {
    hold(&sources().iter().flat_map(member).collect::<Vec<_>>());
    let manifest = file("Cargo.toml");
    assert!(
        manifest.text.contains("\nwasm-bindgen = "),
        "wasm-bindgen is gone: take its rule out too"
    );
    hold(&pinned(&manifest));
    hold(&places(&file("package-lock.json")));
}

#[test]
fn wrong_dependencies_are_caught() {
    let metadata = |who: &str, name: &str, kind: Value| {
        serde_json::json!({"packages": [
            {"name": who, "dependencies": [{"name": name, "kind": kind, "optional": false}]},
            {"name": "beckon-openapi", "dependencies": []}
        ]})
    };
    caught(dependencies(&metadata(
        "beckon-classifier",
        "beckon-openapi",
        Value::Null,
    )));
    caught(dependencies(&metadata(
        "beckon-api",
        "proptest",
        Value::Null,
    )));
    caught(dependencies(&metadata(
        "beckon-api",
        "aws-sdk-s3",
        Value::Null,
    )));
    assert_eq!(
        dependencies(&metadata("beckon-api", "proptest", "dev".into())),
        []
    );
    assert_eq!(
        dependencies(&metadata("beckon-api", "beckon-openapi", Value::Null)),
        []
    );
}

#[test]
fn wrong_manifests_are_caught() {
    let manifest = |line: &str| {
        Source::planted(
            "x/Cargo.toml",
            &format!(
                "[package]\nname = \"x\"\n[lints]\nworkspace = true\n[dependencies]\n{line}\n"
            ),
        )
    };
    assert_eq!(caught(member(&manifest("serde = \"1.0\""))).line, 6);
    caught(member(&manifest(
        "serde = { version = \"1.0\", features = [\"derive\"] }",
    )));
    assert_eq!(
        member(&manifest(
            "serde = { workspace = true, features = [\"rc\"] }"
        )),
        []
    );
    caught(member(&Source::planted(
        "x/Cargo.toml",
        "[package]\nname = \"x\"\n",
    )));
    caught(pinned(&Source::planted(
        "Cargo.toml",
        "wasm-bindgen = \"0.2.130\"",
    )));
    caught(pinned(&Source::planted(
        "Cargo.toml",
        "wasm-bindgen-cli-support = { version = \"=0.2\" }",
    )));
    caught(places(&Source::planted(
        "package-lock.json",
        "  \"resolved\": \"https://somewhere/x.tgz\",",
    )));
}
