//! Images in SQL.

use anyhow::Context;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::{Format, Image};
use crate::db::Db;
use crate::words::{ImageId, Time};

const COLUMNS: &str = "image_id, content_type, width, height, bytes, created_at";

fn from_row(row: &AnyRow) -> anyhow::Result<Image> {
    let side = |column: &str| -> anyhow::Result<u32> {
        Ok(u32::try_from(row.try_get::<i64, _>(column)?)?)
    };
    let content_type: &str = row.try_get("content_type")?;
    let format = Format::ALL
        .into_iter()
        .find(|format| format.content_type() == content_type);
    Ok(Image {
        image_id: ImageId::parse(row.try_get("image_id")?)
            .map_err(|invalid| anyhow::anyhow!("a stored id is invalid: {}", invalid.detail))?,
        format: format.with_context(|| format!("a stored image is {content_type}"))?,
        width: side("width")?,
        height: side("height")?,
        bytes: u64::try_from(row.try_get::<i64, _>("bytes")?)?,
        created_at: Time::from_ms(row.try_get("created_at")?),
    })
}

/// Stores an image; one that is there stays as it is, and is answered.
pub(super) async fn put(db: &Db, image: &Image) -> anyhow::Result<Image> {
    let mut write = db.write().await?;
    let sql = format!(
        "insert into image ({COLUMNS}) values ($1, $2, $3, $4, $5, $6)
         on conflict (image_id) do update set content_type = excluded.content_type
         returning {COLUMNS}"
    );
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(image.image_id.to_string())
        .bind(image.format.content_type())
        .bind(i64::from(image.width))
        .bind(i64::from(image.height))
        .bind(i64::try_from(image.bytes)?)
        .bind(image.created_at.ms())
        .fetch_one(write.tx())
        .await
        .context("failed to store an image")?;
    let stored = from_row(&row)?;
    write.commit().await?;
    Ok(stored)
}

pub(super) async fn get(db: &Db, image_id: &ImageId) -> anyhow::Result<Option<Image>> {
    let sql = format!("select {COLUMNS} from image where image_id = $1");
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(image_id.to_string())
        .fetch_optional(db.pool())
        .await
        .context("failed to read an image")?;
    row.as_ref().map(from_row).transpose()
}
