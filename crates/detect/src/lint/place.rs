//! Where something stands in a rule's text. The tree has no lines, so that they are looked for: each word of a path
//! after the one before it.

/// The text of a document and the line on which it begins.
pub(crate) struct Place<'a> {
    lines: Vec<&'a str>,
    first: u32,
}

impl<'a> Place<'a> {
    /// A document that begins on line `first`, from 1.
    pub(crate) fn new(text: &'a str, first: u32) -> Place<'a> {
        Place { lines: text.lines().collect(), first }
    }

    /// The line where the last word of a path stands that is found; the first word stands at the beginning of a line.
    /// Where none is found it is the document's first line with something on it.
    pub(crate) fn line(&self, path: &[&str]) -> Option<u32> {
        let mut at = None;
        for word in path.iter().filter(|word| !word.is_empty()) {
            let from = at.unwrap_or(0);
            let found = self.lines.iter().enumerate().skip(from).find(|(_, line)| {
                if at.is_none() { line.starts_with(word) } else { line.contains(word) }
            });
            match found {
                Some((index, _)) => at = Some(index),
                // A value may be written with escapes: its field is near enough.
                None => break,
            }
        }
        let at = at.or_else(|| self.lines.iter().position(|line| !line.trim().is_empty() && !line.starts_with('#')));
        at.and_then(|at| u32::try_from(at).ok()).map(|at| at + self.first)
    }

    /// The line where a name stands as a key without quotation marks.
    pub(crate) fn bare_key(&self, name: &str) -> Option<u32> {
        let opens = |before: &str| before.chars().next_back().is_none_or(|c| c.is_whitespace() || matches!(c, '{' | ','));
        let stands = |line: &str| {
            line.match_indices(name).any(|(at, _)| {
                let (before, after) = (line.get(..at).unwrap_or_default(), line.get(at + name.len()..).unwrap_or_default());
                opens(before) && after.trim_start().starts_with(':')
            })
        };
        let at = self.lines.iter().position(|line| stands(line));
        at.and_then(|at| u32::try_from(at).ok()).map(|at| at + self.first)
    }
}
