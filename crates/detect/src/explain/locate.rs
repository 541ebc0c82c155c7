//! Where a value stands in the raw event: in JSON behind its escapes, in XML behind its entities, elsewhere as it is.

use memchr::memmem;
use std::ops::Range;

/// Levels of objects and arrays whose keys are remembered.
const MAX_DEPTH: usize = 128;
/// Occurrences in a text without structure that are looked at.
const MAX_OCCURRENCES: usize = 1_000;

/// The bytes of `raw` that became bytes `part` of the value `text` of field `slot`. Where the value stands more than
/// once, the place whose name is most like the slot's.
pub(crate) fn locate(raw: &[u8], slot: &str, text: &str, part: Range<usize>) -> Option<Range<usize>> {
    if text.is_empty() {
        return None;
    }
    let first = raw.iter().find(|byte| !byte.is_ascii_whitespace());
    let in_json = if matches!(first, Some(b'{' | b'[')) { json(raw, slot, text, &part) } else { None };
    in_json.or_else(|| plain(raw, slot, text, &part))
}

/// Decoded text and, for each of its bytes and its end, where in raw it came from.
struct Decoded {
    text: Vec<u8>,
    offsets: Vec<usize>,
}

impl Decoded {
    fn range(&self, part: Range<usize>) -> Option<Range<usize>> {
        Some(*self.offsets.get(part.start)?..*self.offsets.get(part.end)?)
    }
}

/// A found place: how good it is, and the range in raw.
type Found = Option<(usize, Range<usize>)>;

fn better(best: &mut Found, score: usize, range: Option<Range<usize>>) {
    if let Some(range) = range
        && best.as_ref().is_none_or(|(known, _)| score > *known)
    {
        *best = Some((score, range));
    }
}

/// Whole values score by the likeness of their path; parts of values come after all whole ones.
fn json(raw: &[u8], slot: &str, text: &str, part: &Range<usize>) -> Option<Range<usize>> {
    let mut best: Found = None;
    let mut path: Vec<String> = vec![String::new()];
    let mut at = 0;
    while let Some(byte) = raw.get(at) {
        match byte {
            b'{' | b'[' if path.len() < MAX_DEPTH => path.push(String::new()),
            b'}' | b']' if path.len() > 1 => drop(path.pop()),
            b'"' => {
                let (decoded, end) = string(raw, at + 1);
                at = end;
                if followed_by_colon(raw, end) {
                    if let Some(key) = path.last_mut() {
                        *key = String::from_utf8_lossy(&decoded.text).into_owned();
                    }
                } else if decoded.text == text.as_bytes() {
                    better(&mut best, 10 + likeness(&path, slot), decoded.range(part.clone()));
                } else if let Some(inner) = memmem::find(&decoded.text, text.as_bytes()) {
                    better(&mut best, likeness(&path, slot).min(9), decoded.range(inner + part.start..inner + part.end));
                }
                continue;
            }
            b'0'..=b'9' | b'-' | b't' | b'f' => {
                let length = raw
                    .get(at..)
                    .unwrap_or_default()
                    .iter()
                    .take_while(|b| b.is_ascii_alphanumeric() || b"+-.".contains(b))
                    .count();
                if raw.get(at..at + length) == Some(text.as_bytes()) {
                    better(&mut best, 10 + likeness(&path, slot), Some(at + part.start..at + part.end));
                }
                at += length.max(1);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    best.map(|(_, range)| range)
}

/// How many names at the end of a path are those at the end of a field's name.
fn likeness(path: &[String], slot: &str) -> usize {
    let names = path.iter().rev().flat_map(|key| key.rsplit('.')).filter(|name| !name.is_empty());
    names.zip(slot.rsplit('.')).take_while(|(a, b)| a == b).count()
}

fn followed_by_colon(raw: &[u8], at: usize) -> bool {
    raw.get(at..).unwrap_or_default().iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':')
}

/// The JSON string whose content begins at `at`, and where the text after its closing quote begins.
fn string(raw: &[u8], mut at: usize) -> (Decoded, usize) {
    let mut decoded = Decoded { text: Vec::new(), offsets: Vec::new() };
    let mut keep = |bytes: &[u8], from: usize| {
        decoded.text.extend_from_slice(bytes);
        decoded.offsets.extend(std::iter::repeat_n(from, bytes.len()));
    };
    loop {
        let from = at;
        match (raw.get(at), raw.get(at + 1)) {
            (None, _) => break,
            (Some(b'"'), _) => break,
            (Some(b'\\'), Some(b'u')) => {
                let (c, end) = escaped_char(raw, at);
                at = end;
                keep(c.encode_utf8(&mut [0; 4]).as_bytes(), from);
            }
            (Some(b'\\'), Some(escape)) => {
                let byte = match escape {
                    b'n' => b'\n',
                    b't' => b'\t',
                    b'r' => b'\r',
                    b'b' => 8,
                    b'f' => 12,
                    other => *other,
                };
                at += 2;
                keep(&[byte], from);
            }
            (Some(byte), _) => {
                at += 1;
                keep(&[*byte], from);
            }
        }
    }
    decoded.offsets.push(at);
    (decoded, at + 1)
}

/// The character of the `\u` escape (or pair of them) at `at`, and where it ends.
fn escaped_char(raw: &[u8], at: usize) -> (char, usize) {
    let unit = |at: usize| {
        let is_escape = raw.get(at..at + 2) == Some(b"\\u");
        let digits = raw.get(at + 2..at + 6).and_then(|digits| std::str::from_utf8(digits).ok()).filter(|_| is_escape)?;
        u16::from_str_radix(digits, 16).ok()
    };
    let Some(first) = unit(at) else { return (char::REPLACEMENT_CHARACTER, at + 2) };
    if let Some(second) = unit(at + 6)
        && let Some(Ok(pair)) = char::decode_utf16([first, second]).next()
        && (0xD800..0xDC00).contains(&first)
    {
        return (pair, at + 12);
    }
    (char::from_u32(u32::from(first)).unwrap_or(char::REPLACEMENT_CHARACTER), at + 6)
}

/// As it is, or as XML writes it; best where the field's own name stands shortly before.
fn plain(raw: &[u8], slot: &str, text: &str, part: &Range<usize>) -> Option<Range<usize>> {
    let name = slot.rsplit('.').next().unwrap_or_default().as_bytes();
    let mut best: Found = None;
    for quotes in [None, Some(false), Some(true)] {
        let written = in_xml(text, quotes);
        for at in memmem::find_iter(raw, &written.text).take(MAX_OCCURRENCES) {
            let before = raw.get(at.saturating_sub(name.len() + 16)..at).unwrap_or_default();
            let named = !name.is_empty() && memmem::find(before, name).is_some();
            let (Some(start), Some(end)) = (written.offsets.get(part.start), written.offsets.get(part.end)) else { continue };
            better(&mut best, usize::from(named), Some(at + start..at + end));
        }
        if best.is_some() {
            break;
        }
    }
    best.map(|(_, range)| range)
}

/// Text with XML's entities (quotes too, or not), and for each byte of the plain text where it is in it.
fn in_xml(text: &str, quotes: Option<bool>) -> Decoded {
    let mut written = Decoded { text: Vec::new(), offsets: Vec::new() };
    for byte in text.bytes() {
        written.offsets.push(written.text.len());
        let entity: &[u8] = match (byte, quotes) {
            (b'&', Some(_)) => b"&amp;",
            (b'<', Some(_)) => b"&lt;",
            (b'>', Some(_)) => b"&gt;",
            (b'"', Some(true)) => b"&quot;",
            (b'\'', Some(true)) => b"&apos;",
            _ => &[],
        };
        if entity.is_empty() {
            written.text.push(byte);
        } else {
            written.text.extend_from_slice(entity);
        }
    }
    written.offsets.push(written.text.len());
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, slot: &str, text: &str, part: &str, expected: Option<&str>) {
        let start = text.find(part).unwrap();
        let found = locate(raw.as_bytes(), slot, text, start..start + part.len());
        assert_eq!(found.clone().map(|range| &raw[range]), expected, "{found:?}");
    }

    #[test]
    fn values_are_found_behind_their_escapes() {
        let raw = r#"{"Image":"C:\\Windows\\a\u00fc.exe","Parent":{"Image":"C:\\Windows\\a\u00fc.exe"},"n":42,"q":"say \"hi\""}"#;
        check(raw, "winlog.event_data.Image", "C:\\Windows\\aü.exe", "\\aü.exe", Some(r"\\a\u00fc.exe"));
        check(raw, "process.name", "aü.exe", "ü", Some(r"\u00fc"));
        check(raw, "n", "42", "42", Some("42"));
        check(raw, "q", "say \"hi\"", "\"hi\"", Some(r#"\"hi\""#));
        check(raw, "q", "absent", "absent", None);
        let xml = r#"<Data Name="User">a&amp;b</Data><Data Name="Image">a&amp;b</Data>"#;
        check(xml, "winlog.event_data.Image", "a&b", "&b", Some("&amp;b"));
        assert_eq!(locate(xml.as_bytes(), "winlog.event_data.Image", "a&b", 0..1), Some(51..52));
        check("Nov 1 host sshd: Failed password", "message", "Failed password", "Failed", Some("Failed"));
        check("{\"broken\": \"x", "broken", "x", "x", Some("x"));
    }

    #[test]
    fn the_path_decides_between_equal_values() {
        let raw = r#"{"process":{"parent":{"executable":"x"},"executable":"x"}}"#;
        assert_eq!(locate(raw.as_bytes(), "process.executable", "x", 0..1), Some(54..55));
        assert_eq!(locate(raw.as_bytes(), "process.parent.executable", "x", 0..1), Some(36..37));
    }
}
