//! Reads a document along the tree of shapes.
//!
//! The values are put down in the order of the text. What one place of the tree stands for is always the same: a name
//! and the objects it is in; so the places passed tell the field of every value. Anything odd ends the reading: it is
//! for the thorough reader to say what it is.

use super::scan;
use super::tree::{Node, ROOT, Step, Tree};
use crate::{json, json_text};
use model::{Event, Field, Value, field};

/// The fields are known at the end only.
const UNNAMED: Field = field::MESSAGE;
/// Objects and arrays within each other; the thorough reader takes more.
const MAX_DEPTH: u32 = 32;
/// Values of one document; the thorough reader takes more.
const MAX_VALUES: usize = 1_000;

/// The place in the tree where the document ends, if all of it went well. Learns what is new on the way.
pub(super) fn read(text: &str, tree: &mut Tree, out: &mut Event) -> Option<Node> {
    tree.earn();
    let bytes = text.as_bytes();
    let mut reader = Reader { text, bytes, at: 0 };
    reader.space();
    reader.take(b'{')?;
    let mut node = ROOT;
    // One bit for each container that is open, the innermost lowest: set for an array.
    let (mut arrays, mut depth) = (0u64, 1);
    'name: loop {
        reader.space();
        reader.take(b'"')?;
        (node, reader.at) = tree.name(node, bytes, reader.at)?;
        reader.space();
        reader.take(b':')?;
        'value: loop {
            reader.space();
            match reader.peek()? {
                b'{' if !reader.empty(b'}') => {
                    node = tree.step(node, Step::Open)?;
                    (arrays, depth) = (arrays << 1, depth + 1);
                    if depth > MAX_DEPTH {
                        return None;
                    }
                    continue 'name;
                }
                b'[' if !reader.empty(b']') => {
                    (arrays, depth) = (arrays << 1 | 1, depth + 1);
                    if depth > MAX_DEPTH {
                        return None;
                    }
                    continue 'value;
                }
                b'{' | b'[' => out.push(UNNAMED, Value::Null),
                first => reader.value(first, out)?,
            }
            if out.slots().len() > MAX_VALUES {
                return None;
            }
            // Up to the next name or value.
            loop {
                reader.space();
                let next = reader.peek()?;
                reader.at += 1;
                match (next, arrays & 1 == 1) {
                    (b',', false) => continue 'name,
                    (b',', true) => {
                        node = tree.step(node, Step::Again)?;
                        continue 'value;
                    }
                    (b']', true) => {}
                    (b'}', false) if depth == 1 => {
                        reader.space();
                        return (reader.at == bytes.len()).then_some(node);
                    }
                    (b'}', false) => node = tree.step(node, Step::Close)?,
                    _ => return None,
                }
                (arrays, depth) = (arrays >> 1, depth - 1);
            }
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    #[inline]
    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// Whether the container that begins here ends at once. Goes behind its end, or else behind its beginning.
    #[inline]
    fn empty(&mut self, end: u8) -> bool {
        self.at += 1;
        self.space();
        self.take(end).is_some()
    }

    /// A text, a number or a word.
    #[inline]
    fn value(&mut self, first: u8, out: &mut Event) -> Option<()> {
        match first {
            b'"' => self.string(out),
            b'-' | b'0'..=b'9' => self.number(out),
            b't' => self.word("true", Value::Bool(true), out),
            b'f' => self.word("false", Value::Bool(false), out),
            b'n' => self.word("null", Value::Null, out),
            _ => None,
        }
    }

    #[inline]
    fn string(&mut self, out: &mut Event) -> Option<()> {
        let start = self.at + 1;
        let end = scan::stop(self.bytes, start);
        if self.bytes.get(end) == Some(&b'"') {
            self.at = end + 1;
            out.push_raw(UNNAMED, start..end);
            return Some(());
        }
        self.at = out.push_written(UNNAMED, |text| escaped(self.text, start, end, text))?;
        Some(())
    }

    #[inline]
    fn number(&mut self, out: &mut Event) -> Option<()> {
        let start = self.at;
        let digits = self.bytes.get(start..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let first = self.peek()?;
        self.at += digits;
        let more = matches!(self.peek(), Some(b'.' | b'e' | b'E' | b'+' | b'-'));
        // The commonest by far: digits that are no more than a number has room for.
        if (1..=18).contains(&digits) && !more && (first != b'0' || digits == 1) {
            let digits = &self.bytes[start..self.at];
            out.push(UNNAMED, Value::Int(digits.iter().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'))));
            return Some(());
        }
        let end = self.bytes[self.at..].iter().take_while(|byte| json::in_number(**byte)).count() + self.at;
        self.at = end;
        match json::number(self.text.get(start..end)?) {
            (Value::Number(_), true) => out.push_raw_number(UNNAMED, start..end),
            (value, true) => out.push(UNNAMED, value),
            (_, false) => return None,
        }
        Some(())
    }

    #[inline]
    fn word(&mut self, word: &str, value: Value<'_>, out: &mut Event) -> Option<()> {
        self.bytes.get(self.at..)?.starts_with(word.as_bytes()).then_some(())?;
        self.at += word.len();
        out.push(UNNAMED, value);
        Some(())
    }
}

/// Appends the string that begins at `start` and has its first escape at `end`. Returns where it ends, behind its quote.
fn escaped(text: &str, mut start: usize, mut end: usize, out: &mut String) -> Option<usize> {
    let (bytes, mut odd) = (text.as_bytes(), json_text::Odd::default());
    loop {
        json_text::append(text, start..end, out);
        match bytes.get(end)? {
            b'"' => return (odd == json_text::Odd::default()).then_some(end + 1),
            b'\\' => start = end + 1 + json_text::escape(text.get(end + 1..)?, out, &mut odd),
            _ => return None,
        }
        end = scan::stop(bytes, start);
    }
}
