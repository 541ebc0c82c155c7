//! The lake through its public door: what it holds after every kind of interruption.

use super::*;
use model::{EventId, ManualClock, Match, Severity, Timestamp, field};
use proptest::prelude::*;
use query::{Search, holds, parse_bar};

mod disk;
mod ids;
mod log;

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(Timestamp::parse("2026-03-12T10:00:00Z").unwrap()))
}

fn options(dir: &std::path::Path) -> LakeOptions {
    LakeOptions { reserve_bytes: 0, ..LakeOptions::new(dir) }
}

fn open(dir: &std::path::Path) -> Lake {
    Lake::open(options(dir), clock()).unwrap()
}

fn batch(source: &str, raws: &[String]) -> Batch {
    let received = clock().now();
    let events = raws
        .iter()
        .map(|raw| {
            let mut event = Event::default();
            parse::parse_into(&parse::Input { raw: raw.as_bytes(), received, format: parse::Format::Auto, peer: None }, &mut event);
            event
        })
        .collect();
    Batch {
        source: source.into(),
        id: None,
        received,
        format: parse::Format::Auto,
        peer: None,
        events,
        item_ids: Vec::new(),
        rules: Vec::new(),
        matches: Vec::new(),
        rule_set: "test".to_owned(),
        quarantined: Vec::new(),
        rejected: 0,
    }
}

fn raws(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|i| format!(r#"{{"@timestamp":"2026-03-12T09:{:02}:{:02}Z","host":{{"name":"h{}"}},"n":{i},"message":"event number {i}"}}"#, i / 60 % 60, i % 60, i % 7)).collect()
}

fn ask(text: &str) -> Search {
    Search { filter: parse_bar(text, clock().now()).unwrap(), from: None, to: None, columns: vec!["message".to_owned()], limit: MAX }
}

const MAX: usize = 10_000;

async fn count(lake: &Lake, text: &str) -> usize {
    lake.search(&ask(text)).await.unwrap().rows.len()
}

fn stored(answer: &Appended) -> u32 {
    match answer {
        Appended::Stored { stored, .. } => *stored,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_is_appended_is_found_before_and_after_sealing_and_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let lake = open(dir.path());
    lake.append(vec![batch("a", &raws(0..50)), batch("b", &raws(50..60))]).unwrap();
    let check = async |lake: &Lake, stage: &str| {
        assert_eq!(count(lake, "").await, 60, "{stage}");
        assert_eq!(count(lake, "host.name:H3").await, 9, "{stage}");
        assert_eq!(count(lake, "_source:b").await, 10, "{stage}");
        let newest = lake.search(&Search { limit: 1, ..ask("number") }).await.unwrap();
        assert_eq!(newest.rows, [["1-60", "event number 59"]], "{stage}");
        assert!(newest.stats.truncated);
        let event = lake.get(EventId { node: 1, seq: 7 }).await.unwrap().unwrap();
        assert_eq!(event.str(field::MESSAGE), Some("event number 6"), "{stage}");
        assert!(lake.get(EventId { node: 1, seq: 61 }).await.unwrap().is_none());
        let table = lake.sql(r#"SELECT "host.name" AS h, count(*) AS n FROM events WHERE field(attrs, 'n') > '' GROUP BY 1 ORDER BY 1 LIMIT 2"#, 10).await.unwrap();
        assert_eq!(table.rows, [[serde_json::json!("h0"), 9.into()], ["h1".into(), 9.into()]], "{stage}");
        let histogram = lake.histogram(&ask("number"), 7).await.unwrap();
        assert_eq!(histogram.iter().map(|bucket| bucket.count).sum::<u64>(), 60, "{stage}");
    };
    check(&lake, "in memory").await;
    lake.seal().unwrap();
    assert_eq!((lake.stats().segments, lake.stats().memory_events), (1, 0));
    check(&lake, "sealed").await;
    drop(lake);
    let lake = open(dir.path());
    check(&lake, "after a restart").await;
    lake.append(vec![batch("c", &raws(60..61))]).unwrap();
    assert_eq!(count(&lake, "").await, 61);
}

#[tokio::test]
async fn the_log_may_end_anywhere_and_every_acknowledged_group_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let lake = open(dir.path());
    lake.append(vec![batch("a", &raws(0..3))]).unwrap();
    let wal = wal::files(&dir.path().join("wal")).unwrap().remove(0).path;
    let acknowledged = std::fs::metadata(&wal).unwrap().len() as usize;
    lake.append(vec![batch("a", &raws(3..5))]).unwrap();
    drop(lake);
    let bytes = std::fs::read(&wal).unwrap();
    for end in acknowledged..=bytes.len() {
        let copy = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(copy.path().join("wal")).unwrap();
        std::fs::write(copy.path().join("wal").join(wal.file_name().unwrap()), &bytes[..end]).unwrap();
        let lake = open(copy.path());
        let expected = if end == bytes.len() { 5 } else { 3 };
        assert_eq!(lake.stats().events, expected, "cut at {end}");
        lake.append(vec![batch("a", &raws(5..6))]).unwrap();
        drop(lake);
        assert_eq!(open(copy.path()).stats().events, expected + 1, "written on after a cut at {end}");
    }
}

#[test]
fn a_flipped_bit_in_the_middle_is_told_and_not_served() {
    let dir = tempfile::tempdir().unwrap();
    let lake = open(dir.path());
    for i in 0..3 {
        lake.append(vec![batch("a", &raws(i..i + 1))]).unwrap();
    }
    drop(lake);
    let wal = wal::files(&dir.path().join("wal")).unwrap().remove(0).path;
    let bytes = std::fs::read(&wal).unwrap();
    for at in (8..bytes.len() * 2 / 3).step_by(7) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        std::fs::write(&wal, &damaged).unwrap();
        let error = Lake::open(options(dir.path()), clock()).map(|_| ()).expect_err("damage");
        assert!(matches!(error, LakeError::Corrupt { .. }), "at {at}: {error}");
    }
}

#[test]
fn an_id_is_stored_once_also_after_a_restart_and_a_truncated_log() {
    let dir = tempfile::tempdir().unwrap();
    let with_id = |body: u8| Batch { id: Some(BatchId { id: "batch-1".to_owned(), body: [body; 32] }), ..batch("a", &raws(0..4)) };
    let with_items = || Batch { item_ids: vec![Some("x".to_owned()), None, Some("y".to_owned()), Some("x".to_owned())], ..batch("a", &raws(4..8)) };
    let lake = open(dir.path());
    let answers = lake.append(vec![with_id(1), with_id(1), with_id(2), with_items()]).unwrap();
    assert_eq!(stored(&answers[0]), 4);
    assert_eq!(answers[1], Appended::Replayed { stored: 4, quarantined: 0, rejected: 0 });
    assert_eq!(answers[2], Appended::Conflict);
    let Appended::Stored { first_seq: 5, stored: 3, duplicates, conflicts, rejected: 1, .. } = &answers[3] else { panic!("{:?}", answers[3]) };
    assert_eq!((&duplicates[..], &conflicts[..]), (&[][..], &[3][..]));
    drop(lake);
    let check = |lake: &Lake| {
        let answers = lake.append(vec![with_id(1), with_id(2), with_items()]).unwrap();
        assert_eq!(answers[0], Appended::Replayed { stored: 4, quarantined: 0, rejected: 0 });
        assert_eq!(answers[1], Appended::Conflict);
        assert!(matches!(&answers[2], Appended::Stored { stored: 1, duplicates, conflicts, .. } if *duplicates == [0, 2] && *conflicts == [3]));
    };
    let lake = open(dir.path());
    check(&lake);
    lake.release(u64::MAX);
    lake.append(vec![batch("a", &raws(0..1))]).unwrap();
    lake.seal().unwrap();
    lake.append(vec![batch("a", &raws(1..2))]).unwrap();
    lake.seal().unwrap();
    assert_eq!(wal::files(&dir.path().join("wal")).unwrap().len(), 1, "the log was cut");
    drop(lake);
    check(&open(dir.path()));
}

#[test]
fn the_follower_gets_every_match_once_and_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let rule = RuleRef { id: "r".into(), version: "v".into(), title: "R".into(), level: Severity::High, tags: vec!["attack.t1059".into()] };
    let matched = |range: std::ops::Range<usize>| Batch {
        rules: vec![rule.clone()],
        matches: vec![Match { event: 1, rule: 0 }],
        ..batch("a", &raws(range))
    };
    let lake = open(dir.path());
    lake.append(vec![matched(0..2), batch("a", &raws(2..5)), batch("a", &raws(5..6)), matched(6..8)]).unwrap();
    let check = |lake: &Lake| {
        let (mut position, mut seen) = (0, Vec::new());
        loop {
            let records = lake.records_after(position, 1).unwrap();
            let Some(last) = records.last() else { break };
            for record in &records {
                assert_eq!(record.first_seq, position + 1);
                position = record.last_seq;
                seen.extend(record.hits.iter().map(|(rule, event)| (record.rules[*rule as usize].clone(), event.seq)));
            }
            assert_eq!(position, last.last_seq);
        }
        assert_eq!(position, 8);
        assert_eq!(seen, [(rule.clone(), 2), (rule.clone(), 8)]);
        assert_eq!(lake.records_after(6, 1 << 20).unwrap()[0].first_seq, 7);
    };
    check(&lake);
    lake.seal().unwrap();
    drop(lake);
    check(&open(dir.path()));
}

#[test]
fn a_second_process_and_a_full_disk_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let lake = open(dir.path());
    assert!(matches!(Lake::open(options(dir.path()), clock()).map(|_| ()), Err(LakeError::Locked(_))));
    drop(lake);
    let full = Lake::open(LakeOptions { reserve_bytes: u64::MAX, ..options(dir.path()) }, clock()).unwrap();
    assert!(matches!(full.append(vec![batch("a", &raws(0..1))]), Err(LakeError::Full { .. })));
}

#[tokio::test]
async fn sql_reads_events_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let lake = open(dir.path());
    lake.append(vec![batch("a", &raws(0..3))]).unwrap();
    for sql in [
        "DROP TABLE events",
        "INSERT INTO events SELECT * FROM events",
        "CREATE TABLE x AS SELECT 1",
        "COPY events TO '/tmp/x.parquet'",
        "CREATE EXTERNAL TABLE p STORED AS CSV LOCATION '/etc/passwd'",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM information_schema.tables",
        "SET datafusion.execution.batch_size = 1",
        "EXPLAIN SELECT * FROM events",
        "SELECT 1; SELECT 2",
        "SELECT nonsense FROM events",
        "not sql",
    ] {
        let answer = lake.sql(sql, 10).await;
        assert!(matches!(&answer, Err(LakeError::Query { .. })), "{sql}: {answer:?}");
    }
    let table = lake.sql("SELECT * FROM events ORDER BY _seq", 2).await.unwrap();
    assert_eq!((table.rows.len(), table.stats.truncated), (2, true));
    assert_eq!(lake.sql("WITH e AS (SELECT * FROM events) SELECT count(*) FROM e", 2).await.unwrap().rows, [[3]]);
}

#[tokio::test]
async fn sql_makes_nothing_much_larger_than_what_is_stored() {
    let dir = tempfile::tempdir().unwrap();
    let lake = open(dir.path());
    lake.append(vec![batch("a", &raws(0..3))]).unwrap();
    let doubled = (0..12).fold("events".to_owned(), |from, n| format!("(SELECT _source || _source AS _source FROM {from}) AS t{n}"));
    for (sql, code) in [
        ("SELECT length(repeat('x', 1500000000))", "sql.plan"),
        ("SELECT array_length(array_repeat(1, 2000000000))", "sql.plan"),
        ("SELECT array_length(list_repeat(1, 2000000000))", "sql.plan"),
        ("SELECT rpad('x', 1500000000)", "sql.plan"),
        ("SELECT count(*) FROM range(0, 10000000) a, range(0, 10000000) b", "sql.plan"),
        ("SELECT array_length(range(0, 2000000000))", "sql.plan"),
        ("WITH RECURSIVE r AS (SELECT _source FROM events UNION ALL SELECT _source || _source FROM r) SELECT count(*) FROM r", "sql.plan"),
        (&format!("SELECT replace(_source, 'e', '{}') FROM events", "x".repeat(2_000)), "sql.growth"),
        ("SELECT replace(_source, 'e', _source) FROM events", "sql.growth"),
        (&format!("SELECT max(length(_source)) FROM {doubled}"), "sql.growth"),
    ] {
        let answer = lake.sql(sql, 10).await;
        assert!(matches!(&answer, Err(LakeError::Query { code: found, .. }) if *found == code), "{sql}: {answer:?}");
    }
    let joined = r#"SELECT "host.name" || ':' || _source || '/' || replace(_source, 'a', 'A') || '!' FROM events"#;
    assert_eq!(lake.sql(joined, 10).await.unwrap().rows.len(), 3);
}

/// Each of these would run for longer than anyone waits; who leaves must leave no work behind.
#[tokio::test]
async fn a_statement_ends_when_nobody_waits_for_it() {
    let dir = tempfile::tempdir().unwrap();
    let lake = open(dir.path());
    lake.append(vec![batch("a", &raws(0..400))]).unwrap();
    for sql in [
        "SELECT sum(a._seq * b._seq * c._seq * d._seq) FROM events a, events b, events c, events d, events e",
        "SELECT count(*) FROM events a JOIN events b ON a._source = b._source JOIN events c ON b._source = c._source JOIN events d ON c._source = d._source JOIN events e ON d._source = e._source",
        "SELECT count(*) FROM events a JOIN events b ON a._seq < b._seq + 1000 JOIN events c ON b._seq < c._seq + 1000 JOIN events d ON c._seq < d._seq + 1000",
    ] {
        assert!(tokio::time::timeout(Duration::from_millis(300), lake.sql(sql, 10)).await.is_err(), "{sql} is over already");
    }
    assert_eq!(lake.sql("SELECT count(*) FROM events", 1).await.unwrap().rows, [[400]]);
}

/// Values that do not stand in the raw bytes: derived ones, escaped ones, other spellings.
#[tokio::test]
async fn what_only_the_parser_knows_is_found_too() {
    let dir = tempfile::tempdir().unwrap();
    let lake = open(dir.path());
    let raws = [
        r#"{"winlog":{"channel":"Microsoft-Windows-Sysmon/Operational","provider_name":"Microsoft-Windows-Sysmon","event_id":1,"computer_name":"WS1","event_data":{"Image":"C:\\Windows\\new\\cmd.exe","CommandLine":"cmd\n/c whoami","User":"CORP\\anna"}}}"#,
        "<11>Mar 12 09:15:00 gw sshd[42]: Failed password for root from 192.0.2.9 port 22 ssh2",
        r#"{"message":"\u0061lpha \u00c4rger","source":{"ip":"2001:0DB8:0:0::0001"}}"#,
        r#"{"message":"line one\nten line\t10.1.2.3","n":"\u00e4bc"}"#,
    ]
    .map(str::to_owned);
    let all = batch("a", &raws);
    let mut texts: Vec<String> = ["2001:db8::1", "10.1.2.3", "192.0.2.9", "\"alpha \u{e4}rger\"", "a*ha", "ten", "*en*", "\u{e4}bc"].map(str::to_owned).into();
    for event in &all.events {
        for (field, value) in event.iter() {
            let mut buffer = String::new();
            let Some(text) = value.text(&mut buffer) else { continue };
            texts.extend(text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty() && !["AND", "OR", "NOT"].contains(word)).map(str::to_owned));
            texts.push(format!("{}:\"{}\"", field.name(), text.replace('\\', r"\\").replace('"', r#"\""#)));
        }
    }
    lake.append(vec![all]).unwrap();
    for stage in ["in memory", "sealed"] {
        for text in &texts {
            let search = ask(text);
            let expected = batch("a", &raws).events.iter().zip(1..).filter(|(event, seq)| {
                let mut event = (*event).clone();
                event.seq = *seq;
                event.source = "a".into();
                holds(&search.filter, &event, 1)
            }).count();
            assert!(expected > 0, "{text} means nothing");
            assert_eq!(count(&lake, text).await, expected, "{text} {stage}");
        }
        lake.seal().unwrap();
    }
}

/// On a small stack, as a worker of the server has: an overflow would end the process, not the statement.
#[test]
fn a_deep_statement_is_refused_and_nothing_falls() {
    let dir = tempfile::tempdir().unwrap();
    let lake = open(dir.path());
    lake.append(vec![batch("a", &raws(0..3))]).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let many = |one: &str, with: &str, n: usize| vec![one; n].join(with);
    for sql in [
        format!("SELECT {} FROM events", many("1", "+", 30_000)),
        format!("SELECT 1 FROM events WHERE {}", many("_seq=1", " OR ", 5_000)),
        format!("SELECT {}1{} FROM events", "(".repeat(20_000), ")".repeat(20_000)),
        many("SELECT 1", " UNION ALL ", 4_000),
        format!("SELECT {}1", "NOT ".repeat(15_000)),
        format!("SELECT {}1{} FROM events", "abs(".repeat(10_000), ")".repeat(10_000)),
    ] {
        let lake = lake.clone();
        let answer = runtime.block_on(async move { tokio::spawn(async move { lake.sql(&sql, 10).await }).await }).unwrap();
        assert!(matches!(&answer, Err(LakeError::Query { .. })), "{answer:?}");
    }
    // As deep as may be: whatever the engine says of them, it lives to say it.
    for sql in [
        format!("SELECT {}", many("1", "+", 990)),
        format!("SELECT count(*) FROM events WHERE {}", many("_seq=1", " OR ", 495)),
        format!("SELECT count(*) FROM events WHERE {}", many("_seq>1 AND NOT", " ", 390) + " true"),
        format!("SELECT {}1{} FROM events", "(".repeat(990), ")".repeat(990)),
        many("SELECT 1", " UNION ALL ", 490),
        format!("SELECT {}_seq{} FROM events", "abs(".repeat(490), ")".repeat(490)),
        format!("SELECT CASE {} ELSE 0 END FROM events", many("WHEN _seq=1 THEN 1", " ", 300)),
    ] {
        let lake = lake.clone();
        let started = std::time::Instant::now();
        let answer = runtime.block_on(async move { tokio::spawn(async move { lake.sql(&sql, 10).await }).await }).unwrap();
        assert!(matches!(&answer, Ok(_) | Err(LakeError::Query { .. })), "{answer:?}");
        assert!(started.elapsed() < Duration::from_secs(30), "planned for {:?}", started.elapsed());
    }
    assert_eq!(runtime.block_on(lake.sql("SELECT count(*) FROM events", 1)).unwrap().rows, [[3]]);
}

#[test]
fn a_damaged_segment_is_told_and_a_damaged_sidecar_only_costs_time() {
    let dir = tempfile::tempdir().unwrap();
    let lake = open(dir.path());
    lake.append(vec![batch("a", &raws(0..50))]).unwrap();
    lake.seal().unwrap();
    let segment = lake.shared.path(&lake.shared.view().manifest.segments[0].path);
    drop(lake);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let flip = |path: &std::path::Path, at: usize| {
        let mut bytes = std::fs::read(path).unwrap();
        let at = at % bytes.len();
        bytes[at] ^= 0x10;
        std::fs::write(path, bytes).unwrap();
    };
    let sidecar = segment.with_extension("idx");
    for at in 8..40 {
        flip(&sidecar, at);
        assert_eq!(runtime.block_on(count(&open(dir.path()), "number")), 50, "sidecar damaged at {at}");
        flip(&sidecar, at);
    }
    std::fs::remove_file(&sidecar).unwrap();
    assert_eq!(runtime.block_on(count(&open(dir.path()), "number")), 50, "no sidecar");
    for at in (0..std::fs::metadata(&segment).unwrap().len() as usize).step_by(211) {
        flip(&segment, at);
        let lake = open(dir.path());
        let answer = runtime.block_on(lake.search(&ask("number")));
        assert!(matches!(answer, Err(LakeError::Corrupt { .. })), "damaged at {at}");
        let answer = runtime.block_on(lake.sql("SELECT count(*) FROM events", 1));
        assert!(matches!(answer, Err(LakeError::Corrupt { .. })), "SQL, damaged at {at}");
        flip(&segment, at);
    }
}

/// An append of several groups of which the disk kept the last but not the middle: none of it was acknowledged.
#[test]
fn a_chain_of_groups_torn_in_its_middle_is_cut_off() {
    let dir = tempfile::tempdir().unwrap();
    let lake = open(dir.path());
    lake.append(vec![batch("a", &raws(0..3))]).unwrap();
    let wal = wal::files(&dir.path().join("wal")).unwrap().remove(0).path;
    let acknowledged = std::fs::metadata(&wal).unwrap().len() as usize;
    let large = |i: usize| (0..9).map(|k| format!("{i} {k} {}", "x".repeat(250_000))).collect::<Vec<_>>();
    lake.append((0..4).map(|i| batch("a", &large(i))).collect()).unwrap();
    drop(lake);
    let whole = std::fs::read(&wal).unwrap();
    for (from, to) in [(0, 16), (20, 40), (whole.len() - acknowledged - 40, whole.len() - acknowledged)] {
        let mut torn = whole.clone();
        torn[acknowledged + from..acknowledged + to].fill(0);
        std::fs::write(&wal, torn).unwrap();
        let lake = open(dir.path());
        let stats = lake.stats();
        assert!((3..39).contains(&stats.events) && stats.torn_bytes > 0, "{from}..{to}: {stats:?}");
        drop(lake);
    }
    // Behind an append that follows, the same is damage.
    std::fs::write(&wal, &whole).unwrap();
    let lake = open(dir.path());
    lake.append(vec![batch("a", &raws(3..4))]).unwrap();
    drop(lake);
    assert_eq!(open(dir.path()).stats().events, 40);
}

/// The child of the test below: appends until it is killed, and says what was acknowledged.
#[test]
#[ignore = "run by its parent"]
#[allow(clippy::print_stdout, reason = "its parent reads it")]
fn child_appends_until_it_is_killed() {
    let Some(dir) = std::env::var_os("LAKE_CHILD_DIR") else { return };
    let options = LakeOptions { segment_rows: 300, ..options(dir.as_ref()) };
    let lake = Lake::open(options, clock()).unwrap();
    lake.release(u64::MAX);
    loop {
        let next = *lake.durable().borrow() as usize;
        lake.append(vec![batch("a", &raws(next..next + 7))]).unwrap();
        println!("acknowledged {}", next + 7);
    }
}

#[test]
fn what_was_acknowledged_survives_kill_9() {
    use std::io::{BufRead, BufReader};
    let dir = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut before = 0;
    for round in 0..10 {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--ignored", "--nocapture", "tests::child_appends_until_it_is_killed"])
            .env("LAKE_CHILD_DIR", dir.path())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut acknowledged = before;
        // The harness writes its own words in front of the first.
        for said in lines.filter_map(|line| line.rsplit_once("acknowledged ")?.1.parse::<u64>().ok()) {
            acknowledged = said;
            if said >= before + 150 + 37 * round {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(acknowledged > before, "round {round}: the child stored nothing");
        let lake = open(dir.path());
        let stored = lake.stats().events;
        assert!(stored >= acknowledged, "round {round}: {stored} stored, {acknowledged} acknowledged");
        for seq in [1, stored / 2, acknowledged, stored] {
            let event = runtime.block_on(lake.get(EventId { node: 1, seq })).unwrap().unwrap();
            assert_eq!(event.str(field::MESSAGE), Some(format!("event number {}", seq - 1).as_str()), "round {round}");
        }
        let all = runtime.block_on(lake.histogram(&ask("event"), 5)).unwrap().iter().map(|bucket| bucket.count).sum::<u64>();
        assert_eq!(all, stored, "round {round}: none lost, none twice");
        before = stored;
    }
    assert!(open(dir.path()).stats().segments > 0, "the kills met sealing too");
}

fn some_query() -> impl Strategy<Value = String> {
    let value = prop::sample::select(vec!["h1", "alpha", "b*", "10.0.0.0/8", "10.0.0.1", "[1 TO 5]", "*", "\"alpha beta\"", "5", "\u{e4}"]);
    let name = prop::sample::select(vec!["host.name:", "source.ip:", "message:", "source.port:", "vendor.x:", "tags:", "_raw:", "-host.name:", "", "event.category:"]);
    let term = (name, value).prop_map(|(n, v)| if n.is_empty() && v.starts_with('[') { "5".to_owned() } else { format!("{n}{v}") });
    (prop::collection::vec(term, 1..4), prop::sample::select(vec![" AND ", " OR ", " "])).prop_map(|(terms, with)| terms.join(with))
}

fn some_event() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec!["h1", "Alpha", "alpha beta", "b", "10.0.0.1", "192.0.2.9", "\u{c4}", "5", "5.0"]);
    let list = prop::collection::vec(word.clone(), 0..3);
    (word.clone(), word.clone(), word.clone(), list, 0i64..9, 0u32..3600).prop_map(|(host, ip, x, tags, port, at)| {
        serde_json::json!({"@timestamp": format!("2026-03-12T09:{:02}:{:02}Z", at / 60, at % 60), "host": {"name": host}, "source": {"ip": ip, "port": port},
            "vendor": {"x": x}, "tags": tags, "message": format!("{x} {host}")}).to_string()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_search_finds_what_the_reference_finds(raws in prop::collection::vec(some_event(), 1..40), queries in prop::collection::vec(some_query(), 8)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let lake = open(dir.path());
        let all = batch("a", &raws);
        let events: Vec<Event> = all.events.iter().cloned().zip(1u64..).map(|(mut event, seq)| { event.seq = seq; event.source = "a".into(); event }).collect();
        let half = raws.len() / 2;
        lake.append(vec![batch("a", &raws[..half])]).unwrap();
        lake.seal().unwrap();
        lake.append(vec![batch("a", &raws[half..])]).unwrap();
        for text in &queries {
            let search = ask(text);
            let mut expected: Vec<String> = events.iter().filter(|event| holds(&search.filter, event, 1)).map(|event| format!("1-{}", event.seq)).collect();
            let table = runtime.block_on(lake.search(&search)).unwrap();
            let mut found: Vec<String> = table.rows.iter().map(|row| row[0].as_str().unwrap().to_owned()).collect();
            expected.sort();
            found.sort();
            prop_assert_eq!(found, expected, "{}", text);
        }
    }
}
