//! Cues and the media's overlay lives in SQL.

use anyhow::Context;
use async_trait::async_trait;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::bucket::{Bucket, OF_A_CHANNEL, OF_AN_ACCOUNT};
use super::carry::{Carriage, HELD_MS};
use super::due::{Free, Lives, Moment, Subject, Triggered, due};
use super::{Cue, Kind, TOPIC};
use crate::db::{Along, Db, Write, bump};
use crate::words::{CueId, InstrumentId, Invalid, MediaId, Position, Time};

const COLUMNS: &str = "cue_id, media_id, kind, seen_ms, sent_at, valid_until, spread_ms, instrument_id, instrument_ids, show_at_ms";
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
    carriage: &Carriage,
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
    insert(&mut write, cue, carriage).await?;
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

/// Begins lives whatever they were: a host's show waits for no quiet, and what comes after waits for its.
async fn force_life(
    write: &mut Write,
    media_id: &MediaId,
    subject: &Subject,
    free: Free,
    moment: Moment,
) -> anyhow::Result<()> {
    let id = match subject {
        Subject::Media => String::new(),
        Subject::Instrument(id) => id.to_string(),
    };
    sqlx::query(
        "insert into overlay_life (media_id, instrument_id, shown_ms, free_ms, shown_at, free_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (media_id, instrument_id) do update set shown_ms = excluded.shown_ms,
             free_ms = excluded.free_ms, shown_at = excluded.shown_at, free_at = excluded.free_at",
    )
    .bind(media_id.to_string())
    .bind(id)
    .bind(moment.seen.ms())
    .bind(free.position_ms)
    .bind(moment.now.ms())
    .bind(free.at.ms())
    .execute(write.tx())
    .await
    .map(drop)
    .context("failed to begin an overlay life")
}

async fn insert(write: &mut Write, cue: &Cue, carriage: &Carriage) -> anyhow::Result<()> {
    let carrier_until = cue.sent_at.plus_ms(HELD_MS).ms();
    let (state, carrier, until) = match carriage {
        Carriage::Done => ("carried", None, 0),
        Carriage::DueBy(carrier) => ("due", Some(carrier.clone()), carrier_until),
    };
    let (one, several) = match cue.kind.instruments() {
        [one] => (Some(one.to_string()), None),
        [] => (None, None),
        several => (
            None,
            Some(several.iter().map(ToString::to_string).collect::<Vec<_>>()),
        ),
    };
    let several = several.map(|ids| serde_json::to_string(&ids)).transpose()?;
    sqlx::query(
        "insert into cue (cue_id, media_id, kind, seen_ms, sent_at, valid_until, spread_ms, instrument_id,
             instrument_ids, show_at_ms, carriage, carrier, carrier_until)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(cue.cue_id.to_string())
    .bind(cue.media_id.to_string())
    .bind(cue.kind.as_str())
    .bind(cue.seen.ms())
    .bind(cue.sent_at.ms())
    .bind(cue.valid_until.ms())
    .bind(i64::from(cue.spread_ms))
    .bind(one)
    .bind(several)
    .bind(cue.kind.show_at().map(Position::ms))
    .bind(state)
    .bind(carrier)
    .bind(until)
    .execute(write.tx())
    .await
    .map(drop)
    .context("failed to store a cue")
}

/// Stores a cue, and begins the lives of what it shows.
pub(super) async fn put(
    db: &Db,
    cue: &Cue,
    begun: &[(Subject, Free)],
    moment: Moment,
) -> anyhow::Result<()> {
    let mut write = db.write().await?;
    bump(write.tx(), &format!("{TOPIC}{}", cue.media_id), cue.sent_at).await?;
    insert(&mut write, cue, &Carriage::Done).await?;
    for (subject, free) in begun {
        force_life(&mut write, &cue.media_id, subject, *free, moment).await?;
    }
    write.commit().await.context("failed to store a cue")
}

/// Withdrawals that are stored in the transaction of what makes them: with a hold, or as an instrument leaves.
#[derive(Debug)]
pub(super) struct Withdrawals<'a>(pub &'a [(Cue, Carriage)]);

#[async_trait]
impl Along for Withdrawals<'_> {
    async fn write(&self, write: &mut Write) -> anyhow::Result<bool> {
        for (cue, carriage) in self.0 {
            bump(write.tx(), &format!("{TOPIC}{}", cue.media_id), cue.sent_at).await?;
            insert(write, cue, carriage).await?;
        }
        Ok(true)
    }
}

/// Stores a withdrawal that goes along with nothing.
pub(super) async fn put_withdrawals(db: &Db, cues: &[(Cue, Carriage)]) -> anyhow::Result<()> {
    let mut write = db.write().await?;
    Withdrawals(cues).write(&mut write).await?;
    write.commit().await.context("failed to store a withdrawal")
}

/// The media on which a cue was sent from this moment on.
pub(super) async fn media_since(db: &Db, from: Time) -> anyhow::Result<Vec<MediaId>> {
    let rows = sqlx::query("select distinct media_id from cue where sent_at >= $1")
        .bind(from.ms())
        .fetch_all(db.pool())
        .await
        .context("failed to read where cues were sent")?;
    rows.iter()
        .map(|row| MediaId::parse(row.try_get(0)?).map_err(invalid))
        .collect()
}

/// Takes, or keeps, the right to put a cue into the stream; false where another has it, or it is there already.
pub(super) async fn carries(db: &Db, cue: &Cue, carrier: &str, now: Time) -> anyhow::Result<bool> {
    let mut write = db.write().await?;
    let done = sqlx::query(
        "update cue set carrier = $1, carrier_until = $2
         where cue_id = $3 and carriage = 'due' and (carrier = $4 or carrier_until < $5)",
    )
    .bind(carrier.to_owned())
    .bind(now.plus_ms(HELD_MS).ms())
    .bind(cue.cue_id.to_string())
    .bind(carrier.to_owned())
    .bind(now.ms())
    .execute(write.tx())
    .await
    .context("failed to hold a cue")?;
    write.commit().await?;
    Ok(done.rows_affected() == 1)
}

/// Notes that a cue is in the stream, or will never be.
pub(super) async fn end_carriage(db: &Db, cue: &Cue, carried: bool) -> anyhow::Result<()> {
    let mut write = db.write().await?;
    sqlx::query("update cue set carriage = $1 where cue_id = $2")
        .bind(if carried { "carried" } else { "dropped" })
        .bind(cue.cue_id.to_string())
        .execute(write.tx())
        .await
        .context("failed to note what became of a cue")?;
    Ok(write.commit().await?)
}

/// The cues that still have to be put into the stream and that nobody is carrying, the oldest first.
pub(super) async fn left_behind(db: &Db, now: Time) -> anyhow::Result<Vec<Cue>> {
    let sql = format!(
        "select {COLUMNS} from cue where carriage = 'due' and valid_until > $1 and carrier_until < $2
         order by sent_at, cue_id"
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(now.ms())
        .bind(now.ms())
        .fetch_all(db.pool())
        .await
        .context("failed to read what was left behind")?;
    rows.iter().map(from_row).collect()
}

async fn bucket(write: &mut Write, name: &str, most: usize) -> anyhow::Result<Bucket> {
    // The write comes first, for its row lock: from here to the commit the bucket has one taker.
    let row = sqlx::query(
        "insert into cue_room (bucket, sent) values ($1, '[]')
         on conflict (bucket) do update set sent = cue_room.sent returning sent",
    )
    .bind(name.to_owned())
    .fetch_one(write.tx())
    .await
    .context("failed to look for room")?;
    let sent: Vec<i64> = serde_json::from_str(row.try_get(0)?)?;
    Ok(Bucket::new(
        most,
        sent.into_iter().map(Time::from_ms).collect(),
    ))
}

/// Takes room for one cue on a channel and in its account, or says for how many milliseconds there is none; 0 where it was
/// taken. All nodes share the room.
pub(super) async fn take_room(
    db: &Db,
    channel: &str,
    account: &str,
    now: Time,
) -> anyhow::Result<i64> {
    let mut write = db.write().await?;
    // In one order everywhere, so that two never wait for each other.
    let names = [
        (format!("account {account}"), OF_AN_ACCOUNT),
        (format!("channel {channel}"), OF_A_CHANNEL),
    ];
    let mut buckets = Vec::with_capacity(names.len());
    for (name, most) in names {
        buckets.push((bucket(&mut write, &name, most).await?, name));
    }
    let waits = buckets.iter_mut().map(|(bucket, _)| bucket.wait_ms(now));
    let wait_ms = waits.max().unwrap_or(0);
    if wait_ms > 0 {
        return Ok(wait_ms);
    }
    for (bucket, name) in &mut buckets {
        bucket.take(now);
        let sent: Vec<i64> = bucket.sent().iter().map(|sent| sent.ms()).collect();
        sqlx::query("update cue_room set sent = $1 where bucket = $2")
            .bind(serde_json::to_string(&sent)?)
            .bind(name.clone())
            .execute(write.tx())
            .await
            .context("failed to take room")?;
    }
    write.commit().await.context("failed to take room")?;
    Ok(0)
}

/// Forgets the cues that were sent before this moment.
pub(super) async fn prune(db: &Db, before: Time) -> anyhow::Result<u64> {
    let mut write = db.write().await?;
    let done = sqlx::query("delete from cue where sent_at < $1")
        .bind(before.ms())
        .execute(write.tx())
        .await
        .context("failed to prune cues")?;
    write.commit().await?;
    Ok(done.rows_affected())
}

/// The cues of a media that were sent from this moment on, in their order.
pub(super) async fn since(db: &Db, media_id: &MediaId, from: Time) -> anyhow::Result<Vec<Cue>> {
    let sql = format!(
        "select {COLUMNS} from cue where media_id = $1 and sent_at >= $2 order by sent_at, cue_id"
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(media_id.to_string())
        .bind(from.ms())
        .fetch_all(db.pool())
        .await
        .context("failed to read cues")?;
    rows.iter().map(from_row).collect()
}

fn kind_of(row: &AnyRow) -> anyhow::Result<Kind> {
    let one: Option<String> = row.try_get("instrument_id")?;
    let several: Option<String> = row.try_get("instrument_ids")?;
    let several = several.map(|ids| serde_json::from_str::<Vec<String>>(&ids));
    let ids = several
        .transpose()?
        .unwrap_or_default()
        .into_iter()
        .chain(one);
    let ids = ids.map(|id| InstrumentId::parse(&id).map_err(invalid));
    let mut instruments = ids.collect::<anyhow::Result<Vec<InstrumentId>>>()?;
    let show_at = row
        .try_get::<Option<i64>, _>("show_at_ms")?
        .map(|ms| Position::parse(ms).map_err(invalid))
        .transpose()?;
    match (row.try_get::<String, _>("kind")?.as_str(), show_at) {
        ("check", _) => Ok(Kind::Check),
        ("show", Some(at)) if instruments.len() == 1 => Ok(Kind::Show {
            instrument_id: instruments.remove(0),
            at,
        }),
        ("withdraw", _) => Ok(Kind::Withdraw { instruments }),
        (kind, ..) => anyhow::bail!("a stored cue is of the unknown kind {kind}, or half of one"),
    }
}

fn from_row(row: &AnyRow) -> anyhow::Result<Cue> {
    let text = |column: &str| row.try_get::<String, _>(column);
    Ok(Cue {
        cue_id: CueId::parse(&text("cue_id")?).map_err(invalid)?,
        media_id: MediaId::parse(&text("media_id")?).map_err(invalid)?,
        kind: kind_of(row)?,
        seen: Position::parse(row.try_get("seen_ms")?).map_err(invalid)?,
        sent_at: Time::from_ms(row.try_get("sent_at")?),
        valid_until: Time::from_ms(row.try_get("valid_until")?),
        spread_ms: u32::try_from(row.try_get::<i64, _>("spread_ms")?)?,
    })
}
