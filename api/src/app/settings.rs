//! What is read off the options while a node is built.

use anyhow::Context;

use crate::config::ServeOptions;
use crate::db::Db;
use crate::fetch::Fetcher;
use crate::media::{OverlayLife, QuietScope};
use crate::webhooks::{Configured, Webhooks};

/// Who is told what happens: those that are registered, and the one of the options.
pub(super) fn webhooks(
    options: &ServeOptions,
    db: &Db,
    fetch: &Fetcher,
) -> anyhow::Result<Webhooks> {
    let set = &options.videos;
    let configured = match (&set.webhook_url, &set.webhook_secret) {
        (Some(url), Some(secret)) => Some(Configured {
            url: fetch.address(url).context("--webhook-url")?,
            secret: secret.clone(),
        }),
        _ => None,
    };
    Ok(Webhooks::new(db.clone(), fetch.clone(), configured))
}

/// How overlays live where neither their instrument nor their media says.
pub(super) fn default_life(options: &ServeOptions) -> OverlayLife {
    let ms = |ms: u64| i64::try_from(ms).unwrap_or(i64::MAX);
    OverlayLife {
        show_ms: ms(options.show_ms),
        quiet_ms: ms(options.quiet_ms),
        quiet_scope: QuietScope::Media,
    }
}
