//! Cues and the media's overlay lives in SQL.

use anyhow::Context;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::due::{Free, Lives, Moment, Subject, Triggered, due};
use super::{Cue, Kind, TOPIC};
use crate::db::{Db, Write, bump};
use crate::words::{CueId, InstrumentId, Invalid, MediaId, Position, Time};

const LIVES: &str = "select instrument_id, free_ms, free_at from overlay_life where media_id = $1";

fn invalid(error: Invalid) -> anyhow::Error {
    anyhow::anyhow!("a stored cue is invalid: {}", error.detail)
}

fn lives_of(rows: &[AnyRow]) -> anyhow::Result<Lives> {
    rows.iter()
        .map(|row| {
            let id: String = row.try_get(0)?;
            let subject = match id.as_str() {
                "" => Subject::Media,
                id => Subject::Instrument(InstrumentId::parse(id).map_err(invalid)?),
            };
            let free = Free {
                position_ms: row.try_get(1)?,
                at: Time::from_ms(row.try_get(2)?),
            };
            Ok((subject, free))
        })
        .collect()
}

/// The lives of a media, for a look that promises nothing.
pub(super) async fn lives(db: &Db, media_id: &MediaId) -> anyhow::Result<Lives> {
    let rows = sqlx::query(LIVES)
        .bind(media_id.to_string())
        .fetch_all(db.pool())
        .await
        .context("failed to read overlay lives")?;
    lives_of(&rows)
}

/// Begins the lives that are due and stores their cue, all or nothing; false where nothing is due any more. Whoever comes
/// second, in this process or another, finds the lives of the first.
pub(super) async fn claim(
    db: &Db,
    cue: &Cue,
    triggered: &[Triggered],
    moment: Moment,
) -> anyhow::Result<bool> {
    let mut write = db.write().await?;
    // First, for its row lock: from here to the commit this media has one writer.
    bump(write.tx(), &format!("{TOPIC}{}", cue.media_id), moment.now).await?;
    let rows = sqlx::query(LIVES)
        .bind(cue.media_id.to_string())
        .fetch_all(write.tx())
        .await
        .context("failed to read overlay lives")?;
    let begin = due(triggered, &lives_of(&rows)?, moment);
    if begin.is_empty() {
        return Ok(false);
    }
    for (subject, free) in begin {
        if !begin_life(&mut write, &cue.media_id, &subject, free, moment).await? {
            return Ok(false);
        }
    }
    insert(&mut write, cue).await?;
    write.commit().await.context("failed to claim a signal")?;
    Ok(true)
}

/// The condition says again, where the row is written, what `due` found.
async fn begin_life(
    write: &mut Write,
    media_id: &MediaId,
    subject: &Subject,
    free: Free,
    moment: Moment,
) -> anyhow::Result<bool> {
    let id = match subject {
        Subject::Media => String::new(),
        Subject::Instrument(id) => id.to_string(),
    };
    let done = sqlx::query(
        "insert into overlay_life (media_id, instrument_id, shown_ms, free_ms, shown_at, free_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (media_id, instrument_id) do update set shown_ms = excluded.shown_ms,
             free_ms = excluded.free_ms, shown_at = excluded.shown_at, free_at = excluded.free_at
         where overlay_life.free_ms <= $7 or overlay_life.free_at <= $8",
    )
    .bind(media_id.to_string())
    .bind(id)
    .bind(moment.seen.ms())
    .bind(free.position_ms)
    .bind(moment.now.ms())
    .bind(free.at.ms())
    .bind(moment.seen.ms())
    .bind(moment.now.ms())
    .execute(write.tx())
    .await
    .context("failed to begin an overlay life")?;
    Ok(done.rows_affected() == 1)
}

async fn insert(write: &mut Write, cue: &Cue) -> anyhow::Result<()> {
    sqlx::query(
        "insert into cue (cue_id, media_id, kind, seen_ms, sent_at, valid_until, spread_ms)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(cue.cue_id.to_string())
    .bind(cue.media_id.to_string())
    .bind(cue.kind.as_str())
    .bind(cue.seen.ms())
    .bind(cue.sent_at.ms())
    .bind(cue.valid_until.ms())
    .bind(i64::from(cue.spread_ms))
    .execute(write.tx())
    .await
    .map(drop)
    .context("failed to store a cue")
}

/// Stores a cue that needs no life.
pub(super) async fn put(db: &Db, cue: &Cue) -> anyhow::Result<()> {
    let mut write = db.write().await?;
    insert(&mut write, cue).await?;
    bump(write.tx(), &format!("{TOPIC}{}", cue.media_id), cue.sent_at).await?;
    write.commit().await.context("failed to store a cue")
}

/// The cues of a media that were sent from this moment on, in their order.
pub(super) async fn since(db: &Db, media_id: &MediaId, from: Time) -> anyhow::Result<Vec<Cue>> {
    let rows = sqlx::query(
        "select cue_id, media_id, kind, seen_ms, sent_at, valid_until, spread_ms from cue
         where media_id = $1 and sent_at >= $2 order by sent_at, cue_id",
    )
    .bind(media_id.to_string())
    .bind(from.ms())
    .fetch_all(db.pool())
    .await
    .context("failed to read cues")?;
    rows.iter().map(from_row).collect()
}

fn from_row(row: &AnyRow) -> anyhow::Result<Cue> {
    let text = |column: &str| row.try_get::<String, _>(column);
    let kind = text("kind")?;
    anyhow::ensure!(
        kind == Kind::Check.as_str(),
        "a stored cue is of the unknown kind {kind}"
    );
    Ok(Cue {
        cue_id: CueId::parse(&text("cue_id")?).map_err(invalid)?,
        media_id: MediaId::parse(&text("media_id")?).map_err(invalid)?,
        kind: Kind::Check,
        seen: Position::parse(row.try_get("seen_ms")?).map_err(invalid)?,
        sent_at: Time::from_ms(row.try_get("sent_at")?),
        valid_until: Time::from_ms(row.try_get("valid_until")?),
        spread_ms: u32::try_from(row.try_get::<i64, _>("spread_ms")?)?,
    })
}
