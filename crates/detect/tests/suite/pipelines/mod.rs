//! Processing pipelines: every step and condition with answers written by hand from pySigma's documentation, what is
//! refused, and what rules tell of the steps that changed them.

mod conditions;
mod correlations;
mod refusals;
mod steps;
mod telling;

use super::{event_of, matches, rule_text, source};
use detect::{LoadReport, Pipeline, Pipelines, RuleFile, RuleSet, Setting};

fn file(name: &str, text: &str) -> RuleFile {
    RuleFile { name: name.to_owned(), text: text.as_bytes().to_vec() }
}

/// A pipeline of these steps, each the body of a YAML map.
fn pipeline_text(steps: &[&str]) -> String {
    let mut text = "name: p\nvars: {one: [v1, 'v*2'], two: b, n: 7}\ntransformations:\n".to_owned();
    for step in steps {
        for (index, line) in step.lines().enumerate() {
            text.push_str(if index == 0 { "  - " } else { "    " });
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

fn setting(pipelines: &[&str]) -> Setting {
    let read =
        |text: &&str| Pipeline::parse(&file("p.yml", text)).unwrap_or_else(|refusal| panic!("{refusal}\n{text}"));
    Setting { pipelines: Pipelines::new(pipelines.iter().map(read).collect()), ..Setting::default() }
}

fn compile_with(rule: &str, steps: &[&str]) -> (RuleSet, LoadReport) {
    RuleSet::compile_with(vec![file("rule.yml", rule)], &setting(&[&pipeline_text(steps)]))
}

/// A rule of one selection `s` with these lines, sent through steps, on one event.
#[track_caller]
fn check(steps: &[&str], items: &str, json: &str, expected: bool) {
    let items: String = items.lines().map(|line| format!("    {line}\n")).collect();
    check_detection(steps, &format!("s:\n{items}condition: s"), json, expected);
}

#[track_caller]
fn check_detection(steps: &[&str], detection: &str, json: &str, expected: bool) {
    let (set, report) = compile_with(&rule_text(detection), steps);
    assert_eq!(report.refused, [], "{steps:?}\n{detection}");
    let event = event_of(json, source("test", "", &[]));
    assert_eq!(!matches(&set, &event).is_empty(), expected, "{steps:?}\n{detection}\n{json}");
}

/// A rule that a step stops at: its code, the line of the rule's file, a word of the message.
#[track_caller]
fn stops(steps: &[&str], detection: &str, code: &str, line: Option<u32>, word: &str) {
    let (set, report) = compile_with(&rule_text(detection), steps);
    assert!(set.rules().is_empty(), "{steps:?}\n{detection}");
    let refusal = &report.refused[0];
    assert_eq!((refusal.code, refusal.line, refusal.remedy.is_empty()), (code, line, false), "{refusal}");
    assert!(refusal.message.contains(word), "{refusal}");
}
