//! Webhook: what became of ingest is told to an address of the operator's, signed, again and again until it is heard.

mod sign;
mod store;

use std::time::Duration;

use crate::config::now;
use crate::db::{Along, Db, Lease};
use crate::fetch::{Fetcher, Url};
use crate::words::{MediaId, Time};

/// How often deliveries are looked at.
const TICK: Duration = Duration::from_millis(500);
/// One node delivers; another takes over after this long.
const LEASE_MS: i64 = 60_000;
/// How often one is tried: for about a day.
const TRIES: i64 = 16;
/// How long what was delivered is kept.
const KEEP_MS: i64 = 30 * 24 * 3_600_000;
/// How much of an answer is read.
const LARGEST: usize = 4096;

/// Something to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its name; the same thing is told once.
    pub delivery_id: String,
    /// What happened.
    pub event: &'static str,
    /// To which media.
    pub media_id: MediaId,
    /// What is posted.
    pub body: String,
    /// When it happened.
    pub at: Time,
}

/// Where to tell it.
#[derive(Debug, Clone)]
pub struct Target {
    /// The address.
    pub url: Url,
    /// What messages are signed with.
    pub secret: String,
}

/// Tells.
#[derive(Debug)]
pub struct Webhook {
    db: Db,
    fetch: Fetcher,
    target: Option<Target>,
}

impl Webhook {
    /// Tells this target, or nobody.
    #[must_use]
    pub fn new(db: Db, fetch: Fetcher, target: Option<Target>) -> Self {
        Self { db, fetch, target }
    }

    /// The message as something to write along with what it tells of, if there is anybody to tell.
    #[must_use]
    pub fn along<'a>(&self, message: &'a Message) -> Option<&'a dyn Along> {
        self.target.as_ref().map(|_| message as &dyn Along)
    }

    /// Delivers what is due, on one node at a time. Ends only when dropped.
    pub async fn deliver(&self) {
        let Some(target) = &self.target else {
            return;
        };
        let holder = uuid::Uuid::now_v7().to_string();
        let lease = Lease::new("ingest:webhook", holder, LEASE_MS);
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            if let Err(error) = self.round(target, &lease).await {
                let error = format!("{error:#}");
                tracing::warn!(kind = "webhook.failed", error, "deliveries wait");
            }
        }
    }

    async fn round(&self, target: &Target, lease: &Lease) -> anyhow::Result<()> {
        for due in store::due(&self.db, now()).await? {
            if !lease.hold(&self.db, now()).await? {
                return Ok(());
            }
            self.one(target, &due).await?;
            store::prune(&self.db, now().plus_ms(-KEEP_MS)).await?;
        }
        Ok(())
    }

    async fn one(&self, target: &Target, due: &store::Due) -> anyhow::Result<()> {
        let at = now();
        let headers = [
            (
                "beckon-signature",
                sign::header(&target.secret, &due.body, at),
            ),
            ("beckon-event", due.event.clone()),
            ("beckon-delivery", due.delivery_id.clone()),
        ];
        let body = due.body.clone().into_bytes();
        let posted = self
            .fetch
            .post_with(&target.url, body, &headers, LARGEST)
            .await;
        let (status, reason) = match posted {
            Ok(answer) if (200..300).contains(&answer.status) => {
                return store::settle(&self.db, due, "delivered", Some(answer.status), None, at)
                    .await;
            }
            Ok(answer) => (
                Some(answer.status),
                format!("it answered {}", answer.status),
            ),
            Err(error) => (None, error.to_string()),
        };
        let last = due.attempts + 1 >= TRIES;
        let (id, state) = (&due.delivery_id, if last { "given_up" } else { "pending" });
        tracing::warn!(
            kind = "webhook.unheard",
            id,
            reason,
            last,
            "the webhook did not hear"
        );
        let again = at.plus_ms(sign::again_ms(due.attempts));
        store::settle(&self.db, due, state, status, Some(reason), again).await
    }
}
