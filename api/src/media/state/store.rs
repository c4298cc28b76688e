//! Holds and the state of channels in SQL.

use anyhow::Context;
use sqlx::Row;

use super::{OnAir, States, TOPIC};
use crate::db::{Along, Db, bump};
use crate::words::{MediaId, Time};

/// How long after it went off air a channel is called again for the first time; each later time waits this much longer.
const FIRST_PROBE_MS: i64 = 5_000;

pub(super) async fn all(db: &Db) -> anyhow::Result<States> {
    let held = sqlx::query("select media_id from media_hold")
        .fetch_all(db.pool())
        .await
        .context("failed to read the holds")?;
    let channels = sqlx::query("select channel, on_air, changed_at from stream_state")
        .fetch_all(db.pool())
        .await
        .context("failed to read the state of channels")?;
    let mut states = States::default();
    for row in &held {
        let id = MediaId::parse(row.try_get("media_id")?)
            .map_err(|e| anyhow::anyhow!("a stored hold is invalid: {}", e.detail))?;
        states.held.insert(id);
    }
    for row in &channels {
        let known = OnAir {
            on_air: row.try_get::<i64, _>("on_air")? == 1,
            changed_at: Time::from_ms(row.try_get("changed_at")?),
        };
        states.channels.insert(row.try_get("channel")?, known);
    }
    Ok(states)
}

pub(super) async fn hold(
    db: &Db,
    media_id: &MediaId,
    held: bool,
    along: Option<&dyn Along>,
    now: Time,
) -> anyhow::Result<()> {
    let mut write = db.write().await?;
    let query = if held {
        sqlx::query(
            "insert into media_hold (media_id, held_at) values ($1, $2) on conflict (media_id) do nothing",
        )
        .bind(media_id.to_string())
        .bind(now.ms())
    } else {
        sqlx::query("delete from media_hold where media_id = $1").bind(media_id.to_string())
    };
    query
        .execute(write.tx())
        .await
        .context("failed to hold a media")?;
    bump(write.tx(), TOPIC, now).await?;
    if let Some(along) = along {
        along.write(&mut write).await?;
    }
    write.commit().await.context("failed to hold a media")
}

/// False where it stands so already, or something later is known.
pub(super) async fn set_on_air(
    db: &Db,
    channel: &str,
    on_air: bool,
    at: Time,
) -> anyhow::Result<bool> {
    let mut write = db.write().await?;
    let done = sqlx::query(
        "insert into stream_state (channel, on_air, changed_at, probe_at, probes) values ($1, $2, $3, $4, 0)
         on conflict (channel) do update set on_air = excluded.on_air, changed_at = excluded.changed_at,
             probe_at = excluded.probe_at, probes = 0
         where stream_state.changed_at <= excluded.changed_at and stream_state.on_air <> excluded.on_air",
    )
    .bind(channel.to_owned())
    .bind(i64::from(on_air))
    .bind(at.ms())
    .bind(at.plus_ms(FIRST_PROBE_MS).ms())
    .execute(write.tx())
    .await
    .context("failed to store the state of a channel")?;
    let changed = done.rows_affected() == 1;
    if changed {
        bump(write.tx(), TOPIC, at).await?;
    }
    write.commit().await?;
    Ok(changed)
}

/// True for one caller each time that a probe is due, whatever its node.
pub(super) async fn take_probe(db: &Db, channel: &str, now: Time) -> anyhow::Result<bool> {
    let mut write = db.write().await?;
    let done = sqlx::query(
        "update stream_state set probes = probes + 1,
             probe_at = $1 + 5000 * (case when probes < 10 then probes + 2 else 12 end)
         where channel = $2 and on_air = 0 and probe_at <= $3",
    )
    .bind(now.ms())
    .bind(channel.to_owned())
    .bind(now.ms())
    .execute(write.tx())
    .await
    .context("failed to take a probe")?;
    write.commit().await?;
    Ok(done.rows_affected() == 1)
}
