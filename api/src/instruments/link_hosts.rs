//! Where links may lead: the host of an address as browsers read it, and the list of those that are allowed.

use super::{Content, Definition};
use crate::error::{Refusal, Result};

/// The host of a web address, with its port where it names one; none of a path on our own host.
#[must_use]
pub fn host_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    // Browsers take a backslash for a slash: what stands behind it is no host.
    let authority = rest.split(['/', '\\', '?', '#']).next()?;
    // What stands before an `@` is a name to sign in with, however much it looks like a host.
    let host = authority.rsplit('@').next()?;
    (!host.is_empty()).then_some(host)
}

/// The hosts that links may lead to; every one where the list is empty.
#[derive(Debug, Clone, Default)]
pub struct LinkHosts(Vec<String>);

impl LinkHosts {
    /// A list of hosts, each alone or, as `*.shop.example`, with all below it.
    #[must_use]
    pub fn new(hosts: &[String]) -> Self {
        let hosts = hosts.iter().map(|host| host.trim().to_ascii_lowercase());
        Self(hosts.filter(|host| !host.is_empty()).collect())
    }

    /// Whether a link may lead there. A path leads to our own host.
    #[must_use]
    pub fn allow(&self, url: &str) -> bool {
        if self.0.is_empty() || (url.starts_with('/') && !url.starts_with("//")) {
            return true;
        }
        let Some(host) = host_of(url) else {
            return false;
        };
        let host = without_port(host).to_ascii_lowercase();
        let host = host.trim_end_matches('.');
        self.0
            .iter()
            .any(|allowed| match allowed.strip_prefix("*.") {
                None => allowed == host,
                Some(above) => host
                    .strip_suffix(above)
                    .is_some_and(|below| below.ends_with('.')),
            })
    }

    /// Refuses an instrument whose link leads anywhere else.
    ///
    /// # Errors
    /// When its link's host is not on the list.
    pub fn check(&self, definition: &Definition) -> Result<()> {
        match &definition.content {
            Content::Offer(offer) if !self.allow(&offer.link_url) => {
                let host = host_of(&offer.link_url).unwrap_or_default();
                let detail = format!("links may not lead to {host}");
                let bound = format!("one of {}", self.0.join(", "));
                Err(Refusal::field("content.link_url", detail, bound).into())
            }
            _ => Ok(()),
        }
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        // Colons within brackets are an address's own.
        Some((name, port)) if !port.ends_with(']') => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_the_one_that_a_browser_goes_to() {
        for (url, host) in [
            ("https://shop.example/a?b#c", Some("shop.example")),
            ("https://shop.example:8443", Some("shop.example:8443")),
            ("https://shop.example@evil.example/", Some("evil.example")),
            ("https://evil.example\\@shop.example/", Some("evil.example")),
            ("https://evil.example?@shop.example", Some("evil.example")),
            ("https://evil.example#@shop.example", Some("evil.example")),
            ("http://[::1]:80/", Some("[::1]:80")),
            ("https:///x", None),
            ("/own/path", None),
        ] {
            assert_eq!(host_of(url), host, "{url}");
        }
    }

    #[test]
    fn a_list_allows_its_hosts_and_those_below_a_star_alone() {
        let hosts = ["Shop.example", " *.kestrel.example", ""].map(str::to_owned);
        let list = LinkHosts::new(&hosts);
        for good in [
            "https://shop.example/",
            "http://SHOP.example:80/x",
            "https://shop.example./",
            "https://www.kestrel.example/",
            "https://a.b.kestrel.example/",
            "/own",
        ] {
            assert!(list.allow(good), "{good}");
        }
        for bad in [
            "https://kestrel.example/",
            "https://notshop.example/",
            "https://shop.example.evil.example/",
            "https://evilkestrel.example/",
            "https://shop.example@evil.example/",
            "//evil.example/",
            "https:///x",
        ] {
            assert!(!list.allow(bad), "{bad}");
        }
        assert!(LinkHosts::default().allow("https://anywhere.example/"));
    }
}
