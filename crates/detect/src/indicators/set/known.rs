//! Indicators with what their lists say of them.

use super::super::value::{Kind, shown};
use super::{Covers, Finder, Warnings};
use model::{Severity, Timestamp};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;

/// Lists that name one value, of which no more are told.
const MAX_LISTS: usize = 16;

/// What one list says of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Facts {
    pub list: u16,
    /// 0 to 100.
    pub confidence: Option<u8>,
    pub expires: Option<Timestamp>,
}

impl Facts {
    /// Whether they hold longer than others of the same list, or as long and surer.
    fn outlive(&self, others: &Facts) -> bool {
        let rank = |facts: &Facts| (facts.expires.is_none(), facts.expires, facts.confidence);
        rank(self) > rank(others)
    }
}

/// The id of the rule by which indicators become matches and alerts.
pub const INDICATOR_RULE: &str = "indicator-match";
/// What that rule is called.
pub const INDICATOR_TITLE: &str = "Indicator match";

/// An indicator that an event has hit, and the list that it is on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndicatorHit {
    /// The list.
    pub list: String,
    /// The indicator, which may be a parent of what stands in the event: a domain, a network, a URL without query.
    pub value: String,
    /// What it is.
    pub kind: Kind,
    /// How sure its list is, 0 to 100; `None` where it does not say.
    pub confidence: Option<u8>,
    /// Until when it holds; `None` where the list sets no end.
    pub expires: Option<Timestamp>,
}

impl IndicatorHit {
    /// How bad a hit is, by STIX's scale of confidence: below 30 low, below 70 or unsaid medium, else high.
    pub fn level(&self) -> Severity {
        match self.confidence {
            Some(..30) => Severity::Low,
            Some(70..) => Severity::High,
            _ => Severity::Medium,
        }
    }
}

/// What is known of a value that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// These lists name it; at least one.
    Hits(Vec<IndicatorHit>),
    /// This warninglist says that it is harmless.
    Benign(String),
    /// It was an indicator and is none any more.
    Expired,
}

/// Everything that was read, ready to be asked. Immutable; build another one beside it and swap.
#[derive(Debug, Default)]
pub struct Indicators {
    finder: Arc<Finder>,
    /// Of each entry, what the first list said.
    first: Vec<u32>,
    /// What further lists said.
    further: FxHashMap<u32, Vec<u32>>,
    facts: Vec<Facts>,
    lists: Vec<String>,
    warnings: Warnings,
}

impl Indicators {
    /// The keys alone, which is what an event is held against.
    pub fn finder(&self) -> &Arc<Finder> {
        &self.finder
    }

    /// Distinct indicators.
    pub fn len(&self) -> usize {
        self.finder.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.finder.is_empty()
    }

    /// Bytes that indicators hold in memory, warninglists not counted.
    pub fn heap_bytes(&self) -> usize {
        let further: usize = self.further.values().map(|more| 8 + size_of::<Vec<u32>>() + 4 * more.capacity()).sum();
        self.finder.heap_bytes() + 4 * self.first.capacity() + further + size_of::<Facts>() * self.facts.capacity()
    }

    /// What is known of an entry that was found by `seen`, a value of an event, at this time.
    pub fn answer(&self, entry: u32, seen: &str, now: Timestamp) -> Answer {
        let Some((kind, key)) = self.finder.entry(entry) else { return Answer::Expired };
        let further = self.further.get(&entry).into_iter().flatten();
        let facts = self
            .first
            .get(entry as usize)
            .into_iter()
            .chain(further)
            .filter_map(|facts| self.facts.get(*facts as usize));
        let value = shown(kind, key);
        let hits: Vec<IndicatorHit> = facts
            .filter(|facts| facts.expires.is_none_or(|expires| now < expires))
            .map(|facts| IndicatorHit {
                list: self.lists.get(usize::from(facts.list)).cloned().unwrap_or_default(),
                value: value.clone(),
                kind,
                confidence: facts.confidence,
                expires: facts.expires,
            })
            .collect();
        if hits.is_empty() {
            return Answer::Expired;
        }
        match self.warnings.benign(kind, key, seen) {
            Some(list) => Answer::Benign(list.to_owned()),
            None => Answer::Hits(hits),
        }
    }
}

/// Puts [`Indicators`] together.
#[derive(Debug, Default)]
pub(crate) struct Maker {
    made: Indicators,
    finder: Finder,
    /// By a secret hash: a list's author chooses the instants.
    numbers: HashMap<Facts, u32>,
}

impl Maker {
    /// Begins a list of indicators; its number. `None` where there are too many.
    pub(crate) fn list(&mut self, name: &str) -> Option<u16> {
        let number = u16::try_from(self.made.lists.len()).ok()?;
        self.made.lists.push(name.to_owned());
        Some(number)
    }

    /// Puts an indicator in; whether this list had not named it yet. `None` when the set is full.
    pub(crate) fn add(&mut self, kind: Kind, key: &[u8], facts: Facts) -> Option<bool> {
        let (entry, new) = self.finder.insert(kind.into(), key)?;
        let made = &mut self.made;
        let number = *self.numbers.entry(facts).or_insert_with(|| {
            made.facts.push(facts);
            u32::try_from(made.facts.len() - 1).unwrap_or(u32::MAX)
        });
        if new {
            made.first.push(number);
            return Some(true);
        }
        let further = made.further.get_mut(&entry).into_iter().flatten();
        for known in made.first.get_mut(entry as usize).into_iter().chain(further) {
            // What a list says twice counts once, else one list could drown what others say.
            if let Some(of_list) = made.facts.get(*known as usize).filter(|known| known.list == facts.list) {
                if facts.outlive(of_list) {
                    *known = number;
                }
                return Some(false);
            }
        }
        let further = made.further.entry(entry).or_default();
        if further.len() + 1 < MAX_LISTS {
            further.push(number);
        }
        Some(true)
    }

    /// The warninglists.
    pub(crate) fn warnings(&mut self) -> &mut Warnings {
        &mut self.made.warnings
    }

    /// Begins a warninglist.
    pub(crate) fn warninglist(&mut self, name: &str, covers: Covers) -> Option<u16> {
        self.made.warnings.list(name, covers)
    }

    /// Everything that was put in.
    pub(crate) fn finish(mut self) -> Indicators {
        self.finder.close();
        self.made.first.shrink_to_fit();
        self.made.facts.shrink_to_fit();
        self.made.warnings.close();
        self.made.finder = Arc::new(self.finder);
        self.made
    }
}
