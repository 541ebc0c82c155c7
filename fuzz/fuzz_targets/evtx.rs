//! EVTX, as the worker reads it: every record that comes out is one JSON object that we read without a fault, what
//! does not is named, matching counts the same records, and records of familiar shapes are the events that their JSON
//! makes.
//!
//! Here the reader's own panics are caught as the worker catches them: what is asked is what becomes of them.

#![no_main]

use detect::RuleSet;
use dissect::{ChunkReport, Examiner, Memory, Wanted, each_event};
use fuzz::parsed;
use libfuzzer_sys::fuzz_target;
use parse::Format;
use std::panic::{AssertUnwindSafe, catch_unwind};

fuzz_target!(
    init: {
        // A panic in the reader is one of its answers; a broken promise ends the process below.
        std::panic::set_hook(Box::new(|info| eprintln!("{info}")));
    },
    |data: &[u8]| {
        let asked = catch_unwind(AssertUnwindSafe(|| read(data, true)));
        let Ok(report) = asked else { return };
        let both = catch_unwind(AssertUnwindSafe(|| (events(data, None), both(data))));
        let held = catch_unwind(AssertUnwindSafe(|| {
            check(data, &report);
            if let Ok((thorough, familiar)) = &both {
                familiar.iter().for_each(|familiar| assert_eq!(familiar, thorough));
            }
        }));
        if held.is_err() {
            std::process::abort();
        }
    }
);

fn read(data: &[u8], records: bool) -> ChunkReport {
    let rules = RuleSet::empty();
    let mut examiner = Examiner::new(&rules, Wanted { records, ..Wanted::default() });
    dissect::read_chunk(7, data.to_vec(), &mut examiner)
}

/// Events as texts, and damage.
fn events(data: &[u8], memory: Option<&mut Memory>) -> (Vec<String>, Vec<(Option<u64>, String)>) {
    let mut events = Vec::new();
    let damage = each_event(data, memory, |record, event| {
        let values: Vec<_> = event.iter().collect();
        events.push(format!("{record} {values:?} {:?} {:?} {:?}", event.time, event.log_source, event.diagnostics));
    });
    (events, damage)
}

/// The same while shapes are learnt, and once they are known.
fn both(data: &[u8]) -> [(Vec<String>, Vec<(Option<u64>, String)>); 2] {
    let mut memory = Memory::eager();
    [events(data, Some(&mut memory)), events(data, Some(&mut memory))]
}

fn check(data: &[u8], report: &ChunkReport) {
    assert_eq!(report.events, report.records.len() as u64);
    let left_out = report.damage.iter().filter(|damage| damage.reason.starts_with("left out")).count() as u64;
    let matched = read(data, false).events;
    assert!(matched == report.events + left_out || report.damage.len() > 64, "{matched} records matched, {} kept", report.events);
    for damage in &report.damage {
        assert!(damage.chunk == 7 && !damage.reason.is_empty() && damage.reason.len() <= 1_200, "{damage:?}");
        assert!(!damage.reason.chars().any(char::is_control), "{damage:?}");
    }
    for record in &report.records {
        assert!(!record.json.contains(&b'\n'), "one line a record");
        let event = parsed(&record.json, Format::Json);
        let broken = |code: &str| matches!(code, "json.syntax" | "json.trailing" | "json.number" | "json.escape" | "json.control" | "text.not_utf8");
        let fault = event.diagnostics.iter().find(|fault| broken(&fault.code));
        assert!(fault.is_none(), "{fault:?} in {}", record.json.escape_ascii());
    }
    let nothing = data.iter().all(|byte| *byte == 0);
    assert!(nothing || report.events > 0 || !report.damage.is_empty() || data.starts_with(b"ElfChnk\0"), "no chunk, and not said");
}
