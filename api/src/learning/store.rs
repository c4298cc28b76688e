//! Models in SQL: what is known of them, their aliases, and the trainings.

use anyhow::Context;
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::alias::{Aliases, IsChampion, bearer, moves};
use super::train::Run;
use super::{Alias, Binding, Metrics, StoredModel, TOPIC, Verdict};
use crate::db::{Db, Write, bump};
use crate::words::{Invalid, ModelId, Time};

const COLUMNS: &str = "model_id, schema_id, rows, metrics, verdict, created_at";

/// The JSON columns have shapes of their own, so that the wire may change without a migration.
#[derive(Serialize, Deserialize)]
struct MetricsRow {
    auc: Option<f64>,
    log_loss: Option<f64>,
    baseline_log_loss: Option<f64>,
    calibration_error: Option<f64>,
}

#[derive(Serialize, Deserialize)]
struct VerdictRow {
    promoted: bool,
    why: String,
    champion_value: Option<f64>,
    challenger_value: Option<f64>,
    difference_low: Option<f64>,
}

fn metrics_to_text(metrics: &Metrics) -> anyhow::Result<String> {
    let Metrics {
        auc,
        log_loss,
        baseline_log_loss,
        calibration_error,
    } = *metrics;
    Ok(serde_json::to_string(&MetricsRow {
        auc,
        log_loss,
        baseline_log_loss,
        calibration_error,
    })?)
}

fn verdict_to_text(verdict: &Verdict) -> anyhow::Result<String> {
    let Verdict {
        promoted,
        why,
        champion_value,
        challenger_value,
        difference_low,
    } = verdict.clone();
    Ok(serde_json::to_string(&VerdictRow {
        promoted,
        why,
        champion_value,
        challenger_value,
        difference_low,
    })?)
}

fn invalid(invalid: Invalid) -> anyhow::Error {
    anyhow::anyhow!("a stored model is invalid: {}", invalid.detail)
}

fn from_row(row: &AnyRow) -> anyhow::Result<StoredModel> {
    let text = |column: &str| row.try_get::<String, _>(column);
    let metrics: MetricsRow = serde_json::from_str(&text("metrics")?)?;
    let verdict: Option<VerdictRow> = row
        .try_get::<Option<String>, _>("verdict")?
        .map(|json| serde_json::from_str(&json))
        .transpose()?;
    Ok(StoredModel {
        model_id: ModelId::parse(&text("model_id")?).map_err(invalid)?,
        schema_id: text("schema_id")?,
        rows: u64::try_from(row.try_get::<i64, _>("rows")?)?,
        metrics: Metrics {
            auc: metrics.auc,
            log_loss: metrics.log_loss,
            baseline_log_loss: metrics.baseline_log_loss,
            calibration_error: metrics.calibration_error,
        },
        verdict: verdict.map(|v| Verdict {
            promoted: v.promoted,
            why: v.why,
            champion_value: v.champion_value,
            challenger_value: v.challenger_value,
            difference_low: v.difference_low,
        }),
        created_at: Time::from_ms(row.try_get("created_at")?),
    })
}

/// Where a page of models goes on: the time and id of the last of the page before.
pub(super) fn cursor(model: &StoredModel) -> String {
    format!("{}.{}", model.created_at.ms(), model.model_id)
}

/// Models, the newest first. What is no cursor of ours reads from the start.
pub(super) async fn page(
    db: &Db,
    after: Option<&str>,
    limit: u32,
) -> anyhow::Result<Vec<StoredModel>> {
    let (before_ms, before_id) = after
        .and_then(|cursor| cursor.split_once('.'))
        .and_then(|(ms, id)| Some((ms.parse::<i64>().ok()?, id.to_owned())))
        .unwrap_or((i64::MAX, String::new()));
    let sql = format!(
        "select {COLUMNS} from model where created_at < $1 or (created_at = $2 and model_id < $3)
         order by created_at desc, model_id desc limit $4"
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(before_ms)
        .bind(before_ms)
        .bind(before_id)
        .bind(i64::from(limit))
        .fetch_all(db.pool())
        .await
        .context("failed to read a page of models")?;
    rows.iter().map(from_row).collect()
}

pub(super) async fn get(db: &Db, model_id: &ModelId) -> anyhow::Result<Option<StoredModel>> {
    let sql = format!("select {COLUMNS} from model where model_id = $1");
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(model_id.to_string())
        .fetch_optional(db.pool())
        .await
        .context("failed to read a model")?;
    row.as_ref().map(from_row).transpose()
}

/// Stores a model; where it is known, only a new verdict on it is noted.
pub(super) async fn insert(db: &Db, model: &StoredModel) -> anyhow::Result<()> {
    let mut write = db.write().await?;
    insert_in(&mut write, model).await?;
    bump(write.tx(), TOPIC, model.created_at).await?;
    Ok(write.commit().await?)
}

async fn insert_in(write: &mut Write, model: &StoredModel) -> anyhow::Result<()> {
    let sql = format!(
        "insert into model ({COLUMNS}) values ($1, $2, $3, $4, $5, $6)
         on conflict (model_id) do update set verdict = coalesce(excluded.verdict, model.verdict)"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(model.model_id.to_string())
        .bind(model.schema_id.clone())
        .bind(i64::try_from(model.rows)?)
        .bind(metrics_to_text(&model.metrics)?)
        .bind(model.verdict.as_ref().map(verdict_to_text).transpose()?)
        .bind(model.created_at.ms())
        .execute(write.tx())
        .await
        .context("failed to store a model")?;
    Ok(())
}

fn alias_from_row(row: &AnyRow) -> anyhow::Result<(Alias, Binding)> {
    let name: String = row.try_get("alias")?;
    let model_id: Option<String> = row.try_get("model_id")?;
    let binding = Binding {
        model_id: model_id
            .map(|id| ModelId::parse(&id))
            .transpose()
            .map_err(invalid)?,
        changed_at: Time::from_ms(row.try_get("changed_at")?),
        looks: u32::try_from(row.try_get::<i64, _>("looks")?)?,
    };
    let alias = Alias::parse(&name).with_context(|| format!("there is no alias {name}"))?;
    Ok((alias, binding))
}

const ALIASES: &str = "select alias, model_id, changed_at, looks from model_alias";

/// What every alias points to.
pub(super) async fn aliases(db: &Db) -> anyhow::Result<Aliases> {
    let rows = sqlx::query(ALIASES)
        .fetch_all(db.pool())
        .await
        .context("failed to read the aliases")?;
    rows.iter().map(alias_from_row).collect()
}

/// The aliases, until this write ends: the bump before makes all who change models wait in one row.
async fn aliases_in(write: &mut Write, now: Time) -> anyhow::Result<Aliases> {
    bump(write.tx(), TOPIC, now).await?;
    let rows = sqlx::query(ALIASES)
        .fetch_all(write.tx())
        .await
        .context("failed to read the aliases")?;
    rows.iter().map(alias_from_row).collect()
}

async fn set_alias(
    write: &mut Write,
    alias: Alias,
    model_id: Option<&ModelId>,
    now: Time,
) -> anyhow::Result<()> {
    sqlx::query(
        "insert into model_alias (alias, model_id, changed_at, looks) values ($1, $2, $3, 0)
         on conflict (alias) do update set model_id = excluded.model_id, changed_at = excluded.changed_at, looks = 0",
    )
    .bind(alias.as_str())
    .bind(model_id.map(ToString::to_string))
    .bind(now.ms())
    .execute(write.tx())
    .await
    .context("failed to move an alias")?;
    Ok(())
}

/// Points an alias to a model that is stored, or to none.
pub(super) async fn bind(
    db: &Db,
    alias: Alias,
    model_id: Option<&ModelId>,
    now: Time,
) -> anyhow::Result<Result<Binding, IsChampion>> {
    let mut write = db.write().await?;
    let mut aliases = aliases_in(&mut write, now).await?;
    let moves = match moves(&aliases, alias, model_id) {
        Ok(moves) => moves,
        Err(refused) => return Ok(Err(refused)),
    };
    for (alias, model_id) in moves {
        set_alias(&mut write, alias, model_id.as_ref(), now).await?;
        aliases.remove(&alias);
    }
    write.commit().await?;
    // What was not moved stands as it stood.
    Ok(Ok(aliases.remove(&alias).unwrap_or(Binding {
        model_id: model_id.cloned(),
        changed_at: now,
        looks: 0,
    })))
}

/// Ends a training: its model, its verdict, the gate's look and the alias are one write. A verdict against a champion
/// that has gone meanwhile promotes nothing.
pub(super) async fn end_run(
    db: &Db,
    model: &StoredModel,
    run: &Run,
    now: Time,
) -> anyhow::Result<()> {
    let mut write = db.write().await?;
    let aliases = aliases_in(&mut write, now).await?;
    let same_contest = bearer(&aliases, Alias::Champion) == run.against.as_ref();
    let mut verdict = run.verdict.clone();
    if same_contest {
        note_look(&mut write, run.look, now).await?;
    } else {
        verdict.promoted = false;
        verdict.why = format!("the champion changed meanwhile: {}", verdict.why);
    }
    let alias = if verdict.promoted {
        Alias::Champion
    } else {
        Alias::Challenger
    };
    let model = StoredModel {
        verdict: Some(verdict.clone()),
        ..model.clone()
    };
    insert_in(&mut write, &model).await?;
    // A champion stays what it is, should its own training have come out once more.
    for (alias, model_id) in moves(&aliases, alias, Some(&run.model_id)).unwrap_or_default() {
        set_alias(&mut write, alias, model_id.as_ref(), now).await?;
    }
    sqlx::query(
        "insert into training_run (run_id, model_id, rows, drawn, look, promoted, why, ended_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(uuid::Uuid::now_v7().to_string())
    .bind(run.model_id.to_string())
    .bind(i64::try_from(run.rows)?)
    .bind(i64::try_from(run.drawn)?)
    .bind(i64::from(run.look))
    .bind(i64::from(verdict.promoted))
    .bind(verdict.why)
    .bind(now.ms())
    .execute(write.tx())
    .await
    .context("failed to note a training")?;
    Ok(write.commit().await?)
}

/// The gate has looked once more at challengers of this champion, or of popularity.
async fn note_look(write: &mut Write, look: u32, now: Time) -> anyhow::Result<()> {
    sqlx::query(
        "insert into model_alias (alias, model_id, changed_at, looks) values ($1, null, $2, $3)
         on conflict (alias) do update set looks = excluded.looks",
    )
    .bind(Alias::Champion.as_str())
    .bind(now.ms())
    .bind(i64::from(look))
    .execute(write.tx())
    .await
    .context("failed to note a look")?;
    Ok(())
}

/// How many overlays had been drawn when the last training ended; 0 where there was none.
pub(super) async fn drawn_at_last_run(db: &Db) -> anyhow::Result<u64> {
    let row = sqlx::query("select coalesce(max(drawn), 0) from training_run")
        .fetch_one(db.pool())
        .await
        .context("failed to read the last training")?;
    Ok(u64::try_from(row.try_get::<i64, _>(0)?)?)
}
