//! Rows from Parquet: one record a row, its columns named as the fields of a JSON line.

use std::fs::File;

use anyhow::{Context, Result, anyhow};
use beckon_classifier::row::Row;
use parquet::file::reader::{FileReader, SerializedFileReader};
use serde_json::Value;

/// Reads the rows of a Parquet file.
pub(crate) fn read(file: File) -> Result<Vec<Row>> {
    let reader = SerializedFileReader::new(file).context("this is no whole Parquet file")?;
    let records = reader
        .get_row_iter(None)
        .context("its columns cannot be read")?;
    let row = |(number, record): (usize, parquet::errors::Result<parquet::record::Row>)| {
        let said = || format!("record {} is refused", number + 1);
        let mut value = record.with_context(said)?.to_json_value();
        drop_nulls(&mut value);
        let row: Row = serde_json::from_value(value)
            .map_err(|error| anyhow!(error))
            .with_context(said)?;
        row.check().with_context(said)?;
        Ok(row)
    };
    records.enumerate().map(row).collect()
}

/// A column that may be empty is, in JSON, a field that is not there.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}
