//! Correlations on their way through pipelines: what they name of a rule is renamed as the rule is.

use super::{file, pipeline_text, setting};
use crate::correlations::{hits, hits_of};
use detect::{LoadReport, RuleSet, Setting};

/// Rules `one` and `two` of different log sources, which match by `k`.
const BASE: &str = "\
title: One
name: one
logsource: {product: test}
detection: {s: {k: a}, condition: s}
---
title: Two
name: two
logsource: {category: c}
tags: [detection.dfir]
detection: {s: {k: b}, condition: s}
";

fn through(steps: &[&str], section: &str) -> (RuleSet, LoadReport) {
    let indented: String = section.lines().map(|line| format!("    {line}\n")).collect();
    let text = format!("title: It\nid: it\ntags: [attack.t1110]\ncorrelation:\n{indented}---\n{BASE}");
    RuleSet::compile_with(vec![file("c.yml", &text)], &setting(&[&pipeline_text(steps)]))
}

/// Whether two events of rule `one` are a hit of a correlation of this section.
#[track_caller]
fn check(steps: &[&str], section: &str, events: [&str; 2], expected: bool) {
    let (set, report) = through(steps, section);
    assert_eq!(report.refused, [], "{steps:?}\n{section}");
    let found = hits(&set, &[(0, events[0]), (1, events[1])]);
    assert_eq!(!found.is_empty(), expected, "{steps:?}\n{section}\n{events:?}");
}

const COUNT: &str = "type: event_count\nrules: one\ngroup-by: u\ntimespan: 1m\ncondition: {gte: 2}";
const OLD: [&str; 2] = [r#"{"k":"a","u":"x"}"#, r#"{"k":"a","u":"x"}"#];
const NEW: [&str; 2] = [r#"{"k":"a","v":"x"}"#, r#"{"k":"a","v":"x"}"#];
const UNLIKE: [&str; 2] = [r#"{"k":"a","v":"x"}"#, r#"{"k":"a","v":"y"}"#];
const MAP: &str = "id: m\ntype: field_name_mapping\nmapping: {u: v}";

#[test]
fn groups_values_and_aliases_are_renamed_as_the_rule_is() {
    check(&[], COUNT, OLD, true);
    check(&[MAP], COUNT, OLD, false);
    check(&[MAP], COUNT, NEW, true);
    check(&[MAP], COUNT, UNLIKE, false);
    let value = "type: value_count\nrules: one\ngroup-by: g\ntimespan: 1m\ncondition: {field: u, gte: 2}";
    let grouped = [r#"{"k":"a","g":"1","v":"x"}"#, r#"{"k":"a","g":"1","v":"y"}"#];
    check(&[MAP], value, grouped, true);
    check(&[], value, grouped, false);
    let alias = "type: event_count\nrules: one\ngroup-by: w\naliases: {w: {one: u}}\ntimespan: 1m\ncondition: {gte: 2}";
    check(&[MAP], alias, NEW, true);
    // An alias is no field, whatever a step has for its name.
    check(&["type: field_name_mapping\nmapping: {w: z, u: v}"], alias, NEW, true);
    // One step after the other, and what every rename can do.
    for steps in [
        &["type: field_name_mapping\nmapping: {u: x}", "type: field_name_mapping\nmapping: {x: v}"][..],
        &["type: field_name_prefix_mapping\nmapping: {u: v}"],
        &["type: field_name_transform\ntransform_func: upper\nmapping: {u: v, k: k}"],
        &["type: nest\nitems: [{type: field_name_mapping, mapping: {u: v}}]"],
    ] {
        check(steps, COUNT, NEW, true);
        check(steps, COUNT, OLD, false);
    }
    check(&["type: field_name_prefix\nprefix: p."], COUNT, [r#"{"p.k":"a","p.u":"x"}"#; 2], true);
    check(&["type: field_name_suffix\nsuffix: '2'"], COUNT, [r#"{"k2":"a","u2":"x"}"#; 2], true);
}

#[test]
fn each_rule_renames_for_itself() {
    let both = "type: temporal\nrules: [one, two]\ngroup-by: u\ntimespan: 1m";
    let of = |product: &str| format!("{MAP}\nrule_conditions: [{{type: logsource, product: {product}}}]");
    let events = |one: &str| {
        let (set, report) = through(&[&of("test")], both);
        assert_eq!(report.refused, []);
        let events = [(0, format!("{{\"k\":\"a\",\"{one}\":\"x\"}}")), (1, r#"{"k":"b","u":"x"}"#.to_owned())];
        let events: Vec<(i64, &str)> = events.iter().map(|(at, json)| (*at, json.as_str())).collect();
        let source = crate::source("test", "", &["c"]);
        hits_of(&set, source, &events).len()
    };
    assert_eq!((events("v"), events("u")), (1, 0));
    check(&[&of("test")], COUNT, NEW, true);
    check(&[&of("other")], COUNT, OLD, true);
    // The log source is asked for as it was when the step's turn came.
    let change = "type: change_logsource\nproduct: test\nservice: s";
    let after = format!("{MAP}\nrule_conditions: [{{type: logsource, service: s}}]");
    let renamed = |steps: &[&str]| !through(steps, COUNT).0.correlations()[0].rule.changed_by.is_empty();
    assert_eq!((renamed(&[change, &after]), renamed(&[&after, change])), (true, false));
}

#[test]
fn conditions_on_fields_are_asked_of_the_name_alone() {
    for (condition, expected) in [
        ("field_name_conditions: [{type: include_fields, fields: u}]", true),
        ("field_name_conditions: [{type: exclude_fields, fields: u}]", false),
        (
            "field_name_conditions: [{type: processing_item_applied, processing_item_id: m}]\nfield_name_cond_not: true",
            true,
        ),
        ("detection_item_conditions: [{type: match_string, cond: all, pattern: '.*'}]", false),
        ("detection_item_conditions: [{type: contains_wildcard, cond: any}]\ndetection_item_cond_not: true", true),
        ("rule_conditions: [{type: contains_field, field: k}]", true),
        ("rule_conditions: [{type: contains_field, field: u}]", false),
        ("rule_conditions: [{type: processing_state, key: state, val: 7}]", true),
    ] {
        let state = "type: set_state\nkey: state\nval: 7";
        let step = format!("{MAP}\n{condition}");
        check(&[state, &step], COUNT, if expected { NEW } else { OLD }, true);
    }
    // The prefix of what no mapping knew, as public pipelines have it.
    let rest = "type: field_name_prefix\nprefix: p.\nfield_name_conditions: [{type: processing_item_applied, processing_item_id: m}]\nfield_name_cond_not: true";
    check(&[MAP, rest], COUNT, [r#"{"p.k":"a","v":"x"}"#; 2], true);
    check(&[rest, MAP], COUNT, [r#"{"p.k":"a","p.u":"x"}"#; 2], true);
}

#[test]
fn a_field_with_several_names_is_the_first_that_is_there() {
    let several = "type: field_name_mapping\nmapping: {u: [v, w]}";
    check(&[several], COUNT, NEW, true);
    check(&[several], COUNT, [r#"{"k":"a","w":"x"}"#, r#"{"k":"a","v":"x","w":"y"}"#], true);
    check(&[several], COUNT, [r#"{"k":"a","w":"x"}"#, r#"{"k":"a","v":"y","w":"x"}"#], false);
    // Doubled in every step it stays small.
    let more = "type: field_name_mapping\nmapping: {u: [v, u], v: [v, w]}";
    check(&[more; 40], COUNT, [r#"{"k":"a","w":"x"}"#; 2], true);
}

#[test]
fn a_correlation_of_correlations_reads_the_renamed_field() {
    let text = format!(
        "{BASE}---\ntitle: Inner\nname: inner\ncorrelation:\n    type: event_count\n    rules: one\n    group-by: g\n    timespan: 1m\n    condition: {{gte: 2}}\n---\ntitle: Outer\ncorrelation:\n    type: value_count\n    rules: inner\n    group-by: g\n    timespan: 1m\n    condition: {{field: u, gte: 2}}\n"
    );
    let hit = |setting: &Setting, v: &str| {
        let (set, report) = RuleSet::compile_with(vec![file("c.yml", &text)], setting);
        assert_eq!(report.refused, []);
        let (one, two) = (format!(r#"{{"k":"a","g":"1","{v}":"x"}}"#), format!(r#"{{"k":"a","g":"1","{v}":"y"}}"#));
        let found = hits(&set, &[(0, &one), (1, &two)]);
        found.iter().any(|(title, ..)| title == "Outer")
    };
    let renames = setting(&[&pipeline_text(&[MAP])]);
    assert!(hit(&Setting::default(), "u") && hit(&renames, "v") && !hit(&renames, "u"));
}

#[test]
fn a_step_may_ask_whether_it_is_a_correlation() {
    let only = |kind: &str, step: &str| format!("{step}\nrule_conditions: [{{type: {kind}}}]");
    check(&[&only("is_sigma_correlation_rule", MAP)], COUNT, NEW, true);
    check(&[&only("is_sigma_rule", MAP)], COUNT, OLD, true);
    // The rule's own field is not touched by what is for correlations.
    let key = only("is_sigma_correlation_rule", "type: field_name_mapping\nmapping: {k: z}");
    check(&[&key], COUNT, OLD, true);
    let nest = only(
        "is_sigma_correlation_rule",
        "type: nest\nitems:\n  - {type: set_state, key: c, val: 1}\n  - {type: field_name_mapping, mapping: {u: v}, rule_conditions: [{type: processing_state, key: c, val: 1}]}",
    );
    check(&[&nest], COUNT, NEW, true);
}

#[test]
fn steps_refuse_correlations() {
    let refused = |step: &str| {
        let (set, report) = through(&[step], COUNT);
        assert_eq!(set.rules().len(), 2, "{step}");
        assert_eq!(set.correlations().len(), 1 - report.refused.len(), "{step}");
        report.refused.first().map(|refusal| (refusal.code, refusal.name.clone(), refusal.message.clone()))
    };
    let fail = |condition: &str| format!("type: rule_failure\nmessage: none here\nrule_conditions: [{{{condition}}}]");
    let said = Some(("rule.pipeline_failure", "c.yml".to_owned(), "p: 1 rule_failure: none here".to_owned()));
    assert_eq!(refused(&fail("type: is_sigma_correlation_rule")), said);
    assert_eq!(refused(&fail("type: tag, tag: attack.t1110")), said);
    assert_eq!(refused(&fail("type: rule_attribute, attribute: title, value: It")), said);
    assert_eq!(refused(&fail("type: rule_attribute, attribute: title, value: Else")), None);
    // It hears rules of the product test, and of no other.
    let heard = |condition: &str| {
        let step = "rule_conditions: [{type: is_sigma_correlation_rule}, {CONDITION}]".replace("CONDITION", condition);
        refused(&format!("type: rule_failure\nmessage: none here\n{step}"))
    };
    assert_eq!(heard("type: logsource, product: Test"), said);
    assert_eq!(heard("type: logsource, category: c"), None);
    assert_eq!(heard("type: contains_field, field: k"), None);
    // What hears a refused one does not load either, and what was heard alerts again.
    let (set, report) = through(&[&fail("type: is_sigma_correlation_rule")], COUNT);
    assert!(set.alerts(0) && report.refused.len() == 1);
}

#[test]
fn a_correlation_tells_of_the_steps_and_its_version_follows_them() {
    let (set, _) = through(&[MAP, "type: field_name_mapping\nmapping: {z: y}"], COUNT);
    let correlation = &set.correlations()[0];
    let steps: Vec<&str> = correlation.rule.changed_by.iter().map(|step| &**step).collect();
    assert_eq!(steps, ["p: 1 field_name_mapping (m)"]);
    // People read the name that the author wrote.
    assert_eq!(correlation.group_by, ["u"]);
    let version = |steps: &[&str]| through(steps, COUNT).0.correlations()[0].rule.reference.version.clone();
    let other = "type: field_name_mapping\nmapping: {u: w}";
    assert_eq!(version(&[]), version(&["type: field_name_mapping\nmapping: {z: y}"]));
    assert!(version(&[]) != version(&[MAP]) && version(&[MAP]) != version(&[other]));
}
