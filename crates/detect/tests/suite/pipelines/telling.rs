//! What rules tell of the steps that changed them, the order of pipelines, and versions.

use super::{compile_with, file, pipeline_text, setting};
use crate::{event_of, matches, rule_text, source};
use detect::{RuleSet, Setting};

const RENAME: &str = "id: names\ntype: field_name_mapping\nmapping: {a: b}";

#[test]
fn a_rule_names_the_steps_that_changed_it() {
    let idle = "type: replace_string\nregex: nowhere\nreplacement: x";
    let nest = "type: nest\nitems: [{type: set_state, key: k, val: v}, {type: case, method: upper}]";
    let (set, _) = compile_with(&rule_text("s: {a: x}\ncondition: s"), &[idle, RENAME, nest]);
    let steps: Vec<&str> = set.rules()[0].changed_by.iter().map(|step| &**step).collect();
    assert_eq!(steps, ["p: 2 field_name_mapping (names)", "p: 3.2 case"]);
    let (set, _) = compile_with(&rule_text("s: {z: x}\ncondition: s"), &[idle, RENAME]);
    assert!(set.rules()[0].changed_by.is_empty());
}

#[test]
fn an_explanation_has_both_names() {
    let (set, _) = compile_with(&rule_text("s: {a|endswith: x, z: y}\ncondition: s"), &[RENAME]);
    let explanation = set.explain(0, &event_of(r#"{"b":"ax","z":"y"}"#, source("test", "", &[])));
    let items = &explanation.selections[0].items;
    assert_eq!((items[0].field.as_deref(), items[0].was.as_deref()), (Some("b"), Some("a")));
    assert_eq!((items[1].field.as_deref(), items[1].was.as_deref()), (Some("z"), None));
    // A value that still ends somewhere is still written so.
    let (set, _) = compile_with(&rule_text("s: {a|endswith: '\\x'}\ncondition: s"), &["type: case\nmethod: upper"]);
    let explanation = set.explain(0, &event_of("{}", source("test", "", &[])));
    let item = &explanation.selections[0].items[0];
    assert_eq!((item.modifiers.join("|"), item.pattern.as_str()), ("endswith".to_owned(), "\\X"));
}

#[test]
fn a_fault_stands_where_the_file_has_it() {
    let (_, report) = compile_with(&rule_text("s:\n    z: 1\n    a|cidr: nowhere\ncondition: s"), &[RENAME]);
    assert_eq!((report.refused[0].code, report.refused[0].line), ("rule.value", Some(7)));
    let text = rule_text("s:\n    z: 1\n    a|re: '(?=x)'\ncondition: s");
    let (_, report) = compile_with(&text, &[RENAME]);
    assert_eq!((report.refused[0].code, report.refused[0].line), ("rule.regex", Some(7)));
}

#[test]
fn pipelines_come_by_priority_and_share_their_variables() {
    let late = "name: late\npriority: 20\nvars: {v: last}\ntransformations:\n  - {type: field_name_mapping, mapping: {b: c}}\n";
    let early = "name: early\npriority: 10\nvars: {v: first}\ntransformations:\n  - {type: field_name_mapping, mapping: {a: b}}\n  - {type: value_placeholders}\n";
    let rule = rule_text("s: {a|expand: '%v%'}\ncondition: s");
    let (set, report) = RuleSet::compile_with(vec![file("r.yml", &rule)], &setting(&[late, early]));
    assert_eq!(report.refused, []);
    let hit = |json: &str| !matches(&set, &event_of(json, source("test", "", &[]))).is_empty();
    assert!(hit(r#"{"c":"last"}"#) && !hit(r#"{"b":"last"}"#) && !hit(r#"{"c":"first"}"#));
}

#[test]
fn a_version_follows_what_the_steps_make_of_a_rule() {
    let texts = [rule_text("s: {a: x}\ncondition: s"), rule_text("s: {z: x}\ncondition: s").replace("Test", "Other")];
    let versions = |setting: &Setting| -> Vec<String> {
        let files = texts.iter().zip(["1.yml", "2.yml"]).map(|(text, name)| file(name, text)).collect();
        RuleSet::compile_with(files, setting).0.rules().iter().map(|rule| rule.reference.version.clone()).collect()
    };
    let plain = versions(&Setting::default());
    let renamed = versions(&setting(&[&pipeline_text(&[RENAME])]));
    assert_ne!(renamed[0], plain[0]);
    assert_eq!(renamed[1], plain[1], "no step changed it");
    // Other words for the same.
    let same = pipeline_text(&["type: field_name_mapping\nmapping: {a: b, other: c}"]);
    assert_eq!(versions(&setting(&[&same])), renamed);
    let other = pipeline_text(&["type: field_name_mapping\nmapping: {a: c}"]);
    assert_ne!(versions(&setting(&[&other]))[0], renamed[0]);
}
