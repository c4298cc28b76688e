//! Media in SQL.

use std::sync::Arc;

use anyhow::Context;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::registry::ById;
use super::row::{ClearRow, IngestRow, LifeRow, MarkerRow, SignalRow, TimetableRow};
use super::{ClearBox, Details, Ingest, Marker, Media, OverlayLife, Signal, TOPIC, Timetable};
use crate::db::{Db, bump};
use crate::words::{MediaId, Time};

const COLUMNS: &str = "media_id, title, zero, markers, playback_url, poster_url, preview_url, signal, \
                       overlay_life, people_basis, ingest, timetable, keep_clear, burnt_in_captions, for_children, \
                       created_at, updated_at";

/// A media's details as its columns hold them, in their order.
fn details_columns(details: &Details) -> anyhow::Result<[Option<String>; 11]> {
    fn json(row: Option<impl Serialize>) -> serde_json::Result<Option<String>> {
        row.map(|row| serde_json::to_string(&row)).transpose()
    }
    let Details {
        title,
        markers,
        playback_url,
        poster_url,
        preview_url,
        signal,
        overlay_life,
        people_basis,
        ingest,
        timetable,
        keep_clear,
        burnt_in_captions: _,
        for_children: _,
    } = details;
    let keep_clear: Vec<ClearRow> = keep_clear.iter().map(ClearRow::from).collect();
    let markers: Vec<MarkerRow> = markers.iter().map(MarkerRow::from).collect();
    Ok([
        Some(title.clone()),
        Some(serde_json::to_string(&markers)?),
        playback_url.clone(),
        poster_url.clone(),
        preview_url.clone(),
        json(signal.as_ref().map(SignalRow::from))?,
        json(overlay_life.map(LifeRow::from))?,
        people_basis.clone(),
        json(ingest.as_ref().map(IngestRow::from))?,
        json(timetable.as_ref().map(TimetableRow::from))?,
        Some(serde_json::to_string(&keep_clear)?),
    ])
}

fn from_row(row: &AnyRow) -> anyhow::Result<Media> {
    fn json<T: DeserializeOwned>(text: Option<String>) -> serde_json::Result<Option<T>> {
        text.map(|text| serde_json::from_str(&text)).transpose()
    }
    let text = |column: &str| row.try_get::<Option<String>, _>(column);
    let invalid =
        |e: crate::words::Invalid| anyhow::anyhow!("a stored media is invalid: {}", e.detail);
    let media_id: String = row.try_get("media_id")?;
    let markers: Vec<MarkerRow> = serde_json::from_str(row.try_get("markers")?)?;
    let markers: Result<_, _> = markers.into_iter().map(Marker::try_from).collect();
    let ingest: Option<IngestRow> = json(text("ingest")?)?;
    Ok(Media {
        media_id: MediaId::parse(&media_id).map_err(invalid)?,
        zero: Time::from_ms(row.try_get("zero")?),
        details: Details {
            title: row.try_get("title")?,
            markers: markers.map_err(invalid)?,
            playback_url: text("playback_url")?,
            poster_url: text("poster_url")?,
            preview_url: text("preview_url")?,
            signal: json::<SignalRow>(text("signal")?)?.map(Signal::from),
            overlay_life: json::<LifeRow>(text("overlay_life")?)?.map(OverlayLife::from),
            people_basis: text("people_basis")?,
            ingest: ingest.map(Ingest::try_from).transpose().map_err(invalid)?,
            timetable: json::<TimetableRow>(text("timetable")?)?.map(Timetable::from),
            // Absent in what was stored before there were any.
            keep_clear: json::<Vec<ClearRow>>(text("keep_clear")?)?
                .unwrap_or_default()
                .into_iter()
                .map(ClearBox::from)
                .collect(),
            burnt_in_captions: row.try_get::<i64, _>("burnt_in_captions")? != 0,
            for_children: row.try_get::<i64, _>("for_children")? != 0,
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
        "insert into media ({COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
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
        ingest,
        timetable,
        keep_clear,
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
        .bind(ingest)
        .bind(timetable)
        .bind(keep_clear)
        .bind(i64::from(media.details.burnt_in_captions))
        .bind(i64::from(media.details.for_children))
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
        ingest,
        timetable,
        keep_clear,
    ] = details_columns(details)?;
    let done = sqlx::query(
        "update media set title = $2, markers = $3, playback_url = $4, poster_url = $5, preview_url = $6,
             signal = $7, overlay_life = $8, people_basis = $9, ingest = $10, timetable = $11, updated_at = $12,
             keep_clear = $13, burnt_in_captions = $14, for_children = $15
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
    .bind(ingest)
    .bind(timetable)
    .bind(now.ms())
    .bind(keep_clear)
    .bind(i64::from(details.burnt_in_captions))
    .bind(i64::from(details.for_children))
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
