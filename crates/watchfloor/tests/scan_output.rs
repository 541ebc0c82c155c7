//! What `scan` hands on: CSV, a page for people, a file for Timesketch; and the choice by tag.

#![allow(clippy::unwrap_used, reason = "a test may fail here")]

use base64::prelude::{BASE64_STANDARD, Engine};
use sha2::Digest;
use serde_json::Value;
use std::process::{Command, Output};

fn rule(id: &str, title: &str, level: &str, tags: &str, field: &str) -> String {
    format!(
        "title: {title}\nid: {id}1111111-2222-4333-8444-555555555555\nlevel: {level}\ntags: [{tags}]\ndescription: About <b>{title}</b>\n\
         falsepositives: [Nobody]\nlogsource: {{product: app}}\ndetection:\n    s: {{{field}: '*'}}\n    condition: s\n"
    )
}

struct Sample(tempfile::TempDir);

impl Sample {
    /// Two rules, over events that are given as `(field, value)` of hosts, one second apart.
    fn new(events: &[(&str, &str, &str)]) -> Sample {
        let sample = Sample(tempfile::tempdir().unwrap());
        sample.write("rules/a.yml", &rule("a", "Alpha & omega", "critical", "attack.execution, attack.t1059.001", "alpha"));
        sample.write("rules/b.yml", &rule("b", "Beta", "low", "attack.impact, attack.t1486", "beta"));
        let lines = events.iter().enumerate().map(|(second, (host, field, value))| {
            let time = format!("2026-03-12T09:{:02}:{:02}.5Z", second / 60 % 60, second % 60);
            let event = serde_json::json!({"@timestamp": time, "event": {"module": "app"}, "host": {"name": host}, "user": {"name": "ann"}, (*field): value});
            format!("{event}\n")
        });
        sample.write("day.ndjson", &lines.collect::<String>());
        sample
    }
    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    fn scan(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_watchfloor")).args(["scan", "day.ndjson", "--rules", "rules"]).args(arguments).current_dir(self.0.path()).output().unwrap()
    }
    fn text(&self, arguments: &[&str]) -> String {
        let output = self.scan(arguments);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

/// Rows of RFC 4180.
fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut left = text.chars().peekable();
    while let Some(c) = left.next() {
        match c {
            '"' if quoted && left.peek() == Some(&'"') => cell.extend(left.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {
                assert_eq!(left.next(), Some('\n'));
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    assert!(!quoted && row.is_empty() && cell.is_empty(), "the last row is not ended");
    rows
}

#[test]
fn csv_is_one_table_whatever_the_events_say() {
    let sample = Sample::new(&[
        ("ws-1", "alpha", "plain"),
        ("=cmd|' /C calc'!A0", "alpha", "say \"hi\", then\r\nanother line"),
        ("@host", "beta", "x"),
        ("\tws", "beta", "x"),
        ("-5", "beta", "x"),
    ]);
    let rows = rows(&sample.text(&["--format", "csv"]));
    assert_eq!(rows[0], ["time", "level", "rule", "rule_id", "tags", "host", "user", "file", "record", "matched"]);
    assert_eq!(rows[1][..9], ["2026-03-12T09:00:00.5Z", "critical", "Alpha & omega", "a1111111-2222-4333-8444-555555555555", "attack.execution attack.t1059.001", "ws-1", "ann", "day.ndjson", "1"]);
    assert!(rows.len() == 6 && rows.iter().all(|row| row.len() == 10), "{rows:?}");
    // What a spreadsheet would compute is text; what is a number stays one.
    assert_eq!([&rows[2][5], &rows[3][5], &rows[4][5], &rows[5][5]], ["'=cmd|' /C calc'!A0", "'@host", "\\tws", "-5"]);
    let matched: Value = serde_json::from_str(&rows[2][9]).unwrap();
    assert_eq!(matched["alpha"], "say \"hi\", then\r\nanother line");
    // No match is a table without rows.
    assert_eq!(sample.text(&["--format", "csv", "--from", "2030-01-01"]), "time,level,rule,rule_id,tags,host,user,file,record,matched\r\n");
}

#[test]
fn timesketch_has_what_its_import_requires() {
    let sample = Sample::new(&[("ws-1", "alpha", "a\nb"), ("ws-2", "beta", "c")]);
    let text = sample.text(&["--format", "timesketch"]);
    let events: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events.len(), 2);
    let event = &events[0];
    assert_eq!(event["message"], "Alpha & omega (critical), ws-1, ann");
    assert_eq!(event["datetime"], "2026-03-12T09:00:00.5Z");
    assert_eq!(event["timestamp"], 1_773_306_000_500_000_i64);
    assert_eq!((&event["timestamp_desc"], &event["rule_level"]), (&"Event Logged".into(), &"critical".into()));
    assert_eq!((&event["matched_alpha"], &event["source_file"], &event["record"]), (&"a\nb".into(), &"day.ndjson".into(), &1.into()));
    assert_eq!(event["tag"], serde_json::json!(["attack.execution", "attack.t1059.001"]));
}

#[test]
fn tags_choose_matches() {
    let sample = Sample::new(&[("ws-1", "alpha", "a"), ("ws-2", "beta", "c")]);
    for (arguments, count) in [
        (&["--tag", "attack.t1059"][..], 1),
        (&["--tag", "ATTACK.T1059.001"], 1),
        (&["--tag", "attack.t105"], 0),
        (&["--tag", "attack.t1059", "--tag", "attack.impact"], 2),
        (&["--tag", "attack.impact", "--min-level", "high"], 0),
    ] {
        let text = sample.text(&[&["--format", "ndjson"], arguments].concat());
        assert_eq!(text.lines().count(), count, "{arguments:?}");
    }
    // What was not asked for is no reason to fail.
    assert_eq!(sample.scan(&["--fail-on", "critical", "--tag", "attack.impact"]).status.code(), Some(0));
    assert_eq!(sample.scan(&["--fail-on", "critical"]).status.code(), Some(1));
    assert_eq!(sample.scan(&["--format", "pdf"]).status.code(), Some(3));
}

#[test]
fn the_page_loads_nothing_runs_nothing_and_escapes_everything() {
    let hostile = "</dd></style><script>alert(1)</script><img src=x onerror=alert(2)>\u{202e}\"'&";
    let sample = Sample::new(&[(hostile, "alpha", hostile), ("ws-2", "beta", "c")]);
    sample.write("rules/bad.yml", "title: <i>bad</i>\n");
    let page = sample.text(&["--format", "html"]);
    assert!(page.contains("default-src 'none'; style-src 'sha256-") && !page.contains("unsafe"), "no policy");
    for never in ["<script", "<img", "onerror=alert(2)>", "http://", "https://", "url(", "@import", "<b>Alpha", "<i>", "\u{202e}"] {
        assert!(!page.contains(never), "{never}");
    }
    let escaped = "&lt;/dd&gt;&lt;/style&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt;\\u{202e}&quot;&#39;&amp;";
    // Once in the list of hosts, once over their course, once in the finding, once in its field.
    assert_eq!(page.matches(escaped).count(), 4);
    assert!(page.contains("About &lt;b&gt;Alpha &amp; omega&lt;/b&gt;") && page.contains("Rules that did not load: 1"));
    // The style that the policy allows is the style that is there.
    let style = page.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
    let digest = BASE64_STANDARD.encode(sha2::Sha256::digest(style));
    assert!(page.contains(&format!("style-src 'sha256-{digest}'")), "{digest}");
}

#[test]
fn the_course_of_a_host_is_told_in_its_order() {
    let sample = Sample::new(&[("ws-1", "beta", "x"), ("ws-2", "beta", "x"), ("ws-1", "alpha", "x"), ("ws-1", "beta", "x")]);
    let page = sample.text(&["--format", "html"]);
    let course = page.split("<h2 id=\"course\">").nth(1).unwrap().split("<h2").next().unwrap();
    let hosts: Vec<&str> = course.split("<details class=\"course\">").skip(1).collect();
    assert!(hosts.len() == 2 && hosts[0].contains("ws-1</span> <span class=\"quiet\">3 matches in 2 findings"), "{course}");
    // The worst host first, and on it what began first.
    let rows: Vec<Vec<&str>> = hosts[0].split("<tr><td").skip(1).map(|row| row.split("<td").collect()).collect();
    assert!(rows[0][0].contains("09:00:00") && rows[0][2].ends_with("Beta") && rows[0][3].ends_with(">2") && rows[0][4].contains("09:00:03"), "{rows:?}");
    assert!(rows[1][0].contains("09:00:02") && rows[1][2].ends_with("Alpha &amp; omega") && rows[1][3].ends_with(">1"), "{rows:?}");
    assert!(!rows[1][4].contains("09:00"), "a single match has no last one: {rows:?}");
}

#[test]
fn a_page_of_thousands_of_matches_stays_small_and_its_sums_close() {
    let events: Vec<(String, &str)> = (0..6_000).map(|n| (format!("ws-{}", n % 3), if n % 10 == 0 { "alpha" } else { "beta" })).collect();
    let events: Vec<(&str, &str, &str)> = events.iter().map(|(host, field)| (host.as_str(), *field, "value")).collect();
    let sample = Sample::new(&events);
    let page = sample.text(&["--format", "html", "--min-level", "low", "--tag", "attack"]);
    assert!(page.len() < 200_000, "{} bytes", page.len());
    assert!(page.contains("6,000 matches of 2 of 2 rules on 3 hosts, in 6,000 events"));
    assert!(page.contains("<b>600</b>") && page.contains("<b>5,400</b>"));
    assert!(page.contains("Only rules of level low or above.") && page.contains("Only rules tagged attack."));
    assert!(page.contains("T1059.001") && page.contains("T1486") && page.contains("<td>Impact"));
    assert_eq!(page.matches("<details class=\"host\">").count(), 6);
    assert!(page.contains("And 1,775 more; --format csv has them all."));
    assert!(page.contains("Every rule loaded and every input was read to its end."));
}
