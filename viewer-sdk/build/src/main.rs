#![doc = include_str!("../README.md")]

mod core;
mod package;
mod run;
mod size;

use std::path::Path;

use anyhow::{Context, Result};

fn main() -> Result<()> {
    let build = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sdk = build
        .parent()
        .context("the build crate has lost its place inside viewer-sdk")?;
    let root = sdk
        .parent()
        .context("viewer-sdk has lost its place inside the workspace")?;
    let dist = sdk.join("dist");

    core::build(root, &dist)?;
    package::bundle(root, sdk, &dist)?;
    package::declare(root, sdk, &dist)?;
    size::check(&dist)
}
