//! The report that a person hands on: one file that loads nothing and runs nothing. Without scripts there is nothing that
//! hostile text could reach, even if the escaping failed; the filter is made of checkboxes and CSS.

mod attack;
mod course;
mod findings;
mod report;
mod text;
mod timeline;

pub use report::Report;

use base64::prelude::{BASE64_STANDARD, Engine};
use model::{Severity, Timestamp};
use report::{Levels, OfHost, Span};
use sha2::{Digest, Sha256};
use std::io::{self, Write};
use text::{escape, moment, number};

const STYLE: &str = include_str!("style.css");

/// What the report says about the scan itself.
#[derive(Debug, Default)]
pub struct About {
    pub made: Option<Timestamp>,
    pub files: usize,
    pub events: u64,
    pub bytes: u64,
    pub rules: usize,
    /// Rules that did not load, one line each.
    pub refused: Vec<String>,
    /// Indicators in force; none without lists.
    pub indicators: usize,
    /// What is wrong with lists, one line each.
    pub lists: Vec<String>,
    /// Indicators that a warninglist says are harmless, by that list.
    pub harmless: Vec<String>,
    /// What was asked for beside the rules: level, time, tags.
    pub filters: Vec<String>,
}

/// Writes the whole page.
pub fn write(out: &mut impl Write, report: &Report, about: &About) -> io::Result<()> {
    let policy = format!("default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'", BASE64_STANDARD.encode(Sha256::digest(STYLE)));
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"referrer\" content=\"no-referrer\">\
         <title>Watchfloor scan report</title><style>{STYLE}</style></head><body>{SHAPES}"
    )?;
    head(out, report, about)?;
    write!(out, "<main>")?;
    section(out, "time", "Matches over time", "All times are UTC.")?;
    if report.is_empty() {
        write!(out, "<p>No rule matched. That says something about these {} events and {} rules only.</p>", number(about.events), number(about.rules as u64))?;
    } else {
        out.write_all(timeline::draw(&report.timeline).as_bytes())?;
        section(out, "hosts", "Hosts", "")?;
        let worst = worst_hosts(report);
        hosts(out, &worst, report.elsewhere)?;
        section(out, "course", "Course of events", "What was seen on each host, in the order in which it began.")?;
        course::write(out, report, &worst)?;
        section(out, "attack", "ATT&amp;CK", "As the rules' tags name them: a rule with several tactics or techniques counts for each.")?;
        attack::write(out, report)?;
        section(out, "findings", "Findings", "By rule, worst first. Open a rule for its hosts, and a host for its matches.")?;
        findings::write(out, report)?;
    }
    limits(out, report, about)?;
    write!(out, "<footer>Written by Watchfloor {}. Values stand as they were logged; whoever wrote them may have been an attacker.</footer></main></body></html>", env!("CARGO_PKG_VERSION"))
}

fn section(out: &mut impl Write, id: &str, title: &str, hint: &str) -> io::Result<()> {
    write!(out, "<h2 id=\"{id}\">{title}</h2>")?;
    if hint.is_empty() { Ok(()) } else { write!(out, "<p class=\"quiet\">{hint}</p>") }
}

fn head(out: &mut impl Write, report: &Report, about: &About) -> io::Result<()> {
    let made = about.made.map(|made| format!("Made {} UTC. ", moment(made))).unwrap_or_default();
    write!(out, "<header><h1>Scan report</h1><p class=\"quiet\">{made}{}", span(report.span))?;
    for filter in &about.filters {
        write!(out, " Only {}.", escape(filter))?;
    }
    let held = if about.indicators > 0 { format!(" They were held against {} indicators.", number(about.indicators as u64)) } else { String::new() };
    write!(out, "</p><div class=\"ledger\">")?;
    for level in Severity::ALL.into_iter().rev() {
        let count = report.levels.get(level as usize).copied().unwrap_or(0);
        write!(out, "<div><b>{}</b>{}</div>", number(count), severity(level))?;
    }
    let more = if report.elsewhere > 0 { "more than " } else { "" };
    write!(out, "</div><p class=\"quiet\">{} matches of {} of {} rules on {more}{} hosts, in {} events ({} bytes) of {} files.{}</p>\
         <nav><a href=\"#time\">Time</a> <a href=\"#hosts\">Hosts</a> <a href=\"#course\">Course</a> <a href=\"#attack\">ATT&amp;CK</a> <a href=\"#findings\">Findings</a> <a href=\"#limits\">Limits</a></nav></header>",
        number(report.levels.iter().sum()), number(report.rules.len() as u64), number(about.rules as u64),
        number(report.hosts.keys().filter(|host| !host.is_empty()).count() as u64), number(about.events), number(about.bytes), number(about.files as u64), held)
}

fn span(span: Span) -> String {
    span.0.map(|(first, last)| format!("Matches from {} to {} UTC.", moment(first), moment(last))).unwrap_or_default()
}

fn worst_hosts(report: &Report) -> Vec<(&String, &OfHost)> {
    let mut hosts: Vec<(&String, &OfHost)> = report.hosts.iter().collect();
    let worst_first = |levels: &Levels| levels.iter().rev().copied().collect::<Vec<u64>>();
    hosts.sort_by(|a, b| worst_first(&b.1.levels).cmp(&worst_first(&a.1.levels)).then_with(|| a.0.cmp(b.0)));
    hosts
}

fn hosts(out: &mut impl Write, hosts: &[(&String, &OfHost)], elsewhere: u64) -> io::Result<()> {
    const OPEN: usize = 12;
    const MOST: usize = 500;
    let (open, folded) = hosts.split_at(hosts.len().min(OPEN));
    host_table(out, open)?;
    if !folded.is_empty() {
        write!(out, "<details class=\"more\"><summary>{} more</summary>", number(folded.len() as u64))?;
        host_table(out, folded.get(..MOST).unwrap_or(folded))?;
        if folded.len() > MOST {
            write!(out, "<p class=\"quiet\">And {} more hosts; --format csv has them all.</p>", number((folded.len() - MOST) as u64))?;
        }
        write!(out, "</details>")?;
    }
    if elsewhere > 0 {
        write!(out, "<p class=\"quiet\">And {} on further hosts, which are too many to tell apart here; --format csv has them all.</p>", matches(elsewhere))?;
    }
    Ok(())
}

fn host_table(out: &mut impl Write, hosts: &[(&String, &OfHost)]) -> io::Result<()> {
    write!(out, "<table class=\"hosts\"><thead><tr><th>Host")?;
    for level in Severity::ALL.into_iter().rev() {
        write!(out, "<th class=\"n\">{}", severity(level))?;
    }
    write!(out, "<th>First<th>Last<th>Accounts</thead><tbody>")?;
    for (host, of) in hosts {
        write!(out, "<tr><td class=\"mono\">{}", host_name(host))?;
        for count in of.levels.iter().rev() {
            write!(out, "<td class=\"n\">{}", if *count == 0 { String::new() } else { number(*count) })?;
        }
        let [first, last] = of.span.0.map_or([String::new(), String::new()], |(first, last)| [moment(first), moment(last)]);
        let users: Vec<String> = of.users.iter().map(|user| escape(user)).collect();
        let more = if of.more_users { ", …" } else { "" };
        write!(out, "<td class=\"mono when\">{first}<td class=\"mono when\">{last}<td class=\"mono\">{}{more}", users.join(", "))?;
    }
    write!(out, "</tbody></table>")
}

fn host_name(host: &str) -> String {
    if host.is_empty() { "no host named".to_owned() } else { escape(host) }
}

/// What the report cannot know: rules that did not run, input that was not read.
fn limits(out: &mut impl Write, report: &Report, about: &About) -> io::Result<()> {
    section(out, "limits", "What this does not cover", "")?;
    if [&about.refused, &about.lists, &about.harmless, &report.faults].iter().all(|lines| lines.is_empty()) {
        return write!(out, "<p>Every rule loaded and every input was read to its end.</p>");
    }
    let mut list = |title: String, lines: &[String]| -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        write!(out, "<details><summary>{title}</summary><ul class=\"mono\">")?;
        for line in lines {
            write!(out, "<li>{}", escape(line))?;
        }
        write!(out, "</ul></details>")
    };
    list(format!("Rules that did not load: {}", number(about.refused.len() as u64)), &about.refused)?;
    list(format!("Entries of lists that cannot be used: {}", number(about.lists.len() as u64)), &about.lists)?;
    list("Indicators that were left out as harmless".to_owned(), &about.harmless)?;
    list(format!("Places that could not be read: {}", number(report.faults.len() as u64 + report.more_faults)), &report.faults)
}

/// So many matches.
fn matches(count: u64) -> String {
    if count == 1 { "1 match".to_owned() } else { format!("{} matches", number(count)) }
}

/// A level: its shape and its word.
fn severity(level: Severity) -> String {
    let word = level.as_str();
    format!("<span class=\"sev {word}\"><svg aria-hidden=\"true\"><use href=\"#s-{word}\"/></svg>{word}</span>")
}

/// The shapes of the levels; colour alone says nothing to one man in twelve.
const SHAPES: &str = "<svg width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>\
<symbol id=\"s-critical\" viewBox=\"0 0 12 12\"><path fill=\"currentColor\" fill-rule=\"evenodd\" d=\"M3.6 .5h4.8l3.1 3.1v4.8l-3.1 3.1h-4.8l-3.1-3.1v-4.8zM5.2 2.6v4h1.6v-4zM5.2 7.8v1.6h1.6v-1.6z\"/></symbol>\
<symbol id=\"s-high\" viewBox=\"0 0 12 12\"><path fill=\"currentColor\" d=\"M6 .8 11.6 11H.4z\"/></symbol>\
<symbol id=\"s-medium\" viewBox=\"0 0 12 12\"><path fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.3\" d=\"M6 1 11 6 6 11 1 6z\"/><path fill=\"currentColor\" d=\"M6 1v10L1 6z\"/></symbol>\
<symbol id=\"s-low\" viewBox=\"0 0 12 12\"><circle fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.6\" cx=\"6\" cy=\"6\" r=\"4.2\"/></symbol>\
<symbol id=\"s-info\" viewBox=\"0 0 12 12\"><path fill=\"currentColor\" d=\"M1.5 5h9v2h-9z\"/></symbol></defs></svg>";
