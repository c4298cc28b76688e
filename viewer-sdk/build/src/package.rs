//! The skin: one ES module by esbuild, and the declarations that its users can reach by tsc.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::run::{finish, npm_tool};

/// The contract's types as `ts/wire.ts` imports them, and where they lie in the package.
const CONTRACT: (&str, &str) = ("../../openapi/openapi.js", "./openapi.js");

/// Bundles the skin into `dist/index.js`.
pub fn bundle(root: &Path, sdk: &Path, dist: &Path) -> Result<()> {
    // By itself first: a sheet that is bundled as text is not shrunk.
    let mut sheet = npm_tool(root, "esbuild", sdk)?;
    sheet.args(["ts/draw/overlay.css", "--minify", "--log-level=warning"]);
    sheet.arg(format!(
        "--outfile={}",
        dist.join("core/overlay.css").display()
    ));
    finish(sheet)?;

    let mut esbuild = npm_tool(root, "esbuild", sdk)?;
    esbuild
        .args([
            "ts/index.ts",
            "--bundle",
            "--format=esm",
            "--target=es2022",
            "--minify",
        ])
        .args([
            "--loader:.css=text",
            "--legal-comments=none",
            "--log-level=warning",
        ])
        .arg(format!("--outfile={}", dist.join("index.js").display()));
    finish(esbuild)
}

/// Writes `dist/types`: the declarations of what `index.ts` exports, and nothing internal.
pub fn declare(root: &Path, sdk: &Path, dist: &Path) -> Result<()> {
    let all = dist.join("core/types");
    let types = dist.join("types");
    for stale in [&all, &types] {
        if stale.exists() {
            fs::remove_dir_all(stale)
                .with_context(|| format!("{} cannot be removed", stale.display()))?;
        }
    }
    fs::create_dir_all(&types).with_context(|| format!("{} cannot be made", types.display()))?;

    let mut tsc = npm_tool(root, "tsc", sdk)?;
    tsc.args([
        "--project",
        "tsconfig.json",
        "--noEmit",
        "false",
        "--declaration",
        "--emitDeclarationOnly",
    ]);
    tsc.arg("--outDir").arg(&all);
    finish(tsc)?;
    fs::copy(root.join("openapi/openapi.d.ts"), all.join("openapi.d.ts"))
        .context("openapi.d.ts is missing")?;

    let mut reached = BTreeSet::new();
    let mut ahead = vec!["./index.js".to_owned()];
    while let Some(module) = ahead.pop() {
        if !reached.insert(module.clone()) {
            continue;
        }
        let file = declaration(&module);
        let text = fs::read_to_string(all.join(&file))
            .with_context(|| format!("the types need {file}"))?;
        let text = text.replace(CONTRACT.0, CONTRACT.1);
        ahead.extend(imports(&text));
        fs::write(types.join(&file), text).with_context(|| format!("{file} cannot be written"))?;
    }
    Ok(())
}

/// The file that declares a module of the same folder.
fn declaration(module: &str) -> String {
    module.trim_start_matches("./").replace(".js", ".d.ts")
}

/// The modules of the same folder that a declaration imports.
fn imports(text: &str) -> Vec<String> {
    let quoted = text.split('"').skip(1).step_by(2);
    quoted
        .filter(|name| name.starts_with("./") && name.ends_with(".js"))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_modules_of_the_package_are_followed() {
        let text =
            "import type { A } from \"./api.js\";\nimport \"other\";\nexport * from \"./wire.js\";";
        assert_eq!(imports(text), ["./api.js", "./wire.js"]);
        assert_eq!(declaration("./api.js"), "api.d.ts");
    }
}
