//! `rules` through the real binary: rules and samples of its own, and the public rule set where it is there.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may fail here, and tells what it counted")]

#[path = "../floor/mod.rs"]
mod floor;
mod running;

use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const RULE: &str = r"title: Someone asks who they are
id: 61e81caa-246a-4de5-a50a-ed903c95fbd5
status: test
description: A user ran whoami, which people rarely need and intruders always do.
author: Larkfield
date: 2026-03-12
tags: [attack.discovery, attack.t1033]
logsource:
    category: process_creation
    product: windows
detection:
    tool:
        Image|endswith: '\whoami.exe'
    filter:
        User|contains: 'svc'
    condition: tool and not filter
falsepositives: [An administrator at work]
level: high
";

fn event(image: &str, user: &str) -> String {
    let system = r#"{"Provider":{"Name":"Microsoft-Windows-Sysmon"},"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"ws-7"}"#;
    format!("{{\"Event\":{{\"System\":{system},\"EventData\":{{\"Image\":\"C:\\\\Windows\\\\{image}\",\"User\":\"{user}\"}}}}}}\n")
}

struct Sample(tempfile::TempDir);

impl Sample {
    fn new(files: &[(&str, &str)]) -> Sample {
        let sample = Sample(tempfile::tempdir().unwrap());
        for (name, text) in files {
            std::fs::create_dir_all(sample.0.path().join(name).parent().unwrap()).unwrap();
            std::fs::write(sample.0.path().join(name), text).unwrap();
        }
        sample
    }
    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }
    /// `rules` in the folder.
    fn rules(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_watchfloor")).arg("rules").args(arguments).current_dir(self.0.path()).output().unwrap();
        told(&output)
    }
}

fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn lint_names_code_place_and_remedy_and_ends_as_promised() {
    let sample = Sample::new(&[
        ("good.yml", RULE),
        ("odd.yml", &RULE.replace("61e8", "71e8").replace("Someone", "Anyone").replace("'svc'", "'s**c'")),
        ("bad.yml", &RULE.replace("61e8", "81e8").replace("Someone", "Nobody").replace("Image|endswith", "Image|ends")),
    ]);
    let (code, out, err) = sample.rules(&["lint", "good.yml", "odd.yml"]);
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains("odd.yml:15: warning lint.wildcard_double: ") && out.contains("    One wildcard is enough.\n"), "{out}");
    assert!(err.ends_with("files=2 rules=2 errors=0 warnings=1 notes=2\n"), "{err}");
    for (arguments, code) in [
        (&["lint", "odd.yml", "--fail-on", "warning"][..], 1),
        (&["lint", "odd.yml", "--fail-on", "error"], 0),
        (&["lint", "good.yml", "--fail-on", "warning"], 0),
        (&["lint", "good.yml", "--fail-on", "note"], 1),
        (&["lint", "good.yml", "--fail-on", "note", "--allow", "lint.ads_missing"], 0),
        (&["lint", "bad.yml"], 2),
        (&["lint", "."], 2),
        (&["lint", "absent.yml"], 3),
        (&["lint", "good.yml", "--allow", "rule.yaml"], 3),
        (&["lint", "good.yml", "--fail-on", "loud"], 3),
    ] {
        assert_eq!(sample.rules(arguments).0, Some(code), "{arguments:?}");
    }
    let (_, out, _) = sample.rules(&["lint", ".", "--format", "json", "--min-weight", "error"]);
    let answer = json(&out);
    let finding = &answer["findings"][0];
    assert_eq!((&answer["files"], &answer["rules"]), (&3.into(), &2.into()));
    assert_eq!(answer["findings"].as_array().unwrap().len(), 1);
    assert_eq!((&finding["code"], &finding["severity"], &finding["line"]), (&"rule.modifier_unknown".into(), &"error".into(), &13.into()));
    assert!(finding["file"].as_str().unwrap().ends_with("bad.yml") && !finding["remedy"].as_str().unwrap().is_empty());
}

#[test]
fn a_hostile_rule_does_not_steer_the_terminal() {
    let sample = Sample::new(&[("a.yml", &RULE.replace("Someone", "\"\\e[2Jx\"\n#").replace("level: high", "level: \"\\e[31mhigh\""))]);
    let (_, out, err) = sample.rules(&["lint", "a.yml"]);
    assert!(!out.contains('\u{1b}') && !err.contains('\u{1b}') && out.contains("\\u{1b}"), "{out}");
}

#[test]
fn a_rule_is_held_against_its_samples_and_says_why_it_fails() {
    let (hit, service, other) = (event("whoami.exe", "ann"), event("whoami.exe", "svc-backup"), event("cmd.exe", "ann"));
    let sample = Sample::new(&[
        ("ok.yml", RULE),
        ("ok.hit.ndjson", &hit),
        ("ok.miss.ndjson", &format!("{service}\n{other}")),
        ("wrong.yml", RULE),
        ("wrong.hit.ndjson", &format!("{hit}{other}{service}")),
        ("wrong.miss.ndjson", &hit),
        ("bare.yml", RULE),
        ("source.yml", &RULE.replace("process_creation", "dns_query")),
        ("source.hit.ndjson", &hit),
        ("source.miss.ndjson", &other),
        ("empty.yml", RULE),
        ("empty.hit.ndjson", "\n"),
        ("empty.miss.ndjson", &other),
    ]);
    assert_eq!(sample.rules(&["test", "ok.yml"]), (Some(0), "ok          ok.yml  (hits: 1, misses: 2)\n".to_owned(), "passed=1 failed=0 no_samples=0\n".to_owned()));
    let (code, out, err) = sample.rules(&["test", "."]);
    assert_eq!(code, Some(2), "{out}");
    assert_eq!(err, "passed=1 failed=3 no_samples=1\n");
    for said in [
        "no samples  ./bare.yml",
        "./wrong.hit.ndjson:2: should match and does not: tool is false: Image|endswith \\whoami.exe; winlog.event_data.Image is \"C:\\\\Windows\\\\cmd.exe\"\n",
        "./wrong.hit.ndjson:3: should match and does not: every selection holds, but not the condition: tool and not filter\n",
        "./wrong.miss.ndjson:1: should not match and does: tool is true: Image|endswith \\whoami.exe; ",
        "./source.hit.ndjson:1: should match and does not: the rule looks at windows / dns_query, the event is of windows / sysmon / process_creation\n",
        "./empty.hit.ndjson: the file has no sample\n",
    ] {
        assert!(out.contains(said), "{said}\n{out}");
    }
    assert_eq!(sample.rules(&["test", "bare.yml"]).0, Some(0));
    assert_eq!(sample.rules(&["test", "bare.yml", "--require-samples"]).0, Some(2));
    let (_, out, _) = sample.rules(&["test", "wrong.yml", "--format", "json"]);
    assert_eq!((&json(&out)[0]["outcome"], &json(&out)[0]["faults"][0]["line"]), (&"failed".into(), &2.into()));
}

/// A filter in a file of its own is tried with the rules beside it, and a file with rules and a filter by its own rules.
#[test]
fn a_filter_is_held_against_the_rules_of_its_folder() {
    let source = "logsource: {category: process_creation, product: windows}";
    let filter = format!("title: Known\n{source}\nfilter:\n    rules: [61e81caa-246a-4de5-a50a-ed903c95fbd5]\n    known: {{User: ann}}\n    condition: known\n");
    let own = format!("title: Anybody\nid: anybody\n{source}\ndetection:\n    s: {{User: ann, Image|endswith: cmd.exe}}\n    condition: s\n---\n{filter}");
    let sample = Sample::new(&[
        ("rule.yml", RULE),
        ("filter.yml", &filter),
        ("own.yml", &own),
        ("own.hit.ndjson", &event("cmd.exe", "ann")),
        // What the rule beside it matches.
        ("own.miss.ndjson", &event("whoami.exe", "bob")),
        ("lost.yml", &filter.replace("61e81caa", "71e81caa")),
    ]);
    let (code, out, err) = sample.rules(&["test", "."]);
    assert_eq!((code, err.as_str()), (Some(2), "passed=1 failed=1 no_samples=2\n"), "{out}");
    assert!(out.contains("no samples  ./filter.yml") && out.contains("ok          ./own.yml  (hits: 1, misses: 1)"), "{out}");
    assert!(out.contains("FAILED      ./lost.yml") && out.contains("./lost.yml:3: rule.filter_reaches_nothing"), "{out}");
}

#[test]
fn a_match_and_a_miss_are_explained_down_to_the_bytes() {
    let events = format!("{}{}", event("whoami.exe", "ann"), event("cmd.exe", "ann"));
    let sample = Sample::new(&[("rules/a.yml", RULE), ("day.ndjson", &events)]);
    let explain = |record: &str, rule: &str, more: &[&str]| {
        sample.rules(&[&["explain", "--event", "day.ndjson", "--record", record, "--rule", rule], more].concat())
    };
    let (code, out, err) = explain("1", "rules/a.yml", &["--format", "json"]);
    assert_eq!(code, Some(0), "{err}");
    let answer = json(&out);
    assert_eq!((&answer["matches"], &answer["log_source_applies"], &answer["condition"]), (&true.into(), &true.into(), &"tool and not filter".into()));
    let item = &answer["selections"][0]["items"][0];
    assert_eq!((&item["holds"], &item["slot"]), (&true.into(), &"winlog.event_data.Image".into()));
    let [from, to] = [0, 1].map(|at| item["raw"][at].as_u64().unwrap() as usize);
    assert_eq!(&events.as_bytes()[from..to], br"\\whoami.exe");
    assert_eq!(answer["selections"][1]["holds"], false);

    // By id and by title, among many.
    for rule in ["61e81caa-246a-4de5-a50a-ed903c95fbd5", "someone asks WHO they are", "a.yml"] {
        let (_, out, err) = explain("1", rule, &["--rules", "rules"]);
        assert!(out.contains("the rule matches") && out.contains("C:\\\\Windows⟦\\\\whoami.exe⟧"), "{rule}: {out}{err}");
    }
    let (_, out, _) = explain("2", "rules/a.yml", &[]);
    assert!(out.contains("Answer      the rule does not match: tool is false: Image|endswith \\whoami.exe; winlog.event_data.Image is "), "{out}");
    // A log source that does not apply is the reason, whatever the fields say.
    std::fs::write(sample.path("dns.yml"), RULE.replace("process_creation", "dns_query")).unwrap();
    let (_, out, _) = explain("1", "dns.yml", &[]);
    assert!(out.contains("does not apply") && out.contains("Condition   tool and not filter: true") && out.contains("the rule does not match: the rule looks at"), "{out}");
    for (record, rule, code) in [("3", "rules/a.yml", 3), ("0", "rules/a.yml", 3), ("1", "no such rule", 2)] {
        assert_eq!(explain(record, rule, &[]).0, Some(code), "{record} {rule}");
    }
    assert_eq!(sample.rules(&["explain", "--event", "day.ndjson", "--rule", "rules/a.yml"]).0, Some(3));
    // From standard input.
    let mut child = Command::new(env!("CARGO_BIN_EXE_watchfloor"))
        .args(["rules", "explain", "--event", "-", "--rule", &sample.path("rules/a.yml")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(event("whoami.exe", "ann").as_bytes()).unwrap();
    let (code, out, _) = told(&child.wait_with_output().unwrap());
    assert!(code == Some(0) && out.contains("the rule matches"), "{out}");
}

#[test]
fn each_value_of_a_list_has_an_answer_of_its_own() {
    let rule = RULE.replace(r"Image|endswith: '\whoami.exe'", r"Image|endswith: ['\hostname.exe', '\whoami.exe']");
    let sample = Sample::new(&[("a.yml", &rule), ("hit.ndjson", &event("whoami.exe", "ann")), ("miss.ndjson", &event("cmd.exe", "ann"))]);
    for (file, held) in [("hit.ndjson", true), ("miss.ndjson", false)] {
        let (_, out, err) = sample.rules(&["explain", "--event", file, "--rule", "a.yml"]);
        let line = format!("           {held:<5}  \\whoami.exe");
        assert!(out.contains("           false  \\hostname.exe") && out.contains(&line), "{file}: {out}{err}");
    }
}

#[test]
fn an_import_says_what_it_would_change() {
    let sample = Sample::new(&[
        ("old/same.yml", RULE),
        ("old/changed.yml", &RULE.replace("61e8", "71e8")),
        ("old/gone.yml", &RULE.replace("61e8", "81e8")),
        ("new/same.yml", RULE),
        ("new/changed.yml", &RULE.replace("61e8", "71e8").replace("level: high", "level: low")),
        ("new/added.yml", &RULE.replace("61e8", "91e8")),
        ("new/bad.yml", &RULE.replace("61e8", "a1e8").replace("tool and", "tools and")),
    ]);
    let (code, out, err) = sample.rules(&["import", "new", "--against", "old", "--dry-run", "--format", "json"]);
    assert_eq!(code, Some(0), "{err}");
    let answer = json(&out);
    for (kind, id) in [("added", "91e8"), ("changed", "71e8"), ("removed", "81e8")] {
        let entries = answer[kind].as_array().unwrap();
        assert!(entries.len() == 1 && entries[0]["id"].as_str().unwrap().starts_with(id), "{kind} {entries:?}");
    }
    assert_eq!((&answer["unchanged"], &answer["without_telemetry"]), (&1.into(), &Value::Null));
    assert_eq!((&answer["refused"][0]["code"], &answer["refused"][0]["line"]), (&"rule.selection_unknown".into(), &16.into()));
    assert_eq!(sample.rules(&["import", "new/bad.yml", "--dry-run"]).0, Some(2));
}

#[test]
fn the_public_rules_give_few_warnings() {
    let archive = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/sigma/sigmahq-rules.tar.zst"));
    if !archive.exists() {
        eprintln!("skipped: no public rules in {}", archive.display());
        return;
    }
    let sample = Sample::new(&[]);
    let (code, out, _) = sample.rules(&["lint", archive.to_str().unwrap(), "--format", "json"]);
    let answer = json(&out);
    let findings = answer["findings"].as_array().unwrap();
    let of = |weight: &str| findings.iter().filter(|finding| finding["severity"] == weight).count();
    // Placeholders and the like do not load and are errors. Of what loads, hardly any public rule is wrong: a lint that
    // found fault with many of them would be wrong itself.
    assert_eq!(code, Some(2));
    assert!(findings.iter().filter(|finding| finding["severity"] == "error").all(|finding| finding["code"].as_str().unwrap().starts_with("rule.")));
    assert!(of("warning") > 0 && of("warning") < answer["rules"].as_u64().unwrap() as usize / 10, "{} warnings", of("warning"));
}
