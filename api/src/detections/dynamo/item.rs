//! A detection as an item of the table, and what is asked of the table's keys.

use std::collections::HashMap;

use anyhow::Context;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::detections::store::row::{boxes, boxes_json, invalid, kind};
use crate::detections::{Detection, Wanted};
use crate::words::{Confidence, MediaId, Position, Time};

/// The table's key: all detections of a media lie together, in the order of their sort keys.
pub const MEDIA: &str = "media_id";
pub const SORT: &str = "sort_key";
/// When an item expires, in seconds since 1970: what the table's TTL reads.
pub const EXPIRES: &str = "expires_at";

pub type Item = HashMap<String, AttributeValue>;

pub fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub fn number(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

pub fn of(
    media_id: &MediaId,
    detection: &Detection,
    expires_at: Option<Time>,
) -> anyhow::Result<Item> {
    let mut item = Item::from([
        (MEDIA.to_owned(), text(media_id.as_str())),
        (SORT.to_owned(), text(detection.sort_key())),
        ("position_ms".to_owned(), number(detection.position.ms())),
        ("kind".to_owned(), text(detection.kind.as_str())),
        ("name".to_owned(), text(&detection.name)),
        // With an exponent: the table's numbers have 38 digits, and a plain one may be longer.
        (
            "confidence".to_owned(),
            number(format!("{:e}", detection.confidence.percent())),
        ),
        ("boxes".to_owned(), text(boxes_json(&detection.boxes)?)),
        (
            "parents".to_owned(),
            text(serde_json::to_string(&detection.parents)?),
        ),
        (
            "categories".to_owned(),
            text(serde_json::to_string(&detection.categories)?),
        ),
        ("source".to_owned(), text(&detection.source)),
        ("seen_at".to_owned(), number(detection.seen_at.ms())),
    ]);
    if let Some(id) = &detection.external_id {
        item.insert("external_id".to_owned(), text(id));
    }
    if let Some(at) = expires_at {
        item.insert(EXPIRES.to_owned(), number(at.ms() / 1000));
    }
    Ok(item)
}

fn get<'a>(item: &'a Item, name: &str) -> anyhow::Result<&'a AttributeValue> {
    item.get(name)
        .with_context(|| format!("an item of the table has no {name}"))
}

pub fn read_text<'a>(item: &'a Item, name: &str) -> anyhow::Result<&'a str> {
    let value = get(item, name)?;
    let text = value.as_s().ok().map(String::as_str);
    text.with_context(|| format!("an item's {name} is no text"))
}

fn read_number<N: std::str::FromStr>(item: &Item, name: &str) -> anyhow::Result<N> {
    let value = get(item, name)?;
    let number = value.as_n().ok().and_then(|n| n.parse().ok());
    number.with_context(|| format!("an item's {name} is no number"))
}

pub fn read(item: &Item) -> anyhow::Result<Detection> {
    let id = item.get("external_id").and_then(|id| id.as_s().ok());
    Ok(Detection {
        position: Position::parse(read_number(item, "position_ms")?).map_err(invalid)?,
        kind: kind(read_text(item, "kind")?)?,
        name: read_text(item, "name")?.to_owned(),
        external_id: id.cloned(),
        confidence: Confidence::parse(read_number(item, "confidence")?).map_err(invalid)?,
        boxes: boxes(read_text(item, "boxes")?)?,
        parents: serde_json::from_str(read_text(item, "parents")?)?,
        categories: serde_json::from_str(read_text(item, "categories")?)?,
        source: read_text(item, "source")?.to_owned(),
        seen_at: Time::from_ms(read_number(item, "seen_at")?),
    })
}

/// The first and the last key of what is wanted after this key; `None` where nothing lies between them.
pub fn bounds(wanted: &Wanted, after: &str) -> Option<(String, String)> {
    let from = format!("{:015}#", wanted.window.from().ms());
    // `$` follows `#`: behind every key of this position. Fifteen digits hold every position that is stored.
    let to = format!("{:015}$", wanted.window.to().ms().min(999_999_999_999_999));
    // Nothing lies between a text and the same with a zero at its end.
    let next = if after.is_empty() {
        String::new()
    } else {
        format!("{after}\0")
    };
    let from = from.max(next);
    (from <= to).then_some((from, to))
}

/// What the table itself leaves out, and the values that this names.
pub fn filter(wanted: &Wanted, now: Time) -> (String, Vec<(&'static str, &'static str)>, Item) {
    let mut rule =
        "(attribute_not_exists(#expires) or #expires > :now) and #sure >= :sure".to_owned();
    let mut names = vec![("#expires", EXPIRES), ("#sure", "confidence")];
    let sure = format!("{:e}", wanted.min_confidence.percent());
    let mut values = Item::from([
        (":now".to_owned(), number(now.ms() / 1000)),
        (":sure".to_owned(), number(sure)),
    ]);
    if let Some(kind) = wanted.kind {
        rule.push_str(" and #kind = :kind");
        names.push(("#kind", "kind"));
        values.insert(":kind".to_owned(), text(kind.as_str()));
    }
    if let Some(name) = &wanted.name {
        rule.push_str(" and #name = :name");
        names.push(("#name", "name"));
        values.insert(":name".to_owned(), text(name));
    }
    (rule, names, values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Window;

    fn wanted(from: i64, to: i64) -> Wanted {
        Wanted::all(Window::parse(from, to, i64::MAX).expect("a window"))
    }

    #[test]
    fn both_ends_of_a_window_are_in_and_the_next_page_begins_behind_the_last_key() {
        let (from, to) = bounds(&wanted(5, 7), "").expect("keys");
        let key = |ms: i64| format!("{ms:015}#label#Bird");
        assert!(from <= key(5) && key(7) <= to);
        assert!(key(4) < from && to < key(8));
        let (next, _) = bounds(&wanted(5, 7), &key(6)).expect("keys");
        assert!(key(6) < next && next < format!("{}#a1", key(6)));
        assert_eq!(bounds(&wanted(5, 7), &key(8)), None);
        assert!(bounds(&Wanted::all(Window::WHOLE), "").is_some());
    }
}
