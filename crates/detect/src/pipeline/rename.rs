//! Steps that give fields other names.

use super::Passage;
use super::condition::FieldCondition;
use super::document::{Keys, Node};
use super::gate::Gate;
use super::value::{self, Piece, Seen};
use crate::read::draft::{Leaf, Tree};
use crate::refusal::Fault;
use rsigma_parser::{Modifier, SigmaString, SigmaValue};
use std::collections::BTreeMap;

/// Names that one name may become.
const MAX_NAMES: usize = 100;

/// Where a field's new names come from.
#[derive(Clone, Debug)]
pub(super) enum Rename {
    /// By name; `None` is what keywords become.
    Fields(BTreeMap<Option<String>, Vec<String>>),
    /// The first that fits.
    Prefixes(Vec<(String, Vec<String>)>),
    Prefix(String),
    Suffix(String),
    /// What the mapping does not know is written otherwise.
    Letters(Letters, BTreeMap<Option<String>, Vec<String>>),
}

/// How a text is written otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Letters {
    Lower,
    Upper,
    Title,
    Snake,
}

impl Letters {
    pub(super) fn of(self, text: &str) -> String {
        match self {
            Letters::Lower => text.to_lowercase(),
            Letters::Upper => text.to_uppercase(),
            Letters::Title => {
                let mut inside = false;
                let mut out = String::with_capacity(text.len());
                for c in text.chars() {
                    if inside {
                        out.extend(c.to_lowercase())
                    } else {
                        out.extend(c.to_uppercase())
                    }
                    inside = c.is_alphabetic();
                }
                out
            }
            Letters::Snake => {
                let mut out = String::with_capacity(text.len() + 4);
                for (at, c) in text.char_indices() {
                    if at > 0 && c.is_ascii_uppercase() {
                        out.push('_');
                    }
                    out.extend(c.to_lowercase());
                }
                out
            }
        }
    }
}

fn names(node: &Node) -> Result<Vec<String>, Fault> {
    let names = node.texts()?;
    if names.len() > MAX_NAMES {
        return Err(node.fault("pipeline.invalid", format!("more than {MAX_NAMES} names for one")));
    }
    Ok(names)
}

fn mapping(node: &Node) -> Result<BTreeMap<Option<String>, Vec<String>>, Fault> {
    node.map()?.iter().map(|(name, node)| Ok((name.clone(), names(node)?))).collect()
}

impl Rename {
    pub(super) fn read(keys: &mut Keys<'_>, kind: &str) -> Result<Rename, Fault> {
        Ok(match kind {
            "field_name_mapping" => Rename::Fields(mapping(keys.need("mapping")?)?),
            "field_name_prefix_mapping" => {
                let entries = keys.need("mapping")?.map()?.iter().map(|(prefix, node)| {
                    let prefix = prefix.clone().ok_or_else(|| node.fault("pipeline.invalid", "null is no prefix"))?;
                    Ok((prefix, names(node)?))
                });
                Rename::Prefixes(entries.collect::<Result<_, _>>()?)
            }
            "field_name_prefix" => Rename::Prefix(keys.need_text("prefix")?),
            "field_name_suffix" => Rename::Suffix(keys.need_text("suffix")?),
            _ => {
                let words = [
                    ("lower", Letters::Lower),
                    ("upper", Letters::Upper),
                    ("title", Letters::Title),
                    ("snake_case", Letters::Snake),
                ];
                let letters = keys.word("transform_func", &words)?;
                let letters =
                    letters.ok_or_else(|| Fault::new("pipeline.invalid", "the step has no `transform_func`"))?;
                Rename::Letters(letters, keys.get("mapping").map_or_else(|| Ok(BTreeMap::new()), mapping)?)
            }
        })
    }

    /// The names that a field (or keywords) gets; none where the step has nothing to say of it.
    fn names(&self, name: Option<&str>) -> Option<Vec<String>> {
        let mapped = |mapping: &BTreeMap<Option<String>, Vec<String>>| mapping.get(&name.map(str::to_owned)).cloned();
        match self {
            Rename::Fields(mapping) => mapped(mapping),
            Rename::Prefixes(prefixes) => {
                let found = prefixes.iter().find_map(|(from, to)| Some((name?.strip_prefix(from.as_str())?, to)));
                found.map(|(rest, to)| to.iter().map(|prefix| format!("{prefix}{rest}")).collect())
            }
            Rename::Prefix(prefix) => name.map(|name| vec![format!("{prefix}{name}")]),
            Rename::Suffix(suffix) => name.map(|name| vec![format!("{name}{suffix}")]),
            Rename::Letters(letters, mapping) => mapped(mapping).or_else(|| name.map(|name| vec![letters.of(name)])),
        }
    }

    /// What becomes of a leaf; `None` where the step has nothing to say of it.
    pub(super) fn apply(
        &self,
        leaf: &Leaf,
        gate: &Gate<FieldCondition>,
        passage: &mut Passage<'_>,
    ) -> Result<Option<Tree>, Fault> {
        let asked = |name: Option<&str>| gate.passes(|condition| condition.holds_of(name, leaf, passage));
        let (mut new, mut said) = (leaf.clone(), false);
        if leaf.item.field.has_modifier(Modifier::FieldRef) {
            let mut values = Vec::new();
            for value in &leaf.item.values {
                let SigmaValue::String(text) = value else {
                    values.push(value.clone());
                    continue;
                };
                match self.names(Some(&text.original)).filter(|_| asked(Some(&text.original))) {
                    Some(names) => {
                        said = true;
                        values.extend(names.iter().map(|name| SigmaValue::String(SigmaString::from_raw(name))));
                    }
                    None => values.push(value.clone()),
                }
            }
            new.item.values = values;
        }
        let field = leaf.item.field.name.as_deref();
        let Some(names) = self.names(field).filter(|_| asked(field)) else {
            return Ok(said.then(|| Tree::Item(Box::new(new))));
        };
        if field.is_none() {
            anywhere(&mut new);
        }
        passage.spend_on(&new, names.len())?;
        let each = |name: String| {
            let mut leaf = new.clone();
            leaf.item.field.name = Some(name);
            leaf.named = true;
            Tree::Item(Box::new(leaf))
        };
        let mut trees: Vec<Tree> = names.into_iter().map(each).collect();
        Ok(Some(if trees.len() == 1 {
            trees.swap_remove(0)
        } else if denies(leaf) {
            // What is said of a field that has several names here is said of each of them.
            Tree::All(trees)
        } else {
            Tree::Any(trees)
        }))
    }
}

/// A keyword stands anywhere in a value, and so it does once it has a field.
fn anywhere(leaf: &mut Leaf) {
    let Some(mut values) = value::open(leaf) else { return };
    for value in &mut values {
        if let Seen::Text(pieces) = value {
            if pieces.first() != Some(&Piece::Many) {
                pieces.insert(0, Piece::Many);
            }
            if pieces.last() != Some(&Piece::Many) {
                pieces.push(Piece::Many);
            }
        }
    }
    value::close(leaf, values);
}

/// Whether a leaf says what a field is not: `neq`, `null`, `exists: false`.
fn denies(leaf: &Leaf) -> bool {
    let modifiers = &leaf.item.field;
    let absent = |value: &SigmaValue| match value {
        SigmaValue::Bool(exists) => !exists,
        SigmaValue::String(text) => text.original.eq_ignore_ascii_case("false"),
        _ => false,
    };
    let void = leaf.item.values.contains(&SigmaValue::Null)
        || (modifiers.has_modifier(Modifier::Exists) && leaf.item.values.iter().any(absent));
    void != modifiers.has_modifier(Modifier::Neq)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_written_otherwise() {
        for (letters, expected) in [
            (Letters::Lower, "commandline of x"),
            (Letters::Upper, "COMMANDLINE OF X"),
            (Letters::Title, "Commandline Of X"),
            (Letters::Snake, "command_line of _x"),
        ] {
            assert_eq!(letters.of("CommandLine of X"), expected);
        }
    }
}
