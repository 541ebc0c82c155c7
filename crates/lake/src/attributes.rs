//! The column `attrs`: what has no column of its own, as one JSON object, written without a tree of it.

use crate::columns::{Firsts, Kind, LEFT_OUT, PROMOTED, first, is_spelled_otherwise, place};
use model::{Event, Field, Value};
use rustc_hash::FxHashMap;

/// Bytes of `attrs` that an event's fields without a column may take. Names stand there whole for every value, so a
/// hostile record would be hundreds of times larger in its columns than on the wire.
pub(crate) fn room(event: &Event) -> usize {
    (4 * event.raw().len()).max(16 << 10)
}

/// Whether a text stands in JSON as it is. Looks at every byte, whatever it finds: that is faster than to stop.
fn is_plain(text: &str) -> bool {
    text.bytes().fold(true, |plain, byte| plain & (byte >= 0x20) & (byte != b'"') & (byte != b'\\'))
}

/// Bytes of a text within JSON.
pub(crate) fn spelled(text: &str) -> usize {
    if is_plain(text) {
        return text.len();
    }
    let byte = |byte: u8| match byte {
        b'"' | b'\\' | 0x08..=0x0a | 0x0c | 0x0d => 2,
        0..0x20 => 6,
        _ => 1,
    };
    text.bytes().map(byte).sum()
}

/// Bytes of a field with a value of this size, with its quotes and marks.
pub(crate) fn entry(field: Field, value: usize) -> usize {
    spelled(field.name()) + value + 6
}

/// Writes `attrs`. Keeps its buffers from event to event.
#[derive(Default)]
pub(crate) struct Attributes {
    counts: FxHashMap<Field, usize>,
    text: String,
    buffer: String,
}

impl Attributes {
    /// What has no column, every value of a field with several, and integers that are spelled otherwise than in their
    /// column; `None` if that is nothing. Fields that have a column are never left out: that they are named here says
    /// that the column does not have all of them.
    pub(crate) fn of(&mut self, event: &Event, firsts: &Firsts) -> Option<&str> {
        self.text.clear();
        self.counts.clear();
        event.slots().iter().for_each(|slot| *self.counts.entry(slot.field()).or_default() += 1);
        let (room, mut used, mut left_out) = (room(event), 0, 0u64);
        let mut own_left_out = None;
        for slot in event.slots() {
            let field = slot.field();
            // Taken out, so that a field is put in with its first slot.
            let Some(count) = self.counts.remove(&field) else { continue };
            let promoted = place(field);
            if promoted.is_some() && count == 1 {
                continue;
            }
            if promoted.is_none() {
                let buffer = &mut self.buffer;
                let values = match count {
                    1 => event.value(slot).text(buffer).map_or(4, spelled),
                    _ => event.values(field).map(|value| value.text(buffer).map_or(4, spelled) + 3).sum(),
                };
                let bytes = entry(field, values);
                if used + bytes > room {
                    left_out += 1;
                    continue;
                }
                used += bytes;
            }
            // A sender's field of this name gives way to ours.
            if field.name() == LEFT_OUT {
                own_left_out = Some((field, count));
                continue;
            }
            self.put(event, field, count);
        }
        match own_left_out {
            _ if left_out > 0 => {
                self.name(LEFT_OUT);
                self.value(Value::Int(i64::try_from(left_out).unwrap_or(i64::MAX)));
            }
            Some((field, count)) => self.put(event, field, count),
            None => {}
        }
        for ((field, kind), place) in PROMOTED.iter().zip(0..) {
            if *kind == Kind::Long
                && let Some(value) = first(event, firsts, place)
                && is_spelled_otherwise(value)
                && event.values(*field).nth(1).is_none()
            {
                self.name(field.name());
                self.value(value);
            }
        }
        if self.text.is_empty() {
            return None;
        }
        self.text.push('}');
        Some(&self.text)
    }

    fn put(&mut self, event: &Event, field: Field, count: usize) {
        self.name(field.name());
        if count == 1 {
            return event.get(field).into_iter().for_each(|value| self.value(value));
        }
        self.text.push('[');
        for (value, place) in event.values(field).zip(0..) {
            if place > 0 {
                self.text.push(',');
            }
            self.value(value);
        }
        self.text.push(']');
    }

    fn name(&mut self, name: &str) {
        self.text.push(if self.text.is_empty() { '{' } else { ',' });
        quote(name, &mut self.text);
        self.text.push(':');
    }

    /// As `columns::json` has it.
    fn value(&mut self, value: Value<'_>) {
        match value {
            Value::Str(text) | Value::Number(text) => quote(text, &mut self.text),
            Value::Null => self.text.push_str("null"),
            other => self.text.push_str(other.text(&mut self.buffer).unwrap_or("null")),
        }
    }
}

/// Writes a text within JSON; what [`spelled`] counts, and its quotes.
fn quote(text: &str, out: &mut String) {
    out.push('"');
    if is_plain(text) {
        out.push_str(text);
        out.push('"');
        return;
    }
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let short = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            0x08 => "\\b",
            b'\t' => "\\t",
            b'\n' => "\\n",
            0x0c => "\\f",
            b'\r' => "\\r",
            0..0x20 => "",
            _ => continue,
        };
        out.push_str(&text[plain..at]);
        plain = at + 1;
        match short {
            "" => {
                use std::fmt::Write;
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{byte:04x}");
            }
            short => out.push_str(short),
        }
    }
    out.push_str(&text[plain..]);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::firsts;
    use model::Timestamp;
    use serde_json::json;

    fn attrs(raw: &str) -> Option<serde_json::Value> {
        let mut event = Event::default();
        parse::parse_into(&parse::Input { raw: raw.as_bytes(), received: Timestamp(0), format: parse::Format::Json, peer: None }, &mut event);
        Attributes::default().of(&event, &firsts(&event)).map(|text| serde_json::from_str(text).unwrap())
    }

    #[test]
    fn a_text_is_written_as_json_has_it_and_as_long_as_was_counted() {
        let every: String = (0u8..0x80).map(char::from).chain("größe \u{2028}\u{10ffff}".chars()).collect();
        for text in ["", "plain", "\"", "\\", "a\nb", "\u{1f}", "\u{7f}", &every] {
            let mut out = String::new();
            quote(text, &mut out);
            assert_eq!(out, serde_json::to_string(text).unwrap());
            assert_eq!(out.len(), spelled(text) + 2);
        }
    }

    #[test]
    fn what_has_no_column_stands_here_and_what_a_column_cannot_say() {
        assert_eq!(attrs(r#"{"host":{"name":"a"},"source":{"port":7}}"#), None);
        assert_eq!(
            attrs(r#"{"n":null,"t":true,"i":-1,"f":1.50,"l":["x",2],"process":{"pid":"007"},"user":{"name":["a","b"]},"source":{"port":[1,2]}}"#),
            Some(json!({"n": null, "t": true, "i": -1, "f": "1.50", "l": ["x", 2], "process.pid": "007", "user.name": ["a", "b"], "source.port": [1, 2]}))
        );
    }

    #[test]
    fn our_count_of_what_found_no_room_wins_over_a_field_of_its_name() {
        assert_eq!(attrs(r#"{"_left_out":"mine"}"#), Some(json!({"_left_out": "mine"})));
        // A name that each of many children repeats in `attrs`, and the record has once.
        let name = "n".repeat(480);
        let children: Vec<String> = (0..1_000).map(|child| format!("\"{child}\":1")).collect();
        let found = attrs(&format!(r#"{{"_left_out":"mine","{name}":{{{}}}}}"#, children.join(","))).unwrap();
        let named = found.as_object().unwrap().len() - 1;
        assert!(named > 0 && found["_left_out"] == 1_000 - named, "{named}, {}", found["_left_out"]);
    }
}
