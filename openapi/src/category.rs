//! Categories: what instruments advertise.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A category of the taxonomy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "alcohol.beer", "title": "Beer and cider", "parent": "alcohol", "restriction": {
        "least_age": 18, "least_age_in": [{"country": "US", "least_age": 21}],
        "mandatory_text": "that it is to be drunk responsibly, and not by minors"}
}))]
pub struct Category {
    /// Its id, which never changes its meaning.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// The category that it lies in; an opt-out of that one covers it too.
    #[schema(required)]
    pub parent: Option<String>,
    /// What must be kept where it is advertised; `null` where anybody may see it.
    #[schema(required)]
    pub restriction: Option<Restriction>,
}

/// What must be kept where something restricted is advertised.
///
/// It needs a viewer who declared the age, one of the instrument's `countries` and the mandatory text; it never runs
/// on media for children, nor near detected minors, injuries or moderation labels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Restriction {
    /// Viewers must have declared at least this age.
    pub least_age: u8,
    /// Countries that ask for more.
    pub least_age_in: Vec<LeastAge>,
    /// What its mandatory text must say.
    pub mandatory_text: String,
}

/// The least age in one country.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeastAge {
    /// ISO 3166-1: `US`.
    pub country: String,
    /// In years.
    pub least_age: u8,
}
