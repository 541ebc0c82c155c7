//! Events against a million indicators, in process and in one thread, beside the same events against none.

use crate::corpus::Shared;
use crate::engine::{Lane, timed};
use crate::peer::read;
use crate::report::Report;
use detect::{Finder, Found, IndicatorScratch, ListFile, Lists, Role};
use model::{Event, Timestamp};
use std::fmt::Write;
use std::sync::Arc;

const RUNS: usize = 3;
/// Indicators of the largest set.
const INDICATORS: usize = 1_000_000;
/// Events of the network lane.
const EVENTS: usize = 200_000;

pub fn measure(report: &mut Report) {
    println!("indicators: building lists and lanes");
    let lists = [1_000, 100_000, INDICATORS].map(|count| (count, list(count)));
    let mut sets: Vec<(String, Arc<Finder>)> = vec![("none".to_owned(), Arc::default())];
    for (count, text) in &lists {
        let mut loads = Vec::new();
        let mut read = Lists::default();
        for _ in 0..RUNS {
            let file = ListFile { role: Role::Indicators, name: "list".to_owned(), bytes: text.clone().into_bytes() };
            loads.push(timed(|| read = Lists::read([file], Timestamp(0))));
        }
        let (len, bytes) = (read.indicators.len(), read.indicators.heap_bytes());
        let note = format!("{len} of {count} lines, {} MB of text, {} refused", text.len() >> 20, read.reports[0].refused);
        report.add(format!("indicators/load {count}"), "cpu-s", loads, note);
        report.add(format!("indicators/state {count}"), "bytes each", vec![bytes as f64 / len as f64], format!("{} MiB in all", bytes >> 20));
        sets.push((count.to_string(), read.indicators.finder().clone()));
    }
    compare(report, "network", &network(), &sets);
    match Shared::find() {
        Ok(shared) => {
            let folder = tempfile::tempdir().unwrap();
            compare(report, "short", &Lane::short(&shared, folder.path()).bytes, &sets);
            compare(report, "long", &Lane::long(&shared).bytes, &sets);
        }
        Err(place) => report.skip(format!("indicators against captured events: no data at {}", place.display())),
    }
}

/// Reads a lane with each set behind the parser, in turn; the cost of a set is what it takes more than no set at all.
fn compare(report: &mut Report, lane: &str, bytes: &[u8], sets: &[(String, Arc<Finder>)]) {
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    let (mut event, mut scratch, mut found) = (Event::default(), IndicatorScratch::default(), Vec::<Found>::new());
    let mut seconds = vec![Vec::new(); sets.len()];
    let mut hits = vec![0; sets.len()];
    for _ in 0..RUNS {
        for (at, (_, finder)) in sets.iter().enumerate() {
            hits[at] = 0;
            seconds[at].push(timed(|| {
                for line in &lines {
                    read(line, &mut event);
                    found.clear();
                    finder.find(&event, &mut scratch, &mut found);
                    hits[at] += found.len();
                }
            }));
        }
    }
    let events = lines.len() as f64;
    for (at, (name, _)) in sets.iter().enumerate() {
        let note = format!("{} events of {} bytes, {} hits", lines.len(), bytes.len() / lines.len(), hits[at]);
        let whole = seconds[at].iter().map(|seconds| seconds / events * 1e9).collect();
        report.add(format!("indicators/{lane} {name}"), "ns/event", whole, format!("parsing included; {note}"));
        if at > 0 {
            let more = seconds[at].iter().zip(&seconds[0]).map(|(with, without)| (with - without) / events * 1e9).collect();
            report.add(format!("indicators/{lane} {name} to none"), "ns/event", more, "run by run");
        }
    }
}

/// A generator of numbers that is the same everywhere (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

/// As lists are mixed: names, addresses, hashes, URLs, networks, mail addresses.
fn list(count: usize) -> String {
    let (mut numbers, mut text) = (Numbers(7), String::new());
    for _ in 0..count {
        let n = numbers.next();
        let [a, b, c, d] = [n >> 8, n >> 16, n >> 24, n >> 32].map(|n| n & 0xff);
        match n % 100 {
            0..40 => writeln!(text, "{:x}-{:x}.{:x}.example", n >> 40, n & 0xffff, b),
            40..70 => writeln!(text, "{}.{b}.{c}.{d}", 11 + a % 200),
            70..85 => writeln!(text, "{n:016x}{:016x}{:016x}{:016x}", numbers.next(), numbers.next(), numbers.next()),
            85..90 => writeln!(text, "{n:016x}{:016x}", numbers.next()),
            90..96 => writeln!(text, "http://{:x}.example/{:x}/gate.php", n >> 20, n & 0xfffff),
            96..98 => writeln!(text, "{}.{b}.{c}.0/24", 11 + a % 200),
            _ => writeln!(text, "{:x}@{:x}.example", n & 0xffff, n >> 20),
        }
        .unwrap();
    }
    text
}

/// Events that have nothing but what indicators are about: more of it than real ones.
fn network() -> Vec<u8> {
    let (mut numbers, mut text) = (Numbers(11), String::new());
    for _ in 0..EVENTS {
        let n = numbers.next();
        let [a, b, c, d] = [n >> 8, n >> 16, n >> 24, n >> 32].map(|n| n & 0xff);
        writeln!(
            text,
            "{{\"@timestamp\":\"2026-03-12T09:00:00Z\",\"event\":{{\"module\":\"proxy\"}},\"host\":{{\"name\":\"ws-{b}\"}},\"user\":{{\"name\":\"user{c}\"}},\
             \"source\":{{\"ip\":\"10.{b}.{c}.{d}\",\"port\":{}}},\"destination\":{{\"ip\":\"{}.{b}.{d}.{c}\",\"port\":443,\"domain\":\"cdn{a}.host{:x}.example\"}},\
             \"dns\":{{\"question\":{{\"name\":\"cdn{a}.host{:x}.example\"}}}},\"url\":{{\"full\":\"https://cdn{a}.host{:x}.example/assets/{:x}.js?v={d}\"}},\
             \"file\":{{\"hash\":{{\"sha256\":\"{n:016x}{:016x}{:016x}{:016x}\"}}}}}}",
            1024 + (n & 0xfff), 11 + a % 200, n >> 40, n >> 40, n >> 40, n & 0xffffff, numbers.next(), numbers.next(), numbers.next()
        )
        .unwrap();
    }
    text.into_bytes()
}
