//! The Rust core: cargo, then wasm-bindgen, then wasm-opt.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use wasm_bindgen_cli_support::Bindgen;

use crate::run::{finish, npm_tool};

/// Builds `dist/beckon.wasm`, and in `dist/core` the glue that `ts/core.ts` imports.
pub fn build(root: &Path, dist: &Path) -> Result<()> {
    let wasm = compile(root)?;
    let glue = dist.join("core");
    fs::create_dir_all(&glue).with_context(|| format!("{} cannot be made", glue.display()))?;

    Bindgen::new()
        .input_path(&wasm)
        .out_name("beckon_core")
        .web(true)?
        .typescript(true)
        // The skin says where the file lies; a second default would make bundlers look for it.
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&glue)
        .context("wasm-bindgen refused the core")?;

    // npm's binaryen: distributions carry versions that do not read what wasm-bindgen writes.
    let mut shrink = npm_tool(root, "wasm-opt", root)?;
    shrink
        .arg("-Oz")
        .arg(glue.join("beckon_core_bg.wasm"))
        .arg("-o")
        .arg(dist.join("beckon.wasm"));
    finish(shrink)
}

/// Compiles the core and asks cargo itself where it put it, so that any target folder is right.
fn compile(root: &Path) -> Result<PathBuf> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(root)
        .args([
            "build",
            "--quiet",
            "--package",
            "beckon-viewer-sdk",
            "--lib",
            "--profile",
            "sdk",
        ])
        .args([
            "--target",
            "wasm32-unknown-unknown",
            "--message-format",
            "json-render-diagnostics",
        ])
        .stderr(Stdio::inherit())
        .output()
        .context("cargo could not be started")?;
    ensure!(
        output.status.success(),
        "the core did not compile (is the target there? `rustup target add wasm32-unknown-unknown`)"
    );
    let wasm = output
        .stdout
        .split(|byte| *byte == b'\n')
        .find_map(artifact);
    wasm.context("cargo built the core but did not say where it lies")
}

/// The core's .wasm file, where this line of cargo's report names it.
fn artifact(line: &[u8]) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_slice(line).ok()?;
    if message["reason"] != "compiler-artifact" || message["target"]["name"] != "beckon_viewer_sdk"
    {
        return None;
    }
    let files = message["filenames"].as_array()?;
    files
        .iter()
        .filter_map(|file| file.as_str())
        .find(|file| file.ends_with(".wasm"))
        .map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargos_report_names_the_core_and_other_lines_do_not() {
        let ours = br#"{"reason":"compiler-artifact","target":{"name":"beckon_viewer_sdk"},"filenames":["/t/x.rlib","/t/x.wasm"]}"#;
        let other = br#"{"reason":"compiler-artifact","target":{"name":"serde"},"filenames":["/t/serde.wasm"]}"#;
        assert_eq!(artifact(ours), Some(PathBuf::from("/t/x.wasm")));
        assert_eq!(artifact(other), None);
        assert_eq!(artifact(b"not json"), None);
    }
}
