//! Keeping saved audiences: what may be saved, and what follows from a change.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{AudienceDefinition, SavedAudience, store};
use crate::audit::{self, Change, Deed};
use crate::auth::Caller;
use crate::db::Write;
use crate::error::{Error, ErrorCode, Refusal, Result};
use crate::idempotency::{self, Answer, Claim};
use crate::instruments::audience::{self, Rule, RuleRow};
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

    /// Saves an audience, or gives the answer that was given to the same request before.
    ///
    /// # Errors
    /// When its rule cannot be asked, when the key came with another body, or the database does not answer.
    pub async fn save_audience(
        &self,
        definition: AudienceDefinition,
        caller: &Caller,
        claim: Option<&Claim>,
        now: Time,
        tell: impl Fn(&SavedAudience) -> anyhow::Result<Answer>,
    ) -> Result<Answer> {
        self.check_rule(&definition.rule, "rule").await?;
        let id = uuid::Uuid::now_v7().to_string();
        let audience = SavedAudience {
            audience_id: AudienceId::parse(&id).map_err(|e| anyhow::anyhow!(e.detail))?,
            revision: 1,
            definition,
            created_at: now,
            updated_at: now,
        };
        let answer = idempotency::once(&self.db, claim, now, async |write| {
            store::insert(write, &audience).await?;
            let deed = deed("audience.create", None, Some(&audience))?;
            audit::note(write, caller, deed, now).await?;
            Ok(tell(&audience)?)
        });
        answer.await
    }

    /// Replaces a saved audience; live instruments that use it follow at once.
    ///
    /// # Errors
    /// When there is none of this id, when it has changed since it was read, when its rule cannot be asked, or the database
    /// does not answer.
    pub async fn replace_audience(
        &self,
        audience_id: &AudienceId,
        definition: AudienceDefinition,
        change: Change<'_>,
    ) -> Result<SavedAudience> {
        self.check_rule(&definition.rule, "rule").await?;
        let mut write = self.db.write().await?;
        let before = locked(&mut write, audience_id, change).await?;
        let after = SavedAudience {
            revision: before.revision + 1,
            definition,
            updated_at: change.now,
            ..before.clone()
        };
        store::put(&mut write, &after).await?;
        let deed = deed("audience.replace", Some(&before), Some(&after))?;
        change.note(&mut write, deed).await?;
        write.commit().await?;
        self.rebuild().await?;
        Ok(after)
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
    /// When there is none of this id, when it has changed since it was read, when instruments use it, or when the database
    /// does not answer.
    pub async fn delete_audience(
        &self,
        audience_id: &AudienceId,
        change: Change<'_>,
    ) -> Result<()> {
        let mut write = self.db.write().await?;
        let before = locked(&mut write, audience_id, change).await?;
        let users = store::users(&mut write, audience_id).await?;
        if users > 0 {
            let detail = format!("{users} instruments use the audience {audience_id}");
            return Err(Refusal::new(ErrorCode::AudienceInUse, detail).into());
        }
        store::delete(&mut write, audience_id).await?;
        let deed = deed("audience.delete", Some(&before), None)?;
        change.note(&mut write, deed).await?;
        Ok(write.commit().await?)
    }
}

/// The audience, which belongs to this transaction until it ends, if it is still as the caller read it.
async fn locked(
    write: &mut Write,
    audience_id: &AudienceId,
    change: Change<'_>,
) -> Result<SavedAudience> {
    let found = store::lock(write, audience_id).await?;
    let audience = found.ok_or_else(|| missing(audience_id))?;
    change.check(&audience.etag())?;
    Ok(audience)
}

/// What was done with an audience, as the audit trail tells it.
fn deed(
    action: &'static str,
    before: Option<&SavedAudience>,
    after: Option<&SavedAudience>,
) -> anyhow::Result<Deed> {
    let told = |audience: &SavedAudience| -> anyhow::Result<Value> {
        let definition = &audience.definition;
        Ok(
            json!({"revision": audience.revision, "name": definition.name, "description": definition.description,
            "rule": serde_json::to_value(RuleRow::from(&definition.rule))?}),
        )
    };
    let of = after.or(before).map(|audience| &audience.audience_id);
    Ok(Deed {
        action,
        resource: of.map_or_else(String::new, |id| format!("audiences/{id}")),
        from: before.map(told).transpose()?,
        to: after.map(told).transpose()?,
        note: None,
    })
}

fn missing(audience_id: &AudienceId) -> Error {
    let detail = format!("there is no saved audience {audience_id}");
    Refusal::new(ErrorCode::AudienceNotFound, detail).into()
}
