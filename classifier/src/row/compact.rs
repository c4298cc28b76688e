//! A row as bytes: a third of its JSON, for stores that keep millions.

use super::{OFFERS_MAX, Offer, Row, RowError};
use crate::bytes::Reader;
use crate::schema::Piece;

const LAYOUT: u8 = 1;

impl Row {
    /// The row as bytes.
    ///
    /// # Errors
    /// A row that [`Row::check`] refuses is not written.
    pub fn to_bytes(&self) -> Result<Vec<u8>, RowError> {
        self.check()?;
        let mut out = vec![LAYOUT, u8::from(self.engaged)];
        out.extend(self.decided_at_ms.to_le_bytes());
        out.extend(self.group.to_le_bytes());
        out.extend(self.weight.to_le_bytes());
        for name in [&self.schema, &self.model, &self.policy] {
            put_text(&mut out, name);
        }
        put_pieces(&mut out, &self.viewer);
        put_pieces(&mut out, &self.context);
        out.extend((self.chosen as u16).to_le_bytes());
        out.extend((self.offers.len() as u16).to_le_bytes());
        for offer in &self.offers {
            put_text(&mut out, &offer.instrument);
            out.extend(offer.score.to_le_bytes());
            out.extend(offer.propensity.to_le_bytes());
            put_pieces(&mut out, &offer.pieces);
        }
        Ok(out)
    }

    /// Reads what [`Row::to_bytes`] wrote.
    ///
    /// # Errors
    /// Other bytes, or a row that [`Row::check`] refuses.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RowError> {
        let row = read(bytes).ok_or(RowError::Bytes)?;
        row.check()?;
        Ok(row)
    }
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u16).to_le_bytes());
    out.extend(text.as_bytes());
}

fn put_pieces(out: &mut Vec<u8>, pieces: &[Piece]) {
    out.push(pieces.len() as u8);
    for piece in pieces {
        out.extend(piece.as_u64().to_le_bytes());
    }
}

fn pieces(reader: &mut Reader<'_>) -> Option<Vec<Piece>> {
    let count = reader.u8()?;
    (0..count)
        .map(|_| reader.u64().map(Piece::from_u64))
        .collect()
}

fn read(bytes: &[u8]) -> Option<Row> {
    let mut reader = Reader::new(bytes);
    if reader.u8()? != LAYOUT {
        return None;
    }
    let engaged = match reader.u8()? {
        0 => false,
        1 => true,
        _ => return None,
    };
    let decided_at_ms = i64::from_le_bytes(reader.array()?);
    let group = reader.u64()?;
    let weight = f32::from_le_bytes(reader.array()?);
    let (schema, model, policy) = (reader.text()?, reader.text()?, reader.text()?);
    let (viewer, context) = (pieces(&mut reader)?, pieces(&mut reader)?);
    let chosen = usize::from(reader.u16()?);
    let count = usize::from(reader.u16()?);
    if count > OFFERS_MAX {
        return None;
    }
    let offer = |reader: &mut Reader<'_>| {
        Some(Offer {
            instrument: reader.text()?,
            score: f32::from_le_bytes(reader.array()?),
            propensity: f64::from_le_bytes(reader.array()?),
            pieces: pieces(reader)?,
        })
    };
    let offers = (0..count)
        .map(|_| offer(&mut reader))
        .collect::<Option<Vec<_>>>()?;
    reader.is_at_end().then_some(Row {
        decided_at_ms,
        group,
        viewer,
        context,
        offers,
        chosen,
        engaged,
        weight,
        schema,
        model,
        policy,
    })
}
