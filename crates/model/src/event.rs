//! One event: its raw bytes and a sparse list of slots.
//!
//! Values live in one text arena, so that an event which is cleared and filled again allocates nothing once it
//! has reached its size. The arena begins with the raw bytes where these are text: a value that stands there as it is
//! is not copied. A field with several values has several slots; that is what a JSON array becomes.

use crate::{Diagnostic, Field, LogSource, Timestamp};
use std::sync::Arc;

/// One value of one field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'e> {
    /// Present and null (also an empty array).
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer that fits.
    Int(i64),
    /// Any other number, as it was written: `1e999`, `0.10`, `18446744073709551616`.
    Number(&'e str),
    /// Text.
    Str(&'e str),
}

impl<'e> Value<'e> {
    /// The value as text; `buffer` is used where it is not text already. `None` for null.
    pub fn text<'b>(self, buffer: &'b mut String) -> Option<&'b str>
    where
        'e: 'b,
    {
        match self {
            Value::Null => None,
            Value::Bool(b) => Some(if b { "true" } else { "false" }),
            Value::Int(i) => {
                use std::fmt::Write;
                buffer.clear();
                // Writing to a String cannot fail.
                let _ = write!(buffer, "{i}");
                Some(buffer)
            }
            Value::Number(s) | Value::Str(s) => Some(s),
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Stored {
    Null,
    Bool(bool),
    Int(i64),
    Number { start: u32, len: u32 },
    Str { start: u32, len: u32 },
}

/// A field and where its value stands.
#[derive(Clone, Copy, Debug)]
pub struct Slot {
    field: Field,
    stored: Stored,
}

impl Slot {
    /// The field.
    #[inline]
    pub fn field(&self) -> Field {
        self.field
    }
}

/// One event.
#[derive(Clone, Debug, Default)]
pub struct Event {
    /// Event time: what the event says of itself, else the receive time.
    pub time: Timestamp,
    /// When it was received.
    pub received: Timestamp,
    /// Ingest sequence, from 1; 0 until the log has given it one.
    pub seq: u64,
    /// The configured source that it came through (`windows-dc`, `syslog:192.0.2.7`).
    pub source: Arc<str>,
    /// Its Sigma log source.
    pub log_source: LogSource,
    /// What was wrong with it.
    pub diagnostics: Vec<Diagnostic>,
    /// The raw bytes, where they are not UTF-8; else they are the first `raw_len` bytes of `text`.
    odd: Vec<u8>,
    raw_len: usize,
    text: String,
    slots: Vec<Slot>,
}

/// An event's texts are addressed by 32 bits; inputs are limited far below that.
const MAX_TEXT: usize = u32::MAX as usize;

impl Event {
    /// An event of these bytes without any field yet.
    pub fn new(raw: &[u8], received: Timestamp) -> Self {
        let mut event = Event::default();
        event.reset(raw, received);
        event
    }

    /// Empties the event and gives it new bytes, keeping its buffers. The source stays.
    pub fn reset(&mut self, raw: &[u8], received: Timestamp) {
        match std::str::from_utf8(raw) {
            Ok(text) => self.reset_to_text(text, received),
            Err(_) => self.reset_to_odd(raw, received),
        }
    }

    /// The same for bytes that are known to be text, which are not looked through again.
    pub fn reset_to_text(&mut self, raw: &str, received: Timestamp) {
        if raw.len() > MAX_TEXT {
            return self.reset_to_odd(raw.as_bytes(), received);
        }
        self.reset_to_odd(&[], received);
        self.text.push_str(raw);
        self.raw_len = self.text.len();
    }

    fn reset_to_odd(&mut self, raw: &[u8], received: Timestamp) {
        self.time = received;
        self.received = received;
        self.seq = 0;
        self.log_source = LogSource::default();
        self.diagnostics.clear();
        self.odd.clear();
        self.text.clear();
        self.slots.clear();
        self.odd.extend_from_slice(raw);
        self.raw_len = 0;
    }

    /// Drops fields, log source and diagnostics and keeps the raw bytes and times.
    pub fn clear_fields(&mut self) {
        self.log_source = LogSource::default();
        self.diagnostics.clear();
        self.text.truncate(self.raw_len);
        self.slots.clear();
    }

    /// The bytes as they came.
    pub fn raw(&self) -> &[u8] {
        match self.text.as_bytes().get(..self.raw_len) {
            Some(raw) if self.raw_len > 0 => raw,
            _ => &self.odd,
        }
    }

    /// The raw bytes, and behind them what values hold beyond these: every text value is a part of it. None where the
    /// raw bytes are not text.
    pub fn texts(&self) -> Option<&str> {
        self.odd.is_empty().then_some(&self.text)
    }

    /// The slots, in the order of the input.
    #[inline]
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The value of a slot of this event.
    #[inline]
    pub fn value(&self, slot: &Slot) -> Value<'_> {
        match slot.stored {
            Stored::Null => Value::Null,
            Stored::Bool(b) => Value::Bool(b),
            Stored::Int(i) => Value::Int(i),
            Stored::Number { start, len } => Value::Number(self.span(start, len)),
            Stored::Str { start, len } => Value::Str(self.span(start, len)),
        }
    }

    /// Every field and value.
    pub fn iter(&self) -> impl Iterator<Item = (Field, Value<'_>)> {
        self.slots.iter().map(|slot| (slot.field, self.value(slot)))
    }

    /// All values of a field.
    pub fn values(&self, field: Field) -> impl Iterator<Item = Value<'_>> {
        self.slots.iter().filter(move |slot| slot.field == field).map(|slot| self.value(slot))
    }

    /// The first value of a field.
    pub fn get(&self, field: Field) -> Option<Value<'_>> {
        self.values(field).next()
    }

    /// The first value of a field, if it is text.
    pub fn str(&self, field: Field) -> Option<&str> {
        match self.get(field) {
            Some(Value::Str(s)) => Some(s),
            _ => None,
        }
    }

    /// Whether the field is there, be it null.
    pub fn has(&self, field: Field) -> bool {
        self.slots.iter().any(|slot| slot.field == field)
    }

    /// Adds a value to a field; a second value makes it a list.
    #[inline]
    pub fn push(&mut self, field: Field, value: Value<'_>) {
        let stored = match value {
            Value::Null => Stored::Null,
            Value::Bool(b) => Stored::Bool(b),
            Value::Int(i) => Stored::Int(i),
            Value::Number(s) => {
                let Some((start, len)) = self.keep(s) else { return };
                Stored::Number { start, len }
            }
            Value::Str(s) => {
                let Some((start, len)) = self.keep(s) else { return };
                Stored::Str { start, len }
            }
        };
        self.slots.push(Slot { field, stored });
    }

    /// Adds the text that stands at this range of the raw bytes, without copying it. Ignored where the raw bytes are
    /// not text or the range is not within them on character boundaries.
    #[inline]
    pub fn push_raw(&mut self, field: Field, range: std::ops::Range<usize>) {
        if let Some(stored) = self.raw_span(range).map(|(start, len)| Stored::Str { start, len }) {
            self.slots.push(Slot { field, stored });
        }
    }

    /// The same for a number that is kept as it was written.
    pub fn push_raw_number(&mut self, field: Field, range: std::ops::Range<usize>) {
        if let Some(stored) = self.raw_span(range).map(|(start, len)| Stored::Number { start, len }) {
            self.slots.push(Slot { field, stored });
        }
    }

    /// Adds what `write` appends to the text that it is given; it must not touch what is there already. What `write`
    /// says is handed on.
    #[inline]
    pub fn push_written<T>(&mut self, field: Field, write: impl FnOnce(&mut String) -> T) -> T {
        let start = self.text.len();
        let said = write(&mut self.text);
        let len = self.text.len().saturating_sub(start);
        if self.text.len() > MAX_TEXT {
            self.text.truncate(start);
            self.too_large();
        } else if let (Ok(start), Ok(len)) = (u32::try_from(start), u32::try_from(len)) {
            self.slots.push(Slot { field, stored: Stored::Str { start, len } });
        }
        said
    }

    /// Adds text to a field.
    pub fn push_str(&mut self, field: Field, value: &str) {
        self.push(field, Value::Str(value));
    }

    /// Gives `to` the same value as the slot at `index`, without copying its text.
    #[inline]
    pub fn alias(&mut self, to: Field, index: usize) {
        if let Some(slot) = self.slots.get(index) {
            let stored = slot.stored;
            self.slots.push(Slot { field: to, stored });
        }
    }

    /// Gives `to` a part of the text in the slot at `index`, without copying it. Ignored where the slot holds no
    /// text or the range is not within it on character boundaries.
    pub fn alias_part(&mut self, to: Field, index: usize, part: std::ops::Range<usize>) {
        let Some(Slot { stored: Stored::Str { start, len }, .. }) = self.slots.get(index).copied() else { return };
        if self.span(start, len).get(part.clone()).is_none() {
            return;
        }
        // Both fit: the part lies within a span of 32-bit length.
        let (Ok(offset), Ok(len)) = (u32::try_from(part.start), u32::try_from(part.len())) else { return };
        self.slots.push(Slot { field: to, stored: Stored::Str { start: start + offset, len } });
    }

    /// Gives every slot the field that `rename` makes of its own.
    pub fn relabel(&mut self, mut rename: impl FnMut(Field) -> Field) {
        for slot in &mut self.slots {
            slot.field = rename(slot.field);
        }
    }

    /// Gives the first slots the fields of this list, in its order.
    pub fn label(&mut self, fields: &[Field]) {
        for (slot, field) in self.slots.iter_mut().zip(fields) {
            slot.field = *field;
        }
    }

    /// Removes every slot of a field.
    pub fn remove(&mut self, field: Field) {
        self.slots.retain(|slot| slot.field != field);
    }

    /// The strictest verdict among the diagnostics.
    pub fn verdict(&self) -> Option<crate::Verdict> {
        self.diagnostics.iter().map(|d| d.verdict).max()
    }

    /// Bytes that the event holds in memory, for budgets.
    pub fn heap_bytes(&self) -> usize {
        self.odd.capacity() + self.text.capacity() + self.slots.capacity() * size_of::<Slot>()
    }

    #[inline]
    fn keep(&mut self, s: &str) -> Option<(u32, u32)> {
        let start = self.text.len();
        if start + s.len() > MAX_TEXT {
            self.too_large();
            return None;
        }
        self.text.push_str(s);
        Some((u32::try_from(start).ok()?, u32::try_from(s.len()).ok()?))
    }

    fn too_large(&mut self) {
        let what = "a value was left out: the event exceeds 4 GiB of text";
        self.diagnostics.push(Diagnostic::flag("event.too_large", what));
    }

    #[inline]
    fn raw_span(&self, range: std::ops::Range<usize>) -> Option<(u32, u32)> {
        if range.end > self.raw_len || self.text.get(range.clone()).is_none() {
            return None;
        }
        Some((u32::try_from(range.start).ok()?, u32::try_from(range.len()).ok()?))
    }

    #[inline]
    fn span(&self, start: u32, len: u32) -> &str {
        let start = start as usize;
        self.text.get(start..start + len as usize).unwrap_or("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field;
    use proptest::prelude::*;

    #[test]
    fn a_part_is_taken_only_on_character_boundaries() {
        let mut event = Event::new(b"", Timestamp(0));
        event.push_str(field::PROCESS_EXECUTABLE, "C:\\ü.exe");
        event.alias_part(field::PROCESS_NAME, 0, 3..9);
        assert_eq!(event.str(field::PROCESS_NAME), Some("ü.exe"));
        event.remove(field::PROCESS_NAME);
        event.alias_part(field::PROCESS_NAME, 0, 4..9);
        event.alias_part(field::PROCESS_NAME, 0, 3..99);
        assert_eq!(event.str(field::PROCESS_NAME), None);
    }

    #[test]
    fn a_value_is_shared_with_the_raw_bytes_only_where_it_is_text_of_theirs() {
        let mut event = Event::new("a=ü;7".as_bytes(), Timestamp(0));
        event.push_raw(field::MESSAGE, 2..4);
        event.push_raw(field::MESSAGE, 3..4);
        event.push_raw(field::MESSAGE, 2..7);
        event.push_raw_number(field::EVENT_SEVERITY, 5..6);
        event.push_written(field::TAGS, |text| text.push_str("new"));
        event.push_raw(field::MESSAGE, 6..8);
        assert_eq!(
            event.iter().map(|(_, value)| value).collect::<Vec<_>>(),
            [Value::Str("ü"), Value::Number("7"), Value::Str("new"),]
        );
        event.label(&[field::TAGS]);
        assert_eq!(event.str(field::TAGS), Some("ü"));
        event.clear_fields();
        assert_eq!((event.raw(), event.slots().len()), ("a=ü;7".as_bytes(), 0));
        event.reset(b"\xff;7", Timestamp(0));
        event.push_raw(field::MESSAGE, 1..2);
        assert_eq!((event.raw(), event.slots().len()), (&b"\xff;7"[..], 0));
    }

    proptest! {
        #[test]
        fn what_is_pushed_comes_back(values in prop::collection::vec(".*", 0..20)) {
            let mut event = Event::new(b"x", Timestamp(0));
            for v in &values {
                event.push_str(field::MESSAGE, v);
            }
            let back: Vec<_> = event.values(field::MESSAGE).collect();
            prop_assert_eq!(back.len(), values.len());
            for (b, v) in back.iter().zip(&values) {
                prop_assert_eq!(*b, Value::Str(v));
            }
        }
    }
}
