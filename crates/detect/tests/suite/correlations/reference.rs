//! A plain reference: every match is kept, and each answer is worked out anew. The state must say the same for any rules
//! and events, in any order, and whether or not it forgets what is too old.

use super::{ANY_DELAY, BASE, compiled, feed};
use detect::{CorrelationKind as Kind, Correlator, Limits};
use proptest::prelude::*;
use std::time::Duration;

const SPAN: i64 = 10;

/// One event: second, which rules it matches, group and value.
#[derive(Clone, Debug)]
struct Sent {
    second: i64,
    keys: Vec<usize>,
    group: u8,
    value: i64,
}

impl Sent {
    fn json(&self) -> String {
        let keys: Vec<_> = self.keys.iter().map(|key| ["a", "b", "c"][*key]).collect();
        serde_json::json!({"k": keys, "u": format!("u{}", self.group), "v": self.value}).to_string()
    }
}

/// What is asked: a type and comparisons.
#[derive(Clone, Debug)]
struct Asked {
    kind: &'static str,
    bounds: Vec<(&'static str, i64)>,
}

impl Asked {
    fn section(&self) -> String {
        let field = if self.kind.starts_with("value") { "field: v, " } else { "" };
        let percentile = if self.kind == "value_percentile" { "percentile: 75, " } else { "" };
        let bounds: Vec<String> = self.bounds.iter().map(|(word, than)| format!("{word}: {than}")).collect();
        format!("type: {}\nrules: [a, b, c]\ngroup-by: [u]\ntimespan: {SPAN}s\ncondition: {{{field}{percentile}{}}}", self.kind, bounds.join(", "))
    }

    /// The figure of a window, from its matches alone: by time and number, each with its rule.
    fn figure(&self, window: &[(usize, &Sent)]) -> f64 {
        let values = || {
            let mut values: Vec<f64> = window.iter().map(|(_, sent)| sent.value as f64).collect();
            values.sort_by(f64::total_cmp);
            values
        };
        let at = |share: f64| {
            let values = values();
            let place = share * (values.len() - 1) as f64;
            let below = values[place as usize];
            below + (values.get(place as usize + 1).copied().unwrap_or(below) - below) * place.fract()
        };
        let count = window.len() as f64;
        match self.kind {
            "event_count" => count,
            "value_count" => values().windows(2).filter(|pair| pair[0] != pair[1]).count() as f64 + 1.0,
            "value_sum" => values().iter().sum(),
            "value_avg" => values().iter().sum::<f64>() / count,
            "value_percentile" => at(0.75),
            "value_median" => at(0.5),
            "temporal" => (0..3).filter(|rule| window.iter().any(|(_, sent)| sent.keys.contains(rule))).count() as f64,
            // The longest row: every choice of rules in their order is tried, longest first.
            _ => [&[0, 1, 2][..], &[0, 1], &[0, 2], &[1, 2], &[0], &[1], &[2]]
                .iter()
                .find(|row| {
                    let mut from = 0;
                    row.iter().all(|rule| {
                        let found = window[from..].iter().position(|(_, sent)| sent.keys.contains(rule));
                        from += found.map_or(0, |found| found + 1);
                        found.is_some()
                    })
                })
                .map_or(0.0, |row| row.len() as f64),
        }
    }

    fn holds(&self, window: &[(usize, &Sent)]) -> bool {
        let figure = self.figure(window);
        self.bounds.iter().all(|(word, than)| {
            let than = *than as f64;
            match *word {
                "gt" => figure > than,
                "gte" => figure >= than,
                "lt" => figure < than,
                "lte" => figure <= than,
                "eq" => figure == than,
                _ => figure != than,
            }
        })
    }

    /// The hits, event by event: who completed it and what is in it.
    fn answers(&self, events: &[Sent]) -> Vec<(u64, Vec<u64>)> {
        let mut left: Vec<usize> = Vec::new();
        let mut hits = Vec::new();
        for (index, sent) in events.iter().enumerate() {
            if sent.keys.is_empty() {
                continue;
            }
            left.push(index);
            let mut own: Vec<usize> = left.iter().copied().filter(|other| events[*other].group == sent.group).collect();
            own.sort_by_key(|other| (events[*other].second, *other));
            let ends = own.iter().map(|other| events[*other].second).filter(|end| (sent.second..=sent.second + SPAN).contains(end));
            let windows = ends.map(|end| own.iter().copied().filter(|other| (end - SPAN..=end).contains(&events[*other].second)).collect::<Vec<_>>());
            let hit = windows.into_iter().find(|window| self.holds(&window.iter().map(|other| (*other, &events[*other])).collect::<Vec<_>>()));
            if let Some(window) = hit {
                left.retain(|other| !window.contains(other));
                hits.push((index as u64 + 1, window.iter().map(|other| *other as u64 + 1).collect()));
            }
        }
        hits
    }
}

fn asked() -> impl Strategy<Value = Asked> {
    let kinds = ["event_count", "value_count", "value_sum", "value_avg", "value_percentile", "value_median", "temporal", "temporal_ordered"];
    let bounds = prop_oneof![
        4 => (prop::sample::select(vec!["gte", "gt"]), 1..4i64).prop_map(|one| vec![one]),
        1 => (prop::sample::select(vec!["lt", "lte", "eq", "neq"]), 2..4i64).prop_map(|one| vec![one]),
        1 => (1..3i64).prop_map(|than| vec![("gte", than), ("lte", than + 1)]),
    ];
    (prop::sample::select(kinds.to_vec()), bounds).prop_map(|(kind, mut bounds)| {
        if kind.starts_with("temporal") {
            // No more than there are rules.
            bounds.iter_mut().for_each(|(word, than)| *than = (*than).min(if *word == "gt" { 2 } else { 3 }));
        }
        Asked { kind, bounds }
    })
}

fn events() -> impl Strategy<Value = Vec<Sent>> {
    let one = (0..40i64, prop::collection::vec(0..3usize, 0..3), 0..2u8, 0..4i64).prop_map(|(second, mut keys, group, value)| {
        keys.sort_unstable();
        keys.dedup();
        Sent { second, keys, group, value }
    });
    prop::collection::vec(one, 0..40)
}

fn told(asked: &Asked, events: &[Sent], limits: Limits, broken_at: Option<usize>) -> Vec<(u64, Vec<u64>)> {
    let set = compiled(&format!("{BASE}---\ntitle: It\ncorrelation:\n{}\n", asked.section().lines().map(|line| format!("    {line}\n")).collect::<String>()));
    let mut state = Correlator::new(&set, limits);
    let mut out = Vec::new();
    for (index, sent) in events.iter().enumerate() {
        if broken_at == Some(index) {
            state = Correlator::restored(&set, limits, &state.snapshot()).unwrap().0;
        }
        let json = sent.json();
        let found = feed(&set, &mut state, std::iter::once((sent.second, index as u64 + 1, json.as_str())));
        out.extend(found.into_iter().map(|(_, at, events)| (at, events)));
    }
    assert!(matches!(set.correlations()[0].kind, Kind::ValuePercentile(share) if share == 75.0) == (asked.kind == "value_percentile"));
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_state_answers_as_the_reference_in_any_order(asked in asked(), events in events(), broken_at in prop::option::of(0..40usize)) {
        prop_assert_eq!(told(&asked, &events, ANY_DELAY, broken_at), asked.answers(&events));
    }

    /// Where events come by their time nothing is late, and what is older than the timespan may be forgotten at once.
    #[test]
    fn what_is_too_old_is_forgotten_without_a_difference(asked in asked(), mut events in events()) {
        events.sort_by_key(|sent| sent.second);
        let limits = Limits { late: Duration::ZERO, ..ANY_DELAY };
        prop_assert_eq!(told(&asked, &events, limits, None), asked.answers(&events));
    }
}
