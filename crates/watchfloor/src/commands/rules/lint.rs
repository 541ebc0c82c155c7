//! `rules lint`: what is wrong with rules, before a floor runs them.

use super::telemetry::Floor;
use super::{Named, Shape, files, line};
use crate::commands::println;
use crate::output::{CONTENT, FINDINGS, Failure};
use detect::{Finding, RuleSet, Weight, lint, without_telemetry};
use serde_json::json;
use std::path::PathBuf;

/// Arguments of `rules lint`.
#[derive(clap::Args, Debug)]
pub struct LintArgs {
    /// Sigma rules: files, folders, .zip or .tar.zst
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value = "table")]
    format: Shape,
    /// End with 1 if something of this weight or more was found: note, warning or error (an error ends with 2 always)
    #[arg(long, value_name = "WEIGHT", value_parser = weight)]
    fail_on: Option<Weight>,
    /// Only findings of this weight or more
    #[arg(long, value_name = "WEIGHT", value_parser = weight, default_value = "note")]
    min_weight: Weight,
    /// Leave these codes out; may be given several times
    #[arg(long, value_name = "CODE")]
    allow: Vec<String>,
    #[command(flatten)]
    named: Named,
    #[command(flatten)]
    floor: Floor,
}

fn weight(word: &str) -> Result<Weight, String> {
    Weight::parse(word).ok_or_else(|| "the weights are note, warning and error".to_owned())
}

/// Prints the findings; 2 if a rule does not load, 1 with `--fail-on` and such a finding.
pub fn run(args: &LintArgs) -> Result<u8, Failure> {
    if let Some(code) = args.allow.iter().find(|code| !detect::LINTS.iter().any(|(known, ..)| known == code)) {
        return Err(Failure::usage(format!("{code} is no lint; what does not load cannot be allowed")));
    }
    let files = files(&args.paths)?;
    if files.is_empty() {
        return Err(Failure { message: "no rule file there".to_owned(), code: CONTENT });
    }
    let (rules, report) = RuleSet::compile_with(files.clone(), &args.named.setting()?);
    let loaded = rules.all().count();
    let mut findings = lint(&files, &report.refused, rules.rules());
    if let Some(received) = args.floor.received()? {
        findings.extend(without_telemetry(rules.rules(), &received));
        findings.sort_by(|a, b| (&a.file, a.line, a.code).cmp(&(&b.file, b.line, b.code)));
    }
    findings.retain(|finding| finding.severity >= args.min_weight && !args.allow.iter().any(|code| code == finding.code));
    match args.format {
        Shape::Json => println(&json!({"files": files.len(), "rules": loaded, "findings": findings}).to_string()),
        Shape::Table => findings.iter().for_each(row),
    }
    let count = |weight| findings.iter().filter(|finding| finding.severity == weight).count();
    let [notes, warnings, errors] = Weight::ALL.map(count);
    eprintln!("files={} rules={} errors={errors} warnings={warnings} notes={notes}", files.len(), loaded);
    let worst = findings.iter().map(|finding| finding.severity).max();
    Ok(match args.fail_on {
        _ if errors > 0 => CONTENT,
        Some(weight) if worst >= Some(weight) => FINDINGS,
        _ => 0,
    })
}

fn row(finding: &Finding) {
    let place = finding.line.map(|line| format!(":{line}")).unwrap_or_default();
    println(&line(&format!("{}{place}: {} {}: {}", finding.file, finding.severity.as_str(), finding.code, finding.message)));
    println(&line(&format!("    {}", finding.remedy)));
}
