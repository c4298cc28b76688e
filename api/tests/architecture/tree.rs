//! The repository's files, and how a rule says what is wrong with one.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::code::{without_tests, without_words};

/// What git does not keep: built, fetched or made by running.
const NOT_OURS: &[&str] = &[
    ".git",
    "target",
    "node_modules",
    "dist",
    "build-tests",
    "artefacts",
];

/// Where `make demo` keeps its data, at the top level; a fixture's folder may be called so too.
const DEMO_DATA: &str = "data";

/// A file, by its path from the root, with `/` between.
#[derive(Debug, Clone)]
pub struct Source {
    pub path: String,
    pub text: String,
}

/// Where a rule was broken, and what mends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    pub place: String,
    pub line: usize,
    pub rule: String,
    pub mend: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            place,
            line,
            rule,
            mend,
        } = self;
        write!(f, "{place}:{line}: {rule}\n    mend: {mend}")
    }
}

impl Source {
    /// A file that is not there, for planted violations.
    pub fn planted(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    pub fn breach(&self, line: usize, rule: impl Into<String>, mend: impl Into<String>) -> Breach {
        Breach {
            place: self.path.clone(),
            line,
            rule: rule.into(),
            mend: mend.into(),
        }
    }

    pub fn is(&self, extension: &str) -> bool {
        Path::new(&self.path)
            .extension()
            .is_some_and(|e| e == extension)
    }

    /// The file's name.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Whether it is run by tests and benchmarks alone.
    pub fn is_test(&self) -> bool {
        let folders = ["tests", "benches", "fuzz", "e2e", "examples"];
        self.path
            .split('/')
            .any(|part| folders.contains(&part) || part == "tests.rs")
    }

    /// What the compiler runs outside tests.
    pub fn code(&self) -> String {
        without_tests(&without_words(&self.text)).to_owned()
    }

    /// Its place in the crate `api`: `["media", "http"]`; empty for `lib.rs` and for files elsewhere.
    pub fn module(&self) -> Vec<&str> {
        let Some(inside) = self.path.strip_prefix("api/src/") else {
            return Vec::new();
        };
        let inside = inside.strip_suffix(".rs").unwrap_or(inside);
        let mut parts: Vec<&str> = inside.split('/').collect();
        if matches!(parts.last(), Some(&"mod" | &"lib")) {
            parts.pop();
        }
        parts
    }
}

/// The repository's root.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent()
        .expect("the crate lies in a folder of the repository")
        .to_owned()
}

/// Every text file that git keeps, in the order of their paths.
pub fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    walk(&root(), "", &mut found);
    assert!(found.len() > 100, "only {} files were found", found.len());
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The Rust files that are not tests.
pub fn rust() -> Vec<Source> {
    sources()
        .into_iter()
        .filter(|source| source.is("rs") && !source.is_test())
        .collect()
}

/// Entries of the top level, less what git does not keep.
pub fn top_level() -> Vec<String> {
    let mut found = names(&root());
    found.retain(|name| name != DEMO_DATA);
    found
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        let entry = entry.expect("the entry can be read");
        entry
            .file_name()
            .into_string()
            .expect("file names are UTF-8")
    };
    entries
        .map(name)
        .filter(|name| !NOT_OURS.contains(&name.as_str()))
        .collect()
}

fn walk(folder: &Path, under: &str, found: &mut Vec<Source>) {
    for name in names(folder) {
        if under.is_empty() && name == DEMO_DATA {
            continue;
        }
        let (file, path) = (folder.join(&name), format!("{under}{name}"));
        if file.is_dir() {
            walk(&file, &format!("{path}/"), found);
        } else if let Ok(text) = std::fs::read_to_string(&file) {
            found.push(Source { path, text });
        }
    }
}

/// Fails with every breach, or passes.
pub fn hold(breaches: &[Breach]) {
    let told: Vec<String> = breaches.iter().map(Breach::to_string).collect();
    assert!(
        told.is_empty(),
        "\n{}\n({} in all)",
        told.join("\n"),
        told.len()
    );
}

/// The one breach of a planted violation.
pub fn caught(breaches: Vec<Breach>) -> Breach {
    let [breach] =
        <[Breach; 1]>::try_from(breaches).unwrap_or_else(|all| panic!("not caught once: {all:?}"));
    assert!(!breach.mend.is_empty());
    breach
}
