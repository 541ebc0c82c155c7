//! From files of Sigma rules to rules that run, and a report of those that do not. One bad rule never fails the rest.

use crate::condition;
use crate::item::Vocabulary;
use crate::refusal::{Fault, LoadReport, Refusal};
use crate::rule::{Body, Logic, Rule, Selection};
use crate::yaml::{self, Node};
use model::{LogSource, Name, RuleRef, Severity};
use rsigma_parser::{Detection, Modifier, SigmaRule, Status, parse_sigma_yaml};
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

/// Bytes of a file.
const MAX_FILE: usize = 1 << 20;
/// Rules of a set.
const MAX_RULES: usize = 50_000;
/// Selections of a rule.
const MAX_SELECTIONS: usize = 256;
/// Values of a rule.
const MAX_VALUES: usize = 50_000;
/// Bytes of a name in a log source.
const MAX_NAME: usize = 128;

/// What was read.
pub(crate) struct Loaded {
    pub rules: Vec<Rule>,
    pub vocabulary: Vocabulary,
    pub report: LoadReport,
}

/// Reads rule files.
pub(crate) fn load(files: Vec<RuleFile>) -> Loaded {
    let mut loaded = Loaded { rules: Vec::new(), vocabulary: Vocabulary::default(), report: LoadReport::default() };
    let mut ids = FxHashSet::default();
    for file in files {
        let text = match text_of(&file) {
            Ok(text) => text,
            Err(fault) => {
                loaded.report.refused.push(fault.refuse(file.name, "", 1));
                continue;
            }
        };
        let documents = yaml::documents(text);
        if documents.is_empty() {
            loaded.report.refused.push(Fault::new("rule.invalid", "the file is empty").refuse(file.name.clone(), "", 1));
        }
        for (index, (first, document)) in documents.into_iter().enumerate() {
            let name = if index == 0 { file.name.clone() } else { format!("{}#{}", file.name, index + 1) };
            if let Err(refusal) = loaded.document(name, document, first, &mut ids) {
                loaded.report.refused.push(refusal);
            }
        }
    }
    loaded.report.loaded = loaded.rules.len();
    loaded
}

fn text_of(file: &RuleFile) -> Result<&str, Fault> {
    if file.text.len() > MAX_FILE {
        return Err(Fault::new("rule.too_large", format!("{} bytes", file.text.len())));
    }
    let text = std::str::from_utf8(&file.text).map_err(|error| Fault::new("rule.encoding", error.to_string()))?;
    Ok(text.strip_prefix('\u{FEFF}').unwrap_or(text))
}

impl Loaded {
    fn document(&mut self, name: String, text: &str, first: u32, ids: &mut FxHashSet<String>) -> Result<(), Refusal> {
        let admitted = if self.rules.len() < MAX_RULES {
            read(name.clone(), text, &mut self.vocabulary)
        } else {
            Err(Fault::new("rule.too_many", "the set is full"))
        };
        let rule = admitted.and_then(|rule| {
            if ids.insert(rule.reference.id.clone()) {
                return Ok(rule);
            }
            Err(Fault::new("rule.id_duplicate", format!("another rule has the id {}", rule.reference.id)).near("id:"))
        });
        self.rules.push(rule.map_err(|fault| fault.refuse(name, text, first))?);
        Ok(())
    }
}

/// One document to one rule.
fn read(name: String, text: &str, vocabulary: &mut Vocabulary) -> Result<Rule, Fault> {
    let node = Node::parse(text)?;
    check_document(&node)?;
    let detection = node.get("detection").ok_or_else(|| Fault::new("rule.invalid", "the rule has no detection"))?;
    let names = check_selections(detection)?;
    let conditions = conditions_of(detection)?;
    let mut order = Vec::new();
    let condition = condition::resolve(&conditions, &names, &mut order)?;

    let parsed = parsed(text)?;
    let log_source = log_source(&parsed)?;
    let mut logic = Logic { selections: Vec::with_capacity(order.len()), items: Vec::new(), condition };
    for index in order {
        let name = names.get(index as usize).copied().unwrap_or_default();
        let detection = parsed.detection.named.get(name).ok_or_else(|| Fault::new("rule.selection_unknown", name))?;
        let body = body(detection, &log_source, vocabulary, &mut logic).map_err(|fault| fault.near(format!("{name}:")))?;
        logic.selections.push(Selection { name: name.to_owned(), body });
    }
    let condition = match &conditions[..] {
        [one] => (*one).to_owned(),
        many => many.iter().map(|one| format!("({one})")).collect::<Vec<_>>().join(" or "),
    };
    rule_of(name, text, &node, parsed, log_source, condition, logic)
}

fn rule_of(
    file: String,
    text: &str,
    node: &Node,
    parsed: SigmaRule,
    log_source: LogSource,
    condition: String,
    logic: Logic,
) -> Result<Rule, Fault> {
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
    let digest = Sha256::digest(text.as_bytes());
    Ok(Rule {
        reference: RuleRef {
            id: parsed.id.filter(|id| !id.is_empty()).unwrap_or_else(|| file.clone()),
            version: hexadecimal(&digest[..8]),
            title: parsed.title,
            level,
            tags: parsed.tags,
        },
        description: parsed.description,
        status,
        author: parsed.author,
        references: parsed.references,
        falsepositives: parsed.falsepositives,
        log_source,
        file,
        text: text.to_owned(),
        condition,
        logic,
    })
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Kinds of documents that are no rules for single events.
fn check_document(node: &Node) -> Result<(), Fault> {
    let Node::Map(_) = node else { return Err(Fault::new("rule.invalid", "the document is not a map")) };
    for (key, code) in [
        ("correlation", "rule.correlation_unsupported"),
        ("filter", "rule.filter_unsupported"),
        ("action", "rule.collection_action_unsupported"),
    ] {
        if node.get(key).is_some() {
            return Err(Fault::new(code, format!("the document has {key}")).near(format!("{key}:")));
        }
    }
    match node.get("logsource") {
        Some(Node::Map(_)) => Ok(()),
        _ => Err(Fault::new("rule.invalid", "the rule has no logsource")),
    }
}

/// The names of the selections in their order, after a look at what the parser would take without a word.
fn check_selections(detection: &Node) -> Result<Vec<&str>, Fault> {
    if detection.get("timeframe").is_some() {
        return Err(Fault::new("rule.deprecated_aggregation", "a timeframe without a correlation").near("timeframe:"));
    }
    let mut names = Vec::new();
    let mut values = 0;
    for (name, node) in detection.entries() {
        if name != "condition" {
            check_selection(node, &mut values).map_err(|fault| fault.near(format!("{name}:")))?;
            names.push(name.as_str());
        }
    }
    if names.len() > MAX_SELECTIONS {
        return Err(Fault::new("rule.too_many_selections", format!("{} selections", names.len())).near("detection:"));
    }
    if values > MAX_VALUES {
        return Err(Fault::new("rule.too_many_values", format!("{values} values")).near("detection:"));
    }
    Ok(names)
}

fn check_selection(node: &Node, values: &mut usize) -> Result<(), Fault> {
    match node {
        Node::Null => Err(Fault::new("rule.selection_empty", "an empty selection")),
        Node::Scalar(_) => {
            *values += 1;
            Ok(())
        }
        Node::List(parts) if parts.is_empty() => Err(Fault::new("rule.selection_empty", "an empty selection")),
        Node::List(parts) => parts.iter().try_for_each(|part| check_selection(part, values)),
        Node::Map(entries) if entries.is_empty() => Err(Fault::new("rule.selection_empty", "an empty selection")),
        Node::Map(entries) => entries.iter().try_for_each(|(key, value)| {
            let count = check_field(key, value).map_err(|fault| fault.near(key.as_str()))?;
            *values += count;
            Ok(())
        }),
    }
}

/// A field and its values; gives back how many there are.
fn check_field(key: &str, value: &Node) -> Result<usize, Fault> {
    for modifier in key.split('|').skip(1) {
        if modifier.parse::<Modifier>().is_err() {
            return Err(Fault::new("rule.modifier_unknown", format!("unknown modifier {modifier}")).near(format!("|{modifier}")));
        }
    }
    match value {
        Node::Null | Node::Scalar(_) => Ok(1),
        Node::List(values) if values.is_empty() => Err(Fault::new("rule.selection_empty", "a field with an empty list")),
        Node::List(values) if values.iter().all(|value| matches!(value, Node::Null | Node::Scalar(_))) => Ok(values.len()),
        Node::List(_) | Node::Map(_) if key.contains('[') => Err(array_matching()),
        Node::List(_) | Node::Map(_) => Err(Fault::new("rule.value_nested", format!("{key} has a map or a list within a list"))),
    }
}

fn array_matching() -> Fault {
    Fault::new("rule.array_matching_unsupported", "the rule quantifies over the members of an array")
}

fn conditions_of(detection: &Node) -> Result<Vec<&str>, Fault> {
    let fault = || Fault::new("rule.condition", "the condition is not a text or a list of texts").near("condition:");
    let text = |node: &'_ Node| matches!(node, Node::Scalar(_));
    match detection.get("condition") {
        Some(Node::Scalar(condition)) => Ok(vec![condition]),
        Some(Node::List(conditions)) if conditions.iter().all(text) => Ok(conditions
            .iter()
            .filter_map(|node| if let Node::Scalar(condition) = node { Some(condition.as_str()) } else { None })
            .collect()),
        Some(_) => Err(fault()),
        None => Err(Fault::new("rule.condition", "the rule has no condition").near("detection:")),
    }
}

/// The rule as `rsigma-parser` reads it.
fn parsed(text: &str) -> Result<SigmaRule, Fault> {
    let mut collection = parse_sigma_yaml(text).map_err(|error| Fault::new("rule.invalid", error.to_string()))?;
    // Its remaining remarks (an unknown status, a malformed `related`) do not change what a rule matches.
    collection
        .rules
        .pop()
        .ok_or_else(|| Fault::new("rule.invalid", collection.errors.pop().unwrap_or_else(|| "no rule".to_owned())))
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

fn body(detection: &Detection, source: &LogSource, vocabulary: &mut Vocabulary, logic: &mut Logic) -> Result<Body, Fault> {
    let keep = |logic: &mut Logic, item| {
        logic.items.push(item);
        // Bounded by MAX_VALUES.
        Body::Item(logic.items.len() as u32 - 1)
    };
    match detection {
        Detection::AllOf(items) => {
            let mut parts = Vec::with_capacity(items.len());
            for item in items {
                let item = vocabulary.item(source, item)?;
                parts.push(keep(logic, item));
            }
            Ok(Body::All(parts))
        }
        Detection::AnyOf(parts) => {
            Ok(Body::Any(parts.iter().map(|part| body(part, source, vocabulary, logic)).collect::<Result<_, _>>()?))
        }
        Detection::Keywords(values) => {
            let item = vocabulary.keywords(source, values)?;
            Ok(keep(logic, item))
        }
        Detection::And(_) | Detection::ArrayMatch { .. } | Detection::Conditional { .. } => Err(array_matching()),
    }
}
