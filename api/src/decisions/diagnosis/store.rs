//! Counts of reasons in SQL.

use anyhow::Context;
use sqlx::{AssertSqlSafe, Row};

use super::Tally;
use super::count::What;
use crate::db::Db;
use crate::decisions::wire::{reason, reason_of};
use crate::words::{InstrumentId, Time};

/// How many rows one statement writes: far below what either engine binds.
const ROWS: usize = 500;

impl What {
    /// As it is stored.
    fn as_str(self) -> &'static str {
        match self {
            Self::Considered => "considered",
            Self::Chosen => "chosen",
            Self::Stopped(why) => reason(why).as_str(),
        }
    }
}

/// Adds to the counts of an hour: all or none.
pub(super) async fn add(
    db: &Db,
    hour: i64,
    rows: &[(&InstrumentId, What, u32)],
) -> anyhow::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    // In one order on every node, so that two of them never wait for each other's rows.
    let mut rows: Vec<_> = rows
        .iter()
        .map(|(id, what, count)| (*id, what.as_str(), *count))
        .collect();
    rows.sort_unstable();
    let mut write = db.write().await?;
    for some in rows.chunks(ROWS) {
        let sql = insertion(some.len());
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (instrument_id, what, count) in some {
            query = query
                .bind(instrument_id.to_string())
                .bind(hour)
                .bind(*what)
                .bind(i64::from(*count));
        }
        query
            .execute(write.tx())
            .await
            .context("failed to write the counts of reasons")?;
    }
    Ok(write.commit().await?)
}

/// The statement that adds so many rows.
fn insertion(rows: usize) -> String {
    let row = |i: usize| format!("(${}, ${}, ${}, ${})", i + 1, i + 2, i + 3, i + 4);
    let values: Vec<String> = (0..rows).map(|at| row(at * 4)).collect();
    format!(
        "insert into diagnosis (instrument_id, hour, what, count) values {}
         on conflict (instrument_id, hour, what) do update set count = diagnosis.count + excluded.count",
        values.join(", ")
    )
}

/// The counts of an instrument, from one hour on until before another.
pub(super) async fn tally(
    db: &Db,
    instrument_id: &InstrumentId,
    from: Time,
    to: Time,
) -> anyhow::Result<Tally> {
    let rows = sqlx::query(
        "select what, cast(sum(count) as bigint) as count from diagnosis
         where instrument_id = $1 and hour >= $2 and hour < $3 group by what",
    )
    .bind(instrument_id.to_string())
    .bind(from.ms())
    .bind(to.ms())
    .fetch_all(db.pool())
    .await
    .context("failed to read the counts of reasons")?;
    let mut tally = Tally::default();
    for row in &rows {
        let count = u64::try_from(row.try_get::<i64, _>("count")?)?;
        match row.try_get::<&str, _>("what")? {
            "considered" => tally.considered = count,
            "chosen" => tally.chosen = count,
            // One that a newer node counts is none of ours.
            code => tally
                .reasons
                .extend(reason_of(code).map(|why| (why, count))),
        }
    }
    tally
        .reasons
        .sort_by_key(|(why, count)| (std::cmp::Reverse(*count), *why as usize));
    Ok(tally)
}

/// Forgets the counts of hours before this moment.
pub(super) async fn prune(db: &Db, before: Time) -> anyhow::Result<u64> {
    let mut write = db.write().await?;
    let gone = sqlx::query("delete from diagnosis where hour < $1")
        .bind(before.ms())
        .execute(write.tx())
        .await
        .context("failed to forget counts of reasons")?;
    write.commit().await?;
    Ok(gone.rows_affected())
}
