//! The declared attributes of an installation: written through to the database, in memory on every node.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Declaration, Declared, TOPIC, ValueType, special, store};
use crate::config::now;
use crate::db::{Db, Refresh, Slot};
use crate::error::{ErrorCode, Refusal, Result};
use crate::viewers::{AttributeName, Profile};

/// How many there may be: every node holds them all.
const MOST: usize = 2_000;

/// The declared attributes of this installation, in memory on every node.
#[derive(Debug)]
pub struct Declarations {
    db: Db,
    declared: Slot<Declared>,
}

impl Declarations {
    /// Reads them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn open(db: Db) -> anyhow::Result<Self> {
        let declared = Slot::default();
        let declarations = Self { db, declared };
        declarations.rebuild().await?;
        Ok(declarations)
    }

    /// Reads them again.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn rebuild(&self) -> anyhow::Result<()> {
        let build = async { anyhow::Ok(Declared::with(store::all(&self.db).await?)) };
        self.declared.rebuild(build).await
    }

    /// Those of this moment.
    #[must_use]
    pub fn declared(&self) -> Arc<Declared> {
        self.declared.load_full()
    }

    /// Declares an attribute, or describes it anew.
    ///
    /// # Errors
    /// When it speaks of a special category, is declared with another type, or the database does not answer.
    pub async fn declare(
        &self,
        name: &AttributeName,
        value_type: ValueType,
        description: String,
    ) -> Result<Declaration> {
        let of = special::speaks_of(name).or_else(|| special::described(&description));
        refuse_special(name, of)?;
        if let Some(known) = self.declared().get(name) {
            if known.value_type != value_type {
                return Err(otherwise(name, known.value_type));
            }
            if known.created_at.is_none() {
                // A standard one is described already.
                return Ok(known.clone());
            }
        }
        self.store(vec![(name.clone(), value_type, description)])
            .await?;
        let declared = self.declared();
        let found = declared.get(name).cloned();
        match found {
            Some(found) if found.value_type == value_type => Ok(found),
            Some(found) => Err(otherwise(name, found.value_type)),
            None => Err(anyhow::anyhow!("{name} was declared and is not there").into()),
        }
    }

    /// Checks a profile's attributes; declares those that nobody has declared, by their values.
    ///
    /// # Errors
    /// When one speaks of a special category, a value is not of its attribute's type, or the database does not answer.
    pub async fn admit(&self, profile: &Profile) -> Result<()> {
        let declared = self.declared();
        let mut novel = Vec::new();
        for (name, value) in &profile.attributes {
            refuse_special(name, special::speaks_of(name))?;
            match declared.value_type(name) {
                Some(value_type) if value_type.takes(value) => {}
                Some(value_type) => return Err(mismatch(name, value_type)),
                None => novel.push((name.clone(), ValueType::of(value), String::new())),
            }
        }
        if novel.is_empty() {
            return Ok(());
        }
        self.store(novel).await?;
        // Another node may have been faster, and may have said otherwise.
        let declared = self.declared();
        for (name, value) in &profile.attributes {
            let value_type = declared.value_type(name);
            if let Some(value_type) = value_type.filter(|value_type| !value_type.takes(value)) {
                return Err(mismatch(name, value_type));
            }
        }
        Ok(())
    }

    async fn store(&self, attributes: Vec<(AttributeName, ValueType, String)>) -> Result<()> {
        let declared = self.declared();
        let novel = attributes
            .iter()
            .filter(|(name, ..)| declared.get(name).is_none());
        if declared.len() + novel.count() > MOST {
            let detail = format!("{MOST} attributes are declared");
            return Err(Refusal::new(ErrorCode::TooManyAttributes, detail).into());
        }
        store::declare(&self.db, &attributes, now()).await?;
        Ok(self.rebuild().await?)
    }
}

fn refuse_special(name: &AttributeName, of: Option<&str>) -> Result<()> {
    let Some(of) = of else {
        return Ok(());
    };
    let mut refusal = Refusal::field(
        name.to_string(),
        format!("`{name}` speaks of {of}, of which nothing is stored"),
        "no attribute of a special category of personal data",
    );
    refusal.code = ErrorCode::SpecialCategory;
    Err(refusal.into())
}

fn mismatch(name: &AttributeName, value_type: ValueType) -> crate::error::Error {
    let detail = format!("`{name}` is declared as {}", value_type.as_str());
    let mut refusal = Refusal::field(name.to_string(), detail, value_type.as_str());
    refusal.code = ErrorCode::AttributeMismatch;
    refusal.into()
}

fn otherwise(name: &AttributeName, value_type: ValueType) -> crate::error::Error {
    let detail = format!("`{name}` is declared as {}", value_type.as_str());
    Refusal::new(ErrorCode::AttributeExists, detail).into()
}

#[async_trait]
impl Refresh for Declarations {
    async fn refresh(&self, changed: &[String]) -> anyhow::Result<()> {
        if changed.iter().any(|topic| topic == TOPIC) {
            self.rebuild().await?;
        }
        Ok(())
    }
}
