//! Correlations: the specification as cases, what is refused, a plain reference, and the bounds of the state.

mod bounds;
mod reading;
mod reference;
mod spec;

use crate::event_of;
use detect::{Correlator, Limits, LoadReport, Moment, RuleFile, RuleSet, Scratch};
use model::{LogSource, Name, Timestamp};
use std::time::Duration;

/// Rules that match by the field `k`: `a`, `b`, `c` and `d`.
const BASE: &str = "\
title: A
name: a
logsource: {product: test}
detection: {s: {k: a}, condition: s}
---
title: B
name: b
logsource: {product: test}
detection: {s: {k: b}, condition: s}
---
title: C
name: c
logsource: {product: test}
detection: {s: {k: c}, condition: s}
---
title: D
name: d
logsource: {product: test}
detection: {s: {k: [d, dd]}, condition: s}
";

/// The base rules and a correlation with this section.
fn with(section: &str) -> String {
    let indented: String = section.lines().map(|line| format!("    {line}\n")).collect();
    format!("{BASE}---\ntitle: It\nid: it\ncorrelation:\n{indented}")
}

fn compile(text: &str) -> (RuleSet, LoadReport) {
    RuleSet::compile(vec![RuleFile { name: "c.yml".to_owned(), text: text.as_bytes().to_vec() }])
}

#[track_caller]
fn compiled(text: &str) -> RuleSet {
    let (set, report) = compile(text);
    assert_eq!(report.refused, []);
    set
}

const ANY_DELAY: Limits = Limits { bytes: 64 << 20, groups: 100_000, late: Duration::from_secs(u32::MAX as u64) };

/// Feeds events, each with its second, in this order; numbers them from 1. A hit is its correlation's title, the number
/// of the event that completed it, and the numbers of its events.
pub(crate) fn hits(set: &RuleSet, events: &[(i64, &str)]) -> Vec<(String, u64, Vec<u64>)> {
    hits_of(set, test(), events)
}

/// The same of events of this log source.
pub(crate) fn hits_of(set: &RuleSet, source: LogSource, events: &[(i64, &str)]) -> Vec<(String, u64, Vec<u64>)> {
    let mut state = Correlator::new(set, ANY_DELAY);
    feed_of(set, source, &mut state, events.iter().zip(1u64..).map(|((second, json), seq)| (*second, seq, *json)))
}

fn test() -> LogSource {
    LogSource::new(Name::of("test"), Name::NONE)
}

fn feed<'e>(set: &RuleSet, state: &mut Correlator, events: impl Iterator<Item = (i64, u64, &'e str)>) -> Vec<(String, u64, Vec<u64>)> {
    feed_of(set, test(), state, events)
}

fn feed_of<'e>(
    set: &RuleSet,
    source: LogSource,
    state: &mut Correlator,
    events: impl Iterator<Item = (i64, u64, &'e str)>,
) -> Vec<(String, u64, Vec<u64>)> {
    let (mut scratch, mut matched, mut facts, mut found) = (Scratch::new(), Vec::new(), Vec::new(), Vec::new());
    let mut out = Vec::new();
    for (second, seq, json) in events {
        let event = event_of(json, source);
        matched.clear();
        facts.clear();
        set.matches(&event, &mut scratch, &mut matched);
        set.facts(&event, &matched, &mut facts);
        let time = Timestamp(second * 1_000_000_000);
        assert!(facts.iter().all(|fact| set.is_possible(fact)));
        state.observe(&facts, Moment { time, seq, clock: time }, &mut found);
        out.extend(found.drain(..).map(|hit| {
            assert_eq!(hit.count.min(1_000), hit.events.len() as u64);
            (set.correlations()[hit.correlation as usize].rule.reference.title.clone(), seq, hit.events)
        }));
    }
    out
}

/// The events of a hit are those that are expected, and no others hit. `completed → events`.
#[track_caller]
fn check(section: &str, events: &[(i64, &str)], expected: &[(u64, &[u64])]) {
    let found = hits(&compiled(&with(section)), events);
    let found: Vec<(u64, Vec<u64>)> = found.into_iter().map(|(_, at, events)| (at, events)).collect();
    let expected: Vec<(u64, Vec<u64>)> = expected.iter().map(|(at, events)| (*at, events.to_vec())).collect();
    assert_eq!(found, expected, "{section}");
}
