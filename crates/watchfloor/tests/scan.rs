//! `scan` through the real binary: on samples of its own, and on public data where it is there.

#![allow(clippy::unwrap_used, reason = "a test may fail here")]

use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const RULE: &str = "title: Someone asks who they are
id: 11111111-2222-4333-8444-555555555555
level: high
tags: [attack.t1033]
logsource: {category: process_creation, product: windows}
detection:
    selection: {Image|endswith: '\\whoami.exe'}
    condition: selection
";

const EVENTS: &str = r##"{"Event":{"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon"}},"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"ws-7","TimeCreated":{"#attributes":{"SystemTime":"2026-03-12T08:00:00Z"}}},"EventData":{"Image":"C:\\Windows\\System32\\cmd.exe","User":"CORP\\ann"}}}
{"Event":{"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon"}},"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"ws-7","TimeCreated":{"#attributes":{"SystemTime":"2026-03-12T09:00:00Z"}}},"EventData":{"Image":"C:\\Windows\\System32\\whoami.exe","User":"CORP\\ann"}}}
"##;

fn scan(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_watchfloor")).arg("scan").args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A folder with a rule and two events.
struct Sample {
    dir: tempfile::TempDir,
}

impl Sample {
    fn new() -> Sample {
        let sample = Sample { dir: tempfile::tempdir().unwrap() };
        sample.write("rule.yml", RULE.as_bytes());
        sample.write("logs/day.ndjson", EVENTS.as_bytes());
        sample
    }
    fn path(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().unwrap().to_owned()
    }
    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    fn scan(&self, more: &[&str]) -> Output {
        let (logs, rule) = (self.path("logs"), self.path("rule.yml"));
        scan(&[&[logs.as_str(), "--rules", &rule, "--format", "ndjson"], more].concat())
    }
}

#[test]
fn a_match_is_told_in_the_promised_shape() {
    let sample = Sample::new();
    let output = sample.scan(&["--stats"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let matched = &lines(&output)[0];
    assert_eq!(matched["time"], "2026-03-12T09:00:00Z");
    assert_eq!(matched["rule"]["id"], "11111111-2222-4333-8444-555555555555");
    assert_eq!(matched["rule"]["title"], "Someone asks who they are");
    assert_eq!(matched["rule"]["level"], "high");
    assert_eq!(matched["rule"]["tags"][0], "attack.t1033");
    assert_eq!(matched["file"], sample.path("logs/day.ndjson"));
    assert_eq!(matched["record"], 2);
    assert_eq!((&matched["host"], &matched["user"]), (&"ws-7".into(), &"ann".into()));
    assert_eq!(matched["matched"]["Image"], "C:\\Windows\\System32\\whoami.exe");
    let stats = text(&output.stderr);
    let names: Vec<_> = stats.lines().last().unwrap().split(' ').map(|pair| pair.split_once('=').unwrap().0).collect();
    assert_eq!(names, ["events", "bytes", "rules", "matches", "load_s", "scan_s", "threads"]);
    assert!(stats.contains("events=2 ") && stats.contains(" rules=1 matches=1 "), "{stats}");
}

#[test]
fn times_and_levels_choose_and_fail_on_tells() {
    let sample = Sample::new();
    for (arguments, matches, code) in [
        (&["--from", "2026-03-12T09:00:00Z"][..], 1, 0),
        (&["--from", "2026-03-13"], 0, 0),
        (&["--to", "2026-03-12T09:00:00Z"], 0, 0),
        (&["--min-level", "critical"], 0, 0),
        (&["--min-level", "high", "--fail-on", "high"], 1, 1),
        (&["--fail-on", "critical"], 1, 0),
    ] {
        let output = sample.scan(arguments);
        assert_eq!((lines(&output).len(), output.status.code()), (matches, Some(code)), "{arguments:?}");
    }
}

#[test]
fn compressed_logs_and_archived_rules_give_the_same() {
    let sample = Sample::new();
    sample.write("logs/day.ndjson", b"");
    sample.write("logs/packed.ndjson.zst", &zstd::encode_all(EVENTS.as_bytes(), 1).unwrap());
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(RULE.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    archive.append_data(&mut header, "rules/rule.yml", RULE.as_bytes()).unwrap();
    sample.write("rules.tar.zst", &zstd::encode_all(archive.into_inner().unwrap().as_slice(), 1).unwrap());
    let output = scan(&[&sample.path("logs"), "--rules", &sample.path("rules.tar.zst"), "--format", "json"]);
    let matches: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(matches.len(), 1, "{}", text(&output.stderr));
    assert!(matches[0]["file"].as_str().unwrap().ends_with("packed.ndjson.zst"));
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_scanned() {
    let sample = Sample::new();
    sample.write("logs/broken.evtx", b"ElfFile\0 and no more");
    sample.write("logs/noise.evtx", &vec![0x2a; 4096 + 65536 + 100]);
    sample.write("logs/torn.json", b"{\"a\": ");
    let output = sample.scan(&[]);
    assert_eq!((lines(&output).len(), output.status.code()), (1, Some(5)));
    let told = text(&output.stderr);
    for name in ["broken.evtx: ", "noise.evtx: chunk 0: ", "noise.evtx: chunk 1: cut off", "torn.json: record 1: "] {
        assert!(told.contains(name), "{name} in {told}");
    }
}

#[test]
fn wrong_use_and_rules_that_do_not_load_have_their_codes() {
    let sample = Sample::new();
    let output = scan(&[&sample.path("logs"), "--rules", &sample.path("rule.yml"), "--format", "pdf"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("the formats are"));
    sample.write("bad/one.yml", b"title: x\nlogsource: {product: windows}\ndetection: {a: {b|nonsense: c}, condition: a}\n");
    let output = scan(&[&sample.path("logs"), "--rules", &sample.path("bad")]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("rule.modifier_unknown"), "{}", text(&output.stderr));
}

#[test]
fn an_update_of_the_program_does_not_stop_a_scan_that_runs() {
    let sample = Sample::new();
    let data = [("Image", r"C:\Windows\System32\whoami.exe")];
    let event = testkit::LogEvent { provider: "Microsoft-Windows-Sysmon", channel: "Microsoft-Windows-Sysmon/Operational", id: 1, computer: "ws-7", time: model::Timestamp(0), data: &data };
    // It is not called like an event log, so that no worker begins before it is read.
    sample.write("late.log", &testkit::event_log(&[event]));
    let built = Path::new(env!("CARGO_BIN_EXE_watchfloor"));
    let bin = tempfile::tempdir_in(built.parent().unwrap()).unwrap();
    let program = bin.path().join("watchfloor");
    std::fs::hard_link(built, &program).unwrap();
    let mut scan = Command::new(&program)
        .args(["scan", "-", &sample.path("late.log"), "--rules", &sample.path("rule.yml"), "--format", "ndjson", "--threads", "1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Its one thread reads standard input first, so that no worker has started when the file is replaced.
    std::fs::remove_file(&program).unwrap();
    std::fs::write(&program, "another build").unwrap();
    scan.stdin.take().unwrap().write_all(EVENTS.as_bytes()).unwrap();
    let output = scan.wait_with_output().unwrap();
    assert_eq!((lines(&output).len(), output.status.code()), (2, Some(0)), "{}", text(&output.stderr));
}

/// The public data, or a visible skip.
fn shared(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("WATCHFLOOR_SHARED_DATA").map(PathBuf::from);
    let path = root.unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data").into()).join(name);
    if !path.exists() {
        eprintln!("skipped: the public data {name} is not here");
        return None;
    }
    Some(path)
}

/// Unpacks the files of an archive whose names end so.
fn unpack(archive: &Path, kinds: &[&str], to: &Path) {
    let file = std::fs::File::open(archive).unwrap();
    for entry in tar::Archive::new(zstd::Decoder::new(file).unwrap()).entries().unwrap() {
        let mut entry = entry.unwrap();
        if entry.path().unwrap().extension().is_some_and(|e| kinds.iter().any(|kind| e == *kind)) {
            assert!(entry.unpack_in(to).unwrap());
        }
    }
}

#[test]
fn the_public_rules_find_what_their_authors_recorded() {
    let (Some(expected), Some(rules), Some(data)) =
        (shared("sigma/regression-expected.json"), shared("sigma/sigmahq-rules.tar.zst"), shared("sigma/regression_data.tar.zst"))
    else {
        return;
    };
    let logs = tempfile::tempdir().unwrap();
    unpack(&data, &["evtx", "json"], logs.path());
    let output = scan(&[logs.path().to_str().unwrap(), "--rules", rules.to_str().unwrap(), "--format", "ndjson", "--stats"]);
    assert_eq!(output.status.code(), Some(0));
    let mut found: HashMap<(String, String), u64> = HashMap::new();
    for matched in lines(&output) {
        let file = Path::new(matched["file"].as_str().unwrap()).strip_prefix(logs.path()).unwrap().to_str().unwrap().to_owned();
        *found.entry((file, matched["rule"]["id"].as_str().unwrap().to_owned())).or_default() += 1;
    }
    let cases: Vec<Value> = serde_json::from_slice(&std::fs::read(expected).unwrap()).unwrap();
    let (mut tested, mut missed) = (0, Vec::new());
    for case in &cases {
        for test in case["tests"].as_array().unwrap().iter().filter(|test| test["type"] == "evtx") {
            let (log, rule) = (test["path"].as_str().unwrap(), case["rule_id"].as_str().unwrap());
            let least = test["match_count"].as_u64().unwrap_or(1);
            tested += 1;
            // The same events lie beside the log as JSON, and must give the same.
            let [got, other] = [log.to_owned(), log.replace(".evtx", ".json")].map(|file| found.get(&(file, rule.to_owned())).copied().unwrap_or(0));
            if got < least || other != got {
                missed.push(format!("{} ({got} from the log and {other} from JSON of {least})", case["case"]));
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
    assert!(tested >= 142, "only {tested} cases");
    eprintln!("{tested} cases; {}", text(&output.stderr).lines().last().unwrap());
    // A record that scan names is the one that explain finds.
    let matched = &lines(&output)[0];
    let [file, rule] = [&matched["file"], &matched["rule"]["id"]].map(|text| text.as_str().unwrap());
    let explained = Command::new(env!("CARGO_BIN_EXE_watchfloor"))
        .args(["rules", "explain", "--format", "json", "--event", file, "--record", &matched["record"].to_string(), "--rule", rule])
        .args(["--rules", rules.to_str().unwrap()])
        .output()
        .unwrap();
    let answer: Value = serde_json::from_slice(&explained.stdout).unwrap();
    assert_eq!((&answer["matches"], &answer["event"]["time"]), (&true.into(), &matched["time"]), "{file}");
}

#[test]
fn odd_and_damaged_event_logs_are_read_as_far_as_they_go_and_named() {
    let (Some(archive), Some(index), Some(rules)) =
        (shared("evtx/evtx-robustness.tar.zst"), shared("evtx/evtx-robustness-index.jsonl"), shared("sigma/sigmahq-rules.tar.zst"))
    else {
        return;
    };
    let logs = tempfile::tempdir().unwrap();
    unpack(&archive, &["evtx"], logs.path());
    let output = scan(&[logs.path().to_str().unwrap(), "--rules", rules.to_str().unwrap(), "--format", "ndjson", "--stats"]);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(5), "{told}");
    let index: Vec<Value> = std::fs::read_to_string(index).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(index.len(), 23);
    let damaged: BTreeSet<_> = index.iter().filter(|file| file["errors"] != 0).map(|file| file["path"].as_str().unwrap()).collect();
    let named: BTreeSet<_> = index.iter().map(|file| file["path"].as_str().unwrap()).filter(|path| told.contains(&format!("{path}: "))).collect();
    assert_eq!(named, damaged);
    assert!(!told.contains("set aside"), "{told}");
    let readable: u64 = index.iter().map(|file| file["records"].as_u64().unwrap()).sum();
    let events: u64 = told.lines().last().unwrap().strip_prefix("events=").unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!(events >= readable, "{events} of {readable}");
}
