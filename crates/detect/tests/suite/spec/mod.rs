//! The Sigma specification 2.1 as a table: clause, rule, event, answer. The answers were written by hand from the clause
//! before anything ran; encoded values come from `base64`.

mod modifiers;
mod structure;
mod text;
mod values;

use super::language::lists;
use super::{event_of, matches, rule_text, source};
use detect::{RuleFile, RuleSet};
use std::collections::{BTreeMap, BTreeSet};

/// What one clause of the specification says of events.
pub struct Clause {
    /// Document, section, and the clause in short.
    pub text: &'static str,
    /// A selection, a whole `detection` (with a condition) or a file of rules; an event; whether it matches.
    pub cases: &'static [(&'static str, &'static str, bool)],
}

fn clauses() -> impl Iterator<Item = &'static Clause> {
    [text::CLAUSES, modifiers::CLAUSES, values::CLAUSES, structure::CLAUSES].into_iter().flatten()
}

fn file(case: &str) -> String {
    if case.starts_with("title:") {
        case.to_owned()
    } else if case.contains("\ncondition: ") {
        rule_text(case)
    } else {
        let indented: String = case.lines().map(|line| format!("    {line}\n")).collect();
        rule_text(&format!("s:\n{indented}condition: s"))
    }
}

#[test]
fn every_clause_is_answered_as_it_was_written() {
    let (mut count, mut wrong) = (0, Vec::new());
    for clause in clauses() {
        for (case, json, expected) in clause.cases {
            let (set, report) =
                RuleSet::compile_with(vec![RuleFile { name: "t.yml".into(), text: file(case).into_bytes() }], &lists());
            let holds = !matches(&set, &event_of(json, source("test", "", &[]))).is_empty();
            if holds != *expected || !report.refused.is_empty() {
                wrong.push(format!("{}\n  {case:?} on {json} is {holds}, {:?}", clause.text, report.refused));
            }
            count += 1;
        }
    }
    println!("{count} cases of {} clauses", clauses().count());
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 400, "only {count} cases");
}

/// A case that is there twice, or a clause that says only yes or only no, shows less than it seems to.
#[test]
fn the_table_says_yes_and_no_of_every_modifier() {
    let mut seen = BTreeSet::new();
    let mut answers: BTreeMap<&str, BTreeSet<bool>> = BTreeMap::new();
    for (case, json, expected) in clauses().flat_map(|clause| clause.cases) {
        assert!(seen.insert((case, json)), "twice: {case} on {json}");
        let keys = case
            .lines()
            .filter_map(|line| line.split(": ").next())
            .map(|key| key.trim_end_matches(':').trim_matches('\''));
        for modifier in keys.flat_map(|key| key.split('|').skip(1)).map(|word| word.trim_matches('\'')) {
            answers.entry(modifier).or_default().insert(*expected);
        }
    }
    let modifiers = [
        "all",
        "startswith",
        "endswith",
        "contains",
        "exists",
        "cased",
        "neq",
        "windash",
        "re",
        "i",
        "m",
        "s",
        "base64",
        "base64offset",
        "utf16le",
        "utf16be",
        "utf16",
        "wide",
        "lt",
        "lte",
        "gt",
        "gte",
        "minute",
        "hour",
        "day",
        "week",
        "month",
        "year",
        "cidr",
        "expand",
        "fieldref",
    ];
    let poor: Vec<_> = modifiers.iter().filter(|word| answers.get(**word).map(BTreeSet::len) != Some(2)).collect();
    assert!(poor.is_empty(), "want a case that holds and one that does not: {poor:?}");
}
