//! Correlations through the real binary: over the files of a scan, as samples beside a rule, and on a floor that is killed.

#![allow(clippy::unwrap_used, reason = "a test may fail here")]

mod floor;

use floor::Floor;
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

/// Refused logons, and three of one account within a minute.
const RULES: &str = "title: Refused
name: refused
id: 21111111-2222-4333-8444-555555555555
level: low
logsource: {product: linux, service: sshd}
detection:
    selection: {message|startswith: 'Failed password'}
    condition: selection
---
title: Refused again and again
id: 31111111-2222-4333-8444-555555555555
level: high
tags: [attack.t1110]
correlation:
    type: event_count
    rules: [refused]
    group-by: [host.name]
    timespan: 1m
    condition: {gte: 3}
";

fn line(host: &str, second: u32) -> String {
    format!("<86>1 2026-03-12T08:00:{second:02}Z {host} sshd 71 - - Failed password for root from 192.0.2.9 port 4711 ssh2\n")
}

struct Sample(tempfile::TempDir);

impl Sample {
    fn new(files: &[(&str, String)]) -> Sample {
        let sample = Sample(tempfile::tempdir().unwrap());
        for (name, text) in files {
            let path = sample.0.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        sample
    }
    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_watchfloor")).args(arguments).current_dir(self.0.path()).output().unwrap()
    }
    /// The objects that a scan of `logs` prints.
    fn scan(&self, more: &[&str]) -> Vec<Value> {
        let output = self.run(&[&["scan", "logs", "--rules", "rules.yml", "--format", "ndjson"], more].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Two files whose events belong between each other: only together and by time are they three in a minute.
fn parted() -> Sample {
    Sample::new(&[
        ("rules.yml", RULES.to_owned()),
        ("logs/a.log", line("web-1", 10) + &line("web-2", 11) + &line("web-1", 50)),
        ("logs/b.log", line("web-1", 30) + &line("web-2", 12)),
    ])
}

#[test]
fn a_scan_correlates_over_all_files_by_event_time() {
    let sample = parted();
    for threads in ["1", "2"] {
        let found = sample.scan(&["--threads", threads]);
        // The rule itself only feeds the correlation.
        assert_eq!(found.len(), 1, "{found:?}");
        let hit = &found[0];
        assert_eq!((&hit["rule"]["title"], &hit["rule"]["level"]), (&json!("Refused again and again"), &json!("high")));
        assert_eq!((&hit["time"], &hit["file"], &hit["record"]), (&json!("2026-03-12T08:00:50Z"), &json!("logs/a.log"), &json!(3)));
        assert_eq!(hit["host"], "web-1");
        assert_eq!(hit["matched"], json!({"host.name": "web-1", "event_count": "3"}));
        let events = json!([{"file": "logs/a.log", "record": 1}, {"file": "logs/b.log", "record": 1}, {"file": "logs/a.log", "record": 3}]);
        assert_eq!(hit["events"], events);
    }
    // Levels and tags are those of the correlation; what feeds it is below.
    assert_eq!(sample.scan(&["--min-level", "high"]).len(), 1);
    assert_eq!(sample.scan(&["--min-level", "critical"]).len(), 0);
    assert_eq!(sample.scan(&["--tag", "attack.t1110"]).len(), 1);
    assert_eq!(sample.scan(&["--tag", "attack.t1059"]).len(), 0);
    // Outside of the time that is asked for nothing counts.
    assert_eq!(sample.scan(&["--from", "2026-03-12T08:00:20Z"]).len(), 0);
    assert_eq!(sample.run(&["scan", "logs", "--rules", "rules.yml", "--fail-on", "high"]).status.code(), Some(1));
    let table = text(&sample.run(&["scan", "logs", "--rules", "rules.yml"]).stdout);
    assert!(table.contains("Refused again and again") && table.contains("logs/a.log#3 and 2 more"), "{table}");
    // With `generate` the rule is told too.
    std::fs::write(sample.0.path().join("rules.yml"), format!("{RULES}generate: true\n")).unwrap();
    assert_eq!(sample.scan(&[]).len(), 6);
}

/// Through the workers that read event logs: each file's events on each host, counted by hand from the plain matches.
#[test]
fn event_logs_are_correlated_as_text_is() {
    let root = std::env::var("WATCHFLOOR_SHARED_DATA").unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data").to_owned());
    let Ok(file) = std::fs::File::open(Path::new(&root).join("sigma/regression_data.tar.zst")) else {
        eprintln!("skipped: no shared data at {root}");
        return;
    };
    let base = "title: Process\nname: process\nlevel: informational\nlogsource: {category: process_creation, product: windows}\ndetection: {s: {EventID: 1}, condition: s}\n";
    let correlation = "---\ntitle: All of a host\nid: 41111111-2222-4333-8444-555555555555\ngenerate: true\ncorrelation: {type: event_count, rules: [process], group-by: [Computer], timespan: 90d, condition: {gte: 2}}\n";
    let sample = Sample::new(&[("rules.yml", format!("{base}{correlation}"))]);
    let logs = sample.0.path().join("logs");
    std::fs::create_dir(&logs).unwrap();
    for entry in tar::Archive::new(zstd::Decoder::new(file).unwrap()).entries().unwrap() {
        let mut entry = entry.unwrap();
        if entry.path().unwrap().extension().is_some_and(|extension| extension == "evtx") {
            entry.unpack_in(&logs).unwrap();
        }
    }
    let found = sample.scan(&[]);
    let (hits, matches): (Vec<_>, Vec<_>) = found.iter().partition(|one| one["rule"]["title"] == "All of a host");
    assert!(hits.len() > 10 && matches.len() > 100, "{} {}", hits.len(), matches.len());
    for hit in hits {
        let events = hit["events"].as_array().unwrap();
        assert_eq!(events.len(), 2);
        for event in events {
            let is = |one: &&&Value| one["file"] == event["file"] && one["record"] == event["record"];
            assert!(matches.iter().any(|one| is(&one)), "{event} is no match");
        }
    }
}

#[test]
fn samples_of_a_correlation_are_sequences() {
    let three = line("web-1", 1) + &line("web-1", 2) + &line("web-1", 3);
    let two = line("web-1", 1) + &line("web-1", 2) + "\n" + &line("web-1", 3);
    let sample = Sample::new(&[("rules/it.yml", RULES.to_owned()), ("rules/it.hit.ndjson", three.clone()), ("rules/it.miss.ndjson", two.clone())]);
    let test = |sample: &Sample| {
        let output = sample.run(&["rules", "test", "rules", "--require-samples"]);
        (output.status.code().unwrap(), text(&output.stdout))
    };
    let (code, told) = test(&sample);
    assert_eq!((code, told.contains("(hits: 1, misses: 2)")), (0, true), "{told}");
    std::fs::write(sample.0.path().join("rules/it.hit.ndjson"), two).unwrap();
    std::fs::write(sample.0.path().join("rules/it.miss.ndjson"), three).unwrap();
    let (code, told) = test(&sample);
    assert_eq!(code, 2);
    assert!(told.contains("it.hit.ndjson:1: should lead to a hit and does not; of 2 events Refused matches 2"), "{told}");
    assert!(told.contains("it.hit.ndjson:4: should lead to a hit"), "{told}");
    assert!(told.contains("it.miss.ndjson:1: should lead to no hit and does: Refused again and again with the event of line 3, 3 events"), "{told}");
    // A correlation whose rules stand in another file of the folder.
    let (rule, correlation) = RULES.split_once("---\n").unwrap();
    let three = line("web-1", 1) + &line("web-1", 2) + &line("web-1", 3);
    let parted = Sample::new(&[("rules/base.yml", rule.to_owned()), ("rules/it.yml", correlation.to_owned()), ("rules/it.hit.ndjson", three), ("rules/it.miss.ndjson", line("web-1", 1))]);
    let output = parted.run(&["rules", "test", "rules"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
}

#[test]
fn explain_and_lint_say_what_a_correlation_is() {
    let upper = RULES.replace("{gte: 3}", "{lt: 3}");
    let sample = Sample::new(&[("it.yml", RULES.to_owned()), ("upper.yml", upper), ("one.log", line("web-1", 1)), ("other.log", "<86>1 2026-03-12T08:00:01Z web-1 sshd 71 - - Accepted password for root\n".to_owned())]);
    let told = |event: &str| text(&sample.run(&["rules", "explain", "--event", event, "--rule", "it.yml"]).stdout);
    let counts = told("one.log");
    assert!(counts.contains("event_count gte 3 within 60 s, for each host.name") && counts.contains("the event counts for the correlation"), "{counts}");
    let other = told("other.log");
    assert!(other.contains("the event does not count") && other.contains("Refused: selection is false"), "{other}");
    let output = sample.run(&["rules", "lint", "upper.yml", "--format", "json"]);
    assert!(text(&output.stdout).contains("lint.correlation_upper_bound"), "{}", text(&output.stdout));
    assert!(!text(&sample.run(&["rules", "lint", "it.yml", "--format", "json"]).stdout).contains("lint.correlation"));
}

/// The state outlives the process, whether it ends in order or not; and no event is counted twice by it.
#[test]
fn a_floor_that_is_stopped_or_killed_does_not_forget() {
    let mut floor = Floor::start(&[("rules.yml", RULES)], None);
    let (ingest, analyst) = (floor.token("ingest"), floor.token("analyst"));
    let send = |floor: &Floor, host: &str, second: u32| {
        floor.post_text(&ingest, "/api/v1/ingest?source=ssh&format=syslog", &line(host, second), &[]);
    };
    let alerts = |floor: &Floor| floor.get(&analyst, "/api/v1/alerts")["items"].as_array().unwrap().clone();
    send(&floor, "web-1", 1);
    send(&floor, "web-2", 1);
    floor.stop();
    assert!(floor.data().join("correlations.state").is_file());
    floor.start_again();
    send(&floor, "web-1", 2);
    floor.kill_after(Duration::ZERO).join().unwrap();
    floor.start_again();
    assert_eq!(alerts(&floor), [] as [Value; 0], "two are not three, and the rule itself is no alert");
    send(&floor, "web-1", 3);
    let found = floor.wait_for(|| Some(alerts(&floor)).filter(|found| !found.is_empty()));
    assert_eq!(found.len(), 1, "{found:?}");
    let alert = &found[0];
    assert_eq!((&alert["title"], &alert["count"], &alert["host"]), (&json!("Refused again and again"), &json!(3), &json!("web-1")));
    let id = alert["id"].as_str().unwrap();
    let events = floor.get(&analyst, &format!("/api/v1/alerts/{id}/events"));
    assert_eq!(events["items"].as_array().unwrap().len(), 3, "{events}");
    let explained = floor.get(&analyst, &format!("/api/v1/alerts/{id}/explain"));
    assert_eq!((&explained["stale"], &explained["rule"]["title"]), (&json!(false), &json!("Refused again and again")));
    assert_eq!((&explained["correlation"]["kind"], &explained["explanation"]), (&json!("event_count"), &Value::Null));
    assert_eq!(explained["correlation"]["rules"].as_array().unwrap().len(), 1, "{explained}");
    // Killed right after: the alert is there once, and its events are not counted again.
    floor.kill_after(Duration::ZERO).join().unwrap();
    floor.start_again();
    send(&floor, "web-1", 4);
    send(&floor, "web-2", 2);
    send(&floor, "web-2", 3);
    let found = floor.wait_for(|| Some(alerts(&floor)).filter(|found| found.len() > 1));
    let counts: Vec<_> = found.iter().map(|alert| (alert["host"].as_str().unwrap(), alert["count"].as_i64().unwrap())).collect();
    assert_eq!((counts.len(), counts.contains(&("web-1", 3)), counts.contains(&("web-2", 3))), (2, true, true), "{counts:?}");
}

/// What is remembered and what had to be forgotten, as an operator sees it.
#[test]
fn a_floor_tells_what_it_remembers_and_forgets() {
    let settings = vec![("WATCHFLOOR_CORRELATIONS__STATE_MIB", "1".to_owned())];
    let floor = Floor::start_with(&[("rules.yml", RULES)], None, settings);
    let ingest = floor.token("ingest");
    let send = |lines: &str| floor.post_text(&ingest, "/api/v1/ingest?source=ssh&format=syslog", lines, &[]);
    let told = |name: &str| floor.metrics()[&format!("watchfloor_correlations_{name}")];
    send(&(line("web-1", 1) + &line("web-2", 1) + &line("web-2", 2)));
    floor.wait_for(|| (told("state_entries") == 3).then_some(()));
    assert_eq!((told("state_groups"), told("state_limit_bytes"), told("evicted_groups_total")), (2, 1 << 20, 0));
    let few = told("state_bytes");
    assert!(few > 0 && few < 10_000, "{few}");
    let hosts = 20_000;
    send(&(0..hosts).map(|at| line(&format!("host-{at}"), 3)).collect::<String>());
    // None is lost from the count: what is not remembered was forgotten.
    floor.wait_for(|| (told("state_groups") + told("evicted_groups_total") == hosts + 2).then_some(()));
    assert!(told("state_groups") > 1_000 && told("evicted_groups_total") > 1_000, "{:?}", floor.metrics());
    assert!(told("state_bytes") <= 1 << 20 && told("state_bytes") > 1 << 19, "{}", told("state_bytes"));
}
