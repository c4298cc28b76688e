//! Gets what a playlist names: a segment or a part of a file, opened by its key, with what goes before it.

use std::time::Duration;

use bytes::Bytes;

use super::cipher::{LONGEST_KEY, Lock};
use super::footage::Footage;
use super::segment::{ByteRange, Key, Map, Segment};
use crate::fetch::{FetchError, Fetcher, Part, Url};

/// The largest segment that is read.
const LARGEST: usize = 64 * 1024 * 1024;
/// The largest header of fragments that is read.
const LARGEST_HEADER: usize = 1024 * 1024;
/// A segment that is named before it can be read is asked for again after this long, once.
const AGAIN: Duration = Duration::from_millis(300);
/// Keys and headers change a few times an hour; so many of the last ones are held.
const MOST_HELD: usize = 8;

/// Keys and headers that many segments share, so that each is fetched once.
#[derive(Debug, Default)]
pub struct Held {
    keys: Vec<(Url, Bytes)>,
    headers: Vec<(Map, Url, Bytes)>,
}

/// Gets a segment of the playlist at `base`.
///
/// # Errors
/// When it, its key or its header is not to be had, or is encrypted by what is not opened.
pub async fn get(
    fetch: &Fetcher,
    base: &Url,
    segment: &Segment,
    held: &mut Held,
) -> anyhow::Result<Footage> {
    let number = segment.sequence;
    let header = match &segment.map {
        Some(map) => Some(header(fetch, base, map, number, held).await?),
        None => None,
    };
    let url = base.join(&segment.uri)?;
    // What cannot be opened need not be fetched.
    let lock = Lock::of(&segment.keys)?;
    let bytes = bytes(fetch, &url, segment.range, LARGEST).await?;
    let bytes = match lock {
        Some(_) => open(fetch, base, &segment.keys, number, &bytes, held).await?,
        None => bytes,
    };
    Ok(Footage { header, bytes })
}

async fn header(
    fetch: &Fetcher,
    base: &Url,
    map: &Map,
    number: i64,
    held: &mut Held,
) -> anyhow::Result<Bytes> {
    let url = base.join(&map.uri)?;
    // The same line may say another thing in the playlist of another moment: all of it is compared.
    let is_same = |(known, at, _): &&(Map, Url, Bytes)| {
        *at == url && known.range == map.range && known.keys == map.keys
    };
    if let Some((.., bytes)) = held.headers.iter().find(is_same) {
        return Ok(bytes.clone());
    }
    let closed = bytes(fetch, &url, map.range, LARGEST_HEADER).await?;
    let opened = open(fetch, base, &map.keys, number, &closed, held).await?;
    keep(&mut held.headers, (map.clone(), url, opened.clone()));
    Ok(opened)
}

/// Opens what these keys are in force for. A key that does not fit may have been replaced at its address.
async fn open(
    fetch: &Fetcher,
    base: &Url,
    keys: &[Key],
    number: i64,
    closed: &[u8],
    held: &mut Held,
) -> anyhow::Result<Bytes> {
    let Some(lock) = Lock::of(keys)? else {
        return Ok(Bytes::copy_from_slice(closed));
    };
    let url = base.join(lock.uri)?;
    let known = held.keys.iter().find(|(at, _)| *at == url);
    if let Some(opened) = known.and_then(|(_, key)| lock.open(key, number, closed).ok()) {
        return Ok(opened.into());
    }
    held.keys.retain(|(at, _)| *at != url);
    let secret = fetch.get(&url, LONGEST_KEY).await?.bytes;
    let opened = lock.open(&secret, number, closed)?;
    keep(&mut held.keys, (url, secret));
    Ok(opened.into())
}

fn keep<T>(held: &mut Vec<T>, one: T) {
    if held.len() >= MOST_HELD {
        held.remove(0);
    }
    held.push(one);
}

async fn bytes(
    fetch: &Fetcher,
    url: &Url,
    range: Option<ByteRange>,
    largest: usize,
) -> anyhow::Result<Bytes> {
    match once(fetch, url, range, largest).await {
        Err(FetchError::Status { .. } | FetchError::Unreachable(_)) => {
            tokio::time::sleep(AGAIN).await;
            Ok(once(fetch, url, range, largest).await?)
        }
        other => Ok(other?),
    }
}

async fn once(
    fetch: &Fetcher,
    url: &Url,
    range: Option<ByteRange>,
    largest: usize,
) -> Result<Bytes, FetchError> {
    let fetched = match range {
        Some(ByteRange { offset, length }) => {
            fetch.get_part(url, Part { offset, length }, largest).await
        }
        None => fetch.get(url, largest).await,
    };
    Ok(fetched?.bytes)
}
