//! Correlations over a whole scan: what every file has told is put in the order of event time and heard in it.

use detect::{Correlation, Correlator, Figures, Limits, Moment, RuleSet};
use dissect::{Hit, Seen};
use model::Matched;
use std::time::Duration;

/// Bytes of what is held until every file is read.
const MAX_HELD: usize = 512 << 20;

/// What the files have told.
pub struct Told {
    seen: Vec<(usize, Seen)>,
    bytes: usize,
    left_out: u64,
}

/// A correlation that hit: its place in the set, the file of its last event, and all of its events.
pub struct Found {
    pub correlation: usize,
    pub file: usize,
    pub hit: Hit,
    pub events: Vec<(usize, u64)>,
}

impl Told {
    /// Nothing yet.
    pub fn new() -> Told {
        Told { seen: Vec::new(), bytes: 0, left_out: 0 }
    }

    /// Takes what a file has told.
    pub fn add(&mut self, file: usize, seen: Vec<Seen>) {
        for one in seen {
            let bytes = one.bytes();
            if self.bytes + bytes > MAX_HELD {
                self.left_out += 1;
            } else {
                self.bytes += bytes;
                self.seen.push((file, one));
            }
        }
    }

    /// The hits in the order of event time, and what is missing of them.
    pub fn heard(mut self, rules: &RuleSet) -> (Vec<Found>, Vec<String>) {
        self.seen.sort_by_key(|(file, seen)| (seen.time, *file, seen.record));
        // Nothing comes late where everything comes in its order.
        let mut state = Correlator::new(rules, Limits { late: Duration::ZERO, ..Limits::default() });
        let (mut hits, mut found) = (Vec::new(), Vec::new());
        for (index, (_, seen)) in self.seen.iter().enumerate() {
            // Its number is its place, from 1.
            let moment = Moment { time: seen.time, seq: index as u64 + 1, clock: seen.time };
            state.observe(&seen.facts, moment, &mut hits);
            for hit in hits.drain(..) {
                let places = hit.events.iter().filter_map(|seq| self.seen.get(usize::try_from(seq.checked_sub(1)?).ok()?));
                let places: Vec<&(usize, Seen)> = places.collect();
                let Some((file, last)) = places.last().copied() else { continue };
                let Some(correlation) = rules.correlations().get(hit.correlation as usize) else { continue };
                let shared = |of: fn(&Seen) -> &Option<String>| places.iter().all(|(_, seen)| of(seen) == of(last)).then(|| of(last).clone()).flatten();
                let matched = matched(correlation, &hit);
                found.push(Found {
                    correlation: hit.correlation as usize,
                    file: *file,
                    // Rules come first, so that a report can tell them from each other.
                    hit: Hit { record: last.record, time: hit.time, rule: rules.rules().len() as u32 + hit.correlation, host: shared(|seen| &seen.host), user: shared(|seen| &seen.user), matched },
                    events: places.iter().map(|(file, seen)| (*file, seen.record)).collect(),
                });
            }
        }
        (found, self.missing(state.figures()))
    }

    fn missing(&self, figures: Figures) -> Vec<String> {
        let mut missing = Vec::new();
        if self.left_out > 0 {
            missing.push(format!("correlations were not told of {} events: more than {} MiB would have to be held", self.left_out, MAX_HELD >> 20));
        }
        if figures.evicted + figures.dropped > 0 {
            missing.push(format!("correlations had to forget {} groups and {} matches at the limit of their state", figures.evicted, figures.dropped));
        }
        missing
    }
}

/// The group and what was counted, as fields.
fn matched(correlation: &Correlation, hit: &detect::Correlated) -> Vec<Matched> {
    let group = hit.group.iter().map(|(field, value)| Matched { field: field.clone(), value: value.clone() });
    group.chain([Matched { field: correlation.kind.as_str().to_owned(), value: hit.figure.to_string() }]).collect()
}
