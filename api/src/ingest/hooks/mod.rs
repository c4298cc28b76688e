//! Hooks: what AWS tells this installation, verified, written down before it is acknowledged, and worked off after.

mod certificate;
pub mod http;
mod notice;
mod outside;
mod sns;
mod store;
mod work;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use self::certificate::Certificate;
use self::sns::{Envelope, Kind};
use crate::db::Db;
use crate::error::{ErrorCode, Refusal, Result};
use crate::fetch::Url;
use crate::words::Time;

pub use notice::{Notice, Object, Recording};
pub use outside::{OverHttps, Sns};
pub use work::{Handle, work};

/// How many certificates are remembered; AWS has one a region and changes it once a year.
const MOST_CERTIFICATES: usize = 64;

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// It is written down and will be worked off.
    Accepted,
    /// It came before: nothing is done again.
    Known,
    /// The subscription was confirmed.
    Confirmed,
    /// It asks nothing of us.
    Ignored,
}

/// Takes messages in.
#[derive(Debug)]
pub struct Hooks {
    db: Db,
    sns: Arc<dyn Sns>,
    /// The topics that may send; anybody can make a topic whose messages are signed by SNS.
    topics: Vec<String>,
    certificates: Mutex<HashMap<Url, Arc<Certificate>>>,
}

impl Hooks {
    /// Takes messages of these topics in.
    #[must_use]
    pub fn new(db: Db, sns: Arc<dyn Sns>, topics: Vec<String>) -> Self {
        Self {
            db,
            sns,
            topics,
            certificates: Mutex::default(),
        }
    }

    /// Takes a message of SNS.
    ///
    /// # Errors
    /// When it is no such message, forged, replayed or of a foreign topic, or a store or SNS does not answer.
    pub async fn take_sns(&self, body: &[u8], now: Time) -> Result<Received> {
        let envelope = Envelope::read(body)?;
        if !self.topics.contains(&envelope.topic_arn) {
            let detail = format!(
                "{} is not among --sns-topics (BECKON_SNS_TOPICS)",
                envelope.topic_arn
            );
            return Err(Refusal::new(ErrorCode::Forbidden, detail).into());
        }
        self.verify(&envelope, now).await?;
        if !envelope.is_fresh(now)? {
            return Err(replayed("its time is not within the last hour"));
        }
        match envelope.kind {
            Kind::Notification => {
                notice::read(&envelope.message)?;
                let id = format!("sns:{}", envelope.message_id);
                if store::insert(&self.db, &id, &envelope.message, now).await? {
                    return Ok(Received::Accepted);
                }
                Err(replayed("a message of this id was taken before"))
            }
            Kind::SubscriptionConfirmation => self.confirm(&envelope).await,
            Kind::UnsubscribeConfirmation => {
                let topic = &envelope.topic_arn;
                tracing::warn!(
                    kind = "sns.unsubscribed",
                    topic,
                    "a topic tells us nothing any more"
                );
                Ok(Received::Ignored)
            }
        }
    }

    /// Takes an event of EventBridge, whose sender the caller's token has vouched for.
    ///
    /// # Errors
    /// When it is no event, or the store does not answer.
    pub async fn take_event(&self, body: &[u8], now: Time) -> Result<Received> {
        let event: serde_json::Value = crate::error::parse(body)?;
        let Some(id) = event["id"]
            .as_str()
            .filter(|_| event["detail-type"].is_string())
        else {
            let detail = "an event has `id`, `detail-type`, `source` and `detail`";
            return Err(Refusal::new(ErrorCode::MalformedBody, detail).into());
        };
        let text = event.to_string();
        if matches!(notice::read(&text)?, Notice::Nothing(_)) {
            return Ok(Received::Ignored);
        }
        let id = format!("event:{id}");
        let new = store::insert(&self.db, &id, &text, now).await?;
        Ok(if new {
            Received::Accepted
        } else {
            Received::Known
        })
    }

    async fn verify(&self, envelope: &Envelope, now: Time) -> Result<()> {
        let url = envelope.certificate_url()?;
        let (version, signature) = (envelope.version()?, envelope.signature()?);
        let certificate = self.certificate(&url).await?;
        if !certificate.is_valid(now) {
            return Err(forged("the certificate is not in force"));
        }
        if !certificate.signed(version, &envelope.signed_text(), &signature) {
            return Err(forged("the signature is not of this message"));
        }
        Ok(())
    }

    async fn certificate(&self, url: &Url) -> Result<Arc<Certificate>> {
        if let Some(known) = self.known().get(url) {
            return Ok(known.clone());
        }
        let pem = self.sns.certificate(url).await?;
        let read =
            Certificate::read(&pem).map_err(|e| forged(&format!("its certificate: {e:#}")))?;
        let certificate = Arc::new(read);
        let mut known = self.known();
        if known.len() >= MOST_CERTIFICATES {
            known.clear();
        }
        known.insert(url.clone(), certificate.clone());
        Ok(certificate)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<Url, Arc<Certificate>>> {
        // A table of certificates has no half-made state: a panic elsewhere leaves it whole.
        self.certificates
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Confirming twice changes nothing, so that this needs no memory.
    async fn confirm(&self, envelope: &Envelope) -> Result<Received> {
        self.sns.confirm(&envelope.subscribe_url()?).await?;
        let topic = &envelope.topic_arn;
        tracing::info!(
            kind = "sns.confirmed",
            topic,
            "a topic may tell us what happens"
        );
        Ok(Received::Confirmed)
    }
}

fn forged(why: &str) -> crate::error::Error {
    Refusal::new(ErrorCode::MessageForged, why).into()
}

fn replayed(why: &str) -> crate::error::Error {
    Refusal::new(ErrorCode::MessageReplayed, why).into()
}
