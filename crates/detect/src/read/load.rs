//! From files of Sigma rules to rules that run, and a report of those that do not. One bad rule never fails the rest.

use crate::correlate::{self, Book, Known};
use crate::pipeline::{Passed, Pipelines};
use crate::read::collection;
use crate::read::draft::Draft;
use crate::read::filters::Filters;
use crate::rule::item::Vocabulary;
use crate::read::placeholder::{Lookup, Placeholders};
use crate::read::said::{self, Said};
use crate::refusal::{Fault, LoadReport, Refusal};
use crate::rule::Rule;
use crate::read::yaml::{self, Node};
use model::{LogSource, Name, RuleRef, Severity};
use rsigma_parser::{SigmaRule, Status};
use rustc_hash::FxHashSet;
use sha2::{Digest, Sha256};

/// A file of rules, as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFile {
    /// Its name, as the report shall give it.
    pub name: String,
    /// Its bytes.
    pub text: Vec<u8>,
}

/// What rules are compiled for, besides their text.
#[derive(Clone, Debug, Default)]
pub struct Setting {
    /// The lists that placeholders name.
    pub placeholders: Placeholders,
    /// What brings rules of another naming to this one's.
    pub pipelines: Pipelines,
    /// Ids of rules that are read, so that nothing else takes their place, and do not run.
    pub without: FxHashSet<String>,
}

/// Bytes of a file.
const MAX_FILE: usize = 1 << 20;
/// Rules of a set.
const MAX_RULES: usize = 50_000;
/// Correlations of a set.
const MAX_CORRELATIONS: usize = 5_000;
/// Bytes of a name in a log source.
const MAX_NAME: usize = 128;

/// One document of a file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Document {
    /// The file; `name#2` for its second document.
    pub name: String,
    pub text: String,
    /// The line of the file on which it begins, from 1.
    pub first: u32,
    /// What stands in the file, where the text was written out from several documents.
    original: Option<String>,
}

impl Document {
    pub(crate) fn written_out(self, text: String) -> Document {
        if text == self.text {
            return self;
        }
        Document { original: Some(self.text), text, ..self }
    }

    pub(crate) fn refuse(&self, fault: Fault) -> Refusal {
        fault.refuse(self.name.clone(), self.original.as_ref().unwrap_or(&self.text), self.first)
    }

    /// Whether a line of it may begin with this key at the outermost level.
    fn may_have(&self, key: &str) -> bool {
        let bare = |line: &str| line.trim_start_matches(['"', '\'']).starts_with(key);
        let content = self.text.lines().find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
        // Written as JSON or indented as a whole it may stand anywhere.
        let unusual = content.is_some_and(|line| line.starts_with([' ', '{', '?']));
        if unusual { self.text.contains(key) } else { self.text.lines().any(bare) }
    }

    /// Its tree, if it has this key at the outermost level.
    fn with(&self, key: &str) -> Option<Node> {
        let node = if self.may_have(key) { Node::parse(&self.text).ok() } else { None };
        node.filter(|node| node.get(key).is_some())
    }
}

/// What was read.
#[derive(Default)]
pub(crate) struct Loaded {
    pub rules: Vec<Rule>,
    pub vocabulary: Vocabulary,
    pub book: Book,
    pub report: LoadReport,
    /// Correlations wait until every rule that they may name is read.
    waiting: Vec<(Document, correlate::Draft)>,
    known: Known,
}

/// What documents are read with, and what is known of those before.
struct Reading<'s> {
    setting: &'s Setting,
    filters: Filters,
    ids: FxHashSet<String>,
    passed: Passed<'s>,
    /// Whether there may be a correlation, which names fields of rules.
    heard: bool,
}

impl Reading<'_> {
    fn unique(&mut self, id: &String) -> Result<(), Fault> {
        if self.ids.insert(id.clone()) {
            return Ok(());
        }
        Err(Fault::new("rule.id_duplicate", format!("another rule has the id {id}")).near("id:"))
    }
}

/// Reads rule files.
pub(crate) fn load(files: Vec<RuleFile>, setting: &Setting) -> Loaded {
    let mut loaded = Loaded::default();
    let mut filters = Filters::default();
    let mut documents = Vec::new();
    for file in files {
        for document in split(file) {
            let taken = match document {
                Ok(document) => match document.with("filter") {
                    Some(node) => filters.add(document, &node),
                    None => {
                        documents.push(document);
                        Ok(())
                    }
                },
                Err(refusal) => Err(refusal),
            };
            loaded.report.refused.extend(taken.err());
        }
    }
    let heard = documents.iter().any(|document| document.may_have("correlation"));
    let mut reading = Reading { setting, filters, ids: FxHashSet::default(), passed: Passed::new(&setting.pipelines), heard };
    said::each(&documents, |document, said| {
        if let Err(fault) = said.and_then(|said| loaded.document(document, said, &mut reading)) {
            loaded.known.refuse(&document.text, &document.name);
            loaded.report.refused.push(document.refuse(fault));
        }
    });
    // Before anything refers to a rule by its place.
    let (rules, known, off) = (&mut loaded.rules, &mut loaded.known, |rule: &Rule| setting.without.contains(&rule.reference.id));
    rules.iter().filter(|rule| off(rule)).for_each(|rule| known.switched_off(rule));
    rules.retain(|rule| !off(rule));
    for (_, draft) in loaded.waiting.extract_if(.., |(_, draft)| off(&draft.rule)) {
        known.correlation_switched_off(draft);
    }
    loaded.report.refused.extend(reading.filters.idle());
    let refused = loaded.correlate(&reading.passed);
    loaded.report.refused.extend(refused);
    loaded.report.loaded = loaded.rules.len() + loaded.book.list.len();
    loaded
}

/// The documents of a file, with those of a collection written out.
fn split(file: RuleFile) -> Vec<Result<Document, Refusal>> {
    let text = match text_of(&file) {
        Ok(text) => text,
        Err(fault) => return vec![Err(fault.refuse(file.name, "", 1))],
    };
    let documents = yaml::documents(text).into_iter().enumerate().map(|(index, (first, text))| {
        let name = if index == 0 { file.name.clone() } else { format!("{}#{}", file.name, index + 1) };
        Document { name, text: text.to_owned(), first, original: None }
    });
    let documents: Vec<Document> = documents.collect();
    if documents.is_empty() {
        return vec![Err(Fault::new("rule.invalid", "the file is empty").refuse(file.name.clone(), "", 1))];
    }
    if documents.iter().any(|document| document.with("action").is_some()) {
        return collection::written_out(documents);
    }
    documents.into_iter().map(Ok).collect()
}

fn text_of(file: &RuleFile) -> Result<&str, Fault> {
    if file.text.len() > MAX_FILE {
        return Err(Fault::new("rule.too_large", format!("{} bytes", file.text.len())));
    }
    let text = std::str::from_utf8(&file.text).map_err(|error| Fault::new("rule.encoding", error.to_string()))?;
    Ok(text.strip_prefix('\u{FEFF}').unwrap_or(text))
}

impl Loaded {
    fn document(&mut self, document: &Document, said: Said, reading: &mut Reading<'_>) -> Result<(), Fault> {
        if self.rules.len() >= MAX_RULES || self.waiting.len() >= MAX_CORRELATIONS {
            return Err(Fault::new("rule.too_many", "the set is full"));
        }
        let (node, draft) = match said {
            Said::Rule(node, draft) => (node, draft),
            Said::Correlation(node) => {
                let draft = correlate::read(document, &node)?;
                reading.unique(&draft.rule.reference.id)?;
                self.waiting.push((document.clone(), draft));
                return Ok(());
            }
        };
        let mut draft = *draft;
        reading.filters.apply(&mut draft);
        let renaming = reading.setting.pipelines.apply(&node, &mut draft, reading.heard)?;
        let rule = rule_of(document, &node, draft, reading.setting, &mut self.vocabulary)?;
        reading.unique(&rule.reference.id)?;
        reading.passed.note(&rule, renaming);
        self.rules.push(rule);
        Ok(())
    }

    /// Ties the correlations to what they name; gives back those that cannot be.
    fn correlate(&mut self, passed: &Passed<'_>) -> Vec<Refusal> {
        let (documents, drafts) = std::mem::take(&mut self.waiting).into_iter().unzip::<_, _, Vec<_>, Vec<_>>();
        let (book, faults) = correlate::resolve(drafts, &self.rules, &self.known, passed);
        self.book = book;
        faults.into_iter().filter_map(|(index, fault)| Some(documents.get(index)?.refuse(fault))).collect()
    }
}

fn rule_of(document: &Document, node: &Node, draft: Draft, setting: &Setting, vocabulary: &mut Vocabulary) -> Result<Rule, Fault> {
    let log_source = log_source(&draft.rule)?;
    let mut used = Lookup::new(&setting.placeholders);
    let (logic, condition) = draft.logic(&log_source, &mut used, vocabulary)?;
    let Draft { rule: parsed, influences, changed_by, .. } = draft;
    let level = match (node.get("level"), parsed.level) {
        (_, Some(level)) => Severity::parse(level.as_str()),
        // The specification leaves the level free and gives no default. `informational` would mean "no alert", which
        // the author did not say; `medium` means that somebody looks.
        (None | Some(Node::Null), None) => Some(Severity::Medium),
        (Some(_), None) => None,
    };
    let level = level.ok_or_else(|| Fault::new("rule.level_unknown", "an unknown level").near("level:"))?;
    if parsed.status == Some(Status::Unsupported) {
        return Err(Fault::new("rule.status_unsupported", "the status is unsupported").near("status:"));
    }
    let status = match node.get("status") {
        Some(Node::Scalar(status)) => Some(status.clone()),
        _ => None,
    };
    // The version is that of the meaning: of the text and of whatever else decides what it matches.
    let mut digest = Sha256::new();
    digest.update(document.text.as_bytes());
    for influence in influences.into_iter().chain(used.influences()) {
        digest.update([0]);
        digest.update(influence.as_bytes());
    }
    let digest = digest.finalize();
    Ok(Rule {
        reference: RuleRef {
            id: parsed.id.filter(|id| !id.is_empty()).unwrap_or_else(|| document.name.clone()),
            version: hexadecimal(&digest[..8]),
            title: parsed.title,
            level,
            tags: parsed.tags,
        },
        name: parsed.name,
        description: parsed.description,
        status,
        author: parsed.author,
        references: parsed.references,
        falsepositives: parsed.falsepositives,
        ads: crate::rule::Ads::of(node),
        log_source,
        file: document.name.clone(),
        text: document.text.clone(),
        condition,
        changed_by,
        logic,
    })
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn log_source(rule: &SigmaRule) -> Result<LogSource, Fault> {
    let name = |part: &Option<String>| -> Result<Name, Fault> {
        let text = part.as_deref().unwrap_or_default().trim().to_lowercase();
        let name = if text.len() > MAX_NAME { Name::NONE } else { Name::of(&text) };
        // A name that cannot be held would make the rule look at every event.
        if name.is_none() != text.is_empty() {
            return Err(Fault::new("rule.invalid", "a name in the logsource is too long or one too many").near("logsource:"));
        }
        Ok(name)
    };
    let source = &rule.logsource;
    Ok(LogSource::new(name(&source.product)?, name(&source.service)?).with_category(name(&source.category)?))
}
