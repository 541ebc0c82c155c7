//! A correlation document, taken apart. What is not understood is refused: nothing is passed over, because a condition
//! that is dropped without a word is a rule that fires on everything or on nothing.

use super::{Ask, Bound, Kind};
use crate::read::condition;
use crate::read::head;
use crate::read::load::Document;
use crate::read::yaml::Node;
use crate::refusal::Fault;
use crate::rule::{Expr, Rule};
use std::time::Duration;

/// Rules that one correlation may name.
const MAX_SOURCES: usize = 64;
/// Fields that it may group by, and fields of its condition.
const MAX_FIELDS: usize = 16;
/// Aliases that it may define.
const MAX_ALIASES: usize = 64;
/// Bytes of a field's or a rule's name.
const MAX_NAME: usize = 256;
/// The longest timespan: what is further apart is a question for a search.
const MAX_TIMESPAN: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// What a count may ask for; the state of one group must be able to hold it.
const MAX_COUNT: f64 = 10_000.0;
/// The same of different values.
const MAX_VALUES: f64 = 2_000.0;

/// The keys of the section.
const KEYS: [&str; 7] = ["type", "rules", "group-by", "timespan", "condition", "aliases", "generate"];

/// Alias → rule → field.
type Aliases = Vec<(String, Vec<(String, String)>)>;

/// A correlation whose rules are names still.
#[derive(Debug)]
pub(crate) struct Draft {
    pub rule: Rule,
    pub kind: Kind,
    pub ask: Ask,
    pub sources: Vec<String>,
    pub group_by: Vec<String>,
    /// The fields of the condition; several are one value together.
    pub fields: Vec<String>,
    pub timespan: Duration,
    pub aliases: Aliases,
    pub generate: bool,
}

/// Reads a document that has a `correlation`.
pub(crate) fn read(document: &Document, node: &Node) -> Result<Draft, Fault> {
    let Some(section @ Node::Map(_)) = node.get("correlation") else {
        return Err(invalid("`correlation` is not a map").near("correlation:"));
    };
    for other in ["detection", "logsource", "filter"] {
        if node.get(other).is_some() {
            return Err(invalid(format!("a correlation has no {other}")).near(format!("{other}:")));
        }
    }
    if let Some((key, _)) = section.entries().iter().find(|(key, _)| !KEYS.contains(&key.as_str())) {
        return Err(Fault::new("rule.correlation_key", format!("`{key}` is no part of a correlation")).near(format!("{key}:")));
    }
    let sources = texts(section, "rules", MAX_SOURCES)?.ok_or_else(|| invalid("it names no `rules`").near("correlation:"))?;
    let group_by = texts(section, "group-by", MAX_FIELDS)?.ok_or_else(|| {
        Fault::new("rule.correlation_group_by", "it has no `group-by`").near("correlation:")
    })?;
    let (kind, ask, fields) = asked(section, &sources)?;
    let mut rule = head::of(document, node)?;
    rule.condition = in_words(section, kind);
    Ok(Draft {
        rule,
        kind,
        ask,
        timespan: timespan(section)?,
        aliases: aliases(section)?,
        generate: generate(node, section)?,
        sources,
        group_by,
        fields,
    })
}

fn invalid(message: impl Into<String>) -> Fault {
    Fault::new("rule.correlation", message)
}

fn scalar<'n>(section: &'n Node, key: &str) -> Result<Option<&'n str>, Fault> {
    match section.get(key) {
        None => Ok(None),
        Some(Node::Scalar(text)) if !text.trim().is_empty() => Ok(Some(text.trim())),
        Some(_) => Err(invalid(format!("`{key}` is not a word")).near(format!("{key}:"))),
    }
}

/// A text or a list of texts, each once; none where the key is missing.
fn texts(section: &Node, key: &str, limit: usize) -> Result<Option<Vec<String>>, Fault> {
    let code = if key == "group-by" { "rule.correlation_group_by" } else { "rule.correlation" };
    let fault = |message: String| Fault::new(code, message).near(format!("{key}:"));
    let nodes = match section.get(key) {
        None => return Ok(None),
        Some(node @ Node::Scalar(_)) => std::slice::from_ref(node),
        Some(Node::List(nodes)) if !nodes.is_empty() => nodes,
        Some(_) => return Err(fault(format!("`{key}` is empty or no list"))),
    };
    if nodes.len() > limit {
        return Err(fault(format!("`{key}` has {} entries, more than {limit}", nodes.len())));
    }
    let mut out: Vec<String> = Vec::with_capacity(nodes.len());
    for node in nodes {
        let text = match node {
            Node::Scalar(text) if !text.trim().is_empty() && text.len() <= MAX_NAME => text.trim(),
            _ => return Err(fault(format!("an entry of `{key}` is not a name"))),
        };
        if out.iter().any(|known| known == text) {
            return Err(fault(format!("`{key}` names {text} twice")));
        }
        out.push(text.to_owned());
    }
    Ok(Some(out))
}

/// What is asked, and the fields that it is asked of.
fn asked(section: &Node, sources: &[String]) -> Result<(Kind, Ask, Vec<String>), Fault> {
    let word = scalar(section, "type")?.ok_or_else(|| invalid("it has no `type`").near("correlation:"))?;
    let condition = section.get("condition");
    let kind = match word {
        "event_count" => Kind::EventCount,
        "value_count" => Kind::ValueCount,
        "value_sum" => Kind::ValueSum,
        "value_avg" => Kind::ValueAvg,
        "value_percentile" => Kind::ValuePercentile(percentile(condition)?),
        "value_median" => Kind::ValueMedian,
        "temporal" => Kind::Temporal,
        "temporal_ordered" => Kind::TemporalOrdered,
        other => return Err(Fault::new("rule.correlation_type", format!("an unknown type {other}")).near("type:")),
    };
    let fault = |message: String| Fault::new("rule.correlation_condition", message).near("condition:");
    let temporal = matches!(kind, Kind::Temporal | Kind::TemporalOrdered);
    if temporal && sources.len() < 2 {
        return Err(invalid(format!("`{word}` needs at least two rules")).near("rules:"));
    }
    let map = match condition {
        None if temporal => return Ok((kind, Ask::Bounds(vec![(Bound::Gte, sources.len() as f64)]), Vec::new())),
        None => return Err(Fault::new("rule.correlation_condition", format!("`{word}` needs a condition")).near("correlation:")),
        Some(Node::Scalar(text)) if kind == Kind::Temporal => return Ok((kind, which(text, sources)?, Vec::new())),
        Some(map @ Node::Map(_)) => map,
        Some(_) => return Err(fault(format!("the condition of `{word}` is not a map"))),
    };
    let counted = matches!(kind, Kind::ValueCount | Kind::ValueSum | Kind::ValueAvg | Kind::ValuePercentile(_) | Kind::ValueMedian);
    let fields = texts(map, "field", MAX_FIELDS)?.unwrap_or_default();
    match (counted, fields.len()) {
        (true, 0) => return Err(fault(format!("`{word}` needs a `field` in its condition"))),
        (false, 1..) => return Err(fault(format!("`{word}` has no `field`"))),
        (true, 2..) if kind != Kind::ValueCount => return Err(fault(format!("`{word}` takes one field"))),
        _ => {}
    }
    let limit = match kind {
        Kind::EventCount => Some(MAX_COUNT),
        Kind::ValueCount => Some(MAX_VALUES),
        Kind::Temporal | Kind::TemporalOrdered => Some(sources.len() as f64),
        _ => None,
    };
    let mut bounds = Vec::new();
    for (key, node) in map.entries() {
        match Bound::ALL.iter().find(|(name, _)| name == key) {
            Some((_, bound)) => bounds.push((*bound, threshold(key, node, limit)?)),
            None if key == "field" || (key == "percentile" && matches!(kind, Kind::ValuePercentile(_))) => {}
            None => return Err(fault(format!("an unknown comparison {key}"))),
        }
    }
    if bounds.is_empty() {
        return Err(fault("the condition compares with nothing".to_owned()));
    }
    // A group begins with an event, so that nothing is ever counted as none.
    let counts = bounds.iter().flat_map(|(_, than)| [than - 1.0, *than, than + 1.0]).chain([1.0]).filter(|count| *count >= 1.0);
    if limit.is_some() && !counts.into_iter().any(|count| bounds.iter().all(|(bound, than)| bound.holds(count, *than))) {
        return Err(fault("no count of one or more satisfies the condition".to_owned()));
    }
    Ok((kind, Ask::Bounds(bounds), fields))
}

fn number(key: &str, node: &Node) -> Result<f64, Fault> {
    let fault = || Fault::new("rule.correlation_condition", format!("`{key}` is not a number")).near(format!("{key}:"));
    let Node::Scalar(text) = node else { return Err(fault()) };
    // Words such as `inf` are numbers to the standard library and to nobody else.
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    text.parse::<f64>().ok().filter(|number| plain && number.is_finite()).ok_or_else(fault)
}

/// A threshold; of a count it is a whole number that the state can hold.
fn threshold(key: &str, node: &Node, limit: Option<f64>) -> Result<f64, Fault> {
    let value = number(key, node)?;
    let fault = |message: String| Fault::new("rule.correlation_condition", message).near(format!("{key}:"));
    match limit {
        Some(_) if value < 0.0 || value.fract() != 0.0 => Err(fault(format!("`{key}` of a count is not a whole number from 0"))),
        Some(limit) if value > limit => Err(Fault::new("rule.correlation_limit", format!("`{key}` is {value}, more than {limit}")).near(format!("{key}:"))),
        _ => Ok(value),
    }
}

fn percentile(condition: Option<&Node>) -> Result<f64, Fault> {
    let fault = || Fault::new("rule.correlation_condition", "`value_percentile` needs a `percentile` from 0 to 100").near("condition:");
    let share = number("percentile", condition.and_then(|map| map.get("percentile")).ok_or_else(fault)?)?;
    if (0.0..=100.0).contains(&share) { Ok(share) } else { Err(fault().near("percentile:")) }
}

/// A condition over the rules themselves: `a and (b or c)`.
fn which(text: &str, sources: &[String]) -> Result<Ask, Fault> {
    let names: Vec<&str> = sources.iter().map(String::as_str).collect();
    let mut order = Vec::new();
    let expr = condition::resolve(&[text], &names, &mut order).map_err(|fault| Fault { code: "rule.correlation_condition", ..fault })?;
    if negates(&expr) {
        let message = "`not` would wait for an event that may still come";
        return Err(Fault::new("rule.correlation_condition", message).near("condition:"));
    }
    // The resolver numbers the names in the order in which the condition has them.
    Ok(Ask::Which(renumbered(&expr, &order)))
}

fn negates(expr: &Expr) -> bool {
    match expr {
        Expr::All(parts) | Expr::Any(parts) => parts.iter().any(negates),
        Expr::Not(_) => true,
        Expr::Selection(_) | Expr::AtLeast(..) => false,
    }
}

fn renumbered(expr: &Expr, order: &[u32]) -> Expr {
    let place = |index: &u32| order.get(*index as usize).copied().unwrap_or(u32::MAX);
    match expr {
        Expr::All(parts) => Expr::All(parts.iter().map(|part| renumbered(part, order)).collect()),
        Expr::Any(parts) => Expr::Any(parts.iter().map(|part| renumbered(part, order)).collect()),
        Expr::Not(part) => Expr::Not(Box::new(renumbered(part, order))),
        Expr::Selection(index) => Expr::Selection(place(index)),
        Expr::AtLeast(count, of) => Expr::AtLeast(*count, of.iter().map(place).collect()),
    }
}

/// A number and a letter: `90m`.
fn timespan(section: &Node) -> Result<Duration, Fault> {
    let Some(text) = scalar(section, "timespan")? else {
        return Err(Fault::new("rule.correlation_timespan", "it has no `timespan`").near("correlation:"));
    };
    let fault = |message: String| Fault::new("rule.correlation_timespan", message).near("timespan:");
    let unit = match text.chars().next_back() {
        Some('s') => 1,
        Some('m') => 60,
        Some('h') => 60 * 60,
        Some('d') => 24 * 60 * 60,
        _ => return Err(fault(format!("{text} is no number with s, m, h or d"))),
    };
    let digits = text.get(..text.len() - 1).unwrap_or_default();
    let count = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<u64>().ok()).flatten();
    let seconds = count.and_then(|count| count.checked_mul(unit)).ok_or_else(|| fault(format!("{text} is no number with s, m, h or d")))?;
    let span = Duration::from_secs(seconds);
    if span.is_zero() || span > MAX_TIMESPAN {
        return Err(fault(format!("{text} is not within one second and 90 days")));
    }
    Ok(span)
}

fn aliases(section: &Node) -> Result<Aliases, Fault> {
    let fault = |message: String| Fault::new("rule.correlation_alias", message).near("aliases:");
    let entries = match section.get("aliases") {
        None => return Ok(Vec::new()),
        Some(Node::Map(entries)) if entries.len() <= MAX_ALIASES => entries,
        Some(_) => return Err(fault("`aliases` is not a map, or too large a one".to_owned())),
    };
    let mut out = Vec::with_capacity(entries.len());
    for (alias, node) in entries {
        let of = match node {
            Node::Map(of) if !of.is_empty() => of,
            _ => return Err(fault(format!("the alias {alias} names no rule and field")).near(format!("{alias}:"))),
        };
        let mut fields = Vec::with_capacity(of.len());
        for (rule, field) in of {
            match field {
                Node::Scalar(field) if !field.is_empty() && field.len() <= MAX_NAME => fields.push((rule.clone(), field.clone())),
                _ => return Err(fault(format!("the alias {alias} has no field for {rule}")).near(format!("{rule}:"))),
            }
        }
        out.push((alias.clone(), fields));
    }
    Ok(out)
}

/// The specification puts it beside the section, the tools that came before into it.
fn generate(node: &Node, section: &Node) -> Result<bool, Fault> {
    let fault = || invalid("`generate` is not true or false, or is said twice").near("generate:");
    match (node.get("generate"), section.get("generate")) {
        (None, None) => Ok(false),
        (Some(Node::Scalar(word)), None) | (None, Some(Node::Scalar(word))) => word.parse().map_err(|_| fault()),
        _ => Err(fault()),
    }
}

/// The condition in one line.
fn in_words(section: &Node, kind: Kind) -> String {
    let condition = match section.get("condition") {
        Some(Node::Scalar(text)) => text.clone(),
        Some(map) => {
            let fields: Vec<String> = texts(map, "field", MAX_FIELDS).ok().flatten().unwrap_or_default();
            let mut words = Vec::new();
            if !fields.is_empty() {
                words.push(format!("of {}", fields.join(", ")));
            }
            for (key, node) in map.entries().iter().filter(|(key, _)| key != "field") {
                if let Node::Scalar(value) = node {
                    words.push(format!("{key} {value}"));
                }
            }
            words.join(" ")
        }
        None => "all of them".to_owned(),
    };
    format!("{} {condition}", kind.as_str())
}
