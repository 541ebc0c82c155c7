//! What steps tell later steps while one rule passes through.

use super::document::{Keys, Node, Value};
use crate::refusal::Fault;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// A value of the state.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub(super) enum Scalar {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
}

impl Scalar {
    pub(super) fn read(node: &Node) -> Result<Scalar, Fault> {
        Ok(match &node.value {
            Value::Null => Scalar::Null,
            Value::Bool(flag) => Scalar::Bool(*flag),
            // Beyond 2^53 the nearest double stands for the integer.
            Value::Integer(number) => Scalar::Number(*number as f64),
            Value::Float(number) => Scalar::Number(*number),
            Value::Text(text) => Scalar::Text(text.clone()),
            Value::List(_) | Value::Map(_) => return Err(node.fault("pipeline.invalid", "one value is wanted here")),
        })
    }

    /// Text and number are not compared, as little as truth and number.
    pub(super) fn order(&self, other: &Scalar) -> Option<Ordering> {
        let same = std::mem::discriminant(self) == std::mem::discriminant(other);
        if same { self.partial_cmp(other) } else { None }
    }
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    AtLeast,
    Greater,
    AtMost,
    Less,
}

impl Comparison {
    pub(super) const WORDS: [(&'static str, Comparison); 6] = [
        ("eq", Comparison::Equal),
        ("ne", Comparison::Unequal),
        ("gte", Comparison::AtLeast),
        ("gt", Comparison::Greater),
        ("lte", Comparison::AtMost),
        ("lt", Comparison::Less),
    ];

    /// Whether it holds of two values that stand so to each other; of what cannot be compared only `ne` does.
    pub(super) fn holds(self, order: Option<Ordering>) -> bool {
        match (self, order) {
            (Comparison::Unequal, order) => order != Some(Ordering::Equal),
            (_, None) => false,
            (Comparison::Equal, Some(order)) => order.is_eq(),
            (Comparison::AtLeast, Some(order)) => order.is_ge(),
            (Comparison::Greater, Some(order)) => order.is_gt(),
            (Comparison::AtMost, Some(order)) => order.is_le(),
            (Comparison::Less, Some(order)) => order.is_lt(),
        }
    }
}

/// The condition `processing_state`.
#[derive(Clone, Debug)]
pub(super) struct StateTest {
    key: String,
    value: Scalar,
    comparison: Comparison,
}

impl StateTest {
    pub(super) fn read(keys: &mut Keys<'_>) -> Result<StateTest, Fault> {
        let key = keys.need_text("key")?;
        let value = keys.raw("val").ok_or_else(|| Fault::new("pipeline.invalid", "the condition has no `val`"))?;
        let comparison = keys.word("op", &Comparison::WORDS)?.unwrap_or(Comparison::Equal);
        Ok(StateTest { key, value: Scalar::read(value)?, comparison })
    }

    /// What was never set answers no question.
    pub(super) fn holds(&self, state: &BTreeMap<String, Scalar>) -> bool {
        state.get(&self.key).is_some_and(|own| self.comparison.holds(own.order(&self.value)))
    }
}
