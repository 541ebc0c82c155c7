//! The promises of the API and of the commands: keys, custody, quarantine, errors, verification, on both databases
//! where the records matter.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test ends by the one and tells by the other")]

mod floor;
mod process;

use db::Sql;
use floor::Floor;
use model::{OpContext, Timestamp};
use process::{Client, binary, run};
use serde_json::{Value, json};
use std::io::Write;

const RULE: &str = r"
title: Somebody asked who they are
id: 5d0e3f7e-3a53-4c2b-8d9a-bb1f6f3d7a10
status: test
level: medium
logsource: {product: windows, category: process_creation}
detection:
  selection: {CommandLine|contains: whoami}
  condition: selection
";

const EVENT: &str = r#"{"winlog":{"channel":"Microsoft-Windows-Sysmon/Operational","provider_name":"Microsoft-Windows-Sysmon","event_id":1,"computer_name":"WS-1","event_data":{"Image":"C:\\w.exe","CommandLine":"whoami /all","User":"A\\b","ProcessId":"7"}}}"#;

fn start(database: Option<&str>) -> Floor {
    Floor::start(&[("who.yml", RULE)], database)
}

/// A client with a token.
fn client(floor: &Floor, role: &str) -> Client {
    let mut client = Client::new(&format!("http://127.0.0.1:{}", floor.http_port()));
    client.headers = vec![("authorization", format!("Bearer {}", floor.token(role)))];
    client
}

fn keyed(client: &Client, key: &str, path: &str, body: Value) -> process::Answer {
    client.send(client.request("POST", path, Some(body)).header("idempotency-key", key)).unwrap()
}

fn tamper(url: &str, statement: &str) {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let db = db::Db::connect(url).await.unwrap();
        let tx = db.begin(&OpContext::system("attacker", Timestamp(0))).await.unwrap();
        assert_eq!(tx.conn().run(statement, Vec::new()).await.unwrap(), 1, "{statement}");
        tx.commit().await.unwrap();
        db.close().await.unwrap();
    });
}

#[test]
fn a_request_sent_again_under_its_key_is_answered_and_not_repeated() {
    for records in testkit::record_urls() {
        println!("on {}", records.name);
        let mut floor = start(Some(&records.url));
        let (mut mara, jonas) = (client(&floor, "admin"), client(&floor, "admin"));
        let first = keyed(&mara, "k1", "/api/v1/cases", json!({ "title": "one" }));
        let again = keyed(&mara, "k1", "/api/v1/cases", json!({ "title": "one" }));
        assert_eq!((first.status, again.status), (201, 201));
        assert_eq!((&first.bytes, first.header("etag"), first.header("location")), (&again.bytes, again.header("etag"), again.header("location")));
        assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
        let other = keyed(&mara, "k1", "/api/v1/cases", json!({ "title": "two" }));
        assert_eq!(other.fault(), (422, "idempotency.key_reused".to_owned()));
        assert_eq!(keyed(&jonas, "k1", "/api/v1/cases", json!({ "title": "two" })).status, 201, "a key is its sender's own");

        let refused = keyed(&mara, "k2", "/api/v1/cases", json!({}));
        assert_eq!((refused.fault(), refused.header("content-type")), ((422, "case.title_missing".to_owned()), "application/problem+json"));
        let refused_again = keyed(&mara, "k2", "/api/v1/cases", json!({}));
        assert_eq!((refused_again.fault(), refused_again.header("content-type")), (refused.fault(), "application/problem+json"));
        assert_ne!(refused.json()["request_id"], refused_again.json()["request_id"], "each request has its own id");
        for bad in ["", &"k".repeat(257)] {
            assert_eq!(keyed(&mara, bad, "/api/v1/cases", json!({ "title": "x" })).fault(), (400, "idempotency.key_invalid".to_owned()));
        }
        let token = json!({ "name": "sensor", "role": "ingest" });
        assert_eq!(keyed(&mara, "k3", "/api/v1/tokens", token.clone()).status, 201);
        assert_eq!(keyed(&mara, "k3", "/api/v1/tokens", token).fault(), (409, "idempotency.shown_once".to_owned()));

        floor.kill_after(std::time::Duration::ZERO).join().unwrap();
        floor.start_again();
        mara.url = format!("http://127.0.0.1:{}", floor.http_port());
        assert_eq!(keyed(&mara, "k1", "/api/v1/cases", json!({ "title": "one" })).bytes, first.bytes, "also after a restart");
        assert_eq!(mara.get("/api/v1/cases").json()["total"], 2);
        let made = mara.get("/api/v1/journal?limit=1000").json();
        let count = |action: &str| made["items"].as_array().unwrap().iter().filter(|entry| entry["action"] == action).count();
        assert_eq!(count("case.create"), 2);
        let sensors = mara.get("/api/v1/tokens").json();
        assert_eq!(sensors["items"].as_array().unwrap().iter().filter(|token| token["name"] == "sensor").count(), 1);
    }
}

#[test]
fn who_reads_evidence_stands_in_the_journal_and_damage_is_not_served() {
    for records in testkit::record_urls() {
        println!("on {}", records.name);
        let floor = start(Some(&records.url));
        let (analyst, admin) = (client(&floor, "analyst"), client(&floor, "admin"));
        floor.post_text(&floor.token("ingest"), "/api/v1/ingest?source=w", EVENT, &[]);
        let alert = floor.wait_for(|| analyst.get("/api/v1/alerts").json()["items"][0]["id"].as_str().map(str::to_owned));
        let number = analyst.post("/api/v1/cases", json!({ "alerts": [alert] })).json()["number"].clone();
        let entries = || -> Vec<(String, String)> {
            let journal = admin.get(&format!("/api/v1/journal?object=case:{number}")).json();
            let word = |value: &Value| value.as_str().unwrap().to_owned();
            journal["items"].as_array().unwrap().iter().filter(|entry| entry["stream"] == "custody").map(|entry| (word(&entry["action"]), word(&entry["actor"]["name"]))).collect()
        };
        assert_eq!(entries(), []);
        let evidence = analyst.get(&format!("/api/v1/cases/{number}/evidence")).json();
        let piece = &evidence["items"][0];
        let by = |action: &str, name: &str| (action.to_owned(), name.to_owned());
        assert_eq!(entries(), [by("evidence.read", "analyst")]);

        let raw = format!("/api/v1/cases/{number}/evidence/{}/raw", piece["id"].as_str().unwrap());
        let copy = admin.get(&raw);
        assert_eq!((copy.status, copy.bytes.as_slice()), (200, EVENT.as_bytes()));
        assert_eq!((copy.header("content-type"), copy.header("x-content-type-options")), ("application/octet-stream", "nosniff"));
        assert!(copy.header("content-disposition").starts_with("attachment; filename=\"C-"), "{}", copy.header("content-disposition"));
        assert_eq!(entries(), [by("evidence.copy", "admin"), by("evidence.read", "analyst")]);
        let history = analyst.get(&format!("/api/v1/cases/{number}/history")).json();
        assert!(history["items"].as_array().unwrap().iter().all(|entry| entry["stream"] == "cases"), "a history is of changes: {history}");
        for absent in [raw.replace(&format!("cases/{number}"), "cases/99"), raw.replace("/raw", "0/raw")] {
            assert_eq!(admin.get(&absent).fault(), (404, "not_found".to_owned()));
        }

        tamper(&records.url, "UPDATE evidence SET content = '' WHERE size > 0".replace("''", if records.name == "sqlite" { "x'00'" } else { "'\\x00'" }).as_str());
        assert_eq!(admin.get(&raw).fault(), (500, "evidence.damaged".to_owned()));
        assert_eq!(entries()[0], by("evidence.damaged", "admin"));
    }
}

#[test]
fn a_tampered_entry_of_the_journal_is_found_and_named() {
    for records in testkit::record_urls() {
        println!("on {}", records.name);
        let floor = start(Some(&records.url));
        let (analyst, _) = (client(&floor, "analyst"), client(&floor, "viewer"));
        for title in ["one", "two", "three"] {
            assert_eq!(analyst.post("/api/v1/cases", json!({ "title": title })).status, 201);
        }
        let (code, said) = floor.command(&["verify"]);
        assert!(code == 0 && said.contains("cases: 3 entries, ok"), "{code} {said}");
        tamper(&records.url, "UPDATE journal SET actor_name = 'nobody' WHERE stream = 'cases' AND seq = 2");
        let (code, said) = floor.command(&["verify"]);
        assert!(code == 1 && said.contains("cases: 1 entries, CHANGED at entry 2: Hash"), "{code} {said}");
        assert!(said.contains("access: ") && said.matches("CHANGED").count() == 1, "{said}");
        tamper(&records.url, "DELETE FROM journal WHERE stream = 'access' AND seq = 1");
        let (code, said) = floor.command(&["verify"]);
        assert!(code == 1 && said.contains("CHANGED at entry 1: Missing"), "{code} {said}");
    }
}

#[test]
fn what_was_set_aside_is_listed_and_handed_out_as_a_file() {
    let floor = start(None);
    let (viewer, admin) = (client(&floor, "viewer"), client(&floor, "admin"));
    let mut tcp = std::net::TcpStream::connect(floor.syslog_tcp).unwrap();
    tcp.write_all(b"500 <13>Mar 12 08:41:12 h app: \x1b[31m cut off").unwrap();
    drop(tcp);
    let listed = floor.wait_for(|| {
        let listed = viewer.get("/api/v1/quarantine").json();
        (listed["items"].as_array()?.len() == 1).then_some(listed)
    });
    let piece = &listed["items"][0];
    assert!(piece["code"].as_str().is_some_and(|code| code.contains('.')) && piece["received"].is_string(), "{piece}");
    assert!(piece["source"].as_str().unwrap().starts_with("syslog") && listed["next"].is_null(), "{listed}");
    let raw = format!("/api/v1/quarantine/{}/raw", piece["id"].as_str().unwrap());
    assert_eq!(viewer.get(&raw).fault(), (403, "auth.role".to_owned()));
    let file = admin.get(&raw);
    assert_eq!((file.status, file.header("content-type")), (200, "application/octet-stream"));
    assert!(file.header("content-disposition").starts_with("attachment"), "{:?}", file.headers);
    assert!(file.bytes.ends_with(b"\x1b[31m cut off") && Some(file.bytes.len() as u64) == piece["size"].as_u64(), "{:?}", file.bytes);
    let entry = &admin.get("/api/v1/journal?limit=1").json()["items"][0];
    assert_eq!((&entry["action"], &entry["actor"]["name"]), (&json!("quarantine.copy"), &json!("admin")));
    assert_eq!(floor.metrics()["watchfloor_ingest_quarantined_total"], 1);
    assert_eq!(viewer.get("/api/v1/quarantine?cursor=x").fault(), (400, "list.cursor".to_owned()));
    assert_eq!(viewer.get("/api/v1/quarantine?limit=0").fault(), (400, "list.limit".to_owned()));
}

#[test]
fn every_refusal_is_a_problem_with_a_code_a_place_and_the_request() {
    let floor = start(None);
    let admin = client(&floor, "admin");
    let case = admin.post("/api/v1/cases", json!({ "title": "x" })).json()["number"].clone();
    let tagged = |method: &str, path: &str, body: Value| {
        admin.send(admin.request(method, path, Some(body)).header("if-match", "\"7\"")).unwrap()
    };
    for (answer, status, code) in [
        (admin.get("/api/v1/nothing"), 404, "not_found"),
        (admin.send(admin.request("DELETE", "/api/v1/alerts", None)).unwrap(), 405, "request.method"),
        (admin.send(admin.request("PUT", "/console", None)).unwrap(), 405, "request.method"),
        (admin.get("/api/v1/cases/9999"), 404, "not_found"),
        (admin.get("/api/v1/users?limit=0"), 400, "list.limit"),
        (admin.get("/api/v1/users?cursor=x"), 400, "list.cursor"),
        (admin.get("/api/v1/sources?colour=red"), 400, "request.query"),
        (admin.get("/api/v1/journal?colour=red"), 400, "request.query"),
        (admin.get(&format!("/api/v1/cases/{case}/history?cursor=x")), 400, "list.cursor"),
        (admin.post("/api/v1/cases", json!({ "title": "x", "role": "admin" })), 422, "request.body"),
        (tagged("PATCH", &format!("/api/v1/cases/{case}"), json!({ "title": "y" })), 412, "record.stale"),
        (tagged("POST", &format!("/api/v1/cases/{case}/close"), json!({ "disposition": "test", "reason": "duplicate" })), 412, "record.stale"),
        (admin.get("/api/v1/search?q=a+AND+("), 400, ""),
    ] {
        let problem = answer.json();
        assert_eq!((answer.status, answer.header("content-type")), (status, "application/problem+json"), "{problem}");
        assert!(problem["code"].as_str().is_some_and(|found| code.is_empty() || found == code), "{code}: {problem}");
        assert_eq!(problem["request_id"].as_str(), Some(answer.header("x-request-id")), "{problem}");
    }
    let wrong = admin.get("/api/v1/search?q=host.name:a+AND+(").json();
    assert!(wrong["place"][1].as_u64() >= wrong["place"][0].as_u64() && wrong["place"][0].is_u64(), "{wrong}");
    let people = |query: &str| admin.get(&format!("/api/v1/tokens?{query}")).json();
    let first = people("limit=1");
    let second = people(&format!("limit=1&cursor={}", first["next"].as_str().unwrap_or_default()));
    assert!(first["total"].as_u64() > Some(1) || first["next"].is_null(), "{first}");
    assert_ne!(first["items"][0]["id"], second["items"][0]["id"]);
}

#[test]
fn one_query_at_the_shell_in_every_form() {
    let floor = start(None);
    floor.post_text(&floor.token("ingest"), "/api/v1/ingest?source=w", r#"{"host":{"name":"=HYPERLINK(\"x\")"},"message":"a \u001b[31m,b"}"#, &[]);
    let (token, url) = (floor.token("viewer"), format!("http://127.0.0.1:{}", floor.http_port()));
    let search = |query: &str, args: &[&str]| {
        run(binary().args(["search", query, "--server", &url, "--token", &token, "--columns", "host.name,message"]).args(args), "")
    };
    let (code, out, said) = search("", &["--format", "ndjson"]);
    let line: Value = serde_json::from_str(out.trim()).unwrap();
    assert_eq!((code, &line["host.name"]), (0, &json!("=HYPERLINK(\"x\")")), "{said}");
    let (_, out, _) = search("", &["--format", "json"]);
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["rows"].as_array().unwrap().len(), 1);
    let (_, out, _) = search("", &["--format", "csv"]);
    assert!(out.starts_with("_id,host.name,message\n") && out.contains("\"'=HYPERLINK(\"\"x\"\")\",") && !out.contains('\u{1b}'), "{out}");
    let (_, out, _) = search("", &["--format", "table"]);
    assert!(out.lines().count() == 2 && !out.contains('\u{1b}'), "{out}");
    let (code, _, said) = search("host.name:(", &[]);
    assert!(code == 3 && said.contains("400 ") && said.contains("at "), "{code} {said}");
    assert_eq!(search("", &["--lang", "klingon"]).0, 3);
    assert_eq!(search("", &["--format", "xml"]).0, 3);
    let (code, _, said) = run(binary().args(["search", "", "--server", &url, "--token", "wft_wrong"]), "");
    assert!(code == 4 && said.contains("auth.required"), "{code} {said}");
    assert_eq!(run(binary().args(["search", "", "--server", "http://127.0.0.1:1", "--token", "x"]), "").0, 4);
    let (code, said) = floor.command(&["search", ""]);
    assert!(code == 3 && said.contains("in use"), "the folder is the service's: {code} {said}");
}

#[test]
fn the_service_says_how_it_is_while_the_database_is_away() {
    let Some(mut postgres) = testkit::Postgres::start() else { return };
    let floor = start(Some(&postgres.fresh_database()));
    let viewer = client(&floor, "viewer");
    let ask = |path: &str| viewer.get(path).status;
    assert_eq!([ask("/healthz"), ask("/readyz"), ask("/metrics"), ask("/api/v1/alerts")], [200; 4]);
    postgres.stop();
    assert_eq!([ask("/healthz"), ask("/readyz"), ask("/metrics")], [200, 503, 200]);
    assert_eq!(viewer.get("/api/v1/alerts").fault(), (503, "records.unavailable".to_owned()));
    assert_eq!(viewer.get("/api/v1/search").status, 200, "events are not in that database");
    postgres.start_again();
    floor.wait_for(|| (ask("/readyz") == 200 && ask("/api/v1/alerts") == 200).then_some(()));
}

/// The routes of the API are tested with their document; those of foreign protocols stand in the matrix only.
#[test]
fn every_foreign_route_asks_for_its_role() {
    let floor = start(None);
    let tokens: Vec<(desk::access::Role, String)> =
        desk::access::Role::ALL.into_iter().map(|role| (role, floor.token(role.as_str()))).collect();
    let mut checked = 0;
    for (method, path, needed) in desk::access::ROUTES.iter().filter(|(_, path, _)| path.starts_with("/_") || path.starts_with("/{")) {
        let concrete = path.replace("{index}", "logs").replace("{name}", "logs");
        assert_eq!(floor.call(method, &concrete, None).0, 401, "{method} {path} without a token");
        for (role, token) in &tokens {
            let (status, answer) = floor.call(method, &concrete, Some(token));
            assert_eq!(status == 403, !role.may(*needed), "{method} {path} as {role:?}: {status} {answer}");
            assert!(status < 500, "{method} {path} as {role:?}: {status} {answer}");
            checked += 1;
        }
    }
    println!("{checked} pairs of route and role");
    assert!(checked > 60);
}
