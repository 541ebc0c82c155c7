//! What the specification says, as cases whose answers were worked out by hand.

use super::{BASE, check, compiled, hits, with};

const A: &str = r#"{"k":"a","u":"x"}"#;
const B: &str = r#"{"k":"b","u":"x"}"#;
const C: &str = r#"{"k":"c","u":"x"}"#;

#[test]
fn events_are_counted_within_the_timespan() {
    let three = "type: event_count\nrules: [a]\ngroup-by: [u]\ntimespan: 10s\ncondition: {gte: 3}";
    check(three, &[(0, A), (1, A)], &[]);
    check(three, &[(0, A), (1, A), (2, A)], &[(3, &[1, 2, 3])]);
    // Both ends of the timespan belong to it.
    check(three, &[(0, A), (5, A), (10, A)], &[(3, &[1, 2, 3])]);
    check(three, &[(0, A), (5, A), (11, A)], &[]);
    // The window slides: it does not begin at full tens.
    check(three, &[(8, A), (9, A), (12, A)], &[(3, &[1, 2, 3])]);
    // Only what lies in the window is part of the hit.
    check(three, &[(0, A), (11, A), (12, A), (13, A)], &[(4, &[2, 3, 4])]);
    // Events of other rules do not count.
    check(three, &[(0, A), (1, B), (2, A)], &[]);
    // Each event is part of one hit.
    check(three, &[(0, A), (1, A), (2, A), (3, A), (4, A)], &[(3, &[1, 2, 3])]);
    check(three, &[(0, A), (1, A), (2, A), (3, A), (4, A), (5, A)], &[(3, &[1, 2, 3]), (6, &[4, 5, 6])]);
}

#[test]
fn every_comparison() {
    let section = |condition: &str| format!("type: event_count\nrules: [a]\ngroup-by: [u]\ntimespan: 10s\ncondition: {{{condition}}}");
    let four = [(0, A), (1, A), (2, A), (3, A)];
    let one: &[u64] = &[1];
    check(&section("gt: 3"), &four, &[(4, &[1, 2, 3, 4])]);
    check(&section("gte: 2"), &four, &[(2, &[1, 2]), (4, &[3, 4])]);
    check(&section("eq: 3"), &four, &[(3, &[1, 2, 3])]);
    // A window begins with one event, and one is fewer than two.
    check(&section("lt: 2"), &four[..2], &[(1, one), (2, &[2])]);
    check(&section("lte: 1"), &four[..1], &[(1, one)]);
    check(&section("neq: 1"), &four[..2], &[(2, &[1, 2])]);
    // Two comparisons are a range.
    check(&section("gt: 1, lte: 2"), &four[..2], &[(2, &[1, 2])]);
}

#[test]
fn groups_are_told_apart() {
    let two = "type: event_count\nrules: [a]\ngroup-by: [u, h]\ntimespan: 10s\ncondition: {gte: 2}";
    let event = |u: &str, h: &str| format!(r#"{{"k":"a","u":"{u}","h":"{h}"}}"#);
    let of = |pairs: &[(&str, &str)]| pairs.iter().map(|(u, h)| event(u, h)).collect::<Vec<_>>();
    let run = |events: Vec<String>, expected: &[(u64, &[u64])]| {
        let events: Vec<(i64, &str)> = (0..).zip(events.iter().map(String::as_str)).collect();
        check(two, &events, expected);
    };
    run(of(&[("x", "1"), ("x", "2"), ("y", "1")]), &[]);
    run(of(&[("x", "1"), ("y", "1"), ("x", "1")]), &[(3, &[1, 3])]);
    // Sigma compares without regard to case.
    run(of(&[("Alice", "DC01"), ("alice", "dc01")]), &[(2, &[1, 2])]);
    // Two values never run into one.
    run(of(&[("ab", "c"), ("a", "bc")]), &[]);
    // An event without the field is in no group; one where it is empty is in that of the empty.
    check(two, &[(0, r#"{"k":"a","u":"x"}"#), (1, r#"{"k":"a","u":"x"}"#)], &[]);
    check(two, &[(0, r#"{"k":"a","u":"x","h":null}"#), (1, r#"{"k":"a","u":"x","h":null}"#)], &[]);
    run(of(&[("x", ""), ("x", "")]), &[(2, &[1, 2])]);
    // A number is grouped as it is written, and a list is in the group of each of its members.
    check(two, &[(0, r#"{"k":"a","u":7,"h":"1"}"#), (1, r#"{"k":"a","u":"7","h":"1"}"#)], &[(2, &[1, 2])]);
    check(two, &[(0, r#"{"k":"a","u":["x","y"],"h":"1"}"#), (1, r#"{"k":"a","u":"y","h":"1"}"#)], &[(2, &[1, 2])]);
}

#[test]
fn different_values_are_counted() {
    let two = "type: value_count\nrules: [a]\ngroup-by: [u]\ntimespan: 10s\ncondition: {field: v, gte: 2}";
    let v = |v: &str| format!(r#"{{"k":"a","u":"x","v":{v}}}"#);
    let run = |section: &str, values: &[&str], expected: &[(u64, &[u64])]| {
        let events: Vec<String> = values.iter().map(|value| v(value)).collect();
        let events: Vec<(i64, &str)> = (0..).zip(events.iter().map(String::as_str)).collect();
        check(section, &events, expected);
    };
    run(two, &["\"1\"", "\"1\"", "\"1\""], &[]);
    run(two, &["\"1\"", "\"1\"", "\"2\""], &[(3, &[1, 2, 3])]);
    run(two, &["\"q\"", "\"Q\""], &[]);
    // The members of a list are values each; null is none.
    run(two, &["[\"1\",\"2\"]"], &[(1, &[1])]);
    run(two, &["null", "\"1\""], &[]);
    check(two, &[(0, A), (1, A)], &[]);
    // Several fields are one value together.
    let pairs = "type: value_count\nrules: [a]\ngroup-by: [u]\ntimespan: 10s\ncondition: {field: [v, w], gte: 2}";
    check(pairs, &[(0, r#"{"k":"a","u":"x","v":1,"w":1}"#), (1, r#"{"k":"a","u":"x","v":1,"w":1}"#)], &[]);
    check(pairs, &[(0, r#"{"k":"a","u":"x","v":1,"w":1}"#), (1, r#"{"k":"a","u":"x","v":1,"w":2}"#)], &[(2, &[1, 2])]);
}

#[test]
fn numbers_are_reckoned_with() {
    let section = |kind: &str, condition: &str| format!("type: {kind}\nrules: [a]\ngroup-by: [u]\ntimespan: 10s\ncondition: {{field: v, {condition}}}");
    let events: Vec<String> = ["1", "\"3\"", "\"no number\"", "8.5"].iter().map(|v| format!(r#"{{"k":"a","u":"x","v":{v}}}"#)).collect();
    let events: Vec<(i64, &str)> = (0..).zip(events.iter().map(String::as_str)).collect();
    // 1, 4, 4, 12.5
    check(&section("value_sum", "gte: 12.5"), &events, &[(4, &[1, 2, 4])]);
    check(&section("value_sum", "gt: 12.5"), &events, &[]);
    // 1, 2, 12.5 / 3
    check(&section("value_avg", "gte: 2"), &events, &[(2, &[1, 2]), (4, &[4])]);
    check(&section("value_avg", "gt: 4.1"), &events, &[(4, &[1, 2, 4])]);
    // 1, 2, 3
    check(&section("value_median", "gte: 3"), &events, &[(4, &[1, 2, 4])]);
    // The line from 1 to 3 at its half: 2; from 3 to 8.5 at four fifths of two steps: 3 + 0.6 × 5.5 = 6.3
    check(&section("value_percentile", "percentile: 80, gte: 6.3"), &events, &[(4, &[1, 2, 4])]);
    check(&section("value_percentile", "percentile: 80, gt: 6.31"), &events, &[]);
    check(&section("value_percentile", "percentile: 100, gte: 8.5"), &events, &[(4, &[1, 2, 4])]);
    check(&section("value_percentile", "percentile: 0, lt: 1"), &events, &[]);
}

#[test]
fn rules_match_together_in_any_order() {
    let all = "type: temporal\nrules: [a, b, c]\ngroup-by: [u]\ntimespan: 10s";
    check(all, &[(0, A), (1, B)], &[]);
    check(all, &[(0, C), (1, A), (2, B)], &[(3, &[1, 2, 3])]);
    check(all, &[(0, C), (1, A), (12, B)], &[]);
    check(all, &[(0, A), (1, A), (2, B), (3, C)], &[(4, &[1, 2, 3, 4])]);
    check(all, &[(0, A), (1, r#"{"k":"b","u":"y"}"#), (2, C)], &[]);
    // So many of them.
    let two = "type: temporal\nrules: [a, b, c]\ngroup-by: [u]\ntimespan: 10s\ncondition: {gte: 2}";
    check(two, &[(0, A), (1, A), (2, C)], &[(3, &[1, 2, 3])]);
    // A condition over the rules themselves.
    let which = "type: temporal\nrules: [a, b, c]\ngroup-by: [u]\ntimespan: 10s\ncondition: c and (a or b)";
    check(which, &[(0, A), (1, B)], &[]);
    check(which, &[(0, B), (1, C)], &[(2, &[1, 2])]);
    let some = "type: temporal\nrules: [a, b, c]\ngroup-by: [u]\ntimespan: 10s\ncondition: 2 of them";
    check(some, &[(0, B), (1, C)], &[(2, &[1, 2])]);
    // One event may be all of it.
    check("type: temporal\nrules: [a, d]\ngroup-by: [u]\ntimespan: 10s", &[(0, r#"{"k":["a","d"],"u":"x"}"#)], &[(1, &[1])]);
}

#[test]
fn rules_match_in_their_order() {
    let all = "type: temporal_ordered\nrules: [a, b, c]\ngroup-by: [u]\ntimespan: 10s";
    check(all, &[(0, A), (1, B), (2, C)], &[(3, &[1, 2, 3])]);
    check(all, &[(0, A), (1, C), (2, B)], &[]);
    check(all, &[(0, A), (1, C), (2, B), (3, C)], &[(4, &[1, 2, 3, 4])]);
    check(all, &[(0, A), (1, B), (11, C)], &[]);
    check(all, &[(0, A), (5, A), (6, B), (11, C)], &[(4, &[2, 3, 4])]);
    // What happens at one moment happens in the order in which it came.
    check(all, &[(0, A), (0, B), (0, C)], &[(3, &[1, 2, 3])]);
    check(all, &[(0, B), (0, A), (0, C)], &[]);
    // One event does not come after itself.
    check("type: temporal_ordered\nrules: [a, d]\ngroup-by: [u]\ntimespan: 10s", &[(0, r#"{"k":["a","d"],"u":"x"}"#)], &[]);
    let two = "type: temporal_ordered\nrules: [a, b, c]\ngroup-by: [u]\ntimespan: 10s\ncondition: {gte: 2}";
    check(two, &[(0, C), (1, B), (2, A)], &[]);
    check(two, &[(0, C), (1, A), (2, C)], &[(3, &[1, 2, 3])]);
}

#[test]
fn what_comes_late_stands_where_its_time_belongs() {
    let ordered = "type: temporal_ordered\nrules: [a, b]\ngroup-by: [u]\ntimespan: 10s";
    check(ordered, &[(5, B), (4, A)], &[(2, &[2, 1])]);
    check(ordered, &[(4, A), (3, B)], &[]);
    let three = "type: event_count\nrules: [a]\ngroup-by: [u]\ntimespan: 10s\ncondition: {gte: 3}";
    check(three, &[(20, A), (21, A), (12, A)], &[(3, &[3, 1, 2])]);
    check(three, &[(20, A), (21, A), (10, A)], &[]);
    // An event of the year 2099 takes nothing away.
    check(three, &[(0, A), (4_070_908_800, A), (1, A), (2, A)], &[(4, &[1, 3, 4])]);
}

#[test]
fn aliases_name_other_fields_of_each_rule() {
    let section = "type: temporal\nrules: [a, b]\ngroup-by: [inner, outer]\ntimespan: 10s\naliases:\n    inner: {a: dst, b: src}\n    outer: {a: src, b: dst}";
    let event = |k: &str, src: &str, dst: &str| format!(r#"{{"k":"{k}","src":"{src}","dst":"{dst}"}}"#);
    let (first, same, turned) = (event("a", "1", "2"), event("b", "1", "2"), event("b", "2", "1"));
    check(section, &[(0, &first), (1, &same)], &[]);
    check(section, &[(0, &first), (1, &turned)], &[(2, &[1, 2])]);
    // In the field of the condition too.
    let field = "type: value_count\nrules: [a, b]\ngroup-by: [u]\ntimespan: 10s\naliases: {who: {a: p, b: q}}\ncondition: {field: who, gte: 2}";
    check(field, &[(0, r#"{"k":"a","u":"x","p":"1"}"#), (1, r#"{"k":"b","u":"x","q":"1"}"#)], &[]);
    check(field, &[(0, r#"{"k":"a","u":"x","p":"1"}"#), (1, r#"{"k":"b","u":"x","q":"2"}"#)], &[(2, &[1, 2])]);
}

/// Failures by account and host, then a success of the account.
const CHAIN: &str = "---
title: Many
name: many
correlation:
    type: event_count
    rules: [a]
    group-by: [u, h]
    timespan: 10s
    condition: {gte: 2}
---
title: Then
correlation:
    type: temporal_ordered
    rules: [many, b]
    group-by: [u]
    timespan: 60s
";

#[test]
fn a_correlation_of_correlations_groups_by_its_own_fields() {
    let set = compiled(&format!("{BASE}{CHAIN}"));
    let fail = |u: &str, h: &str| format!(r#"{{"k":"a","u":"{u}","h":"{h}"}}"#);
    let (x1, x2, y1, in_x) = (fail("x", "1"), fail("x", "2"), fail("y", "1"), r#"{"k":"b","u":"x","h":"9"}"#);
    let run = |events: &[(i64, &str)]| hits(&set, events);
    assert_eq!(run(&[(0, &x1), (1, &x1), (30, in_x)]), [("Then".to_owned(), 3, vec![1, 2, 3])]);
    assert_eq!(run(&[(0, &x1), (1, &x2), (30, in_x)]), []);
    assert_eq!(run(&[(0, &y1), (1, &y1), (30, in_x)]), []);
    assert_eq!(run(&[(0, in_x), (1, &x1), (2, &x1)]), []);
    // The hit has the time of its last event: 60 s after that is within, 61 s is not.
    assert_eq!(run(&[(0, &x1), (1, &x1), (61, in_x)]).len(), 1);
    assert_eq!(run(&[(0, &x1), (1, &x1), (62, in_x)]), []);
}

/// The outer one groups by a field that the inner one does not: a hit is in the group of each value that its events have.
#[test]
fn a_hit_hands_on_what_its_events_have() {
    let text = "---
title: Many
name: many
correlation:
    type: event_count
    rules: [a]
    group-by: [h]
    timespan: 10s
    condition: {gte: 2}
---
title: Then
correlation:
    type: temporal_ordered
    rules: [many, b]
    group-by: [u]
    timespan: 60s
---
title: Spread
correlation:
    type: value_count
    rules: [many]
    group-by: [u]
    timespan: 60s
    condition: {field: h, gte: 2}
";
    let set = compiled(&format!("{BASE}{text}"));
    let fail = |u: &str, h: &str| format!(r#"{{"k":"a","u":"{u}","h":"{h}"}}"#);
    let (x1, y1, x2) = (fail("x", "1"), fail("y", "1"), fail("x", "2"));
    let then = |u: &str| format!(r#"{{"k":"b","u":"{u}"}}"#);
    for (who, expected) in [("x", 1), ("y", 1), ("z", 0)] {
        assert_eq!(hits(&set, &[(0, &x1), (1, &y1), (2, &then(who))]).len(), expected, "{who}");
    }
    assert_eq!(hits(&set, &[(0, &x1), (1, &x1), (2, &x2), (3, &x2)]), [("Spread".to_owned(), 4, vec![1, 2, 3, 4])]);
}

#[test]
fn only_what_is_not_food_for_another_alerts() {
    let set = compiled(&format!("{BASE}{CHAIN}"));
    let alerts: Vec<bool> = (0..4).map(|rule| set.alerts(rule)).collect();
    assert_eq!(alerts, [false, false, true, true]);
    let titles: Vec<_> = set.correlations().iter().filter(|c| c.alerts).map(|c| c.rule.reference.title.as_str()).collect();
    assert_eq!(titles, ["Then"]);
    let section = "type: event_count\nrules: [a]\ngroup-by: [u]\ntimespan: 10s\ncondition: {gte: 3}";
    for (text, expected) in [
        (with(section), false),
        (with(&format!("{section}\ngenerate: true")), true),
        (format!("{}generate: true\n", with(section)), true),
        (format!("{}generate: false\n", with(section)), false),
        // One that asks for it is enough.
        (format!("{}---\ntitle: Other\ngenerate: true\ncorrelation:\n    type: event_count\n    rules: a\n    group-by: u\n    timespan: 5s\n    condition: {{gte: 9}}\n", with(section)), true),
    ] {
        assert_eq!(compiled(&text).alerts(0), expected, "{text}");
    }
}

#[test]
fn a_rule_is_named_by_id_or_name_whatever_the_case() {
    let base = BASE.replacen("title: A\n", "title: A\nid: 0e95725d-7320-415d-80f7-004da920fc12\n", 1);
    for name in ["a", "A", "0e95725d-7320-415d-80f7-004da920fc12", "0E95725D-7320-415D-80F7-004DA920FC12"] {
        let text = format!("{base}---\ntitle: It\ncorrelation: {{type: event_count, rules: [{name}], group-by: [u], timespan: 10s, condition: {{gte: 1}}}}\n");
        assert_eq!(hits(&compiled(&text), &[(0, A)]), [("It".to_owned(), 1, vec![1])], "{name}");
    }
}

#[test]
fn an_event_that_two_of_the_rules_match_is_one_event() {
    let both = r#"{"k":["a","d"],"u":"x","v":5}"#;
    check("type: event_count\nrules: [a, d]\ngroup-by: [u]\ntimespan: 10s\ncondition: {gte: 2}", &[(0, both), (1, both)], &[(2, &[1, 2])]);
    check("type: value_sum\nrules: [a, d]\ngroup-by: [u]\ntimespan: 10s\ncondition: {field: v, gte: 10}", &[(0, both), (1, both)], &[(2, &[1, 2])]);
}

#[test]
fn a_rule_keeps_its_own_field_names() {
    // A Windows rule reads `TargetUserName` where the channel has it, whatever the name is elsewhere.
    let text = "title: W\nname: w\nlogsource: {product: windows}\ndetection: {s: {EventID: 4625}, condition: s}\n---\ntitle: It\ncorrelation: {type: event_count, rules: [w], group-by: [TargetUserName], timespan: 1m, condition: {gte: 1}}\n";
    let set = compiled(text);
    let event = crate::event_of(r#"{"winlog":{"event_id":4625,"event_data":{"TargetUserName":"alice"}}}"#, crate::source("windows", "security", &[]));
    let mut facts = Vec::new();
    set.facts(&event, &[0], &mut facts);
    assert_eq!(facts[0].values, [["alice"]]);
}
