//! The condition `rule_attribute`: what a rule says of itself.

use super::Passage;
use super::document::{Keys, Node as Written, Value};
use super::state::{Comparison, Scalar};
use crate::read::yaml::Node;
use crate::refusal::Fault;
use jiff::civil::Date;
use model::Severity;
use std::cmp::Ordering;

/// An attribute and what is asked of it.
#[derive(Clone, Debug)]
pub(super) struct Attribute {
    name: String,
    question: Question,
}

#[derive(Clone, Debug)]
enum Question {
    Is(Kind, Comparison),
    /// Whether the value is one of a list, or is not.
    Member(String, bool),
}

/// What an attribute is compared as.
#[derive(Clone, Debug)]
enum Kind {
    Level(Severity),
    Status(usize),
    Day(Date),
    Text(String),
    Number(f64),
}

/// From the least trusted on.
const STATUSES: [&str; 5] = ["unsupported", "deprecated", "experimental", "test", "stable"];
const LISTS: [&str; 5] = ["references", "falsepositives", "tags", "fields", "scope"];
const TEXTS: [&str; 7] = ["id", "title", "name", "taxonomy", "description", "license", "author"];
const OTHERS: [&str; 3] = ["logsource", "detection", "related"];

impl Attribute {
    pub(super) fn read(keys: &mut Keys<'_>) -> Result<Attribute, Fault> {
        let name = keys.need_text("attribute")?;
        let value = keys.need("value")?;
        let mut words: Vec<(&str, Option<Comparison>)> =
            Comparison::WORDS.map(|(word, meaning)| (word, Some(meaning))).to_vec();
        words.extend([("in", None), ("not_in", None)]);
        let op = keys.raw("op");
        let word = op.map_or(Ok("eq"), Written::text)?;
        let (_, comparison) = words.into_iter().find(|(known, _)| *known == word).ok_or_else(|| {
            value.fault(
                "pipeline.unknown",
                format!("`op` cannot be {word}; there are eq, ne, gte, gt, lte, lt, in, not_in"),
            )
        })?;
        if OTHERS.contains(&name.as_str()) {
            return Err(value.fault("pipeline.unsupported", format!("{name} is no attribute that can be compared")));
        }
        let question = match comparison {
            None if !LISTS.contains(&name.as_str()) && is_builtin(&name) => {
                return Err(
                    value.fault("pipeline.invalid", format!("{name} is no list, of which {word} could be asked"))
                );
            }
            None => Question::Member(value.text()?.to_owned(), word == "in"),
            Some(comparison) => Question::Is(kind(&name, value)?, comparison),
        };
        match question {
            Question::Is(Kind::Text(_), comparison) if TEXTS.contains(&name.as_str()) && !is_equality(comparison) => {
                Err(value.fault("pipeline.invalid", format!("{name} is a text, which is equal or not")))
            }
            question => Ok(Attribute { name, question }),
        }
    }

    /// What a rule does not say answers no question.
    pub(super) fn holds(&self, passage: &Passage<'_>) -> bool {
        let (own, list) = match passage.attributes.get(&self.name).filter(|_| !is_builtin(&self.name)) {
            Some(Scalar::Text(text)) => (text.clone(), None),
            Some(Scalar::Number(number)) => (number.to_string(), None),
            Some(Scalar::Bool(flag)) => (flag.to_string(), None),
            Some(Scalar::Null) => return false,
            None => match passage.rule.get(&self.name) {
                Some(Node::Scalar(text)) => (text.clone(), None),
                Some(Node::List(list)) => (String::new(), Some(list)),
                _ => return false,
            },
        };
        match (&self.question, list) {
            (Question::Member(wanted, inside), Some(list)) => {
                list.iter().any(|one| matches!(one, Node::Scalar(one) if one == wanted)) == *inside
            }
            (Question::Member(..), None) => false,
            // A list is not one value.
            (Question::Is(_, comparison), Some(_)) => *comparison == Comparison::Unequal,
            (Question::Is(kind, comparison), None) => comparison.holds(kind.order(&self.name, &own)),
        }
    }
}

fn is_equality(comparison: Comparison) -> bool {
    matches!(comparison, Comparison::Equal | Comparison::Unequal)
}

fn is_builtin(name: &str) -> bool {
    TEXTS.contains(&name)
        || LISTS.contains(&name)
        || OTHERS.contains(&name)
        || ["level", "status", "date", "modified"].contains(&name)
}

fn kind(name: &str, node: &Written) -> Result<Kind, Fault> {
    let fault = |what: &str| node.fault("pipeline.invalid", format!("{name} is compared with {what}"));
    Ok(match name {
        "level" => Kind::Level(
            Severity::parse(node.text()?).ok_or_else(|| fault("informational, low, medium, high or critical"))?,
        ),
        "status" => {
            let word = node.text()?;
            let at = STATUSES.iter().position(|known| known.eq_ignore_ascii_case(word));
            Kind::Status(at.ok_or_else(|| fault("unsupported, deprecated, experimental, test or stable"))?)
        }
        "date" | "modified" => Kind::Day(day(node.text()?).ok_or_else(|| fault("a day such as 2026-03-12"))?),
        _ => match &node.value {
            // Beyond 2^53 the nearest double stands for the integer.
            Value::Integer(number) => Kind::Number(*number as f64),
            Value::Float(number) => Kind::Number(*number),
            Value::Bool(flag) => Kind::Text(flag.to_string()),
            _ => Kind::Text(node.text()?.to_owned()),
        },
    })
}

fn day(text: &str) -> Option<Date> {
    text.trim().replace('/', "-").parse().ok()
}

impl Kind {
    /// How the rule's own value stands to the wanted one.
    fn order(&self, name: &str, own: &str) -> Option<Ordering> {
        match self {
            Kind::Level(wanted) => Severity::parse(own).map(|own| own.cmp(wanted)),
            Kind::Status(wanted) => {
                STATUSES.iter().position(|known| known.eq_ignore_ascii_case(own)).map(|own| own.cmp(wanted))
            }
            Kind::Day(wanted) => day(own).map(|own| own.cmp(wanted)),
            Kind::Text(wanted) if name == "id" => Some(own.to_lowercase().cmp(&wanted.to_lowercase())),
            Kind::Text(wanted) => match (own.parse::<f64>(), wanted.parse::<f64>()) {
                (Ok(own), Ok(wanted)) if !is_builtin(name) => own.partial_cmp(&wanted),
                _ => Some(own.cmp(wanted)),
            },
            Kind::Number(wanted) => own.parse::<f64>().ok().and_then(|own| own.partial_cmp(wanted)),
        }
    }
}
