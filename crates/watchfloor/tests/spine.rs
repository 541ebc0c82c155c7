//! One event through every room, from the wire to a closed case: the real binary, real sockets, both databases.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test ends by the one and tells by the other")]

mod floor;

use floor::Floor;
use serde_json::{Value, json};
use std::io::Write;
use std::net::{TcpStream, UdpSocket};

const RULE: &str = r#"
title: Word started PowerShell with an encoded command
id: 0f2f3c1e-6a0b-4a52-9d53-0a6c0a6f7d11
status: test
level: high
logsource: {product: windows, category: process_creation}
detection:
  parent: {ParentImage|endswith: '\WINWORD.EXE'}
  encoded: {CommandLine|contains: ' -enc '}
  condition: parent and encoded
tags: [attack.execution, attack.t1059.001]
"#;

const SSH_RULE: &str = r"
title: A password for root was refused
id: 2d8f6f9e-33a1-4c58-8f0e-51f0b9d0c0aa
status: test
level: low
logsource: {product: linux, service: sshd}
detection:
  words: ['Failed password for root']
  condition: words
";

fn event(n: u32, command: &str) -> String {
    json!({"winlog": {"channel": "Microsoft-Windows-Sysmon/Operational", "provider_name": "Microsoft-Windows-Sysmon", "event_id": 1,
        "computer_name": "WS-FIN-07.larkfield.example", "event_data": {"Image": r"C:\Windows\System32\powershell.exe", "CommandLine": command,
        "ParentImage": r"C:\Program Files\WINWORD.EXE", "User": r"LARKFIELD\d.whitfield", "ProcessId": n.to_string()}}})
    .to_string()
}

fn rules() -> Vec<(&'static str, &'static str)> {
    vec![("word.yml", RULE), ("ssh.yml", SSH_RULE)]
}

#[test]
fn an_event_becomes_an_alert_a_case_and_a_closed_case_on_both_databases() {
    for records in testkit::record_urls() {
        println!("on {}", records.name);
        let floor = Floor::start(&rules(), Some(&records.url));
        journey(&floor);
        let (code, verified) = floor.command(&["verify"]);
        assert_eq!((code, verified.contains("ok")), (0, true), "{verified}");
    }
}

fn journey(floor: &Floor) {
    let ingest = floor.token("ingest");
    let analyst = floor.token("analyst");

    // The wire: a batch by HTTP, sent twice; lines by syslog.
    let body = format!("{}\n{}\n{{\"broken\":\n", event(1, "powershell -nop -enc SQBFAFgA"), event(2, "powershell -file ok.ps1"));
    let first = floor.post_text(&ingest, "/api/v1/ingest?source=windows-dc", &body, &[("idempotency-key", "batch-1")]);
    assert_eq!((first["received"].as_u64(), first["stored"].as_u64()), (Some(3), Some(3)), "{first}");
    let again = floor.post_text(&ingest, "/api/v1/ingest?source=windows-dc", &body, &[("idempotency-key", "batch-1")]);
    assert_eq!((again["stored"].as_u64(), again["replayed"].as_bool()), (Some(3), Some(true)), "{again}");
    let other = floor.try_post_text(&ingest, "/api/v1/ingest?source=windows-dc", "{}", &[("idempotency-key", "batch-1")]);
    assert_eq!((other.0, other.1["code"].as_str()), (409, Some("ingest.id_reused")), "{}", other.1);
    let line = "<86>Mar 12 08:41:12 srv-web-01 sshd[812]: Failed password for root from 203.0.113.9 port 4242 ssh2";
    UdpSocket::bind("127.0.0.1:0").unwrap().send_to(line.as_bytes(), floor.syslog_udp).unwrap();
    // A connection keeps to the framing of its first record.
    for framed in [format!("{line}\n"), format!("{} {line}", line.len())] {
        TcpStream::connect(floor.syslog_tcp).unwrap().write_all(framed.as_bytes()).unwrap();
    }

    // The queue: severity first, the three lines one alert with a count.
    let queue = floor.wait_for(|| {
        let queue = floor.get(&analyst, "/api/v1/alerts");
        let counts: Vec<_> = queue["items"].as_array()?.iter().map(|alert| alert["count"].as_u64()).collect();
        (counts == [Some(1), Some(3)]).then_some(queue)
    });
    let alert = &queue["items"][0];
    assert_eq!(alert["title"], "Word started PowerShell with an encoded command");
    assert_eq!((&alert["severity"], &alert["user"], &alert["status"]), (&json!("high"), &json!(r"LARKFIELD\d.whitfield"), &json!("new")));
    let id = alert["id"].as_str().unwrap();

    // Why it fired: each selection, and the bytes in the raw event.
    let why = floor.get(&analyst, &format!("/api/v1/alerts/{id}/explain"));
    assert_eq!(why["explanation"]["holds"], true, "{why}");
    let item = &why["explanation"]["selections"][1]["items"][0];
    let raw = why["event"]["raw"].as_str().unwrap();
    let (from, to) = (item["raw"][0].as_u64().unwrap() as usize, item["raw"][1].as_u64().unwrap() as usize);
    assert_eq!(&raw[from..to], " -enc ");

    // Search: by field, by word, by SQL.
    let found = floor.get(&analyst, "/api/v1/search?q=process.command_line:enc+AND+user.name:d.whitfield&columns=host.name");
    assert_eq!(found["rows"].as_array().unwrap().len(), 1, "{found}");
    let found = floor.get(&analyst, "/api/v1/search?lang=sql&q=SELECT+count(*)+AS+n+FROM+events");
    assert_eq!(found["rows"], json!([[6]]), "{found}");

    // The case: raised from the alert with its evidence, worked, closed; a close without a reason is refused.
    let bad = floor.try_post(&analyst, &format!("/api/v1/alerts/{id}/close"), &json!({"disposition": "duplicate"}));
    assert!((400..500).contains(&bad.0), "{bad:?}");
    let case = floor.post(&analyst, "/api/v1/cases", &json!({"alerts": [id]}));
    let number = case["number"].as_i64().unwrap();
    let evidence = floor.get(&analyst, &format!("/api/v1/cases/{number}/evidence"));
    assert_eq!(evidence["items"][0]["sha256"].as_str().map(str::len), Some(64), "{evidence}");
    assert_eq!(evidence["items"][0]["content"].as_str(), Some(raw));
    floor.post(&analyst, &format!("/api/v1/cases/{number}/notes"), &json!({"text": "Called d.whitfield."}));
    let closed = floor.post(
        &analyst,
        &format!("/api/v1/cases/{number}/close"),
        &json!({"disposition": "true_positive_impact", "reason": "confirmed_attack"}),
    );
    assert_eq!(closed["status"], "closed", "{closed}");
    let alert = floor.get(&analyst, &format!("/api/v1/alerts/{id}"));
    assert_eq!((&alert["status"], &alert["disposition"]), (&json!("closed"), &json!("true_positive_impact")));

    // The journal has it all, and only some may read it.
    assert_eq!(floor.try_get(&analyst, "/api/v1/journal").0, 403);
    let admin = floor.token("admin");
    let journal = floor.get(&admin, "/api/v1/journal?limit=100");
    let actions: Vec<&str> = journal["items"].as_array().unwrap().iter().filter_map(|entry| entry["action"].as_str()).collect();
    for action in ["alert.create", "alert.close", "case.create", "case.close"] {
        assert!(actions.contains(&action), "{action} is not in {actions:?}");
    }

    // Sources and sums.
    let sums = floor.metrics();
    let of = |name: &str| sums[&format!("watchfloor_ingest_{name}_total")];
    assert_eq!(of("sent"), of("received") + of("repeated") + of("refused"), "{sums:?}");
    assert_eq!(of("received"), of("stored") + of("rejected") + of("quarantined") + of("dropped"), "{sums:?}");
    assert_eq!((of("stored"), of("repeated")), (6, 3));
    let sources = floor.wait_for(|| {
        let sources = floor.get(&analyst, "/api/v1/sources");
        let items = sources["items"].as_array()?;
        // The counters are written down after the answer.
        let again: i64 = items.iter().filter_map(|source| source["duplicates"].as_i64()).sum();
        (items.len() == 2 && again == 3).then_some(sources)
    });
    // What was sent again is in none of the sums.
    assert_eq!(sources["totals"], json!({"received": 6, "stored": 6, "rejected": 0, "quarantined": 0, "dropped": 0}));
    for source in sources["items"].as_array().unwrap() {
        let part = |name: &str| source[name].as_i64().unwrap();
        assert_eq!(part("received"), part("events") + part("rejected") + part("quarantined") + part("dropped"), "{source}");
    }
    let names: Vec<_> = sources["items"].as_array().unwrap().iter().map(|source| source["name"].clone()).collect();
    assert_eq!(names, [json!("syslog/srv-web-01"), json!("windows-dc")]);
}

#[test]
fn every_route_asks_for_its_role() {
    let floor = Floor::start(&rules(), None);
    let document: Value = floor.get(&floor.token("viewer"), "/api/v1/openapi.json");
    let tokens: Vec<(desk::access::Role, String)> =
        desk::access::Role::ALL.into_iter().map(|role| (role, floor.token(role.as_str()))).collect();
    let mut checked = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            if path == "/api/v1/live" {
                continue; // It never ends; its permission is that of the alerts.
            }
            let needed = desk::access::permission(&method.to_uppercase(), path).unwrap();
            let concrete = path.replace("{id}", "00000000-0000-7000-8000-000000000000").replace("{number}", "9999");
            if needed != desk::access::Permission::Public {
                assert_eq!(floor.call(&method.to_uppercase(), &concrete, None).0, 401, "{method} {path} without a token");
            }
            for (role, token) in &tokens {
                let (status, problem) = floor.call(&method.to_uppercase(), &concrete, Some(token));
                assert_eq!(status == 403 && problem["code"] == "auth.role", !role.may(needed), "{method} {path} as {role:?}: {status} {problem}");
                assert!(status < 500, "{method} {path} as {role:?}: {status} {problem}");
                checked += 1;
            }
        }
    }
    println!("{checked} pairs of route and role");
    assert!(checked > 150);
}

#[test]
fn an_id_used_for_another_document_is_refused_and_counted() {
    let floor = Floor::start(&[], None);
    let (ingest, analyst) = (floor.token("ingest"), floor.token("analyst"));
    let send = |message: &str| {
        let body = format!("{{\"create\":{{\"_index\":\"win\",\"_id\":\"evt-1\"}}}}\n{{\"message\":\"{message}\"}}\n");
        let answer = floor.post_text(&ingest, "/_bulk", &body, &[]);
        let item = &answer["items"][0]["create"];
        (answer["errors"].as_bool().unwrap(), item["status"].as_u64().unwrap(), item["error"]["type"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(send("junk"), (false, 201, String::new()));
    assert_eq!(send("junk"), (false, 200, String::new()));
    assert_eq!(send("real"), (true, 409, "version_conflict_engine_exception".to_owned()));
    let counts = floor.metrics();
    assert_eq!((counts["watchfloor_ingest_rejected_total"], counts["watchfloor_ingest_stored_total"]), (1, 1));
    // The counters are written down after the answer.
    floor.wait_for(|| (floor.get(&analyst, "/api/v1/sources")["items"][0]["rejected"] == 1).then_some(()));
}
