//! The size check: what a viewer's device fetches before the first overlay.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;

/// The most that each file, and both together, may weigh after gzip.
const LIMITS: [(&str, usize); 2] = [("index.js", 22_500), ("beckon.wasm", 28_000)];
const TOTAL_MAX: usize = 50_000;

/// Prints the sizes and refuses what is over its limit.
pub fn check(dist: &Path) -> Result<()> {
    let mut total = 0;
    println!("{:<14}{:>10}{:>10}{:>10}", "", "bytes", "gzip", "limit");
    for (name, limit) in LIMITS {
        let bytes = fs::read(dist.join(name)).with_context(|| format!("{name} was not built"))?;
        let zipped = gzip_len(&bytes)?;
        println!("{name:<14}{:>10}{zipped:>10}{limit:>10}", bytes.len());
        ensure!(
            zipped <= limit,
            "{name} weighs {zipped} bytes after gzip, over its limit of {limit}"
        );
        total += zipped;
    }
    println!(
        "{:<14}{:>10}{total:>10}{TOTAL_MAX:>10}",
        "first overlay", ""
    );
    ensure!(
        total <= TOTAL_MAX,
        "the SDK weighs {total} bytes after gzip, over its limit of {TOTAL_MAX}"
    );
    Ok(())
}

fn gzip_len(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}
