//! Media in SQL.

use std::sync::Arc;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::registry::ById;
use super::{Details, Marker, Media, OverlayLife, QuietScope, Signal, TOPIC};
use crate::db::{Db, bump};
use crate::words::{MediaId, Position, Time};

const COLUMNS: &str = "media_id, title, zero, markers, playback_url, poster_url, preview_url, signal, \
                       overlay_life, people_basis, created_at, updated_at";

/// The JSON columns have shapes of their own, so that the wire may change without a migration.
#[derive(Serialize, Deserialize)]
struct MarkerRow {
    name: String,
    position_ms: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum SignalRow {
    Origin { url: String, channel_arn: String },
}

#[derive(Serialize, Deserialize)]
struct LifeRow {
    show_ms: i64,
    quiet_ms: i64,
    quiet_whole_media: bool,
}

fn details_columns(details: &Details) -> anyhow::Result<[Option<String>; 8]> {
    let Details {
        title,
        markers,
        playback_url,
        poster_url,
        preview_url,
        signal,
        overlay_life,
        people_basis,
    } = details;
    let markers: Vec<MarkerRow> = markers
        .iter()
        .map(|m| MarkerRow {
            name: m.name.clone(),
            position_ms: m.position.ms(),
        })
        .collect();
    let signal = signal
        .as_ref()
        .map(|Signal::Origin { url, channel_arn }| SignalRow::Origin {
            url: url.clone(),
            channel_arn: channel_arn.clone(),
        });
    let life = overlay_life.map(|life| LifeRow {
        show_ms: life.show_ms,
        quiet_ms: life.quiet_ms,
        quiet_whole_media: life.quiet_scope == QuietScope::Media,
    });
    Ok([
        Some(title.clone()),
        Some(serde_json::to_string(&markers)?),
        playback_url.clone(),
        poster_url.clone(),
        preview_url.clone(),
        signal.map(|s| serde_json::to_string(&s)).transpose()?,
        life.map(|l| serde_json::to_string(&l)).transpose()?,
        people_basis.clone(),
    ])
}

fn from_row(row: &AnyRow) -> anyhow::Result<Media> {
    let text = |column: &str| row.try_get::<Option<String>, _>(column);
    let media_id: String = row.try_get("media_id")?;
    let markers: Vec<MarkerRow> = serde_json::from_str(row.try_get("markers")?)?;
    let signal: Option<SignalRow> = text("signal")?
        .map(|json| serde_json::from_str(&json))
        .transpose()?;
    let life: Option<LifeRow> = text("overlay_life")?
        .map(|json| serde_json::from_str(&json))
        .transpose()?;
    let invalid =
        |e: crate::words::Invalid| anyhow::anyhow!("a stored media is invalid: {}", e.detail);
    let marker = |m: MarkerRow| {
        Ok(Marker {
            name: m.name,
            position: Position::parse(m.position_ms).map_err(invalid)?,
        })
    };
    Ok(Media {
        media_id: MediaId::parse(&media_id).map_err(invalid)?,
        zero: Time::from_ms(row.try_get("zero")?),
        details: Details {
            title: row.try_get("title")?,
            markers: markers
                .into_iter()
                .map(marker)
                .collect::<anyhow::Result<_>>()?,
            playback_url: text("playback_url")?,
            poster_url: text("poster_url")?,
            preview_url: text("preview_url")?,
            signal: signal
                .map(|SignalRow::Origin { url, channel_arn }| Signal::Origin { url, channel_arn }),
            overlay_life: life.map(|l| OverlayLife {
                show_ms: l.show_ms,
                quiet_ms: l.quiet_ms,
                quiet_scope: if l.quiet_whole_media {
                    QuietScope::Media
                } else {
                    QuietScope::Instrument
                },
            }),
            people_basis: text("people_basis")?,
        },
        created_at: Time::from_ms(row.try_get("created_at")?),
        updated_at: Time::from_ms(row.try_get("updated_at")?),
    })
}

pub(super) async fn all(db: &Db) -> anyhow::Result<ById> {
    let rows = sqlx::query(AssertSqlSafe(format!("select {COLUMNS} from media")))
        .fetch_all(db.pool())
        .await
        .context("failed to read the media")?;
    rows.iter()
        .map(|row| from_row(row).map(|media| (media.media_id.clone(), Arc::new(media))))
        .collect()
}

pub(super) async fn page(db: &Db, after: &str, limit: u32) -> anyhow::Result<Vec<Media>> {
    let sql = format!("select {COLUMNS} from media where media_id > $1 order by media_id limit $2");
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(after.to_owned())
        .bind(i64::from(limit))
        .fetch_all(db.pool())
        .await
        .context("failed to read a page of media")?;
    rows.iter().map(from_row).collect()
}

/// False where a media of this id exists: the key decides, so two that race cannot both be first.
pub(super) async fn insert(db: &Db, media: &Media) -> anyhow::Result<bool> {
    let mut write = db.write().await?;
    let sql = format!(
        "insert into media ({COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict (media_id) do nothing"
    );
    let [
        title,
        markers,
        playback,
        poster,
        preview,
        signal,
        life,
        people,
    ] = details_columns(&media.details)?;
    let done = sqlx::query(AssertSqlSafe(sql))
        .bind(media.media_id.to_string())
        .bind(title)
        .bind(media.zero.ms())
        .bind(markers)
        .bind(playback)
        .bind(poster)
        .bind(preview)
        .bind(signal)
        .bind(life)
        .bind(people)
        .bind(media.created_at.ms())
        .bind(media.updated_at.ms())
        .execute(write.tx())
        .await
        .context("failed to store a media")?;
    bump(write.tx(), TOPIC, media.updated_at).await?;
    write.commit().await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn update(
    db: &Db,
    media_id: &MediaId,
    details: &Details,
    now: Time,
) -> anyhow::Result<bool> {
    let mut write = db.write().await?;
    let [
        title,
        markers,
        playback,
        poster,
        preview,
        signal,
        life,
        people,
    ] = details_columns(details)?;
    let done = sqlx::query(
        "update media set title = $2, markers = $3, playback_url = $4, poster_url = $5, preview_url = $6,
             signal = $7, overlay_life = $8, people_basis = $9, updated_at = $10
         where media_id = $1",
    )
    .bind(media_id.to_string())
    .bind(title)
    .bind(markers)
    .bind(playback)
    .bind(poster)
    .bind(preview)
    .bind(signal)
    .bind(life)
    .bind(people)
    .bind(now.ms())
    .execute(write.tx())
    .await
    .context("failed to change a media")?;
    bump(write.tx(), TOPIC, now).await?;
    write.commit().await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn delete(db: &Db, media_id: &MediaId, now: Time) -> anyhow::Result<bool> {
    let mut write = db.write().await?;
    let done = sqlx::query("delete from media where media_id = $1")
        .bind(media_id.to_string())
        .execute(write.tx())
        .await
        .context("failed to delete a media")?;
    bump(write.tx(), TOPIC, now).await?;
    write.commit().await?;
    Ok(done.rows_affected() == 1)
}
