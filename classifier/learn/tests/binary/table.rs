//! Writes rows as Parquet, column by column, the way other tools lay out nested records.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use beckon_classifier::row::Row;
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FloatType, Int64Type,
};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

const SCHEMA: &str = "message row {
    required int64 decided_at_ms;
    required binary group (UTF8);
    required group viewer (LIST) { repeated group list { required binary element (UTF8); } }
    required group context (LIST) { repeated group list { required binary element (UTF8); } }
    required group offers (LIST) { repeated group list { required group element {
        required binary instrument (UTF8);
        required group pieces (LIST) { repeated group list { required binary element (UTF8); } }
        required float score;
        required double propensity;
    } } }
    required int64 chosen;
    required boolean engaged;
    optional float weight;
    required binary schema (UTF8);
    required binary model (UTF8);
    required binary policy (UTF8);
}";

type Group<'a> = SerializedRowGroupWriter<'a, File>;

fn column<T: DataType>(
    group: &mut Group<'_>,
    values: &[T::T],
    definition: Option<&[i16]>,
    repetition: Option<&[i16]>,
) {
    let mut writer = group.next_column().unwrap().unwrap();
    writer
        .typed::<T>()
        .write_batch(values, definition, repetition)
        .unwrap();
    writer.close().unwrap();
}

fn text(text: &str) -> ByteArray {
    ByteArray::from(text)
}

/// A list of words for each row: a level 0 begins a row, and an empty one has nothing but that.
fn words(group: &mut Group<'_>, lists: &[Vec<String>]) {
    let (mut values, mut definition, mut repetition) = (vec![], vec![], vec![]);
    for list in lists {
        if list.is_empty() {
            definition.push(0);
            repetition.push(0);
        }
        for (at, word) in list.iter().enumerate() {
            values.push(text(word));
            definition.push(1);
            repetition.push(i16::from(at > 0));
        }
    }
    column::<ByteArrayType>(group, &values, Some(&definition), Some(&repetition));
}

pub(crate) fn write(path: &Path, rows: &[Row]) {
    let schema = Arc::new(parse_message_type(SCHEMA).unwrap());
    let properties = Arc::new(WriterProperties::builder().build());
    let mut file =
        SerializedFileWriter::new(File::create(path).unwrap(), schema, properties).unwrap();
    // Two groups, so that reading goes over a border.
    for rows in rows.chunks(rows.len().div_ceil(2)) {
        let mut group = file.next_row_group().unwrap();
        columns(&mut group, rows);
        group.close().unwrap();
    }
    file.close().unwrap();
}

fn columns(group: &mut Group<'_>, rows: &[Row]) {
    let of =
        |what: &dyn Fn(&Row) -> String| rows.iter().map(|row| text(&what(row))).collect::<Vec<_>>();
    let lists = |what: &dyn Fn(&Row) -> Vec<String>| rows.iter().map(what).collect::<Vec<_>>();
    let times: Vec<i64> = rows.iter().map(|row| row.decided_at_ms).collect();
    column::<Int64Type>(group, &times, None, None);
    column::<ByteArrayType>(group, &of(&|row| format!("{:016x}", row.group)), None, None);
    words(
        group,
        &lists(&|row| row.viewer.iter().map(ToString::to_string).collect()),
    );
    words(
        group,
        &lists(&|row| row.context.iter().map(ToString::to_string).collect()),
    );
    words(
        group,
        &lists(&|row| {
            row.offers
                .iter()
                .map(|offer| offer.instrument.clone())
                .collect()
        }),
    );

    let (mut pieces, mut repetition) = (vec![], vec![]);
    for row in rows {
        for (at, offer) in row.offers.iter().enumerate() {
            for (inner, piece) in offer.pieces.iter().enumerate() {
                pieces.push(text(&piece.to_string()));
                repetition.push(if inner > 0 { 2 } else { i16::from(at > 0) });
            }
        }
    }
    column::<ByteArrayType>(
        group,
        &pieces,
        Some(&vec![2; pieces.len()]),
        Some(&repetition),
    );

    let offers = || rows.iter().flat_map(|row| row.offers.iter().enumerate());
    let repetition: Vec<i16> = offers().map(|(at, _)| i16::from(at > 0)).collect();
    let definition = vec![1; repetition.len()];
    let scores: Vec<f32> = offers().map(|(_, offer)| offer.score).collect();
    column::<FloatType>(group, &scores, Some(&definition), Some(&repetition));
    let propensities: Vec<f64> = offers().map(|(_, offer)| offer.propensity).collect();
    column::<DoubleType>(group, &propensities, Some(&definition), Some(&repetition));

    let chosen: Vec<i64> = rows.iter().map(|row| row.chosen as i64).collect();
    column::<Int64Type>(group, &chosen, None, None);
    let engaged: Vec<bool> = rows.iter().map(|row| row.engaged).collect();
    column::<BoolType>(group, &engaged, None, None);
    // No weight is written: an empty column stands for the default.
    column::<FloatType>(group, &[], Some(&vec![0; rows.len()]), None);
    column::<ByteArrayType>(group, &of(&|row| row.schema.clone()), None, None);
    column::<ByteArrayType>(group, &of(&|row| row.model.clone()), None, None);
    column::<ByteArrayType>(group, &of(&|row| row.policy.clone()), None, None);
}
