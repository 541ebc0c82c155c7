//! Text for HTML: everything in a log may have been written to harm whoever reads it.

use model::Timestamp;

/// Text that no browser takes for markup. What would hide or reorder it is shown as an escape.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Directions and invisible characters, by which one name can look like another.
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{61c}' | '\u{ad}' => {
                out.extend(c.escape_unicode());
            }
            c if c.is_control() => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}

/// A count with its thousands set apart.
pub fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A moment to the second.
pub fn moment(time: Timestamp) -> String {
    let text = time.to_string();
    match text.get(..19) {
        Some(seconds) if text.as_bytes().get(10) == Some(&b'T') => seconds.replacen('T', " ", 1),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_markup_and_nothing_hides() {
        assert_eq!(escape("<script>\"'&"), "&lt;script&gt;&quot;&#39;&amp;");
        assert_eq!(escape("a\u{202e}gpj.exe\u{0}\u{1b}"), "a\\u{202e}gpj.exe\\u{0}\\u{1b}");
        assert_eq!((number(0), number(999), number(1_234_567)), ("0".to_owned(), "999".to_owned(), "1,234,567".to_owned()));
        assert_eq!(moment(Timestamp::parse("2026-03-12T09:00:00.25Z").unwrap()), "2026-03-12 09:00:00");
    }
}
