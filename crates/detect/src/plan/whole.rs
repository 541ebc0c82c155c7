//! Keywords: what the rules of one log source look for anywhere in an event.
//!
//! Nearly no event holds any of it, so all of the event's text is folded at once and searched by vector instructions
//! first. Only where something is found are the values read one by one.

use super::fields::{FieldTables, look_for};
use super::scratch::Texts;
use crate::rule::atom::Atom;
use crate::rule::fold::Form;
use aho_corasick::packed::{Config, MatchKind, Searcher};
use model::Event;

/// Texts that one searcher takes; more of them crowd its buckets.
const PER_SEARCHER: usize = 48;
/// With more texts than this the automaton alone is faster.
const MAX_SEARCHERS: usize = 6;

/// The keywords of one log source.
#[derive(Debug)]
pub(super) struct Whole {
    pub field: FieldTables,
    /// Rules that wait for them; for all others they are only read when a condition reaches them.
    pub awaited_by: Vec<u32>,
    /// Finds any of the texts; none where there are too many, or where one may be in what is not text.
    first: Option<Vec<Searcher>>,
}

impl Whole {
    /// The keywords of these atoms.
    pub(super) fn build(members: &[u32], atoms: &[Atom], awaited_by: Vec<u32>) -> Option<Whole> {
        let field = FieldTables::build(0, members, atoms)?;
        let mut texts = Vec::new();
        for (index, atom) in members.iter().filter_map(|index| Some((*index, atoms.get(*index as usize)?))) {
            look_for(&atom.test, index, field.dashed, &mut texts);
        }
        let mut texts: Vec<Vec<u8>> = texts.into_iter().map(|(_, text, _)| text).collect();
        texts.sort_unstable();
        texts.dedup();
        let first = if texts.iter().any(|text| may_be_no_text(text)) { None } else { searchers(&texts) };
        Some(Whole { field, awaited_by, first })
    }

    /// Whether the event may hold any keyword.
    pub(super) fn may_hold(&self, event: &Event, texts: &mut Texts) -> bool {
        let (Some(searchers), Some(text)) = (&self.first, event.texts()) else { return true };
        let folded = texts.whole(text, Form { cased: false, dashed: self.field.dashed });
        searchers.iter().any(|searcher| searcher.find(folded).is_some())
    }
}

/// Whether a number or a truth value may hold this text.
fn may_be_no_text(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_digit)
        || text.starts_with(b"-")
        || [&b"true"[..], b"false"].iter().any(|word| contains(word, text))
}

fn contains(word: &[u8], text: &[u8]) -> bool {
    memchr::memmem::find(word, text).is_some()
}

/// Searchers that together find each of these texts; none where the processor or the texts are not up to it.
fn searchers(texts: &[Vec<u8>]) -> Option<Vec<Searcher>> {
    if texts.len() > PER_SEARCHER * MAX_SEARCHERS {
        return None;
    }
    let build = |some: &[Vec<u8>]| {
        let some = some.iter().map(|text| from_rarest(text));
        Config::new().match_kind(MatchKind::LeftmostFirst).builder().extend(some).build()
    };
    texts.chunks(PER_SEARCHER).map(build).collect()
}

/// Bytes by which a searcher looks for places to compare.
const SEARCHED: usize = 4;

/// A text from its rarest bytes on: a searcher compares wherever it meets a text's first ones, and `even` or `priv` are
/// everywhere where `::cl` and `e::d` are not.
fn from_rarest(text: &[u8]) -> &[u8] {
    let commonness = |at: &usize| text.iter().skip(*at).take(SEARCHED).map(|byte| commonness(*byte)).sum::<u32>();
    let rarest = (0..=text.len().saturating_sub(SEARCHED)).min_by_key(commonness).unwrap_or(0);
    text.get(rarest..).unwrap_or(text)
}

/// How often a byte stands in what programs write, roughly.
fn commonness(byte: u8) -> u32 {
    match byte {
        b'e' | b't' | b'a' | b'i' | b'o' | b'n' | b's' | b'r' => 8,
        b'l' | b'd' | b'c' | b'm' | b'p' | b'u' | b'h' | b'w' => 6,
        b'g' | b'f' | b'y' | b'b' | b'v' | b'k' | b'0'..=b'9' | b'-' | b'.' | b'"' | b' ' | b'\\' => 5,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_text_is_looked_for_from_its_rarest_bytes() {
        for (text, from) in [("event::clear", "::clear"), ("abc", "abc"), ("", ""), ("sekurlsa::", "sa::"), ("zzzz", "zzzz")] {
            assert_eq!(super::from_rarest(text.as_bytes()), from.as_bytes());
        }
    }
}
