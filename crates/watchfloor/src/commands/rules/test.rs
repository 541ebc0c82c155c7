//! `rules test`: each rule against the samples beside it.

use super::samples::{event, first_reason, item_words};
use super::{Named, Shape, line, sequence};
use crate::commands::println;
use crate::content;
use crate::output::{CONTENT, Failure};
use detect::{LoadReport, RuleFile, RuleSet, Scratch, Setting};
use model::{Event, Timestamp};
use serde::Serialize;
use std::cell::OnceCell;
use std::path::{Path, PathBuf};

/// Arguments of `rules test`.
#[derive(clap::Args, Debug)]
pub struct TestArgs {
    /// Rule files and folders of them
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value = "table")]
    format: Shape,
    /// A rule without hit and miss samples fails too
    #[arg(long)]
    require_samples: bool,
    #[command(flatten)]
    named: Named,
}

/// What became of one file of rules.
#[derive(Debug, Serialize)]
struct Outcome {
    file: String,
    /// `passed`, `failed` or `no_samples`.
    outcome: &'static str,
    hits: usize,
    misses: usize,
    faults: Vec<Fault>,
}

/// A sample that a rule answers otherwise than it should, or why there is no answer.
#[derive(Debug, Serialize)]
struct Fault {
    file: String,
    line: Option<u64>,
    reason: String,
}

/// Tests; 2 if a rule fails.
pub fn run(args: &TestArgs) -> Result<u8, Failure> {
    let mut outcomes = Vec::new();
    let setting = args.named.setting()?;
    for path in &args.paths {
        if content::is_archive(path) {
            return Err(Failure::usage(format!("{}: samples lie beside rules in a folder; unpack the archive", path.display())));
        }
        let files = content::files(path)?;
        let all = OnceCell::new();
        let together = || all.get_or_init(|| RuleSet::compile_with(files.clone(), &setting));
        outcomes.extend(files.iter().map(|file| test(file, &setting, &together, args.require_samples)));
    }
    if outcomes.is_empty() {
        return Err(Failure { message: "no rule file there".to_owned(), code: CONTENT });
    }
    match args.format {
        Shape::Json => println(&serde_json::to_string(&outcomes).map_err(Failure::usage)?),
        Shape::Table => outcomes.iter().for_each(row),
    }
    let count = |word| outcomes.iter().filter(|outcome| outcome.outcome == word).count();
    let [passed, failed, bare] = ["passed", "failed", "no_samples"].map(count);
    eprintln!("passed={passed} failed={failed} no_samples={bare}");
    Ok(if failed > 0 { CONTENT } else { 0 })
}

fn row(outcome: &Outcome) {
    let word = match outcome.outcome {
        "passed" => "ok",
        "failed" => "FAILED",
        _ => "no samples",
    };
    println(&line(&format!("{word:<10}  {}  (hits: {}, misses: {})", outcome.file, outcome.hits, outcome.misses)));
    for fault in &outcome.faults {
        let place = fault.line.map(|line| format!(":{line}")).unwrap_or_default();
        println(&line(&format!("    {}{place}: {}", fault.file, fault.reason)));
    }
}

/// Whether a rule stands in a file: a later document of it has the file's name with a number.
fn stands_in(rule: &str, file: &str) -> bool {
    rule.strip_prefix(file).is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
}

/// What a document cannot find alone: it names rules that may stand in another file.
const NAMES_OTHERS: [&str; 3] =
    ["rule.correlation_reference_unknown", "rule.filter_reaches_nothing", "rule.filter_target_unknown"];

/// Tests a file by its own rules; by those of all files, of which `together` gives the set, where it names others.
fn test<'a>(
    file: &RuleFile,
    setting: &Setting,
    together: &dyn Fn() -> &'a (RuleSet, LoadReport),
    strict: bool,
) -> Outcome {
    let name = file.name.clone();
    let path = PathBuf::from(&name);
    let alone = RuleSet::compile_with(vec![file.clone()], setting);
    let names_others = alone.1.refused.iter().any(|refusal| NAMES_OTHERS.contains(&refusal.code));
    let (set, report) = if names_others { together() } else { &alone };
    let refused = report.refused.iter().filter(|refusal| stands_in(&refusal.name, &file.name)).map(|refusal| Fault {
        file: refusal.name.clone(),
        line: refusal.line.map(u64::from),
        reason: format!("{}: {} {}", refusal.code, refusal.message, refusal.remedy),
    });
    let mut faults: Vec<Fault> = refused.collect();
    let mut samples = [true, false].map(|expected| {
        let path = path.with_extension(if expected { "hit.ndjson" } else { "miss.ndjson" });
        hold(set, &name, &path, expected, &mut faults)
    });
    let missing = samples.iter().any(Option::is_none);
    if missing && strict {
        faults.push(Fault { file: name.clone(), line: None, reason: "hit and miss samples are not both there".to_owned() });
    }
    let outcome = if !faults.is_empty() {
        "failed"
    } else if missing {
        "no_samples"
    } else {
        "passed"
    };
    let [hits, misses] = samples.each_mut().map(|count| count.take().unwrap_or(0));
    Outcome { file: name, outcome, hits, misses, faults }
}

/// How many samples a file has, sequences where the rules beside it have a correlation; none if there is no such file.
fn hold(set: &RuleSet, rules: &str, path: &Path, expected: bool, faults: &mut Vec<Fault>) -> Option<usize> {
    let file = path.to_string_lossy().into_owned();
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        Err(error) => {
            faults.push(Fault { file, line: None, reason: error.to_string() });
            return Some(0);
        }
    };
    if set.correlations().iter().any(|correlation| stands_in(&correlation.rule.file, rules)) {
        let sequences = sequence::sequences(&bytes);
        for one in &sequences {
            let outcome = sequence::run(set, one, |correlation| stands_in(&correlation.rule.file, rules));
            let line = Some(outcome.line);
            faults.extend(outcome.fault(expected).map(|reason| Fault { file: file.clone(), line, reason }));
        }
        if sequences.is_empty() {
            faults.push(Fault { file, line: None, reason: "the file has no sample".to_owned() });
        }
        return Some(sequences.len());
    }
    let own = |index: u32| set.rules().get(index as usize).is_some_and(|rule| stands_in(&rule.file, rules));
    let (mut scratch, mut found, mut count) = (Scratch::default(), Vec::new(), 0);
    for (raw, number) in bytes.split(|byte| *byte == b'\n').zip(1u64..).filter(|(raw, _)| !raw.trim_ascii().is_empty()) {
        let event = event(raw.trim_ascii(), Timestamp(0));
        found.clear();
        set.matches(&event, &mut scratch, &mut found);
        found.retain(|index| own(*index));
        count += 1;
        if found.is_empty() == expected {
            let reason = if expected { no_match(set, rules, &event) } else { a_match(set, &event, &found) };
            faults.push(Fault { file: file.clone(), line: Some(number), reason });
        }
    }
    if count == 0 {
        faults.push(Fault { file, line: None, reason: "the file has no sample".to_owned() });
    }
    Some(count)
}

fn no_match(set: &RuleSet, rules: &str, event: &Event) -> String {
    let own = set.rules().iter().zip(0u32..).filter(|(rule, _)| stands_in(&rule.file, rules));
    let reasons: Vec<String> = own.map(|(rule, index)| first_reason(rule, event, &set.explain(index, event))).collect();
    format!("should match and does not: {}", reasons.join("; "))
}

fn a_match(set: &RuleSet, event: &Event, found: &[u32]) -> String {
    let mut reasons = Vec::new();
    for index in found {
        let explanation = set.explain(*index, event);
        for selection in explanation.selections.into_iter().filter(|selection| selection.holds) {
            let items: Vec<String> = selection.items.iter().filter(|item| item.holds).map(item_words).collect();
            reasons.push(format!("{} is true: {}", selection.name, items.join(", ")));
        }
    }
    format!("should not match and does: {}", reasons.join("; "))
}
