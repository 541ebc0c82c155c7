//! JSON string escapes.

/// What was met that JSON does not have; each became U+FFFD.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Odd {
    /// Half a surrogate pair.
    pub lone_surrogate: bool,
    /// An escape of another letter, or `\u` without its four digits.
    pub unknown: bool,
}

/// Appends `raw` (the text between the quotes) with its escapes resolved.
pub(crate) fn unescape(raw: &str, out: &mut String) -> Odd {
    let mut odd = Odd::default();
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let used = escape(rest, out, &mut odd);
        rest = rest.get(used..).unwrap_or("");
    }
    out.push_str(rest);
    odd
}

/// Appends what the escape stands for whose backslash `rest` stands behind, and says how many of its bytes are used.
#[inline]
pub(crate) fn escape(rest: &str, out: &mut String, odd: &mut Odd) -> usize {
    match rest.bytes().next() {
        Some(plain @ (b'"' | b'\\' | b'/')) => out.push(char::from(plain)),
        Some(b'n') => out.push('\n'),
        Some(b't') => out.push('\t'),
        Some(b'r') => out.push('\r'),
        Some(b'b') => out.push('\u{8}'),
        Some(b'f') => out.push('\u{c}'),
        Some(b'u') => {
            let (c, used) = unicode(rest.get(1..).unwrap_or(""));
            odd.lone_surrogate |= c.is_none() && used > 0;
            odd.unknown |= used == 0;
            out.push(c.unwrap_or(char::REPLACEMENT_CHARACTER));
            return 1 + used;
        }
        // An escape that JSON does not know; a longer character behind the backslash stays as it is.
        other => {
            odd.unknown = true;
            out.push(char::REPLACEMENT_CHARACTER);
            return usize::from(other.is_some_and(|byte| byte.is_ascii()));
        }
    }
    1
}

/// Appends a part of `raw`, on character boundaries. Most are short, and sixteen bytes are copied faster than fewer.
#[inline]
pub(crate) fn append(raw: &str, part: std::ops::Range<usize>, out: &mut String) {
    let (start, len) = (out.len(), part.len());
    match raw.get(part.start..part.start + 16) {
        Some(sixteen) if len <= 16 => {
            out.push_str(sixteen);
            out.truncate(start + len);
        }
        _ => out.push_str(raw.get(part).unwrap_or("")),
    }
}

/// The character of four or, for a pair, ten characters after `\u`, and how many were used.
fn unicode(rest: &str) -> (Option<char>, usize) {
    let Some(high) = hex4(rest) else { return (None, 0) };
    if !(0xD800..0xE000).contains(&high) {
        return (char::from_u32(high), 4);
    }
    let low = rest.get(4..6).filter(|next| *next == "\\u").and_then(|_| hex4(rest.get(6..).unwrap_or("")));
    match low {
        Some(low) if high < 0xDC00 && (0xDC00..0xE000).contains(&low) => {
            (char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)), 10)
        }
        _ => (None, 4),
    }
}

fn hex4(text: &str) -> Option<u32> {
    let digits = text.get(..4)?;
    if digits.bytes().all(|b| b.is_ascii_hexdigit()) { u32::from_str_radix(digits, 16).ok() } else { None }
}

#[cfg(test)]
mod tests {
    #[test]
    fn escapes_become_their_characters() {
        let check = |raw: &str, expected: &str, lone_surrogate: bool, unknown: bool| {
            let mut out = String::new();
            assert_eq!(super::unescape(raw, &mut out), super::Odd { lone_surrogate, unknown }, "{raw}");
            assert_eq!(out, expected, "{raw}");
        };
        check(r"C:\\Windows\\a.exe", r"C:\Windows\a.exe", false, false);
        check(r"a\nb\tc\/d", "a\nb\tc/d", false, false);
        check(r"\u00fc\ud83d\ude00", "ü😀", false, false);
        check(r"\ud83d", "\u{fffd}", true, false);
        check(r"\ude00x", "\u{fffd}x", true, false);
        check(r"\ud83d\u0041", "\u{fffd}A", true, false);
        check(r"\u12", "\u{fffd}12", false, true);
        check(r"\q", "\u{fffd}", false, true);
        check(r"\ü", "\u{fffd}ü", false, true);
    }
}
