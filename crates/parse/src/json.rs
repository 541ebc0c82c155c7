//! One JSON object, flattened into slots: nested names are joined by dots, arrays become several values.
//!
//! A reader of our own, since a tree that is thrown away again costs most of a parse, and since what an attacker
//! sends must be kept: numbers of any size, duplicate keys, half surrogates.

use crate::json_text;
use model::{Diagnostic, Event, Value, field};

/// Objects and arrays within each other.
const MAX_DEPTH: usize = 128;
/// Slots of one event; what comes after goes into `labels.overflow`.
const MAX_SLOTS: usize = 2_000;
/// Bytes of a joined name.
const MAX_NAME: usize = 512;
/// Bytes of `labels.overflow`.
const MAX_OVERFLOW: usize = 1 << 20;

/// Reads `raw` as one JSON object.
pub(crate) fn parse(raw: &[u8], out: &mut Event) {
    let text = crate::text_of(raw, out);
    parse_text(&text, out);
}

/// Reads `text` as one JSON object, beside the fields that `out` has already.
pub(crate) fn parse_text(text: &str, out: &mut Event) {
    let mut reader =
        Reader { text: text.as_bytes(), whole: text, at: 0, path: String::new(), buffer: String::new(), overflow: String::new() };
    let read = reader.document(out);
    let (at, overflow) = (reader.at, reader.overflow);
    if !overflow.is_empty() {
        out.push_str(field::LABELS_OVERFLOW, &overflow);
        out.diagnostics.push(Diagnostic::flag("json.too_many_fields", "fields past the limit are in labels.overflow"));
    }
    match read {
        Ok(()) => {}
        Err(Fault::Depth) => {
            out.clear_fields();
            out.diagnostics
                .push(Diagnostic::reject("json.too_deep", format!("more than {MAX_DEPTH} levels of nesting")).at(at));
        }
        Err(Fault::Syntax(what)) => {
            out.diagnostics.push(Diagnostic::flag("json.syntax", what).at(at));
            if !out.has(field::MESSAGE) {
                out.push_str(field::MESSAGE, text);
            }
        }
    }
}

enum Fault {
    Depth,
    Syntax(&'static str),
}

struct Reader<'a> {
    text: &'a [u8],
    whole: &'a str,
    at: usize,
    path: String,
    buffer: String,
    overflow: String,
}

impl<'a> Reader<'a> {
    fn document(&mut self, out: &mut Event) -> Result<(), Fault> {
        self.space();
        if self.peek() != Some(b'{') {
            return Err(Fault::Syntax("not a JSON object"));
        }
        self.object(out, 0)?;
        self.space();
        if self.at < self.text.len() {
            out.diagnostics.push(Diagnostic::flag("json.trailing", "text after the object").at(self.at));
        }
        Ok(())
    }

    fn object(&mut self, out: &mut Event, depth: usize) -> Result<(), Fault> {
        if depth >= MAX_DEPTH {
            return Err(Fault::Depth);
        }
        self.at += 1;
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(Fault::Syntax("a name in quotes was expected"));
            }
            let base = self.path.len();
            self.name(out)?;
            self.space();
            if self.peek() != Some(b':') {
                return Err(Fault::Syntax("a colon was expected"));
            }
            self.at += 1;
            self.value(out, depth + 1)?;
            self.path.truncate(base);
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(Fault::Syntax("a comma or the end of the object was expected")),
            }
        }
    }

    /// Adds the name that starts here to the path.
    fn name(&mut self, out: &mut Event) -> Result<(), Fault> {
        if !self.path.is_empty() {
            self.path.push('.');
        }
        let (start, end) = self.string()?;
        let raw = self.whole.get(start..end).unwrap_or("");
        if memchr::memchr(b'\\', raw.as_bytes()).is_some() {
            self.buffer.clear();
            json_text::unescape(raw, &mut self.buffer);
            self.path.push_str(&self.buffer);
        } else {
            self.path.push_str(raw);
        }
        if self.path.len() > MAX_NAME {
            let cut = (0..=MAX_NAME).rev().find(|at| self.path.is_char_boundary(*at)).unwrap_or(0);
            self.path.truncate(cut);
            out.diagnostics.push(Diagnostic::flag("json.name_too_long", "a field name was cut").at(start));
        }
        Ok(())
    }

    fn value(&mut self, out: &mut Event, depth: usize) -> Result<(), Fault> {
        self.space();
        match self.peek() {
            Some(b'{') => {
                let base = self.path.len();
                let empty = self.text.get(self.at + 1..).is_some_and(|rest| rest.trim_ascii_start().first() == Some(&b'}'));
                if empty {
                    self.put(out, Value::Null);
                }
                let read = self.object(out, depth);
                self.path.truncate(base);
                read
            }
            Some(b'[') => self.array(out, depth),
            Some(b'"') => {
                let (start, end) = self.string()?;
                let whole: &'a str = self.whole;
                let raw = whole.get(start..end).unwrap_or("");
                if memchr::memchr(b'\\', raw.as_bytes()).is_none() {
                    self.put(out, Value::Str(raw));
                } else {
                    let mut buffer = std::mem::take(&mut self.buffer);
                    buffer.clear();
                    if json_text::unescape(raw, &mut buffer) {
                        out.diagnostics.push(Diagnostic::flag("json.lone_surrogate", "half a surrogate pair").at(start));
                    }
                    self.put(out, Value::Str(&buffer));
                    self.buffer = buffer;
                }
                Ok(())
            }
            Some(b'-' | b'0'..=b'9') => self.number(out),
            Some(b't') => self.word(out, "true", Value::Bool(true)),
            Some(b'f') => self.word(out, "false", Value::Bool(false)),
            Some(b'n') => self.word(out, "null", Value::Null),
            _ => Err(Fault::Syntax("a value was expected")),
        }
    }

    fn array(&mut self, out: &mut Event, depth: usize) -> Result<(), Fault> {
        if depth >= MAX_DEPTH {
            return Err(Fault::Depth);
        }
        self.at += 1;
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            self.put(out, Value::Null);
            return Ok(());
        }
        loop {
            self.value(out, depth + 1)?;
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(Fault::Syntax("a comma or the end of the array was expected")),
            }
        }
    }

    /// The range between the quotes.
    fn string(&mut self) -> Result<(usize, usize), Fault> {
        let start = self.at + 1;
        let mut at = start;
        loop {
            let rest = self.text.get(at..).unwrap_or(&[]);
            let Some(found) = memchr::memchr2(b'"', b'\\', rest) else {
                self.at = self.text.len();
                return Err(Fault::Syntax("a string is not closed"));
            };
            at += found;
            if self.text[at] == b'"' {
                self.at = at + 1;
                return Ok((start, at));
            }
            at += 2;
        }
    }

    fn number(&mut self, out: &mut Event) -> Result<(), Fault> {
        let start = self.at;
        while self.peek().is_some_and(|b| matches!(b, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')) {
            self.at += 1;
        }
        let whole: &'a str = self.whole;
        let text = whole.get(start..self.at).unwrap_or("");
        match text.parse::<i64>() {
            // `-0` and `007` must come back as they were written.
            Ok(int) if !(text.starts_with('0') && text.len() > 1) && !text.starts_with("-0") => self.put(out, Value::Int(int)),
            _ => self.put(out, Value::Number(text)),
        }
        Ok(())
    }

    fn word(&mut self, out: &mut Event, word: &str, value: Value<'_>) -> Result<(), Fault> {
        if !self.text[self.at..].starts_with(word.as_bytes()) {
            return Err(Fault::Syntax("a value was expected"));
        }
        self.at += word.len();
        self.put(out, value);
        Ok(())
    }

    fn put(&mut self, out: &mut Event, value: Value<'_>) {
        let known = if out.slots().len() < MAX_SLOTS { crate::ecs::field(&self.path) } else { None };
        match known {
            Some(field) => out.push(field, value),
            None => self.spill(value),
        }
    }

    /// Keeps a field that found no place, as one line `name=value` of `labels.overflow`.
    fn spill(&mut self, value: Value<'_>) {
        let mut buffer = String::new();
        let text = value.text(&mut buffer).unwrap_or("");
        if self.overflow.len() + self.path.len() + text.len() < MAX_OVERFLOW {
            self.overflow.push_str(&self.path);
            self.overflow.push('=');
            self.overflow.push_str(text);
            self.overflow.push('\n');
        }
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }
}

