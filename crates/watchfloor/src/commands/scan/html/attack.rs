//! Tactics and techniques of the rules that matched.

use super::report::{OfRule, Report};
use super::severity;
use super::text::{escape, number};
use model::Severity;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// The order in which an intrusion goes.
const ORDER: [&str; 16] = [
    "reconnaissance", "resource-development", "initial-access", "execution", "persistence", "privilege-escalation", "stealth",
    "defense-evasion", "defense-impairment", "credential-access", "discovery", "lateral-movement", "collection",
    "command-and-control", "exfiltration", "impact",
];

#[derive(Default)]
struct Row {
    matches: u64,
    rules: u64,
    worst: Option<Severity>,
    hosts: BTreeSet<String>,
}

impl Row {
    fn add(&mut self, rule: &OfRule) {
        self.matches += rule.count;
        self.rules += 1;
        self.worst = self.worst.max(Some(rule.level));
        self.hosts.extend(rule.hosts.keys().cloned());
    }
}

/// Writes the table.
pub fn write(out: &mut impl Write, report: &Report) -> io::Result<()> {
    let mut rows: BTreeMap<(usize, String, String), Row> = BTreeMap::new();
    for rule in report.rules.values() {
        let names: Vec<String> = rule.tags.iter().filter_map(|tag| tag.strip_prefix("attack.")).map(|name| name.to_lowercase().replace('_', "-")).collect();
        let (techniques, others): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| is_technique(name));
        let tactics: Vec<String> = others.into_iter().filter(|name| !name.ends_with(|c: char| c.is_ascii_digit())).collect();
        for tactic in if tactics.is_empty() { vec![String::new()] } else { tactics } {
            let order = ORDER.iter().position(|known| *known == tactic).unwrap_or(ORDER.len());
            for technique in if techniques.is_empty() { vec![String::new()] } else { techniques.clone() } {
                rows.entry((order, tactic.clone(), technique)).or_default().add(rule);
            }
        }
    }
    write!(out, "<table><thead><tr><th>Tactic<th>Technique<th>Worst<th class=\"n\">Matches<th class=\"n\">Rules<th class=\"n\">Hosts</thead><tbody>")?;
    let mut before = None;
    for ((_, tactic, technique), row) in &rows {
        let said = if before == Some(tactic) { String::new() } else { words(tactic) };
        before = Some(tactic);
        let worst = row.worst.map(severity).unwrap_or_default();
        let technique = if technique.is_empty() { "no technique named".to_owned() } else { escape(&technique.to_uppercase()) };
        write!(out, "<tr><td>{said}<td class=\"mono\">{technique}<td>{worst}<td class=\"n\">{}<td class=\"n\">{}<td class=\"n\">{}",
            number(row.matches), number(row.rules), number(row.hosts.len() as u64))?;
    }
    write!(out, "</tbody></table>")
}

fn is_technique(name: &str) -> bool {
    name.strip_prefix('t').is_some_and(|number| number.len() >= 4 && number.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
}

/// `lateral-movement` as a person writes it.
fn words(tactic: &str) -> String {
    if tactic.is_empty() {
        return "No tactic named".to_owned();
    }
    let text = tactic.replace('-', " ");
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    escape(&format!("{first}{}", letters.as_str()))
}
