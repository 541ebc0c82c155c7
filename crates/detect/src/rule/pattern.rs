//! A string pattern with wildcards, over text in one [`Form`](crate::rule::fold::Form).
//!
//! A pattern is a row of segments between `*`s. A segment is text and `?`s. Matching takes each inner segment at its
//! leftmost place, so the time is bounded by text × pattern and nothing recurses.

use crate::rule::fold::Form;
use memchr::memmem;
use std::ops::Range;

/// A piece of a segment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Piece {
    Text(Box<[u8]>),
    /// One character.
    One,
}

/// A piece of a pattern as a rule writes it, before its form is applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// Literal text.
    Text(String),
    /// `?`
    One,
    /// `*`
    Many,
}

/// A pattern.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Glob {
    segments: Box<[Box<[Piece]>]>,
    open_start: bool,
    open_end: bool,
}

/// What a pattern is when it is simple, for the tables of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape<'g> {
    /// Any text at all.
    Any,
    /// This text and no other.
    Exact(&'g [u8]),
    /// Begins with.
    Prefix(&'g [u8]),
    /// Ends with.
    Suffix(&'g [u8]),
    /// Contains.
    Contains(&'g [u8]),
    /// With inner wildcards; the longest literal that must occur, if there is one.
    Wild(Option<&'g [u8]>),
}

impl Glob {
    /// The pattern of these pieces in `form`.
    pub(crate) fn new(pieces: &[Written], form: Form) -> Glob {
        let open_start = matches!(pieces.first(), Some(Written::Many));
        let open_end = matches!(pieces.last(), Some(Written::Many));
        let mut segments: Vec<Box<[Piece]>> = Vec::new();
        for run in pieces.split(|piece| *piece == Written::Many) {
            let mut segment: Vec<Piece> = Vec::new();
            let mut text = Vec::new();
            for piece in run {
                match piece {
                    Written::Text(literal) => form.render(literal, &mut text),
                    Written::One | Written::Many => {
                        flush(&mut text, &mut segment);
                        segment.push(Piece::One);
                    }
                }
            }
            flush(&mut text, &mut segment);
            if !segment.is_empty() {
                segments.push(segment.into());
            }
        }
        Glob { segments: segments.into(), open_start, open_end }
    }

    /// The simple form of the pattern.
    pub(crate) fn shape(&self) -> Shape<'_> {
        match &*self.segments {
            [] if self.open_start => Shape::Any,
            [] => Shape::Exact(b""),
            [segment] => match &**segment {
                [Piece::Text(text)] => match (self.open_start, self.open_end) {
                    (false, false) => Shape::Exact(text),
                    (false, true) => Shape::Prefix(text),
                    (true, false) => Shape::Suffix(text),
                    (true, true) => Shape::Contains(text),
                },
                _ => Shape::Wild(self.literal()),
            },
            _ => Shape::Wild(self.literal()),
        }
    }

    fn literal(&self) -> Option<&[u8]> {
        self.segments
            .iter()
            .flat_map(|segment| segment.iter())
            .filter_map(|piece| match piece {
                Piece::Text(text) => Some(&**text),
                Piece::One => None,
            })
            .max_by_key(|text| text.len())
    }

    /// Whether `text`, which is in the pattern's form, matches.
    pub(crate) fn matches(&self, text: &[u8]) -> bool {
        match self.shape() {
            Shape::Any => true,
            Shape::Exact(literal) => text == literal,
            Shape::Prefix(literal) => text.starts_with(literal),
            Shape::Suffix(literal) => text.ends_with(literal),
            Shape::Contains(literal) => memmem::find(text, literal).is_some(),
            Shape::Wild(_) => self.find(text).is_some(),
        }
    }

    /// The bytes of `text` from the first to the last that the pattern names; all of it where it names none.
    pub(crate) fn find(&self, text: &[u8]) -> Option<Range<usize>> {
        let Some((last, before)) = self.segments.split_last() else {
            return (self.open_start || text.is_empty()).then_some(0..text.len());
        };
        let (mut at, mut start) = (0, None);
        for (index, segment) in before.iter().enumerate() {
            let found =
                if index == 0 && !self.open_start { 0..match_at(segment, text, 0)? } else { leftmost(segment, text, at)? };
            start.get_or_insert(found.start);
            at = found.end;
        }
        let anchored = before.is_empty() && !self.open_start;
        let found = match (anchored, self.open_end) {
            (true, true) => 0..match_at(last, text, 0)?,
            (true, false) => 0..match_at(last, text, 0).filter(|end| *end == text.len())?,
            (false, true) => leftmost(last, text, at)?,
            (false, false) => rightmost(last, text, at)?,
        };
        Some(start.unwrap_or(found.start)..found.end)
    }
}

fn flush(text: &mut Vec<u8>, segment: &mut Vec<Piece>) {
    if !text.is_empty() {
        segment.push(Piece::Text(std::mem::take(text).into()));
    }
}

/// Where a match of `segment` that begins at `at` ends.
fn match_at(segment: &[Piece], text: &[u8], mut at: usize) -> Option<usize> {
    for piece in segment {
        at += match piece {
            Piece::Text(literal) => text.get(at..)?.starts_with(literal).then_some(literal.len())?,
            Piece::One => char_len(*text.get(at)?),
        };
    }
    (at <= text.len()).then_some(at)
}

/// The first match of `segment` at or after `from`.
fn leftmost(segment: &[Piece], text: &[u8], from: usize) -> Option<Range<usize>> {
    if let [Piece::Text(literal)] = segment {
        let start = from + memmem::find(text.get(from..)?, literal)?;
        return Some(start..start + literal.len());
    }
    let mut at = from;
    loop {
        if let Some(end) = match_at(segment, text, at) {
            return Some(at..end);
        }
        at += char_len(*text.get(at)?);
    }
}

/// The match of `segment` at or after `from` that ends with the text.
fn rightmost(segment: &[Piece], text: &[u8], from: usize) -> Option<Range<usize>> {
    let longest: usize = segment
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.len(),
            Piece::One => 4,
        })
        .sum();
    let first = from.max(text.len().saturating_sub(longest));
    (first..=text.len())
        .filter(|at| text.get(*at).is_none_or(|byte| is_boundary(*byte)))
        .find(|at| match_at(segment, text, *at) == Some(text.len()))
        .map(|at| at..text.len())
}

fn is_boundary(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}

/// Bytes of the UTF-8 character that begins with `lead`.
fn char_len(lead: u8) -> usize {
    match lead {
        0..0xC0 => 1,
        0xC0..0xE0 => 2,
        0xE0..0xF0 => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn glob(pattern: &str) -> Glob {
        let pieces: Vec<Written> = pattern
            .chars()
            .map(|c| match c {
                '*' => Written::Many,
                '?' => Written::One,
                c => Written::Text(c.to_string()),
            })
            .collect();
        Glob::new(&pieces, Form::PLAIN)
    }

    #[track_caller]
    fn check(pattern: &str, text: &str, expected: Option<Range<usize>>) {
        assert_eq!(glob(pattern).find(text.as_bytes()), expected, "{pattern:?} in {text:?}");
        assert_eq!(glob(pattern).matches(text.as_bytes()), expected.is_some());
    }

    #[test]
    fn patterns_find_their_bytes() {
        check("abc", "abc", Some(0..3));
        check("abc", "abcd", None);
        check("*.exe", "a.exe", Some(1..5));
        check("c:*", "c:\\x", Some(0..2));
        check("*b*", "abc", Some(1..2));
        check("*b*d*", "abcde", Some(1..4));
        check("*a?c*", "xaüc", Some(1..5));
        check("a*a", "a", None);
        check("*ab*ab", "ab-ab", Some(0..5));
        check("*a*b", "ab ab x", None);
        check("?", "ü", Some(0..2));
        check("?", "", None);
        check("*", "", Some(0..0));
        check("", "", Some(0..0));
        check("", "x", None);
        check("a*\n*c", "a\nb\nc", Some(0..5));
    }

    /// The textbook definition, one character at a time.
    fn naive(pattern: &[char], text: &[char]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, rest) => rest.is_none(),
            (Some(('*', pattern)), rest) => naive(pattern, text) || rest.is_some_and(|(_, text)| naive_star(pattern, text)),
            (Some(('?', pattern)), Some((_, text))) => naive(pattern, text),
            (Some((p, pattern)), Some((t, text))) => p == t && naive(pattern, text),
            (Some(_), None) => false,
        }
    }
    fn naive_star(pattern: &[char], text: &[char]) -> bool {
        naive(pattern, text) || text.split_first().is_some_and(|(_, text)| naive_star(pattern, text))
    }

    proptest! {
        #[test]
        fn as_the_textbook_says(pattern in "[abü?*]{0,8}", text in "[abü]{0,10}") {
            let (p, t): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
            prop_assert_eq!(glob(&pattern).matches(text.as_bytes()), naive(&p, &t));
        }
    }
}
