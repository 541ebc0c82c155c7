//! What a document that is no rule for single events says of itself: title, id, level, tags, …

use crate::read::load::{Document, hexadecimal};
use crate::read::yaml::Node;
use crate::refusal::Fault;
use crate::rule::{Ads, Expr, Logic, Rule};
use model::{LogSource, RuleRef, Severity};
use sha2::{Digest, Sha256};

/// The head of a document as a rule that looks at no event. Its version is that of its text alone.
pub(crate) fn of(document: &Document, node: &Node) -> Result<Rule, Fault> {
    let title = text(node, "title").ok_or_else(|| Fault::new("rule.invalid", "the rule has no title"))?;
    let level = match node.get("level") {
        // As of any rule: nobody said that it is not to be looked at.
        None | Some(Node::Null) => Severity::Medium,
        Some(Node::Scalar(word)) => Severity::parse(word).ok_or_else(unknown_level)?,
        Some(_) => return Err(unknown_level()),
    };
    let status = text(node, "status");
    if status.as_deref() == Some("unsupported") {
        return Err(Fault::new("rule.status_unsupported", "the status is unsupported").near("status:"));
    }
    Ok(Rule {
        reference: RuleRef {
            id: text(node, "id").unwrap_or_else(|| document.name.clone()),
            version: version([document.text.as_str()].into_iter()),
            title,
            level,
            tags: texts(node, "tags"),
        },
        name: text(node, "name"),
        description: text(node, "description"),
        status,
        author: text(node, "author"),
        references: texts(node, "references"),
        falsepositives: texts(node, "falsepositives"),
        ads: Ads::of(node),
        log_source: LogSource::default(),
        file: document.name.clone(),
        text: document.text.clone(),
        condition: String::new(),
        changed_by: Vec::new(),
        logic: Logic { selections: Vec::new(), items: Vec::new(), condition: Expr::Any(Vec::new()) },
    })
}

/// 16 hexadecimal digits over texts.
pub(crate) fn version<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let mut digest = Sha256::new();
    for text in texts {
        digest.update(text.as_bytes());
        digest.update([0]);
    }
    hexadecimal(&digest.finalize()[..8])
}

fn unknown_level() -> Fault {
    Fault::new("rule.level_unknown", "an unknown level").near("level:")
}

/// The text of a key; none where it is empty or no text.
pub(crate) fn text(node: &Node, key: &str) -> Option<String> {
    match node.get(key) {
        Some(Node::Scalar(text)) if !text.trim().is_empty() => Some(text.clone()),
        _ => None,
    }
}

fn texts(node: &Node, key: &str) -> Vec<String> {
    match node.get(key) {
        Some(Node::Scalar(text)) => vec![text.clone()],
        Some(Node::List(nodes)) => {
            let texts = nodes.iter().filter_map(|node| if let Node::Scalar(text) = node { Some(text.clone()) } else { None });
            texts.collect()
        }
        _ => Vec::new(),
    }
}
