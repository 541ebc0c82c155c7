//! Steps that change values.

use super::Passage;
use super::document::Keys;
use super::rename::Letters;
use super::replace::Replace;
use super::value::{self, Piece, Seen};
use crate::read::draft::{Leaf, Tree};
use crate::refusal::Fault;
use rsigma_parser::{Modifier, SigmaString, SigmaValue};
use std::collections::BTreeMap;

/// Bytes of a value, as of any that a rule has.
pub(super) const MAX_VALUE: usize = 64 << 10;

/// What a step does to values.
#[derive(Clone, Debug)]
pub(super) enum Rewrite {
    Replace(Replace),
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
            "replace_string" => Rewrite::Replace(Replace::read(keys)?),
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
            match self.one(&seen)? {
                New::Same => kept.push(seen),
                New::Values(values) => {
                    said = true;
                    let sizes = values.iter().map(size);
                    if sizes.clone().any(|size| size > MAX_VALUE) {
                        return Err(too_long());
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

    fn one(&self, seen: &Seen) -> Result<New, Fault> {
        let number = |value: &SigmaValue| matches!(value, SigmaValue::Integer(_) | SigmaValue::Float(_));
        Ok(match (self, seen) {
            (Rewrite::Replace(replace), Seen::Other(value)) if number(value) => {
                let new = replace.of(&[Piece::Text(value.to_string())])?;
                new.map_or(New::Same, |pieces| New::Values(vec![Seen::Text(pieces)]))
            }
            // The step counts as applied to a text in which it finds nothing.
            (Rewrite::Replace(replace), Seen::Text(pieces)) => {
                New::Values(vec![Seen::Text(replace.of(pieces)?.unwrap_or_else(|| pieces.clone()))])
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
                let fault = || Fault::new("rule.pipeline", format!("{text} is no number"));
                let number = self::number(&text).ok_or_else(fault)?;
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
}

/// The fault of a value that grew beyond what a value may have.
pub(super) fn too_long() -> Fault {
    Fault::new("rule.value", "a value of more than 64 KiB")
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
fn source(pieces: &[Piece], method: Method) -> Result<String, Fault> {
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
            Piece::Name(name) => {
                let message = format!("%{name}% is to be replaced before it becomes an expression");
                return Err(Fault::new("rule.pipeline", message));
            }
        }
    }
    if pieces.last() != Some(&Piece::Many) {
        // Not `$`, which also stands before a last line break.
        out.push_str(r"\z");
    }
    Ok(out)
}

fn single(mut letters: impl Iterator<Item = char>, otherwise: char) -> char {
    letters.next().filter(|_| letters.next().is_none()).unwrap_or(otherwise)
}

fn bracket(c: char, out: &mut String) {
    if c.is_alphabetic() {
        // The capital of `ß` is two letters, of which neither is one.
        let (small, capital) = (single(c.to_lowercase(), c), single(c.to_uppercase(), c));
        out.extend(['[', small, capital, ']']);
    } else {
        out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
    }
}
