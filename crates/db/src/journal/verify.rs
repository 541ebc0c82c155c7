//! Recomputing the chains.

use super::{GENESIS, Link};
use crate::{Db, DbError, Sql, values};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, FromQueryResult, IsolationLevel, Statement};
use sea_orm::{TransactionOptions, TransactionTrait};
use serde::Serialize;

/// Entries read at a time.
const PAGE: i64 = 1000;

/// What [`verify`] found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// Every stream, by name.
    pub streams: Vec<StreamReport>,
}

impl VerifyReport {
    /// Whether every stream is as it was written.
    pub fn ok(&self) -> bool {
        self.streams.iter().all(|stream| stream.ok)
    }
}

/// One stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StreamReport {
    /// Its name.
    pub name: String,
    /// Entries that were read, up to the fault if there is one.
    pub entries: i64,
    /// Whether it is as it was written.
    pub ok: bool,
    /// The hash of its last good entry. Kept elsewhere, it shows later that nothing up to here was rewritten.
    pub head: String,
    /// The first place where it is not.
    pub first_fault: Option<Fault>,
}

/// A place where a stream is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The number of the entry.
    pub seq: i64,
    /// What is wrong there.
    pub kind: FaultKind,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The entry is not there although a later one is.
    Missing,
    /// Its hash does not fit its content and the entry before it: something was edited, moved or put in.
    Hash,
    /// The stream ends before the entry that its head names: the end was cut off.
    CutOff,
    /// The entry is beyond the head, or the head is gone or names another hash.
    Head,
}

#[derive(FromQueryResult)]
struct Head {
    stream: String,
    entries: Option<i64>,
    hash: Option<String>,
}

#[derive(FromQueryResult)]
struct Stored {
    hash: String,
}

/// Recomputes every chain, at one instant of the database, a page at a time.
pub async fn verify(db: &Db) -> Result<VerifyReport, DbError> {
    let snapshot = match db.reader().get_database_backend() {
        DbBackend::Postgres => {
            TransactionOptions { isolation_level: Some(IsolationLevel::RepeatableRead), ..Default::default() }
        }
        // SQLite reads from one snapshot in any transaction.
        _ => TransactionOptions::default(),
    };
    let tx = db.reader().begin_with_options(snapshot).await?;
    let heads = "SELECT n.stream AS stream, h.entries AS entries, h.hash AS hash \
                 FROM (SELECT stream FROM journal_streams UNION SELECT stream FROM journal) AS n \
                 LEFT JOIN journal_streams AS h ON h.stream = n.stream ORDER BY n.stream";
    let mut streams = Vec::new();
    for head in tx.rows::<Head>(heads, values![]).await? {
        streams.push(verify_stream(&tx, head).await?);
    }
    tx.rollback().await?;
    Ok(VerifyReport { streams })
}

async fn verify_stream(tx: &DatabaseTransaction, head: Head) -> Result<StreamReport, DbError> {
    let (mut seq, mut hash) = (0_i64, GENESIS.to_owned());
    let fault = 'read: loop {
        let page = page(tx, &head.stream, seq).await?;
        let last = (page.len() as i64) < PAGE;
        for (link, stored) in page {
            let due = seq + 1;
            if link.seq != due {
                // A number below what is due can only be 0 or less, which no stream has.
                break 'read Some(Fault { seq: due.min(link.seq), kind: FaultKind::Missing });
            }
            if link.hash(&hash) != stored {
                break 'read Some(Fault { seq: due, kind: FaultKind::Hash });
            }
            (seq, hash) = (due, stored);
        }
        if last {
            break match head.entries {
                None => Some(Fault { seq: 1, kind: FaultKind::Head }),
                Some(entries) if entries > seq => Some(Fault { seq: seq + 1, kind: FaultKind::CutOff }),
                Some(entries) if entries < seq => Some(Fault { seq: entries + 1, kind: FaultKind::Head }),
                Some(_) if head.hash.as_deref() != Some(&hash) => Some(Fault { seq, kind: FaultKind::Head }),
                Some(_) => None,
            };
        }
    };
    Ok(StreamReport { name: head.stream, entries: seq, ok: fault.is_none(), head: hash, first_fault: fault })
}

async fn page(tx: &DatabaseTransaction, stream: &str, after: i64) -> Result<Vec<(Link, String)>, DbError> {
    // From the start, rows with a number below 1 must show too.
    let after = if after == 0 { i64::MIN } else { after };
    let text = "SELECT stream, seq, id, at, actor_kind, actor_user, actor_name, address, request, action, object, before, \
                after, reason, hash FROM journal WHERE stream = $1 AND seq > $2 ORDER BY seq LIMIT $3";
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), text, values![stream, after, PAGE]);
    let rows = tx.query_all_raw(statement).await?;
    rows.iter().map(|row| Ok((Link::from_query_result(row, "")?, Stored::from_query_result(row, "")?.hash))).collect()
}
