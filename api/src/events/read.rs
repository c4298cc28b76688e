//! Reading a batch of events leniently: what one item lacks is that item's fault, and unknown fields are counted.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A batch as it came.
#[derive(Debug, Default)]
pub(super) struct RawBatch<'a> {
    /// Its events; `None` where it names none.
    pub(super) items: Option<Vec<RawEvent<'a>>>,
    /// When it was sent, by the client's clock.
    pub(super) sent_at: Loose<'a>,
    /// How many fields it has that we do not know, its items' among them.
    pub(super) unknown: usize,
}

/// An event as it came.
#[derive(Debug, Default, PartialEq)]
pub(super) struct RawEvent<'a> {
    pub(super) event_id: Loose<'a>,
    pub(super) event_type: Loose<'a>,
    pub(super) at: Loose<'a>,
    pub(super) receipt: Loose<'a>,
    pub(super) answer: Loose<'a>,
    pub(super) unknown: usize,
}

/// A field that should be a text.
#[derive(Debug, Default, PartialEq)]
pub(super) enum Loose<'a> {
    /// Not there, or null.
    #[default]
    Absent,
    /// A text.
    Text(Cow<'a, str>),
    /// Anything else.
    Other,
}

impl Loose<'_> {
    /// The text, if it is one.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Absent | Self::Other => None,
        }
    }
}

/// What is no text, number for number: JSON's other values, read to their end.
macro_rules! anything_else {
    ($value:expr) => {
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok($value)
        }

        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok($value)
        }

        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok($value)
        }

        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok($value)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            Ok($value)
        }
    };
}

impl<'de> Deserialize<'de> for Loose<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyValue;

        impl<'de> Visitor<'de> for AnyValue {
            type Value = Loose<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }

            anything_else!(Loose::Other);

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Loose::Absent)
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Loose::Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Loose::Text(Cow::Owned(text.to_owned())))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Loose::Other)
            }
        }

        deserializer.deserialize_any(AnyValue)
    }
}

impl<'de> Deserialize<'de> for RawEvent<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyValue;

        impl<'de> Visitor<'de> for AnyValue {
            type Value = RawEvent<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an event")
            }

            // Not an object: an event without anything, which is refused like one.
            anything_else!(RawEvent::default());

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(RawEvent::default())
            }

            fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
                Ok(RawEvent::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut event = RawEvent::default();
                while let Some(key) = map.next_key::<Cow<'de, str>>()? {
                    match &*key {
                        "event_id" => event.event_id = map.next_value()?,
                        "type" => event.event_type = map.next_value()?,
                        "at" => event.at = map.next_value()?,
                        "receipt" => event.receipt = map.next_value()?,
                        "answer" => event.answer = map.next_value()?,
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                            event.unknown += 1;
                        }
                    }
                }
                Ok(event)
            }
        }

        deserializer.deserialize_any(AnyValue)
    }
}

impl<'de> Deserialize<'de> for RawBatch<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = RawBatch<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with `items`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut batch = RawBatch::default();
                while let Some(key) = map.next_key::<Cow<'de, str>>()? {
                    if key == "items" {
                        let items: Vec<RawEvent<'de>> = map.next_value()?;
                        batch.unknown += items.iter().map(|item| item.unknown).sum::<usize>();
                        batch.items = Some(items);
                    } else if key == "sent_at" {
                        batch.sent_at = map.next_value()?;
                    } else {
                        map.next_value::<IgnoredAny>()?;
                        batch.unknown += 1;
                    }
                }
                Ok(batch)
            }
        }

        deserializer.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(json: &str) -> RawBatch<'_> {
        serde_json::from_str(json).expect("a batch")
    }

    #[test]
    fn what_a_newer_sdk_adds_is_ignored_and_counted() {
        let read = batch(
            r#"{"sdk": {"v": [1, {}]}, "items": [{"event_id": "e", "type": "click", "mood": "good", "x": null}, {}]}"#,
        );
        assert_eq!(read.unknown, 3);
        let items = read.items.expect("items");
        assert_eq!(
            (items[0].event_id.text(), items[0].event_type.text()),
            (Some("e"), Some("click"))
        );
        assert_eq!(items[1], RawEvent::default());
    }

    #[test]
    fn an_item_of_another_shape_does_not_spoil_the_others() {
        let read = batch(
            r#"{"items": [7, "x", null, [1], true, -1.5, {"event_id": {"a": 1}, "at": 5, "answer": null}]}"#,
        );
        let items = read.items.expect("items");
        assert_eq!(items.len(), 7);
        assert_eq!(
            (&items[6].event_id, &items[6].at, &items[6].answer),
            (&Loose::Other, &Loose::Other, &Loose::Absent)
        );
    }

    #[test]
    fn when_it_was_sent_may_be_told_in_any_place_and_need_not() {
        let read = batch(r#"{"items": [], "sent_at": "2026-01-01T00:00:00Z"}"#);
        assert_eq!(
            (read.sent_at.text(), read.unknown),
            (Some("2026-01-01T00:00:00Z"), 0)
        );
        assert_eq!(batch(r#"{"sent_at": 7, "items": []}"#).sent_at.text(), None);
        assert_eq!(batch(r#"{"items": []}"#).sent_at, Loose::Absent);
    }

    #[test]
    fn escaped_texts_are_read_too() {
        let read = batch(r#"{"items": [{"ty\u0070e": "cl\u0069ck"}]}"#);
        assert_eq!(
            read.items.expect("items")[0].event_type.text(),
            Some("click")
        );
    }

    #[test]
    fn what_is_no_batch_is_refused() {
        for json in ["", "[]", "7", r#"{"items": 5}"#, r#"{"items": [}"#] {
            assert!(
                serde_json::from_str::<RawBatch<'_>>(json).is_err(),
                "{json}"
            );
        }
        assert!(batch("{}").items.is_none());
    }
}
