//! The condition against the selections that stand beside it. One that cannot be read was refused when the rule was
//! loaded, and nothing more is said of it.

use super::{Bench, Section, scalar};
use crate::read::condition::{chooses, parse};
use crate::read::outline::MAX_SELECTIONS;
use crate::read::yaml::Node;
use rsigma_parser::{ConditionExpr, Quantifier, SelectorPattern};

/// What YAML 1.1 takes for true or false, in small letters.
const BOOLEANS: [&str; 8] = ["y", "n", "yes", "no", "on", "off", "true", "false"];

pub(super) fn check(section: &Section<'_>, bench: &mut Bench<'_>) {
    for (name, _) in section.selections().filter(|(name, _)| is_boolean(name)) {
        if let Some(line) = bench.place.bare_key(name) {
            bench.say_at("lint.selection_boolean", Some(line), format!("{name} is true or false to many readers of YAML"));
        }
    }
    if section.selections().count() > MAX_SELECTIONS {
        return;
    }
    let mut selections: Vec<(&str, bool)> = section.selections().map(|(name, _)| (name, false)).collect();
    let conditions: Vec<&str> = match section.node.get("condition") {
        Some(Node::Scalar(text)) => vec![text],
        Some(Node::List(texts)) => texts.iter().filter_map(|text| scalar(Some(text))).collect(),
        _ => return,
    };
    for condition in conditions {
        let Ok(condition) = parse(condition) else { return };
        walk(&condition, &mut selections, section.key, bench);
    }
    for (name, _) in selections.iter().filter(|(_, used)| !used) {
        bench.say(
            "lint.selection_unused",
            &[section.key, &format!("{name}:")],
            format!("{name} does not stand in the condition"),
        );
    }
}

/// Whether a name is such a word; in small letters, in capitals, or with one capital.
fn is_boolean(name: &str) -> bool {
    let rest = name.get(1..).unwrap_or_default();
    let shape = rest == rest.to_lowercase() || name == name.to_uppercase();
    shape && BOOLEANS.contains(&name.to_lowercase().as_str())
}

/// Marks the selections that a condition names; the parser bounds its depth.
fn walk(condition: &ConditionExpr, selections: &mut [(&str, bool)], section: &str, bench: &mut Bench<'_>) {
    match condition {
        ConditionExpr::And(parts) | ConditionExpr::Or(parts) => {
            parts.iter().for_each(|part| walk(part, selections, section, bench));
        }
        ConditionExpr::Not(part) => walk(part, selections, section, bench),
        ConditionExpr::Identifier(wanted) => {
            selections.iter_mut().filter(|(name, _)| name == wanted).for_each(|(_, used)| *used = true);
        }
        ConditionExpr::Selector { quantifier, pattern } => {
            let mut chosen = 0;
            for (_, used) in selections.iter_mut().filter(|(name, _)| chooses(pattern, name)) {
                (*used, chosen) = (true, chosen + 1);
            }
            selector(quantifier, pattern, chosen, section, bench);
        }
    }
}

fn selector(quantifier: &Quantifier, pattern: &SelectorPattern, chosen: usize, section: &str, bench: &mut Bench<'_>) {
    let place = [section, "condition:"];
    match pattern {
        // A pattern that chooses one selection today is a habit of public rules: it makes room for a second one.
        SelectorPattern::Them if chosen == 1 => {
            bench.say("lint.quantifier_single", &place, format!("{quantifier} of them chooses one selection"));
        }
        SelectorPattern::Them if *quantifier == Quantifier::All && chosen > 1 => {
            bench.say(
                "lint.all_of_them",
                &place,
                format!("all of them takes every selection, {chosen} now and those to come"),
            );
        }
        SelectorPattern::Pattern(glob) if !glob.contains('*') => {
            bench.say("lint.quantifier_single", &place, format!("{quantifier} of {glob} has no wildcard"));
        }
        SelectorPattern::Them | SelectorPattern::Pattern(_) => {}
    }
}
