//! Workers that die and hang. The test program is its own worker, so that it has a `main` of its own.

#![allow(clippy::unwrap_used, reason = "a test may fail here")]

use dissect::{Log, Reader, Setup, Wanted};
use std::io::{self, Write};
use std::time::Duration;

const NAME: &str = "a_worker_that_dies_or_hangs_costs_one_chunk";

/// Passes answers on, but dies before that of chunk 2 and hangs before that of chunk 4.
struct Trap<W>(W);

impl<W: Write> Write for Trap<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let says = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
        if says(b"\"chunk\":2,") {
            std::process::abort();
        }
        if says(b"\"chunk\":4,") {
            std::thread::sleep(Duration::from_secs(600));
        }
        self.0.write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    if has("worker") {
        dissect::run_worker(io::stdin(), Trap(io::stdout())).unwrap();
    } else if has("--list") {
        if !has("--ignored") {
            io::stdout().write_all(format!("{NAME}: test\n").as_bytes()).unwrap();
        }
    } else {
        a_worker_that_dies_or_hangs_costs_one_chunk();
    }
}

fn a_worker_that_dies_or_hangs_costs_one_chunk() {
    // Chunks of noise: a sound worker names each of them.
    let log = Log::from_bytes(vec![0x2a; 4096 + 6 * 65536]);
    let mut reader = Reader::new(Setup {
        program: std::env::current_exe().unwrap(),
        arguments: vec!["worker".into()],
        files: Default::default(),
        rules: 0,
        wanted: Wanted::default(),
        chunk_limit: Duration::from_secs(2),
        start_limit: Duration::from_secs(60),
    });
    let report = reader.read(&log, 0, log.chunks() as usize).unwrap();
    let chunks: Vec<u64> = report.damage.iter().map(|damage| damage.chunk).collect();
    assert_eq!(chunks, [0, 1, 2, 3, 4, 5], "each chunk once, in order");
    for damage in &report.damage {
        let aside = match damage.chunk {
            2 => damage.reason.contains("died of it"),
            4 => damage.reason.contains("did not end in time"),
            _ => damage.reason.contains("chunk header"),
        };
        assert!(aside, "{damage:?}");
    }
}
