//! YAML from strangers: an ordered tree, built within a budget of depth, nodes, aliases and anchors; duplicate keys,
//! merge keys and custom tags are faults.

use crate::refusal::Fault;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, MergeKeyPolicy, Options};

/// A document as it is written: maps keep their order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Null,
    /// Any other scalar, as text.
    Scalar(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

/// Levels of lists and maps in a rule.
const MAX_DEPTH: usize = 32;
/// Scalars, lists and maps in a rule.
const MAX_NODES: usize = 120_000;

impl Node {
    /// The tree of one document.
    pub(crate) fn parse(text: &str) -> Result<Node, Fault> {
        parse(text)
    }

    /// The value of a key of a map.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    /// The entries of a map; none for anything else.
    pub(crate) fn entries(&self) -> &[(String, Node)] {
        match self {
            Node::Map(entries) => entries,
            _ => &[],
        }
    }
}

/// The same document with the types of its scalars, in no order.
pub(crate) fn typed(text: &str) -> Result<serde_json::Value, Fault> {
    parse(text)
}

/// One document as whatever it is read into, within the same budget.
pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    serde_saphyr::from_str_with_options(text, options()).map_err(fault)
}

fn fault(error: serde_saphyr::Error) -> Fault {
    let line = error.location().and_then(|place| u32::try_from(place.line()).ok()).filter(|line| *line > 0);
    Fault::new("rule.yaml", error.to_string().lines().next().unwrap_or_default()).at(line)
}

fn options() -> Options {
    let mut options = Options::default();
    options.duplicate_keys = DuplicateKeyPolicy::Error;
    options.merge_keys = MergeKeyPolicy::Error;
    options.reject_unsupported_tags = true;
    // YAML 1.2: `y`, `no`, `0123` and `1_000` are texts, as the rule's author sees them.
    options.strict_booleans = true;
    options.leading_zero_numbers_as_strings = true;
    options.underscored_numbers_as_strings = true;
    options.alias_limits.max_total_replayed_events = 4_096;
    options.alias_limits.max_replay_stack_depth = 4;
    if let Some(budget) = &mut options.budget {
        budget.max_depth = MAX_DEPTH;
        budget.max_nodes = MAX_NODES;
        budget.max_events = 4 * MAX_NODES;
        budget.max_aliases = 256;
        budget.max_anchors = 256;
        budget.max_documents = 2;
    }
    options
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a YAML value")
    }
    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }
    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        Node::deserialize(deserializer)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string()))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string()))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string()))
    }
    fn visit_i128<E>(self, value: i128) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string()))
    }
    fn visit_u128<E>(self, value: u128) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string()))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string()))
    }
    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_owned()))
    }
    fn visit_string<E>(self, value: String) -> Result<Node, E> {
        Ok(Node::Scalar(value))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some((key, value)) = map.next_entry::<Node, Node>()? {
            let key = match key {
                Node::Scalar(key) => key,
                Node::Null => "null".to_owned(),
                Node::List(_) | Node::Map(_) => return Err(serde::de::Error::custom("a key must be a word")),
            };
            entries.push((key, value));
        }
        Ok(Node::Map(entries))
    }
}

/// The documents of a file, each with the line (from 1) on which it begins. In YAML a line that begins with `---` or
/// `...` is a boundary wherever it stands.
pub(crate) fn documents(text: &str) -> Vec<(u32, &str)> {
    let mut documents = Vec::new();
    let (mut start, mut first, mut at, mut line) = (0, 1u32, 0, 0u32);
    let is_boundary = |line: &str| {
        let rest = line.strip_prefix("---").or_else(|| line.strip_prefix("..."));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
    };
    for row in text.split_inclusive('\n') {
        line += 1;
        if is_boundary(row) {
            documents.push((first, text.get(start..at).unwrap_or_default()));
            // What follows `---` on its line belongs to the document, as does the marker for the line count.
            (start, first) = (at + row.len(), line + 1);
            if row.trim_end().len() > 3 && row.starts_with("---") {
                (start, first) = (at + 3, line);
            }
        }
        at += row.len();
    }
    documents.push((first, text.get(start..).unwrap_or_default()));
    let is_blank = |text: &str| {
        text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#') || line.starts_with('%'))
    };
    documents.retain(|(_, text)| !is_blank(text));
    documents
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_know_their_lines() {
        assert_eq!(documents("a: 1\n---\nb: |\n  --- no\n"), [(1, "a: 1\n"), (3, "b: |\n  --- no\n")]);
        assert_eq!(documents("---\n# only\n---\nb: 2\n...\n"), [(4, "b: 2\n")]);
        assert_eq!(documents("--- {a: 1}"), [(1, " {a: 1}")]);
    }

    #[test]
    fn hostile_yaml_is_refused() {
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d,*d]\n";
        for text in [
            bomb,
            "a: 1\na: 2\n",
            "a: !exec x\n",
            "b: &b {x: 1}\na:\n  <<: *b\n",
            "a: [",
            &format!("a: {}1{}", "[".repeat(5_000), "]".repeat(5_000)),
        ] {
            assert_eq!(Node::parse(text).unwrap_err().code, "rule.yaml", "{text:.80}");
        }
        assert_eq!(Node::parse("ok: 1\n\nbad: 1\nbad: 2\n").unwrap_err().line, Some(4));
    }

    #[test]
    fn types_are_those_of_yaml_1_2() {
        let typed = typed("[y, no, On, true, 7, '7', 0123, 1_0, 1.5, ~, 2025-08-02]").unwrap();
        assert_eq!(typed, serde_json::json!(["y", "no", "On", true, 7, "7", "0123", "1_0", 1.5, null, "2025-08-02"]));
    }

    #[test]
    fn order_is_kept() {
        let node = Node::parse("z: [1, two, ~]\na: {m: true}\n").unwrap();
        assert_eq!(node.entries().iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["z", "a"]);
        assert_eq!(
            node.get("z"),
            Some(&Node::List(vec![Node::Scalar("1".into()), Node::Scalar("two".into()), Node::Null]))
        );
    }
}
