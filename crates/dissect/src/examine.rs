//! One record to its matches: the same in the worker, for EVTX, and in the program's own threads, for text.

use crate::familiar::Memory;
use crate::sighting::{Sighting, Sightings};
use detect::{Fact, Finder, RuleSet, Scratch};
use model::{Event, Matched, Severity, Timestamp, field};
use parse::{Format, Input};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// Matches of rules below this level are passed over.
    pub min_level: Option<Severity>,
    /// Events before this instant are passed over.
    pub from: Option<Timestamp>,
    /// Events at this instant and after it are passed over.
    pub to: Option<Timestamp>,
    /// The records of an event log are sent back, and nothing is matched.
    #[serde(default)]
    pub records: bool,
}

impl Wanted {
    /// Whether events of this time are asked for.
    pub fn takes(&self, time: Timestamp) -> bool {
        self.from.is_none_or(|from| time >= from) && self.to.is_none_or(|to| time < to)
    }
}

/// A rule that matched a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// The record: EVTX's own number, else the place in its file, from 1.
    pub record: u64,
    /// Event time.
    pub time: Timestamp,
    /// Index of the rule in the set.
    pub rule: u32,
    /// Host, where the event names one.
    pub host: Option<String>,
    /// Account, where the event names one.
    pub user: Option<String>,
    /// Fields and values that matched.
    pub matched: Vec<Matched>,
}

/// A record of which a correlation wants to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The record, as in a [`Hit`].
    pub record: u64,
    /// Event time.
    pub time: Timestamp,
    /// Host, where the event names one.
    pub host: Option<String>,
    /// Account, where the event names one.
    pub user: Option<String>,
    /// The matches that correlations hear.
    pub facts: Vec<Fact>,
}

/// Bytes of what correlations are told until it is taken; what comes after is left out and counted.
const MAX_SEEN: usize = 8 << 20;
/// Bytes of one value in a hit; what is longer is cut.
const MAX_VALUE: usize = 16 << 10;

/// Parses records and matches them, with buffers that are used again.
#[derive(Debug)]
pub struct Examiner<'r> {
    rules: &'r RuleSet,
    wanted: Wanted,
    scratch: Scratch,
    event: Event,
    indexes: Vec<u32>,
    /// Bytes of texts that hits and sightings may still carry; what comes after has its texts left out.
    budget: usize,
    /// Hits of which texts were left out.
    bare: u64,
    seen: Vec<Seen>,
    room: usize,
    unseen: u64,
    /// Shapes of records that were met before.
    memory: Memory,
    sightings: Sightings,
}

impl<'r> Examiner<'r> {
    /// An examiner for this set of rules.
    pub fn new(rules: &'r RuleSet, wanted: Wanted) -> Examiner<'r> {
        Examiner {
            rules,
            wanted,
            scratch: Scratch::new(),
            event: Event::default(),
            indexes: Vec::new(),
            budget: usize::MAX,
            bare: 0,
            memory: Memory::default(),
            sightings: Sightings::default(),
            seen: Vec::new(),
            room: MAX_SEEN,
            unseen: 0,
        }
    }

    /// Holds events against these indicators as well.
    #[must_use]
    pub fn with_indicators(mut self, finder: Arc<Finder>) -> Examiner<'r> {
        self.sightings.set(finder);
        self
    }

    /// One for the same that remembers nothing, for where this one may be broken.
    #[must_use]
    pub fn renewed(&self) -> Examiner<'r> {
        Examiner::new(self.rules, self.wanted).with_indicators(self.sightings.finder().clone())
    }

    /// The indicators that were found since this was last asked.
    pub fn sightings(&mut self) -> Vec<Sighting> {
        self.sightings.take()
    }

    /// How many more were found than are told.
    fn untold(&mut self) -> u64 {
        self.sightings.untold()
    }

    /// What is not told of the records since this was last asked, in words: each limit that was met.
    pub fn left_out(&mut self) -> Vec<String> {
        let counts = [std::mem::take(&mut self.unseen), std::mem::take(&mut self.bare), self.untold()];
        let [unseen, bare, untold] = counts;
        let told = [
            (unseen, format!("correlations are not told of {unseen} records: they say too much")),
            (bare, format!("{bare} matches without their fields: they say too much")),
            (untold, format!("and {untold} more indicators, which are not told")),
        ];
        told.into_iter().filter(|(count, _)| *count > 0).map(|(_, text)| text).collect()
    }

    /// The rules.
    pub fn rules(&self) -> &'r RuleSet {
        self.rules
    }

    /// What is asked for.
    pub(crate) fn wanted(&self) -> Wanted {
        self.wanted
    }

    pub(crate) fn memory(&mut self) -> &mut Memory {
        &mut self.memory
    }

    /// Bounds the bytes of the texts in the hits and sightings from here on.
    pub fn allow(&mut self, bytes: usize) {
        self.budget = bytes;
    }

    /// Reads one record and appends a hit per rule that matches. `received` is the event's time where it has none.
    /// The event stands in [`Examiner::event`] until the next record.
    pub fn examine(&mut self, raw: &[u8], format: Format, received: Timestamp, record: u64, hits: &mut Vec<Hit>) {
        parse::parse_into(&Input { raw, received, format, peer: None }, &mut self.event);
        self.hold(record, hits);
    }

    /// Takes an event that was read elsewhere for the one that is examined; what stood there is given back.
    pub(crate) fn swap(&mut self, event: &mut Event) {
        std::mem::swap(&mut self.event, event);
    }

    /// Holds the event against the rules, unless it is outside of the wanted time.
    pub(crate) fn hold(&mut self, record: u64, hits: &mut Vec<Hit>) {
        let time = self.event.time;
        if !self.wanted.takes(time) {
            return;
        }
        self.sightings.look(&self.event, record, &mut self.budget);
        self.indexes.clear();
        self.rules.matches(&self.event, &mut self.scratch, &mut self.indexes);
        self.hear(record);
        for &rule in &self.indexes {
            if !self.rules.alerts(rule) {
                continue;
            }
            let Some(known) = self.rules.rules().get(rule as usize) else { continue };
            if self.wanted.min_level.is_some_and(|least| known.reference.level < least) {
                continue;
            }
            self.bare += u64::from(self.budget == 0);
            let (host, user) = affordable(&self.event, &mut self.budget);
            let matched = matched(self.rules, rule, &self.event, &mut self.budget);
            hits.push(Hit { record, time, rule, host, user, matched });
        }
    }

    /// Notes what correlations want to know of the record, whatever the level of the rules is that matched it.
    fn hear(&mut self, record: u64) {
        let mut facts = Vec::new();
        self.rules.facts(&self.event, &self.indexes, &mut facts);
        if facts.is_empty() {
            return;
        }
        let (host, user) = whom(&self.event);
        let seen = Seen { record, time: self.event.time, host, user, facts };
        match self.room.checked_sub(seen.bytes()) {
            Some(room) => {
                self.room = room;
                self.seen.push(seen);
            }
            None => self.unseen += 1,
        }
    }

    /// What correlations are to be told of the records since it was last taken.
    pub fn take_seen(&mut self) -> Vec<Seen> {
        self.room = MAX_SEEN;
        std::mem::take(&mut self.seen)
    }

    /// The event that was examined last.
    pub fn event(&self) -> &Event {
        &self.event
    }
}

impl Seen {
    /// Bytes that it takes in memory.
    pub fn bytes(&self) -> usize {
        let texts = self.facts.iter().flat_map(|fact| &fact.values).map(|values| 24 + values.iter().map(|value| 24 + value.len()).sum::<usize>());
        let whom = [&self.host, &self.user].into_iter().flatten().map(String::len);
        size_of::<Seen>() + self.facts.len() * size_of::<Fact>() + texts.sum::<usize>() + whom.sum::<usize>()
    }
}

/// Host and account of an event.
fn whom(event: &Event) -> (Option<String>, Option<String>) {
    let text = |of| event.str(of).map(|text| cut(text.to_owned()));
    (text(field::HOST_NAME), text(field::USER_NAME))
}

/// The same as far as `budget` bytes go.
pub(crate) fn affordable(event: &Event, budget: &mut usize) -> (Option<String>, Option<String>) {
    if *budget == 0 {
        return (None, None);
    }
    let (host, user) = whom(event);
    let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    *budget = budget.saturating_sub(length(&host) + length(&user));
    (host, user)
}

fn matched(rules: &RuleSet, rule: u32, event: &Event, budget: &mut usize) -> Vec<Matched> {
    if *budget == 0 {
        return Vec::new();
    }
    let mut matched = rules.matched(rule, event);
    for one in &mut matched {
        one.value = cut(std::mem::take(&mut one.value));
        *budget = budget.saturating_sub(one.field.len() + one.value.len());
    }
    matched
}

fn cut(mut text: String) -> String {
    if text.len() > MAX_VALUE {
        let end = (0..=MAX_VALUE).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use detect::RuleFile;

    #[test]
    fn texts_of_matches_have_a_limit_and_what_is_left_out_is_told() {
        let rule = "title: A\nid: 11111111-2222-4333-8444-555555555555\nlogsource: {product: app}\ndetection: {s: {a|contains: b}, condition: s}\n";
        let files = vec![RuleFile { name: "a.yml".to_owned(), text: rule.into() }];
        let rules = RuleSet::compile(files).0;
        let long = "b".repeat(10_000);
        let event = format!(r#"{{"sigma":{{"product":"app"}},"a":"{long}","host":{{"name":"{long}"}},"user":{{"name":"{long}"}}}}"#);
        let mut examiner = Examiner::new(&rules, Wanted::default());
        let texts = |examiner: &mut Examiner<'_>| -> usize {
            let mut hits = Vec::new();
            (0..20).for_each(|record| examiner.examine(event.as_bytes(), Format::Json, Timestamp(0), record, &mut hits));
            assert_eq!(hits.len(), 20, "each match is told");
            let texts = hits.iter().flat_map(|hit| [&hit.host, &hit.user].into_iter().flatten().chain(hit.matched.iter().map(|one| &one.value)));
            texts.map(String::len).sum()
        };
        let whole = texts(&mut examiner);
        assert!(whole >= 20 * 2 * long.len() && examiner.left_out().is_empty(), "{whole}");
        // The names of fields count as well.
        examiner.allow(whole / 20 * 3 + 3);
        assert_eq!(texts(&mut examiner), whole / 20 * 3);
        assert_eq!(examiner.left_out(), ["17 matches without their fields: they say too much"]);
        assert_eq!(examiner.left_out(), [] as [&str; 0]);
    }
}
