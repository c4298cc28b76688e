//! Declared attributes: what rules and profiles may speak of.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the values of an attribute are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttributeType {
    /// True or false. Rules: `eq`, `ne`, `exists`, `not_exists`.
    Bool,
    /// A finite number. Rules: also `lt`, `lte`, `gt`, `gte`, `between`, `in`, `not_in`.
    Number,
    /// A text. Rules: `eq`, `ne`, `in`, `not_in`, `contains`, `starts_with`, `exists`, `not_exists`.
    Text,
    /// Up to 16 texts. Rules: `contains`, `in` (one of them is), `not_in` (none of them is), `exists`, `not_exists`.
    List,
    /// A day or a moment, as a text of RFC 3339: `2026-11-20` or `2026-11-20T19:00:00Z`. Rules: `before`, `after`, `between`,
    /// `exists`, `not_exists`.
    Date,
    /// A version by semver, as a text: `17.4.1`, `17.4`, `17`. Rules: `semver`, `exists`, `not_exists`.
    Version,
}

/// An attribute to declare.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"type": "date", "description": "When the subscription ends"}))]
pub struct NewAttribute {
    /// What its values are; for ever.
    #[serde(rename = "type")]
    pub value_type: AttributeType,
    /// What it says of a viewer; at most 200 characters.
    #[serde(default)]
    pub description: String,
}

/// A declared attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "name": "attributes.renews_on", "type": "date", "description": "When the subscription ends", "standard": false,
    "created_at": "2026-11-20T18:30:00.000Z", "updated_at": "2026-11-20T18:30:00.000Z"
}))]
pub struct Attribute {
    /// Its group and its name within it.
    pub name: String,
    /// What its values are.
    #[serde(rename = "type")]
    pub value_type: AttributeType,
    /// What it says of a viewer.
    pub description: String,
    /// Every installation knows it.
    pub standard: bool,
    /// When it was declared (RFC 3339); `null` for a standard one.
    #[schema(required)]
    pub created_at: Option<String>,
    /// When its description last changed (RFC 3339); `null` for a standard one.
    #[schema(required)]
    pub updated_at: Option<String>,
}
