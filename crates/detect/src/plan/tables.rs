//! The tables of one field: every text that its atoms look for, found in one reading of the value.

use super::grams::{Grams, Row};
use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, MatchKind};
use rustc_hash::FxHashMap;
use std::ops::Range;

/// That a found text speaks for an atom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The atom, by its number.
    pub atom: u32,
    /// The text is necessary but not sufficient.
    pub verify: bool,
}

/// How a text must stand in the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Standing {
    Exact,
    Prefix,
    Suffix,
    Contains,
    /// The value is a number and this is its canonical notation.
    Number,
}

/// A byte that is in no UTF-8 text.
pub(crate) const SEPARATOR: u8 = 0xFF;

/// Above this many bytes of patterns an automaton is a contiguous NFA: a DFA would take megabytes.
const DFA_LIMIT: usize = 4 << 10;

/// Tables over texts in the folded form of a field.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    entries: Vec<Entry>,
    exact: FxHashMap<Box<[u8]>, Range<u32>>,
    numbers: FxHashMap<Box<[u8]>, Range<u32>>,
    /// Whole values that are integers as they are written, and where their entries begin.
    integers: FxHashMap<i64, u32>,
    prefixes: Prefixes,
    suffixes: Suffixes,
    grams: Grams,
    /// What is too short or too crowded for [`Grams`].
    contains: Option<Contains>,
    /// Nothing but whole values is looked for.
    only_exact: bool,
    /// Bit n: some whole values have n bytes, or 63 and more.
    lengths: u64,
}

#[derive(Debug)]
struct Contains {
    automaton: AhoCorasick,
    entries: Vec<Range<u32>>,
    shortest: usize,
}

impl Tables {
    /// Tables of these texts; equal ones are looked for once.
    pub(crate) fn build(mut texts: Vec<(Standing, Vec<u8>, Entry)>) -> Tables {
        texts.sort_by(|a, b| (a.0, &a.1, a.2.atom).cmp(&(b.0, &b.1, b.2.atom)));
        let mut tables = Tables::default();
        let mut contained: Vec<Row> = Vec::new();
        for group in texts.chunk_by(|a, b| a.0 == b.0 && a.1 == b.1) {
            // Bounded by the number of values that a rule set may have.
            let start = tables.entries.len() as u32;
            tables.entries.extend(group.iter().map(|(_, _, entry)| *entry));
            let range = start..tables.entries.len() as u32;
            let Some((standing, text, _)) = group.first() else { continue };
            match standing {
                Standing::Exact => {
                    tables.lengths |= bit_of(text.len());
                    let integer = std::str::from_utf8(text).ok().and_then(|text| text.parse::<i64>().ok().filter(|i| i.to_string() == text));
                    tables.integers.extend(integer.map(|integer| (integer, range.start)));
                    tables.exact.insert(text.clone().into(), range);
                }
                Standing::Number => drop(tables.numbers.insert(text.clone().into(), range)),
                Standing::Prefix => tables.prefixes.push(text, range),
                Standing::Suffix => tables.suffixes.push(text, range),
                Standing::Contains => contained.push((text.clone(), range)),
            }
        }
        let contains = !contained.is_empty();
        let (grams, rest) = Grams::build(contained);
        tables.grams = grams;
        tables.contains = Contains::build(rest);
        tables.only_exact = !contains && tables.prefixes.list.is_empty() && tables.suffixes.by_tail.is_empty();
        tables
    }

    /// Calls `hit` for every entry whose text stands in `value`, which is folded; some more than once.
    pub(crate) fn scan(&self, value: &[u8], mut hit: impl FnMut(Entry)) {
        let mut report = |range: &Range<u32>| self.report(range, &mut hit);
        if self.lengths & bit_of(value.len()) != 0
            && let Some(range) = self.exact.get(value)
        {
            report(range);
        }
        if self.only_exact {
            return;
        }
        self.prefixes.scan(value, &mut report);
        self.suffixes.scan(value, &mut report);
        self.grams.scan(value, &mut report);
        if let Some(contains) = &self.contains {
            contains.scan(value, &mut report);
        }
    }

    /// Calls `hit` for every entry that looks for the number of this canonical notation.
    pub(crate) fn scan_number(&self, canonical: &str, mut hit: impl FnMut(Entry)) {
        if let Some(range) = self.numbers.get(canonical.as_bytes()) {
            self.report(range, &mut hit);
        }
    }

    /// Whether all texts are looked for anywhere in a value, so that several values may be read as one with
    /// [`SEPARATOR`] between them.
    pub(crate) fn is_contains_only(&self) -> bool {
        self.exact.is_empty() && self.numbers.is_empty() && self.prefixes.list.is_empty() && self.suffixes.by_tail.is_empty()
    }

    /// The whole value that is looked for and that this folded text is, if it is one, with its entries.
    pub(crate) fn whole(&self, folded: &[u8]) -> Option<(u32, &[Entry])> {
        let range = if self.lengths & bit_of(folded.len()) == 0 { None } else { self.exact.get(folded) }?;
        Some((range.start, self.entries.get(range.start as usize..range.end as usize)?))
    }

    /// Which whole value this integer is.
    pub(crate) fn whole_integer(&self, integer: i64) -> Option<u32> {
        self.integers.get(&integer).copied()
    }

    /// Whether only whole values are looked for.
    pub(crate) fn is_exact_only(&self) -> bool {
        self.only_exact
    }

    fn report(&self, range: &Range<u32>, hit: &mut impl FnMut(Entry)) {
        if let Some(entries) = self.entries.get(range.start as usize..range.end as usize) {
            entries.iter().for_each(|entry| hit(*entry));
        }
    }
}

fn bit_of(length: usize) -> u64 {
    1 << length.min(63)
}

impl Contains {
    fn build(texts: Vec<Row>) -> Option<Contains> {
        let shortest = texts.iter().map(|(text, _)| text.len()).min()?;
        let total: usize = texts.iter().map(|(text, _)| text.len()).sum();
        let kind = if total <= DFA_LIMIT { AhoCorasickKind::DFA } else { AhoCorasickKind::ContiguousNFA };
        let (texts, entries): (Vec<_>, Vec<_>) = texts.into_iter().unzip();
        let build = |kind| AhoCorasickBuilder::new().match_kind(MatchKind::Standard).kind(kind).build(&texts);
        // The automaton's own limit is 2^31 states; the noncontiguous one takes what the others refuse.
        let automaton = build(Some(kind)).or_else(|_| build(Some(AhoCorasickKind::NoncontiguousNFA)));
        // Going on without these texts would leave rules blind without a word.
        let automaton = automaton.expect("a rule set is bounded far below an automaton's limit");
        Some(Contains { automaton, entries, shortest })
    }

    fn scan(&self, value: &[u8], report: &mut impl FnMut(&Range<u32>)) {
        if value.len() < self.shortest {
            return;
        }
        for found in self.automaton.find_overlapping_iter(value) {
            if let Some(range) = self.entries.get(found.pattern().as_usize()) {
                report(range);
            }
        }
    }
}

/// Texts that a value may begin with, sorted; each knows the longest other that it begins with itself. All that a
/// value begins with lie on the chain from the greatest text that is not above the value.
#[derive(Debug, Default)]
struct Prefixes {
    list: Vec<Prefix>,
}

#[derive(Debug)]
struct Prefix {
    text: Box<[u8]>,
    shorter: Option<u32>,
    entries: Range<u32>,
}

impl Prefixes {
    /// Adds a text greater than all so far.
    fn push(&mut self, text: &[u8], entries: Range<u32>) {
        let mut shorter = self.list.len().checked_sub(1).map(|last| last as u32);
        while let Some(prefix) = shorter.and_then(|index| self.list.get(index as usize)) {
            if text.starts_with(&prefix.text) {
                break;
            }
            shorter = prefix.shorter;
        }
        self.list.push(Prefix { text: text.into(), shorter, entries });
    }

    fn scan(&self, value: &[u8], report: &mut impl FnMut(&Range<u32>)) {
        let above = self.list.partition_point(|prefix| *prefix.text <= *value);
        let mut next = above.checked_sub(1).map(|index| index as u32);
        while let Some(prefix) = next.and_then(|index| self.list.get(index as usize)) {
            if value.starts_with(&prefix.text) {
                report(&prefix.entries);
            }
            next = prefix.shorter;
        }
    }
}

/// Texts that a value may end with, by their last eight bytes, or by all of them where they are fewer.
#[derive(Debug, Default)]
struct Suffixes {
    by_tail: FxHashMap<u64, Vec<Suffix>>,
    /// Bit n: there are texts whose tail has n bytes.
    lengths: u16,
}

const TAIL: usize = 8;

#[derive(Debug)]
struct Suffix {
    text: Box<[u8]>,
    entries: Range<u32>,
}

impl Suffixes {
    fn push(&mut self, text: &[u8], entries: Range<u32>) {
        let length = text.len().min(TAIL);
        if let Some(key) = tail(text, length) {
            self.lengths |= 1 << length;
            self.by_tail.entry(key).or_default().push(Suffix { text: text.into(), entries });
        }
    }

    fn scan(&self, value: &[u8], report: &mut impl FnMut(&Range<u32>)) {
        for length in (1..=TAIL).filter(|length| self.lengths & (1 << length) != 0) {
            let Some(found) = tail(value, length).and_then(|key| self.by_tail.get(&key)) else { continue };
            for Suffix { text, entries } in found {
                // A long text is found by its eight bytes, a short one by its own length.
                let same = text.len() == length || text.len() > TAIL && value.ends_with(text);
                if text.len().min(TAIL) == length && same {
                    report(entries);
                }
            }
        }
    }
}

/// The last `length` bytes as a number, with their count where they are fewer than eight.
fn tail(text: &[u8], length: usize) -> Option<u64> {
    let mut bytes = [0u8; TAIL];
    let from = text.len().checked_sub(length)?;
    bytes.get_mut(..length)?.copy_from_slice(text.get(from..)?);
    if length < TAIL {
        bytes[TAIL - 1] = length as u8;
    }
    Some(u64::from_le_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn tables_find_what_a_plain_search_finds(
            texts in prop::collection::vec((0usize..4, "[ab\\\\.]{1,11}"), 0..40),
            value in "[ab\\\\.]{0,24}",
        ) {
            let kinds = [Standing::Exact, Standing::Prefix, Standing::Suffix, Standing::Contains];
            let entry = |atom: usize| Entry { atom: atom as u32, verify: false };
            let rows = texts.iter().enumerate().map(|(i, (kind, text))| (kinds[*kind], text.clone().into_bytes(), entry(i))).collect();
            let mut found = BTreeSet::new();
            Tables::build(rows).scan(value.as_bytes(), |entry| { found.insert(entry.atom as usize); });
            let expected: BTreeSet<usize> = texts.iter().enumerate().filter(|(_, (kind, text))| match kinds[*kind] {
                Standing::Exact => value == *text,
                Standing::Prefix => value.starts_with(text),
                Standing::Suffix => value.ends_with(text),
                _ => value.contains(text),
            }).map(|(i, _)| i).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
