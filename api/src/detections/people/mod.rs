//! People who do not want to be recognised: their list, and how they are erased over all media.

pub mod http;
mod store;
mod wire;

use std::collections::{BTreeSet, HashSet};

use super::{Detection, Detections, Forget};
use crate::db::Db;
use crate::error::{ErrorCode, Refusal, Result};
use crate::words::{MediaId, Time};

/// The topic under which nodes hear that somebody was erased, wherever that was.
pub(super) const ERASED: &str = "detections-erased";

/// Somebody who opted out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptOut {
    /// The recogniser's id of the person.
    pub external_id: String,
    /// Why, or on whose word.
    pub note: Option<String>,
    /// When.
    pub opted_out_at: Time,
}

/// What was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Erased {
    /// How many detections.
    pub detections: u64,
    /// Of how many media.
    pub media: u64,
}

/// The list of those who opted out.
#[derive(Debug, Clone)]
pub(super) struct People {
    db: Db,
}

impl People {
    pub fn new(db: Db) -> Self {
        Self { db }
    }

    /// Who of a batch has opted out. It is asked of the database itself, so that all nodes know at once.
    pub async fn opted_out(&self, batch: &[Detection]) -> anyhow::Result<HashSet<String>> {
        let ids: BTreeSet<&str> = batch
            .iter()
            .filter_map(|d| d.external_id.as_deref())
            .collect();
        if ids.is_empty() {
            return Ok(HashSet::new());
        }
        store::opted_out(&self.db, &ids).await
    }
}

impl Detections {
    /// Puts a person on the list, and erases what is stored of them over all media.
    ///
    /// # Errors
    /// When a store does not answer. The person may stand on the list then; what is left to erase is erased by
    /// the next call, or when a node starts.
    pub async fn opt_out(&self, person: OptOut) -> Result<Erased> {
        let now = person.opted_out_at;
        // The list first: who stores one of them from here on finds it there, before or after.
        store::put(&self.people.db, &person).await?;
        let erased = self
            .erase(&Forget::ExternalId(person.external_id.clone()), now)
            .await?;
        store::erased(&self.people.db, &person.external_id, now).await?;
        Ok(erased)
    }

    /// Somebody on the list.
    ///
    /// # Errors
    /// When nobody of this id stands on it, or the database does not answer.
    pub async fn opted_out(&self, external_id: &str) -> Result<OptOut> {
        let found = store::get(&self.people.db, external_id).await?;
        Ok(found.ok_or_else(|| missing(external_id))?)
    }

    /// The list in the order of its ids, after this one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn opt_outs(&self, after: Option<&str>, limit: u32) -> Result<Vec<OptOut>> {
        Ok(store::page(&self.people.db, after.unwrap_or_default(), limit).await?)
    }

    /// Takes a person off the list.
    ///
    /// # Errors
    /// When nobody of this id stands on it, or the database does not answer.
    pub async fn opt_in(&self, external_id: &str) -> Result<()> {
        if !store::delete(&self.people.db, external_id).await? {
            return Err(missing(external_id).into());
        }
        Ok(())
    }

    /// Erases, here and in the memory of every node.
    ///
    /// # Errors
    /// When the store does not answer; the call can be made again.
    pub async fn erase(&self, what: &Forget, now: Time) -> Result<Erased> {
        let gone = self.store.forget(what, now).await?;
        for (media_id, _) in &gone {
            self.pages.forget_media(media_id.as_str());
        }
        Ok(Erased {
            detections: gone.iter().map(|(_, count)| count).sum(),
            media: gone.len() as u64,
        })
    }

    /// Erases everything of a media, before and after it goes itself.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn forget_media(&self, media_id: &MediaId, now: Time) -> Result<()> {
        self.erase(&Forget::Media(media_id.clone()), now).await?;
        self.pages.forget_media(media_id.as_str());
        self.marks.forget(media_id.as_str());
        Ok(())
    }

    /// Ends what a node that died had begun to erase.
    ///
    /// # Errors
    /// When a store does not answer.
    pub async fn end_erasures(&self, now: Time) -> Result<()> {
        for external_id in store::unerased(&self.people.db).await? {
            self.erase(&Forget::ExternalId(external_id.clone()), now)
                .await?;
            store::erased(&self.people.db, &external_id, now).await?;
        }
        Ok(())
    }

    /// Erases who opted out while a batch of theirs was being stored.
    pub(super) async fn erase_late(&self, batch: &[Detection], now: Time) -> Result<usize> {
        let mut late = 0;
        for external_id in self.people.opted_out(batch).await? {
            late += batch
                .iter()
                .filter(|d| d.external_id.as_ref() == Some(&external_id))
                .count();
            self.erase(&Forget::ExternalId(external_id), now).await?;
        }
        Ok(late)
    }
}

fn missing(external_id: &str) -> Refusal {
    let detail = format!("nobody of the id {external_id} has opted out");
    Refusal::new(ErrorCode::OptOutNotFound, detail)
}
