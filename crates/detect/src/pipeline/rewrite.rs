//! Steps that change values.

use super::Passage;
use super::condition;
use super::document::{Keys, Node};
use super::rename::Letters;
use super::value::{self, Piece, Seen, merged};
use crate::read::draft::{Leaf, Tree};
use crate::read::placeholder;
use crate::refusal::Fault;
use regex::{Captures, Regex};
use rsigma_parser::{Modifier, SigmaString, SigmaValue};
use std::collections::BTreeMap;

/// Bytes of a value, as of any that a rule has.
const MAX_VALUE: usize = 64 << 10;

/// What a step does to values.
#[derive(Clone, Debug)]
pub(super) enum Rewrite {
    Replace {
        pattern: Regex,
        replacement: Replacement,
        skip_special: bool,
        interpret_special: bool,
    },
    Map(BTreeMap<String, Vec<Vec<Piece>>>),
    Set(SigmaValue),
    ToText,
    ToNumber,
    Case(Letters),
    /// As an expression: as it is, with the flag `i`, or each letter as `[aA]`.
    Regex(Method),
}

/// How an expression ignores case, if it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Plain,
    Flag,
    Brackets,
}

/// A value after a step.
enum New {
    Same,
    Values(Vec<Seen>),
    Regex(String),
}

impl Rewrite {
    pub(super) fn read(keys: &mut Keys<'_>, kind: &str) -> Result<Rewrite, Fault> {
        Ok(match kind {
            "replace_string" => {
                let pattern = condition::regex(keys.need("regex")?)?;
                let replacement = Replacement::read(keys.need("replacement")?, &pattern)?;
                let [skip_special, interpret_special] = [keys.flag("skip_special")?, keys.flag("interpret_special")?];
                Rewrite::Replace { pattern, replacement, skip_special, interpret_special }
            }
            "map_string" => {
                let entries = keys.need("mapping")?.map()?.iter().map(|(text, node)| {
                    let text = text.clone().ok_or_else(|| node.fault("pipeline.invalid", "null is no text"))?;
                    Ok((text, node.texts()?.iter().map(|text| value::parse(text)).collect()))
                });
                Rewrite::Map(entries.collect::<Result<_, _>>()?)
            }
            "set_value" => {
                let node =
                    keys.raw("value").ok_or_else(|| Fault::new("pipeline.invalid", "the step has no `value`"))?;
                let forced = keys.word("force_type", &[("str", false), ("num", true)])?;
                let value = node.sigma(false)?;
                if forced.is_some() && matches!(value, SigmaValue::Null | SigmaValue::Bool(_)) {
                    return Err(node.fault("pipeline.invalid", "only a text or a number can be made the other"));
                }
                Rewrite::Set(match forced {
                    None => value,
                    Some(false) => SigmaValue::String(SigmaString::new(&value.to_string())),
                    Some(true) => {
                        number(&value.to_string()).ok_or_else(|| node.fault("pipeline.invalid", "this is no number"))?
                    }
                })
            }
            "convert_type" => match keys.word("target_type", &[("str", false), ("num", true)])? {
                Some(true) => Rewrite::ToNumber,
                Some(false) => Rewrite::ToText,
                None => return Err(Fault::new("pipeline.invalid", "the step has no `target_type`")),
            },
            "case" => {
                let words = [("lower", Letters::Lower), ("upper", Letters::Upper), ("snake_case", Letters::Snake)];
                Rewrite::Case(keys.word("method", &words)?.unwrap_or(Letters::Lower))
            }
            _ => {
                let words = [
                    ("plain", Method::Plain),
                    ("ignore_case_flag", Method::Flag),
                    ("ignore_case_brackets", Method::Brackets),
                ];
                Rewrite::Regex(keys.word("method", &words)?.unwrap_or(Method::Brackets))
            }
        })
    }

    /// What becomes of a leaf; `None` where the step has nothing to say of it.
    pub(super) fn apply(&self, leaf: &Leaf, passage: &mut Passage<'_>) -> Result<Option<Tree>, Fault> {
        if let Rewrite::Set(value) = self {
            let mut leaf = leaf.clone();
            leaf.item.values = vec![value.clone()];
            leaf.item.field.modifiers.retain(|modifier| matches!(modifier, Modifier::All | Modifier::Neq));
            return Ok(Some(Tree::Item(Box::new(leaf))));
        }
        let Some(values) = value::open(leaf) else { return Ok(None) };
        let (mut kept, mut expressions, mut said) = (Vec::with_capacity(values.len()), Vec::new(), false);
        for seen in values {
            match self.one(&seen).map_err(|reason| Fault::new("rule.pipeline", reason))? {
                New::Same => kept.push(seen),
                New::Values(values) => {
                    said = true;
                    let sizes = values.iter().map(size);
                    if sizes.clone().any(|size| size > MAX_VALUE) {
                        return Err(Fault::new("rule.value", "a value of more than 64 KiB"));
                    }
                    passage.spend(sizes.sum())?;
                    kept.extend(values);
                }
                New::Regex(source) => {
                    said = true;
                    passage.spend(source.len())?;
                    expressions.push(SigmaValue::String(SigmaString::from_raw(&source)));
                }
            }
        }
        if !said {
            return Ok(None);
        }
        let expressions = (!expressions.is_empty()).then(|| self.expressions(leaf, expressions));
        if kept.is_empty() {
            return Ok(expressions.map(|leaf| Tree::Item(Box::new(leaf))));
        }
        let mut rest = leaf.clone();
        value::close(&mut rest, kept);
        let rest = Tree::Item(Box::new(rest));
        Ok(Some(match expressions {
            Some(leaf) => linked(vec![Tree::Item(Box::new(leaf))], rest),
            None => rest,
        }))
    }

    fn expressions(&self, leaf: &Leaf, values: Vec<SigmaValue>) -> Leaf {
        let mut leaf = leaf.clone();
        leaf.item.values = values;
        let modifiers = &mut leaf.item.field.modifiers;
        modifiers.retain(|modifier| matches!(modifier, Modifier::All | Modifier::Neq));
        // `*` is any text, line breaks too.
        modifiers.splice(0..0, [Modifier::Re, Modifier::DotAll]);
        if matches!(self, Rewrite::Regex(Method::Flag)) {
            modifiers.insert(1, Modifier::IgnoreCase);
        }
        leaf
    }

    fn one(&self, seen: &Seen) -> Result<New, String> {
        let number = |value: &SigmaValue| matches!(value, SigmaValue::Integer(_) | SigmaValue::Float(_));
        Ok(match (self, seen) {
            (Rewrite::Replace { .. }, Seen::Other(value)) if number(value) => {
                match self.replaced(&[Piece::Text(value.to_string())]) {
                    Some(pieces) => New::Values(vec![Seen::Text(pieces)]),
                    None => New::Same,
                }
            }
            (Rewrite::Replace { .. }, Seen::Text(pieces)) => {
                New::Values(vec![Seen::Text(self.replaced(pieces).unwrap_or_else(|| pieces.clone()))])
            }
            (Rewrite::Map(mapping), Seen::Text(pieces)) => match mapping.get(&value::plain(pieces)) {
                Some(values) => New::Values(values.iter().cloned().map(Seen::Text).collect()),
                None => New::Same,
            },
            (Rewrite::ToText, Seen::Other(value)) if number(value) => {
                New::Values(vec![Seen::Text(vec![Piece::Text(value.to_string())])])
            }
            (Rewrite::ToNumber, Seen::Text(pieces)) => {
                let text = value::plain(pieces);
                let number = self::number(&text).ok_or_else(|| format!("{text} is no number"))?;
                New::Values(vec![Seen::Other(number)])
            }
            (Rewrite::Case(letters), Seen::Text(pieces)) => {
                let piece = |piece: &Piece| match piece {
                    Piece::Text(text) => Piece::Text(letters.of(text)),
                    other => other.clone(),
                };
                New::Values(vec![Seen::Text(pieces.iter().map(piece).collect())])
            }
            (Rewrite::Regex(_), Seen::Text(pieces)) if pieces.is_empty() => New::Same,
            (Rewrite::Regex(method), Seen::Text(pieces)) => New::Regex(source(pieces, *method)?),
            _ => New::Same,
        })
    }

    fn replaced(&self, pieces: &[Piece]) -> Option<Vec<Piece>> {
        let Rewrite::Replace { pattern, replacement, skip_special, interpret_special } = self else { return None };
        if !skip_special {
            return replaced(pieces, pattern, replacement);
        }
        let texts = pieces.iter().map(|piece| match piece {
            Piece::Text(text) => {
                let new = pattern.replace_all(text, |found: &Captures<'_>| replacement.of(found));
                if *interpret_special { value::parse(&new) } else { vec![Piece::Text(new.into_owned())] }
            }
            other => vec![other.clone()],
        });
        Some(merged(texts.flatten().collect()))
    }
}

/// Parts of one field of which as many must hold as of its values.
pub(super) fn linked(mut parts: Vec<Tree>, last: Tree) -> Tree {
    let modifiers = match &last {
        Tree::Item(leaf) => &leaf.item.field.modifiers[..],
        _ => &[],
    };
    let all = modifiers.contains(&Modifier::All) != modifiers.contains(&Modifier::Neq);
    parts.push(last);
    if all { Tree::All(parts) } else { Tree::Any(parts) }
}

fn size(seen: &Seen) -> usize {
    let text = |piece: &Piece| if let Piece::Text(text) = piece { text.len() } else { 1 };
    super::LEAF + if let Seen::Text(pieces) = seen { pieces.iter().map(text).sum() } else { 0 }
}

fn number(text: &str) -> Option<SigmaValue> {
    let text = text.trim();
    let float = || text.parse().ok().filter(|number: &f64| number.is_finite()).map(SigmaValue::Float);
    text.parse().ok().map(SigmaValue::Integer).or_else(float)
}

/// The expression that holds of exactly the texts that a value holds of. An expression is looked for anywhere, so that
/// both ends are bound where the value has no wildcard there.
fn source(pieces: &[Piece], method: Method) -> Result<String, String> {
    let mut out = String::new();
    let last = pieces.len().saturating_sub(1);
    if pieces.first() != Some(&Piece::Many) {
        out.push('^');
    }
    for (index, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Text(text) if method == Method::Brackets => text.chars().for_each(|c| bracket(c, &mut out)),
            Piece::Text(text) => out.push_str(&regex::escape(text)),
            Piece::Many if index == 0 || index == last => {}
            Piece::Many => out.push_str(".*"),
            Piece::One => out.push('.'),
            Piece::Name(name) => return Err(format!("%{name}% is to be replaced before it becomes an expression")),
        }
    }
    if pieces.last() != Some(&Piece::Many) {
        out.push('$');
    }
    Ok(out)
}

fn bracket(c: char, out: &mut String) {
    if c.is_alphabetic() {
        out.push('[');
        out.extend(c.to_lowercase().chain(c.to_uppercase()));
        out.push(']');
    } else {
        out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
    }
}

/// What takes the place of a match, with the groups of the expression: `\1`, `\g<1>`, `\g<name>`.
#[derive(Clone, Debug)]
pub(super) struct Replacement(Vec<Part>);

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

    fn of(&self, found: &Captures<'_>) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Group(index) => found.get(*index).map(|group| group.as_str().to_owned()).unwrap_or_default(),
        };
        self.0.iter().map(part).collect()
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
fn replaced(pieces: &[Piece], pattern: &Regex, replacement: &Replacement) -> Option<Vec<Piece>> {
    let plain = value::plain(pieces);
    if !pattern.is_match(&plain) {
        return None;
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
    let mut out = Out { pieces: Vec::new(), pending: String::new(), named };
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
        out.pending.extend(found.map(|found| replacement.of(&found)));
        at = next;
    }
    Some(out.done())
}

struct Out {
    pieces: Vec<Piece>,
    /// Text that is still to be read.
    pending: String,
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
