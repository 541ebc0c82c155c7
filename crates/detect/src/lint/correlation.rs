//! Correlations that run and still do not do what their author meant.

use super::{Bench, scalar};
use crate::read::yaml::Node;

pub(super) fn check(section: &Node, bench: &mut Bench<'_>) {
    let Some(condition @ Node::Map(_)) = section.get("condition") else { return };
    let compares = |words: &[&str]| condition.entries().iter().any(|(key, _)| words.contains(&key.as_str()));
    let counts = matches!(scalar(section.get("type")), Some("event_count" | "value_count"));
    if counts && compares(&["lt", "lte", "neq"]) && !compares(&["gt", "gte", "eq"]) {
        bench.say("lint.correlation_upper_bound", &["correlation:", "condition:"], "the condition holds with the first event of a group");
    }
}
