//! `beckon ingest --dry-run`: prints what a playlist lists, and stores nothing.

use std::io::Write;

use anyhow::Context;

use crate::config::Reach;
use crate::fetch::{Fetcher, Url};
use crate::ingest::hls::outline::outline;
use crate::ingest::hls::{Given, Media, Playlist, read_given};

/// The largest playlist that is read.
const LARGEST: usize = 64 * 1024 * 1024;

/// Prints one line of JSON a segment of the playlist as it stands now; what is odd in it goes to standard error.
pub(super) fn dry_run(source: &str, reach: Reach) -> anyhow::Result<()> {
    let fetch = Fetcher::new(reach)?;
    let media = tokio::runtime::Runtime::new()?.block_on(media(&fetch, source))?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for warning in &media.warnings {
        eprintln!("{source}: {warning}");
    }
    for listed in outline(&media) {
        serde_json::to_writer(&mut out, &listed)?;
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

/// The media playlist of the source, by way of its master playlist where it is one.
async fn media(fetch: &Fetcher, source: &str) -> anyhow::Result<Media> {
    let mut url = match source.contains("://") {
        true => fetch.address(source)?,
        false => {
            let path = std::path::absolute(source)?;
            Url::from_file_path(path).map_err(|()| anyhow::anyhow!("{source} is no file"))?
        }
    };
    let mut variables = Vec::new();
    for _ in 0..2 {
        let (at, bytes) = bytes(fetch, &url).await?;
        let given = Given {
            query: at.query(),
            imported: &variables,
        };
        match read_given(&bytes, &given).with_context(|| at.to_string())? {
            Playlist::Media(media) => return Ok(media),
            Playlist::Master(master) => {
                let variant = master.best_for_width(crate::ingest::WIDTH);
                let variant = variant.context("the master playlist names no rendition")?;
                let next = at.join(&variant.uri)?;
                // What came from elsewhere names no file of this machine.
                anyhow::ensure!(
                    next.scheme() != "file" || url.scheme() == "file",
                    "{next} is not fetched"
                );
                url = next;
                variables = master.variables;
            }
        }
    }
    anyhow::bail!("the master playlist names another master playlist")
}

async fn bytes(fetch: &Fetcher, url: &Url) -> anyhow::Result<(Url, Vec<u8>)> {
    if url.scheme() != "file" {
        let fetched = fetch.get(url, LARGEST).await?;
        return Ok((fetched.url, fetched.bytes.into()));
    }
    let path = url
        .to_file_path()
        .map_err(|()| anyhow::anyhow!("{url} is no file"))?;
    let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok((url.clone(), bytes))
}
