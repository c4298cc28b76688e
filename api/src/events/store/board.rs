//! Boards in SQL: who stands where on a media.

use anyhow::Context;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::db::Db;
use crate::events::{Board, Score};
use crate::words::{MediaId, ViewerId};

/// How viewers stand on a media, and this one among them.
pub(in crate::events) async fn board(
    db: &Db,
    media_id: &MediaId,
    own: Option<&ViewerId>,
    most: u32,
) -> anyhow::Result<Board> {
    Ok(Board {
        players: players(db, media_id).await?,
        best: best(db, media_id, most).await?,
        own: match own {
            Some(viewer_id) => of_viewer(db, media_id, viewer_id).await?,
            None => None,
        },
    })
}

/// The best of a media, the best first; of equals in points the faster goes first.
async fn best(db: &Db, media_id: &MediaId, most: u32) -> anyhow::Result<Vec<Score>> {
    let rows = sqlx::query(
        "select viewer_id, answered, points, right_ms from score where media_id = $1 and points > 0
         order by points desc, right_ms, viewer_id limit $2",
    )
    .bind(media_id.to_string())
    .bind(i64::from(most))
    .fetch_all(db.pool())
    .await
    .context("failed to read a board")?;
    rows.iter().map(score).collect()
}

/// How one viewer stands, and how many stand before it.
async fn of_viewer(
    db: &Db,
    media_id: &MediaId,
    viewer_id: &ViewerId,
) -> anyhow::Result<Option<(Score, u64)>> {
    let row = sqlx::query(
        "select viewer_id, answered, points, right_ms, (select count(*) from score better
             where better.media_id = score.media_id and (better.points > score.points
                 or (better.points = score.points and better.right_ms < score.right_ms))) as before
         from score where media_id = $1 and viewer_id = $2",
    )
    .bind(media_id.to_string())
    .bind(viewer_id.to_string())
    .fetch_optional(db.pool())
    .await
    .context("failed to read a viewer's place")?;
    let place = |row: &AnyRow| anyhow::Ok((score(row)?, number(row, "before")?));
    row.as_ref().map(place).transpose()
}

/// How many have answered anything on a media that has a right answer.
async fn players(db: &Db, media_id: &MediaId) -> anyhow::Result<u64> {
    let row = sqlx::query("select count(*) as players from score where media_id = $1")
        .bind(media_id.to_string())
        .fetch_one(db.pool())
        .await
        .context("failed to count players")?;
    number(&row, "players")
}

fn score(row: &AnyRow) -> anyhow::Result<Score> {
    Ok(Score {
        viewer_id: row.try_get("viewer_id")?,
        answered: number(row, "answered")?,
        points: number(row, "points")?,
        right_ms: number(row, "right_ms")?,
    })
}

fn number(row: &AnyRow, column: &str) -> anyhow::Result<u64> {
    Ok(u64::try_from(row.try_get::<i64, _>(column)?)?)
}
