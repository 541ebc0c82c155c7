//! What was acknowledged is kept once and alerted once, whatever dies: the real binary, killed under load.
//!
//! `WATCHFLOOR_KILLS` says how often, `WATCHFLOOR_OUTAGE` for how many seconds the database is away, `WATCHFLOOR_SEED`
//! repeats the choices of an earlier run. The moments are those of the machine and do not repeat.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test ends by the one and tells by the other")]

mod floor;

use floor::Floor;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

const RULE: &str = r"
title: PowerShell with an encoded command
id: 0f2f3c1e-6a0b-4a52-9d53-0a6c0a6f7d11
status: test
level: high
logsource: {product: windows, category: process_creation}
detection:
  encoded: {CommandLine|contains: ' -enc '}
  condition: encoded
";

/// Senders at once, the last of them by the bulk protocol.
const SENDERS: u64 = 4;
/// Hosts, each with one alert.
const HOSTS: u64 = 5;
/// Of so many events one matches.
const MATCHING: u64 = 7;

fn number<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

fn event(n: u64) -> String {
    let command = if n.is_multiple_of(MATCHING) { "powershell -nop -enc SQBFAFgA" } else { "powershell -file ok.ps1" };
    json!({"@timestamp": "2026-03-12T08:00:00Z", "winlog": {"channel": "Microsoft-Windows-Sysmon/Operational",
        "provider_name": "Microsoft-Windows-Sysmon", "event_id": 1, "computer_name": format!("ws-{:02}.larkfield.example", n % HOSTS),
        "event_data": {"Image": r"C:\Windows\System32\powershell.exe", "CommandLine": command, "User": r"LARKFIELD\d.whitfield",
            "ProcessId": n.to_string()}}})
    .to_string()
}

/// A batch on its way: sent again with the same name and bytes until it is acknowledged.
struct Batch {
    path: &'static str,
    key: String,
    body: String,
    events: u64,
}

impl Batch {
    fn new(sender: u64, first: u64, events: u64) -> Batch {
        let bulk = sender + 1 == SENDERS;
        let mut body = String::new();
        for n in first..first + events {
            if bulk {
                body += &format!("{{\"create\":{{\"_index\":\"bulk\",\"_id\":\"{n}\"}}}}\n");
            }
            body += &event(n);
            body.push('\n');
        }
        let path = if bulk { "/_bulk" } else { "/api/v1/ingest?source=load" };
        Batch { path, key: format!("{sender}-{first}"), body, events }
    }

    /// Whether it is acknowledged; no, if nobody answers or there is no room for it.
    fn send(&self, floor: &Floor, token: &str) -> bool {
        let headers = [("idempotency-key", self.key.as_str()), ("content-type", "application/x-ndjson")];
        let headers = if self.path == "/_bulk" { &headers[1..] } else { &headers[..] };
        match floor.send(token, self.path, &self.body, headers) {
            Ok((200, answer)) => {
                assert_eq!(self.kept(&answer), self.events, "{}: {answer}", self.key);
                true
            }
            Ok((429 | 503, _)) | Err(_) => false,
            Ok((status, answer)) => panic!("{}: {status} {answer}", self.key),
        }
    }

    /// How many of its events the answer says to be durable, now or before.
    fn kept(&self, answer: &Value) -> u64 {
        match answer["items"].as_array() {
            Some(items) => items.iter().filter(|item| matches!(item["create"]["status"].as_u64(), Some(200 | 201 | 409))).count() as u64,
            None => answer["stored"].as_u64().unwrap_or(0),
        }
    }
}

/// What the senders share.
struct Load {
    token: String,
    /// The number of the next event; all below it are in a batch.
    next: AtomicU64,
    acknowledged: AtomicU64,
    over: AtomicBool,
}

impl Load {
    fn new(token: String) -> Load {
        Load { token, next: AtomicU64::new(0), acknowledged: AtomicU64::new(0), over: AtomicBool::new(false) }
    }

    /// Sends what was left open and then new batches, until one is not acknowledged or it is over; gives back that one.
    fn send(&self, floor: &Floor, sender: u64, mut open: Option<Batch>, mut random: StdRng) -> Option<Batch> {
        loop {
            let batch = open.take().unwrap_or_else(|| {
                let events = random.random_range(1..80);
                Batch::new(sender, self.next.fetch_add(events, Ordering::Relaxed), events)
            });
            if !batch.send(floor, &self.token) {
                return Some(batch);
            }
            self.acknowledged.fetch_add(batch.events, Ordering::Relaxed);
            if self.over.load(Ordering::Relaxed) {
                return None;
            }
        }
    }

    /// All senders at once, until each has lost its connection or it is over.
    fn run(&self, floor: &Floor, open: &mut Vec<Option<Batch>>, random: &mut StdRng) {
        open.resize_with(SENDERS as usize, || None);
        std::thread::scope(|scope| {
            let left: Vec<_> = (0..SENDERS)
                .zip(open.drain(..))
                .map(|(sender, batch)| {
                    let random = StdRng::from_rng(random);
                    scope.spawn(move || self.send(floor, sender, batch, random))
                })
                .collect();
            open.extend(left.into_iter().map(|sender| sender.join().unwrap()));
        });
    }
}

/// Sees what the floor holds after the load, to the last event.
fn check(floor: &Floor, load: &Load) {
    let analyst = floor.token("analyst");
    let (sent, acknowledged) = (load.next.load(Ordering::Relaxed), load.acknowledged.load(Ordering::Relaxed));
    assert_eq!(acknowledged, sent, "every batch was acknowledged in the end");
    let sql = "SELECT+count(*)+AS+n,count(DISTINCT+\"process.pid\")+AS+d,min(\"process.pid\")+AS+a,max(\"process.pid\")+AS+b,count(DISTINCT+_seq)+AS+s+FROM+events";
    let stored = floor.get(&analyst, &format!("/api/v1/search?lang=sql&q={sql}"));
    assert_eq!(stored["rows"], json!([[sent, sent, 0, sent - 1, sent]]), "acknowledged lost 0, duplicates 0");
    let expected: Vec<u64> = (0..HOSTS).map(|host| (0..sent).filter(|n| n % MATCHING == 0 && n % HOSTS == host).count() as u64).collect();
    floor.wait_for(|| {
        let sums = floor.metrics();
        (sums.get("watchfloor_alerts_position") == Some(&sums["watchfloor_lake_events"])).then_some(())
    });
    let alerts = floor.get(&analyst, "/api/v1/alerts?limit=500");
    let mut found: Vec<(String, u64)> = alerts["items"].as_array().unwrap().iter()
        .map(|alert| (alert["host"].as_str().unwrap().to_owned(), alert["count"].as_u64().unwrap()))
        .collect();
    found.sort();
    let expected: Vec<_> = (0..HOSTS).map(|host| format!("ws-{host:02}.larkfield.example")).zip(expected).collect();
    assert_eq!(found, expected, "alerts lost 0, duplicate alerts 0");
    let sums = floor.metrics();
    let of = |name: &str| sums[&format!("watchfloor_ingest_{name}_total")];
    assert_eq!(of("sent"), of("received") + of("repeated") + of("refused"), "{sums:?}");
    assert_eq!(of("received"), of("stored") + of("rejected") + of("quarantined") + of("dropped"), "{sums:?}");
    let (code, verified) = floor.command(&["verify"]);
    assert_eq!((code, verified.contains("ok")), (0, true), "{verified}");
    println!(
        "{sent} events: acknowledged lost 0, duplicates 0; {} matches in {} alerts: lost 0, duplicates 0; {} segments; journal verified",
        expected.iter().map(|(_, count)| count).sum::<u64>(), expected.len(), sums["watchfloor_lake_segments"]
    );
}

fn seed() -> u64 {
    let seed = number("WATCHFLOOR_SEED").unwrap_or_else(rand::random);
    println!("seed {seed}");
    seed
}

#[test]
fn what_was_acknowledged_survives_kill_nine_and_is_alerted_once() {
    let kills = number("WATCHFLOOR_KILLS").unwrap_or(10u32);
    let mut random = StdRng::seed_from_u64(seed());
    // Segments small enough that deaths meet their writing too.
    let mut floor = Floor::start_with(&[("rule.yml", RULE)], None, vec![("WATCHFLOOR_LAKE__SEGMENT_EVENTS", "2000".to_owned())]);
    let load = Load::new(floor.token("ingest"));
    let (mut open, begun) = (Vec::new(), Instant::now());
    for kill in 1..=kills {
        let killer = floor.kill_after(Duration::from_millis(random.random_range(5..700)));
        load.run(&floor, &mut open, &mut random);
        killer.join().unwrap();
        floor.start_again();
        if kill % 20 == 0 {
            println!("{kill} kills, {} events acknowledged, {} s", load.acknowledged.load(Ordering::Relaxed), begun.elapsed().as_secs());
        }
    }
    // The answer of each open batch was lost, not necessarily the batch: sent again it is stored once.
    load.over.store(true, Ordering::Relaxed);
    load.run(&floor, &mut open, &mut random);
    println!("{kills} times kill -9");
    check(&floor, &load);
}

#[test]
fn a_stopped_database_does_not_stop_ingest() {
    let Some(mut postgres) = testkit::Postgres::start() else { return };
    let outage = Duration::from_secs(number("WATCHFLOOR_OUTAGE").unwrap_or(2));
    let mut random = StdRng::seed_from_u64(seed());
    let url = postgres.fresh_database();
    let floor = Floor::start(&[("rule.yml", RULE)], Some(&url));
    let analyst = floor.token("analyst");
    let load = Load::new(floor.token("ingest"));
    // Known tokens stay good while the database is away.
    assert!(Batch::new(0, load.next.fetch_add(1, Ordering::Relaxed), 1).send(&floor, &load.token));
    load.acknowledged.fetch_add(1, Ordering::Relaxed);
    postgres.stop();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let begun = Instant::now();
            assert_eq!(floor.try_get(&analyst, "/readyz").0, 503);
            std::thread::sleep(outage.saturating_sub(begun.elapsed()));
            load.over.store(true, Ordering::Relaxed);
        });
        let mut open = Vec::new();
        load.run(&floor, &mut open, &mut random);
        assert!(open.iter().all(Option::is_none), "a batch was not acknowledged while the database was away");
    });
    let during = load.acknowledged.load(Ordering::Relaxed);
    println!("PostgreSQL was stopped for {} s; {during} events were acknowledged meanwhile", outage.as_secs());
    postgres.start_again();
    floor.wait_for(|| (floor.try_get(&analyst, "/readyz").0 == 200).then_some(()));
    check(&floor, &load);
}
