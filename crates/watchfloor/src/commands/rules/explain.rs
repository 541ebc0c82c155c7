//! `rules explain`: a rule held against an event, match or miss, down to the bytes.

use super::samples::{first_reason, name, record};
use super::{Named, Shape, explain_correlation, files, line};
use crate::commands::println;
use crate::content;
use crate::output::{CONTENT, Failure, inert};
use detect::{Explanation, Rule, RuleSet, Setting};
use model::Event;
use serde_json::json;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// Arguments of `rules explain`.
#[derive(clap::Args, Debug)]
pub struct ExplainArgs {
    /// A file with the event; `-` is standard input
    #[arg(long, value_name = "FILE")]
    event: PathBuf,
    /// Which record of it: from 1, in event logs the record's own number, as `scan` prints both
    #[arg(long, value_name = "N")]
    record: Option<u64>,
    /// The rule: its file, its id or its title
    #[arg(long, value_name = "RULE")]
    rule: String,
    /// Where the rule is looked for by id or title; the rules of this program if absent
    #[arg(long, value_name = "PATH")]
    rules: Option<PathBuf>,
    #[command(flatten)]
    named: Named,
    /// How to print
    #[arg(long, value_enum, default_value = "table")]
    format: Shape,
}

/// Explains; a match and a miss are both an answer.
pub fn run(args: &ExplainArgs) -> Result<u8, Failure> {
    let (set, index) = find(&args.rule, args.rules.as_deref(), &args.named.setting()?)?;
    let (event, number) = record(&args.event, args.record)?;
    let place = format!("{}#{number}", args.event.display());
    let index = match index {
        Found::Rule(index) => index,
        Found::Correlation(index) => {
            let correlation = set.correlations().get(index).ok_or_else(|| nowhere(&args.rule))?;
            explain_correlation::print(&set, correlation, &event, &place, args.format);
            return Ok(0);
        }
    };
    let Some(rule) = set.rules().get(index as usize) else { return Err(nowhere(&args.rule)) };
    let explanation = set.explain(index, &event);
    let applies = event.log_source.satisfies(&rule.log_source);
    match args.format {
        Shape::Json => {
            let answer = json!({
                "rule": {"id": rule.reference.id, "title": rule.reference.title, "level": rule.reference.level, "file": rule.file, "log_source": rule.log_source.to_string(), "changed_by": rule.changed_by.iter().map(|step| &**step).collect::<Vec<&str>>()},
                "event": {"file": args.event, "record": number, "time": event.time, "log_source": event.log_source.to_string(), "raw": String::from_utf8_lossy(event.raw())},
                "log_source_applies": applies,
                "matches": applies && explanation.holds,
                "condition": explanation.condition,
                "condition_holds": explanation.holds,
                "selections": explanation.selections,
            });
            println(&answer.to_string());
        }
        Shape::Table => print(rule, &event, &place, &explanation, applies),
    }
    Ok(0)
}

fn nowhere(rule: &str) -> Failure {
    Failure { message: format!("no rule has the id or title {rule}"), code: CONTENT }
}

/// Where a rule stands in its set.
#[derive(Clone, Copy)]
enum Found {
    Rule(u32),
    Correlation(usize),
}

/// The rule of a file, an id or a title, among the rules that it was found with. A file with one correlation in it is that
/// correlation.
fn find(wanted: &str, rules: Option<&Path>, setting: &Setting) -> Result<(RuleSet, Found), Failure> {
    let named = Path::new(wanted);
    if rules.is_none() && named.is_file() {
        let (set, report) = RuleSet::compile_with(files(&[named.to_owned()])?, setting);
        return match (set.rules().len(), report.refused.first()) {
            _ if set.correlations().len() == 1 => Ok((set, Found::Correlation(0))),
            (1, _) => Ok((set, Found::Rule(0))),
            (0, Some(refusal)) => Err(Failure { message: refusal.to_string(), code: CONTENT }),
            (count, _) => Err(Failure { message: format!("{wanted} has {count} rules; give --rules {wanted} and the id of one"), code: CONTENT }),
        };
    }
    let found = rules.map_or_else(|| Ok(content::embedded()), content::files)?;
    let (set, report) = RuleSet::compile_with(found, setting);
    if let Some(index) = set.find(wanted) {
        return Ok((set, Found::Rule(index)));
    }
    if let Some(index) = set.correlations().iter().position(|correlation| correlation.rule.reference.id == wanted) {
        return Ok((set, Found::Correlation(index)));
    }
    let fits = |rule: &Rule| rule.reference.title.eq_ignore_ascii_case(wanted) || Path::new(&rule.file) == named || Path::new(&rule.file).file_name() == Some(named.as_os_str());
    let rules = set.rules().iter().zip((0u32..).map(Found::Rule));
    let correlations = set.correlations().iter().map(|correlation| &correlation.rule).zip((0..).map(Found::Correlation));
    let fitting: Vec<Found> = rules.chain(correlations).filter(|(rule, _)| fits(rule)).map(|(_, found)| found).collect();
    match fitting[..] {
        [index] => Ok((set, index)),
        [] => {
            // The rule may be there and not load.
            let refusal = report.refused.iter().find(|refusal| Path::new(&refusal.name).file_name() == named.file_name());
            Err(refusal.map_or_else(
                || nowhere(wanted),
                |refusal| Failure { message: refusal.to_string(), code: CONTENT },
            ))
        }
        _ => Err(Failure { message: format!("{} rules are called {wanted}; give the id of one", fitting.len()), code: CONTENT }),
    }
}

fn print(rule: &Rule, event: &Event, place: &str, explanation: &Explanation, applies: bool) {
    let row = |name: &str, text: &str| println(&line(&format!("{name:<11} {text}")));
    row("Rule", &format!("{} ({}, {})", rule.reference.title, rule.reference.level.as_str(), rule.reference.id));
    for step in &rule.changed_by {
        row("Changed by", &format!("pipeline {step}"));
    }
    row("Event", &format!("{place}, {}", event.time));
    let source = if applies { "applies" } else { "does not apply" };
    row("Log source", &format!("{source}: the rule looks at {}, the event is of {}", rule.log_source, event.log_source));
    row("Condition", &format!("{}: {}", explanation.condition, explanation.holds));
    let verdict = if applies && explanation.holds { "the rule matches".to_owned() } else { format!("the rule does not match: {}", first_reason(rule, event, explanation)) };
    row("Answer", &verdict);
    let mut ranges = Vec::new();
    for selection in &explanation.selections {
        println("");
        println(&line(&format!("{} {}: {}", selection.number, selection.name, selection.holds)));
        for item in &selection.items {
            println(&line(&format!("    {:<5}  {}  {}", item.holds, name(item), item.pattern)));
            let slot = item.slot.as_deref().unwrap_or("no field");
            let bytes = item.raw.map(|[from, to]| format!(", bytes {from} to {to}")).unwrap_or_default();
            if let Some(was) = &item.was {
                println(&line(&format!("           the rule's file says {was}")));
            }
            println(&line(&format!("           read {slot}: {}{bytes}", item.value.as_deref().unwrap_or("nothing"))));
            for value in &item.values {
                println(&line(&format!("           {:<5}  {}", value.holds, value.pattern)));
            }
            ranges.extend(item.raw);
        }
    }
    println("");
    println(&format!("Raw, {} bytes{}", event.raw().len(), if ranges.is_empty() { "" } else { ", what matched is marked" }));
    println(&marked(event.raw(), ranges, colour()));
}

/// Whether standard output shows colours.
fn colour() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty())
}

/// The bytes as inert text with ranges marked: by colour, else by brackets that JSON does not have.
fn marked(raw: &[u8], mut ranges: Vec<[usize; 2]>, colour: bool) -> String {
    let (open, close) = if colour { ("\u{1b}[1;30;43m", "\u{1b}[0m") } else { ("⟦", "⟧") };
    ranges.sort_unstable();
    let text = |from: usize, to: usize| inert(&String::from_utf8_lossy(raw.get(from..to).unwrap_or_default()));
    let (mut out, mut at) = (String::new(), 0);
    for [from, to] in ranges {
        // What is marked already is not marked twice.
        let from = from.max(at);
        if from < to && to <= raw.len() {
            out.push_str(&text(at, from));
            out.extend([open, &text(from, to), close]);
            at = to;
        }
    }
    out.push_str(&text(at, raw.len()));
    out
}

#[cfg(test)]
mod tests {
    use super::marked;

    #[test]
    fn what_matched_is_marked_once_and_hostile_text_stays_inert() {
        assert_eq!(marked(b"abcdef", vec![[4, 5], [1, 3], [2, 4]], false), "a⟦bc⟧⟦d⟧⟦e⟧f");
        assert_eq!(marked(b"a\x1b[2Jb", vec![[0, 1]], true), "\u{1b}[1;30;43ma\u{1b}[0m\\u{1b}[2Jb");
        assert_eq!(marked(b"ab", vec![[1, 9]], false), "ab");
    }
}
