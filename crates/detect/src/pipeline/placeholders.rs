//! Steps that put something in the place of placeholders.

use super::Passage;
use super::document::Keys;
use super::value::{self, Piece, Seen, merged};
use crate::read::draft::{Leaf, Tree};
use crate::read::placeholder;
use crate::refusal::Fault;
use rsigma_parser::{Modifier, SigmaString, SigmaValue};

/// What takes the place of which placeholders.
#[derive(Clone, Debug)]
pub(super) struct Placeholders {
    /// `*`, else the variables of the pipelines.
    wildcard: bool,
    include: Option<Vec<String>>,
    exclude: Vec<String>,
}

impl Placeholders {
    pub(super) fn read(keys: &mut Keys<'_>, wildcard: bool) -> Result<Placeholders, Fault> {
        let include = keys.get("include");
        let exclude = keys.get("exclude");
        if let (Some(_), Some(exclude)) = (include, exclude) {
            return Err(exclude.fault("pipeline.invalid", "`include` and `exclude` exclude each other"));
        }
        let include = include.map(|node| node.texts()).transpose()?;
        Ok(Placeholders { wildcard, include, exclude: exclude.map_or(Ok(Vec::new()), |node| node.texts())? })
    }

    /// The values of a placeholder. What no variable has stays one: a list may have it.
    fn values<'v>(&self, name: &str, passage: &'v Passage<'_>, star: &'v [Vec<Piece>]) -> Option<&'v [Vec<Piece>]> {
        let is = |known: &String| known == name;
        if self.include.as_ref().is_some_and(|names| !names.iter().any(is)) || self.exclude.iter().any(is) {
            return None;
        }
        if self.wildcard { Some(star) } else { passage.vars.get(name).map(Vec::as_slice) }
    }

    /// What becomes of a leaf; `None` where the step has nothing to say of it.
    pub(super) fn apply(&self, leaf: &Leaf, passage: &mut Passage<'_>) -> Result<Option<Tree>, Fault> {
        if !leaf.item.field.has_modifier(Modifier::Expand) {
            return Ok(None);
        }
        let mut new = leaf.clone();
        let said = match value::open(leaf) {
            Some(values) => {
                let (mut out, mut said) = (Vec::with_capacity(values.len()), false);
                for seen in values {
                    match seen {
                        Seen::Text(pieces) if self.concerns(&pieces, passage) => {
                            said = true;
                            out.extend(self.filled(pieces, passage)?.into_iter().map(Seen::Text));
                        }
                        seen => out.push(seen),
                    }
                }
                value::close(&mut new, out);
                said
            }
            None => self.expression(&mut new, passage)?,
        };
        Ok(said.then(|| Tree::Item(Box::new(new))))
    }

    fn concerns(&self, pieces: &[Piece], passage: &Passage<'_>) -> bool {
        pieces.iter().any(|piece| matches!(piece, Piece::Name(name) if self.values(name, passage, &[]).is_some()))
    }

    /// Every combination of the values of the placeholders.
    fn filled(&self, pieces: Vec<Piece>, passage: &mut Passage<'_>) -> Result<Vec<Vec<Piece>>, Fault> {
        let star = [vec![Piece::Many]];
        let mut out = vec![Vec::new()];
        for piece in pieces {
            let values = match &piece {
                Piece::Name(name) => self.values(name, passage, &star).map(<[_]>::to_vec),
                _ => None,
            };
            let Some(values) = values else {
                out.iter_mut().for_each(|done: &mut Vec<Piece>| done.push(piece.clone()));
                continue;
            };
            let length = out.first().map_or(0, Vec::len) + 1;
            passage.spend(out.len().saturating_mul(values.len()).saturating_mul(super::LEAF + length))?;
            let join = |done: &Vec<Piece>, value: &Vec<Piece>| done.iter().chain(value).cloned().collect();
            out = out.iter().flat_map(|done| values.iter().map(move |value| join(done, value))).collect();
        }
        Ok(out.into_iter().map(merged).collect())
    }

    /// Within an expression a value is what it would be as one.
    fn expression(&self, leaf: &mut Leaf, passage: &mut Passage<'_>) -> Result<bool, Fault> {
        if !leaf.item.field.has_modifier(Modifier::Re) {
            return Ok(false);
        }
        let (mut values, mut said) = (Vec::new(), false);
        for value in std::mem::take(&mut leaf.item.values) {
            let SigmaValue::String(text) = &value else {
                values.push(value);
                continue;
            };
            let pieces: Vec<Piece> = placeholder::pieces(&text.original)
                .into_iter()
                .map(|piece| match piece {
                    placeholder::Piece::Text(text) => Piece::Text(text.to_owned()),
                    placeholder::Piece::Percent => Piece::Text("%".to_owned()),
                    placeholder::Piece::Name(name) => Piece::Name(name.to_owned()),
                })
                .collect();
            if !self.concerns(&pieces, passage) {
                values.push(value);
                continue;
            }
            said = true;
            let star = [vec![Piece::Many]];
            let mut out = vec![String::new()];
            for piece in pieces {
                let texts: Vec<String> = match &piece {
                    Piece::Name(name) => match self.values(name, passage, &star) {
                        Some(values) => values.iter().map(|value| source(value)).collect(),
                        None => vec![format!("%{name}%")],
                    },
                    Piece::Text(text) => vec![text.replace('%', "\\%")],
                    Piece::Many | Piece::One => Vec::new(),
                };
                let bytes = super::LEAF + out.first().map_or(0, String::len);
                passage.spend(out.len().saturating_mul(texts.len()).saturating_mul(bytes))?;
                out = out.iter().flat_map(|done| texts.iter().map(move |text| format!("{done}{text}"))).collect();
            }
            values.extend(out.iter().map(|text| SigmaValue::String(SigmaString::from_raw(text))));
        }
        leaf.item.values = values;
        Ok(said)
    }
}

/// A value within an expression that is still to be searched for placeholders.
fn source(pieces: &[Piece]) -> String {
    let part = |piece: &Piece| match piece {
        Piece::Text(text) => regex::escape(text).replace('%', "\\%"),
        Piece::Many => ".*".to_owned(),
        Piece::One => ".".to_owned(),
        Piece::Name(name) => format!("\\%{name}\\%"),
    };
    pieces.iter().map(part).collect()
}
