//! Processing pipelines through the real binary: rules in ECS names on Windows events, with the pipeline and without.

#![allow(clippy::unwrap_used, reason = "a test may fail here")]

mod process;

use model::Timestamp;
use process::{Service, binary};
use serde_json::Value;
use std::path::PathBuf;
use testkit::{LogEvent, event_log};

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
        process.executable|endswith: '/whoami.exe'
        process_owner: '%people%'
    condition: tool
falsepositives: [An administrator at work]
level: high
";

const PIPELINE: &str = r"name: from ECS
vars: {people: [ann, bob]}
transformations:
  - id: names
    type: field_name_mapping
    mapping: {process.executable: Image, process_owner: User}
  - type: replace_string
    regex: '/'
    replacement: '\\'
    field_name_conditions: [{type: include_fields, fields: [Image]}]
  - {type: value_placeholders}
";

const EVENT: &str = r#"{"Event":{"System":{"Provider":{"Name":"Microsoft-Windows-Sysmon"},"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"ws-7"},"EventData":{"Image":"C:\\Windows\\whoami.exe","User":"bob"}}}"#;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        let rule = RULE.replace("process_owner:", "process_owner|expand:");
        for (name, text) in [
            ("rules/r.yml", &rule[..]),
            ("rules/r.hit.ndjson", EVENT),
            ("pipes/ecs.yml", PIPELINE),
            ("e.ndjson", EVENT),
        ] {
            std::fs::create_dir_all(folder.path(name).parent().unwrap()).unwrap();
            std::fs::write(folder.path(name), text).unwrap();
        }
        std::fs::write(folder.path("rules/r.miss.ndjson"), EVENT.replace("bob", "eve")).unwrap();
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let output = binary().args(arguments).current_dir(self.0.path()).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    }
}

#[test]
fn rules_of_another_naming_find_events_of_this_one() {
    let folder = Folder::new();
    let scan = ["scan", "e.ndjson", "--rules", "rules", "--format", "ndjson"];
    let with = |arguments: &[&'static str]| [arguments, &["--pipeline", "pipes"]].concat();
    let (code, out, err) = folder.run(&scan);
    assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
    assert!(err.contains("rule.placeholder_undefined"), "{err}");
    let (code, out, err) = folder.run(&with(&scan));
    assert_eq!((code, out.lines().count()), (Some(0), 1), "{out}{err}");
    assert!(out.contains(r#"C:\\Windows\\whoami.exe"#), "{out}");

    let (code, out, err) = folder.run(&with(&["rules", "test", "rules"]));
    assert_eq!(code, Some(0), "{out}{err}");
    let (code, _, err) = folder.run(&["rules", "test", "rules"]);
    assert_eq!(code, Some(2), "{err}");

    let (_, out, err) = folder.run(&with(&["rules", "explain", "--event", "e.ndjson", "--rule", "rules/r.yml"]));
    for line in [
        "Changed by  pipeline from ECS: 1 field_name_mapping (names)\n",
        "the rule's file says process.executable\n",
        "the rule matches\n",
    ] {
        assert!(out.contains(line), "{line}{out}{err}");
    }
    let (_, out, err) =
        folder.run(&with(&["rules", "explain", "--event", "e.ndjson", "--rule", "rules/r.yml", "--format", "json"]));
    let answer: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"));
    assert_eq!(answer["selections"][0]["items"][0]["was"], "process.executable");
    assert_eq!(answer["rule"]["changed_by"].as_array().unwrap().len(), 3);

    // Event logs are read by another process, which has to have the same pipelines.
    let data = [("Image", "C:\\Windows\\whoami.exe"), ("User", "bob")];
    let provider = "Microsoft-Windows-Sysmon";
    let channel = "Microsoft-Windows-Sysmon/Operational";
    let event = LogEvent { provider, channel, id: 1, computer: "ws-7", time: Timestamp(1_700_000_000_000_000_000), data: &data };
    std::fs::write(folder.path("e.evtx"), event_log(&[event])).unwrap();
    let (code, out, err) = folder.run(&with(&["scan", "e.evtx", "--rules", "rules", "--format", "ndjson"]));
    assert_eq!((code, out.lines().count()), (Some(0), 1), "{out}{err}");

    // The field that the pipeline has a name for is no unknown one.
    let (code, out, err) = folder.run(&with(&["rules", "lint", "rules"]));
    assert_eq!((code, out.contains("lint.field_unknown")), (Some(0), false), "{out}{err}");
    let (code, out, err) = folder.run(&with(&["rules", "import", "rules", "--dry-run", "--against", "rules"]));
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(err.contains("loaded=1 added=0 changed=0 removed=0 unchanged=1"), "{err}");
}

#[test]
fn a_correlation_groups_by_the_names_of_this_one() {
    let folder = Folder::new();
    let correlation = "---\ntitle: Again and again\nid: again\ncorrelation:\n    type: event_count\n    rules: 61e81caa-246a-4de5-a50a-ed903c95fbd5\n    group-by: process_owner\n    timespan: 1h\n    condition: {gte: 2}\nlevel: high\n";
    let rule = std::fs::read_to_string(folder.path("rules/r.yml")).unwrap();
    std::fs::write(folder.path("rules/r.yml"), format!("{rule}{correlation}")).unwrap();
    let twice = |name: &str| format!("{EVENT}\n{}\n", EVENT.replace("bob", name));
    std::fs::write(folder.path("rules/r.hit.ndjson"), twice("bob")).unwrap();
    std::fs::write(folder.path("rules/r.miss.ndjson"), twice("ann")).unwrap();
    let (code, out, err) = folder.run(&["rules", "test", "rules", "--pipeline", "pipes"]);
    assert_eq!((code, err.as_str()), (Some(0), "passed=1 failed=0 no_samples=0\n"), "{out}");
    let explain = ["rules", "explain", "--event", "e.ndjson", "--rule", "rules/r.yml", "--pipeline", "pipes"];
    let (_, out, err) = folder.run(&explain);
    for line in ["Changed by  pipeline from ECS: 1 field_name_mapping (names)\n", "for each process_owner\n"] {
        assert!(out.contains(line), "{line}{out}{err}");
    }
}

#[test]
fn half_a_pipeline_is_none() {
    let folder = Folder::new();
    std::fs::write(folder.path("pipes/bad.yml"), "name: bad\ntransformations:\n  - type: teleport\n").unwrap();
    for command in [
        &["scan", "e.ndjson", "--rules", "rules"][..],
        &["rules", "lint", "rules"],
        &["rules", "test", "rules"],
        &["rules", "import", "rules", "--dry-run"],
        &["serve", "--data", "floor", "--listen", "127.0.0.1:0"],
    ] {
        let (code, out, err) = folder.run(&[command, &["--pipeline", "pipes"]].concat());
        assert_eq!((code, out.as_str()), (Some(2), ""), "{command:?} {err}");
        assert!(err.contains("pipes/bad.yml:3: pipeline.unknown: there is no step teleport"), "{command:?} {err}");
    }
}

#[test]
fn a_floor_takes_its_pipelines_from_a_flag_or_its_settings() {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.path("floor")).unwrap();
    let rules = folder.path("rules").display().to_string();
    std::fs::write(folder.path("floor/watchfloor.toml"), "[rules]\npath = '../rules'\npipelines = '../pipes'\n")
        .unwrap();
    let service = Service::start(&folder.path("floor"), &["--listen", "127.0.0.1:0"]).unwrap();
    assert!(!service.said.contains("does not load"), "{}", service.said);
    drop(service);
    std::fs::remove_file(folder.path("floor/watchfloor.toml")).unwrap();
    let bare = Service::start(&folder.path("floor"), &["--listen", "127.0.0.1:0", "--rules", &rules]).unwrap();
    assert!(bare.said.contains("rule.placeholder_undefined"), "{}", bare.said);
    drop(bare);
    let pipes = folder.path("pipes").display().to_string();
    let service =
        Service::start(&folder.path("floor"), &["--listen", "127.0.0.1:0", "--rules", &rules, "--pipeline", &pipes])
            .unwrap();
    assert!(!service.said.contains("does not load"), "{}", service.said);
}
