//! The state stays within its limits whatever comes, says what it gave up, and survives a restart.

use super::{ANY_DELAY, BASE, compiled, feed, with};
use detect::{Correlator, Limits, Moment, RuleSet};
use model::Timestamp;
use std::time::Duration;

const THREE: &str = "type: event_count\nrules: [a]\ngroup-by: [u]\ntimespan: 1h\ncondition: {gte: 3}";

fn event(k: &str, user: usize) -> String {
    format!(r#"{{"k":"{k}","u":"user-{user}","v":"{user}"}}"#)
}

/// Sends one event a second.
fn send(set: &RuleSet, state: &mut Correlator, events: &[String]) -> usize {
    let first = state.figures().entries + state.figures().expired;
    feed(set, state, events.iter().zip(0u64..).map(|(json, at)| ((first + at) as i64, first + at + 1, json.as_str()))).len()
}

#[test]
fn a_flood_of_groups_evicts_the_ones_touched_longest_ago_and_says_so() {
    let set = compiled(&with(THREE));
    let limits = Limits { bytes: 64 << 10, groups: 1_000_000, late: Duration::ZERO };
    let mut state = Correlator::new(&set, limits);
    let flood: Vec<String> = (0..2_000).map(|user| event("a", user)).collect();
    assert_eq!(send(&set, &mut state, &flood), 0);
    let figures = state.figures();
    assert!(figures.bytes <= 64 << 10, "{figures:?}");
    assert_eq!(figures.evicted + figures.groups, 2_000, "{figures:?}");
    assert!(figures.groups > 100, "{figures:?}");
    // The last ones are remembered, the first ones are not.
    let again = |user: usize, state: &mut Correlator| feed(&set, state, [(2_001, 3_000, event("a", user)), (2_002, 3_001, event("a", user))].iter().map(|(second, seq, json)| (*second, *seq, json.as_str()))).len();
    assert_eq!(again(1_999, &mut state), 1);
    assert_eq!(again(0, &mut state), 0);
    // The number of groups is a limit of its own.
    let mut state = Correlator::new(&set, Limits { groups: 10, ..ANY_DELAY });
    send(&set, &mut state, &flood[..50]);
    assert_eq!((state.figures().groups, state.figures().evicted), (10, 40));
}

#[test]
fn whoever_floods_one_correlation_does_not_make_another_forget() {
    let other = "---\ntitle: Other\ncorrelation: {type: event_count, rules: [b], group-by: [u], timespan: 1h, condition: {gte: 2}}\n";
    let set = compiled(&(with(THREE) + other));
    let mut state = Correlator::new(&set, Limits { bytes: 64 << 10, ..ANY_DELAY });
    send(&set, &mut state, &[event("b", 7)]);
    send(&set, &mut state, &(0..5_000).map(|user| event("a", user)).collect::<Vec<_>>());
    let figures = state.figures();
    assert!(figures.evicted > 1_000);
    let [of_it, of_other] = state.held().collect::<Vec<_>>()[..] else { panic!("two correlations") };
    assert_eq!((of_it.bytes + of_other.bytes, of_it.evicted, of_other.evicted), (figures.bytes, figures.evicted, 0));
    assert!(of_it.bytes > 32 << 10 && of_other.bytes > 0, "{of_it:?} {of_other:?}");
    assert_eq!(send(&set, &mut state, &[event("b", 7)]), 1);
}

#[test]
fn one_group_is_bounded_too_and_keeps_what_still_matters() {
    // Of a value that comes again and again only the last time matters to the count of different ones.
    let values = "type: value_count\nrules: [a]\ngroup-by: [k]\ntimespan: 1d\ncondition: {field: v, gte: 5}";
    let set = compiled(&with(values));
    let mut state = Correlator::new(&set, ANY_DELAY);
    let mut events: Vec<String> = (0..4).map(|user| event("a", user)).collect();
    events.extend((0..10_000).map(|_| event("a", 0)));
    assert_eq!(send(&set, &mut state, &events), 0);
    let figures = state.figures();
    assert!(figures.entries < 4_100 && figures.dropped > 5_000, "{figures:?}");
    assert_eq!(feed(&set, &mut state, [(20_000, 20_000, event("a", 4).as_str())].into_iter()).len(), 1);
    // Of an order the beginning is kept, however much noise comes after it.
    let ordered = "type: temporal_ordered\nrules: [a, b, c]\ngroup-by: [g]\ntimespan: 1d";
    let set = compiled(&with(ordered));
    let mut state = Correlator::new(&set, ANY_DELAY);
    let sent = |k: &str| format!(r#"{{"k":"{k}","g":1}}"#);
    let mut events = vec![sent("a")];
    events.extend((0..10_000).map(|_| sent("b")));
    assert_eq!(send(&set, &mut state, &events), 0);
    assert!(state.figures().entries < 4_100);
    assert_eq!(feed(&set, &mut state, [(20_000, 20_000, sent("c").as_str())].into_iter()).len(), 1);
}

/// Few entries, each of them large: a hit hands on what the outer correlations group by.
#[test]
fn few_large_entries_are_bounded_by_their_bytes() {
    let fields = |of: usize| (0..16).map(|at| format!("f{of}x{at}")).collect::<Vec<_>>().join(", ");
    let outer = |of: usize| format!("---\ntitle: Outer {of}\ncorrelation: {{type: event_count, rules: [it], group-by: [{}], timespan: 1d, condition: {{gte: 900}}}}\n", fields(of));
    let inner = "type: event_count\nrules: [a]\ngroup-by: [k]\ntimespan: 1d\ncondition: {gte: 900}";
    for outers in [1, 6, 70] {
        let chain: String = (0..outers).map(outer).collect();
        let set = compiled(&(with(inner).replace("title: It\n", "title: It\nname: it\n") + &chain));
        let mut state = Correlator::new(&set, ANY_DELAY);
        // Sixteen fields an outer one, with sixteen values of 250 bytes each.
        let values = vec!["x".repeat(250); 16];
        let named = (0..outers).flat_map(|of| (0..16).map(move |at| format!("f{of}x{at}")));
        let mut event: serde_json::Map<String, serde_json::Value> = named.map(|name| (name, serde_json::json!(values))).collect();
        event.insert("k".to_owned(), "a".into());
        let event = serde_json::Value::Object(event).to_string();
        assert_eq!(send(&set, &mut state, &vec![event; 100]), 0);
        let figures = state.figures();
        assert!(figures.bytes <= 4 << 20, "{outers}: {figures:?}");
        assert_eq!(figures.entries + figures.dropped, 100, "{outers}: {figures:?}");
        // As many as fit stay, less what is given up at once.
        assert_eq!(figures.entries > 0, outers < 70, "{outers}: {figures:?}");
    }
}

/// By the clock, not by what an event says of its time.
#[test]
fn what_nothing_can_meet_any_more_goes() {
    let set = compiled(&with(THREE));
    let limits = Limits { late: Duration::from_secs(600), ..ANY_DELAY };
    let mut state = Correlator::new(&set, limits);
    let mut facts = Vec::new();
    let mut out = Vec::new();
    let mut send = |user: usize, time: i64, clock: i64, state: &mut Correlator| {
        let event = crate::event_of(&event("a", user), crate::source("test", "", &[]));
        facts.clear();
        set.facts(&event, &[0], &mut facts);
        let at = |second: i64| Timestamp(second * 1_000_000_000);
        state.observe(&facts, Moment { time: at(time), seq: clock as u64 + 1, clock: at(clock) }, &mut out);
        out.drain(..).count()
    };
    send(1, 0, 0, &mut state);
    // Its time is far ahead, the clock is not.
    send(2, 4_000_000_000, 1, &mut state);
    assert_eq!(state.figures().groups, 2);
    // An hour and ten minutes after it came the first one can go.
    send(3, 4_202, 4_202, &mut state);
    assert_eq!((state.figures().groups, state.figures().expired), (1, 2));
    // A clock that goes back is not believed.
    send(3, 4_203, 5, &mut state);
    assert_eq!(send(3, 4_204, 4_204, &mut state), 1);
}

#[test]
fn a_restart_does_not_forget() {
    let chain = "---\ntitle: Outer\ncorrelation: {type: temporal_ordered, rules: [it, b], group-by: [v], timespan: 1h}\n";
    let set = compiled(&(with(THREE).replace("title: It\n", "title: It\nname: it\n") + chain));
    let mut state = Correlator::new(&set, ANY_DELAY);
    send(&set, &mut state, &[event("a", 1), event("a", 2), event("a", 1), event("a", 2), event("a", 2)]);
    let bytes = state.snapshot();
    let (mut back, left_out) = Correlator::restored(&set, ANY_DELAY, &bytes).unwrap();
    assert_eq!((left_out, back.snapshot()), (0, bytes.clone()));
    assert_eq!((back.figures().groups, back.figures().entries), (state.figures().groups, state.figures().entries));
    for state in [&mut state, &mut back] {
        let found = feed(&set, state, [(10, 6, event("b", 2).as_str()), (11, 7, event("a", 1).as_str()), (12, 8, event("b", 1).as_str())].into_iter());
        assert_eq!(found, [("Outer".to_owned(), 6, vec![2, 4, 5, 6]), ("Outer".to_owned(), 8, vec![1, 3, 7, 8])]);
    }
    // A correlation that has changed begins anew; the other goes on.
    let changed = compiled(&(with(&THREE.replace("gte: 3", "gte: 2")).replace("title: It\n", "title: It\nname: it\n") + chain));
    let (fresh, left_out) = Correlator::restored(&changed, ANY_DELAY, &bytes).unwrap();
    assert_eq!((fresh.figures().groups, left_out), (0, 2));
    let grown = compiled(&format!("{}{chain}---\ntitle: More\ncorrelation: {{type: event_count, rules: [c], group-by: [u], timespan: 1h, condition: {{gte: 2}}}}\n", with(THREE).replace("title: It\n", "title: It\nname: it\n")));
    let mut state = Correlator::restored(&set, ANY_DELAY, &bytes).unwrap().0.turned_to(&grown);
    assert_eq!(feed(&grown, &mut state, [(10, 6, event("b", 2).as_str())].into_iter()).len(), 1);
}

#[test]
fn a_damaged_snapshot_is_refused_whole() {
    let set = compiled(&with(THREE));
    let mut state = Correlator::new(&set, ANY_DELAY);
    send(&set, &mut state, &[event("a", 1), event("a", 2)]);
    let bytes = state.snapshot();
    for cut in 0..bytes.len() {
        assert!(Correlator::restored(&set, ANY_DELAY, &bytes[..cut]).is_err(), "{cut}");
        let mut bent = bytes.clone();
        bent[cut] ^= 1;
        assert!(Correlator::restored(&set, ANY_DELAY, &bent).is_err(), "{cut}");
    }
    assert!(Correlator::restored(&set, ANY_DELAY, b"").is_err());
    // Also where the sum is right: whoever can write the file can sum it.
    let body = bytes.len() - 32;
    for at in (8..body).step_by(8) {
        let mut bent = bytes[..body].to_vec();
        bent[at..at + 8.min(body - at)].fill(0xff);
        let sum = <sha2::Sha256 as sha2::Digest>::digest(&bent);
        bent.extend_from_slice(&sum);
        // Taken or not, nothing panics and nothing is reserved that is not there.
        if let Ok((state, _)) = Correlator::restored(&set, ANY_DELAY, &bent) {
            assert!(state.figures().entries <= 2);
        }
    }
}

#[test]
fn a_fact_that_cannot_be_is_known_as_such() {
    let set = compiled(&with(THREE));
    let fact = |rule, values: &[&[&str]]| detect::Fact { rule, values: values.iter().map(|values| values.iter().map(|value| (*value).to_owned()).collect()).collect() };
    assert!(set.is_possible(&fact(0, &[&["x"]])));
    assert!(set.is_possible(&fact(0, &[&[]])));
    let long = "x".repeat(10_000);
    for impossible in [fact(1, &[&["x"]]), fact(9, &[&["x"]]), fact(0, &[]), fact(0, &[&["x"], &["y"]]), fact(0, &[&[&long]]), fact(0, &[&["x"; 17]])] {
        assert!(!set.is_possible(&impossible), "{impossible:?}");
        // Heard all the same it does no harm.
        let mut out = Vec::new();
        Correlator::new(&set, ANY_DELAY).observe(&[impossible], Moment { time: Timestamp(0), seq: 1, clock: Timestamp(0) }, &mut out);
    }
    // Long values stay within the bound and stay different.
    let of = |text: &str| {
        let mut facts = Vec::new();
        set.facts(&crate::event_of(&serde_json::json!({"k": "a", "u": text}).to_string(), crate::source("test", "", &[])), &[0], &mut facts);
        assert!(set.is_possible(&facts[0]));
        facts.remove(0).values[0][0].clone()
    };
    assert_ne!(of(&format!("{long}1")), of(&format!("{long}2")));
    assert!(BASE.contains("name: a"));
}
