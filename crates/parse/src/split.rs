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
    if json {
        // The outer bracket of an array is skipped: its elements are the records.
        Split { rest: trimmed.strip_prefix(b"[").unwrap_or(trimmed), json }
    } else {
        Split { rest: bytes, json }
    }
}

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
                true => object_end(self.rest).unwrap_or_else(|| line_end(self.rest)),
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
        check("\u{feff}{\"a\":1}", Format::Auto, &["{\"a\":1}"]);
    }
}
