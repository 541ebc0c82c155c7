//! Chunks of event logs with bytes of somebody else's choice in them, read as the worker reads them.
#![allow(clippy::unwrap_used, reason = "a test ends by it")]

use detect::RuleSet;
use dissect::{ChunkReport, Examiner, Wanted};
use model::Timestamp;
use proptest::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use testkit::{LogChunk, LogEvent, event_log, long_log};

/// Where the first chunk begins, and its length.
const FIRST: usize = 4 << 10;
const CHUNK: usize = 64 << 10;

fn event<'a>(data: &'a [(&'a str, &'a str)]) -> LogEvent<'a> {
    LogEvent {
        provider: "Microsoft-Windows-Sysmon",
        channel: "Microsoft-Windows-Sysmon/Operational",
        id: 1,
        computer: "WS-7",
        time: Timestamp::parse("2026-03-12T08:00:00Z").unwrap(),
        data,
    }
}

/// A sound chunk with twenty records.
fn sound() -> Vec<u8> {
    let data = [("Image", r"C:\Windows\System32\whoami.exe"), ("CommandLine", "whoami /all \"<&>\"")];
    event_log(&[event(&data); 20])[FIRST..FIRST + CHUNK].to_vec()
}

/// `None`: the reader panicked, which in the worker is an answer like any other.
fn read(chunk: &[u8]) -> Option<ChunkReport> {
    let rules = RuleSet::empty();
    let read = || dissect::read_chunk(7, chunk.to_vec(), &mut Examiner::new(&rules, Wanted { records: true, ..Wanted::default() }));
    catch_unwind(AssertUnwindSafe(read)).ok()
}

#[test]
fn a_sound_chunk_gives_all_its_records() {
    let report = read(&sound()).unwrap();
    assert_eq!((report.events, report.records.len(), report.damage.len()), (20, 20, 0));
}

#[test]
fn a_long_log_has_sound_chunks_and_its_records_in_order() {
    let one = event_log(&[event(&[("Image", "whoami.exe")]); 120]);
    let chunks = LogChunk::all(&one);
    assert!(chunks.len() == 2 && chunks.iter().map(LogChunk::records).sum::<u64>() == 120);
    let mut log = Vec::new();
    let written = long_log(&chunks, (FIRST + 5 * CHUNK + 7) as u64, &mut log).unwrap();
    assert_eq!(log.len(), FIRST + 5 * CHUNK);
    let mut numbers = Vec::new();
    for chunk in log[FIRST..].chunks(CHUNK) {
        assert!(evtx::EvtxChunkData::new(chunk.to_vec(), true).is_ok(), "its checksums");
        let report = read(chunk).unwrap();
        assert_eq!(report.damage, []);
        numbers.extend(report.records.iter().map(|record| record.id));
    }
    assert_eq!(numbers, (1..=written).collect::<Vec<_>>());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn changed_bytes_cost_records_and_never_break_one(changes in prop::collection::vec((0..4_000usize, any::<u8>()), 1..12), end in 0..CHUNK) {
        let mut chunk = sound();
        changes.iter().for_each(|(at, byte)| chunk[*at] = *byte);
        // Half of them are cut short as well.
        if end % 2 == 0 {
            chunk.truncate(end);
        }
        let Some(report) = read(&chunk) else { return Ok(()) };
        prop_assert_eq!(report.events, report.records.len() as u64);
        prop_assert!(report.events <= 20);
        for damage in &report.damage {
            prop_assert!(!damage.reason.is_empty() && !damage.reason.chars().any(char::is_control), "{:?}", damage);
        }
        for record in &report.records {
            let json: Result<serde_json::Value, _> = serde_json::from_slice(&record.json);
            prop_assert!(json.is_ok() && !record.json.contains(&b'\n'), "{}", record.json.escape_ascii());
        }
    }
}
