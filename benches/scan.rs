//! Events per second of `watchfloor scan`, beside a second engine on the same files.

use crate::corpus::{self, Lanes, Shared};
use crate::peer::{self, Peer, Run, Sources};
use crate::report::{Report, cpu_of_children};
use detect::{RuleFile, RuleSet};
use std::path::Path;
use std::process::{Command, Stdio};

const RUNS: usize = 5;
/// Files of a corpus.
const FILES: usize = 8;
/// Documents of the synthetic corpus.
const DOCUMENTS: usize = 200_000;
/// Bytes of each captured data set, before what is no flat Windows event is left out.
const CAPTURED: u64 = 1 << 20;

pub fn measure(report: &mut Report) {
    println!("scan: building the corpus");
    let folder = tempfile::tempdir().unwrap();
    let lines: Vec<_> = Lanes::new().take(DOCUMENTS, 0, false).documents.iter().filter_map(|document| corpus::flat(document)).collect();
    let own = folder.path().join("own");
    corpus::write(&lines, &own, FILES);
    compare(report, "scan/own", &own, &corpus::own_rules_folder(), corpus::own_rules());
    let shared = match Shared::find() {
        Ok(shared) => shared,
        Err(place) => return report.skip(format!("scan of captured NDJSON and EVTX with SigmaHQ's rules: no data at {}", place.display())),
    };
    let captured = folder.path().join("captured");
    corpus::write(&shared.json_lines(CAPTURED), &captured, FILES);
    compare(report, "scan/captured", &captured, &shared.rules_archive(), shared.rules());
    let evtx = folder.path().join("evtx");
    let bytes = shared.unpack_evtx(&evtx);
    let (mut rates, mut note) = (Vec::new(), String::new());
    for _ in 0..3 {
        let run = scan(&evtx, &shared.rules_archive(), None);
        note = format!("{} events, {} MB, SigmaHQ's rules, {} matches", run.events, bytes >> 20, run.matches);
        rates.push(run.rate());
    }
    report.add("scan/evtx all processors", "events/s", rates, note);
}

/// Alternates our scan, the other engine and the two floors.
fn compare(report: &mut Report, name: &str, folder: &Path, rules: &Path, files: Vec<RuleFile>) {
    let (set, _) = RuleSet::compile(files);
    let peer = Peer::new(&set);
    let sources = Sources::of(folder);
    let nothing = tempfile::tempdir().unwrap();
    std::fs::write(nothing.path().join("nothing.ndjson"), "").unwrap();
    let mut runs: [Vec<Run>; 5] = Default::default();
    // Each once before it counts: files into the system's memory, names into ours.
    scan(folder, rules, Some(1));
    peer.run(&sources);
    for _ in 0..RUNS {
        // Starting and loading the rules is no part of the rate.
        let start = scan(nothing.path(), rules, Some(1)).processor;
        let own = scan(folder, rules, Some(1));
        runs[0].push(Run { processor: own.processor - start, ..own });
        runs[1].push(peer.run(&sources));
        runs[2].push(peer::parse_floor(folder));
        runs[3].push(peer::json_floor(folder));
        runs[4].push(scan(folder, rules, None));
    }
    let [own, other, parse, json, all] = runs;
    assert!(own[0].events == other[0].events && parse[0].events == json[0].events, "all read the same events");
    let rates = |runs: &[Run]| runs.iter().map(Run::per_processor).collect::<Vec<_>>();
    let corpus = format!("{} events, {} MB, {} rules", own[0].events, corpus::bytes_below(folder) >> 20, set.rules().len());
    report.add(format!("{name} all processors"), "events/s", all.iter().map(Run::rate).collect(), corpus.clone());
    report.add(format!("{name} watchfloor"), "events/cpu-s", rates(&own), format!("{corpus}, {} matches", own[0].matches));
    let refused = if peer.refused > 0 { format!(", {} rules not loaded", peer.refused) } else { String::new() };
    report.add(format!("{name} rsigma-eval"), "events/cpu-s", rates(&other), format!("{} matches{refused}", other[0].matches));
    // Run by run, since the machine's mood is the same within a run.
    let ratio = |to: &[Run]| own.iter().zip(to).map(|(own, to)| own.per_processor() / to.per_processor()).collect::<Vec<_>>();
    report.add(format!("{name} to rsigma-eval"), "times", ratio(&other), "run by run");
    report.add(format!("{name} parse only"), "events/cpu-s", rates(&parse), "into our events, no rules");
    report.add(format!("{name} serde_json"), "events/cpu-s", rates(&json), "into values, no rules");
    report.add(format!("{name} to parse only"), "times", ratio(&parse), "at 1 rules and output cost nothing");
}

impl Run {
    pub fn rate(&self) -> f64 {
        self.events as f64 / self.seconds
    }
    pub fn per_processor(&self) -> f64 {
        self.events as f64 / self.processor
    }
}

/// Runs the binary and reads its own statistics; loading rules is not counted.
pub fn scan(folder: &Path, rules: &Path, threads: Option<usize>) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_watchfloor"));
    command.arg("scan").arg(folder).arg("--rules").arg(rules).args(["--format", "ndjson", "--stats"]);
    if let Some(threads) = threads {
        command.args(["--threads", &threads.to_string()]);
    }
    let before = cpu_of_children();
    let output = command.stdout(Stdio::null()).output().unwrap();
    let processor = cpu_of_children() - before;
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().last().unwrap_or_default();
    let value = |name: &str| line.split(' ').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).unwrap_or_else(|| panic!("no {name} in {text}"));
    let [events, matches] = [value("events"), value("matches")].map(|text| text.parse().unwrap());
    Run { events, matches, processor, seconds: value("scan_s").parse().unwrap() }
}
