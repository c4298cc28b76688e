//! Bulk import of instruments, and its report item by item.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::problem::ErrorCode;

/// How to import.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ImportQuery {
    /// Check and report all of it, and store nothing.
    #[serde(default)]
    pub dry_run: bool,
    /// Submit what was created or updated for review at once.
    #[serde(default)]
    pub submit: bool,
}

/// What became of an import.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "dry_run": false, "created": 1, "updated": 0, "unchanged": 0, "refused": 1, "items": [
        {"line": 2, "status": "created", "name": "Kingfisher poll", "external_id": "crm-4711",
            "instrument_id": "01964d2e-5b1c-7c3a-9d40-6f1e2a3b4c5d", "problem": null},
        {"line": 3, "status": "refused", "name": "Swan quiz", "external_id": "crm-4712", "instrument_id": null,
            "problem": {"code": "invalid_field", "detail": "no answer is called 4", "field": "content.correct_answer_id",
                "column": "correct", "bound": "the answer_id of one of the answers"}}]
}))]
pub struct InstrumentImport {
    /// Nothing was stored: this is what would be.
    pub dry_run: bool,
    /// How many are new.
    pub created: u32,
    /// How many got a new version.
    pub updated: u32,
    /// How many say what they said before.
    pub unchanged: u32,
    /// How many were refused.
    pub refused: u32,
    /// Each item, in the order of the file.
    pub items: Vec<ImportedItem>,
}

/// What became of one item.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ImportedItem {
    /// The line on which it begins; the first is 1, a heading's too.
    pub line: u64,
    /// What became of it.
    pub status: ImportStatus,
    /// What your colleagues call it, where that could be read.
    #[schema(required)]
    pub name: Option<String>,
    /// Its id in your own system.
    #[schema(required)]
    pub external_id: Option<String>,
    /// Its id here; `null` where it was refused, and where a dry run would create it.
    #[schema(required)]
    pub instrument_id: Option<String>,
    /// Why it was refused.
    #[schema(required)]
    pub problem: Option<ItemProblem>,
}

/// What became of one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportStatus {
    /// It is new.
    Created,
    /// It has a new version: its `external_id` was known.
    Updated,
    /// It says what it said before.
    Unchanged,
    /// It was refused.
    Refused,
}

/// Why an item was refused.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ItemProblem {
    /// The stable code to branch on.
    pub code: ErrorCode,
    /// What was wrong, for a person to read.
    pub detail: String,
    /// The field at fault, as a path into the instrument.
    #[schema(required)]
    pub field: Option<String>,
    /// The column that it stands in, in CSV.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The bound that it must keep.
    #[schema(required)]
    pub bound: Option<String>,
}
