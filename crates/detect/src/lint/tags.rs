//! Tags: namespace and name, and ATT&CK's by their form. Whether a technique of that number exists is not asked: the
//! matrix is not part of this program.

use super::{Bench, scalar};
use crate::read::yaml::Node;
use rustc_hash::FxHashSet;

/// ATT&CK's tactics as tags name them, in the order in which an intrusion goes: enterprise (with those that took the place
/// of `defense-evasion`), then ICS and mobile.
pub const TACTICS: [&str; 20] = [
    "reconnaissance", "resource-development", "initial-access", "execution", "persistence", "privilege-escalation",
    "stealth", "defense-evasion", "defense-impairment", "credential-access", "discovery", "lateral-movement", "collection",
    "command-and-control", "exfiltration", "impact", "evasion", "inhibit-response-function", "impair-process-control",
    "network-effects",
];
/// Namespaces of the specification.
const NAMESPACES: [&str; 7] = ["attack", "car", "cve", "d3fend", "detection", "stp", "tlp"];
const TLP: [&str; 6] = ["red", "amber", "amber-strict", "green", "white", "clear"];
const DETECTION: [&str; 3] = ["dfir", "emerging-threats", "threat-hunting"];

pub(super) fn check(node: &Node, bench: &mut Bench<'_>) {
    let tags = match node.get("tags") {
        None | Some(Node::Null) => return bench.say("lint.tag_missing", &["title:"], "the rule has no tags"),
        Some(Node::List(tags)) => tags,
        Some(_) => return bench.say("lint.tag_form", &["tags:"], "the tags are not a list"),
    };
    let mut seen = FxHashSet::default();
    for tag in tags {
        let tag = scalar(Some(tag)).unwrap_or_default();
        if !seen.insert(tag) {
            bench.say("lint.tag_duplicate", &["tags:", tag], format!("{tag} stands twice"));
            continue;
        }
        if let Some((code, message)) = fault(tag) {
            bench.say(code, &["tags:", tag], message);
        }
    }
}

/// What is wrong with a tag.
fn fault(tag: &str) -> Option<(&'static str, String)> {
    let form = |message: String| Some(("lint.tag_form", message));
    let Some((namespace, name)) = tag.split_once('.') else { return form(format!("{tag} has no namespace")) };
    if tag.chars().any(|c| c.is_uppercase() || c.is_whitespace()) {
        return form(format!("{tag} has capitals or spaces"));
    }
    let known = match namespace {
        "attack" => return attack(tag, name),
        "cve" => name.split_once(['-', '.']).is_some_and(|(year, number)| digits(year, 4..=4) && digits(number, 4..=9)),
        "car" => name.split_once('-').is_some_and(|(year, rest)| {
            digits(year, 4..=4) && rest.split_once('-').is_some_and(|(month, number)| digits(month, 2..=2) && digits(number, 3..=3))
        }),
        "tlp" => TLP.contains(&name),
        "detection" => DETECTION.contains(&name),
        "d3fend" | "stp" => !name.is_empty(),
        _ => return Some(("lint.tag_namespace", format!("{namespace} is none of {}", NAMESPACES.join(", ")))),
    };
    if known { None } else { form(format!("{tag} has not the form of its namespace")) }
}

fn attack(tag: &str, name: &str) -> Option<(&'static str, String)> {
    if TACTICS.contains(&name) || is_attack_id(name) {
        return None;
    }
    let hyphens = name.replace('_', "-");
    if TACTICS.contains(&hyphens.as_str()) {
        return Some(("lint.tag_attack", format!("{tag} is written attack.{hyphens}")));
    }
    Some(("lint.tag_attack", format!("{tag} is no tactic, technique, group, software or campaign")))
}

/// `t1059`, `t1059.001`, and the ids of groups, software, campaigns, mitigations and data sources.
fn is_attack_id(name: &str) -> bool {
    let numbered = |prefix: &str, text: &str| text.strip_prefix(prefix).is_some_and(|number| digits(number, 4..=4));
    match name.split_once('.') {
        Some((technique, sub)) => numbered("t", technique) && digits(sub, 3..=3),
        None => ["t", "g", "s", "c", "m", "ds"].iter().any(|prefix| numbered(prefix, name)),
    }
}

fn digits(text: &str, lengths: std::ops::RangeInclusive<usize>) -> bool {
    lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_have_a_form() {
        for tag in ["attack.t1059", "attack.t1059.001", "attack.g0016", "attack.s0002", "attack.stealth", "attack.lateral-movement", "cve.2021-44228", "cve.2021.44228", "car.2013-05-009", "tlp.amber", "detection.dfir", "d3fend.d3-pa"] {
            assert_eq!(fault(tag), None, "{tag}");
        }
        for (tag, code) in [
            ("attack.T1059", "lint.tag_form"), ("phishing", "lint.tag_form"), ("tlp.blue", "lint.tag_form"), ("cve.44228", "lint.tag_form"),
            ("attack.t105", "lint.tag_attack"), ("attack.t1059.1", "lint.tag_attack"), ("attack.initial_access", "lint.tag_attack"),
            ("attack.hacking", "lint.tag_attack"), ("acme.internal", "lint.tag_namespace"),
        ] {
            assert_eq!(fault(tag).map(|(code, _)| code), Some(code), "{tag}");
        }
    }
}
