//! Tactics and techniques of the rules that matched. In two tables: which technique serves which tactic stands in no tag,
//! and a rule with several of both would say what nobody claimed.

use super::report::{OfRule, Report};
use super::severity;
use super::text::{escape, number};
use detect::TACTICS;
use model::Severity;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

#[derive(Default)]
struct Row<'r> {
    matches: u64,
    rules: u64,
    worst: Option<Severity>,
    hosts: BTreeSet<&'r str>,
    /// There are hosts beyond those that the report tells apart.
    more_hosts: bool,
}

impl<'r> Row<'r> {
    fn add(&mut self, rule: &'r OfRule) {
        self.matches += rule.count;
        self.rules += 1;
        self.worst = self.worst.max(Some(rule.level));
        self.hosts.extend(rule.hosts.keys().map(String::as_str));
        self.more_hosts |= rule.elsewhere > 0;
    }
}

/// Writes the tables.
pub fn write(out: &mut impl Write, report: &Report) -> io::Result<()> {
    let (mut tactics, mut techniques): (BTreeMap<usize, Row<'_>>, BTreeMap<String, Row<'_>>) = Default::default();
    for rule in report.rules.values() {
        let names: BTreeSet<String> = rule.tags.iter().filter_map(|tag| tag.strip_prefix("attack.")).map(|name| name.to_lowercase().replace('_', "-")).collect();
        let of_rule: Vec<usize> = names.iter().filter_map(|name| TACTICS.iter().position(|known| known == name)).collect();
        // Rules without a tactic stand past the last one.
        for tactic in if of_rule.is_empty() { vec![TACTICS.len()] } else { of_rule } {
            tactics.entry(tactic).or_default().add(rule);
        }
        for technique in names.into_iter().filter(|name| is_technique(name)) {
            techniques.entry(technique.to_uppercase()).or_default().add(rule);
        }
    }
    let tactics = tactics.iter().map(|(place, row)| (TACTICS.get(*place).map_or("No tactic named".to_owned(), |tactic| words(tactic)), row));
    table(out, "Tactic", tactics.collect())?;
    let mut techniques: Vec<(String, &Row<'_>)> = techniques.iter().map(|(name, row)| (format!("<span class=\"mono\">{}</span>", escape(name)), row)).collect();
    // Worst first, then by number.
    techniques.sort_by_key(|(_, row)| std::cmp::Reverse(row.worst));
    table(out, "Technique", techniques)
}

/// Rows past this are folded.
const OPEN: usize = 20;

fn table(out: &mut impl Write, name: &str, mut rows: Vec<(String, &Row<'_>)>) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let folded = rows.split_off(rows.len().min(OPEN));
    lines(out, name, &rows)?;
    if folded.is_empty() {
        return Ok(());
    }
    write!(out, "<details class=\"more\"><summary>{} more</summary>", number(folded.len() as u64))?;
    lines(out, name, &folded)?;
    write!(out, "</details>")
}

fn lines(out: &mut impl Write, name: &str, rows: &[(String, &Row<'_>)]) -> io::Result<()> {
    write!(out, "<table class=\"attack\"><thead><tr><th>{name}<th>Worst<th class=\"n\">Matches<th class=\"n\">Rules<th class=\"n\">Hosts</thead><tbody>")?;
    for (name, row) in rows {
        let more = if row.more_hosts { "+" } else { "" };
        write!(out, "<tr><td>{name}<td>{}<td class=\"n\">{}<td class=\"n\">{}<td class=\"n\">{}{more}",
            row.worst.map(severity).unwrap_or_default(), number(row.matches), number(row.rules), number(row.hosts.len() as u64))?;
    }
    write!(out, "</tbody></table>")
}

fn is_technique(name: &str) -> bool {
    name.strip_prefix('t').is_some_and(|number| number.len() >= 4 && number.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
}

/// `lateral-movement` as a person writes it.
fn words(tactic: &str) -> String {
    let text = tactic.replace('-', " ");
    let (first, rest) = text.split_at(1);
    format!("{}{rest}", first.to_uppercase())
}
