//! The course of events on each host: what was seen there, in the order in which it began.

use super::report::{OfHost, OfRule, Report};
use super::text::{escape, moment, number};
use super::{host_name, matches, severity};
use model::Timestamp;
use std::cmp::Reverse;
use std::io::{self, Write};

/// Hosts whose course is written, worst first.
const HOSTS: usize = 100;
/// Findings of one host.
const ROWS: usize = 200;

/// A rule or an indicator on one host: its first and last match, and how many there are.
struct Row<'r> {
    first: Timestamp,
    last: Timestamp,
    count: u64,
    rule: &'r OfRule,
}

/// Writes a folded table for each of these hosts.
pub fn write(out: &mut impl Write, report: &Report, hosts: &[(&String, &OfHost)]) -> io::Result<()> {
    hosts.iter().take(HOSTS).try_for_each(|(name, of)| one(out, report, name, of))?;
    match hosts.len().saturating_sub(HOSTS) {
        0 => Ok(()),
        more => write!(out, "<p class=\"quiet\">And {} more hosts; --format csv has them all.</p>", number(more as u64)),
    }
}

fn one(out: &mut impl Write, report: &Report, name: &str, of: &OfHost) -> io::Result<()> {
    let mut rows: Vec<Row<'_>> = report.rules.values().chain(report.indicators.values()).filter_map(|rule| row(rule, name)).collect();
    rows.sort_by_key(|row| (row.first, Reverse(row.rule.level), row.last));
    write!(out, "<details class=\"course\"><summary><span class=\"mono\">{}</span> <span class=\"quiet\">{} in {}</span></summary>", host_name(name),
        matches(of.levels.iter().sum()), if rows.len() == 1 { "1 finding".to_owned() } else { format!("{} findings", number(rows.len() as u64)) })?;
    write!(out, "<table><thead><tr><th>First<th>Level<th>What was seen<th class=\"n\">Matches<th>Last</thead><tbody>")?;
    for row in rows.iter().take(ROWS) {
        let last = if row.count > 1 { moment(row.last) } else { String::new() };
        write!(out, "<tr><td class=\"mono when\">{}<td>{}<td>{}<td class=\"n\">{}<td class=\"mono when\">{last}",
            moment(row.first), severity(row.rule.level), escape(&row.rule.title), number(row.count))?;
    }
    write!(out, "</tbody></table>")?;
    if rows.len() > ROWS {
        write!(out, "<p class=\"quiet\">And {} more findings.</p>", number((rows.len() - ROWS) as u64))?;
    }
    write!(out, "</details>")
}

fn row<'r>(rule: &'r OfRule, host: &str) -> Option<Row<'r>> {
    let group = rule.hosts.get(host)?;
    let (first, last) = group.span.0?;
    Some(Row { first, last, count: group.count, rule })
}
