//! JSON string escapes.

/// Appends `raw` (the text between the quotes) with its escapes resolved. True if half a surrogate pair was met;
/// it becomes U+FFFD, as does an escape that JSON does not know.
pub(crate) fn unescape(raw: &str, out: &mut String) -> bool {
    let mut lone = false;
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let escape = rest.bytes().next();
        if escape.is_some_and(|byte| byte.is_ascii()) {
            rest = &rest[1..];
        }
        match escape {
            Some(b'n') => out.push('\n'),
            Some(b't') => out.push('\t'),
            Some(b'r') => out.push('\r'),
            Some(b'b') => out.push('\u{8}'),
            Some(b'f') => out.push('\u{c}'),
            Some(plain @ (b'"' | b'\\' | b'/')) => out.push(char::from(plain)),
            Some(b'u') => {
                let (c, used) = unicode(rest);
                lone |= c.is_none();
                out.push(c.unwrap_or(char::REPLACEMENT_CHARACTER));
                rest = rest.get(used..).unwrap_or("");
            }
            // An escape that JSON does not know; a longer character behind the backslash stays as it is.
            _ => out.push(char::REPLACEMENT_CHARACTER),
        }
    }
    out.push_str(rest);
    lone
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
        let check = |raw: &str, expected: &str, lone: bool| {
            let mut out = String::new();
            assert_eq!(super::unescape(raw, &mut out), lone, "{raw}");
            assert_eq!(out, expected, "{raw}");
        };
        check(r"C:\\Windows\\a.exe", r"C:\Windows\a.exe", false);
        check(r"a\nb\tc\/d", "a\nb\tc/d", false);
        check(r"\u00fc\ud83d\ude00", "ü😀", false);
        check(r"\ud83d", "\u{fffd}", true);
        check(r"\ude00x", "\u{fffd}x", true);
        check(r"\ud83d\u0041", "\u{fffd}A", true);
        check(r"\u12", "\u{fffd}12", true);
        check(r"\q", "\u{fffd}", false);
        check(r"\ü", "\u{fffd}ü", false);
    }
}
