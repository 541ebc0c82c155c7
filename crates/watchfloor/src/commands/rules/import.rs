//! `rules import`: what rules would bring, against what is there.

use super::telemetry::Floor;
use super::{Named, Shape, line};
use crate::commands::println;
use crate::content;
use crate::output::{CONTENT, Failure};
use detect::{Finding, Refusal, Rule, RuleSet, without_telemetry};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Arguments of `rules import`.
#[derive(clap::Args, Debug)]
pub struct ImportArgs {
    /// Sigma rules: a file, a folder, a .zip or a .tar.zst
    path: PathBuf,
    /// The rules to compare with; those that come with this program if absent
    #[arg(long, value_name = "PATH")]
    against: Option<PathBuf>,
    /// Say what would change; nothing is written
    #[arg(long)]
    dry_run: bool,
    /// How to print
    #[arg(long, value_enum, default_value = "table")]
    format: Shape,
    #[command(flatten)]
    named: Named,
    #[command(flatten)]
    floor: Floor,
}

/// What an import comes to.
#[derive(Debug, Serialize)]
struct Report<'r> {
    /// Rules that load.
    loaded: usize,
    added: Vec<Entry<'r>>,
    changed: Vec<Entry<'r>>,
    removed: Vec<Entry<'r>>,
    unchanged: usize,
    refused: &'r [Refusal],
    /// Rules whose events the floor has not received; none if no floor was named.
    without_telemetry: Option<Vec<Finding>>,
}

/// A rule by what it is known by.
#[derive(Debug, Serialize)]
struct Entry<'r> {
    id: &'r str,
    title: &'r str,
    level: &'static str,
    file: &'r str,
    /// 16 hexadecimal digits over the rule's text.
    version: &'r str,
}

impl<'r> Entry<'r> {
    fn of(rule: &'r Rule) -> Entry<'r> {
        let reference = &rule.reference;
        Entry { id: &reference.id, title: &reference.title, level: reference.level.as_str(), file: &rule.file, version: &reference.version }
    }
}

/// Prints the report; 2 if no rule loads.
pub fn run(args: &ImportArgs) -> Result<u8, Failure> {
    if !args.dry_run {
        return Err(Failure::usage("a floor takes its rules from `serve --rules PATH`; give --dry-run to see what they would bring"));
    }
    // Both sets go through the same pipelines, so that what is changed is the rules.
    let setting = args.named.setting()?;
    let (new, refused) = RuleSet::compile_with(content::files(&args.path)?, &setting);
    let (old, _) = RuleSet::compile_with(args.against.as_deref().map_or_else(|| Ok(content::embedded()), content::files)?, &setting);
    let received = args.floor.received()?;
    let silent = received.map(|received| without_telemetry(new.rules(), &received));
    let report = compare(&old, &new, &refused.refused, silent);
    match args.format {
        Shape::Json => println(&serde_json::to_string(&report).map_err(Failure::usage)?),
        Shape::Table => print(&report),
    }
    Ok(if new.rules().is_empty() { CONTENT } else { 0 })
}

/// By id; a rule is changed if its text is.
fn compare<'r>(old: &'r RuleSet, new: &'r RuleSet, refused: &'r [Refusal], silent: Option<Vec<Finding>>) -> Report<'r> {
    let by_id = |set: &'r RuleSet| set.rules().iter().map(|rule| (rule.reference.id.as_str(), rule)).collect::<BTreeMap<_, _>>();
    let (before, after) = (by_id(old), by_id(new));
    let is_changed = |(id, rule): &(&&str, &&'r Rule)| before.get(**id).is_some_and(|known| known.reference.version != rule.reference.version);
    let added: Vec<_> = after.iter().filter(|(id, _)| !before.contains_key(**id)).map(|(_, rule)| Entry::of(rule)).collect();
    let changed: Vec<_> = after.iter().filter(is_changed).map(|(_, rule)| Entry::of(rule)).collect();
    let removed = before.iter().filter(|(id, _)| !after.contains_key(**id)).map(|(_, rule)| Entry::of(rule)).collect();
    let unchanged = after.len() - added.len() - changed.len();
    Report { loaded: new.rules().len(), added, changed, removed, unchanged, refused, without_telemetry: silent }
}

fn print(report: &Report<'_>) {
    for (word, entries) in [("added", &report.added), ("changed", &report.changed), ("removed", &report.removed)] {
        for entry in entries {
            println(&line(&format!("{word:<10}  {:<8}  {}  ({}, {})", entry.level, entry.title, entry.file, entry.id)));
        }
    }
    for refusal in report.refused {
        println(&line(&format!("refused     {refusal}")));
    }
    for finding in report.without_telemetry.iter().flatten() {
        println(&line(&format!("no events   {}: {}", finding.title.as_deref().unwrap_or(&finding.file), finding.message)));
    }
    let silent = report.without_telemetry.as_ref().map_or("unknown".to_owned(), |silent| silent.len().to_string());
    let [added, changed, removed, refused] = [report.added.len(), report.changed.len(), report.removed.len(), report.refused.len()];
    eprintln!(
        "loaded={} added={added} changed={changed} removed={removed} unchanged={} refused={refused} without_telemetry={silent}",
        report.loaded, report.unchanged
    );
}
