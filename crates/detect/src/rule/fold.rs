//! Folding: how text is brought to the form in which it is compared.
//!
//! Sigma compares strings without regard to case, in all of Unicode. One character folds to one character (simple
//! folding, so `ß` is not `ss`), which keeps `?` meaning one character. `windash` makes five characters one.

/// The form in which a pattern and a value meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Form {
    /// Case counts (`|cased`).
    pub cased: bool,
    /// `-`, `/`, `–`, `—` and `―` are one character (`|windash`).
    pub dashed: bool,
}

impl Form {
    /// What Sigma does when nothing is said.
    pub(crate) const PLAIN: Form = Form { cased: false, dashed: false };

    /// The character that stands for `c` in this form.
    pub(crate) fn of_char(self, c: char) -> char {
        let c = if self.dashed && is_dash(c) { '-' } else { c };
        if self.cased { c } else { fold_char(c) }
    }

    /// Appends `text` in this form.
    pub(crate) fn render(self, text: &str, out: &mut Vec<u8>) {
        let mut rest = text;
        while !rest.is_empty() {
            // Runs of ASCII are folded at once, whatever stands between them.
            let (run, other) = rest.split_at(ascii_run(rest.as_bytes()));
            self.render_ascii(run.as_bytes(), out);
            let mut chars = other.chars();
            if let Some(c) = chars.next() {
                out.extend_from_slice(self.of_char(c).encode_utf8(&mut [0; 4]).as_bytes());
            }
            rest = chars.as_str();
        }
    }

    fn render_ascii(self, text: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(text);
        let Some(added) = out.get_mut(start..) else { return };
        if !self.cased {
            added.make_ascii_lowercase();
        }
        if self.dashed {
            // Each byte is written, so that several are at once.
            added.iter_mut().for_each(|b| *b = if *b == b'/' { b'-' } else { *b });
        }
    }

    /// `text` in this form, and for each of its bytes (and its end) the offset in `text` that it came from.
    pub(crate) fn render_with_offsets(self, text: &str) -> (Vec<u8>, Vec<usize>) {
        let (mut out, mut offsets) = (Vec::with_capacity(text.len()), Vec::with_capacity(text.len() + 1));
        let mut buffer = [0; 4];
        for (at, c) in text.char_indices() {
            let bytes = self.of_char(c).encode_utf8(&mut buffer).as_bytes();
            out.extend_from_slice(bytes);
            offsets.extend(std::iter::repeat_n(at, bytes.len()));
        }
        offsets.push(text.len());
        (out, offsets)
    }
}

/// How many bytes of ASCII a text begins with.
fn ascii_run(text: &[u8]) -> usize {
    let blocks = text.chunks(64).take_while(|block| block.is_ascii()).map(<[u8]>::len).sum::<usize>();
    let rest = text.get(blocks..).unwrap_or_default();
    blocks + rest.iter().position(|b| !b.is_ascii()).unwrap_or(rest.len())
}

/// The characters that open an option on a Windows command line.
fn is_dash(c: char) -> bool {
    matches!(c, '-' | '/' | '\u{2013}' | '\u{2014}' | '\u{2015}')
}

/// Simple case folding: through upper case to lower case, so that `ς` and `σ`, `ſ` and `s`, `K` and `k` meet.
/// A character whose other case is more than one character stays, and so does the dotless `ı`, which is no `i`.
pub(crate) fn fold_char(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    if c == 'ı' {
        return c;
    }
    let upper = single(c.to_uppercase()).unwrap_or(c);
    single(upper.to_lowercase()).unwrap_or(c)
}

fn single(mut chars: impl Iterator<Item = char>) -> Option<char> {
    let first = chars.next()?;
    chars.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        let mut out = Vec::new();
        Form::PLAIN.render(text, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn folding_is_unicode_and_simple() {
        for (a, b) in [("POWERSHELL", "powershell"), ("ÄÖÜ", "äöü"), ("ΣΑΣ", "σας"), ("\u{212A}", "k"), ("ſ", "S"), ("ẞ", "ß")]
        {
            assert_eq!(folded(a), folded(b), "{a} {b}");
        }
        assert_ne!(folded("ß"), folded("ss"));
        assert_ne!(folded("ı"), folded("i"));
    }

    #[test]
    fn folding_twice_is_folding_once() {
        for c in (0..=0x10_FFFF).filter_map(char::from_u32) {
            assert_eq!(fold_char(fold_char(c)), fold_char(c), "{c:?}");
        }
    }

    #[test]
    fn offsets_lead_back_to_the_text() {
        let (bytes, offsets) = Form { cased: false, dashed: true }.render_with_offsets("A–\u{212A}z");
        assert_eq!(bytes, b"a-kz");
        assert_eq!(offsets, [0, 1, 4, 7, 8]);
    }
}
