//! Where one record ends and the next begins.

use crate::Format;

/// The largest record, in bytes.
pub const MAX_RECORD: usize = 16 << 20;

/// The records of a buffer, in order.
pub fn split(bytes: &[u8], format: Format) -> Split<'_> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let trimmed = bytes.trim_ascii_start();
    let json = match format {
        Format::Json => true,
        Format::Auto => matches!(trimmed.first(), Some(b'{' | b'[')) && first_line_is_json(trimmed),
        Format::Syslog | Format::Lines => false,
    };
    // The outer bracket of an array is skipped: its elements are the records.
    let rest = if json { trimmed.strip_prefix(b"[").unwrap_or(trimmed) } else { bytes };
    Split { rest, json, patience: PATIENCE }
}

/// Bytes that are searched in vain for the ends of objects; then an object has to end in its own line. Each of many
/// lines that open a brace would be held against all that follow.
const PATIENCE: usize = 16 * MAX_RECORD;

/// `[` also begins lines of text; an array of objects goes on with `{` or ends.
fn first_line_is_json(trimmed: &[u8]) -> bool {
    match trimmed.strip_prefix(b"[") {
        Some(inner) => matches!(inner.trim_ascii_start().first(), Some(b'{' | b']')),
        None => true,
    }
}

/// Iterator of records; empty lines are passed over.
#[derive(Clone, Debug)]
pub struct Split<'a> {
    rest: &'a [u8],
    json: bool,
    patience: usize,
}

impl<'a> Iterator for Split<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        loop {
            if self.json {
                self.rest = self.rest.trim_ascii_start();
                while let [b',' | b']', tail @ ..] = self.rest {
                    self.rest = tail.trim_ascii_start();
                }
            }
            if self.rest.is_empty() {
                return None;
            }
            let end = match self.json && self.rest[0] == b'{' {
                true => self.object_end(),
                false => line_end(self.rest),
            };
            let (record, rest) = self.rest.split_at(end);
            self.rest = rest;
            if !self.json {
                self.rest = rest.strip_prefix(b"\n").unwrap_or(rest);
            }
            let record = record.strip_suffix(b"\r").unwrap_or(record);
            if !record.trim_ascii().is_empty() {
                return Some(record);
            }
        }
    }
}

impl Split<'_> {
    /// The end of the object that begins here; of its line, where the object has none.
    fn object_end(&mut self) -> usize {
        let line = line_end(self.rest);
        let within = if self.patience == 0 { self.rest.get(..line).unwrap_or(self.rest) } else { self.rest };
        object_end(within).unwrap_or_else(|| {
            self.patience = self.patience.saturating_sub(within.len().min(MAX_RECORD));
            line
        })
    }
}

fn line_end(bytes: &[u8]) -> usize {
    memchr::memchr(b'\n', bytes).unwrap_or(bytes.len())
}

/// The end of the object that begins here, by counting braces outside of strings; `None` if it is not closed
/// within [`MAX_RECORD`]: then the line is the record, so that one bad line does not swallow the rest.
fn object_end(bytes: &[u8]) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = 0;
    let limit = bytes.len().min(MAX_RECORD);
    while at < limit {
        match bytes[at] {
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            b'"' => {
                at += 1;
                loop {
                    let found = memchr::memchr2(b'"', b'\\', bytes.get(at..limit)?)?;
                    at += found;
                    if bytes[at] == b'"' {
                        break;
                    }
                    at += 2;
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_cut_where_they_end() {
        let check = |text: &str, format, expected: &[&str]| {
            let got: Vec<_> = split(text.as_bytes(), format).map(|r| String::from_utf8_lossy(r).into_owned()).collect();
            assert_eq!(got, expected, "{text:?}");
        };
        check("{\"a\":1}\n{\"b\":\"}{\"}\r\n\n", Format::Auto, &["{\"a\":1}", "{\"b\":\"}{\"}"]);
        check("[{\"a\":1},\n {\"b\":2}]", Format::Auto, &["{\"a\":1}", "{\"b\":2}"]);
        check("{\n \"a\": 1\n}{\"b\":2}", Format::Json, &["{\n \"a\": 1\n}", "{\"b\":2}"]);
        check("{\"a\":\n{\"b\":2}\n", Format::Json, &["{\"a\":", "{\"b\":2}"]);
        check("<13>one\n<13>two", Format::Auto, &["<13>one", "<13>two"]);
        check("[12:00] text\nmore", Format::Auto, &["[12:00] text", "more"]);
        check("", Format::Auto, &[]);
        check("{\"a\":\n{\n\"b\":2}\n", Format::Json, &["{\"a\":", "{\n\"b\":2}"]);
        check("\u{feff}{\"a\":1}", Format::Auto, &["{\"a\":1}"]);
    }

    #[test]
    fn braces_that_are_never_closed_cost_no_more_than_patience() {
        // Unbounded, this would look at some 10^13 bytes.
        let text = "{\n".repeat(4 << 20) + "{\"a\":1}\n{\"b\":2}\n";
        let records: Vec<&[u8]> = split(text.as_bytes(), Format::Json).collect();
        assert_eq!(records.len(), (4 << 20) + 2);
        assert!(records.ends_with(&[br#"{"a":1}"#, br#"{"b":2}"#]));
    }
}
