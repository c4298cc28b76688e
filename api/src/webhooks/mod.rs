//! Webhooks: what happens here is told to those who asked for it, signed, with a log of every delivery.
//!
//! A notice is written in the transaction that makes it true; one node at a time tells it on. It comes at least once
//! and in no promised order; its `delivery_id` tells repeats apart.

mod deliver;
pub mod http;
mod model;
mod sign;
mod store;
mod wire;

pub use model::{Definition, Delivery, DeliveryState, Event, Notice, Secrets, Webhook};
pub use store::tell;

use crate::db::Db;
use crate::error::{ErrorCode, Refusal, Result};
use crate::fetch::{Fetcher, Url};
use crate::words::Time;

/// The id of the webhook that the options name; it is told everything.
pub const CONFIGURED: &str = "configured";
/// How many webhooks an installation has.
const MOST: i64 = 50;
/// How long the secret before signs along.
const OVERLAP_MS: i64 = 24 * 3_600_000;

/// The webhook of the options.
#[derive(Debug, Clone)]
pub struct Configured {
    /// The address.
    pub url: Url,
    /// What notices are signed with.
    pub secret: String,
}

/// All webhooks.
#[derive(Debug)]
pub struct Webhooks {
    db: Db,
    fetch: Fetcher,
    configured: Option<Configured>,
}

impl Webhooks {
    /// Those of the database, and the one of the options.
    #[must_use]
    pub fn new(db: Db, fetch: Fetcher, configured: Option<Configured>) -> Self {
        Self {
            db,
            fetch,
            configured,
        }
    }

    async fn all(&self) -> Result<Vec<Webhook>> {
        Ok(store::all(&self.db).await?)
    }

    async fn get(&self, webhook_id: &str) -> Result<Webhook> {
        let found = store::get(&self.db, webhook_id).await?;
        found.ok_or_else(|| missing(webhook_id))
    }

    async fn create(&self, definition: Definition, now: Time) -> Result<Webhook> {
        let webhook = Webhook {
            webhook_id: uuid::Uuid::now_v7().to_string(),
            definition: self.reachable(definition)?,
            secrets: Secrets {
                now: secret()?,
                before: None,
            },
            created_at: now,
            updated_at: now,
        };
        if store::insert(&self.db, &webhook, MOST).await? {
            return Ok(webhook);
        }
        let detail = format!("there are {MOST} webhooks already");
        Err(Refusal::new(ErrorCode::TooManyWebhooks, detail).into())
    }

    async fn replace(&self, id: &str, definition: Definition, now: Time) -> Result<Webhook> {
        let definition = self.reachable(definition)?;
        if !store::replace(&self.db, id, &definition, now).await? {
            return Err(missing(id));
        }
        self.get(id).await
    }

    async fn delete(&self, webhook_id: &str) -> Result<()> {
        match store::delete(&self.db, webhook_id).await? {
            true => Ok(()),
            false => Err(missing(webhook_id)),
        }
    }

    async fn rotate(&self, id: &str, now: Time) -> Result<Webhook> {
        let (secret, until) = (secret()?, now.plus_ms(OVERLAP_MS));
        if !store::rotate(&self.db, id, &secret, until, now).await? {
            return Err(missing(id));
        }
        self.get(id).await
    }

    async fn ping(&self, webhook_id: &str, now: Time) -> Result<Delivery> {
        let webhook = self.get(webhook_id).await?;
        let key = uuid::Uuid::now_v7().to_string();
        let notice = Notice::new(Event::Ping, &key, now, &serde_json::Value::Null);
        store::tell_one(&self.db, &notice, &webhook.webhook_id).await?;
        Ok(Delivery {
            delivery_id: notice.delivery_id,
            event: Event::Ping,
            state: DeliveryState::Pending,
            attempts: 0,
            status: None,
            reason: None,
            next_at: now,
            created_at: now,
            delivered_at: None,
        })
    }

    async fn deliveries(
        &self,
        webhook_id: &str,
        state: Option<DeliveryState>,
        before: Option<(i64, String)>,
        limit: u32,
    ) -> Result<Vec<Delivery>> {
        if webhook_id != CONFIGURED {
            self.get(webhook_id).await?;
        }
        Ok(store::page(&self.db, webhook_id, state, before, limit).await?)
    }

    async fn retry(&self, webhook_id: &str, delivery_id: &str, now: Time) -> Result<()> {
        if store::retry(&self.db, webhook_id, delivery_id, now).await? {
            return Ok(());
        }
        let detail = format!("{webhook_id} has no delivery {delivery_id}");
        Err(Refusal::new(ErrorCode::DeliveryNotFound, detail).into())
    }

    fn reachable(&self, definition: Definition) -> Result<Definition> {
        let url = self.fetch.address(&definition.url).map_err(|error| {
            let bound = "http or https, within reach of this node";
            Refusal::field("url", error.to_string(), bound)
        })?;
        Ok(Definition {
            url: url.to_string(),
            ..definition
        })
    }
}

fn missing(webhook_id: &str) -> crate::error::Error {
    let detail = format!("there is no webhook {webhook_id}");
    Refusal::new(ErrorCode::WebhookNotFound, detail).into()
}

/// A secret that nobody guesses.
fn secret() -> Result<String> {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes)
        .map_err(|_| anyhow::anyhow!("the system gave no random numbers"))?;
    Ok(format!(
        "whsec_{}",
        base64_simd::URL_SAFE_NO_PAD.encode_to_string(bytes)
    ))
}
