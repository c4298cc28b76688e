//! Files of instruments, and what became of their items, on the wire and in the domain.

mod columns;

use beckon_openapi::import as wire;
use beckon_openapi::instrument::NewInstrument;
use serde_json::Value;

use super::{Imported, Item, Outcome};
use crate::error::{Error, ErrorCode, Refusal, Result, parse};
use crate::instruments::wire::draft;

/// The most items of a file.
const MOST: usize = 1_000;

/// The items of a file of this type.
pub(super) fn items(content_type: &str, bytes: &[u8]) -> Result<Vec<Item>> {
    let plain = content_type.split(';').next().unwrap_or_default().trim();
    let items = match plain.to_ascii_lowercase().as_str() {
        "text/csv" => columns::items(bytes)?,
        "application/x-ndjson" | "application/ndjson" => lines(bytes)?,
        _ => {
            let detail = "send a file as text/csv or application/x-ndjson";
            return Err(Refusal::new(ErrorCode::UnsupportedMediaType, detail).into());
        }
    };
    if items.is_empty() {
        return Err(count(0));
    }
    Ok(items)
}

fn count(found: usize) -> Error {
    Refusal::field("items", format!("the file has {found}"), "1 to 1000").into()
}

/// One item a line; lines without any are skipped.
fn lines(bytes: &[u8]) -> Result<Vec<Item>> {
    let lines = (1_u64..).zip(bytes.split(|byte| *byte == b'\n'));
    let filled = lines.filter(|(_, line)| !line.trim_ascii().is_empty());
    let mut items = Vec::new();
    for (number, line) in filled {
        if items.len() == MOST {
            return Err(count(bytes.split(|byte| *byte == b'\n').count()));
        }
        items.push(item(number, line)?);
    }
    Ok(items)
}

/// An item of one instrument's JSON.
fn item(line: u64, json: &[u8]) -> Result<Item> {
    // Whatever is wrong with it, the report should say which one it is.
    let seen: Value = serde_json::from_slice(json).unwrap_or_default();
    let text = |field: &str| seen[field].as_str().map(str::to_owned);
    Ok(Item {
        line,
        name: text("name"),
        external_id: text("external_id"),
        is_row: false,
        draft: match parse::<NewInstrument>(json).and_then(draft) {
            Ok(draft) => Ok(draft),
            Err(Error::Refused(refusal)) => Err(refusal),
            Err(failed @ Error::Failed(_)) => return Err(failed),
        },
    })
}

/// What became of a file's items.
pub(super) fn report(imported: &[Imported], dry_run: bool) -> wire::InstrumentImport {
    let items: Vec<wire::ImportedItem> = imported.iter().map(|one| told(one, dry_run)).collect();
    let count = |status| {
        let of_status = items.iter().filter(|item| item.status == status);
        u32::try_from(of_status.count()).unwrap_or(u32::MAX)
    };
    wire::InstrumentImport {
        dry_run,
        created: count(wire::ImportStatus::Created),
        updated: count(wire::ImportStatus::Updated),
        unchanged: count(wire::ImportStatus::Unchanged),
        refused: count(wire::ImportStatus::Refused),
        items,
    }
}

fn told(imported: &Imported, dry_run: bool) -> wire::ImportedItem {
    let Imported { item, outcome } = imported;
    let (status, instrument_id, problem) = match outcome {
        // The id that a dry run drew will never be seen again.
        Outcome::Created(_) if dry_run => (wire::ImportStatus::Created, None, None),
        Outcome::Created(id) => (wire::ImportStatus::Created, Some(id), None),
        Outcome::Updated(id) => (wire::ImportStatus::Updated, Some(id), None),
        Outcome::Unchanged(id) => (wire::ImportStatus::Unchanged, Some(id), None),
        Outcome::Refused(refusal) => (wire::ImportStatus::Refused, None, Some(refusal)),
    };
    wire::ImportedItem {
        line: item.line,
        status,
        name: item.name.clone(),
        external_id: item.external_id.clone(),
        instrument_id: instrument_id.map(ToString::to_string),
        problem: problem.map(|refusal| wire::ItemProblem {
            code: refusal.code,
            detail: refusal.detail.clone(),
            field: refusal.field.clone(),
            column: refusal
                .field
                .as_deref()
                .filter(|_| item.is_row)
                .and_then(columns::of_field),
            bound: refusal.bound.clone(),
        }),
    }
}
