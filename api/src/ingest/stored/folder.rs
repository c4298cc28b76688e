//! The watched folder: a file is taken once its size is steady, by what it holds, so that the same is not done twice.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::Context;

use super::Stored;
use super::model::is_video;
use crate::config::now;

/// How often the folder is looked at.
const TICK: Duration = Duration::from_secs(1);
/// How deep folders in it are looked into.
const DEEPEST: usize = 4;

/// What a file looked like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Look {
    size: u64,
    changed: Option<SystemTime>,
}

/// What is known of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// It may still be growing.
    Growing(Look),
    /// It was taken as it is.
    Taken(Look),
}

/// Looks at the folder each second. Ends only when dropped.
pub async fn watch(stored: Stored, folder: PathBuf) {
    let mut known = HashMap::new();
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if let Err(error) = look(&stored, &folder, &mut known).await {
            let (folder, error) = (folder.display(), format!("{error:#}"));
            tracing::warn!(kind = "folder.failed", %folder, error, "the watched folder could not be read");
        }
    }
}

async fn look(
    stored: &Stored,
    folder: &Path,
    known: &mut HashMap<PathBuf, Known>,
) -> anyhow::Result<()> {
    let root = folder.to_owned();
    let listed = tokio::task::spawn_blocking(move || {
        let mut found = Vec::new();
        list(&root, DEEPEST, &mut found).map(|()| found)
    });
    let found = listed.await.context("listing broke off")??;
    known.retain(|path, _| found.iter().any(|(there, _)| there == path));
    for (path, look) in found {
        match known.get(&path) {
            Some(Known::Taken(taken)) if *taken == look => {}
            Some(Known::Growing(before)) if *before == look && look.size > 0 => {
                take(stored, folder, &path, look).await?;
                known.insert(path, Known::Taken(look));
            }
            _ => {
                known.insert(path, Known::Growing(look));
            }
        }
    }
    Ok(())
}

/// A path that is no text, or lies outside, cannot be told to anyone: it is left.
async fn take(stored: &Stored, folder: &Path, path: &Path, look: Look) -> anyhow::Result<()> {
    let Some(name) = path.strip_prefix(folder).ok().and_then(Path::to_str) else {
        return Ok(());
    };
    let file = path.to_owned();
    let digest = tokio::task::spawn_blocking(move || digest(&file));
    let digest = digest.await.context("reading a file broke off")??;
    let size = i64::try_from(look.size)?;
    stored.add_file(name, &digest, size, now()).await
}

fn digest(path: &Path) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(std::fs::File::open(path)?)?;
    Ok(hasher.finalize().to_hex().to_string())
}

fn list(folder: &Path, depth: usize, found: &mut Vec<(PathBuf, Look)>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        // What is gone again by now is no error, and a link could lead anywhere.
        let Ok(metadata) = entry.metadata() else {
            continue;
        };
        let path = entry.path();
        if metadata.is_dir() && depth > 1 {
            list(&path, depth - 1, found)?;
        } else if metadata.is_file() && path.to_str().is_some_and(is_video) {
            let changed = metadata.modified().ok();
            found.push((
                path,
                Look {
                    size: metadata.len(),
                    changed,
                },
            ));
        }
    }
    Ok(())
}
