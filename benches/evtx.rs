//! One large event log: `watchfloor scan` with all of SigmaHQ's rules beside the rate of the reader alone, with one
//! thread and with two, and the memory that it takes.

use crate::corpus::Shared;
use crate::report::{Report, cpu_of_thread, quantile};
use crate::scan::scan;
use crate::peer::Run;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use testkit::{LogChunk, long_log};

const RUNS: usize = 5;
/// MiB of the log that rates are measured on.
const RATED: u64 = 512;
/// MiB of the log that memory is measured on, unless `WATCHFLOOR_BENCH_EVTX_MIB` says otherwise.
const LONG: u64 = 4096;

pub fn measure(report: &mut Report) {
    let shared = match Shared::find() {
        Ok(shared) => shared,
        Err(place) => return report.skip(format!("one large event log with SigmaHQ's rules: no data at {}", place.display())),
    };
    println!("evtx: building the logs");
    let folder = tempfile::tempdir().unwrap();
    let captures = folder.path().join("captures");
    shared.unpack_evtx(&captures);
    let chunks: Vec<LogChunk> = files(&captures).iter().flat_map(|file| LogChunk::all(&std::fs::read(file).unwrap())).collect();
    let write = |name: &str, bytes: u64| {
        let path = folder.path().join(name);
        let mut file = BufWriter::with_capacity(1 << 20, File::create(&path).unwrap());
        let records = long_log(&chunks, bytes, &mut file).unwrap();
        file.into_inner().unwrap();
        (path, records)
    };
    // A part for each of two threads and no more: what starting and loading the rules takes, in all processes.
    let (first, _) = write("first.evtx", (4 + 17 * 64) << 10);
    let (rated, records) = write("rated.evtx", RATED << 20);
    rates(report, &shared.rules_archive(), &first, &rated, records);
    std::fs::remove_file(&rated).unwrap();
    let long = std::env::var("WATCHFLOOR_BENCH_EVTX_MIB").ok().and_then(|text| text.parse().ok()).unwrap_or(LONG);
    let (long, records) = write("long.evtx", long << 20);
    memory(report, &shared.rules_archive(), &long, records);
}

/// Alternates one thread, two threads and the reader alone.
fn rates(report: &mut Report, rules: &Path, first: &Path, rated: &Path, records: u64) {
    let without_start = |threads| {
        let start = scan(first, rules, Some(threads));
        let run = scan(rated, rules, Some(threads));
        assert_eq!(run.events, records, "every record is read");
        Run { events: run.events - start.events, processor: run.processor - start.processor, seconds: run.seconds - start.seconds, ..run }
    };
    let (mut one, mut two, mut reader) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        one.push(without_start(1));
        two.push(without_start(2));
        reader.push(read(rated, records));
    }
    let corpus = format!("{records} records of {} bytes, {} matches", (RATED << 20) / records, one[0].matches);
    let rates = |runs: &[Run]| runs.iter().map(Run::per_processor).collect::<Vec<_>>();
    report.add("evtx/watchfloor", "records/cpu-s", rates(&one), format!("{corpus}, all rules, both processes, one thread"));
    report.add("evtx/watchfloor 2 threads", "records/cpu-s", rates(&two), "the same");
    report.add("evtx/evtx crate", "records/cpu-s", reader.clone(), "to JSON text, no rules, in process");
    let ratios = one.iter().zip(&reader).map(|(own, reader)| own.per_processor() / reader).collect();
    report.add("evtx/to evtx crate", "times", ratios, "run by run");
    report.add("evtx/1 thread", "records/s", one.iter().map(Run::rate).collect(), "of time that passed");
    report.add("evtx/2 threads", "records/s", two.iter().map(Run::rate).collect(), "of time that passed");
    let ratios = one.iter().zip(&two).map(|(one, two)| one.seconds / two.seconds).collect();
    report.add("evtx/2 threads to 1", "times", ratios, "run by run, of time that passed; needs two processors that nobody else uses");
}

/// Records per second of processor time of the `evtx` crate alone.
fn read(log: &Path, records: u64) -> f64 {
    let begun = cpu_of_thread();
    let settings = ::evtx::ParserSettings::new().indent(false).num_threads(1);
    let mut parser = ::evtx::EvtxParser::from_path(log).unwrap().with_configuration(settings);
    assert_eq!(parser.records_json_bytes().filter(Result::is_ok).count() as u64, records);
    records as f64 / (cpu_of_thread() - begun)
}

/// The most memory of the program and of each of its workers, two of them.
fn memory(report: &mut Report, rules: &Path, log: &Path, records: u64) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_watchfloor"));
    command.arg("scan").arg(log).arg("--rules").arg(rules).args(["--format", "ndjson", "--threads", "2"]);
    let mut program = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut peaks: BTreeMap<u32, f64> = BTreeMap::new();
    let mut sums = Vec::new();
    while program.try_wait().unwrap().is_none() {
        let all: Vec<u32> = std::iter::once(program.id()).chain(children(program.id())).collect();
        for process in &all {
            if let Some(peak) = mib(*process, "VmHWM:") {
                peaks.insert(*process, peak);
            }
        }
        sums.push(all.iter().filter_map(|process| mib(*process, "VmRSS:")).sum::<f64>());
        std::thread::sleep(Duration::from_millis(50));
    }
    let note = format!("a log of {} MiB, {records} records, all rules, two workers", std::fs::metadata(log).unwrap().len() >> 20);
    let own = peaks.remove(&program.id()).unwrap_or_default();
    report.add("evtx/memory program", "MiB", vec![own], note);
    report.add("evtx/memory worker", "MiB", peaks.into_values().collect(), "each of them");
    report.add("evtx/memory together", "MiB", vec![quantile(&sums, 1.0)], "the program and its workers, the most at one moment");
}

/// The processes that any thread of one has started.
fn children(process: u32) -> Vec<u32> {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let texts = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    texts.flat_map(|text| text.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<u32>>()).collect()
}

fn mib(process: u32, line: &str) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let kib: f64 = status.lines().find_map(|text| text.strip_prefix(line))?.split_whitespace().next()?.parse().ok()?;
    Some(kib / 1024.0)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(self::files(&path)),
            false if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("evtx")) => files.push(path),
            false => {}
        }
    }
    files.sort();
    files
}
