//! Running the tools that npm installed.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

/// A tool of the npm workspace, to be run in `dir`.
pub fn npm_tool(root: &Path, name: &str, dir: &Path) -> Result<Command> {
    let tool = root.join("node_modules/.bin").join(name);
    ensure!(
        tool.exists(),
        "{name} is not installed: type `npm ci` in {}",
        root.display()
    );
    let mut command = Command::new(tool);
    command.current_dir(dir);
    Ok(command)
}

/// Runs a command to its end; what it prints is shown, its failure is ours.
pub fn finish(mut command: Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command
        .status()
        .with_context(|| format!("{name} could not be started"))?;
    if !status.success() {
        bail!("{name} failed ({status})");
    }
    Ok(())
}
