//! From an event on the wire to its alert on the live feed, while other events come in.

use crate::corpus::{self, Lanes};
use crate::floor::Floor;
use crate::report::{Report, quantile};
use crate::wire::Http;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

const RUNS: usize = 3;
/// Alerts of one run.
const PROBES: usize = 100;
/// Other events per second, none of which matches.
const RATES: [usize; 2] = [0, 1_000];
const TICK: Duration = Duration::from_millis(100);

/// The event that raises an alert; each probe comes from a host of its own, so that each is an alert of its own.
const PROBE: &str = "execution/macro_document_opened.hit.ndjson";

pub fn measure(report: &mut Report) {
    println!("alert: {RUNS} times {PROBES} alerts at each of {RATES:?} other events/s");
    let rules: Vec<(String, String)> = corpus::own_rules().into_iter().map(|file| (file.name, String::from_utf8(file.text).unwrap())).collect();
    let rules: Vec<_> = rules.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let floor = Floor::start(&rules, None);
    let tokens = (floor.token("ingest"), floor.token("analyst"));
    let (send, feed) = mpsc::channel();
    let live = Http::connect(floor.address(), &tokens.1);
    // It ends with the service.
    std::thread::spawn(move || follow(live, &send));
    let benign = Lanes::new().take(20_000, 0, true).documents;
    let mut latencies = RATES.map(|_| Vec::new());
    let mut probe = Probe::new(&floor, &tokens.0);
    for _ in 0..RUNS {
        for (rate, runs) in RATES.iter().zip(&mut latencies) {
            runs.push(beside(&floor, &tokens.0, &benign, *rate, || (0..PROBES).map(|_| probe.once(&feed)).collect::<Vec<f64>>()));
        }
    }
    for (rate, runs) in RATES.iter().zip(&latencies) {
        for (name, share) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)] {
            let values = runs.iter().map(|run| quantile(run, share)).collect();
            report.add(format!("alert/{rate} events/s {name}"), "ms", values, format!("sent to seen on the live feed, {PROBES} alerts a run"));
        }
    }
}

/// Does something while other events come in at a steady rate.
fn beside<T>(floor: &Floor, token: &str, events: &[Vec<u8>], rate: usize, work: impl FnOnce() -> T) -> T {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut connection = Http::connect(floor.address(), token);
            let mut batches = events.chunks((rate as f64 * TICK.as_secs_f64()) as usize + 1).cycle();
            let mut due = Instant::now();
            while rate > 0 && !over.load(Ordering::Relaxed) {
                let body: Vec<u8> = batches.next().unwrap().iter().flat_map(|event| event.iter().copied().chain([b'\n'])).collect();
                connection.post("/api/v1/ingest?source=other&format=json", &body);
                due += TICK;
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
            }
        });
        let done = work();
        over.store(true, Ordering::Relaxed);
        done
    })
}

/// Hands on when which alerts changed.
fn follow(live: Http, send: &mpsc::Sender<(Instant, String)>) {
    let mut topic = String::new();
    for line in live.live() {
        if let Some(name) = line.strip_prefix("event: ") {
            topic = name.to_owned();
        } else if let Some(data) = line.strip_prefix("data: ")
            && topic == "alerts"
            && send.send((Instant::now(), data.to_owned())).is_err()
        {
            return;
        }
    }
}

struct Probe {
    connection: Http,
    template: String,
    sent: u64,
}

impl Probe {
    fn new(floor: &Floor, token: &str) -> Probe {
        let samples = std::fs::read_to_string(corpus::own_rules_folder().join(PROBE)).unwrap();
        let template = samples.lines().next().unwrap().to_owned();
        assert!(template.contains("WS-FIN-07."));
        Probe { connection: Http::connect(floor.address(), token), template, sent: 0 }
    }

    /// Milliseconds from before the first byte is sent until the feed names the alert.
    fn once(&mut self, feed: &mpsc::Receiver<(Instant, String)>) -> f64 {
        self.sent += 1;
        // Not in step with anything that the service does by the clock.
        std::thread::sleep(Duration::from_micros(self.sent.wrapping_mul(0x9e37_79b9_7f4a_7c15) % 60_000));
        let event = self.template.replace("WS-FIN-07.", &format!("WS-{:05}.", self.sent));
        let begun = Instant::now();
        self.connection.post("/api/v1/ingest?source=probe&format=json", event.as_bytes());
        let (seen, ids) = feed.recv_timeout(Duration::from_secs(20)).expect("the alert on the live feed");
        let ids: serde_json::Value = serde_json::from_str(&ids).unwrap();
        assert_eq!(ids["ids"].as_array().map(Vec::len), Some(1), "one alert at a time: {ids}");
        seen.duration_since(begun).as_secs_f64() * 1e3
    }
}
