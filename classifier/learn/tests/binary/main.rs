//! The binary as people run it: files in, files and words out.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod rows;
mod table;

use std::path::Path;
use std::process::{Command, Output};

use beckon_classifier::model::Model;
use beckon_classifier::world::Tastes;
use tempfile::TempDir;

fn run(folder: &TempDir, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_beckon-learn"))
        .args(arguments)
        .current_dir(folder.path())
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn model(path: &Path) -> Model {
    Model::from_bytes(&std::fs::read(path).unwrap()).unwrap()
}

fn folder_with_rows(tastes: Tastes, count: u64) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("rows.jsonl"),
        rows::lines(&rows::simulated(tastes, 0..count)),
    )
    .unwrap();
    folder
}

#[test]
fn training_writes_a_model_that_passes_and_a_page_that_shows_it() {
    let folder = folder_with_rows(Tastes::Real, 3_000);
    let arguments = [
        "train",
        "--rows",
        "rows.jsonl",
        "--out",
        "model.bin",
        "--html",
        "report.html",
    ];
    let output = run(&folder, &arguments);
    assert!(output.status.success(), "{output:?}");
    assert!(
        said(&output).contains("Promoted as better: on 2400 held-out rows"),
        "{}",
        said(&output)
    );
    let model = model(&folder.path().join("model.bin"));
    assert_eq!(model.facts().rows, 3_000);
    assert!(said(&output).contains(model.id()));

    let page = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
    for part in [
        model.id(),
        "Calibration",
        "ROC",
        "Would have earned",
        "Passed",
        "prefers-color-scheme:dark",
    ] {
        assert!(page.contains(part), "{part} is not on the page");
    }
    assert_eq!(page.matches("<svg").count(), 3);
    assert!(!page.contains("<script") && !page.contains("http") && !page.contains("NaN"));
}

#[test]
fn the_same_rows_and_seed_give_the_same_file() {
    let folder = folder_with_rows(Tastes::Real, 600);
    let train = |out: &str, seed: &str| {
        let output = run(
            &folder,
            &[
                "train",
                "--rows",
                "rows.jsonl",
                "--out",
                out,
                "--seed",
                seed,
            ],
        );
        assert!(output.status.success(), "{output:?}");
        std::fs::read(folder.path().join(out)).unwrap()
    };
    let first = train("one.bin", "7");
    assert_eq!(first, train("two.bin", "7"));
    assert_ne!(first, train("three.bin", "8"));
}

#[test]
fn a_world_without_tastes_is_not_promoted_and_its_model_is_still_written() {
    let folder = folder_with_rows(Tastes::None, 1_500);
    let output = run(
        &folder,
        &[
            "train",
            "--rows",
            "rows.jsonl",
            "--out",
            "model.bin",
            "--json",
        ],
    );
    assert!(output.status.success(), "{output:?}");
    let verdict: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(verdict["promote"], false);
    assert!(
        verdict["why"]
            .as_str()
            .unwrap()
            .starts_with("Not promoted, because")
    );
    assert!(folder.path().join("model.bin").exists());
}

#[test]
fn a_model_is_judged_on_rows_that_came_after_it() {
    let folder = folder_with_rows(Tastes::Real, 3_000);
    assert!(
        run(
            &folder,
            &["train", "--rows", "rows.jsonl", "--out", "model.bin"]
        )
        .status
        .success()
    );
    let same = run(
        &folder,
        &["evaluate", "--model", "model.bin", "--rows", "rows.jsonl"],
    );
    assert!(refused(&same).contains("none of the 3000 rows was decided after"));

    let later = rows::lines(&rows::simulated(Tastes::Real, 3_000..5_000));
    std::fs::write(folder.path().join("later.jsonl"), later).unwrap();
    let evaluate = [
        "evaluate",
        "--model",
        "model.bin",
        "--rows",
        "later.jsonl",
        "--html",
        "report.html",
    ];
    let output = run(&folder, &evaluate);
    assert!(
        said(&output).contains("Promoted as better: on 1600 held-out rows"),
        "{output:?}"
    );
    assert!(folder.path().join("report.html").exists());

    let itself = run(
        &folder,
        &[
            "evaluate",
            "--model",
            "model.bin",
            "--rows",
            "later.jsonl",
            "--against",
            "model.bin",
        ],
    );
    assert!(said(&itself).contains("Not promoted"), "{itself:?}");
}

#[test]
fn parquet_rows_train_the_very_same_model() {
    let folder = folder_with_rows(Tastes::Real, 400);
    table::write(
        &folder.path().join("rows.parquet"),
        &rows::simulated(Tastes::Real, 0..400),
    );
    for (rows, out) in [("rows.jsonl", "lines.bin"), ("rows.parquet", "table.bin")] {
        let output = run(&folder, &["train", "--rows", rows, "--out", out]);
        assert!(output.status.success(), "{output:?}");
    }
    let id = |name: &str| model(&folder.path().join(name)).id().to_owned();
    assert_eq!(id("lines.bin"), id("table.bin"));
}

#[test]
fn broken_input_is_refused_by_file_and_line_and_nothing_is_written() {
    let folder = folder_with_rows(Tastes::Real, 50);
    let path = folder.path().join("rows.jsonl");
    let whole = std::fs::read_to_string(&path).unwrap();
    let mut lines: Vec<&str> = whole.lines().collect();
    let broken = lines[16].replacen("\"engaged\"", "\"enraged\"", 1);
    lines[16] = &broken;
    std::fs::write(&path, lines.join("\n")).unwrap();
    std::fs::write(folder.path().join("cut.parquet"), b"PAR1 and then nothing").unwrap();
    std::fs::write(folder.path().join("empty.jsonl"), b"\n\n").unwrap();
    std::fs::write(
        folder.path().join("recipe.json"),
        br#"{"train":{"alpha":-1}}"#,
    )
    .unwrap();

    let train = |rows: &str| run(&folder, &["train", "--rows", rows, "--out", "model.bin"]);
    let words = refused(&train("rows.jsonl"));
    assert!(
        words.contains("rows.jsonl") && words.contains("line 17") && words.contains("enraged"),
        "{words}"
    );
    assert!(refused(&train("cut.parquet")).contains("no whole Parquet file"));
    assert!(refused(&train("empty.jsonl")).contains("not one row"));
    assert!(refused(&train("absent.jsonl")).contains("absent.jsonl"));
    let recipe = run(
        &folder,
        &[
            "train",
            "--rows",
            "rows.jsonl",
            "--out",
            "model.bin",
            "--recipe",
            "recipe.json",
        ],
    );
    assert!(refused(&recipe).contains("recipe.json is no recipe"));
    std::fs::write(
        folder.path().join("bad.bin"),
        b"BKNMODEL\x01\x00 and then nothing that is a model",
    )
    .unwrap();
    let evaluate = run(
        &folder,
        &["evaluate", "--model", "bad.bin", "--rows", "rows.jsonl"],
    );
    assert!(refused(&evaluate).contains("cut short or damaged"));
    assert!(!folder.path().join("model.bin").exists());
}

#[test]
fn every_option_is_an_environment_variable_and_the_help_names_it() {
    let folder = folder_with_rows(Tastes::Real, 100);
    let output = Command::new(env!("CARGO_BIN_EXE_beckon-learn"))
        .arg("train")
        .env("BECKON_ROWS", "rows.jsonl")
        .env("BECKON_OUT", "model.bin")
        .env("BECKON_SEED", "3")
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    for command in ["train", "evaluate"] {
        let help = said(&run(&folder, &[command, "--help"]));
        let options = help
            .lines()
            .map(str::trim_start)
            .filter(|line| line.starts_with("--"));
        for option in options {
            let name = option
                .split_whitespace()
                .next()
                .unwrap()
                .trim_start_matches("--");
            let variable = format!("BECKON_{}", name.to_uppercase().replace('-', "_"));
            assert!(
                help.contains(&variable),
                "{command} --{name} has no {variable}"
            );
        }
        assert!(help.contains("Example:"), "{help}");
    }
}
