//! Entity tags: which state of a resource an answer tells, and what a request asks of it (RFC 9110, 13.1).

pub mod http;

use crate::error::{ErrorCode, Refusal, Result};

/// The tag of one state of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ETag(String);

impl ETag {
    /// Of a version, and a revision that counts every change.
    #[must_use]
    pub fn new(version: u32, revision: u64) -> Self {
        Self(format!("\"{version}-{revision}\""))
    }

    /// Of a version that counts every change.
    #[must_use]
    pub fn of(version: u32) -> Self {
        Self(format!("\"{version}\""))
    }

    /// As the header says it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The header `If-Match`: go on only if the resource is still as it was read. Without the header everything goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IfMatch(Option<String>);

impl IfMatch {
    /// As the header says it.
    #[must_use]
    pub const fn new(header: Option<String>) -> Self {
        Self(header)
    }

    /// Goes on only if the resource, which is there, has one of the tags.
    ///
    /// # Errors
    /// When it has changed.
    pub fn check(&self, etag: &ETag) -> Result<()> {
        let Some(header) = &self.0 else {
            return Ok(());
        };
        // A weak tag never matches here: it promises too little.
        if tags(header).any(|tag| tag == "*" || tag == etag.as_str()) {
            return Ok(());
        }
        let detail = format!(
            "it has changed: its ETag is {} now; read it and try again",
            etag.as_str()
        );
        Err(Refusal {
            field: Some("If-Match".to_owned()),
            ..Refusal::new(ErrorCode::PreconditionFailed, detail)
        }
        .into())
    }
}

/// The header `If-None-Match`: answer only if the resource is not as it was read any more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IfNoneMatch(Option<String>);

impl IfNoneMatch {
    /// As the header says it.
    #[must_use]
    pub const fn new(header: Option<String>) -> Self {
        Self(header)
    }

    /// Whether the caller has this state already.
    #[must_use]
    pub fn has(&self, etag: &ETag) -> bool {
        let weak = |tag: &str| tag.strip_prefix("W/").unwrap_or(tag) == etag.as_str();
        let header = self.0.as_deref();
        header.is_some_and(|header| tags(header).any(|tag| tag == "*" || weak(tag)))
    }
}

/// Ours hold no comma.
fn tags(header: &str) -> impl Iterator<Item = &str> {
    header.split(',').map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_goes_on_only_from_the_state_that_was_read() {
        let etag = ETag::new(2, 7);
        let allows = |header: &str| IfMatch::new(Some(header.to_owned())).check(&etag).is_ok();
        assert!(IfMatch::default().check(&etag).is_ok());
        for header in ["\"2-7\"", "*", "\"1-1\", \"2-7\""] {
            assert!(allows(header), "{header}");
        }
        for header in ["\"2-6\"", "W/\"2-7\"", "2-7", ""] {
            assert!(!allows(header), "{header}");
        }
    }

    #[test]
    fn what_the_caller_has_already_is_not_told_again() {
        let etag = ETag::new(2, 7);
        let has = |header: &str| IfNoneMatch::new(Some(header.to_owned())).has(&etag);
        assert!(!IfNoneMatch::default().has(&etag));
        for header in ["\"2-7\"", "W/\"2-7\"", "*", "\"1-1\",\"2-7\""] {
            assert!(has(header), "{header}");
        }
        assert!(!has("\"2-8\""));
    }
}
