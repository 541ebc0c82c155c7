//! The step `hashes_fields`: one field per kind of hash instead of one with all of them.

use super::Passage;
use super::document::Keys;
use super::rewrite::linked;
use super::value::{self, Seen};
use crate::read::draft::{Leaf, Tree};
use crate::refusal::Fault;
use rsigma_parser::{Modifier, SigmaString, SigmaValue};

/// Which fields become which.
#[derive(Clone, Debug)]
pub(super) struct Hashes {
    kinds: Vec<String>,
    prefix: String,
    /// The new name is the prefix alone.
    drop_kind: bool,
    fields: Vec<String>,
}

/// Hexadecimal digits of a hash, and what it then is.
const LENGTHS: [(usize, &str); 4] = [(32, "MD5"), (40, "SHA1"), (64, "SHA256"), (128, "SHA512")];

impl Hashes {
    pub(super) fn read(keys: &mut Keys<'_>) -> Result<Hashes, Fault> {
        let kinds = keys.need("valid_hash_algos")?;
        let drop = keys.get("drop_algo_prefix");
        let hashes = Hashes {
            kinds: kinds.texts()?,
            prefix: keys.text("field_prefix")?.unwrap_or_default(),
            drop_kind: drop.map_or(Ok(false), |node| node.flag())?,
            fields: keys
                .get("field_to_parse")
                .map_or_else(|| Ok(vec!["Hashes".to_owned(), "Hash".to_owned()]), |node| node.texts())?,
        };
        match drop.filter(|_| hashes.drop_kind && hashes.prefix.is_empty()) {
            Some(node) => {
                Err(node.fault("pipeline.invalid", "without the kind of hash the field needs a `field_prefix`"))
            }
            None => Ok(hashes),
        }
    }

    /// What becomes of a leaf; `None` where the step has nothing to say of it.
    pub(super) fn apply(&self, leaf: &Leaf, passage: &mut Passage<'_>) -> Result<Option<Tree>, Fault> {
        if leaf.item.field.name.as_ref().is_none_or(|name| !self.fields.contains(name)) {
            return Ok(None);
        }
        let Some(values) = value::open(leaf) else { return Ok(None) };
        let mut found: Vec<(String, Vec<SigmaValue>)> = Vec::new();
        let mut foreign = None;
        for value in &values {
            let Seen::Text(pieces) = value else { return Ok(None) };
            let text = value::plain(pieces);
            let Some((name, hash)) = self.field(&text) else {
                foreign.get_or_insert(text);
                continue;
            };
            let hash = SigmaValue::String(SigmaString::new(hash));
            match found.iter_mut().find(|(known, _)| *known == name) {
                Some((_, hashes)) => hashes.push(hash),
                None => found.push((name, vec![hash])),
            }
        }
        // Of several that must all be there none may be left out.
        let strict = found.is_empty() || leaf.item.field.has_modifier(Modifier::All);
        if let Some(text) = foreign.filter(|_| strict) {
            return Err(Fault::new("rule.pipeline", format!("{text} is none of the hashes {}", self.kinds.join(", "))));
        }
        passage.spend_on(leaf, found.len())?;
        let mut trees: Vec<Tree> = found
            .into_iter()
            .map(|(name, hashes)| {
                let mut leaf = leaf.clone();
                leaf.item.field.name = Some(name);
                leaf.item.field.modifiers.retain(|modifier| matches!(modifier, Modifier::All | Modifier::Neq));
                leaf.item.values = hashes;
                leaf.named = true;
                Tree::Item(Box::new(leaf))
            })
            .collect();
        let last = trees.pop();
        Ok(last.map(|last| if trees.is_empty() { last } else { linked(trees, last) }))
    }

    /// The field and the hash of `SHA1=…`, `SHA1|…` or a hash alone.
    fn field<'t>(&self, text: &'t str) -> Option<(String, &'t str)> {
        let bare = |text: &'t str| text.trim_matches(['*', '?']);
        let separator = if text.contains('|') { '|' } else { '=' };
        let mut parts = text.split(separator);
        let (kind, hash) = match (parts.next(), parts.next(), parts.next()) {
            (Some(kind), Some(hash), None) => (kind.trim_start_matches('*').to_uppercase(), bare(hash)),
            (Some(hash), ..) => {
                let hash = bare(hash);
                let length = LENGTHS.iter().find(|(length, _)| *length == hash.chars().count());
                (length.map(|(_, kind)| (*kind).to_owned()).unwrap_or_default(), hash)
            }
            (None, ..) => return None,
        };
        let known = self.kinds.contains(&kind);
        known.then(|| (if self.drop_kind { self.prefix.clone() } else { format!("{}{kind}", self.prefix) }, hash))
    }
}
