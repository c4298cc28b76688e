//! Instruments in SQL: what is read, and the rows that a change writes in its transaction.

use anyhow::Context;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::row::DefinitionRow;
use super::{Definition, Instrument, Review, Standing, State, Written};
use crate::db::{Db, Write};
use crate::words::{ExternalId, InstrumentId, Invalid, Time};

/// Of an instrument `i` and its version `v`.
const COLUMNS: &str =
    "i.instrument_id, i.version, i.state, i.review, i.approved_version, i.revision, i.external_id,
     i.created_at, i.updated_at, v.definition, v.author";
const LATEST: &str = "instrument i join instrument_version v
     on v.instrument_id = i.instrument_id and v.version = i.version";

fn invalid(error: Invalid) -> anyhow::Error {
    anyhow::anyhow!("a stored instrument is invalid: {}", error.detail)
}

fn definition(row: &AnyRow) -> anyhow::Result<Definition> {
    serde_json::from_str::<DefinitionRow>(row.try_get("definition")?)?.try_into()
}

fn instrument_id(row: &AnyRow) -> anyhow::Result<InstrumentId> {
    InstrumentId::parse(row.try_get("instrument_id")?).map_err(invalid)
}

fn version_of(row: &AnyRow) -> anyhow::Result<u32> {
    Ok(u32::try_from(row.try_get::<i64, _>("version")?)?)
}

fn standing(row: &AnyRow) -> anyhow::Result<Standing> {
    let (state, review): (String, String) = (row.try_get("state")?, row.try_get("review")?);
    let approved: Option<i64> = row.try_get("approved_version")?;
    let state = State::ALL.into_iter().find(|one| one.as_str() == state);
    let review = Review::ALL.into_iter().find(|one| one.as_str() == review);
    Ok(Standing {
        version: version_of(row)?,
        state: state.context("a stored instrument is in an unknown state")?,
        review: review.context("a stored instrument is in an unknown review")?,
        approved_version: approved.map(u32::try_from).transpose()?,
        revision: u64::try_from(row.try_get::<i64, _>("revision")?)?,
    })
}

fn from_row(row: &AnyRow) -> anyhow::Result<Instrument> {
    let external_id: Option<String> = row.try_get("external_id")?;
    let external_id = external_id.map(|id| ExternalId::parse(&id).map_err(invalid));
    Ok(Instrument {
        instrument_id: instrument_id(row)?,
        standing: standing(row)?,
        author: row.try_get("author")?,
        external_id: external_id.transpose()?,
        definition: definition(row)?,
        created_at: Time::from_ms(row.try_get("created_at")?),
        updated_at: Time::from_ms(row.try_get("updated_at")?),
    })
}

pub(super) async fn get(db: &Db, id: &InstrumentId) -> anyhow::Result<Option<Instrument>> {
    let sql = format!("select {COLUMNS} from {LATEST} where i.instrument_id = $1");
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(id.to_string())
        .fetch_optional(db.pool())
        .await
        .context("failed to read an instrument")?;
    row.as_ref().map(from_row).transpose()
}

/// Which instruments to read.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only those in this state.
    pub state: Option<State>,
    /// Only those whose latest version's review stands so.
    pub review: Option<Review>,
    /// Only the one of this id in the marketer's own system.
    pub external_id: Option<String>,
    /// Only those after this id.
    pub after: Option<String>,
}

pub(super) async fn page(db: &Db, wanted: &Wanted, limit: u32) -> anyhow::Result<Vec<Instrument>> {
    let sql = format!(
        "select {COLUMNS} from {LATEST} where i.instrument_id > $1 and ($2 = '' or i.state = $3)
         and ($4 = '' or i.review = $5) and ($6 = '' or i.external_id = $7)
         order by i.instrument_id limit $8"
    );
    let state = wanted.state.map_or("", State::as_str);
    let review = wanted.review.map_or("", Review::as_str);
    let external_id = wanted.external_id.clone().unwrap_or_default();
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(wanted.after.clone().unwrap_or_default())
        .bind(state)
        .bind(state)
        .bind(review)
        .bind(review)
        .bind(external_id.clone())
        .bind(external_id)
        .bind(i64::from(limit))
        .fetch_all(db.pool())
        .await
        .context("failed to read a page of instruments")?;
    rows.iter().map(from_row).collect()
}

/// Id, approved version and its definition of all that are live.
pub(super) async fn live(db: &Db) -> anyhow::Result<Vec<(InstrumentId, u32, Definition)>> {
    let rows = sqlx::query(
        "select i.instrument_id, v.version, v.definition from instrument i
         join instrument_version v on v.instrument_id = i.instrument_id and v.version = i.approved_version
         where i.state = 'live'",
    )
    .fetch_all(db.pool())
    .await
    .context("failed to read the live instruments")?;
    rows.iter()
        .map(|row| Ok((instrument_id(row)?, version_of(row)?, definition(row)?)))
        .collect()
}

fn written(row: &AnyRow) -> anyhow::Result<Written> {
    let by: Option<String> = row.try_get("approved_by")?;
    let at: Option<i64> = row.try_get("approved_at")?;
    Ok(Written {
        instrument_id: instrument_id(row)?,
        version: version_of(row)?,
        author: row.try_get("author")?,
        created_at: Time::from_ms(row.try_get("created_at")?),
        approved: by.zip(at.map(Time::from_ms)),
        definition: definition(row)?,
    })
}

/// The versions of an instrument before this one, the newest first.
pub(super) async fn versions(
    db: &Db,
    id: &InstrumentId,
    before: u32,
    limit: u32,
) -> anyhow::Result<Vec<Written>> {
    let rows = sqlx::query(
        "select instrument_id, version, author, created_at, approved_by, approved_at, definition
         from instrument_version where instrument_id = $1 and version < $2 order by version desc limit $3",
    )
    .bind(id.to_string())
    .bind(i64::from(before))
    .bind(i64::from(limit))
    .fetch_all(db.pool())
    .await
    .context("failed to read the versions of an instrument")?;
    rows.iter().map(written).collect()
}

/// What a version says.
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

/// An instrument, whose row belongs to this transaction until it ends: two changes that race go one after the other.
pub(super) async fn lock(
    write: &mut Write,
    id: &InstrumentId,
) -> anyhow::Result<Option<Instrument>> {
    let locked = sqlx::query(
        "update instrument set revision = revision where instrument_id = $1 returning instrument_id",
    )
    .bind(id.to_string())
    .fetch_optional(write.tx())
    .await
    .context("failed to lock an instrument")?;
    if locked.is_none() {
        return Ok(None);
    }
    let sql = format!("select {COLUMNS} from {LATEST} where i.instrument_id = $1");
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(id.to_string())
        .fetch_one(write.tx())
        .await
        .context("failed to read a locked instrument")?;
    from_row(&row).map(Some)
}

/// What the approved version of an instrument says.
pub(super) async fn approved(
    write: &mut Write,
    id: &InstrumentId,
) -> anyhow::Result<Option<Definition>> {
    let row = sqlx::query(
        "select v.definition from instrument i join instrument_version v
         on v.instrument_id = i.instrument_id and v.version = i.approved_version where i.instrument_id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(write.tx())
    .await
    .context("failed to read an approved version")?;
    row.as_ref().map(definition).transpose()
}

/// The instrument of this id in the marketer's own system.
pub(super) async fn by_external_id(
    write: &mut Write,
    external_id: &ExternalId,
) -> anyhow::Result<Option<InstrumentId>> {
    let row = sqlx::query("select instrument_id from instrument where external_id = $1")
        .bind(external_id.to_string())
        .fetch_optional(write.tx())
        .await
        .context("failed to look for an external id")?;
    row.as_ref().map(instrument_id).transpose()
}

/// Writes the row of an instrument that is new; false where another has its external id: the index decides, so two that
/// race cannot both have it. It is in no index of what is live, so no topic moves.
pub(super) async fn insert(write: &mut Write, new: &Instrument) -> anyhow::Result<bool> {
    let done = sqlx::query(
        "insert into instrument (instrument_id, version, state, review, revision, external_id, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
    )
    .bind(new.instrument_id.to_string())
    .bind(i64::from(new.standing.version))
    .bind(new.standing.state.as_str())
    .bind(new.standing.review.as_str())
    .bind(i64::try_from(new.standing.revision)?)
    .bind(new.external_id.as_ref().map(ToString::to_string))
    .bind(new.created_at.ms())
    .bind(new.updated_at.ms())
    .execute(write.tx())
    .await
    .context("failed to store an instrument")?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    insert_version(write, new).await?;
    Ok(true)
}

/// Writes the latest version.
pub(super) async fn insert_version(write: &mut Write, of: &Instrument) -> anyhow::Result<()> {
    sqlx::query(
        "insert into instrument_version (instrument_id, version, definition, author, created_at)
         values ($1, $2, $3, $4, $5)",
    )
    .bind(of.instrument_id.to_string())
    .bind(i64::from(of.standing.version))
    .bind(serde_json::to_string(&DefinitionRow::from(&of.definition))?)
    .bind(of.author.clone())
    .bind(of.updated_at.ms())
    .execute(write.tx())
    .await
    .map(drop)
    .context("failed to store a version of an instrument")
}

/// Writes how an instrument stands; false where another has its external id.
pub(super) async fn put(write: &mut Write, changed: &Instrument) -> anyhow::Result<bool> {
    let Standing {
        version,
        state,
        review,
        approved_version,
        revision,
    } = changed.standing;
    let done = sqlx::query(
        "update instrument set version = $1, state = $2, review = $3, approved_version = $4, revision = $5,
             external_id = $6, updated_at = $7 where instrument_id = $8",
    )
    .bind(i64::from(version))
    .bind(state.as_str())
    .bind(review.as_str())
    .bind(approved_version.map(i64::from))
    .bind(i64::try_from(revision)?)
    .bind(changed.external_id.as_ref().map(ToString::to_string))
    .bind(changed.updated_at.ms())
    .bind(changed.instrument_id.to_string())
    .execute(write.tx())
    .await;
    match done {
        Ok(_) => Ok(true),
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(false),
        Err(error) => Err(error).context("failed to change an instrument"),
    }
}

/// Notes on the latest version who approved it.
pub(super) async fn approve(
    write: &mut Write,
    approved: &Instrument,
    by: &str,
    now: Time,
) -> anyhow::Result<()> {
    sqlx::query(
        "update instrument_version set approved_by = $1, approved_at = $2 where instrument_id = $3 and version = $4",
    )
    .bind(by.to_owned())
    .bind(now.ms())
    .bind(approved.instrument_id.to_string())
    .bind(i64::from(approved.standing.version))
    .execute(write.tx())
    .await
    .map(drop)
    .context("failed to note an approval")
}

/// Forgets an instrument; its versions stay.
pub(super) async fn delete(write: &mut Write, id: &InstrumentId) -> anyhow::Result<()> {
    sqlx::query("delete from instrument where instrument_id = $1")
        .bind(id.to_string())
        .execute(write.tx())
        .await
        .map(drop)
        .context("failed to delete an instrument")
}
