//! Files through the real binary: `parse` prints what they become, `ingest` puts them into a floor, once.

#![allow(clippy::unwrap_used, reason = "a test may fail here")]

mod floor;

use floor::Floor;
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use testkit::{LogEvent, event_log};

const RULE: &str = r"
title: Someone asks who they are
id: 11111111-2222-4333-8444-555555555555
status: test
level: high
logsource: {product: windows, category: process_creation}
detection:
  selection: {Image|endswith: '\whoami.exe'}
  condition: selection
";

/// A folder with files of every kind: ten events of a log, four lines of syslog, three of JSON.
struct Sample {
    dir: tempfile::TempDir,
}

impl Sample {
    fn new() -> Sample {
        let sample = Sample { dir: tempfile::tempdir().unwrap() };
        sample.write("logs/host/Sysmon.evtx", &log(10));
        let lines = "<86>Mar 12 08:41:12 srv-web-01 sshd[812]: Accepted password for ann\n".repeat(4);
        sample.write("logs/auth.log.gz", &gzip(lines.as_bytes()));
        sample.write("logs/day.ndjson", b"{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n");
        sample.write("logs/picture.png", b"not a log");
        sample.write("rules/who.yml", RULE.as_bytes());
        sample
    }
    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

/// A log of processes, the last of them `whoami`.
fn log(events: usize) -> Vec<u8> {
    let time = model::Timestamp::parse("2026-03-12T09:00:00Z").unwrap();
    let quiet = [("Image", r"C:\Windows\System32\cmd.exe"), ("User", r"CORP\ann")];
    let loud = [("Image", r"C:\Windows\System32\whoami.exe"), ("User", r"CORP\ann")];
    let channel = "Microsoft-Windows-Sysmon/Operational";
    let event = |data| LogEvent { provider: "Microsoft-Windows-Sysmon", channel, id: 1, computer: "ws-7", time, data };
    let mut all: Vec<LogEvent<'_>> = (1..events).map(|_| event(&quiet)).collect();
    all.push(event(&loud));
    event_log(&all)
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_watchfloor")).args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The counts of `ingest` and its exit code.
fn counts(output: &Output) -> (String, i32) {
    (said(output).lines().last().unwrap_or_default().to_owned(), output.status.code().unwrap())
}

fn documents(output: &Output) -> Vec<Value> {
    String::from_utf8(output.stdout.clone()).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_folder_goes_into_a_floors_folder_once() {
    let sample = Sample::new();
    let (logs, data, rules) = (sample.path("logs"), sample.path("data"), sample.path("rules"));
    let [logs, data, rules] = [&logs, &data, &rules].map(|path| path.to_str().unwrap());
    let arguments = ["ingest", logs, "--source", "found", "--data", data, "--rules", rules];
    let all = ("received=17 stored=17 rejected=0 quarantined=0".to_owned(), 0);
    let first = run(&arguments);
    assert_eq!(counts(&first), all, "{}", said(&first));
    // The floor answers as the first time, and nothing is there twice.
    assert_eq!(counts(&run(&arguments)), all);
    let search = |query: &str| {
        let output = run(&["search", query, "--lang", "sql", "--data", data]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        documents(&output)
    };
    let stored = search("SELECT count(*) AS n, count(DISTINCT _seq) AS seqs FROM events WHERE _source = 'found'");
    assert_eq!(stored, [json!({"n": 17, "seqs": 17})]);
    // A record of a log is its JSON, with the hash of the log that it came from.
    let raw = &search("SELECT _raw FROM events WHERE \"process.name\" = 'whoami.exe'")[0]["_raw"];
    let raw: Value = serde_json::from_str(raw.as_str().unwrap()).unwrap();
    assert_eq!(raw["Event"]["EventData"]["Image"], r"C:\Windows\System32\whoami.exe");
    assert_eq!(raw["event"]["hash"], sha256(&log(10)), "{raw}");
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    hex::encode(sha2::Sha256::digest(bytes))
}

#[test]
fn a_log_sent_twice_to_a_running_floor_is_stored_and_alerted_once() {
    let sample = Sample::new();
    let floor = Floor::start(&[("who.yml", RULE)], None);
    let (ingest, analyst) = (floor.token("ingest"), floor.token("analyst"));
    let (path, url) = (sample.path("logs/host/Sysmon.evtx"), format!("http://127.0.0.1:{}", floor.http_port()));
    let send = |token: &str| run(&["ingest", path.to_str().unwrap(), "--server", &url, "--token", token]);
    for _ in 0..2 {
        let output = send(&ingest);
        assert_eq!(counts(&output), ("received=10 stored=10 rejected=0 quarantined=0".to_owned(), 0), "{}", said(&output));
    }
    let alerts = floor.wait_for(|| {
        let alerts = floor.get(&analyst, "/api/v1/alerts");
        (!alerts["items"].as_array()?.is_empty()).then_some(alerts)
    });
    assert_eq!((alerts["items"].as_array().unwrap().len(), alerts["items"][0]["count"].as_u64()), (1, Some(1)), "{alerts}");
    let stored = floor.get(&analyst, "/api/v1/search?lang=sql&q=SELECT+count(*)+AS+n+FROM+events");
    assert_eq!(stored["rows"], json!([[10]]));
    let sums = floor.metrics();
    assert_eq!((sums["watchfloor_ingest_stored_total"], sums["watchfloor_ingest_repeated_total"]), (10, 10));
    // Who may not send is told so, and a floor that is not there is the other side's fault.
    assert_eq!(send("wft_wrong").status.code(), Some(4));
    assert_eq!(run(&["ingest", path.to_str().unwrap(), "--server", "http://127.0.0.1:1", "--token", "x"]).status.code(), Some(4));
}

#[test]
fn what_is_damaged_is_named_and_the_rest_is_stored() {
    let sample = Sample::new();
    let mut torn = log(400);
    assert!(torn.len() > 4096 + 2 * 65536, "three chunks");
    let whole = u64::from(u32::from_le_bytes(torn[4096 + 65536 + 24..4096 + 65536 + 28].try_into().unwrap())) - 1;
    torn[4096 + 65536..4096 + 65536 + 8].copy_from_slice(b"damaged!");
    torn.truncate(4096 + 2 * 65536);
    sample.write("bad/torn.evtx", &torn);
    sample.write("bad/none.evtx", b"ElfFile\0 and no more");
    sample.write("bad/cut.log.gz", &gzip(b"<13>Mar 12 08:41:12 h a: b")[..20]);
    sample.write("bad/good.ndjson", b"{\"a\":1}\n");
    let (bad, data) = (sample.path("bad"), sample.path("data"));
    let output = run(&["ingest", bad.to_str().unwrap(), "/no/such/file", "--data", data.to_str().unwrap()]);
    let told = said(&output);
    assert_eq!(counts(&output), (format!("received={0} stored={0} rejected=0 quarantined=0", whole + 1), 5), "{told}");
    for part in ["torn.evtx: chunk 1: ", "none.evtx: shorter than the header", "cut.log.gz: ", "/no/such/file: "] {
        assert!(told.contains(part), "{part} in {told}");
    }
}

#[test]
fn parse_prints_one_nested_document_an_event_in_order() {
    let sample = Sample::new();
    let output = run(&["parse", sample.path("logs").to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let documents = documents(&output);
    assert_eq!(documents.len(), 17);
    for document in &documents {
        assert!(document["@timestamp"].is_string());
        assert_eq!(document["watchfloor"], json!({"pack": null, "diagnostics": []}), "{document}");
    }
    // Folders by name: auth.log.gz, day.ndjson, host/.
    assert_eq!(documents[0]["message"], "Accepted password for ann");
    let numbers: Vec<_> = documents[4..7].iter().map(|document| document["a"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3]);
    let records: Vec<_> = documents[7..].iter().map(|document| document["winlog"]["record_id"].clone()).collect();
    assert_eq!(json!(records).to_string().replace('"', ""), "[1,2,3,4,5,6,7,8,9,10]");
    let last = &documents[16];
    assert_eq!((&last["process"]["name"], &last["user"]["name"], &last["user"]["domain"]), (&json!("whoami.exe"), &json!("ann"), &json!("CORP")));
    assert_eq!(last["@timestamp"], "2026-03-12T09:00:00Z");
    assert!(!output.stdout.contains(&0x1b) && !output.stderr.contains(&0x1b), "no colour where nobody looks");
}

#[test]
fn parse_reads_standard_input_and_says_what_it_could_not_use() {
    let pipe = |input: &[u8], arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_watchfloor"));
        let mut child = command.arg("parse").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        child.wait_with_output().unwrap()
    };
    assert_eq!(documents(&pipe(&log(3), &["-"])).len(), 3, "an event log is known by its first bytes");
    let torn = pipe(b"{\"a\":1}\n{\"a\":\n", &["-"]);
    let found = documents(&torn);
    assert_eq!((found.len(), torn.status.code()), (2, Some(5)));
    assert_eq!(found[1]["watchfloor"]["diagnostics"][0]["code"], "json.syntax");
    let lines = documents(&pipe(b"{\"a\":1}", &["-", "--format", "lines"]));
    assert_eq!(lines[0]["message"], "{\"a\":1}");
    for wrong in [&["-", "--source", "nobody/nothing"][..], &["-", "--format", "nonsense"], &[], &["-", "--no-such-flag"]] {
        assert_eq!(pipe(b"", wrong).status.code(), Some(3), "{wrong:?}");
    }
    assert_eq!(run(&["parse", "/no/such/file"]).status.code(), Some(5));
}
