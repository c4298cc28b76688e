//! Instruments in SQL.

use anyhow::Context;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::row::DefinitionRow;
use super::{Definition, Instrument, State, TOPIC};
use crate::db::{Along, Db, bump};
use crate::words::{InstrumentId, Time};

fn state(text: &str) -> anyhow::Result<State> {
    [State::Draft, State::Live]
        .into_iter()
        .find(|state| state.as_str() == text)
        .with_context(|| format!("a stored instrument is in the unknown state {text}"))
}

fn definition(row: &AnyRow) -> anyhow::Result<Definition> {
    serde_json::from_str::<DefinitionRow>(row.try_get("definition")?)?.try_into()
}

fn instrument_id(row: &AnyRow) -> anyhow::Result<InstrumentId> {
    InstrumentId::parse(row.try_get("instrument_id")?)
        .map_err(|e| anyhow::anyhow!("a stored instrument is invalid: {}", e.detail))
}

fn version_of(row: &AnyRow) -> anyhow::Result<u32> {
    Ok(u32::try_from(row.try_get::<i64, _>("version")?)?)
}

fn from_row(row: &AnyRow) -> anyhow::Result<Instrument> {
    Ok(Instrument {
        instrument_id: instrument_id(row)?,
        version: version_of(row)?,
        state: state(row.try_get("state")?)?,
        definition: definition(row)?,
        created_at: Time::from_ms(row.try_get("created_at")?),
        updated_at: Time::from_ms(row.try_get("updated_at")?),
    })
}

pub(super) async fn get(db: &Db, id: &InstrumentId) -> anyhow::Result<Option<Instrument>> {
    let row = sqlx::query(
        "select i.instrument_id, i.version, i.state, i.created_at, i.updated_at, v.definition
         from instrument i join instrument_version v on v.instrument_id = i.instrument_id and v.version = i.version
         where i.instrument_id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(db.pool())
    .await
    .context("failed to read an instrument")?;
    row.as_ref().map(from_row).transpose()
}

pub(super) async fn page(
    db: &Db,
    state: Option<State>,
    after: &str,
    limit: u32,
) -> anyhow::Result<Vec<Instrument>> {
    let state = state.map_or("", State::as_str);
    let rows = sqlx::query(
        "select i.instrument_id, i.version, i.state, i.created_at, i.updated_at, v.definition
         from instrument i join instrument_version v on v.instrument_id = i.instrument_id and v.version = i.version
         where i.instrument_id > $1 and ($2 = '' or i.state = $3) order by i.instrument_id limit $4",
    )
    .bind(after.to_owned())
    .bind(state)
    .bind(state)
    .bind(i64::from(limit))
    .fetch_all(db.pool())
    .await
    .context("failed to read a page of instruments")?;
    rows.iter().map(from_row).collect()
}

/// Id, version and definition of all that are live.
pub(super) async fn live(db: &Db) -> anyhow::Result<Vec<(InstrumentId, u32, Definition)>> {
    let rows = sqlx::query(
        "select i.instrument_id, i.version, v.definition
         from instrument i join instrument_version v on v.instrument_id = i.instrument_id and v.version = i.version
         where i.state = 'live'",
    )
    .fetch_all(db.pool())
    .await
    .context("failed to read the live instruments")?;
    rows.iter()
        .map(|row| Ok((instrument_id(row)?, version_of(row)?, definition(row)?)))
        .collect()
}

pub(super) async fn version(
    db: &Db,
    id: &InstrumentId,
    version: u32,
) -> anyhow::Result<Option<Definition>> {
    let row = sqlx::query(
        "select definition from instrument_version where instrument_id = $1 and version = $2",
    )
    .bind(id.to_string())
    .bind(i64::from(version))
    .fetch_optional(db.pool())
    .await
    .context("failed to read a version of an instrument")?;
    row.as_ref().map(definition).transpose()
}

async fn insert_version(
    tx: &mut sqlx::AnyConnection,
    id: &InstrumentId,
    version: i64,
    definition: &Definition,
    now: Time,
) -> anyhow::Result<()> {
    sqlx::query(
        "insert into instrument_version (instrument_id, version, definition, created_at) values ($1, $2, $3, $4)",
    )
    .bind(id.to_string())
    .bind(version)
    .bind(serde_json::to_string(&DefinitionRow::from(definition))?)
    .bind(now.ms())
    .execute(tx)
    .await
    .context("failed to store a version of an instrument")?;
    Ok(())
}

/// A draft is in no index, so no topic moves.
pub(super) async fn insert(db: &Db, draft: &Instrument) -> anyhow::Result<()> {
    let mut write = db.write().await?;
    let (id, version) = (&draft.instrument_id, i64::from(draft.version));
    sqlx::query(
        "insert into instrument (instrument_id, version, state, created_at, updated_at)
         values ($1, $2, $3, $4, $5)",
    )
    .bind(id.to_string())
    .bind(version)
    .bind(draft.state.as_str())
    .bind(draft.created_at.ms())
    .bind(draft.updated_at.ms())
    .execute(write.tx())
    .await
    .context("failed to store an instrument")?;
    insert_version(write.tx(), id, version, &draft.definition, draft.created_at).await?;
    Ok(write.commit().await?)
}

/// The state of the instrument, which has a new version now; `None` where there is none. Two that race: the
/// row's update lets one go first, and the other counts on from it.
pub(super) async fn replace(
    db: &Db,
    id: &InstrumentId,
    definition: &Definition,
    now: Time,
) -> anyhow::Result<Option<State>> {
    let mut write = db.write().await?;
    let row = sqlx::query(
        "update instrument set version = version + 1, updated_at = $1 where instrument_id = $2
         returning version, state",
    )
    .bind(now.ms())
    .bind(id.to_string())
    .fetch_optional(write.tx())
    .await
    .context("failed to change an instrument")?;
    let Some(row) = row else {
        return Ok(None);
    };
    insert_version(write.tx(), id, row.try_get("version")?, definition, now).await?;
    let state = state(row.try_get("state")?)?;
    if state == State::Live {
        bump(write.tx(), TOPIC, now).await?;
    }
    write.commit().await?;
    Ok(Some(state))
}

pub(super) async fn move_to(
    db: &Db,
    id: &InstrumentId,
    state: State,
    along: Option<&dyn Along>,
    now: Time,
) -> anyhow::Result<bool> {
    let mut write = db.write().await?;
    let done =
        sqlx::query("update instrument set state = $1, updated_at = $2 where instrument_id = $3")
            .bind(state.as_str())
            .bind(now.ms())
            .bind(id.to_string())
            .execute(write.tx())
            .await
            .context("failed to move an instrument to a state")?;
    let moved = done.rows_affected() == 1;
    if let Some(along) = along.filter(|_| moved) {
        along.write(&mut write).await?;
    }
    bump(write.tx(), TOPIC, now).await?;
    write.commit().await?;
    Ok(moved)
}

/// False where there is no such draft; its versions stay.
pub(super) async fn delete_draft(db: &Db, id: &InstrumentId) -> anyhow::Result<bool> {
    let mut write = db.write().await?;
    let done = sqlx::query("delete from instrument where instrument_id = $1 and state = 'draft'")
        .bind(id.to_string())
        .execute(write.tx())
        .await
        .context("failed to delete an instrument")?;
    write.commit().await?;
    Ok(done.rows_affected() == 1)
}
