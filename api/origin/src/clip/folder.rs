//! A folder of segments: which files, in which order.

use std::fs;
use std::path::{Path, PathBuf};

use super::ClipError;

/// The segments of a folder: as its playlist lists them, else by name.
pub fn segments(folder: &Path) -> Result<Vec<PathBuf>, ClipError> {
    let entries = fs::read_dir(folder).map_err(|e| io(folder, "read", e))?;
    let mut files = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| io(folder, "read", e))?;
    files.sort();
    let of_kind = |kind: &'static str| {
        files
            .iter()
            .filter(move |file| file.extension().is_some_and(|e| e == kind))
    };
    let mut found = Vec::new();
    if let Some(playlist) = of_kind("m3u8").next() {
        let text = fs::read_to_string(playlist).map_err(|e| io(playlist, "read", e))?;
        for name in listed(&text) {
            // Only files of this very folder: a playlist is no way out of it.
            let plain = Path::new(name).file_name().is_some_and(|f| f == name);
            let file = folder.join(name);
            if !plain || !file.is_file() {
                let segment = name.to_owned();
                let reason = format!("it is not a file of {}", folder.display());
                return Err(ClipError::Segment { segment, reason });
            }
            found.push(file);
        }
    } else {
        found.extend(of_kind("ts").cloned());
    }
    match found.is_empty() {
        true => Err(ClipError::NoSegments {
            folder: folder.to_owned(),
        }),
        false => Ok(found),
    }
}

fn listed(playlist: &str) -> impl Iterator<Item = &str> {
    let lines = playlist.lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#'))
}

pub fn read(file: &Path) -> Result<Vec<u8>, ClipError> {
    fs::read(file).map_err(|e| io(file, "read", e))
}

pub fn io(path: &Path, done: &'static str, source: std::io::Error) -> ClipError {
    let path = path.to_owned();
    ClipError::Io { path, done, source }
}
