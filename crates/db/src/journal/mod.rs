//! The journal: what was changed, by whom, when, from where and why. It is only ever added to.
//!
//! Entries stand in streams. Within a stream they are numbered from 1 without gaps, and each carries the SHA-256 of its
//! content and of the entry before it; the stream's head, a row of its own, holds their count and the last hash. So an
//! entry that was edited, taken out of the middle, moved, put in, or cut off at the end shows in [`verify`]. Someone who
//! can rewrite the whole stream and its head can also make it consistent; against that stands the head exported
//! elsewhere ([`StreamReport::head`]).

mod chain;
mod list;
mod verify;

pub use chain::{GENESIS, Link, canonical_json};
pub use list::{JournalEntry, JournalFilter, JournalPage, MAX_PAGE, is_cursor, list};
pub use verify::{Fault, FaultKind, StreamReport, VerifyReport, verify};

use crate::{DbError, Sql, storable, values};
use model::{ActorKind, JournalId, OpContext};
use sea_orm::{DatabaseTransaction, FromQueryResult};
use std::collections::BTreeMap;

/// One change, as it is handed to [`crate::Tx::journal`].
#[derive(Clone, Debug)]
pub struct Entry {
    /// The chain it stands in: `access`, `alerts`, `cases` …
    pub stream: &'static str,
    /// What was changed: `alert:<id>`, `case:12`, `user:<id>`.
    pub object: String,
    /// What was done: `alert.close`.
    pub action: &'static str,
    /// The changed fields as they were; none for something new.
    pub before: Option<serde_json::Value>,
    /// The changed fields as they are now; none for something removed.
    pub after: Option<serde_json::Value>,
    /// Why, where the actor said so.
    pub reason: Option<String>,
}

#[derive(FromQueryResult)]
struct Head {
    entries: i64,
    hash: String,
}

/// Chains and writes the entries of one transaction. Streams are locked in the order of their names, so that two
/// transactions never wait for each other in a circle.
pub(crate) async fn append(
    conn: &DatabaseTransaction,
    ctx: &OpContext,
    entries: Vec<(JournalId, Entry)>,
) -> Result<(), DbError> {
    let mut streams: BTreeMap<&'static str, Vec<(JournalId, Entry)>> = BTreeMap::new();
    for (id, entry) in entries {
        streams.entry(entry.stream).or_default().push((id, entry));
    }
    for (stream, entries) in streams {
        append_to(conn, ctx, stream, entries).await?;
    }
    Ok(())
}

async fn append_to(
    conn: &DatabaseTransaction,
    ctx: &OpContext,
    stream: &'static str,
    entries: Vec<(JournalId, Entry)>,
) -> Result<(), DbError> {
    // The changed row of the head is the lock on the stream: on both databases others wait for this transaction.
    let lock = "INSERT INTO journal_streams (stream, entries, hash) VALUES ($1, 0, $2) \
                ON CONFLICT (stream) DO UPDATE SET entries = journal_streams.entries RETURNING entries, hash";
    let Some(head): Option<Head> = conn.row(lock, values![stream, GENESIS]).await? else {
        return Err(DbError::Corrupt(format!("the journal stream {stream} has no head")));
    };
    let (mut seq, mut hash) = (head.entries, head.hash);
    for (id, entry) in entries {
        seq += 1;
        hash = insert(conn, &Link::new(ctx, seq, id, entry), &hash).await?;
    }
    let advance = "UPDATE journal_streams SET entries = $2, hash = $3 WHERE stream = $1";
    conn.run(advance, values![stream, seq, hash]).await.map(drop)
}

async fn insert(conn: &DatabaseTransaction, link: &Link, previous: &str) -> Result<String, DbError> {
    let hash = link.hash(previous);
    let insert = "INSERT INTO journal (stream, seq, id, at, actor_kind, actor_user, actor_name, address, request, \
                  action, object, before, after, reason, hash) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    let Link {
        stream,
        seq,
        id,
        at,
        actor_kind,
        actor_user,
        actor_name,
        address,
        request,
        action,
        object,
        before,
        after,
        reason,
    } = link.clone();
    let values = values![
        stream,
        seq,
        id,
        at,
        actor_kind,
        actor_user,
        actor_name,
        address,
        request,
        action,
        object,
        before,
        after,
        reason,
        hash.clone()
    ];
    conn.run(insert, values).await?;
    Ok(hash)
}

impl Link {
    fn new(ctx: &OpContext, seq: i64, id: JournalId, entry: Entry) -> Self {
        let text = |text: &str| storable(text).into_owned();
        Link {
            stream: text(entry.stream),
            seq,
            id: id.to_string(),
            at: ctx.now.nanos(),
            actor_kind: kind_word(ctx.actor.kind).to_owned(),
            actor_user: ctx.actor.user.map(|user| user.to_string()),
            actor_name: text(&ctx.actor.name),
            address: ctx.address.as_deref().map(text),
            request: ctx.request.map(|request| request.to_string()),
            action: text(entry.action),
            object: text(&entry.object),
            before: entry.before.as_ref().map(canonical_json),
            after: entry.after.as_ref().map(canonical_json),
            reason: entry.reason.as_deref().map(text),
        }
    }
}

const KINDS: [(ActorKind, &str); 4] = [
    (ActorKind::User, "user"),
    (ActorKind::Token, "token"),
    (ActorKind::System, "system"),
    (ActorKind::Console, "console"),
];

fn kind_word(kind: ActorKind) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == kind).map_or("system", |(_, word)| word)
}

fn kind_of(word: &str) -> Result<ActorKind, DbError> {
    let known = KINDS.iter().find(|(_, known)| *known == word);
    known.map(|(kind, _)| *kind).ok_or_else(|| DbError::Corrupt(format!("an actor of kind {word:?}")))
}
