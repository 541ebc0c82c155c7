//! `rules explain` of a correlation: one event alone is no hit, but it can be told what it counts for.

use super::samples::first_reason;
use super::{Shape, line};
use crate::commands::println;
use detect::{Correlation, RuleSet};
use model::Event;
use serde_json::{Value, json};

/// What an event is to one of the rules that a correlation names.
struct Heard {
    id: String,
    title: String,
    /// Whether the rule matches; none where it is a correlation itself.
    matches: Option<bool>,
    reason: String,
}

/// Tells it.
pub(super) fn print(set: &RuleSet, correlation: &Correlation, event: &Event, place: &str, shape: Shape) {
    let heard: Vec<Heard> = correlation.sources.iter().map(|id| of(set, id, event)).collect();
    let counts = heard.iter().any(|one| one.matches == Some(true));
    let span = correlation.timespan.as_secs();
    let reference = &correlation.rule.reference;
    match shape {
        Shape::Json => {
            let rules: Vec<Value> = heard.iter().map(|one| json!({"id": one.id, "title": one.title, "matches": one.matches, "reason": one.reason})).collect();
            let answer = json!({
                "rule": {"id": reference.id, "title": reference.title, "level": reference.level, "file": correlation.rule.file, "changed_by": correlation.rule.changed_by.iter().map(|step| &**step).collect::<Vec<&str>>()},
                "correlation": {"type": correlation.kind.as_str(), "group_by": correlation.group_by, "timespan_s": span, "condition": correlation.rule.condition},
                "event": {"place": place, "time": event.time},
                "counts": counts,
                "rules": rules,
            });
            println(&answer.to_string());
        }
        Shape::Table => {
            let row = |name: &str, text: &str| println(&line(&format!("{name:<11} {text}")));
            row("Rule", &format!("{} ({}, {})", reference.title, reference.level.as_str(), reference.id));
            for step in &correlation.rule.changed_by {
                row("Changed by", &format!("pipeline {step}"));
            }
            row("Event", &format!("{place}, {}", event.time));
            row("Correlation", &format!("{} within {span} s, for each {}", correlation.rule.condition, correlation.group_by.join(", ")));
            let answer = if counts { "the event counts for the correlation; whether it hits depends on the other events" } else { "the event does not count for the correlation" };
            row("Answer", answer);
            println("");
            for one in &heard {
                let word = one.matches.map_or("chained", |matches| if matches { "matches" } else { "does not" });
                println(&line(&format!("    {word:<8}  {}: {}", one.title, one.reason)));
            }
        }
    }
}

fn of(set: &RuleSet, id: &str, event: &Event) -> Heard {
    let rule = set.find(id).and_then(|index| Some((index, set.rules().get(index as usize)?)));
    if let Some((index, rule)) = rule {
        let matches = set.holds(index, event);
        let reason = if matches { rule.condition.clone() } else { first_reason(rule, event, &set.explain(index, event)) };
        return Heard { id: id.to_owned(), title: rule.reference.title.clone(), matches: Some(matches), reason };
    }
    let title = set.find_correlation(id).map_or_else(|| id.to_owned(), |inner| inner.rule.reference.title.clone());
    Heard { id: id.to_owned(), title, matches: None, reason: "a correlation, heard when it hits".to_owned() }
}
