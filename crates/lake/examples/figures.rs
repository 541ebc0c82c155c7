//! Measures the store: `cargo run -p lake --example figures -- <folder> [events]`. Batches of 1,000 events of about 525 bytes.
#![allow(clippy::print_stdout, reason = "its output is its purpose")]

use lake::{Batch, Lake, LakeOptions};
use model::{Event, SystemClock, Timestamp};
use std::sync::Arc;
use std::time::Instant;

const BATCH: usize = 1_000;

fn raw(i: usize) -> String {
    let time = Timestamp::parse("2026-03-12T00:00:00Z").unwrap_or_default().plus(std::time::Duration::from_millis(i as u64 * 20));
    // Fixed mixing, so that every run has the same events.
    let x = (i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!(
        r#"{{"@timestamp":"{time}","winlog":{{"channel":"Microsoft-Windows-Sysmon/Operational","provider_name":"Microsoft-Windows-Sysmon","event_id":1,"record_id":{i},"computer_name":"WS-{:03}","event_data":{{"ProcessId":"{}","Image":"C:\\Windows\\System32\\{}","CommandLine":"cmd.exe /c tool{} --id {:016x}","User":"CORP\\user{}","ParentImage":"C:\\Windows\\explorer.exe","Hashes":"SHA256={x:016x}{:016x}"}}}},"source":{{"ip":"10.{}.{}.{}"}}}}"#,
        x % 500, x % 9_000, ["cmd.exe", "powershell.exe", "svchost.exe", "net.exe"][(x >> 20) as usize % 4], x % 40, x >> 3, x % 300, x.rotate_left(17), x % 4, (x >> 8) % 250, (x >> 16) % 250
    )
}

fn batch(from: usize) -> Batch {
    let received = Timestamp::parse("2026-03-12T12:00:00Z").unwrap_or_default();
    let events = (from..from + BATCH)
        .map(|i| {
            let mut event = Event::default();
            parse::parse_into(&parse::Input { raw: raw(i).as_bytes(), received, format: parse::Format::Json, peer: None }, &mut event);
            event
        })
        .collect();
    Batch {
        source: "figures".into(), id: None, received, format: parse::Format::Json, peer: None, events, item_ids: Vec::new(),
        rules: Vec::new(), matches: Vec::new(), rule_set: String::new(), quarantined: Vec::new(), rejected: 0,
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let dir = args.next().ok_or("a folder is needed")?;
    let events: usize = args.next().map_or(Ok(300_000), |n| n.parse())?;
    let options = LakeOptions { seal_after: std::time::Duration::from_secs(1 << 30), segment_rows: usize::MAX, ..LakeOptions::new(&dir) };
    let lake = Lake::open(options, Arc::new(SystemClock))?;
    let (mut spent, mut bytes) = (std::time::Duration::ZERO, 0);
    for from in (0..events).step_by(BATCH) {
        let batch = batch(from);
        bytes += batch.events.iter().map(|event| event.raw().len()).sum::<usize>();
        let started = Instant::now();
        lake.append(vec![batch])?;
        spent += started.elapsed();
    }
    println!("{events} events of {} bytes: append {:.0} events/s, one fdatasync per {BATCH}", bytes / events, events as f64 / spent.as_secs_f64());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    ask(&lake, &runtime, "in memory")?;
    let started = Instant::now();
    lake.seal()?;
    let stats = lake.stats();
    println!("sealed in {:?}: {:.1} bytes/event Parquet, {:.1} with sidecar", started.elapsed(), stats.segment_bytes as f64 / events as f64, of_folder(&dir)? as f64 / events as f64);
    ask(&lake, &runtime, "sealed, first")?;
    ask(&lake, &runtime, "sealed, again")?;
    compare(&lake, &runtime, events.min(MOST_COMPARED))
}

/// Events that the reference is asked about, one by one.
const MOST_COMPARED: usize = 300_000;

/// The same questions to the reference, which has no index to be wrong about.
fn compare(lake: &Lake, runtime: &tokio::runtime::Runtime, events: usize) -> Result<(), Box<dyn std::error::Error>> {
    let present = raw(events / 2).split(r#""ip":""#).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned();
    let texts = ["source.ip:10.1.0.0/16 AND user.name:user7".to_owned(), "source.ip:10.1.0.0/16".to_owned(), "user.name:user7".to_owned(),
        "203.0.113.77".to_owned(), present, format!("\"tool7 --id\" AND winlog.record_id:{}", events / 3), "process AND NOT cmd.exe AND host.name:ws-00?".to_owned()];
    let filters = texts.iter().map(|text| query::parse_bar(text, Timestamp(0))).collect::<Result<Vec<_>, _>>()?;
    let mut expected = vec![0u64; texts.len()];
    for from in (0..events).step_by(BATCH) {
        for (event, seq) in batch(from).events.iter_mut().zip(from as u64 + 1..) {
            event.seq = seq;
            event.source = "figures".into();
            expected.iter_mut().zip(&filters).for_each(|(count, filter)| *count += u64::from(query::holds(filter, event, 1)));
        }
    }
    for ((text, filter), expected) in texts.iter().zip(filters).zip(expected) {
        let search = query::Search { filter, from: None, to: None, columns: Vec::new(), limit: 1 };
        let started = Instant::now();
        let found: u64 = runtime.block_on(lake.histogram(&search, 10))?.iter().map(|bucket| bucket.count).sum();
        let verdict = if found == expected { "equal" } else { "WRONG" };
        println!("{verdict}: {found} found, {expected} by the reference, {:.1} ms: `{text}`", started.elapsed().as_secs_f64() * 1e3);
    }
    Ok(())
}

fn of_folder(dir: &str) -> std::io::Result<u64> {
    let (mut folders, mut bytes) = (vec![std::path::Path::new(dir).join("events")], 0);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() { folders.push(entry.path()) } else { bytes += entry.metadata()?.len() }
        }
    }
    Ok(bytes)
}

fn ask(lake: &Lake, runtime: &tokio::runtime::Runtime, stage: &str) -> Result<(), Box<dyn std::error::Error>> {
    let absent_address = "203.0.113.77";
    for text in ["", "host.name:WS-007", absent_address, "00ffeeddccbbaa99", "powershell", "source.ip:10.1.0.0/16 AND user.name:user7"] {
        let search = query::Search { filter: query::parse_bar(text, Timestamp(0))?, from: None, to: None, columns: Vec::new(), limit: 100 };
        let started = Instant::now();
        let table = runtime.block_on(lake.search(&search))?;
        println!("{stage}: {:>6.1} ms for {} rows of `{text}`", started.elapsed().as_secs_f64() * 1e3, table.rows.len());
    }
    let all = query::Search { filter: query::Expr::All, from: None, to: None, columns: Vec::new(), limit: 1 };
    let started = Instant::now();
    runtime.block_on(lake.histogram(&all, 60))?;
    println!("{stage}: {:>6.1} ms for the histogram of everything", started.elapsed().as_secs_f64() * 1e3);
    Ok(())
}
