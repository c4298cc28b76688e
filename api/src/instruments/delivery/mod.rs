//! Delivery rules of the installation: one resource, held in memory by every node.

mod competes;
pub mod http;
mod model;
mod row;
mod store;
mod values;
mod wire;

use std::sync::Arc;

use async_trait::async_trait;

use crate::auth::Caller;
use crate::db::{Db, Refresh, Slot};
use crate::error::Result;
use crate::etag::IfMatch;
use crate::words::Time;

pub use competes::Competes;
pub use model::{DeliveryRules, Interruptions, Kinds, Mix, Separation, Standing};
pub use values::Values;
pub use wire::rules as delivery_rules_from_wire;

pub(super) use row::CompetitorsRow;
pub(super) use wire::{competitors_from_wire, weight_from_wire};

/// The topic under which they change.
const TOPIC: &str = "delivery_rules";

/// The rules, and where they stand.
#[derive(Debug)]
pub struct Delivery {
    db: Db,
    standing: Slot<Standing>,
}

impl Delivery {
    /// Reads the rules.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn open(db: Db) -> anyhow::Result<Self> {
        let delivery = Self {
            db,
            standing: Slot::default(),
        };
        delivery.rebuild().await?;
        Ok(delivery)
    }

    async fn rebuild(&self) -> anyhow::Result<()> {
        self.standing.rebuild(store::get(&self.db)).await
    }

    /// The rules of this moment, from memory.
    pub fn standing(&self) -> arc_swap::Guard<Arc<Standing>> {
        self.standing.load()
    }

    /// Replaces the rules, where they still stand as the writer has read them.
    ///
    /// # Errors
    /// When somebody else has changed them since, or the database does not answer.
    pub async fn replace(
        &self,
        rules: &DeliveryRules,
        read: &IfMatch,
        caller: &Caller,
        now: Time,
    ) -> Result<Arc<Standing>> {
        // Whoever is overtaken looks again: each turn that fails is one that another has won.
        loop {
            let before = store::get(&self.db).await?;
            read.check(&before.etag())?;
            if store::replace(&self.db, &before, rules, caller, now).await? {
                break;
            }
        }
        self.rebuild().await?;
        Ok(self.standing.load_full())
    }
}

#[async_trait]
impl Refresh for Delivery {
    async fn refresh(&self, changed: &[String]) -> anyhow::Result<()> {
        if changed.iter().any(|topic| topic == TOPIC) {
            self.rebuild().await?;
        }
        Ok(())
    }
}
