//! Rows from files: JSON lines or Parquet, told apart by what is in them.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use beckon_classifier::row::Row;

use crate::parquet;

/// Reads all rows of all files.
pub(crate) fn read_all(paths: &[PathBuf]) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for path in paths {
        rows.extend(
            read(path).with_context(|| format!("Failed to read the rows of {}", path.display()))?,
        );
    }
    ensure!(!rows.is_empty(), "there is not one row in what was given");
    Ok(rows)
}

fn read(path: &Path) -> Result<Vec<Row>> {
    let mut file = File::open(path)?;
    let mut magic = [0; 4];
    let is_parquet = file.read_exact(&mut magic).is_ok() && magic == *b"PAR1";
    file.rewind()?;
    if is_parquet {
        return parquet::read(file);
    }
    let mut rows = Vec::new();
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let line = line.with_context(|| format!("line {} is not text", number + 1))?;
        if !line.trim().is_empty() {
            rows.push(
                Row::from_json_line(&line)
                    .with_context(|| format!("line {} is refused", number + 1))?,
            );
        }
    }
    Ok(rows)
}
