//! Idempotent intake: a request that comes again with its `Idempotency-Key` is answered again, and does nothing.
//!
//! A creation takes its claim first, with the transaction that it writes in, and keeps its answer in the same one:
//!
//! ```text
//! idempotency::once(&db, claim, now, async |write| {
//!     store::insert(write, &thing).await?;
//!     Ok(Answer::created(&wire_thing, None)?)
//! })
//! ```

pub mod http;
mod store;

use serde::Serialize;

use crate::auth::Caller;
use crate::db::{Db, Write};
use crate::error::{ErrorCode, Refusal, Result};
use crate::etag::ETag;
use crate::words::Time;

/// How long an answer is kept.
pub const KEPT_MS: i64 = 24 * 3_600_000;

/// What a request with a key claims: that nobody has done this yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Of caller, operation and key: another caller's keys never meet ours.
    name: String,
    /// Of the body.
    digest: String,
}

/// An answer that can be given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its entity tag.
    pub etag: Option<String>,
    /// Its body, as JSON.
    pub json: String,
    /// It was given before.
    pub replayed: bool,
}

/// What becomes of a request.
#[derive(Debug)]
pub enum Intake {
    /// It is the first of its key: do it in this transaction.
    New(Write),
    /// It was done before, and answered so.
    Seen(Answer),
}

impl Claim {
    /// The claim of this caller's key for this operation and body. What counts is what the body says, not how it is spaced.
    ///
    /// # Errors
    /// When the body cannot be written as JSON.
    pub fn new(
        key: &str,
        caller: &Caller,
        operation: &str,
        body: &impl Serialize,
    ) -> anyhow::Result<Self> {
        let of = |parts: &[&[u8]]| {
            let mut hasher = blake3::Hasher::new();
            for part in parts {
                hasher.update(&(part.len() as u64).to_le_bytes());
                hasher.update(part);
            }
            hasher.finalize().to_hex().to_string()
        };
        let subject = caller.subject.as_str().as_bytes();
        Ok(Self {
            name: of(&[subject, operation.as_bytes(), key.as_bytes()]),
            digest: of(&[&serde_json::to_vec(body)?]),
        })
    }
}

impl Answer {
    /// What was created.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn created(body: &impl Serialize, etag: Option<&ETag>) -> anyhow::Result<Self> {
        Ok(Self {
            status: 201,
            etag: etag.map(|etag| etag.as_str().to_owned()),
            ..Self::ok(body)?
        })
    }

    /// What was done.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn ok(body: &impl Serialize) -> anyhow::Result<Self> {
        Ok(Self {
            status: 200,
            etag: None,
            json: serde_json::to_string(body)?,
            replayed: false,
        })
    }
}

/// Begins the transaction of a request, unless it was done before. Of two that come at once with one key the second waits
/// until the first has ended, and then finds its answer, or takes its place if it failed.
///
/// # Errors
/// When the key came before with another body, or the database does not answer.
pub async fn take(db: &Db, claim: Option<&Claim>, now: Time) -> Result<Intake> {
    let mut write = db.write().await?;
    let Some(claim) = claim else {
        return Ok(Intake::New(write));
    };
    if store::claim(&mut write, claim, now).await? {
        return Ok(Intake::New(write));
    }
    let (digest, answer) = store::kept(&mut write, claim).await?;
    if digest == claim.digest {
        return Ok(Intake::Seen(answer));
    }
    let detail = "this key came before with another body; send the same one, or another key";
    Err(Refusal {
        field: Some("Idempotency-Key".to_owned()),
        ..Refusal::new(ErrorCode::IdempotencyKeyReused, detail)
    }
    .into())
}

/// Does what a request asks for in one transaction with its answer, or gives the answer that was given before.
///
/// # Errors
/// When the key came before with another body, when it cannot be done, or the database does not answer; then nothing was
/// done, and the request may come again with its key.
pub async fn once(
    db: &Db,
    claim: Option<&Claim>,
    now: Time,
    act: impl AsyncFnOnce(&mut Write) -> Result<Answer>,
) -> Result<Answer> {
    let mut write = match take(db, claim, now).await? {
        Intake::Seen(answer) => return Ok(answer),
        Intake::New(write) => write,
    };
    let answer = act(&mut write).await?;
    keep(&mut write, claim, &answer).await?;
    write.commit().await?;
    Ok(answer)
}

/// Keeps the answer, in the transaction of what it tells.
///
/// # Errors
/// When the database does not answer.
pub async fn keep(write: &mut Write, claim: Option<&Claim>, answer: &Answer) -> anyhow::Result<()> {
    match claim {
        Some(claim) => store::keep(write, claim, answer).await,
        None => Ok(()),
    }
}

/// Forgets the answers of before this moment, and says how many.
///
/// # Errors
/// When the database does not answer.
pub async fn prune(db: &Db, before: Time) -> anyhow::Result<u64> {
    store::prune(db, before).await
}
