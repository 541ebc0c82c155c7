//! What the documents of rules say, each for itself. Reading YAML is most of what loading a rule set takes, and one document
//! asks nothing of another: several threads read it. Everything that names, counts or refers comes after, in order.

use super::draft::{Draft, Part};
use super::load::Document;
use super::outline::Outline;
use super::yaml::Node;
use crate::refusal::Fault;
use rsigma_parser::{Detections, SigmaRule, parse_sigma_yaml};
use std::collections::HashMap;
use std::thread;

/// With fewer documents than this a thread is not worth its start.
const FEW: usize = 64;
/// Threads, at most.
const MAX_THREADS: usize = 8;

/// What one document is.
pub(super) enum Said {
    /// A rule, before filters and pipelines.
    Rule(Node, Box<Draft>),
    /// A correlation, which is read by itself.
    Correlation(Node),
}

/// What each of these documents says, in their order.
pub(super) fn all(documents: &[Document]) -> Vec<Result<Said, Fault>> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS);
    if threads < 2 || documents.len() < FEW {
        return documents.iter().map(one).collect();
    }
    thread::scope(|scope| {
        let read = |part: &[Document]| part.iter().map(one).collect::<Vec<_>>();
        let parts: Vec<_> = documents
            .chunks(documents.len().div_ceil(threads))
            .map(|part| (part, thread::Builder::new().spawn_scoped(scope, move || read(part)).ok()))
            .collect();
        let said = parts.into_iter().flat_map(|(part, thread)| match thread {
            Some(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            // Where no thread is to be had this one does it.
            None => read(part),
        });
        said.collect()
    })
}

fn one(document: &Document) -> Result<Said, Fault> {
    let node = Node::parse(&document.text)?;
    if node.get("correlation").is_some() {
        return Ok(Said::Correlation(node));
    }
    check_kind(&node)?;
    let detection = node.get("detection").ok_or_else(|| Fault::new("rule.invalid", "the rule has no detection"))?;
    // Before the parser, which recurses on what is bounded here.
    let outline = Outline::of(detection, &[])?;
    let mut rule = parsed(&document.text)?;
    let part = Part::new(outline, std::mem::replace(&mut rule.detection, nothing()))?;
    let draft = Draft { rule, parts: vec![part], influences: Vec::new(), changed_by: Vec::new() };
    Ok(Said::Rule(node, Box::new(draft)))
}

fn nothing() -> Detections {
    Detections { named: HashMap::new(), conditions: Vec::new(), condition_strings: Vec::new(), timeframe: None }
}

/// Kinds of documents that are no rules for single events.
fn check_kind(node: &Node) -> Result<(), Fault> {
    let Node::Map(_) = node else { return Err(Fault::new("rule.invalid", "the document is not a map")) };
    match node.get("logsource") {
        Some(Node::Map(_)) => Ok(()),
        _ => Err(Fault::new("rule.invalid", "the rule has no logsource")),
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
