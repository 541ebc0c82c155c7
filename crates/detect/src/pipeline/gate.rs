//! When a step is applied: conditions of one kind and how they are joined.

use super::document::{Keys, Node, Value};
use crate::refusal::Fault;

/// Parentheses and negations within one another.
const MAX_DEPTH: usize = 32;
/// Bytes of an expression.
const MAX_LENGTH: usize = 4 << 10;

/// Conditions and what must be true of them.
#[derive(Clone, Debug)]
pub(super) struct Gate<C> {
    pub conditions: Vec<C>,
    formula: Formula,
}

#[derive(Clone, Debug, PartialEq)]
enum Formula {
    All(Vec<Formula>),
    Any(Vec<Formula>),
    Not(Box<Formula>),
    One(usize),
}

impl Formula {
    fn holds(&self, one: &mut dyn FnMut(usize) -> bool) -> bool {
        match self {
            Formula::All(parts) => parts.iter().all(|part| part.holds(one)),
            Formula::Any(parts) => parts.iter().any(|part| part.holds(one)),
            Formula::Not(part) => !part.holds(one),
            Formula::One(index) => one(*index),
        }
    }
}

impl<C> Gate<C> {
    /// Open where there are no conditions.
    pub(super) fn passes(&self, mut holds: impl FnMut(&C) -> bool) -> bool {
        self.conditions.is_empty()
            || self.formula.holds(&mut |index| self.conditions.get(index).is_some_and(&mut holds))
    }

    /// Reads the keys `NAME_conditions`, `NAME_cond_op`, `NAME_cond_expr` and `NAME_cond_not`.
    pub(super) fn read(
        keys: &mut Keys<'_>,
        name: &str,
        read: fn(&mut Keys<'_>, &str) -> Result<C, Fault>,
    ) -> Result<Gate<C>, Fault> {
        let (mut ids, mut conditions) = (Vec::new(), Vec::new());
        let mut condition = |node: &Node| {
            let mut keys = Keys::of(node, "a condition")?;
            let kind = keys.need_text("type")?;
            keys.call(format!("the condition {kind}"));
            conditions.push(read(&mut keys, &kind).map_err(|fault| place(fault, node))?);
            keys.done()
        };
        let section = keys.get(&format!("{name}_conditions"));
        match section.map(|node| &node.value) {
            Some(Value::Map(entries)) => {
                for (id, node) in entries {
                    ids.push(id.as_deref().unwrap_or_default());
                    condition(node)?;
                }
            }
            Some(_) => section.map_or(Ok(&[][..]), Node::list)?.iter().try_for_each(condition)?,
            None => {}
        }
        let any = keys.word(&format!("{name}_cond_op"), &[("and", false), ("or", true)])?;
        let expression = keys.get(&format!("{name}_cond_expr"));
        let negated = keys.get(&format!("{name}_cond_not"));
        let words = [expression, negated].into_iter().flatten().next();
        if let Some(node) = words.filter(|_| conditions.is_empty()) {
            return Err(node.fault("pipeline.condition", format!("there are no `{name}_conditions` to say this of")));
        }
        let mut formula = match expression {
            Some(node) if any.is_some() => {
                return Err(node.fault("pipeline.condition", "an expression and an operator exclude each other"));
            }
            Some(node) => expressed(node, &ids)?,
            None if any == Some(true) => Formula::Any((0..conditions.len()).map(Formula::One).collect()),
            None => Formula::All((0..conditions.len()).map(Formula::One).collect()),
        };
        if negated.map_or(Ok(false), Node::flag)? {
            formula = Formula::Not(Box::new(formula));
        }
        Ok(Gate { conditions, formula })
    }
}

fn place(fault: Fault, node: &Node) -> Fault {
    let line = fault.line.or(Some(node.line));
    fault.at(line)
}

/// An expression over the ids of conditions, each of which must stand in it.
fn expressed(node: &Node, ids: &[&str]) -> Result<Formula, Fault> {
    let text = node.text()?;
    let fault = |message: String| node.fault("pipeline.condition", message);
    if text.len() > MAX_LENGTH {
        return Err(fault("the expression is too long".to_owned()));
    }
    let mut words = Words { left: words(text), ids, used: vec![false; ids.len()] };
    let formula = words.any(0).and_then(|formula| match words.left.first() {
        None => Ok(formula),
        Some(word) => Err(format!("nothing is expected before {word}")),
    });
    let formula = formula.map_err(fault)?;
    match words.used.iter().position(|used| !used).and_then(|at| ids.get(at)) {
        Some(id) => {
            Err(node.fault("pipeline.condition", format!("the condition {id} does not stand in the expression")))
        }
        None => Ok(formula),
    }
}

fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for word in text.split_whitespace() {
        let mut rest = word;
        while let Some(at) = rest.find(['(', ')']) {
            words.extend([rest.get(..at).unwrap_or_default(), rest.get(at..=at).unwrap_or_default()]);
            rest = rest.get(at + 1..).unwrap_or_default();
        }
        words.push(rest);
    }
    words.retain(|word| !word.is_empty());
    words
}

struct Words<'t> {
    left: Vec<&'t str>,
    ids: &'t [&'t str],
    used: Vec<bool>,
}

impl<'t> Words<'t> {
    fn take(&mut self, word: &str) -> bool {
        let is = self.left.first() == Some(&word);
        if is {
            self.left.remove(0);
        }
        is
    }

    fn any(&mut self, depth: usize) -> Result<Formula, String> {
        let mut parts = vec![self.all(depth)?];
        while self.take("or") {
            parts.push(self.all(depth)?);
        }
        Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Formula::Any(parts) })
    }

    fn all(&mut self, depth: usize) -> Result<Formula, String> {
        let mut parts = vec![self.one(depth)?];
        while self.take("and") {
            parts.push(self.one(depth)?);
        }
        Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Formula::All(parts) })
    }

    fn one(&mut self, depth: usize) -> Result<Formula, String> {
        if depth > MAX_DEPTH {
            return Err("the expression nests too deep".to_owned());
        }
        if self.take("not") {
            return Ok(Formula::Not(Box::new(self.one(depth + 1)?)));
        }
        if self.take("(") {
            let inner = self.any(depth + 1)?;
            return if self.take(")") { Ok(inner) } else { Err("a parenthesis is not closed".to_owned()) };
        }
        if self.left.is_empty() {
            return Err("the expression ends too early".to_owned());
        }
        let word = self.left.remove(0);
        let at = self.ids.iter().position(|id| *id == word).ok_or_else(|| format!("no condition has the id {word}"))?;
        if let Some(used) = self.used.get_mut(at) {
            *used = true;
        }
        Ok(Formula::One(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(expression: &str, truths: [bool; 3]) -> Result<bool, Fault> {
        let node = Node { line: 7, value: Value::Text(expression.to_owned()) };
        expressed(&node, &["a", "b-1", "c"]).map(|formula| formula.holds(&mut |index| truths[index]))
    }

    #[test]
    fn not_binds_before_and_and_before_or() {
        for (expression, truths, expected) in [
            ("a or b-1 and c", [true, false, false], true),
            ("(a or b-1) and c", [true, false, false], false),
            ("not a and b-1 or c", [false, true, false], true),
            ("not (a and b-1) and c", [true, true, true], false),
            ("not not a and b-1 and c", [true, true, true], true),
        ] {
            assert_eq!(holds(expression, truths).unwrap(), expected, "{expression} {truths:?}");
        }
    }

    #[test]
    fn hostile_expressions_are_refused() {
        let deep = format!("{}a{}", "(".repeat(100), ")".repeat(100));
        let nots = "not ".repeat(1_000);
        for expression in
            ["a and b-1", "a b-1 c", "(a or b-1 or c", "a or b-1 or c)", "a and b-1 and c and", "", "d", &deep, &nots]
        {
            let fault = holds(expression, [true; 3]).unwrap_err();
            assert_eq!((fault.code, fault.line), ("pipeline.condition", Some(7)), "{expression:.40}");
        }
    }
}
