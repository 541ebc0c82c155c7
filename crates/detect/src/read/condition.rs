//! The condition of a rule: checked before it is parsed, resolved to selections after.

use crate::refusal::Fault;
use crate::rule::Expr;
use rsigma_parser::{ConditionExpr, Quantifier, SelectorPattern, SigmaParserError, parse_condition};

/// Bytes of one condition.
const MAX_LENGTH: usize = 16 << 10;
/// Parentheses within parentheses.
const MAX_DEPTH: usize = 32;
/// `not`s in one condition.
const MAX_NEGATIONS: usize = 256;

/// The conditions of a rule, of which one must hold, over the selections of `names`; `order` receives the index of
/// each selection at its first appearance.
pub(crate) fn resolve(conditions: &[&str], names: &[&str], order: &mut Vec<u32>) -> Result<Expr, Fault> {
    let mut parts = Vec::with_capacity(conditions.len());
    for text in conditions {
        let parsed = parse(text)?;
        parts.push(Resolver { names, order }.expr(&parsed).map_err(|fault| fault.near("condition:"))?);
    }
    match parts.len() {
        0 => Err(Fault::new("rule.condition", "an empty list of conditions").near("condition:")),
        1 => Ok(parts.swap_remove(0)),
        _ => Ok(Expr::Any(parts)),
    }
}

/// The parser recurses on parentheses and negations, so that both are bounded first.
pub(crate) fn parse(text: &str) -> Result<ConditionExpr, Fault> {
    let fault = |code, message: &str| Fault::new(code, message).near("condition:");
    let word = |wanted: &str| {
        text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| word.eq_ignore_ascii_case(wanted)).count()
    };
    if text.contains('|') || word("near") > 0 {
        return Err(fault("rule.deprecated_aggregation", "an aggregation in the condition"));
    }
    let mut depth = 0usize;
    for byte in text.bytes() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(fault("rule.condition", "parentheses nest too deep"));
        }
    }
    if text.len() > MAX_LENGTH || word("not") > MAX_NEGATIONS {
        return Err(fault("rule.condition", "the condition is too long"));
    }
    parse_condition(text).map_err(|error| match error {
        SigmaParserError::Condition(message, _) => {
            let reason = message.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
            fault("rule.condition", reason)
        }
        error => fault("rule.condition", &error.to_string()),
    })
}

struct Resolver<'a> {
    names: &'a [&'a str],
    order: &'a mut Vec<u32>,
}

impl Resolver<'_> {
    fn expr(&mut self, expr: &ConditionExpr) -> Result<Expr, Fault> {
        Ok(match expr {
            ConditionExpr::And(parts) => Expr::All(self.each(parts)?),
            ConditionExpr::Or(parts) => Expr::Any(self.each(parts)?),
            ConditionExpr::Not(part) => Expr::Not(Box::new(self.expr(part)?)),
            ConditionExpr::Identifier(name) => {
                let index = self.names.iter().position(|known| known == name);
                let index = index.ok_or_else(|| Fault::new("rule.selection_unknown", format!("no selection is named {name}")))?;
                Expr::Selection(self.appear(index))
            }
            ConditionExpr::Selector { quantifier, pattern } => self.selector(quantifier, pattern)?,
        })
    }

    fn each(&mut self, parts: &[ConditionExpr]) -> Result<Vec<Expr>, Fault> {
        parts.iter().map(|part| self.expr(part)).collect()
    }

    fn selector(&mut self, quantifier: &Quantifier, pattern: &SelectorPattern) -> Result<Expr, Fault> {
        let indexes: Vec<usize> =
            (0..self.names.len()).filter(|index| self.names.get(*index).is_some_and(|name| chooses(pattern, name))).collect();
        if indexes.is_empty() {
            return Err(Fault::new("rule.selection_unknown", format!("no selection is named {pattern}")));
        }
        let of: Vec<u32> = indexes.into_iter().map(|index| self.appear(index)).collect();
        Ok(match quantifier {
            Quantifier::Any => Expr::Any(of.into_iter().map(Expr::Selection).collect()),
            Quantifier::All => Expr::All(of.into_iter().map(Expr::Selection).collect()),
            Quantifier::Count(0) => return Err(Fault::new("rule.condition", "0 of something holds always")),
            Quantifier::Count(count) if *count > of.len() as u64 => {
                return Err(Fault::new("rule.condition", format!("{count} of {pattern}, of which there are {}", of.len())));
            }
            Quantifier::Count(count) => Expr::AtLeast(*count, of),
        })
    }

    /// Gives a selection its place in the order of appearance, which is its index from now on.
    fn appear(&mut self, index: usize) -> u32 {
        // A rule has far fewer than 2^32 selections.
        let index = index as u32;
        let at = self.order.iter().position(|known| *known == index).unwrap_or_else(|| {
            self.order.push(index);
            self.order.len() - 1
        });
        at as u32
    }
}

/// Whether `them` or a pattern chooses a selection.
pub(crate) fn chooses(pattern: &SelectorPattern, name: &str) -> bool {
    match pattern {
        SelectorPattern::Them => !name.starts_with('_'),
        SelectorPattern::Pattern(glob) => name_matches(glob, name),
    }
}

/// Whether a selection's name matches a pattern with `*`s anywhere.
fn name_matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, inner)) = parts.split_last() else { return rest.is_empty() };
    for part in inner {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_with_stars_anywhere() {
        for (pattern, name, expected) in [
            ("selection_*", "selection_a", true),
            ("*_a", "selection_a", true),
            ("sel*_*a", "selection_b_a", true),
            ("sel*a", "sel", false),
            ("ab*ba", "aba", false),
            ("*", "x", true),
            ("filter", "filter", true),
            ("filter", "filters", false),
        ] {
            assert_eq!(name_matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn order_is_that_of_the_condition() {
        let mut order = Vec::new();
        let expr = resolve(&["b and (1 of a* or not c)"], &["a1", "a2", "b", "c"], &mut order).unwrap();
        assert_eq!(order, [2, 0, 1, 3]);
        let all = |indexes: [u32; 2]| indexes.map(Expr::Selection).to_vec();
        assert_eq!(
            expr,
            Expr::All(vec![Expr::Selection(0), Expr::Any(vec![Expr::Any(all([1, 2])), Expr::Not(Box::new(Expr::Selection(3)))])])
        );
    }

    #[test]
    fn hostile_conditions_are_refused() {
        let deep = format!("{}a{}", "(".repeat(4_000), ")".repeat(4_000));
        let nots = format!("{}a", "not ".repeat(3_000));
        for (text, code) in [
            (deep.as_str(), "rule.condition"),
            (nots.as_str(), "rule.condition"),
            ("a | count() by b > 3", "rule.deprecated_aggregation"),
            ("a near b", "rule.deprecated_aggregation"),
            ("a and missing", "rule.selection_unknown"),
            ("1 of x*", "rule.selection_unknown"),
            ("0 of them", "rule.condition"),
            ("3 of them", "rule.condition"),
            ("a and", "rule.condition"),
            ("", "rule.condition"),
        ] {
            assert_eq!(resolve(&[text], &["a", "b"], &mut Vec::new()).unwrap_err().code, code, "{text:.40}");
        }
    }
}
