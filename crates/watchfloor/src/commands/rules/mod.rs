//! `rules`: what detection engineers do with rules before a floor runs them.

mod explain;
mod explain_correlation;
mod import;
mod lint;
mod remove;
mod report;
mod samples;
mod sequence;
mod telemetry;
mod test;

use crate::output::Failure;
use crate::{content, lists};
use detect::{RuleFile, Setting};
use std::path::PathBuf;

/// What to do with rules.
#[derive(clap::Subcommand, Debug)]
pub enum RulesCommand {
    /// Say what is wrong with rules, each finding with a stable code, its place and a remedy
    Lint(lint::LintArgs),
    /// Hold each rule against the samples beside it: NAME.hit.ndjson and NAME.miss.ndjson
    Test(test::TestArgs),
    /// Why a rule matches an event, or why not, down to the bytes
    Explain(explain::ExplainArgs),
    /// Bring rules into a floor, with a report: added, changed and removed ones, those that do not load, those without telemetry here
    Import(import::ImportArgs),
    /// Take an imported source out of a floor, with all of its rules; what another source has under the same ids comes back
    Remove(remove::RemoveArgs),
}

/// Does it.
pub fn run(command: RulesCommand) -> Result<u8, Failure> {
    match command {
        RulesCommand::Lint(args) => lint::run(&args),
        RulesCommand::Test(args) => test::run(&args),
        RulesCommand::Explain(args) => explain::run(&args),
        RulesCommand::Import(args) => import::run(&args),
        RulesCommand::Remove(args) => remove::run(&args),
    }
}

/// What rules name and do not carry.
#[derive(clap::Args, Debug)]
struct Named {
    /// A folder of lists: those in its watchlists/ are what placeholders such as %jump_hosts% stand for
    #[arg(long, value_name = "DIR")]
    lists: Option<PathBuf>,
    /// Processing pipelines that the rules go through (pySigma's YAML): a file or a folder; may be given several times
    #[arg(long, value_name = "PATH")]
    pipeline: Vec<PathBuf>,
}

impl Named {
    /// Whether anything is named.
    fn is_given(&self) -> bool {
        self.lists.is_some() || !self.pipeline.is_empty()
    }

    fn setting(&self) -> Result<Setting, Failure> {
        Ok(Setting { pipelines: content::pipelines(&self.pipeline)?, ..lists::setting(self.lists.as_deref())? })
    }
}

/// How an answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Shape {
    /// For people.
    Table,
    /// For programs.
    Json,
}

/// The rule files of several paths, each file once.
fn files(paths: &[PathBuf]) -> Result<Vec<RuleFile>, Failure> {
    let mut found: Vec<RuleFile> = Vec::new();
    for path in paths {
        found.extend(content::files(path)?);
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found.dedup();
    Ok(found)
}

/// A line that cannot steer a terminal nor become two.
fn line(text: &str) -> String {
    crate::output::inert(text).replace('\n', "\\n")
}
