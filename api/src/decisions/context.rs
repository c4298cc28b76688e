//! The pieces of a decision's circumstances, as the classifier's schema names them.

use beckon_classifier::encode::bounded;
use beckon_classifier::schema::{Field, Piece, Schema, Side};

use crate::detections::{NameId, Names};

/// The schema's context fields, looked up once.
#[derive(Debug)]
pub(super) struct Fields {
    schema: Schema,
    media: Option<Field>,
    seen: Option<Field>,
    locale: Option<Field>,
}

impl Fields {
    /// Of this schema.
    pub(super) fn of(schema: &Schema) -> Self {
        Self {
            media: schema.field("context.media"),
            seen: schema.field("context.seen"),
            locale: schema.field("context.locale"),
            schema: schema.clone(),
        }
    }

    /// The pieces of these circumstances: the media, the surest name that calls for a candidate, and the locale.
    pub(super) fn pieces(
        &self,
        media_id: &str,
        seen: Option<NameId>,
        locale: Option<&str>,
    ) -> Vec<Piece> {
        let mut pieces = Vec::with_capacity(3);
        let mut add = |field: Option<Field>, word: &str| {
            pieces.extend(field.map(|field| self.schema.word(field, word)))
        };
        add(self.media, media_id);
        if let Some(name) = seen {
            add(self.seen, &Names::text(name));
        }
        if let Some(locale) = locale {
            add(self.locale, locale);
        }
        bounded(pieces, Side::Context)
    }
}
