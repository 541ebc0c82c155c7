//! The findings: rules, within them hosts, within them matches. Everything is folded, so that thousands can be read.

use super::report::{Group, OfRule, Report};
use super::text::{escape, moment, number};
use super::{host_name, matches, severity, span};
use model::Severity;
use std::io::{self, Write};

/// Writes filter and list.
pub fn write(out: &mut impl Write, report: &Report) -> io::Result<()> {
    write!(out, "<fieldset class=\"filter\"><legend>Show</legend>")?;
    for level in Severity::ALL.into_iter().rev().filter(|level| report.levels.get(*level as usize).is_some_and(|count| *count > 0)) {
        write!(out, "<label><input type=\"checkbox\" id=\"show-{0}\" checked>{1}</label>", level.as_str(), severity(level))?;
    }
    write!(out, "</fieldset><div class=\"rules\">")?;
    report.ranked().into_iter().try_for_each(|rule| one(out, rule))?;
    if report.more_indicators > 0 {
        write!(out, "<p class=\"about\">And {} of further indicators, which are too many for this page; --format csv has them all.</p>", matches(report.more_indicators))?;
    }
    write!(out, "</div>")
}

fn one(out: &mut impl Write, rule: &OfRule) -> io::Result<()> {
    let hosts = rule.hosts.len();
    let more = if rule.elsewhere > 0 { "more than " } else { "" };
    write!(
        out,
        "<details class=\"rule {}\"><summary>{}<span class=\"name\">{}</span><span class=\"quiet\">{more}{} {}</span><b class=\"n\">{}</b></summary>",
        rule.level.as_str(), severity(rule.level), escape(&rule.title), number(hosts as u64), if hosts == 1 { "host" } else { "hosts" }, number(rule.count)
    )?;
    write!(out, "<div class=\"about\"><p>{}</p>", escape(rule.description.trim()))?;
    if !rule.false_positives.is_empty() {
        let list: Vec<String> = rule.false_positives.iter().map(|text| escape(text)).collect();
        write!(out, "<p>May mistake: {}.</p>", list.join("; "))?;
    }
    write!(out, "<p class=\"quiet\">{} Rule <span class=\"mono\">{}</span></p><p class=\"mono\">", span(rule.span), escape(&rule.id))?;
    for tag in &rule.tags {
        write!(out, "<span class=\"tag\">{}</span>", escape(tag))?;
    }
    write!(out, "</p></div>")?;
    let mut hosts: Vec<_> = rule.hosts.iter().collect();
    hosts.sort_by(|a, b| b.1.count.cmp(&a.1.count).then_with(|| a.0.cmp(b.0)));
    hosts.into_iter().try_for_each(|(name, group)| host(out, name, group))?;
    if rule.elsewhere > 0 {
        write!(out, "<p class=\"about\">And {} on other hosts; --format csv has them all.</p>", matches(rule.elsewhere))?;
    }
    write!(out, "</details>")
}

fn host(out: &mut impl Write, name: &str, group: &Group) -> io::Result<()> {
    write!(out, "<details class=\"host\"><summary><span class=\"mono\">{}</span> <span class=\"quiet\">{}. {}</span></summary>", host_name(name), matches(group.count), span(group.span))?;
    write!(out, "<table><thead><tr><th>Time<th>Account<th>What matched<th>Where</thead><tbody>")?;
    for one in &group.shown {
        write!(out, "<tr><td class=\"mono when\">{}<td class=\"mono\">{}<td><dl class=\"mono\">", moment(one.time), escape(one.user.as_deref().unwrap_or("")))?;
        for (field, value) in &one.fields {
            write!(out, "<dt>{}<dd>{}</dd>", escape(field), escape(value))?;
        }
        write!(out, "</dl><td class=\"mono\">{}", escape(&one.place))?;
    }
    write!(out, "</tbody></table>")?;
    let more = group.count.saturating_sub(group.shown.len() as u64);
    if more > 0 {
        write!(out, "<p class=\"quiet\">And {} more; --format csv has them all.</p>", number(more))?;
    }
    write!(out, "</details>")
}
