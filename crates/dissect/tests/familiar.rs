//! Records of known shapes are read straight from the binary XML: the events must be those that their JSON makes.
#![allow(clippy::unwrap_used, reason = "a test ends by it")]

use detect::RuleSet;
use dissect::{Examiner, Memory, Wanted, each_event};
use model::{Event, Timestamp, field};
use proptest::prelude::*;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use testkit::{LogEvent, templated_log};

const FIRST: usize = 4 << 10;
const CHUNK: usize = 64 << 10;

/// Two hours, one event each second; every third is of another kind.
fn log(odd: &str) -> Vec<u8> {
    let start = Timestamp::parse("2026-03-12T08:00:00.1234567Z").unwrap();
    let texts: Vec<_> =
        (0..300).map(|n| (format!(r"C:\Windows\{n}{odd}.exe"), format!("{n} /all \"<&>\" {odd}"))).collect();
    let data: Vec<Vec<(&str, &str)>> = texts
        .iter()
        .enumerate()
        .map(|(n, (image, line))| match n % 3 {
            0 => vec![("Image", image.as_str()), ("Empty", ""), ("User", r"CORP\ann")],
            _ => vec![("Image", image.as_str()), ("CommandLine", line.as_str()), ("ProcessId", "17")],
        })
        .collect();
    let events: Vec<_> = data
        .iter()
        .enumerate()
        .map(|(n, data)| LogEvent {
            provider: "Microsoft-Windows-Sysmon",
            channel: "Microsoft-Windows-Sysmon/Operational",
            id: if n % 3 == 0 { 11 } else { 1 },
            computer: "WS-7",
            time: start.plus(std::time::Duration::from_secs(24 * n as u64)),
            data,
        })
        .collect();
    templated_log(&events)
}

/// All that can be seen of an event.
#[derive(Debug, PartialEq)]
struct Seen {
    record: u64,
    values: Vec<(String, String)>,
    about: String,
}

fn seen(record: u64, event: &Event) -> Seen {
    let values = event.iter().map(|(field, value)| (field.name().to_owned(), format!("{value:?}"))).collect();
    Seen {
        record,
        values,
        about: format!("{:?} {:?} {:?} {:?}", event.time, event.received, event.log_source, event.diagnostics),
    }
}

/// Events and damage; none where the reader panicked.
type Told = Option<(Vec<Seen>, Vec<(Option<u64>, String)>)>;

fn read(chunk: &[u8], memory: Option<&mut Memory>) -> Told {
    let mut events = Vec::new();
    let damage =
        catch_unwind(AssertUnwindSafe(|| each_event(chunk, memory, |record, event| events.push(seen(record, event)))));
    damage.ok().map(|damage| (events, damage))
}

fn taught() -> Memory {
    let (mut memory, log) = (Memory::default(), log(""));
    for chunk in log[FIRST..].chunks(CHUNK) {
        read(chunk, Some(&mut memory)).unwrap();
    }
    memory
}

#[test]
fn shapes_are_learnt_and_give_the_same_events() {
    let mut memory = taught();
    // Of each kind of event those with an activity and those without.
    assert_eq!(memory.known(), 4);
    for text in ["", "é\u{1}\n", "日本\u{1f600}"] {
        let log = log(text);
        for chunk in log[FIRST..].chunks(CHUNK) {
            let thorough = read(chunk, None).unwrap();
            assert!(thorough.0.len() > 20 && thorough.1.is_empty());
            assert_eq!(read(chunk, Some(&mut memory)).unwrap(), thorough);
        }
    }
    assert_eq!(memory.known(), 4);
}

#[test]
fn the_wanted_time_chooses_the_same_events_either_way() {
    let (rules, log) = (every_event(), log(""));
    let [from, to] = ["2026-03-12T08:30:00Z", "2026-03-12T09:00:00Z"].map(|text| Some(Timestamp::parse(text).unwrap()));
    for wanted in [
        Wanted { from, ..Wanted::default() },
        Wanted { to, ..Wanted::default() },
        Wanted { from, to, ..Wanted::default() },
    ] {
        let mut examiner = Examiner::new(&rules, wanted);
        // The second time all shapes are known.
        for _ in 0..2 {
            let (mut events, mut matched) = (0, Vec::new());
            for chunk in log[FIRST..].chunks(CHUNK) {
                let report = dissect::read_chunk(0, chunk.to_vec(), &mut examiner);
                events += report.events;
                matched.extend(report.hits.into_iter().map(|hit| hit.time));
            }
            let mut expected = Vec::new();
            for chunk in log[FIRST..].chunks(CHUNK) {
                each_event(chunk, None, |_, event| {
                    expected.extend(Some(event.time).filter(|time| wanted.takes(*time)))
                });
            }
            assert_eq!((events, &matched), (300, &expected));
            assert!((70..250).contains(&matched.len()), "{}", matched.len());
        }
    }
}

fn every_event() -> RuleSet {
    let text = "title: All\nlogsource: {product: windows}\ndetection: {a: {Image|contains: e}, condition: a}\n";
    RuleSet::compile(vec![detect::RuleFile { name: "all.yml".to_owned(), text: text.as_bytes().to_vec() }]).0
}

/// Every record of the public captures, sound and damaged ones.
#[test]
fn public_captures_give_the_same_events() {
    let root = std::env::var_os("WATCHFLOOR_SHARED_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let (mut events, mut memory) = (0, Memory::eager());
    for archive in ["evtx/evtx-attack-samples.tar.zst", "evtx/evtx-robustness.tar.zst"] {
        let Ok(file) = std::fs::File::open(root.join(archive)) else { return eprintln!("skipped: no {archive}") };
        let mut archive = tar::Archive::new(zstd::Decoder::new(file).unwrap());
        for entry in archive.entries().unwrap() {
            let (mut entry, mut bytes) = (entry.unwrap(), Vec::new());
            entry.read_to_end(&mut bytes).unwrap();
            for chunk in bytes.get(FIRST..).unwrap_or_default().chunks(CHUNK) {
                let thorough = read(chunk, None).unwrap();
                // Once to learn what is new in it, once to read it.
                for _ in 0..2 {
                    assert_eq!(read(chunk, Some(&mut memory)).unwrap(), thorough, "{:?}", entry.path());
                }
                events += thorough.0.len();
            }
        }
    }
    assert!(events >= 37_000 && memory.known() >= 900, "{events} {}", memory.known());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn changed_bytes_make_no_difference_between_the_ways(changes in prop::collection::vec((0..6_000usize, any::<u8>()), 1..6), taught in any::<bool>()) {
        let mut memory = Memory::eager();
        let mut chunk = log("")[FIRST..FIRST + CHUNK].to_vec();
        if taught {
            read(&chunk, Some(&mut memory)).unwrap();
        }
        changes.iter().for_each(|(at, byte)| chunk[*at] = *byte);
        for _ in 0..2 {
            let (familiar, thorough) = (read(&chunk, Some(&mut memory)), read(&chunk, None));
            // Where the thorough reader panics, the worker says so, if it comes to that.
            if let (Some(familiar), Some(thorough)) = (familiar, thorough) {
                prop_assert_eq!(familiar, thorough);
            }
        }
    }
}

#[test]
fn a_text_with_half_a_character_goes_the_thorough_way() {
    let mut memory = taught();
    let mut chunk = log("é")[FIRST..FIRST + CHUNK].to_vec();
    let at = chunk.windows(2).position(|unit| unit == [0xe9, 0]).unwrap();
    chunk[at..at + 2].copy_from_slice(&[0x00, 0xd8]);
    let thorough = read(&chunk, None).unwrap();
    assert_eq!(read(&chunk, Some(&mut memory)).unwrap(), thorough);
    assert!(
        thorough.0.iter().any(|event| event.values.iter().any(|(name, _)| name == field::PROCESS_EXECUTABLE.name()))
    );
}
