//! What the documents of rules say, each for itself. Reading YAML is most of what loading a rule set takes, and one document
//! asks nothing of another: several threads read it. Everything that names, counts or refers comes after, in order.

use super::draft::{Draft, Part};
use super::load::Document;
use super::outline::Outline;
use super::yaml::Node;
use crate::refusal::Fault;
use rsigma_parser::{Detections, SigmaRule, parse_sigma_yaml};
use std::collections::{HashMap, VecDeque};
use std::thread;

/// Documents that a thread reads; what they say takes more room than the rules that come of them.
const PART: usize = 64;
/// Threads, at most.
const MAX_THREADS: usize = 8;

/// What one document is.
pub(super) enum Said {
    /// A rule, before filters and pipelines.
    Rule(Node, Box<Draft>),
    /// A correlation, which is read by itself.
    Correlation(Node),
}

/// Hands out what each of these documents says, in their order, while others are still being read.
pub(super) fn each(documents: &[Document], mut take: impl FnMut(&Document, Result<Said, Fault>)) {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS);
    if threads < 2 || documents.len() <= PART {
        return documents.iter().for_each(|document| take(document, one(document)));
    }
    let read = |part: &[Document]| part.iter().map(one).collect::<Vec<_>>();
    thread::scope(|scope| {
        let begun = |part| (part, thread::Builder::new().spawn_scoped(scope, move || read(part)).ok());
        let mut parts = documents.chunks(PART);
        let mut under_way: VecDeque<_> = parts.by_ref().take(threads).map(begun).collect();
        while let Some((part, thread)) = under_way.pop_front() {
            let said = match thread {
                Some(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                // Where no thread is to be had this one does it.
                None => read(part),
            };
            under_way.extend(parts.next().map(begun));
            part.iter().zip(said).for_each(|(document, said)| take(document, said));
        }
    });
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
