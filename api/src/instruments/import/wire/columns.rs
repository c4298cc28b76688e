//! CSV: one table says where in an instrument's JSON each column's cells belong.

use serde_json::{Map, Value, json};

use super::{MOST, count, item};
use crate::error::{ErrorCode, Refusal, Result};
use crate::instruments::import::Item;

/// What stands in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    /// Text, as it is.
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Flag,
    /// Texts between bars.
    List,
    /// JSON, for what is no flat value.
    Json,
}

/// Every column, what stands in it, and where that belongs.
const COLUMNS: &[(&str, Cell, &str)] = &[
    ("name", Cell::Text, "name"),
    ("external_id", Cell::Text, "external_id"),
    ("kind", Cell::Text, "content.kind"),
    ("question", Cell::Text, "content.question"),
    ("correct", Cell::Text, "content.correct_answer_id"),
    ("title", Cell::Text, "content.title"),
    ("text", Cell::Text, "content.text"),
    ("image_url", Cell::Text, "content.image_url"),
    ("image_text", Cell::Text, "content.image_text"),
    ("link_url", Cell::Text, "content.link_url"),
    ("link_text", Cell::Text, "content.link_text"),
    ("advertiser", Cell::Text, "content.advertiser"),
    ("price_minor", Cell::Number, "content.price.amount_minor"),
    ("price_currency", Cell::Text, "content.price.currency"),
    ("code", Cell::Text, "content.code"),
    ("trigger_names", Cell::List, "trigger.names"),
    (
        "trigger_min_confidence",
        Cell::Number,
        "trigger.min_confidence",
    ),
    ("audience", Cell::Json, "audience"),
    ("media_ids", Cell::List, "media_ids"),
    ("priority", Cell::Number, "priority"),
    ("allow_forward", Cell::Flag, "allow_forward"),
    ("ad_breaks", Cell::Text, "ad_breaks"),
    ("starts_at", Cell::Text, "schedule.starts_at"),
    ("ends_at", Cell::Text, "schedule.ends_at"),
    ("cap_count", Cell::Number, "frequency_cap.count"),
    ("cap_per_ms", Cell::Number, "frequency_cap.per_ms"),
    ("show_ms", Cell::Number, "overlay_life.show_ms"),
    ("quiet_ms", Cell::Number, "overlay_life.quiet_ms"),
    ("quiet_scope", Cell::Text, "overlay_life.quiet_scope"),
];

/// Answers have columns by their numbers, which are their ids.
const ANSWERS: std::ops::RangeInclusive<usize> = 1..=6;

/// What a column's cells are.
#[derive(Debug, Clone, Copy)]
enum Column {
    Field(Cell, &'static str),
    Answer(usize),
}

fn column(name: &str) -> Option<Column> {
    let number = name.strip_prefix("answer_").and_then(|n| n.parse().ok());
    if let Some(number) = number.filter(|number| ANSWERS.contains(number)) {
        return Some(Column::Answer(number));
    }
    let found = COLUMNS.iter().find(|(known, ..)| *known == name);
    found.map(|(_, cell, field)| Column::Field(*cell, field))
}

/// The items of a file, whose first line names the columns.
pub(super) fn items(bytes: &[u8]) -> Result<Vec<Item>> {
    // Spreadsheets begin their files with a mark of the encoding.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut rows = Rows::of(bytes);
    let (_, headings) = rows.next().unwrap_or_else(|| Ok((1, Vec::new())))?;
    let mut columns = Vec::with_capacity(headings.len());
    for (at, name) in headings.iter().enumerate() {
        let known = column(name).filter(|_| !headings[..at].contains(name));
        columns.push(known.ok_or_else(|| Refusal {
            field: Some(name.clone()),
            ..Refusal::new(
                ErrorCode::UnknownField,
                format!("there is no column `{name}`, or it stands there twice"),
            )
        })?);
    }
    let mut items = Vec::new();
    for row in rows {
        let (line, cells) = row?;
        if items.len() == MOST {
            return Err(count(MOST + 1));
        }
        if cells.len() != columns.len() {
            let (found, wanted) = (cells.len(), columns.len());
            let detail = format!("line {line} has {found} cells, and the first has {wanted}");
            return Err(Refusal::new(ErrorCode::MalformedBody, detail).into());
        }
        let json = instrument(&columns, &cells);
        let mut read = item(line, json.to_string().as_bytes())?;
        read.is_row = true;
        items.push(read);
    }
    Ok(items)
}

/// The most cells of a row.
const WIDEST: usize = 64;

/// The rows of a file (RFC 4180), each with the line on which it begins; empty lines are none.
struct Rows<'a> {
    parser: csv_core::Reader,
    rest: &'a [u8],
    line: u64,
    cells: Vec<u8>,
}

impl<'a> Rows<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        Self {
            parser: csv_core::Reader::new(),
            rest: bytes,
            line: 1,
            // No row is longer than its file.
            cells: vec![0; bytes.len().max(1)],
        }
    }

    fn skip(&mut self, bytes: usize) {
        let (passed, rest) = self.rest.split_at(bytes);
        let lines = passed.iter().filter(|byte| **byte == b'\n').count();
        self.line += lines as u64;
        self.rest = rest;
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<(u64, Vec<String>)>;

    fn next(&mut self) -> Option<Self::Item> {
        use csv_core::ReadRecordResult as Read;
        let ends_of_lines = self.rest.iter().take_while(|b| matches!(b, b'\r' | b'\n'));
        self.skip(ends_of_lines.count());
        let begins = self.line;
        let (mut ends, mut filled, mut found) = ([0; WIDEST], 0, 0);
        loop {
            let (read, taken, put, ended) =
                self.parser
                    .read_record(self.rest, &mut self.cells[filled..], &mut ends[found..]);
            self.skip(taken);
            filled += put;
            found += ended;
            match read {
                Read::InputEmpty => {}
                Read::End => return None,
                Read::Record => return Some(row(begins, &self.cells, &ends[..found])),
                Read::OutputFull | Read::OutputEndsFull => {
                    let detail = format!("line {begins} has more than {WIDEST} cells");
                    return Some(Err(Refusal::new(ErrorCode::MalformedBody, detail).into()));
                }
            }
        }
    }
}

/// The cells of a row, without the blanks around them.
fn row(line: u64, cells: &[u8], ends: &[usize]) -> Result<(u64, Vec<String>)> {
    let begins = std::iter::once(&0).chain(ends);
    let texts = begins
        .zip(ends)
        .map(|(from, to)| Ok(std::str::from_utf8(&cells[*from..*to])?.trim().to_owned()));
    let texts: std::result::Result<_, std::str::Utf8Error> = texts.collect();
    let broken = |_| Refusal::new(ErrorCode::MalformedBody, format!("line {line} is no UTF-8"));
    Ok((line, texts.map_err(broken)?))
}

/// A row as an instrument's JSON. A cell that is not what its column holds stays text, and is refused where it is read.
fn instrument(columns: &[Column], row: &[String]) -> Value {
    let mut whole = Value::Object(Map::new());
    let mut answers = Vec::new();
    let given = columns.iter().zip(row);
    for (column, cell) in given.filter(|(_, cell)| !cell.is_empty()) {
        match column {
            Column::Field(kind, field) => put(&mut whole, field, value(*kind, cell)),
            Column::Answer(number) => answers.push((*number, cell)),
        }
    }
    if !answers.is_empty() {
        answers.sort_unstable();
        let answers = answers
            .iter()
            .map(|(number, text)| json!({"answer_id": number.to_string(), "text": text}));
        put(&mut whole, "content.answers", answers.collect());
    }
    whole
}

fn put(whole: &mut Value, field: &str, value: Value) {
    let mut place = whole;
    for part in field.split('.') {
        place = &mut place[part];
    }
    *place = value;
}

fn value(kind: Cell, cell: &str) -> Value {
    let as_json = || serde_json::from_str::<Value>(cell).ok();
    let found = match kind {
        Cell::Text => None,
        Cell::Number => as_json().filter(Value::is_number),
        Cell::Flag => as_json().filter(Value::is_boolean),
        Cell::List => Some(cell.split('|').map(str::trim).collect()),
        Cell::Json => as_json(),
    };
    found.unwrap_or_else(|| cell.into())
}

/// The column that holds a field of an instrument, or a part of it.
pub(super) fn of_field(field: &str) -> Option<String> {
    if let Some(rest) = field.strip_prefix("content.answers[") {
        let at: usize = rest.split(']').next()?.parse().ok()?;
        return Some(format!("answer_{}", at + 1));
    }
    let holds = |known: &str| {
        field
            .strip_prefix(known)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let found = COLUMNS.iter().find(|(_, _, known)| holds(known));
    found.map(|(name, ..)| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    const FILE: &str = "\u{feff}name,kind,question,answer_1,answer_2,correct,trigger_names,priority,allow_forward,audience\r\n\
        \"A \"\"fine\"\" quiz\",quiz,\"Who, me?\",Yes,No,2,Swan| Duck,3,true,\"{\"\"test\"\": {\"\"attribute\"\": \"\"demography.age\"\", \"\"op\"\": \"\"exists\"\"}}\"\r\n\
        \"Two\nlines\",poll,Rain?,Yes,No,,,,,\r\n";

    #[test]
    fn a_row_is_an_instrument() {
        let items = items(FILE.as_bytes()).expect("items");
        assert_eq!(items.iter().map(|i| i.line).collect::<Vec<_>>(), [2, 3]);
        let draft = items[0].draft.as_ref().expect("a draft");
        let definition = &draft.definition;
        assert_eq!(definition.name, "A \"fine\" quiz");
        assert_eq!((definition.priority, definition.allow_forward), (3, true));
        let trigger = definition.trigger.as_ref().expect("a trigger");
        assert_eq!(trigger.names, ["Swan", "Duck"]);
        assert!(definition.audience.is_some());
        let refusal = items[1].draft.as_ref().expect_err("a name of two lines");
        assert_eq!(refusal.field.as_deref(), Some("name"));
    }

    #[test]
    fn a_cell_that_is_not_what_its_column_holds_is_refused_in_its_place() {
        let row = |cells: &str| {
            let file = format!(
                "name,kind,question,answer_1,answer_2,priority,cap_count,audience\n{cells}\n"
            );
            let mut items = items(file.as_bytes()).expect("an item");
            let refusal = items.remove(0).draft.expect_err(cells);
            of_field(refusal.field.as_deref().unwrap_or_default())
        };
        let at = |column: &str| Some(column.to_owned());
        assert_eq!(row("n,poll,q,a,b,first,,"), at("priority"));
        assert_eq!(row("n,poll,q,a,b,,many,"), at("cap_count"));
        assert_eq!(row("n,poll,q,a,b,,,everybody"), at("audience"));
        let long = "x".repeat(25);
        assert_eq!(row(&format!("n,poll,q,a,{long},,,")), at("answer_2"));
        let long = "x".repeat(61);
        assert_eq!(row(&format!("n,poll,{long},a,b,,,")), at("question"));
    }

    #[test]
    fn a_file_that_is_none_is_refused_whole() {
        for (file, code) in [
            ("name,colour\na,b\n", ErrorCode::UnknownField),
            ("name,name\na,b\n", ErrorCode::UnknownField),
            ("name,answer_7\na,b\n", ErrorCode::UnknownField),
            ("name,kind\na\n", ErrorCode::MalformedBody),
        ] {
            match items(file.as_bytes()) {
                Err(Error::Refused(refusal)) => assert_eq!(refusal.code, code, "{file}"),
                other => panic!("{file}: {other:?}"),
            }
        }
    }

    #[test]
    fn each_column_leads_to_its_field_and_back() {
        for (name, _, field) in COLUMNS {
            assert_eq!(of_field(field).as_deref(), Some(*name));
        }
        assert_eq!(
            of_field("trigger.names[3]").as_deref(),
            Some("trigger_names")
        );
        assert_eq!(of_field("content"), None);
    }
}
