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
/// Names of one object among which repetitions are looked for.
const MAX_COMPARED: usize = 256;

/// Reads `raw` as one JSON object.
pub(crate) fn parse(raw: &[u8], out: &mut Event) {
    let text = crate::text_of(raw, out);
    parse_text(&text, 0, out);
}

/// Reads `text` as one JSON object, beside the fields that `out` has already. `base` is where it begins in its record.
pub(crate) fn parse_text(text: &str, base: usize, out: &mut Event) {
    let mut reader = Reader {
        text: text.as_bytes(),
        whole: text,
        base,
        at: 0,
        // In one pass, so that a record without any costs no more.
        control: text.bytes().fold(false, |any, byte| any | (byte < 0x20)),
        path: String::new(),
        buffer: String::new(),
        overflow: String::new(),
        names: Vec::new(),
        flagged: 0,
    };
    let read = reader.document(out);
    let (at, overflow) = (base + reader.at.min(text.len()), reader.overflow);
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

/// What JSON does not allow and we read all the same. Each is said once a record, at its first place.
const NAME_TOO_LONG: (&str, &str) = ("json.name_too_long", "a field name was cut");
const DUPLICATE: (&str, &str) = ("json.duplicate_name", "a name stands twice in one object; both values are kept");
const PROTOTYPE: (&str, &str) = ("json.proto_name", "a field is called __proto__");
const LONE_SURROGATE: (&str, &str) = ("json.lone_surrogate", "half a surrogate pair");
const ESCAPE: (&str, &str) = ("json.escape", "an escape that JSON does not have");
const CONTROL: (&str, &str) = ("json.control", "a control character that is not escaped");
const NUMBER: (&str, &str) = ("json.number", "a number that JSON does not have; it is kept as written");
const SAID_ONCE: [(&str, &str); 7] = [NAME_TOO_LONG, DUPLICATE, PROTOTYPE, LONE_SURROGATE, ESCAPE, CONTROL, NUMBER];

struct Reader<'a> {
    text: &'a [u8],
    whole: &'a str,
    base: usize,
    at: usize,
    /// Whether the text has control characters at all.
    control: bool,
    path: String,
    buffer: String,
    overflow: String,
    /// Hashes of the names of the objects that are open.
    names: Vec<u64>,
    /// Which of [`SAID_ONCE`] were said.
    flagged: u8,
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
            out.diagnostics.push(Diagnostic::flag("json.trailing", "text after the object").at(self.base + self.at));
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
        // Where this object's names begin, and one bit for each that was seen.
        let (first, mut seen) = (self.names.len(), 0u64);
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(Fault::Syntax("a name in quotes was expected"));
            }
            let base = self.path.len();
            self.name(out, first, &mut seen)?;
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
                    self.names.truncate(first);
                    return Ok(());
                }
                _ => return Err(Fault::Syntax("a comma or the end of the object was expected")),
            }
        }
    }

    /// Adds the name that starts here to the path.
    fn name(&mut self, out: &mut Event, first: usize, seen: &mut u64) -> Result<(), Fault> {
        if !self.path.is_empty() {
            self.path.push('.');
        }
        let (start, end) = self.string(out)?;
        let base = self.path.len();
        let raw = self.whole.get(start..end).unwrap_or("");
        if memchr::memchr(b'\\', raw.as_bytes()).is_some() {
            self.buffer.clear();
            let odd = json_text::unescape(raw, &mut self.buffer);
            self.path.push_str(&self.buffer);
            self.odd_escapes(odd, start, out);
        } else {
            self.path.push_str(raw);
        }
        self.compare(base, start, first, seen, out);
        if self.path.len() > MAX_NAME {
            let cut = (0..=MAX_NAME).rev().find(|at| self.path.is_char_boundary(*at)).unwrap_or(0);
            self.path.truncate(cut);
            self.flag(NAME_TOO_LONG, start, out);
        }
        Ok(())
    }

    /// Looks for the name at the end of the path among those that its object has had.
    fn compare(&mut self, base: usize, start: usize, first: usize, seen: &mut u64, out: &mut Event) {
        use std::hash::{Hash, Hasher};
        let name = self.path.get(base..).unwrap_or("");
        if name == "__proto__" {
            self.flag(PROTOTYPE, start, out);
            return;
        }
        if self.names.len() >= first + MAX_COMPARED {
            return;
        }
        let mut hasher = rustc_hash::FxHasher::default();
        name.hash(&mut hasher);
        let hash = hasher.finish();
        let bit = 1 << (hash >> 58);
        if *seen & bit != 0 && self.names[first..].contains(&hash) {
            self.flag(DUPLICATE, start, out);
        }
        *seen |= bit;
        self.names.push(hash);
    }

    fn odd_escapes(&mut self, odd: json_text::Odd, start: usize, out: &mut Event) {
        if odd.lone_surrogate {
            self.flag(LONE_SURROGATE, start, out);
        }
        if odd.unknown {
            self.flag(ESCAPE, start, out);
        }
    }

    fn flag(&mut self, fault: (&'static str, &'static str), at: usize, out: &mut Event) {
        let bit = SAID_ONCE.iter().position(|(code, _)| *code == fault.0).map_or(0, |place| 1 << place);
        if self.flagged & bit == 0 {
            self.flagged |= bit;
            out.diagnostics.push(Diagnostic::flag(fault.0, fault.1).at(self.base + at));
        }
    }

    fn value(&mut self, out: &mut Event, depth: usize) -> Result<(), Fault> {
        self.space();
        match self.peek() {
            Some(b'{') => {
                let base = self.path.len();
                let empty =
                    self.text.get(self.at + 1..).is_some_and(|rest| rest.trim_ascii_start().first() == Some(&b'}'));
                if empty {
                    self.put(out, Value::Null);
                }
                let read = self.object(out, depth);
                self.path.truncate(base);
                read
            }
            Some(b'[') => self.array(out, depth),
            Some(b'"') => {
                let (start, end) = self.string(out)?;
                let whole: &'a str = self.whole;
                let raw = whole.get(start..end).unwrap_or("");
                if memchr::memchr(b'\\', raw.as_bytes()).is_none() {
                    self.put(out, Value::Str(raw));
                } else {
                    let mut buffer = std::mem::take(&mut self.buffer);
                    buffer.clear();
                    let odd = json_text::unescape(raw, &mut buffer);
                    self.odd_escapes(odd, start, out);
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
    fn string(&mut self, out: &mut Event) -> Result<(usize, usize), Fault> {
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
                if self.control
                    && let Some(place) = self.text[start..at].iter().position(|byte| *byte < 0x20)
                {
                    self.flag(CONTROL, start + place, out);
                }
                return Ok((start, at));
            }
            at += 2;
        }
    }

    fn number(&mut self, out: &mut Event) -> Result<(), Fault> {
        let start = self.at;
        while self.peek().is_some_and(in_number) {
            self.at += 1;
        }
        let whole: &'a str = self.whole;
        let (value, right) = number(whole.get(start..self.at).unwrap_or(""));
        if !right {
            self.flag(NUMBER, start, out);
        }
        self.put(out, value);
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

/// Whether a number goes on with this byte.
pub(crate) fn in_number(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')
}

/// A number, and whether JSON has it.
pub(crate) fn number(text: &str) -> (Value<'_>, bool) {
    match text.parse::<i64>() {
        // `-0` and `007` must come back as they were written.
        Ok(int) if (text == "0" || !text.starts_with('0')) && !text.starts_with("-0") => (Value::Int(int), true),
        _ => (Value::Number(text), is_number(text)),
    }
}

/// Whether JSON has this number.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (text, None),
    };
    let mantissa = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(digits)
}
