//! Correlations: 200 of them over a million events of 100,000 accounts, in process and in one thread, beside a second engine.

use crate::report::{Report, cpu_of_thread};
use detect::{Correlator, Figures, Limits, Moment, RuleFile, RuleSet, Scratch};
use model::{Event, Timestamp};
use parse::{Format, Input};
use rsigma_eval::{CorrelationAction, CorrelationConfig, CorrelationEngine, ResultBody, event::JsonEvent};
use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

const RUNS: usize = 3;
/// Rules for single events; each feeds five correlations of its own and those of one neighbour.
const BASE: usize = 40;
const EVENTS: usize = 1_000_000;
const ACCOUNTS: u64 = 100_000;
/// Correlations by title and the account that they hit.
type Groups = HashSet<(String, String)>;

/// Bytes of state where it is made to evict.
const SMALL: usize = 32 << 20;

pub fn measure(report: &mut Report) {
    let text = rules();
    let (set, refused) = RuleSet::compile(vec![RuleFile { name: "bench.yml".to_owned(), text: text.clone().into_bytes() }]);
    assert_eq!((refused.refused.len(), set.correlations().len()), (0, 5 * BASE));
    let (plain, _) = RuleSet::compile(vec![RuleFile { name: "bench.yml".to_owned(), text: base().into_bytes() }]);
    let lines = events();
    let corpus = format!("{} correlations, {EVENTS} events, {ACCOUNTS} accounts", set.correlations().len());
    let mut seconds = [const { Vec::new() }; 4];
    let mut told = [(Figures::default(), 0u64); 3];
    let mut others = 0;
    for _ in 0..RUNS {
        for (at, (rules, limits)) in [(&set, Limits::default()), (&set, Limits { bytes: SMALL, ..Limits::default() }), (&plain, Limits::default())].into_iter().enumerate() {
            let begun = cpu_of_thread();
            told[at] = ours(rules, limits, &lines, None);
            seconds[at].push(cpu_of_thread() - begun);
        }
        let begun = cpu_of_thread();
        others = peer(&text, &lines, None);
        seconds[3].push(cpu_of_thread() - begun);
    }
    let rates = |runs: &[f64]| runs.iter().map(|seconds| EVENTS as f64 / seconds).collect::<Vec<_>>();
    let [(roomy, hits), (small, fewer), _] = told;
    report.add("correlate/watchfloor", "events/cpu-s", rates(&seconds[0]), format!("{corpus}, {hits} hits, parsing and matching included"));
    report.add("correlate/small state", "events/cpu-s", rates(&seconds[1]), format!("the same within {} MiB, {fewer} hits", SMALL >> 20));
    report.add("correlate/rsigma-eval", "events/cpu-s", rates(&seconds[3]), format!("the same rules and events, {others} hits; it may hold as many groups, of any size"));
    let ratios = seconds[0].iter().zip(&seconds[3]).map(|(own, other)| other / own).collect();
    assert!(others > 0, "the other engine correlates nothing");
    report.add("correlate/to rsigma-eval", "times", ratios, "run by run");
    equality(report, &set, &text, &lines);
    let micros = seconds[0].iter().zip(&seconds[2]).map(|(whole, plain)| (whole - plain) / EVENTS as f64 * 1e6).collect();
    report.add("correlate/state", "us/event", micros, "the first less the same without correlations");
    for (name, figures) in [("default", roomy), ("small", small)] {
        let of = format!("{} groups, {} entries, {} late", figures.groups, figures.entries, figures.late);
        report.add(format!("correlate/{name} state bytes"), "MiB", vec![figures.bytes as f64 / f64::from(1 << 20)], of);
        report.add(format!("correlate/{name} state evictions"), "groups", vec![figures.evicted as f64], format!("{} expired, {} entries dropped", figures.expired, figures.dropped));
    }
}

/// Which groups of which correlations hit at least once, in each engine.
fn equality(report: &mut Report, set: &RuleSet, text: &str, lines: &[u8]) {
    let (mut own, mut other) = (Groups::new(), Groups::new());
    ours(set, Limits::default(), lines, Some(&mut own));
    peer(text, lines, Some(&mut other));
    let only = |of: &Groups, not: &Groups| {
        let mut kinds = BTreeMap::<String, u64>::new();
        of.difference(not).for_each(|(title, _)| *kinds.entry(title.split(' ').next().unwrap_or_default().to_owned()).or_default() += 1);
        kinds
    };
    let both = own.intersection(&other).count();
    let share = 100.0 * both as f64 / own.union(&other).count().max(1) as f64;
    let note = format!("{both} groups hit in both; only here {:?}; only there {:?}", only(&own, &other), only(&other, &own));
    report.add("correlate/same groups", "%", vec![share], note);
}

/// The rules for single events.
fn base() -> String {
    let one = |at: usize| format!("title: Kind {at}\nid: 00000000-0000-4000-8000-0000000000{at:02}\nname: kind_{at}\nlogsource: {{category: bench}}\ndetection: {{s: {{kind: k{at}}}, condition: s}}\n");
    (0..BASE).map(one).collect::<Vec<_>>().join("---\n")
}

fn rules() -> String {
    let mut text = base();
    for at in 0..BASE {
        let next = (at + 1) % BASE;
        for (kind, rules, condition) in [
            ("event_count", format!("[kind_{at}]"), "condition: {gte: 5}"),
            ("value_count", format!("[kind_{at}]"), "condition: {field: peer, gte: 4}"),
            ("value_sum", format!("[kind_{at}]"), "condition: {field: bytes, gte: 3000}"),
            ("temporal", format!("[kind_{at}, kind_{next}]"), "condition: {gte: 2}"),
            ("temporal_ordered", format!("[kind_{at}, kind_{next}]"), "condition: {gte: 2}"),
        ] {
            text.push_str(&format!("---\ntitle: {kind} {at}\ncorrelation:\n    type: {kind}\n    rules: {rules}\n    group-by: [account]\n    timespan: 1h\n    {condition}\n"));
        }
    }
    text
}

/// A hundred events a second, of kinds and accounts that a fixed row of numbers chooses.
fn events() -> Vec<u8> {
    let mut out = Vec::new();
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    let mut next = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let first = Timestamp::parse("2026-03-12T08:00:00Z").unwrap();
    for at in 0..EVENTS {
        let time = first.plus(Duration::from_millis(at as u64 * 10));
        // Half of the events are of a hundredth of the accounts: some groups fill, most stay small.
        let account = if next(2) == 0 { next(ACCOUNTS / 100) } else { next(ACCOUNTS) };
        let (kind, peer, bytes) = (next(BASE as u64), next(50), next(1_000));
        let line = format!("{{\"@timestamp\":\"{time}\",\"kind\":\"k{kind}\",\"account\":\"user-{account}\",\"peer\":\"192.0.2.{peer}\",\"bytes\":{bytes}}}\n");
        out.extend_from_slice(line.as_bytes());
    }
    out
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
}

fn ours(rules: &RuleSet, limits: Limits, bytes: &[u8], mut groups: Option<&mut Groups>) -> (Figures, u64) {
    let mut state = Correlator::new(rules, limits);
    let (mut event, mut scratch, mut matched, mut facts, mut hits) = (Event::default(), Scratch::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut count, mut most) = (0, Figures::default());
    let source = model::LogSource::default().with_category(model::Name::of("bench"));
    for (line, seq) in lines(bytes).zip(1u64..) {
        parse::parse_into(&Input { raw: line, received: Timestamp(0), format: Format::Json, peer: None }, &mut event);
        event.log_source = source;
        matched.clear();
        facts.clear();
        rules.matches(&event, &mut scratch, &mut matched);
        rules.facts(&event, &matched, &mut facts);
        state.observe(&facts, Moment { time: event.time, seq, clock: event.time }, &mut hits);
        count += hits.len() as u64;
        for hit in hits.drain(..) {
            if let Some(groups) = &mut groups {
                let title = &rules.correlations()[hit.correlation as usize].rule.reference.title;
                groups.insert((title.clone(), hit.group[0].1.clone()));
            }
        }
        if seq % 100_000 == 0 {
            let now = state.figures();
            most = if now.bytes > most.bytes { now } else { most };
        }
    }
    // What it held at its fullest, and what became of the rest in the end.
    (Figures { groups: most.groups, entries: most.entries, bytes: most.bytes, ..state.figures() }, count)
}

fn peer(text: &str, bytes: &[u8], mut groups: Option<&mut Groups>) -> u64 {
    let config = CorrelationConfig {
        max_state_entries: Limits::default().groups,
        emit_detections: false,
        // As here: an event is part of one hit.
        action_on_match: CorrelationAction::Reset,
        ..CorrelationConfig::default()
    };
    let mut engine = CorrelationEngine::new(config);
    engine.add_collection(&rsigma_parser::parse_sigma_yaml(text).unwrap()).unwrap();
    let mut count = 0;
    for line in lines(bytes) {
        let value: serde_json::Value = serde_json::from_slice(line).unwrap();
        for result in engine.process_event(&JsonEvent::borrow(&value)) {
            let ResultBody::Correlation(hit) = &result.body else { continue };
            count += 1;
            if let Some(groups) = &mut groups {
                groups.insert((result.header.rule_title.clone(), hit.group_key[0].1.clone()));
            }
        }
    }
    count
}
