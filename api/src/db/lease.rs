//! Lease: at most one holder of a name at a time, across nodes.

use sqlx::Row;

use super::Db;
use crate::words::Time;

/// A name that one holder may act for.
#[derive(Debug, Clone)]
pub struct Lease {
    name: String,
    holder: String,
    length_ms: i64,
}

impl Lease {
    /// A lease on `name` that lasts `length_ms` after each heartbeat.
    pub fn new(name: impl Into<String>, holder: impl Into<String>, length_ms: i64) -> Self {
        Self {
            name: name.into(),
            holder: holder.into(),
            length_ms,
        }
    }

    /// Takes or renews the lease; false where another holds it. Two that race: the database lets one
    /// update through, and the other's condition no longer holds.
    ///
    /// # Errors
    /// When the database does not answer; then it is not held.
    pub async fn hold(&self, db: &Db, now: Time) -> Result<bool, sqlx::Error> {
        let mut write = db.write().await?;
        let row = sqlx::query(
            "insert into lease (name, holder, until) values ($1, $2, $3)
             on conflict (name) do update set holder = excluded.holder, until = excluded.until
             where lease.holder = excluded.holder or lease.until < $4
             returning holder",
        )
        .bind(self.name.clone())
        .bind(self.holder.clone())
        .bind(now.ms() + self.length_ms)
        .bind(now.ms())
        .fetch_optional(write.tx())
        .await?;
        write.commit().await?;
        match row {
            Some(row) => Ok(row.try_get::<String, _>(0)? == self.holder),
            None => Ok(false),
        }
    }

    /// Which names that begin so are held at this moment, and by whom.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn holders(
        db: &Db,
        prefix: &str,
        now: Time,
    ) -> Result<Vec<(String, String)>, sqlx::Error> {
        // A range of the key, which serves from its index on both engines where `like` does not.
        let rows = sqlx::query(
            "select name, holder from lease where name >= $1 and name < $2 and until >= $3",
        )
        .bind(prefix.to_owned())
        .bind(format!("{prefix}\u{10FFFF}"))
        .bind(now.ms())
        .fetch_all(db.pool())
        .await?;
        rows.iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect()
    }

    /// Gives the lease back, so that another need not wait for its end.
    ///
    /// # Errors
    /// When the database does not answer; it ends by itself then.
    pub async fn release(&self, db: &Db) -> Result<(), sqlx::Error> {
        let mut write = db.write().await?;
        sqlx::query("delete from lease where name = $1 and holder = $2")
            .bind(self.name.clone())
            .bind(self.holder.clone())
            .execute(write.tx())
            .await?;
        write.commit().await
    }
}
