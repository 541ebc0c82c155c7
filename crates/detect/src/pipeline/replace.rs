//! The step `replace_string`: parts of a value that an expression finds become something else.

use super::condition;
use super::document::{Keys, Node};
use super::rewrite::{MAX_VALUE, too_long};
use super::value::{self, Piece, merged};
use crate::read::placeholder;
use crate::refusal::Fault;
use regex::{Captures, Regex};

/// Bytes at which a replacement stops: those of a value of nothing but escaped wildcards.
const LIMIT: usize = 2 * MAX_VALUE;

/// What is looked for, and what takes its place.
#[derive(Clone, Debug)]
pub(super) struct Replace {
    pattern: Regex,
    replacement: Replacement,
    /// Wildcards and placeholders are no text.
    skip_special: bool,
    /// What was put in may have wildcards.
    interpret_special: bool,
}

impl Replace {
    pub(super) fn read(keys: &mut Keys<'_>) -> Result<Replace, Fault> {
        let pattern = condition::regex(keys.need("regex")?)?;
        let replacement = Replacement::read(keys.need("replacement")?, &pattern)?;
        let [skip_special, interpret_special] = [keys.flag("skip_special")?, keys.flag("interpret_special")?];
        Ok(Replace { pattern, replacement, skip_special, interpret_special })
    }

    /// A value after it; none where nothing was found in it.
    ///
    /// # Errors
    /// It became longer than a value may be.
    pub(super) fn of(&self, pieces: &[Piece]) -> Result<Option<Vec<Piece>>, Fault> {
        if !self.skip_special {
            return replaced(pieces, &self.pattern, &self.replacement);
        }
        let (mut out, mut said) = (Vec::new(), false);
        for piece in pieces {
            match piece {
                Piece::Text(text) if self.pattern.is_match(text) => {
                    said = true;
                    let new = self.text(text)?;
                    out.extend(if self.interpret_special { value::parse(&new) } else { vec![Piece::Text(new)] });
                }
                other => out.push(other.clone()),
            }
        }
        Ok(said.then(|| merged(out)))
    }

    fn text(&self, text: &str) -> Result<String, Fault> {
        let (mut out, mut at) = (String::with_capacity(text.len()), 0);
        for found in self.pattern.captures_iter(text) {
            let Some(whole) = found.get(0) else { continue };
            out.push_str(text.get(at..whole.start()).unwrap_or_default());
            self.replacement.put(&found, &mut out)?;
            at = whole.end();
        }
        out.push_str(text.get(at..).unwrap_or_default());
        Ok(out)
    }
}

/// What takes the place of a match, with the groups of the expression: `\1`, `\g<1>`, `\g<name>`.
#[derive(Clone, Debug)]
struct Replacement(Vec<Part>);

#[derive(Clone, Debug)]
enum Part {
    Text(String),
    Group(usize),
}

impl Replacement {
    fn read(node: &Node, pattern: &Regex) -> Result<Replacement, Fault> {
        let (mut parts, mut text) = (Vec::new(), String::new());
        let mut rest = node.text()?;
        while let Some(at) = rest.find('\\') {
            text.push_str(rest.get(..at).unwrap_or_default());
            rest = rest.get(at + 1..).unwrap_or_default();
            let Some(next) = rest.chars().next() else {
                return Err(node.fault("pipeline.regex", "a backslash at the end"));
            };
            let named = rest.strip_prefix("g<").and_then(|rest| rest.split_once('>'));
            let digits = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
            let group = if let Some((name, after)) = named {
                rest = after;
                Some(name)
            } else if digits > 0 {
                let name = rest.get(..digits).unwrap_or_default();
                rest = rest.get(digits..).unwrap_or_default();
                Some(name)
            } else {
                None
            };
            if let Some(name) = group {
                let index = match name.parse() {
                    Ok(index) => Some(index).filter(|index| *index < pattern.captures_len()),
                    Err(_) => pattern.capture_names().position(|known| known == Some(name)),
                };
                let index =
                    index.ok_or_else(|| node.fault("pipeline.regex", format!("the expression has no group {name}")))?;
                parts.extend([Part::Text(std::mem::take(&mut text)), Part::Group(index)]);
                continue;
            }
            rest = rest.get(next.len_utf8()..).unwrap_or_default();
            match next {
                '\\' => text.push('\\'),
                'n' => text.push('\n'),
                'r' => text.push('\r'),
                't' => text.push('\t'),
                other if other.is_ascii_alphabetic() => {
                    return Err(
                        node.fault("pipeline.regex", format!("`\\{other}` is nothing; write `\\\\` for a backslash"))
                    );
                }
                other => text.extend(['\\', other]),
            }
        }
        text.push_str(rest);
        parts.push(Part::Text(text));
        Ok(Replacement(parts))
    }

    /// Appends what takes the place of a match, as long as no value can be so long.
    fn put(&self, found: &Captures<'_>, out: &mut String) -> Result<(), Fault> {
        for part in &self.0 {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Group(index) => out.push_str(found.get(*index).map_or("", |group| group.as_str())),
            }
            if out.len() > LIMIT {
                return Err(too_long());
            }
        }
        Ok(())
    }
}

/// A character of a value, a wildcard or a placeholder, and where its text ends in the value as it is shown.
struct Atom<'p> {
    piece: &'p Piece,
    /// Of a text, which of its characters.
    c: Option<char>,
    end: usize,
}

/// Replaces in the value as it is shown. Only what was put in is read anew: elsewhere a backslash before a wildcard
/// would be taken for its escape. `None` where nothing matches.
fn replaced(pieces: &[Piece], pattern: &Regex, replacement: &Replacement) -> Result<Option<Vec<Piece>>, Fault> {
    let plain = value::plain(pieces);
    if !pattern.is_match(&plain) {
        return Ok(None);
    }
    let mut atoms: Vec<Atom<'_>> = Vec::new();
    let mut end = 0;
    for piece in pieces {
        match piece {
            Piece::Text(text) => atoms.extend(text.chars().map(|c| {
                // Behind its backslash.
                end += c.len_utf8() + usize::from(matches!(c, '*' | '?'));
                Atom { piece, c: Some(c), end }
            })),
            piece => {
                end += value::plain(std::slice::from_ref(piece)).len();
                atoms.push(Atom { piece, c: None, end });
            }
        }
    }
    let named = pieces.iter().any(|piece| matches!(piece, Piece::Name(_)));
    let mut out = Out { pieces: Vec::new(), pending: String::new(), flushed: 0, named };
    // `start` is where the next atom begins, `at` where the last match ended.
    let (mut left, mut start, mut at) = (atoms.iter().peekable(), 0, 0);
    for found in pattern.captures_iter(&plain).map(Some).chain([None]) {
        let whole = found.as_ref().and_then(|found| found.get(0));
        let (to, next) = whole.map_or((plain.len(), plain.len()), |whole| (whole.start(), whole.end()));
        while let Some(atom) = left.next_if(|atom| atom.end <= to) {
            if start >= at {
                out.keep(atom);
            } else {
                out.pending.push_str(plain.get(at..atom.end).unwrap_or_default());
            }
            start = atom.end;
        }
        // Half of an escaped wildcard.
        out.pending.push_str(plain.get(start.max(at)..to).unwrap_or_default());
        if let Some(found) = found {
            replacement.put(&found, &mut out.pending)?;
        }
        if out.flushed + out.pending.len() > LIMIT {
            return Err(too_long());
        }
        at = next;
    }
    Ok(Some(out.done()))
}

struct Out {
    pieces: Vec<Piece>,
    /// Text that is still to be read.
    pending: String,
    /// Bytes that were read.
    flushed: usize,
    named: bool,
}

impl Out {
    fn keep(&mut self, atom: &Atom<'_>) {
        self.flush();
        match (atom.c, self.pieces.last_mut()) {
            (Some(c), Some(Piece::Text(text))) => text.push(c),
            (Some(c), _) => self.pieces.push(Piece::Text(c.to_string())),
            (None, _) => self.pieces.push(atom.piece.clone()),
        }
    }

    fn flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let mut text = String::with_capacity(self.pending.len());
        let mut left = self.pending.chars().peekable();
        while let Some(c) = left.next() {
            text.push(c);
            // A backslash is one, unless it makes a wildcard a character.
            if c == '\\' && !matches!(left.peek(), Some('*' | '?')) {
                text.push('\\');
            }
        }
        self.flushed += self.pending.len();
        self.pending.clear();
        for piece in value::parse(&text) {
            match piece {
                Piece::Text(text) if self.named => self.pieces.extend(named(&text)),
                piece => self.pieces.push(piece),
            }
        }
    }

    fn done(mut self) -> Vec<Piece> {
        self.flush();
        merged(self.pieces)
    }
}

/// The placeholders of a text without escapes.
fn named(text: &str) -> Vec<Piece> {
    let doubled = text.replace('\\', "\\\\");
    let piece = |piece: placeholder::Piece<'_>| match piece {
        placeholder::Piece::Text(text) => Piece::Text(text.replace("\\\\", "\\")),
        placeholder::Piece::Percent => Piece::Text("%".to_owned()),
        placeholder::Piece::Name(name) => Piece::Name(name.to_owned()),
    };
    placeholder::pieces(&doubled).into_iter().map(piece).collect()
}
