//! The condition against the selections that stand beside it. Words only: whether the condition can be read at all was
//! found out when the rule was loaded.

use super::{Bench, scalar};
use crate::yaml::Node;

pub(super) fn check(detection: &Node, bench: &mut Bench<'_>) {
    let names: Vec<&str> = detection.entries().iter().map(|(name, _)| name.as_str()).filter(|name| *name != "condition").collect();
    let conditions: Vec<&str> = match detection.get("condition") {
        Some(Node::Scalar(text)) => vec![text],
        Some(Node::List(texts)) => texts.iter().filter_map(|text| scalar(Some(text))).collect(),
        _ => return,
    };
    let mut used = vec![false; names.len()];
    for condition in conditions {
        // Names with hyphens exist; a condition has no other use for one.
        let words: Vec<&str> = condition.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '*' | '-' | '?' | '.')).filter(|word| !word.is_empty()).collect();
        for (at, word) in words.iter().enumerate() {
            let quantified = at > 1 && words.get(at - 1).is_some_and(|word| word.eq_ignore_ascii_case("of"));
            let quantifier = if quantified { words.get(at - 2) } else { None };
            let them = quantified && word.eq_ignore_ascii_case("them");
            let chosen: Vec<usize> = names.iter().enumerate()
                .filter(|(_, name)| if them { !name.starts_with('_') } else { fits(word, name) })
                .map(|(index, _)| index).collect();
            chosen.iter().for_each(|index| used[*index] = true);
            if let Some(quantifier) = quantifier {
                quantified_words(quantifier, word, them, chosen.len(), bench);
            }
        }
    }
    for (name, used) in names.iter().zip(used) {
        if !used {
            bench.say("lint.selection_unused", &["detection:", &format!("{name}:")], format!("{name} does not stand in the condition"));
        }
    }
}

fn quantified_words(quantifier: &str, word: &str, them: bool, chosen: usize, bench: &mut Bench<'_>) {
    let place = ["detection:", "condition:"];
    // A pattern that chooses one selection today is a habit of public rules: it makes room for a second one.
    if them && chosen == 1 {
        bench.say("lint.quantifier_single", &place, format!("{quantifier} of them chooses one selection"));
    } else if them && quantifier.eq_ignore_ascii_case("all") && chosen > 1 {
        bench.say("lint.all_of_them", &place, format!("all of them takes every selection, {chosen} now and those to come"));
    } else if !them && !word.contains('*') {
        bench.say("lint.quantifier_single", &place, format!("{quantifier} of {word} has no wildcard"));
    }
}

/// Whether a name fits a pattern in which `*` is any text.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut left) = name.strip_prefix(start) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        match left.find(part) {
            Some(at) => left = &left[at + part.len()..],
            None => return false,
        }
    }
    left.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns_choose_names() {
        for (pattern, name, expected) in [
            ("selection", "selection", true), ("selection", "selection_a", false), ("selection_*", "selection_a", true),
            ("*_a", "selection_a", true), ("s*_*a", "selection_a", true), ("s*b*a", "selection_a", false), ("*", "x", true),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }
}
