//! Keeping saved audiences: what may be saved, and what follows from a change.

use std::collections::BTreeSet;

use super::{AudienceDefinition, SavedAudience, store};
use crate::error::{Error, ErrorCode, Refusal, Result};
use crate::instruments::audience::{self, Rule};
use crate::instruments::{Definition, Instruments};
use crate::words::{AudienceId, Time};

impl Instruments {
    /// Goes on only if the definition's audience can be asked.
    pub(in crate::instruments) async fn check_audience(
        &self,
        definition: &Definition,
    ) -> Result<()> {
        match &definition.audience {
            Some(rule) => self.check_rule(rule, "audience").await,
            None => Ok(()),
        }
    }

    async fn check_rule(&self, rule: &Rule, field: &str) -> Result<()> {
        let mut saved = BTreeSet::new();
        for audience_id in rule.saved() {
            if store::get(&self.db, audience_id).await?.is_some() {
                saved.insert(audience_id);
            }
        }
        let check = || {
            let declared = self.declarations.declared();
            audience::check(rule, field, &declared, &|id| saved.contains(id))
        };
        if check().is_ok() {
            return Ok(());
        }
        // Another node may have declared it this very second.
        self.declarations.rebuild().await?;
        Ok(check()?)
    }

    /// Saves an audience.
    ///
    /// # Errors
    /// When its rule cannot be asked, or the database does not answer.
    pub async fn save_audience(
        &self,
        definition: AudienceDefinition,
        now: Time,
    ) -> Result<SavedAudience> {
        self.check_rule(&definition.rule, "rule").await?;
        let id = uuid::Uuid::now_v7().to_string();
        let audience = SavedAudience {
            audience_id: AudienceId::parse(&id).map_err(|e| anyhow::anyhow!(e.detail))?,
            revision: 1,
            definition,
            created_at: now,
            updated_at: now,
        };
        store::insert(&self.db, &audience).await?;
        Ok(audience)
    }

    /// Replaces a saved audience; live instruments that use it follow at once.
    ///
    /// # Errors
    /// When there is none of this id, its rule cannot be asked, or the database does not answer.
    pub async fn replace_audience(
        &self,
        audience_id: &AudienceId,
        definition: &AudienceDefinition,
        now: Time,
    ) -> Result<SavedAudience> {
        self.check_rule(&definition.rule, "rule").await?;
        if !store::replace(&self.db, audience_id, definition, now).await? {
            return Err(missing(audience_id));
        }
        self.rebuild().await?;
        self.audience(audience_id).await
    }

    /// A saved audience.
    ///
    /// # Errors
    /// When there is none of this id, or the database does not answer.
    pub async fn audience(&self, audience_id: &AudienceId) -> Result<SavedAudience> {
        let found = store::get(&self.db, audience_id).await?;
        found.ok_or_else(|| missing(audience_id))
    }

    /// A page of saved audiences in the order of their ids, after this one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn audiences(&self, after: Option<&str>, limit: u32) -> Result<Vec<SavedAudience>> {
        Ok(store::page(&self.db, after.unwrap_or_default(), limit).await?)
    }

    /// Forgets a saved audience.
    ///
    /// # Errors
    /// When there is none of this id, when instruments use it, or when the database does not answer.
    pub async fn delete_audience(&self, audience_id: &AudienceId) -> Result<()> {
        match store::delete(&self.db, audience_id).await? {
            store::Deletion::Done => Ok(()),
            store::Deletion::Missing => Err(missing(audience_id)),
            store::Deletion::Used(instruments) => {
                let detail = format!("{instruments} instruments use the audience {audience_id}");
                Err(Refusal::new(ErrorCode::AudienceInUse, detail).into())
            }
        }
    }
}

fn missing(audience_id: &AudienceId) -> Error {
    let detail = format!("there is no saved audience {audience_id}");
    Refusal::new(ErrorCode::AudienceNotFound, detail).into()
}
