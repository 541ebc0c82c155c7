//! The outline of a `detection` section: its selections' names and its condition, after a look at everything that the
//! parser would take without a word.

use crate::read::condition;
use crate::refusal::Fault;
use crate::rule::Expr;
use crate::read::yaml::Node;
use rsigma_parser::Modifier;

/// Selections of a rule.
pub(crate) const MAX_SELECTIONS: usize = 256;
/// Values of a rule.
const MAX_VALUES: usize = 50_000;

/// What a `detection` (or a `filter`) says, without the selections' bodies.
#[derive(Clone, Debug)]
pub(crate) struct Outline {
    /// The selections in their order.
    pub names: Vec<String>,
    /// The condition; several are joined by `or`.
    pub written: String,
    /// The condition over the selections of `order`.
    pub condition: Expr,
    /// The indexes of the selections in the order of their first appearance in the condition.
    pub order: Vec<u32>,
}

impl Outline {
    /// Reads a section; keys of `besides` are no selections.
    pub(crate) fn of(section: &Node, besides: &[&str]) -> Result<Outline, Fault> {
        let names = selections(section, besides)?;
        let conditions = conditions(section)?;
        let mut order = Vec::new();
        let condition = condition::resolve(&conditions, &names, &mut order)?;
        let written = match &conditions[..] {
            [one] => (*one).to_owned(),
            many => many.iter().map(|one| format!("({one})")).collect::<Vec<_>>().join(" or "),
        };
        Ok(Outline { names: names.into_iter().map(str::to_owned).collect(), written, condition, order })
    }
}

fn selections<'n>(section: &'n Node, besides: &[&str]) -> Result<Vec<&'n str>, Fault> {
    if section.get("timeframe").is_some() {
        return Err(Fault::new("rule.deprecated_aggregation", "a timeframe without a correlation").near("timeframe:"));
    }
    let mut names = Vec::new();
    let mut values = 0;
    for (name, node) in section.entries() {
        if name != "condition" && !besides.contains(&name.as_str()) {
            selection(node, &mut values).map_err(|fault| fault.near(format!("{name}:")))?;
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

fn selection(node: &Node, values: &mut usize) -> Result<(), Fault> {
    match node {
        Node::Null => Err(Fault::new("rule.selection_empty", "an empty selection")),
        Node::Scalar(_) => {
            *values += 1;
            Ok(())
        }
        Node::List(parts) if parts.is_empty() => Err(Fault::new("rule.selection_empty", "an empty selection")),
        Node::List(parts) => parts.iter().try_for_each(|part| selection(part, values)),
        Node::Map(entries) if entries.is_empty() => Err(Fault::new("rule.selection_empty", "an empty selection")),
        Node::Map(entries) => entries.iter().try_for_each(|(key, value)| {
            let count = field(key, value).map_err(|fault| fault.near(key.as_str()))?;
            *values += count;
            Ok(())
        }),
    }
}

/// A field and its values; gives back how many there are.
fn field(key: &str, value: &Node) -> Result<usize, Fault> {
    for modifier in key.split('|').skip(1) {
        if modifier.parse::<Modifier>().is_err() {
            return Err(Fault::new("rule.modifier_unknown", format!("unknown modifier {modifier}"))
                .near(format!("|{modifier}")));
        }
    }
    match value {
        Node::Null | Node::Scalar(_) => Ok(1),
        Node::List(values) if values.is_empty() => {
            Err(Fault::new("rule.selection_empty", "a field with an empty list"))
        }
        Node::List(values) if values.iter().all(|value| matches!(value, Node::Null | Node::Scalar(_))) => {
            Ok(values.len())
        }
        Node::List(_) | Node::Map(_) if key.contains('[') => Err(array_matching()),
        Node::List(_) | Node::Map(_) => {
            Err(Fault::new("rule.value_nested", format!("{key} has a map or a list within a list")))
        }
    }
}

pub(crate) fn array_matching() -> Fault {
    Fault::new("rule.array_matching_unsupported", "the rule quantifies over the members of an array")
}

fn conditions(section: &Node) -> Result<Vec<&str>, Fault> {
    let fault = || Fault::new("rule.condition", "the condition is not a text or a list of texts").near("condition:");
    let text = |node: &'_ Node| matches!(node, Node::Scalar(_));
    match section.get("condition") {
        Some(Node::Scalar(condition)) => Ok(vec![condition]),
        Some(Node::List(conditions)) if conditions.iter().all(text) => Ok(conditions
            .iter()
            .filter_map(|node| if let Node::Scalar(condition) = node { Some(condition.as_str()) } else { None })
            .collect()),
        Some(_) => Err(fault()),
        None => Err(Fault::new("rule.condition", "the rule has no condition").near("detection:")),
    }
}
