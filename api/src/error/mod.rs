//! What can go wrong, and how it is told: refusals with a stable code, and failures of ours.

mod body;
mod respond;

pub use beckon_openapi::problem::ErrorCode;
pub use body::{Body, parse, read};
pub use respond::input_config;

use crate::words::{Invalid, InvalidWindow};

/// The result of everything that a request can set off.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a request was not served.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller's fault, or nobody's: the code says what to do.
    #[error("{}: {}", .0.code.as_str(), .0.detail)]
    Refused(Refusal),
    /// Ours: it is logged whole and told as `internal` or, for a store out of reach, as `unavailable`.
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

/// A refusal, ready to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The stable code.
    pub code: ErrorCode,
    /// What was wrong, for a person to read.
    pub detail: String,
    /// The field at fault.
    pub field: Option<String>,
    /// The bound that it must keep.
    pub bound: Option<String>,
}

impl Refusal {
    /// A refusal that concerns no single field.
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            field: None,
            bound: None,
        }
    }

    /// The refusal of one field's value.
    pub fn field(
        field: impl Into<String>,
        detail: impl Into<String>,
        bound: impl Into<String>,
    ) -> Self {
        Self {
            code: ErrorCode::InvalidField,
            detail: detail.into(),
            field: Some(field.into()),
            bound: Some(bound.into()),
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// Puts the name of the field to a value that was refused.
pub trait At<T> {
    /// The value, or the refusal of `field`.
    ///
    /// # Errors
    /// When the value was invalid.
    fn at(self, field: &str) -> Result<T>;
}

impl<T> At<T> for std::result::Result<T, Invalid> {
    fn at(self, field: &str) -> Result<T> {
        self.map_err(|invalid| Refusal::field(field, invalid.detail, invalid.bound).into())
    }
}

impl<T> At<T> for std::result::Result<T, InvalidWindow> {
    fn at(self, field: &str) -> Result<T> {
        self.map_err(|invalid| {
            let (code, detail, bound) = match invalid {
                InvalidWindow::Reversed(detail) => (
                    ErrorCode::InvalidWindow,
                    detail,
                    "0 <= from <= to".to_owned(),
                ),
                InvalidWindow::TooWide {
                    width_ms,
                    widest_ms,
                } => (
                    ErrorCode::WindowTooWide,
                    format!(
                        "the window is {width_ms} ms wide; this route reads at most {widest_ms}"
                    ),
                    format!("at most {widest_ms} ms"),
                ),
            };
            Refusal {
                code,
                detail,
                field: Some(field.to_owned()),
                bound: Some(bound),
            }
            .into()
        })
    }
}

/// Reads `limit` of a list's query: 100 unless told, 500 at most.
///
/// # Errors
/// When it is out of bounds.
pub fn page_limit(limit: Option<u32>) -> Result<u32> {
    match limit {
        None => Ok(100),
        Some(limit @ 1..=500) => Ok(limit),
        Some(other) => Err(Refusal::field("limit", format!("limit is {other}"), "1..=500").into()),
    }
}

impl Error {
    /// Names the item of a list in front of the field at fault: `items[3].confidence`.
    #[must_use]
    pub fn within(self, path: &str) -> Self {
        match self {
            Self::Refused(mut refusal) => {
                refusal.field = Some(match refusal.field {
                    Some(field) => format!("{path}.{field}"),
                    None => path.to_owned(),
                });
                Self::Refused(refusal)
            }
            failed @ Self::Failed(_) => failed,
        }
    }
}
