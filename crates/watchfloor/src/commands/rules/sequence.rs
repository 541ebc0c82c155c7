//! Correlations against sequences of events: each sequence of a file must lead to a hit, or to none.

use super::samples::event;
use detect::{Correlator, Limits, Moment, RuleSet, Scratch};
use model::Timestamp;
use std::collections::BTreeMap;

/// What a sequence came to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The line of its first event, from 1.
    pub line: u64,
    /// Lines of the events that completed a hit, with the correlation's title and how many events are part of it.
    pub hits: Vec<(u64, String, u64)>,
    /// Titles of the rules that matched anything, with how many events.
    pub matched: BTreeMap<String, u64>,
    /// Events.
    pub events: u64,
}

/// The sequences of a file: lines without an empty one between them.
pub fn sequences(bytes: &[u8]) -> Vec<Vec<(u64, &[u8])>> {
    let mut all: Vec<Vec<(u64, &[u8])>> = Vec::new();
    let mut open = false;
    for (raw, number) in bytes.split(|byte| *byte == b'\n').zip(1u64..) {
        let raw = raw.trim_ascii();
        match (raw.is_empty(), open, all.last_mut()) {
            (true, ..) => open = false,
            (false, true, Some(sequence)) => sequence.push((number, raw)),
            (false, ..) => {
                all.push(vec![(number, raw)]);
                open = true;
            }
        }
    }
    all
}

/// Runs one sequence in its order; `of` says whether a correlation is meant.
pub fn run(set: &RuleSet, sequence: &[(u64, &[u8])], of: impl Fn(&detect::Correlation) -> bool) -> Outcome {
    let mut state = Correlator::new(set, Limits::default());
    let (mut scratch, mut found, mut facts, mut hits) = (Scratch::default(), Vec::new(), Vec::new(), Vec::new());
    let mut outcome = Outcome { line: sequence.first().map_or(0, |(line, _)| *line), ..Outcome::default() };
    for (line, raw) in sequence {
        let event = event(raw, Timestamp(0));
        found.clear();
        facts.clear();
        set.matches(&event, &mut scratch, &mut found);
        set.facts(&event, &found, &mut facts);
        outcome.events += 1;
        for rule in found.iter().filter_map(|index| set.rules().get(*index as usize)) {
            *outcome.matched.entry(rule.reference.title.clone()).or_default() += 1;
        }
        // As on a floor, where everything has just come in.
        state.observe(&facts, Moment { time: event.time, seq: *line, clock: Timestamp(0) }, &mut hits);
        for hit in hits.drain(..) {
            if let Some(correlation) = set.correlations().get(hit.correlation as usize).filter(|known| of(known)) {
                outcome.hits.push((*line, correlation.rule.reference.title.clone(), hit.count));
            }
        }
    }
    outcome
}

impl Outcome {
    /// Why it is not as it should be; none where it is.
    pub fn fault(&self, expected: bool) -> Option<String> {
        let shown = |(line, title, count): &(u64, String, u64)| format!("{title} with the event of line {line}, {count} events");
        match (expected, self.hits.is_empty()) {
            (true, true) if self.matched.is_empty() => Some("should lead to a hit, and no rule matches any of its events".to_owned()),
            (true, true) => {
                let matched: Vec<String> = self.matched.iter().map(|(title, count)| format!("{title} matches {count}")).collect();
                Some(format!("should lead to a hit and does not; of {} events {}", self.events, matched.join(", ")))
            }
            (false, false) => Some(format!("should lead to no hit and does: {}", self.hits.iter().map(shown).collect::<Vec<_>>().join("; "))),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::sequences;

    #[test]
    fn an_empty_line_parts_sequences() {
        let lines: Vec<Vec<u64>> = sequences(b"\na\nb\n\n \nc\r\n").iter().map(|one| one.iter().map(|(line, _)| *line).collect()).collect();
        assert_eq!(lines, [vec![2, 3], vec![6]]);
    }
}
