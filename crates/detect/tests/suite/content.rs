//! The rules of this repository: each `content/rules/**/<name>.yml` has `<name>.hit.ndjson`, every line of which it
//! matches, and `<name>.miss.ndjson`, no line of which it matches. Where the file has a correlation the samples are
//! sequences, parted by empty lines.

use detect::{Correlator, Limits, Moment, RuleFile, RuleSet, Scratch};
use model::{Event, Timestamp};
use parse::{Format, Input};
use std::path::{Path, PathBuf};

fn rules_below(folder: &Path, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            rules_below(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            out.push(path);
        }
    }
}

/// Lines of a sample file that the rule answers otherwise than `expected`.
fn wrong(set: &RuleSet, samples: &Path, expected: bool) -> Vec<String> {
    let Ok(bytes) = std::fs::read(samples) else { return vec![format!("{} is missing", samples.display())] };
    let mut wrong = Vec::new();
    let mut count = 0;
    for (line, number) in bytes.split(|byte| *byte == b'\n').zip(1..).filter(|(line, _)| !line.trim_ascii().is_empty()) {
        let (mut event, mut out) = (Event::default(), Vec::new());
        parse::parse_into(&Input { raw: line, received: Timestamp(0), format: Format::Auto, peer: None }, &mut event);
        set.matches(&event, &mut Scratch::new(), &mut out);
        count += 1;
        if out.is_empty() == expected {
            wrong.push(format!("{}:{number} ({:?})", samples.display(), event.log_source));
        }
    }
    if count == 0 {
        wrong.push(format!("{} has no line", samples.display()));
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
    if sequences.len() < 2 {
        wrong.push(format!("{} has fewer than two sequences", samples.display()));
    }
    wrong
}

#[test]
fn every_rule_of_the_repository_matches_its_hits_and_misses_its_misses() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../content/rules"));
    let mut paths = Vec::new();
    rules_below(folder, &mut paths);
    if paths.is_empty() {
        eprintln!("skipped: no rules in content/rules");
        return;
    }
    let mut faults = Vec::new();
    for path in &paths {
        let file =
            RuleFile { name: path.file_name().unwrap().to_string_lossy().into_owned(), text: std::fs::read(path).unwrap() };
        let (set, report) = RuleSet::compile(vec![file]);
        faults.extend(report.refused.iter().map(|refusal| format!("{}: {} {}", path.display(), refusal.code, refusal.message)));
        let wrong = if set.correlations().is_empty() { wrong } else { wrong_sequences };
        faults.extend(wrong(&set, &path.with_extension("hit.ndjson"), true));
        faults.extend(wrong(&set, &path.with_extension("miss.ndjson"), false));
    }
    eprintln!("{} rules of the repository", paths.len());
    assert_eq!(faults, [] as [String; 0]);
}
