//! Declared attributes in SQL.

use anyhow::Context;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Declaration, TOPIC, ValueType};
use crate::db::{Db, bump};
use crate::viewers::AttributeName;
use crate::words::Time;

pub(super) async fn all(db: &Db) -> anyhow::Result<Vec<(AttributeName, Declaration)>> {
    let rows = sqlx::query("select name, type, description, created_at, updated_at from attribute")
        .fetch_all(db.pool())
        .await
        .context("failed to read the attributes")?;
    rows.iter().map(from_row).collect()
}

fn from_row(row: &AnyRow) -> anyhow::Result<(AttributeName, Declaration)> {
    let (name, value_type): (&str, &str) = (row.try_get("name")?, row.try_get("type")?);
    let time = |column: &str| -> anyhow::Result<Option<Time>> {
        Ok(Some(Time::from_ms(row.try_get(column)?)))
    };
    let declaration = Declaration {
        value_type: ValueType::parse(value_type)
            .with_context(|| format!("a stored attribute is of the type {value_type}"))?,
        description: row.try_get("description")?,
        created_at: time("created_at")?,
        updated_at: time("updated_at")?,
    };
    let name = AttributeName::parse(name)
        .with_context(|| format!("a stored attribute is named {name}"))?;
    Ok((name, declaration))
}

/// Declares what is not declared; where it is with this type, a description that is given replaces the stored one, and
/// where it is with another, nothing changes.
pub(super) async fn declare(
    db: &Db,
    attributes: &[(AttributeName, ValueType, String)],
    now: Time,
) -> anyhow::Result<()> {
    let mut write = db.write().await?;
    for (name, value_type, description) in attributes {
        sqlx::query(
            "insert into attribute (name, type, description, created_at, updated_at) values ($1, $2, $3, $4, $5)
             on conflict (name) do update set updated_at = excluded.updated_at, description =
                 case when excluded.description = '' then attribute.description else excluded.description end
             where attribute.type = excluded.type",
        )
        .bind(name.to_string())
        .bind(value_type.as_str())
        .bind(description.clone())
        .bind(now.ms())
        .bind(now.ms())
        .execute(write.tx())
        .await
        .context("failed to declare an attribute")?;
    }
    bump(write.tx(), TOPIC, now).await?;
    write.commit().await.context("failed to declare attributes")
}
