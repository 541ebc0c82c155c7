//! The rules of this repository: each `content/rules/<tactic>/<name>.yml` has `<name>.hit.ndjson`, every line of which it
//! matches, and `<name>.miss.ndjson`, no line of which it matches; and it tells what an analyst has to know of it. Where
//! the file has a correlation the samples are sequences, parted by empty lines.

use detect::{Correlator, Limits, Moment, Rule, RuleFile, RuleSet, Scratch};
use model::{Event, Timestamp};
use parse::{Format, Input};
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// Rules at least.
const RULES: usize = 60;

fn rules_below(folder: &Path, out: &mut Vec<PathBuf>) {
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            rules_below(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            out.push(path);
        }
    }
}

fn file(path: &Path) -> RuleFile {
    RuleFile { name: path.display().to_string(), text: std::fs::read(path).unwrap() }
}

/// The rules' files, in the order of their names.
fn files() -> Vec<PathBuf> {
    let mut paths = Vec::new();
    rules_below(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../content/rules")), &mut paths);
    paths.sort();
    paths
}

fn rules() -> RuleSet {
    let (set, report) = RuleSet::compile(files().iter().map(|path| file(path)).collect());
    assert!(report.refused.is_empty(), "{:?}", report.refused);
    set
}

/// Those that raise alerts; what only feeds a correlation is told about there.
fn loud(set: &RuleSet) -> impl Iterator<Item = &Rule> {
    let rules = set.rules().iter().zip(0..).filter(|(_, index)| set.alerts(*index)).map(|(rule, _)| rule);
    rules.chain(set.correlations().iter().filter(|correlation| correlation.alerts).map(|correlation| &correlation.rule))
}

/// What is wrong with the samples of a rule that is to answer `expected`: its answers, how they read, how many they are.
fn wrong(set: &RuleSet, samples: &Path, expected: bool) -> Vec<String> {
    let Ok(bytes) = std::fs::read(samples) else { return vec![format!("{} is missing", samples.display())] };
    let Some(rule) = set.rules().first() else { return vec![format!("{} has no rule", samples.display())] };
    let mut wrong = Vec::new();
    let (mut count, mut near) = (0, 0);
    for (line, number) in bytes.split(|byte| *byte == b'\n').zip(1..).filter(|(line, _)| !line.trim_ascii().is_empty()) {
        let (mut event, mut out) = (Event::default(), Vec::new());
        // Syslog of the third kind has no year: it is taken from the day of receipt.
        let received = Timestamp::parse("2026-03-12T12:00:00Z").unwrap();
        parse::parse_into(&Input { raw: line, received, format: Format::Auto, peer: None }, &mut event);
        set.matches(&event, &mut Scratch::new(), &mut out);
        count += 1;
        near += usize::from(event.log_source.satisfies(&rule.log_source));
        let place = format!("{}:{number} ({})", samples.display(), event.log_source);
        if out.is_empty() == expected {
            wrong.push(format!("{place} is answered otherwise"));
        }
        if let Some(fault) = event.diagnostics.first() {
            wrong.push(format!("{place}: {fault:?}"));
        }
        if line.starts_with(b"{") && !String::from_utf8_lossy(line).contains("\"synthetic\"") {
            wrong.push(format!("{place} does not say that it is synthetic"));
        }
    }
    let least = if expected { 1 } else { 2 };
    if count < least {
        wrong.push(format!("{} has fewer than {least} lines", samples.display()));
    }
    // What the rule does not look at anyway shows nothing of its conditions.
    if near == 0 {
        wrong.push(format!("{} has no line of the rule's log source", samples.display()));
    }
    wrong
}

/// The same for sequences: each must lead to a hit, or to none.
fn wrong_sequences(set: &RuleSet, samples: &Path, expected: bool) -> Vec<String> {
    let Ok(text) = std::fs::read_to_string(samples) else { return vec![format!("{} is missing", samples.display())] };
    let mut wrong = Vec::new();
    let sequences: Vec<&str> = text.split("\n\n").filter(|sequence| !sequence.trim().is_empty()).collect();
    for (sequence, number) in sequences.iter().zip(1..) {
        let (mut state, mut hits) = (Correlator::new(set, Limits::default()), Vec::new());
        for (line, seq) in sequence.lines().zip(1..) {
            let (mut event, mut out, mut facts) = (Event::default(), Vec::new(), Vec::new());
            parse::parse_into(&Input { raw: line.as_bytes(), received: Timestamp(0), format: Format::Auto, peer: None }, &mut event);
            set.matches(&event, &mut Scratch::new(), &mut out);
            set.facts(&event, &out, &mut facts);
            state.observe(&facts, Moment { time: event.time, seq, clock: event.time }, &mut hits);
        }
        if hits.is_empty() == expected {
            wrong.push(format!("{}, sequence {number}: {hits:?}", samples.display()));
        }
    }
    let least = if expected { 1 } else { 2 };
    if sequences.len() < least {
        wrong.push(format!("{} has fewer than {least} sequences", samples.display()));
    }
    wrong
}

#[test]
fn every_rule_of_the_repository_matches_its_hits_and_misses_its_misses() {
    let mut faults = Vec::new();
    for path in &files() {
        let (set, report) = RuleSet::compile(vec![file(path)]);
        faults.extend(report.refused.iter().map(|refusal| format!("{}: {} {}", path.display(), refusal.code, refusal.message)));
        let wrong = if set.correlations().is_empty() { wrong } else { wrong_sequences };
        faults.extend(wrong(&set, &path.with_extension("hit.ndjson"), true));
        faults.extend(wrong(&set, &path.with_extension("miss.ndjson"), false));
    }
    assert_eq!(faults, [] as [String; 0]);
}

#[test]
fn the_linter_has_nothing_to_say_about_them() {
    let files: Vec<RuleFile> = files().iter().map(|path| file(path)).collect();
    assert!(files.len() >= RULES, "{} rules", files.len());
    let findings: Vec<String> = detect::lint(&files, &[], &[])
        .iter()
        .map(|finding| format!("{}:{:?} {} {}", finding.file, finding.line, finding.code, finding.message))
        .collect();
    assert_eq!(findings, [] as [String; 0]);
}

/// The headings of a rule's alerting strategy that nobody may leave out.
fn headings(rule: &Rule) -> [(&'static str, String); 6] {
    let ads = rule.ads.clone().unwrap_or_default();
    [
        ("goal", ads.goal),
        ("strategy", ads.strategy),
        ("blind_spots", ads.blind_spots),
        ("falsepositives", rule.falsepositives.join("\n")),
        ("validation", ads.validation),
        ("response", ads.response),
    ]
}

#[test]
fn every_rule_tells_its_strategy_in_words_of_its_own() {
    let set = rules();
    let (mut said, mut faults) = (HashMap::new(), Vec::new());
    for rule in loud(&set) {
        for (heading, text) in headings(rule) {
            if text.split_whitespace().count() < 4 {
                faults.push(format!("{}: {heading} says {text:?}", rule.file));
            } else if let Some(other) = said.insert((heading, text), &rule.file) {
                faults.push(format!("{} and {other} have the same {heading}", rule.file));
            }
        }
        // The first thing to do, and what comes next.
        if !headings(rule)[5].1.contains("\n2. ") {
            faults.push(format!("{}: the response has no second step", rule.file));
        }
    }
    assert_eq!(faults, [] as [String; 0]);
}

#[test]
fn every_rule_stands_in_the_folder_of_its_first_tactic_and_names_a_technique() {
    let mut faults = Vec::new();
    let set = rules();
    for rule in loud(&set) {
        let tags: Vec<&str> = rule.reference.tags.iter().map(String::as_str).collect();
        let folder = Path::new(&rule.file).parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
        if tags.first() != Some(&format!("attack.{folder}").as_str()) || !tags.iter().any(|tag| tag.starts_with("attack.t")) {
            faults.push(format!("{}: {tags:?}", rule.file));
        }
    }
    assert_eq!(faults, [] as [String; 0]);
}

#[test]
fn every_technique_that_a_rule_names_is_in_the_matrix() {
    let Some(matrix) = crate::shared("intel/attack/enterprise-techniques.json") else { return };
    let techniques: Vec<serde_json::Value> = serde_json::from_slice(&matrix).unwrap();
    let alive = techniques.iter().filter(|technique| technique["revoked"] != true && technique["deprecated"] != true);
    let known: BTreeSet<String> = alive.map(|technique| technique["id"].as_str().unwrap().to_lowercase()).collect();
    let set = rules();
    let named = set.all().flat_map(|rule| &rule.reference.tags);
    let unknown: BTreeSet<&str> = named
        .filter_map(|tag| tag.strip_prefix("attack."))
        .filter(|name| name.starts_with('t') && name.as_bytes().get(1).is_some_and(u8::is_ascii_digit) && !known.contains(*name))
        .collect();
    assert_eq!(unknown, BTreeSet::new());
}
