//! What stands around the detection: who, when, why, how far to trust it, what to do when it fires.

use super::{Bench, scalar, tags};
use crate::read::yaml::Node;
use jiff::civil::Date;

/// Characters of a title that a queue can show.
const TITLE: usize = 120;
/// Characters of a description that says something.
const DESCRIPTION: usize = 16;
/// The statuses of the specification.
const STATUSES: [&str; 5] = ["stable", "test", "experimental", "deprecated", "unsupported"];
/// The levels of the specification.
const LEVELS: [&str; 5] = ["informational", "low", "medium", "high", "critical"];
/// What the Alerting and Detection Strategy asks of a rule, and the words by which each may be called.
const HEADINGS: [(&str, &[&str]); 6] = [
    ("goal", &["goal"]),
    ("strategy", &["strategy", "strategy abstract"]),
    ("blind spots", &["blind spots", "blind spots and assumptions"]),
    ("false positives", &["false positives"]),
    ("validation", &["validation"]),
    ("response", &["response"]),
];
/// What says nothing about what a rule may mistake.
const NOTHING: [&str; 6] = ["none", "n/a", "na", "-", "no", "null"];

pub(super) fn check(node: &Node, bench: &mut Bench<'_>) {
    title(node, bench);
    id(node, bench);
    dates(node, bench);
    prose(node, bench);
    // A filter raises nothing: it has no level, no technique and no response.
    if node.get("filter").is_none() {
        standing(node, bench);
        headings(node, bench);
        tags::check(node, bench);
    }
}

fn title(node: &Node, bench: &mut Bench<'_>) {
    // A rule without a title does not load.
    let Some(title) = scalar(node.get("title")) else { return };
    let length = title.chars().count();
    if length > TITLE {
        bench.say("lint.title_length", &["title:"], format!("the title has {length} characters"));
    }
    if title.trim().is_empty() {
        bench.say("lint.title_length", &["title:"], "the title is empty");
    }
}

fn id(node: &Node, bench: &mut Bench<'_>) {
    match scalar(node.get("id")) {
        None => bench.say("lint.id_missing", &["title:"], "the rule has no id"),
        Some(id) if !is_uuid(id) => bench.say("lint.id_invalid", &["id:"], format!("{id} is no UUID")),
        Some(_) => {}
    }
}

fn standing(node: &Node, bench: &mut Bench<'_>) {
    match node.get("status") {
        None | Some(Node::Null) => bench.say("lint.status_missing", &["title:"], "the rule has no status"),
        Some(Node::Scalar(status)) if STATUSES.contains(&status.as_str()) => {}
        Some(status) => {
            bench.say("lint.status_unknown", &["status:"], format!("the status is {}", scalar(Some(status)).unwrap_or("no word")));
        }
    }
    match node.get("level") {
        None | Some(Node::Null) => bench.say("lint.level_missing", &["title:"], "the rule has no level; medium is taken"),
        Some(level) => {
            let word = scalar(Some(level)).unwrap_or("no word");
            if !LEVELS.contains(&word) {
                bench.say("lint.level_unknown", &["level:"], format!("the level is {word}"));
            }
        }
    }
}

/// Whether a text is a UUID of any version, with its hyphens.
fn is_uuid(text: &str) -> bool {
    text.len() == uuid::fmt::Hyphenated::LENGTH && uuid::Uuid::try_parse(text).is_ok()
}

fn dates(node: &Node, bench: &mut Bench<'_>) {
    let mut known = Vec::new();
    for key in ["date", "modified"] {
        let Some(text) = scalar(node.get(key)) else { continue };
        match day(text) {
            Some(day) => known.push(day),
            None => bench.say("lint.date_format", &[&format!("{key}:")], format!("{key} is {text}")),
        }
    }
    if scalar(node.get("date")).is_none() {
        bench.say("lint.date_missing", &["title:"], "the rule has no date");
    }
    if let [made, changed] = known[..]
        && changed < made
    {
        bench.say("lint.date_order", &["modified:"], "the rule was changed before it was made");
    }
}

/// The day that `2026-03-12` is.
fn day(text: &str) -> Option<Date> {
    // The parser takes other notations too.
    let plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    if plain { text.parse().ok() } else { None }
}

fn prose(node: &Node, bench: &mut Bench<'_>) {
    match scalar(node.get("description")) {
        None => bench.say("lint.description_missing", &["title:"], "the rule has no description"),
        Some(text) if text.trim().chars().count() < DESCRIPTION => {
            bench.say("lint.description_short", &["description:"], "the description says too little");
        }
        Some(_) => {}
    }
    if node.get("author").is_none() {
        bench.say("lint.author_missing", &["title:"], "the rule has no author");
    }
    match node.get("references") {
        None => {}
        Some(Node::List(links)) => {
            for link in links {
                let text = scalar(Some(link)).unwrap_or_default();
                if !is_link(text) {
                    bench.say("lint.reference_form", &["references:", text], format!("a reference is no address: {text}"));
                }
            }
        }
        Some(_) => bench.say("lint.reference_form", &["references:"], "the references are not a list"),
    }
    if node.get("filter").is_none() {
        false_positives(node, bench);
    }
}

fn is_link(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && !text.contains(char::is_whitespace))
}

fn false_positives(node: &Node, bench: &mut Bench<'_>) {
    match node.get("falsepositives") {
        None => bench.say("lint.falsepositives_missing", &["title:"], "the rule does not say what it may mistake"),
        Some(Node::List(entries)) if !entries.is_empty() => {
            for entry in entries {
                let text = scalar(Some(entry)).unwrap_or_default().trim();
                if text.is_empty() || NOTHING.contains(&text.trim_end_matches('.').to_lowercase().as_str()) {
                    bench.say("lint.falsepositives_empty", &["falsepositives:", text], "an entry says nothing");
                }
            }
        }
        Some(Node::List(_) | Node::Null) => bench.say("lint.falsepositives_empty", &["falsepositives:"], "the list is empty"),
        Some(_) => bench.say("lint.falsepositives_empty", &["falsepositives:"], "the false positives are not a list"),
    }
}

/// The headings may be keys of a map `ads`, or lines of the description.
fn headings(node: &Node, bench: &mut Bench<'_>) {
    // What only feeds a correlation raises no alert that somebody would have to understand.
    if [node.get("name"), node.get("id")].into_iter().filter_map(scalar).any(|word| bench.fed.contains(word)) {
        return;
    }
    let ads: Vec<String> = node.get("ads").map(Node::entries).unwrap_or_default().iter()
        .filter(|(_, text)| !matches!(text, Node::Null) && scalar(Some(text)).is_none_or(|text| !text.trim().is_empty()))
        .map(|(key, _)| key.trim().to_lowercase().replace(['_', '-'], " ")).collect();
    let description = scalar(node.get("description")).unwrap_or_default();
    let lines: Vec<String> = description.lines().map(|line| line.trim_start_matches(['#', '*', '-', ' ']).to_lowercase()).collect();
    let stands = |word: &str| {
        ads.iter().any(|key| key == word)
            || lines.iter().any(|line| line.strip_prefix(word).is_some_and(|rest| rest.trim_matches('*').trim().is_empty() || rest.starts_with([':', '*'])))
    };
    // What a rule may mistake has a place of its own in Sigma.
    let has_list = matches!(node.get("falsepositives"), Some(Node::List(entries)) if !entries.is_empty());
    let missing: Vec<&str> = HEADINGS.iter()
        .filter(|(name, words)| !(words.iter().any(|word| stands(word)) || *name == "false positives" && has_list))
        .map(|(name, _)| *name).collect();
    if !missing.is_empty() {
        let near = if node.get("ads").is_some() { "ads:" } else { "description:" };
        bench.say("lint.ads_missing", &[near], format!("no {}", missing.join(", ")));
    }
}

/// The log source of a rule for single events.
pub(super) fn log_source(node: &Node, bench: &mut Bench<'_>) {
    let Some(source) = node.get("logsource") else { return };
    let [category, product, service] = ["category", "product", "service"].map(|key| scalar(source.get(key)));
    if category.is_none() && product.is_none() && service.is_none() {
        bench.say("lint.logsource_open", &["logsource:"], "the log source names no category, product or service");
    } else if category.is_none() && product.is_none() {
        bench.say("lint.logsource_part", &["logsource:", "service:"], "a service without its product");
    } else if product.is_some() && category.is_none() && service.is_none() {
        bench.say("lint.logsource_part", &["logsource:", "product:"], "a product without category or service: all its events are looked at");
    }
    for (key, _) in source.entries() {
        if !["category", "product", "service", "definition"].contains(&key.as_str()) {
            bench.say("lint.logsource_key", &["logsource:", key], format!("{key} does not choose events"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_ids_are_what_they_seem() {
        assert_eq!(day("2024-02-29"), Some(jiff::civil::date(2024, 2, 29)));
        for text in ["2023-02-29", "2023/02/01", "2023-13-01", "2023-4-1", "", "2023-04-31", "2023-00-10"] {
            assert_eq!(day(text), None, "{text}");
        }
        assert!(is_uuid("61e81caa-246a-4de5-a50a-ed903c95fbd5"));
        assert!(!is_uuid("61e81caa246a4de5a50aed903c95fbd5") && !is_uuid("61e81caa-246a-4de5-a50a-ed903c95fbdx"));
    }

    #[test]
    fn a_reference_is_an_address() {
        assert!(is_link("https://example.org/a"));
        for text in ["example.org", "https://", "http:///x", "https://a b", "internal memo"] {
            assert!(!is_link(text), "{text}");
        }
    }
}
