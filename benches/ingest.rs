//! Events per second to the durable answer, detection on: the real binary, three protocols in turn. Then bytes per event.

use crate::corpus::{self, Lanes, Records, Shared};
use crate::floor::Floor;
use crate::report::{Report, cpu};
use crate::wire::{self, Http};
use detect::RuleFile;
use std::time::{Duration, Instant};

const RUNS: usize = 3;
/// Events of one run of one protocol.
const EVENTS: usize = 40_000;
/// Records of one request.
const BATCH: usize = 1_000;
/// Connections at once.
const CONNECTIONS: usize = 4;

/// A word that stands in one event only.
pub const RARE: &str = "qx7vzzkepler";

struct Run {
    events: f64,
    wall: f64,
    sender: f64,
    server: f64,
}

/// A protocol and the runs that it had.
struct Protocol {
    name: &'static str,
    runs: Vec<Run>,
}

/// Measures with our rules, then with SigmaHQ's. Gives back the first floor, its events sealed.
pub fn measure(report: &mut Report) -> Floor {
    println!("ingest: our rules");
    let mut lanes = Lanes::new();
    let mut floor = start(&corpus::own_rules());
    let mut protocols = ["http", "bulk", "syslog tcp"].map(|name| Protocol { name, runs: Vec::new() });
    let (mut matching, mut events) = (0, 0);
    for round in 0..RUNS {
        for protocol in &mut protocols {
            let records = lanes.take(EVENTS, EVENTS, false);
            matching += records.matching;
            events += records.documents.len() + records.lines.len();
            run(&floor, protocol, &records, round);
        }
    }
    let hits = format!("{} of 1000 events match", matching * 1_000 / events);
    for protocol in &protocols {
        tell(report, "ingest/own", protocol, &format!("{} rules, {hits}", corpus::own_rules().len()));
    }
    bytes(report, &mut floor);
    match Shared::find() {
        Ok(shared) => with_many_rules(report, &shared.rules()),
        Err(place) => report.skip(format!("ingest with SigmaHQ's rules: no data at {}", place.display())),
    }
    floor
}

fn with_many_rules(report: &mut Report, rules: &[RuleFile]) {
    println!("ingest: SigmaHQ's rules");
    let floor = start(rules);
    let (mut lanes, mut protocol) = (Lanes::new(), Protocol { name: "http", runs: Vec::new() });
    for round in 0..3 {
        run(&floor, &mut protocol, &lanes.take(EVENTS, 0, false), round);
    }
    tell(report, "ingest/sigmahq", &protocol, &format!("{} rule files", rules.len()));
}

fn start(rules: &[RuleFile]) -> Floor {
    let texts: Vec<(String, String)> = rules.iter().enumerate()
        .map(|(index, file)| (format!("{index:05}.yml"), String::from_utf8_lossy(&file.text).into_owned()))
        .collect();
    let borrowed: Vec<_> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Floor::start(&borrowed, None)
}

/// Sends the records by one protocol and waits until the last is durable.
fn run(floor: &Floor, protocol: &mut Protocol, records: &Records, round: usize) {
    let token = floor.token("ingest");
    let before = stored(floor);
    let (target, chosen) = match protocol.name {
        "http" => ("/api/v1/ingest?source=bench&format=json", &records.documents),
        "bulk" => ("/_bulk", &records.documents),
        _ => ("", &records.lines),
    };
    let chosen = &chosen[..EVENTS];
    let bodies: Vec<Vec<u8>> = chosen.chunks(BATCH).zip(0..).map(|(batch, place)| body(protocol.name, batch, &format!("{round}-{place}"))).collect();
    let (sender, server, begun) = (cpu(std::process::id()), cpu(floor.pid()), Instant::now());
    let (http, syslog) = (floor.address(), floor.syslog_tcp);
    std::thread::scope(|scope| {
        for part in bodies.chunks(bodies.len().div_ceil(CONNECTIONS)) {
            let token = &token;
            scope.spawn(move || match target {
                "" => part.iter().for_each(|body| wire::syslog(syslog, body)),
                target => {
                    let mut connection = Http::connect(http, token);
                    part.iter().for_each(|body| drop(connection.post(target, body)));
                }
            });
        }
    });
    // Syslog has no answer: the counter that is added to once a batch is durable stands for it.
    while stored(floor) < before + EVENTS as u64 {
        assert!(begun.elapsed() < Duration::from_secs(120), "not everything was stored");
        std::thread::sleep(Duration::from_millis(5));
    }
    let wall = begun.elapsed().as_secs_f64();
    let sender = cpu(std::process::id()) - sender;
    // The alert writer works behind the log; its work belongs to these events too.
    floor.wait_for(|| {
        let sums = floor.metrics();
        (sums.get("watchfloor_alerts_position") == Some(&sums["watchfloor_lake_events"])).then_some(())
    });
    assert_eq!(stored(floor), before + EVENTS as u64);
    protocol.runs.push(Run { events: EVENTS as f64, wall, sender, server: cpu(floor.pid()) - server });
}

fn body(protocol: &str, batch: &[Vec<u8>], name: &str) -> Vec<u8> {
    let mut body = Vec::new();
    for (record, place) in batch.iter().zip(0..) {
        match protocol {
            "bulk" => body.extend_from_slice(format!("{{\"create\":{{\"_index\":\"bench\",\"_id\":\"{name}-{place}\"}}}}\n").as_bytes()),
            "http" => {}
            _ => body.extend_from_slice(format!("{} ", record.len()).as_bytes()),
        }
        body.extend_from_slice(record);
        if protocol == "bulk" || protocol == "http" {
            body.push(b'\n');
        }
    }
    body
}

fn stored(floor: &Floor) -> u64 {
    let sums = floor.metrics();
    let of = |name: &str| sums[&format!("watchfloor_ingest_{name}_total")];
    assert_eq!((of("rejected"), of("quarantined"), of("dropped")), (0, 0, 0), "{sums:?}");
    of("stored")
}

fn tell(report: &mut Report, name: &str, protocol: &Protocol, note: &str) {
    let of = |value: fn(&Run) -> f64| protocol.runs.iter().map(value).collect::<Vec<_>>();
    let name = format!("{name} {}", protocol.name);
    report.add(name.clone(), "events/s", of(|run| run.events / run.wall), format!("to the durable answer; {note}"));
    report.add(format!("{name} server"), "µs/event", of(|run| run.server / run.events * 1e6), "processor time of the service, alerts written");
    report.add(format!("{name} sender"), "µs/event", of(|run| run.sender / run.events * 1e6), "processor time of the sender, on the same machine");
}

/// Ends the service, seals what it took in, and starts it again on that.
fn bytes(report: &mut Report, floor: &mut Floor) {
    println!("ingest: sealing");
    let mut http = Http::connect(floor.address(), &floor.token("ingest"));
    http.post("/api/v1/ingest?source=bench", format!("{{\"message\":\"{RARE} was here\"}}\n").as_bytes());
    drop(http);
    let (events, raw) = (stored(floor), floor.metrics()["watchfloor_ingest_bytes_total"]);
    floor.stop();
    let folder = floor.data().join("lake");
    let lake = lake::Lake::open(lake::LakeOptions::new(&folder), std::sync::Arc::new(model::SystemClock)).unwrap();
    let begun = Instant::now();
    while lake.stats().memory_events > 0 {
        lake.seal().unwrap();
    }
    let took = begun.elapsed().as_secs_f64();
    lake.close();
    drop(lake);
    let disk = corpus::bytes_below(&folder.join("events"));
    report.add("disk/raw", "bytes/event", vec![raw as f64 / events as f64], format!("as sent, {events} events of all protocols"));
    report.add("disk/stored", "bytes/event", vec![disk as f64 / events as f64], format!("segments and sidecars, sealed in {took:.1} s"));
    report.add("disk/stored to raw", "times", vec![disk as f64 / raw as f64], "");
    floor.start_again();
}
