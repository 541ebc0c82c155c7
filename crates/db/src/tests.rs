//! The records on each database: SQLite always, PostgreSQL where it is installed.

use crate::journal::{FaultKind, JournalFilter, StreamReport};
use crate::migrations::{self, Migration};
use crate::{Db, DbError, Entry, Sql, Where, journal, storable, values};
use model::{Actor, ActorKind, OpContext, RequestId, Timestamp, UserId};
use sea_orm::Value;
use serde_json::json;
use std::time::{Duration, Instant};
use uuid::Uuid;

fn at(nanos: i64) -> OpContext {
    OpContext::system("test", Timestamp(nanos))
}

fn entry(stream: &'static str, object: &str) -> Entry {
    let after = Some(json!({"b": 1, "a": [1.5, null]}));
    Entry { stream, object: object.into(), action: "case.close", before: None, after, reason: Some("done".into()) }
}

async fn write(db: &Db, ctx: &OpContext, entries: Vec<Entry>) {
    let mut tx = db.begin(ctx).await.unwrap();
    for entry in entries {
        tx.journal(entry).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// What an attacker with the database's own shell can do.
async fn tamper(db: &Db, text: &str) {
    let tx = db.begin(&at(0)).await.unwrap();
    tx.conn().run(text, values![]).await.unwrap();
    tx.commit().await.unwrap();
}

async fn verified(db: &Db, stream: &str) -> StreamReport {
    journal::verify(db).await.unwrap().streams.into_iter().find(|report| report.name == stream).unwrap()
}

#[tokio::test]
async fn what_a_transaction_journals_is_committed_with_it_or_not_at_all() {
    for records in testkit::record_urls() {
        let db = Db::connect(&records.url).await.unwrap();
        let mut tx = db.begin(&at(1)).await.unwrap();
        tx.journal(entry("cases", "case:1")).await.unwrap();
        tx.set_meta("colour", "red").await.unwrap();
        drop(tx);
        assert!(journal::verify(&db).await.unwrap().streams.is_empty(), "{}", records.name);
        assert_eq!(db.meta("colour").await.unwrap(), None);

        let mut tx = db.begin(&at(1)).await.unwrap();
        tx.journal(entry("cases", "case:1")).await.unwrap();
        tx.journal(entry("alerts", "alert:1")).await.unwrap();
        tx.journal(entry("cases", "case:2")).await.unwrap();
        tx.set_follower_position(u64::MAX).await.unwrap();
        assert_eq!(tx.take_numbers("alert", 3).await.unwrap(), 1);
        assert_eq!(tx.take_numbers("alert", 1).await.unwrap(), 4);
        assert_eq!(tx.take_numbers("case", 1).await.unwrap(), 1);
        tx.commit().await.unwrap();
        let report = journal::verify(&db).await.unwrap();
        let counts: Vec<_> = report.streams.iter().map(|stream| (stream.name.as_str(), stream.entries)).collect();
        assert_eq!(counts, [("alerts", 1), ("cases", 2)], "{}", records.name);
        assert!(report.ok());
        assert_eq!(db.follower_position().await.unwrap(), u64::MAX);

        let mut tx = db.begin(&at(1)).await.unwrap();
        tx.set_meta("token", "1").await.unwrap();
        assert!(!tx.take_meta("token", "2").await.unwrap());
        assert!(tx.take_meta("token", "1").await.unwrap());
        assert!(!tx.take_meta("token", "1").await.unwrap());
        tx.journal(entry("cases", "case:3")).await.unwrap();
        let twice = "INSERT INTO meta (key, value) VALUES ('twice', '')";
        tx.conn().run(twice, values![]).await.unwrap();
        let error = tx.conn().run(twice, values![]).await.unwrap_err();
        assert!(error.is_conflict() && !error.is_unavailable(), "{error}");
    }
}

#[tokio::test]
async fn both_databases_hold_the_same_journal() {
    let mut heads = Vec::new();
    for records in testkit::record_urls() {
        let db = Db::connect(&records.url).await.unwrap();
        let ctx = OpContext {
            actor: Actor { kind: ActorKind::Token, user: Some(UserId(Uuid::nil())), name: "bot\0".into() },
            address: Some("2001:db8::1".into()),
            now: Timestamp(i64::MAX),
            request: Some(RequestId(Uuid::max())),
        };
        let id = journal::JournalEntry {
            id: model::JournalId(Uuid::nil()),
            stream: "cases".into(),
            seq: 1,
            at: ctx.now,
            actor: Actor { name: "bot\u{fffd}".into(), ..ctx.actor.clone() },
            address: ctx.address.clone(),
            request: Some(Uuid::max().to_string()),
            action: "case.close".into(),
            object: "case:\u{fffd}".into(),
            before: None,
            after: Some(json!({"nul": "\0", "big": u64::MAX, "small": -0.1, "text": "ä\u{10ffff}"})),
            reason: None,
        };
        let entry = Entry {
            stream: "cases",
            object: "case:\0".into(),
            action: "case.close",
            before: None,
            after: id.after.clone(),
            reason: None,
        };
        write(&db, &ctx, vec![entry]).await;
        // Everything but the random part of the id must come back, and hash, alike.
        tamper(&db, &format!("UPDATE journal SET id = '{}'", Uuid::nil())).await;
        let page = journal::list(&db, &JournalFilter { limit: 10, ..Default::default() }).await.unwrap();
        assert_eq!(page.items, [id], "{}", records.name);
        assert_eq!(verified(&db, "cases").await.first_fault.unwrap().kind, FaultKind::Hash);
        let columns = "SELECT stream, seq, id, at, actor_kind, actor_user, actor_name, address, request, action, object, \
                       before, after, reason FROM journal";
        let link: journal::Link = db.reader().row(columns, values![]).await.unwrap().unwrap();
        heads.push(link.hash(journal::GENESIS));
    }
    assert!(heads.windows(2).all(|pair| pair[0] == pair[1]), "{heads:?}");
}

#[tokio::test]
async fn every_kind_of_tampering_shows() {
    for records in testkit::record_urls() {
        let db = Db::connect(&records.url).await.unwrap();
        let entries = |n: i64| (1..=n).map(|i| entry("cases", &format!("case:{i}"))).collect::<Vec<_>>();
        write(&db, &at(5), entries(6)).await;
        write(&db, &at(6), vec![entry("alerts", "alert:1")]).await;
        let save = [
            "CREATE TABLE saved AS SELECT * FROM journal",
            "CREATE TABLE saved_heads AS SELECT * FROM journal_streams",
        ];
        for statement in save {
            tamper(&db, statement).await;
        }
        let cases: &[(&str, i64, FaultKind)] = &[
            ("UPDATE journal SET reason = 'nothing' WHERE stream = 'cases' AND seq = 3", 3, FaultKind::Hash),
            ("UPDATE journal SET reason = NULL WHERE stream = 'cases' AND seq = 3", 3, FaultKind::Hash),
            (
                "UPDATE journal SET actor_name = '', address = 'test' WHERE stream = 'cases' AND seq = 2",
                2,
                FaultKind::Hash,
            ),
            ("UPDATE journal SET at = at + 1 WHERE stream = 'cases' AND seq = 6", 6, FaultKind::Hash),
            ("UPDATE journal SET hash = 'x' WHERE stream = 'cases' AND seq = 1", 1, FaultKind::Hash),
            ("DELETE FROM journal WHERE stream = 'cases' AND seq = 4", 4, FaultKind::Missing),
            ("DELETE FROM journal WHERE stream = 'cases' AND seq = 1", 1, FaultKind::Missing),
            ("DELETE FROM journal WHERE stream = 'cases' AND seq = 6", 6, FaultKind::CutOff),
            ("DELETE FROM journal WHERE stream = 'cases'", 1, FaultKind::CutOff),
            (
                "UPDATE journal SET seq = CASE seq WHEN 2 THEN -2 WHEN 3 THEN -3 END WHERE stream = 'cases' AND seq IN (2, 3); ",
                -3,
                FaultKind::Missing,
            ),
            ("UPDATE journal SET stream = 'cases', seq = 7 WHERE stream = 'alerts'", 7, FaultKind::Hash),
            ("DELETE FROM journal_streams WHERE stream = 'cases'", 1, FaultKind::Head),
            ("UPDATE journal_streams SET entries = 4 WHERE stream = 'cases'", 5, FaultKind::Head),
            ("UPDATE journal_streams SET hash = 'x' WHERE stream = 'cases'", 6, FaultKind::Head),
        ];
        for (statement, seq, kind) in cases {
            tamper(&db, statement).await;
            let report = verified(&db, "cases").await;
            let fault = report.first_fault.unwrap_or_else(|| panic!("{}: unseen: {statement}", records.name));
            assert_eq!((fault.seq, fault.kind), (*seq, *kind), "{}: {statement}", records.name);
            assert!(!report.ok);
            for statement in [
                "DELETE FROM journal",
                "DELETE FROM journal_streams",
                "INSERT INTO journal SELECT * FROM saved",
                "INSERT INTO journal_streams SELECT * FROM saved_heads",
            ] {
                tamper(&db, statement).await;
            }
            assert!(journal::verify(&db).await.unwrap().ok(), "restored");
        }
        // Two entries exchange their places.
        for (from, to) in [(2, 100), (3, 2), (100, 3)] {
            tamper(&db, &format!("UPDATE journal SET seq = {to} WHERE stream = 'cases' AND seq = {from}")).await;
        }
        assert_eq!(verified(&db, "cases").await.first_fault.unwrap().seq, 2);
        assert!(verified(&db, "alerts").await.ok, "other streams are not suspected");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_writers_make_one_chain_and_none_waits_for_ever() {
    for records in testkit::record_urls() {
        let db = Db::connect(&records.url).await.unwrap();
        let writers = (0..8_i64).map(|writer| {
            let db = db.clone();
            tokio::spawn(async move {
                for i in 0..12 {
                    let mut tx = db.begin(&at(i)).await.unwrap();
                    // In opposite orders, which would be a deadlock if each were locked as it comes.
                    let streams = if writer % 2 == 0 { ["alerts", "cases"] } else { ["cases", "alerts"] };
                    for stream in streams {
                        tx.journal(entry(stream, "x:1")).await.unwrap();
                    }
                    tx.commit().await.unwrap();
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            tokio::time::timeout(Duration::from_secs(60), writer).await.unwrap().unwrap();
        }
        let report = journal::verify(&db).await.unwrap();
        assert!(
            report.ok() && report.streams.iter().all(|stream| stream.entries == 96),
            "{}: {report:?}",
            records.name
        );
    }
}

#[tokio::test]
async fn the_journal_is_read_by_pages_and_filters() {
    for records in testkit::record_urls() {
        let db = Db::connect(&records.url).await.unwrap();
        let mara = UserId(Uuid::from_u128(7));
        let actor = Actor { kind: ActorKind::User, user: Some(mara), name: "mara".into() };
        // Several entries of one instant: a page must end in the middle of them without losing one.
        for now in [10, 20, 30] {
            let entries = vec![entry("cases", "case:1"), entry("alerts", "alert:1"), entry("cases", "case:2")];
            write(&db, &OpContext { actor: actor.clone(), ..at(now) }, entries).await;
        }
        write(&db, &at(20), vec![entry("cases", "case:1")]).await;
        let list = async |filter: JournalFilter| {
            let (mut filter, mut read) = (filter, Vec::new());
            loop {
                let page = journal::list(&db, &filter).await.unwrap();
                assert!(page.items.len() <= filter.limit as usize);
                read.extend(page.items.into_iter().map(|item| (item.at.nanos(), item.stream, item.seq)));
                match page.next {
                    Some(next) => filter.cursor = Some(next),
                    None => return read,
                }
            }
        };
        let all = list(JournalFilter { limit: 1000, ..Default::default() }).await;
        assert_eq!(all.len(), 10);
        assert!(all.is_sorted_by(|a, b| a > b), "newest first: {all:?}");
        for limit in [1, 3, 10] {
            assert_eq!(list(JournalFilter { limit, ..Default::default() }).await, all, "{}", records.name);
        }
        let by = async |filter: JournalFilter| list(JournalFilter { limit: 2, ..filter }).await.len();
        assert_eq!(by(JournalFilter { object: Some("case:1".into()), ..Default::default() }).await, 4);
        assert_eq!(by(JournalFilter { actor: Some("mara".into()), ..Default::default() }).await, 9);
        assert_eq!(by(JournalFilter { actor: Some(mara.to_string()), ..Default::default() }).await, 9);
        assert_eq!(by(JournalFilter { actor: Some("' OR 1 = 1 --".into()), ..Default::default() }).await, 0);
        let (from, to) = (Some(Timestamp(20)), Some(Timestamp(30)));
        assert_eq!(by(JournalFilter { from, to, ..Default::default() }).await, 4);
        assert_eq!(by(JournalFilter { cursor: Some("1.2".into()), ..Default::default() }).await, 10);
    }
}

#[tokio::test]
async fn tables_are_made_once_and_a_newer_database_is_left_alone() {
    const NEXT: &[Migration] =
        &[Migration { name: "m9999_next", statements: &["CREATE TABLE next (id {int}) {strict}"] }];
    const BROKEN: &[Migration] = &[Migration {
        name: "m9999_broken",
        statements: &["CREATE TABLE half (id {int}) {strict}", "CREATE NONSENSE"],
    }];
    for records in testkit::record_urls() {
        // Two programs that start together.
        let (one, two) = tokio::join!(Db::connect(&records.url), Db::connect(&records.url));
        let (db, _) = (one.unwrap(), two.unwrap());
        write(&db, &at(1), vec![entry("cases", "case:1")]).await;

        assert!(migrations::apply(&db, &[migrations::STEPS, BROKEN].concat()).await.is_err());
        assert!(db.reader().run("SELECT id FROM half", values![]).await.is_err(), "half an upgrade stayed");
        migrations::apply(&db, &[migrations::STEPS, NEXT].concat()).await.unwrap();
        match Db::connect(&records.url).await {
            Err(DbError::Newer { migration }) => assert_eq!(migration, "m9999_next"),
            other => panic!("{}: {other:?}", records.name),
        }
        tamper(&db, "DELETE FROM migrations WHERE name = 'm9999_next'").await;
        let again = Db::connect(&records.url).await.unwrap();
        assert_eq!(verified(&again, "cases").await.entries, 1);
    }
    assert!(matches!(Db::connect("mysql://root:secret@host/x").await, Err(DbError::Address)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn programs_that_start_together_on_a_new_file_all_start() {
    for _ in 0..30 {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("records.db").display());
        let start = |url: String| tokio::spawn(async move { Db::connect(&url).await });
        let starts = [(); 4].map(|()| start(url.clone()));
        for start in starts {
            start.await.unwrap().unwrap();
        }
    }
}

#[tokio::test]
async fn a_reader_cannot_write_and_types_are_kept() {
    for records in testkit::record_urls() {
        let db = Db::connect(&records.url).await.unwrap();
        for _ in 0..8 {
            let write = db.reader().run("INSERT INTO meta (key, value) VALUES ('a', 'b')", values![]).await;
            assert!(write.is_err(), "{}", records.name);
        }
        let tx = db.begin(&at(1)).await.unwrap();
        let wrong = tx.conn().run("UPDATE counters SET value = 'many'", values![]).await;
        let insert = "INSERT INTO counters (name, value) VALUES ('a', 'many')";
        assert!(wrong.is_err() || tx.conn().run(insert, values![]).await.is_err(), "{}", records.name);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn sqlite_is_durable_and_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("with space & % ?.db");
    let db = Db::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    write(&db, &at(1), vec![entry("cases", "case:1")]).await;
    let tx = db.begin(&at(1)).await.unwrap();
    for (pragma, expected) in [("synchronous", 2), ("foreign_keys", 1)] {
        let value: Option<i64> = tx.conn().scalar(&format!("PRAGMA {pragma}"), values![]).await.unwrap();
        assert_eq!(value, Some(expected), "{pragma}");
    }
    let mode: Option<String> = tx.conn().scalar("PRAGMA journal_mode", values![]).await.unwrap();
    assert_eq!(mode.as_deref(), Some("wal"));
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.file_name());
    }
    assert!(matches!(Db::connect("sqlite:///nowhere/at/all.db").await, Err(DbError::File { .. })));
}

#[tokio::test]
async fn an_outage_of_postgresql_shows_and_passes() {
    let Some(mut server) = testkit::Postgres::start() else { return };
    let db = Db::connect(&server.fresh_database()).await.unwrap();
    write(&db, &at(1), vec![entry("cases", "case:1")]).await;
    let mut open = db.begin(&at(2)).await.unwrap();
    open.journal(entry("cases", "case:2")).await.unwrap();
    server.kill();
    assert!(open.commit().await.unwrap_err().is_unavailable());
    let begun = Instant::now();
    let error = db.begin(&at(2)).await.map(drop).unwrap_err();
    assert!(error.is_unavailable(), "{error}");
    let error = journal::verify(&db).await.unwrap_err();
    assert!(error.is_unavailable(), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(8), "an outage must show soon");
    server.start_again();
    write(&db, &at(3), vec![entry("cases", "case:3")]).await;
    let report = verified(&db, "cases").await;
    assert!(report.ok && report.entries == 2, "{report:?}");
    server.stop();
    assert!(db.meta("x").await.unwrap_err().is_unavailable());
    assert!(Db::connect(&server.url()).await.unwrap_err().is_unavailable());
}

#[test]
fn conditions_bind_their_values_in_order() {
    let mut condition = Where::new();
    assert_eq!(condition.text(), "");
    condition.and("a = ? OR b = ?", values![1_i64, "x"]).and("c IS NULL", values![]);
    let limit = condition.bind(5_i64);
    assert_eq!((condition.text(), limit.as_str()), (" WHERE (a = $1 OR b = $2) AND (c IS NULL)", "$3"));
    assert_eq!(condition.values(), [Value::from(1_i64), Value::from("x"), Value::from(5_i64)]);
    assert_eq!(storable("a\0b"), "a\u{fffd}b");
    assert_eq!(storable("ab"), "ab");
}
