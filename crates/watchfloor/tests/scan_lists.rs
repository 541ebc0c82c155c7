//! `scan --lists` through the real binary: indicators in text and in event logs, in every shape; warninglists, watchlists,
//! lists that want to do harm.

#![allow(clippy::unwrap_used, reason = "a test may fail here")]

use model::Timestamp;
use serde_json::{Value, json};
use std::process::{Command, Output};
use testkit::{LogEvent, event_log};

const RULE: &str = "title: From a jump host
id: 11111111-2222-4333-8444-555555555555
level: high
logsource: {product: app}
detection:
    s: {workstation|expand: '%jump_hosts%'}
    condition: s
";

struct Sample(tempfile::TempDir);

impl Sample {
    fn new() -> Sample {
        let sample = Sample(tempfile::tempdir().unwrap());
        sample.write("rules/jump.yml", RULE.as_bytes());
        sample.write("lists/indicators/c2.csv", b"value,type,confidence,valid_until\n192.0.2.7,ip,90,2099-01-01\nevil.example,domain,20,\n192.0.2.99,ip,90,2020-01-01\n");
        sample.write("lists/watchlists/jump_hosts.txt", b"JUMP01\nJU*\n");
        sample
    }
    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    fn events(&self, events: &[Value]) {
        let line = |(second, event): (usize, &Value)| {
            let mut event = event.clone();
            event["@timestamp"] = json!(format!("2026-03-12T09:00:{second:02}Z"));
            event["event"] = json!({"module": "app"});
            event["host"] = json!({"name": "ws-7"});
            format!("{event}\n")
        };
        self.write("logs/day.ndjson", events.iter().enumerate().map(line).collect::<String>().as_bytes());
    }
    fn run(&self, command: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_watchfloor")).args(command).current_dir(self.0.path()).output().unwrap()
    }
    fn scan(&self, more: &[&str]) -> Output {
        let output = self.run(&[&["scan", "logs", "--rules", "rules", "--lists", "lists"], more].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        output
    }
    fn told(&self, more: &[&str]) -> Vec<Value> {
        let output = self.scan(&[&["--format", "ndjson"], more].concat());
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn an_indicator_is_told_with_its_list_confidence_and_expiry() {
    let sample = Sample::new();
    sample.events(&[json!({"source": {"ip": "10.0.0.1"}}), json!({"source": {"ip": "192.0.2.7"}, "user": {"name": "ann"}, "dns": {"question": {"name": "a.evil.example"}}}), json!({"source": {"ip": "192.0.2.99"}})]);
    let told = sample.told(&[]);
    assert_eq!(told.len(), 2, "{told:?}");
    let address = told.iter().find(|told| told["indicator"]["kind"] == "address").unwrap();
    assert_eq!(address["indicator"], json!({"list": "c2.csv", "value": "192.0.2.7", "kind": "address", "confidence": 90, "expires": "2099-01-01T00:00:00Z"}));
    assert_eq!(address["rule"], json!({"id": "indicator-match", "title": "Indicator match", "level": "high", "tags": []}));
    assert_eq!(address["matched"], json!({"source.ip": "192.0.2.7"}));
    assert_eq!((&address["record"], &address["host"], &address["user"]), (&json!(2), &json!("ws-7"), &json!("ann")));
    assert_eq!(address["file"], "logs/day.ndjson");
    let domain = told.iter().find(|told| told["indicator"]["kind"] == "domain").unwrap();
    assert_eq!((&domain["indicator"]["value"], &domain["matched"]["dns.question.name"]), (&json!("evil.example"), &json!("a.evil.example")));
    assert_eq!((&domain["rule"]["level"], &domain["indicator"]["expires"]), (&json!("low"), &Value::Null));
    assert_eq!(sample.told(&["--min-level", "high"]).len(), 1);
    assert!(sample.told(&["--tag", "attack.impact"]).is_empty(), "an indicator has no tag");
    assert_eq!(sample.told(&["--from", "2026-03-12T09:00:00Z"]).len(), 2);
    assert!(sample.told(&["--to", "2026-03-12T09:00:00Z"]).is_empty(), "no event is of that time");
    assert_eq!(sample.told(&["--lists-at", "2019-12-31"]).len(), 3, "it had not expired then");
    let output = sample.run(&["scan", "logs", "--rules", "rules", "--lists", "lists", "--fail-on", "high"]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn event_logs_are_held_against_the_lists_by_their_worker() {
    let sample = Sample::new();
    let time = Timestamp::parse("2026-03-12T08:00:00Z").unwrap();
    let event = |ip: &'static str| [("DestinationIp", ip), ("Image", "C:\\evil.example")];
    let (quiet, loud) = (event("10.0.0.1"), event("192.0.2.7"));
    let of = |data| LogEvent { provider: "Microsoft-Windows-Sysmon", channel: "Microsoft-Windows-Sysmon/Operational", id: 3, computer: "pc.evil.example", time, data };
    let mut events = vec![of(&quiet[..]); 700];
    events[5] = of(&loud);
    events[650] = of(&loud);
    sample.write("logs/sysmon.evtx", &event_log(&events));
    let told = sample.told(&[]);
    assert_eq!(told.iter().map(|told| told["record"].as_u64().unwrap()).collect::<Vec<_>>(), [6, 651], "{told:?}");
    assert_eq!((&told[0]["indicator"]["list"], &told[0]["host"]), (&json!("c2.csv"), &json!("pc.evil.example")));
}

#[test]
fn what_is_harmless_is_left_out_and_counted() {
    let sample = Sample::new();
    let warninglist = json!({"name": "ours", "type": "cidr", "matching_attributes": ["ip-src"], "list": ["192.0.2.0/24"]});
    sample.write("lists/warninglists/ours/list.json", warninglist.to_string().as_bytes());
    sample.events(&[json!({"source": {"ip": "192.0.2.7"}}), json!({"source": {"ip": "192.0.2.7"}}), json!({"destination": {"domain": "evil.example"}})]);
    let output = sample.scan(&["--format", "ndjson"]);
    assert_eq!(text(&output.stdout).lines().count(), 1);
    assert!(text(&output.stderr).contains("2 indicators were left out as harmless by the warninglist ours"), "{}", text(&output.stderr));
    assert!(text(&sample.scan(&["--format", "html"]).stdout).contains("left out as harmless by the warninglist ours"));
}

#[test]
fn a_watchlist_is_a_placeholder_of_rules() {
    let sample = Sample::new();
    sample.events(&[json!({"workstation": "jump01"}), json!({"workstation": "jump02"}), json!({"workstation": "ju*"})]);
    let records: Vec<u64> = sample.told(&[]).iter().map(|told| told["record"].as_u64().unwrap()).collect();
    assert_eq!(records, [1, 3], "values are meant as they stand");
    let without = sample.run(&["scan", "logs", "--rules", "rules", "--format", "ndjson"]);
    assert!(text(&without.stderr).contains("rule.placeholder_undefined"), "{}", text(&without.stderr));
    sample.write("rules/jump.hit.ndjson", b"{\"event\":{\"module\":\"app\"},\"workstation\":\"JUMP01\"}\n");
    sample.write("rules/jump.miss.ndjson", b"{\"event\":{\"module\":\"app\"},\"workstation\":\"JUMP02\"}\n");
    assert_eq!(sample.run(&["rules", "test", "rules", "--lists", "lists"]).status.code(), Some(0));
    assert_eq!(sample.run(&["rules", "test", "rules"]).status.code(), Some(2));
    let lint = |more: &[&str]| text(&sample.run(&[&["rules", "lint", "rules"], more].concat()).stdout);
    assert!(lint(&[]).contains("rule.placeholder_undefined") && !lint(&["--lists", "lists"]).contains("rule.placeholder_undefined"));
    let explained = sample.run(&["rules", "explain", "--event", "rules/jump.hit.ndjson", "--rule", "rules/jump.yml", "--lists", "lists"]);
    assert!(text(&explained.stdout).contains("the rule matches"), "{}", text(&explained.stdout));
}

#[test]
fn every_shape_names_list_confidence_and_expiry() {
    let sample = Sample::new();
    sample.write("lists/indicators/<b>&.txt", b"192.0.2.8\n");
    sample.events(&[json!({"source": {"ip": "192.0.2.7"}}), json!({"source": {"ip": "192.0.2.8"}}), json!({"workstation": "JUMP01"})]);
    let shape = |name: &str| text(&sample.scan(&["--format", name]).stdout);
    let csv = shape("csv");
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("time,level,rule,rule_id,tags,host,user,file,record,matched,list,indicator_kind,indicator,confidence,expires"));
    assert!(csv.contains(",c2.csv,address,192.0.2.7,90,2099-01-01T00:00:00Z\r\n"), "{csv}");
    assert!(csv.contains(",<b>&.txt,address,192.0.2.8,,\r\n"), "{csv}");
    assert!(csv.lines().any(|line| line.contains("From a jump host") && line.ends_with(",,,,,")), "{csv}");
    let table = shape("table");
    assert!(table.contains("Indicator match: 192.0.2.7 (c2.csv, confidence 90, until 2099-01-01T00:00:00Z)"), "{table}");
    let html = shape("html");
    assert!(html.contains("Indicator match: 192.0.2.7") && html.contains("on the list c2.csv, with a confidence of 90 in 100, until 2099-01-01T00:00:00Z."));
    let course = html.split("<h2 id=\"course\">").nth(1).unwrap().split("<h2").next().unwrap();
    assert!(course.contains("Indicator match: 192.0.2.7"), "it is seen in the course of its host: {course}");
    assert!(html.contains("on the list &lt;b&gt;&amp;.txt, which does not say how sure it is, without an end.") && !html.contains("<b>&"), "inert");
    let sketch: Vec<Value> = shape("timesketch").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let first = &sketch[0];
    assert_eq!((&first["indicator"], &first["indicator_list"], &first["indicator_confidence"]), (&json!("192.0.2.7"), &json!("c2.csv"), &json!(90)));
    assert!(first["message"].is_string() && first["datetime"] == "2026-03-12T09:00:00Z" && first["timestamp_desc"].is_string());
    let array: Vec<Value> = serde_json::from_str(&shape("json")).unwrap();
    assert_eq!(array.len(), 3);
}

#[test]
fn hostile_lists_cost_their_entries_and_nothing_else() {
    let sample = Sample::new();
    sample.events(&[json!({"source": {"ip": "192.0.2.7"}})]);
    sample.write("lists/indicators/wide.txt", b"0.0.0.0/0\ncom\nd41d8cd98f00b204e9800998ecf8427e\n");
    sample.write("lists/indicators/empty.txt", b"");
    sample.write("lists/indicators/nul.txt", b"a\0b\n\x1b[2J\n\xff\n");
    sample.write("lists/indicators/long.txt", &vec![b'a'; 100 << 20]);
    sample.write("lists/indicators/broken.json", b"{\"type\":\"bundle\",\"objects\":[");
    sample.write("lists/elsewhere/x.txt", b"192.0.2.7\n");
    let output = sample.scan(&["--format", "ndjson"]);
    assert_eq!(text(&output.stdout).lines().count(), 1);
    let said = text(&output.stderr);
    for line in [
        "list wide.txt: line 1: list.network_too_wide:", "list wide.txt: line 2: list.public_suffix:", "list wide.txt: line 3: list.hash_empty:",
        "list nul.txt: line 1: list.control:", "list nul.txt: line 3: list.encoding:", "list long.txt: line 1: list.line_too_long:",
        "list broken.json: list.json:", "list elsewhere: list.folder:",
    ] {
        assert!(said.contains(line), "{line} is not in {said}");
    }
    assert!(!said.contains('\u{1b}') && !said.contains('\0'));
    let absent = sample.run(&["scan", "logs", "--rules", "rules", "--lists", "absent"]);
    assert_eq!(absent.status.code(), Some(3), "{}", text(&absent.stderr));
}
