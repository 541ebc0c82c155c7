//! What a detection engineer would say about a rule before it is loaded: stable codes, the place, the remedy.
//!
//! What [`crate::RuleSet::compile`] refuses is an error here under the same code. Everything else is about rules that
//! run and still do not do what their author meant, or cannot be worked with once they fire. Pure: texts in, findings out.

mod codes;
mod condition;
mod correlation;
mod fields;
mod head;
mod place;
mod tags;
mod telemetry;
mod values;

use crate::read::load::RuleFile;
use crate::refusal::{MAX_MESSAGE, Refusal, shortened};
use crate::rule::Rule;
use crate::read::yaml::{self, Node};
use place::Place;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

pub use codes::LINTS;
pub use tags::TACTICS;
pub use telemetry::without_telemetry;

/// How much a finding weighs, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// Could be better.
    Note,
    /// Probably not what the author meant.
    Warning,
    /// The rule does not run.
    Error,
}

impl Weight {
    /// All, least first.
    pub const ALL: [Weight; 3] = [Weight::Note, Weight::Warning, Weight::Error];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Weight::Note => "note",
            Weight::Warning => "warning",
            Weight::Error => "error",
        }
    }

    /// The weight that a word names.
    pub fn parse(word: &str) -> Option<Weight> {
        Weight::ALL.into_iter().find(|weight| weight.as_str().eq_ignore_ascii_case(word))
    }
}

/// One thing to say about a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable code: `rule.…` for what does not load, `lint.…` for the rest.
    pub code: &'static str,
    /// How much it weighs.
    pub severity: Weight,
    /// The file as it was named.
    pub file: String,
    /// Line of the file, from 1, where it is known.
    pub line: Option<u32>,
    /// The rule's title, where it has one.
    pub title: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: &'static str,
}

impl Finding {
    /// What a refusal of loading comes to here.
    fn of(refusal: &Refusal, files: &[RuleFile]) -> Finding {
        let file = match refusal.name.rsplit_once('#') {
            Some((file, _)) if files.iter().any(|known| known.name == file) => file,
            _ => &refusal.name,
        };
        Finding {
            code: refusal.code,
            severity: Weight::Error,
            file: file.to_owned(),
            line: refusal.line,
            title: None,
            message: refusal.message.clone(),
            remedy: refusal.remedy,
        }
    }
}

type Renamed<'r> = FxHashSet<(&'r str, &'r str)>;

/// The fields that pipelines renamed, each with the file of the rule.
fn renamed(rules: &[Rule]) -> Renamed<'_> {
    let mut renamed = Renamed::default();
    for rule in rules.iter().filter(|rule| !rule.changed_by.is_empty()) {
        let file = rule.file.rsplit_once('#').map_or(rule.file.as_str(), |(file, _)| file);
        renamed.extend(rule.logic.items.iter().filter_map(|item| Some((file, item.was.as_deref()?))));
    }
    renamed
}

/// A document under examination and what was found in it.
pub(crate) struct Bench<'a> {
    file: &'a str,
    title: Option<&'a str>,
    place: Place<'a>,
    /// Fields that a pipeline has another name for, each with the file of the rule.
    renamed: &'a Renamed<'a>,
    /// Names and ids of what only feeds correlations.
    fed: &'a FxHashSet<&'a str>,
    findings: Vec<Finding>,
    /// Findings that are not told, because there are so many.
    more: usize,
}

/// Findings about one document. Each is looked for in its text, which a stranger may have made long.
const MAX_FINDINGS: usize = 1_000;

impl Bench<'_> {
    /// Says something about the place where these words stand, one within the other.
    pub(crate) fn say(&mut self, code: &'static str, path: &[&str], message: impl Into<String>) {
        let line = if self.findings.len() < MAX_FINDINGS { self.place.line(path) } else { None };
        self.say_at(code, line, message);
    }

    /// Says something about a line.
    pub(crate) fn say_at(&mut self, code: &'static str, line: Option<u32>, message: impl Into<String>) {
        if self.findings.len() >= MAX_FINDINGS {
            self.more += 1;
            return;
        }
        self.findings.push(finding(code, self.file, line, self.title, message.into()));
    }
}

fn finding(code: &'static str, file: &str, line: Option<u32>, title: Option<&str>, message: String) -> Finding {
    let (severity, remedy) = codes::of(code);
    Finding { code, severity, file: file.to_owned(), line, title: title.map(str::to_owned), message: shortened(message, MAX_MESSAGE), remedy }
}

/// Findings about rule files, by file and line. `refused` is what [`crate::RuleSet::compile_with`] said of the same
/// files, `rules` are those that it made of them.
pub fn lint(files: &[RuleFile], refused: &[Refusal], rules: &[Rule]) -> Vec<Finding> {
    let renamed = renamed(rules);
    let mut findings: Vec<Finding> = refused.iter().map(|refusal| Finding::of(refusal, files)).collect();
    let mut titles: FxHashMap<String, String> = FxHashMap::default();
    let documents: Vec<(&RuleFile, u32, &str, Node)> = files.iter().flat_map(documents).collect();
    let fed = documents.iter().flat_map(|(.., node)| feeding(node)).collect();
    for (file, first, text, node) in &documents {
        let title = scalar(node.get("title"));
        let place = Place::new(text, *first);
        let mut bench = Bench { file: &file.name, title, place, renamed: &renamed, fed: &fed, findings: Vec::new(), more: 0 };
        document(node, &mut bench);
        if let Some(title) = title {
            let key = title.trim().to_lowercase();
            match titles.get(&key) {
                Some(other) => bench.say("lint.title_duplicate", &["title:"], format!("{other} has the same title")),
                None => drop(titles.insert(key, file.name.clone())),
            }
        }
        if bench.more > 0 {
            let message = format!("{} more findings are not told", bench.more);
            let line = bench.place.line(&["title:"]);
            bench.findings.push(finding("lint.more", &file.name, line, title, message));
        }
        findings.append(&mut bench.findings);
    }
    findings.sort_by(|a, b| (&a.file, a.line, a.code, &a.message).cmp(&(&b.file, b.line, b.code, &b.message)));
    findings.dedup();
    findings
}

/// The documents of a file, each with its first line. What cannot be read was refused.
fn documents(file: &RuleFile) -> Vec<(&RuleFile, u32, &str, Node)> {
    let text = std::str::from_utf8(&file.text).unwrap_or_default();
    let documents = yaml::documents(text.strip_prefix('\u{FEFF}').unwrap_or(text)).into_iter();
    documents.filter_map(|(first, text)| Some((file, first, text, Node::parse(text).ok()?))).collect()
}

/// The names and ids of what only feeds this document, if it is a correlation.
fn feeding(node: &Node) -> Vec<&str> {
    let Some(section) = node.get("correlation") else { return Vec::new() };
    let generates = node.get("generate").or_else(|| section.get("generate"));
    match (scalar(generates), section.get("rules")) {
        (Some("true"), _) | (_, None) => Vec::new(),
        (_, Some(Node::List(names))) => names.iter().filter_map(|name| scalar(Some(name))).collect(),
        (_, one) => scalar(one).into_iter().collect(),
    }
}

fn document(node: &Node, bench: &mut Bench<'_>) {
    if !matches!(node, Node::Map(_)) || node.get("action").is_some() {
        return;
    }
    head::check(node, bench);
    if let Some(section) = node.get("correlation") {
        correlation::check(section, bench);
    }
    if let Some(section) = Section::of(node) {
        head::log_source(node, bench);
        condition::check(&section, bench);
        values::check(node, &section, bench);
    }
}

/// The part of a document that has selections: a rule's `detection`, or what a filter takes out.
struct Section<'n> {
    /// Its key, as it stands in a line.
    key: &'static str,
    node: &'n Node,
}

impl<'n> Section<'n> {
    fn of(document: &'n Node) -> Option<Section<'n>> {
        let section = |name, key| document.get(name).map(|node| Section { key, node });
        section("detection", "detection:").or_else(|| section("filter", "filter:"))
    }

    /// The selections with their names.
    fn selections(&self) -> impl Iterator<Item = (&'n str, &'n Node)> {
        let others: &[&str] = if self.key == "filter:" { &["condition", "rules"] } else { &["condition"] };
        let entries = self.node.entries().iter().map(|(name, node)| (name.as_str(), node));
        entries.filter(|(name, _)| !others.contains(name))
    }
}

/// The text of a scalar.
pub(crate) fn scalar(node: Option<&Node>) -> Option<&str> {
    match node {
        Some(Node::Scalar(text)) => Some(text),
        _ => None,
    }
}

/// A finding about a rule as a whole, for lints that need more than its text.
pub(crate) fn about(rule: &Rule, code: &'static str, near: &str, message: String) -> Finding {
    // A rule does not know on which line of its file it begins; only of a file's first document is that known.
    let (file, line) = match rule.file.rsplit_once('#') {
        Some((file, _)) => (file, None),
        None => (rule.file.as_str(), Place::new(&rule.text, 1).line(&[near])),
    };
    finding(code, file, line, Some(&rule.reference.title), message)
}

#[cfg(test)]
mod tests;
