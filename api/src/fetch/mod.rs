//! Fetch: the one way out by HTTP, with bounds on where, how much and how long.

mod call;
mod part;
mod reach;

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
pub use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::{Attempt, Policy};

pub use self::part::Part;
pub use call::Answer;

pub use crate::config::Reach;

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a whole exchange may take.
const WHOLE: Duration = Duration::from_secs(20);
/// How many redirects are followed.
const MOST_REDIRECTS: usize = 4;

/// How far into a whole answer a part that was asked for may lie.
const MOST_PASSED_OVER: u64 = 256 * 1024 * 1024;

/// Why something was not fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// It is not an address that may be fetched; asking again changes nothing.
    #[error("{0}")]
    Forbidden(String),
    /// The answer was a refusal.
    #[error("{url} answered {status}")]
    Status {
        /// What was asked.
        url: Url,
        /// The HTTP status.
        status: u16,
    },
    /// The answer was longer than it may be.
    #[error("{url} is over {largest} bytes")]
    TooLarge {
        /// What was asked.
        url: Url,
        /// The bound.
        largest: usize,
    },
    /// The answer to a request for a part was another part.
    #[error("{0}")]
    OtherPart(String),
    /// There was no whole answer in time.
    #[error("{0}")]
    Unreachable(String),
}

/// What was fetched.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// Where it came from in the end: relative addresses in it count from here.
    pub url: Url,
    /// What it is.
    pub bytes: Bytes,
}

/// Fetches within its reach.
#[derive(Debug, Clone)]
pub struct Fetcher {
    http: reqwest::Client,
    reach: Reach,
}

impl Fetcher {
    /// A fetcher of this reach.
    ///
    /// # Errors
    /// When the TLS back end cannot be set up.
    pub fn new(reach: Reach) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            // A proxy would look up names for us, past the guard.
            .no_proxy()
            .connect_timeout(CONNECT)
            .timeout(WHOLE)
            .redirect(Policy::custom(move |attempt| follow(reach, attempt)))
            .dns_resolver(Guarded { reach })
            .user_agent(concat!("beckon/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { http, reach })
    }

    /// Reads an address of the text.
    ///
    /// # Errors
    /// When it is not one of http or https that lies within reach.
    pub fn address(&self, text: &str) -> Result<Url, FetchError> {
        let url = Url::parse(text).map_err(|e| FetchError::Forbidden(format!("`{text}`: {e}")))?;
        guard(self.reach, &url)?;
        Ok(url)
    }

    /// Gets at most `largest` bytes.
    ///
    /// # Errors
    /// When it is out of reach, refused, too large or not there in time.
    pub async fn get(&self, url: &Url, largest: usize) -> Result<Fetched, FetchError> {
        guard(self.reach, url)?;
        let response = self.http.get(url.clone()).send().await.map_err(why)?;
        let url = response.url().clone();
        let status = response.status();
        if !status.is_success() {
            let status = status.as_u16();
            return Err(FetchError::Status { url, status });
        }
        let too_large = || FetchError::TooLarge {
            url: url.clone(),
            largest,
        };
        let announced = response.content_length().unwrap_or_default();
        if usize::try_from(announced).is_ok_and(|length| length > largest) {
            return Err(too_large());
        }
        let (bytes, whole) = body(response, largest).await?;
        if !whole {
            return Err(too_large());
        }
        Ok(Fetched { url, bytes })
    }

    /// Gets these bytes of it. A server that knows no parts answers with the whole: then they are cut out.
    ///
    /// # Errors
    /// As `get`, and where the answer is another part than was asked for.
    pub async fn get_part(
        &self,
        url: &Url,
        part: Part,
        largest: usize,
    ) -> Result<Fetched, FetchError> {
        guard(self.reach, url)?;
        let too_large = || FetchError::TooLarge {
            url: url.clone(),
            largest,
        };
        let length = usize::try_from(part.length).map_err(|_| too_large())?;
        if length > largest {
            return Err(too_large());
        }
        if length == 0 {
            let (url, bytes) = (url.clone(), Bytes::new());
            return Ok(Fetched { url, bytes });
        }
        let request = self.http.get(url.clone()).header("range", part.header());
        let response = request.send().await.map_err(why)?;
        let url = response.url().clone();
        let refuse = |why: String| {
            let Part { offset, length } = part;
            let asked = format!("{url} did not answer with the {length} bytes from {offset} on");
            FetchError::OtherPart(format!("{asked}: {why}"))
        };
        let before = match response.status().as_u16() {
            206 => {
                let range = response.headers().get("content-range");
                let range = range.and_then(|v| v.to_str().ok()).unwrap_or_default();
                part.is_answered_by(range).map_err(&refuse)?;
                0
            }
            200 if part.offset <= MOST_PASSED_OVER => part.offset,
            200 => {
                return Err(refuse(
                    "it answers with the whole, which is too long".into(),
                ));
            }
            status => return Err(FetchError::Status { url, status }),
        };
        let bytes = cut_out(response, before, length).await?;
        if bytes.len() < length {
            return Err(refuse(format!("it ended after {} of them", bytes.len())));
        }
        Ok(Fetched { url, bytes })
    }
}

/// The bytes of the body after so many others; what comes after them is not waited for.
async fn cut_out(
    mut response: reqwest::Response,
    mut before: u64,
    length: usize,
) -> Result<Bytes, FetchError> {
    let mut bytes = BytesMut::new();
    while bytes.len() < length {
        let Some(mut chunk) = response.chunk().await.map_err(why)? else {
            break;
        };
        let skipped = usize::try_from(before).map_or(chunk.len(), |n| n.min(chunk.len()));
        before -= skipped as u64;
        let wanted = chunk.split_off(skipped);
        bytes.extend_from_slice(&wanted[..wanted.len().min(length - bytes.len())]);
    }
    Ok(bytes.freeze())
}

/// At most `largest` bytes of the body, and whether that was all of it.
async fn body(
    mut response: reqwest::Response,
    largest: usize,
) -> Result<(Bytes, bool), FetchError> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(why)? {
        if bytes.len() + chunk.len() > largest {
            bytes.extend_from_slice(&chunk[..largest - bytes.len()]);
            return Ok((bytes.freeze(), false));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok((bytes.freeze(), true))
}

/// The whole chain of causes in one line: reqwest's own text stops at the first.
fn why(error: reqwest::Error) -> FetchError {
    let url = error.url().map(ToString::to_string).unwrap_or_default();
    let error = anyhow::Error::from(error.without_url());
    FetchError::Unreachable(format!("{url}: {error:#}"))
}

/// Refuses what is not http or https, and hosts written as numbers that are out of reach. Names are
/// looked at when they are resolved, so that one cannot change its mind in between.
fn guard(reach: Reach, url: &Url) -> Result<(), FetchError> {
    if !matches!(url.scheme(), "http" | "https") {
        let detail = format!("only http and https are fetched, not {}", url.scheme());
        return Err(FetchError::Forbidden(detail));
    }
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(address) if !reach::allows(reach, address) => {
            Err(FetchError::Forbidden(out_of_reach(host)))
        }
        _ => Ok(()),
    }
}

fn out_of_reach(host: &str) -> String {
    format!("{host} lies in a private network; --reach (BECKON_REACH) says what may be fetched")
}

fn follow(reach: Reach, attempt: Attempt<'_>) -> reqwest::redirect::Action {
    if attempt.previous().len() > MOST_REDIRECTS {
        return attempt.error(format!("more than {MOST_REDIRECTS} redirects"));
    }
    match guard(reach, attempt.url()) {
        Ok(()) => attempt.follow(),
        Err(error) => attempt.error(error),
    }
}

/// Looks names up and leaves out what is out of reach.
#[derive(Debug)]
struct Guarded {
    reach: Reach,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.reach;
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let asked = host.clone();
            let found = tokio::task::spawn_blocking(move || (asked.as_str(), 0).to_socket_addrs());
            let allowed: Vec<SocketAddr> = found
                .await??
                .filter(|address| reach::allows(reach, address.ip()))
                .collect();
            if allowed.is_empty() {
                return Err(out_of_reach(&host).into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(reach: Reach, text: &str) -> bool {
        let fetcher = Fetcher::new(reach).expect("a fetcher");
        matches!(fetcher.address(text), Err(FetchError::Forbidden(_)))
    }

    #[test]
    fn only_http_and_https_are_fetched() {
        for text in [
            "file:///etc/passwd",
            "ftp://a.example/x",
            "/live/x.m3u8",
            "x",
        ] {
            assert!(refused(Reach::Anywhere, text), "{text} was taken");
        }
        assert!(!refused(Reach::Public, "https://a.example/x.m3u8"));
    }

    #[test]
    fn numbers_out_of_reach_are_refused_however_they_are_written() {
        for text in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://[::1]:8080/",
            "http://[::ffff:10.0.0.1]/",
            "http://169.254.169.254/latest/meta-data",
        ] {
            assert!(refused(Reach::Public, text), "{text} was taken");
        }
        assert!(!refused(
            Reach::Loopback,
            "http://127.0.0.1:8080/live/x.m3u8"
        ));
    }

    #[tokio::test]
    async fn a_name_that_resolves_out_of_reach_is_not_spoken_to() {
        let fetcher = Fetcher::new(Reach::Public).expect("a fetcher");
        let url = fetcher.address("http://localhost:9/").expect("a name");
        let error = fetcher.get(&url, 10).await.expect_err("refused");
        assert!(error.to_string().contains("private network"), "{error}");
    }
}
