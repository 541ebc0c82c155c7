//! Lists in a running service: alerts of indicators, swapping while it runs, warninglists, watchlists, a list that shrinks.

#![allow(clippy::unwrap_used, reason = "a test may fail here")]

mod floor;

use floor::Floor;
use serde_json::{Value, json};
use std::path::PathBuf;

const RULE: &str = "title: From a jump host
id: 11111111-2222-4333-8444-555555555555
level: high
logsource: {product: app}
detection:
    s: {workstation|expand: '%jump_hosts%'}
    condition: s
";

struct Service {
    floor: Floor,
    lists: PathBuf,
    ingest: String,
    analyst: String,
    _dir: tempfile::TempDir,
}

impl Service {
    fn start(lists: &[(&str, &str)]) -> Service {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("lists");
        lists.iter().for_each(|(name, text)| write(&folder.join(name), text));
        let settings = vec![("WATCHFLOOR_LISTS__PATH", folder.display().to_string()), ("WATCHFLOOR_LISTS__INTERVAL", "1".to_owned())];
        let floor = Floor::start_with(&[("jump.yml", RULE)], None, settings);
        let (ingest, analyst) = (floor.token("ingest"), floor.token("analyst"));
        Service { floor, lists: folder, ingest, analyst, _dir: dir }
    }
    fn write(&self, name: &str, text: &str) {
        write(&self.lists.join(name), text);
    }
    /// Puts the switch of the rule to `enable` or `disable`.
    fn switch(&self, to: &str) {
        let path = format!("/api/v1/rules/11111111-2222-4333-8444-555555555555/{to}");
        self.floor.post(&self.floor.token("engineer"), &path, &json!({"reason": "a test"}));
    }
    fn send(&self, host: &str, user: &str, event: &Value) {
        let mut event = event.clone();
        event["event"] = json!({"module": "app"});
        event["host"] = json!({"name": host});
        event["user"] = json!({"name": user});
        let answer = self.floor.post_text(&self.ingest, "/api/v1/ingest?source=app", &format!("{event}\n"), &[]);
        assert_eq!(answer["stored"], 1, "{answer}");
    }
    /// The alert with this title, once it counts so many events.
    fn alert(&self, title: &str, count: u64) -> Value {
        self.floor.wait_for(|| self.alerts().into_iter().find(|alert| alert["title"] == title && alert["count"] == count))
    }
    fn alerts(&self) -> Vec<Value> {
        self.floor.get(&self.analyst, "/api/v1/alerts")["items"].as_array().unwrap().clone()
    }
    fn status(&self) -> Value {
        let text = std::fs::read(self.floor.data().join("lists-kept/status.json")).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }
    fn command(&self, words: &[&str]) -> (i32, String) {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_watchfloor"));
        command.arg("lists").args(words).arg("--data").arg(self.floor.data()).env("WATCHFLOOR_LISTS__PATH", &self.lists);
        let output = command.output().unwrap();
        (output.status.code().unwrap(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    }
}

fn write(path: &std::path::Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    // As whoever fetches lists should do it.
    std::fs::write(path.with_extension("part"), text).unwrap();
    std::fs::rename(path.with_extension("part"), path).unwrap();
}

fn names(count: usize) -> String {
    (0..count).map(|number| format!("n{number}.evil.example\n")).collect()
}

#[test]
fn an_indicator_raises_an_alert_counted_by_value_and_host() {
    let service = Service::start(&[("indicators/c2.csv", "value,confidence,valid_until\n192.0.2.7,90,2099-01-01\n192.0.2.9,90,2020-01-01\n"), ("indicators/more.txt", "192.0.2.7\n")]);
    let event = |ip: &str| json!({"source": {"ip": ip}});
    service.send("ws-7", "ann", &event("192.0.2.9"));
    service.send("ws-7", "ann", &event("192.0.2.7"));
    service.send("WS-7", "bob", &event("192.0.2.7"));
    service.send("ws-8", "ann", &event("192.0.2.7"));
    let title = "Indicator match: 192.0.2.7 (c2.csv, more.txt)";
    let alert = service.alert(title, 2);
    service.floor.wait_for(|| service.alerts().into_iter().find(|alert| alert["host"] == "ws-8"));
    assert_eq!(service.alerts().len(), 2, "one a host, and none of what has expired");
    assert_eq!((&alert["source"], &alert["severity"], &alert["rule"]["id"]), (&json!("indicator"), &json!("high"), &json!("indicator-match")));
    assert_eq!(alert["tags"], json!(["indicator.address:192.0.2.7", "list:c2.csv", "confidence:90", "expires:2099-01-01T00:00:00Z", "list:more.txt"]));
    assert!(alert["entities"].as_array().unwrap().contains(&json!({"kind": "ip", "value": "192.0.2.7"})), "{alert}");
    let why = service.floor.get(&service.analyst, &format!("/api/v1/alerts/{}/explain", alert["id"].as_str().unwrap()));
    assert_eq!((&why["stale"], &why["explanation"]["holds"]), (&json!(false), &json!(true)), "{why}");
    let item = &why["explanation"]["selections"][0]["items"][0];
    assert_eq!((&item["slot"], &item["value"]), (&json!("source.ip"), &json!("192.0.2.7")));
    let raw = why["event"]["raw"].as_str().unwrap();
    let [from, to] = [0, 1].map(|at| item["raw"][at].as_u64().unwrap() as usize);
    assert_eq!(&raw[from..to], "192.0.2.7");
    let found = service.floor.get(&service.analyst, "/api/v1/alerts?source=indicator");
    assert_eq!(found["items"].as_array().unwrap().len(), 2);
}

#[test]
fn two_indicators_whose_titles_are_cut_to_the_same_are_two() {
    let url = |end: &str| format!("http://evil.example/{}/{end}", "a".repeat(300));
    let service = Service::start(&[("indicators/urls.txt", &format!("{}\n{}\n", url("x"), url("y")))]);
    let lines: String = ["x", "y"].map(|end| json!({"event": {"module": "app"}, "host": {"name": "ws-7"}, "url": {"full": url(end)}}).to_string() + "\n").concat();
    service.floor.post_text(&service.ingest, "/api/v1/ingest?source=app", &lines, &[]);
    let alerts = service.floor.wait_for(|| Some(service.alerts()).filter(|alerts| alerts.iter().map(|alert| alert["count"].as_u64().unwrap()).sum::<u64>() == 2));
    let mut named: Vec<&str> = alerts.iter().map(|alert| alert["tags"][0].as_str().unwrap().rsplit('/').next().unwrap()).collect();
    named.sort_unstable();
    assert_eq!(named, ["x", "y"]);
}

#[test]
fn lists_are_swapped_while_the_service_runs() {
    let service = Service::start(&[("watchlists/jump_hosts.txt", "JUMP01\n")]);
    service.send("ws-7", "ann", &json!({"dns": {"question": {"name": "a.evil.example"}}, "workstation": "JUMP01"}));
    service.alert("From a jump host", 1);
    service.write("indicators/names.txt", "evil.example\ncom\n");
    service.write("warninglists/own.txt", "good.evil.example\n");
    service.write("watchlists/jump_hosts.txt", "JUMP02\n");
    service.floor.wait_for(|| (service.status()["lists"].as_array()?.len() == 3).then_some(()));
    service.send("ws-7", "ann", &json!({"dns": {"question": {"name": "a.evil.example"}}, "workstation": "JUMP01"}));
    service.send("ws-7", "ann", &json!({"dns": {"question": {"name": "x.good.evil.example"}}}));
    service.alert("Indicator match: evil.example (names.txt)", 1);
    // The rules follow the lists within the same look; sent until they have.
    service.floor.wait_for(|| {
        service.send("ws-9", "eve", &json!({"workstation": "JUMP02"}));
        service.alerts().into_iter().find(|alert| alert["host"] == "ws-9")
    });
    service.floor.wait_for(|| (service.status()["harmless"]["own.txt"] == 1).then_some(()));
    let metrics = service.floor.metrics();
    let counted = ["indicators", "lists", "list_refused_entries", "indicator_hits_held_total{list=\"own.txt\"}"].map(|name| metrics[&format!("watchfloor_{name}")]);
    assert_eq!(counted, [1, 3, 1, 1]);
    assert!(metrics["watchfloor_indicator_bytes"] > 0);
    let (code, text) = service.command(&["status"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("indicators=1 ") && text.contains("list names.txt: line 2: list.public_suffix:"), "{text}");
    assert!(text.contains("1 hits held back by the warninglist own.txt"), "{text}");
}

#[test]
fn a_changed_watchlist_reaches_rules_that_the_service_stores_and_leaves_the_switch_alone() {
    let service = Service::start(&[("watchlists/jump_hosts.txt", "JUMP01\n"), ("watchlists/scanners.txt", "SCAN01\n")]);
    let stored = RULE
        .replace("From a jump host", "From a scanner")
        .replace("11111111", "22222222")
        .replace("jump_hosts", "scanners");
    service.floor.post_text(&service.floor.token("engineer"), "/api/v1/rules/import?source=own", &stored, &[]);
    service.switch("disable");
    let both = |host: &str, jump: &str, scanner: &str| {
        service.send(host, "ann", &json!({"workstation": jump}));
        service.send(host, "ann", &json!({"workstation": scanner}));
    };
    both("ws-1", "JUMP01", "SCAN01");
    service.alert("From a scanner", 1);
    service.write("watchlists/jump_hosts.txt", "JUMP02\n");
    service.write("watchlists/scanners.txt", "SCAN02\n");
    // Sent until the rules have followed.
    service.floor.wait_for(|| {
        both("ws-2", "JUMP02", "SCAN02");
        service.alerts().into_iter().find(|alert| alert["host"] == "ws-2")
    });
    both("ws-3", "JUMP01", "SCAN01");
    both("ws-4", "JUMP02", "SCAN02");
    service.floor.wait_for(|| service.alerts().into_iter().find(|alert| alert["host"] == "ws-4"));
    let mut seen: Vec<String> = service.alerts().iter().map(|alert| format!("{} {}", alert["title"].as_str().unwrap(), alert["host"].as_str().unwrap())).collect();
    seen.sort_unstable();
    assert_eq!(seen, ["From a scanner ws-1", "From a scanner ws-2", "From a scanner ws-4"], "one rule is off, the other knows the new list");
    service.switch("enable");
    both("ws-5", "JUMP02", "SCAN01");
    service.floor.wait_for(|| service.alerts().into_iter().find(|alert| alert["title"] == "From a jump host" && alert["host"] == "ws-5"));
}

#[test]
fn an_indicator_hits_from_the_instant_on_at_which_it_is_valid() {
    use model::{Clock, SystemClock, Timestamp};
    let service = Service::start(&[]);
    let from = Timestamp(SystemClock.now().0 + 5_000_000_000);
    let indicator = json!({"type": "indicator", "id": "indicator--1", "pattern": "[ipv4-addr:value = '192.0.2.7']", "valid_from": from.to_string()});
    service.write("indicators/c2.json", &indicator.to_string());
    service.floor.wait_for(|| (service.status()["lists"][0]["outside"] == 1).then_some(()));
    service.floor.wait_for(|| (service.status()["indicators"] == 1).then_some(()));
    service.send("ws-7", "ann", &json!({"source": {"ip": "192.0.2.7"}}));
    service.alert("Indicator match: 192.0.2.7 (c2.json)", 1);
}

#[test]
fn a_list_that_has_lost_nine_tenths_stays_until_it_is_approved() {
    let service = Service::start(&[("indicators/names.txt", &names(100))]);
    service.floor.wait_for(|| (service.status()["indicators"] == 100).then_some(()));
    service.write("indicators/names.txt", &names(5));
    service.floor.wait_for(|| (service.status()["lists"][0]["faults"][0]["code"] == "list.shrunk").then_some(()));
    assert_eq!(service.status()["indicators"], 100);
    service.send("ws-7", "ann", &json!({"dns": {"question": {"name": "n99.evil.example"}}}));
    service.alert("Indicator match: n99.evil.example (names.txt)", 1);
    assert_eq!(service.command(&["approve", "other.txt"]).0, 2);
    assert_eq!(service.command(&["approve", "names.txt"]).0, 0);
    service.floor.wait_for(|| (service.status()["indicators"] == 5).then_some(()));
}
