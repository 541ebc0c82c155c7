//! Reading the journal, newest first.

use super::{Link, kind_of};
use crate::{Db, DbError, Sql, Where, values};
use model::{Actor, JournalId, Timestamp, UserId};
use serde::Serialize;

/// The most entries on one page.
pub const MAX_PAGE: u32 = 1000;

/// Which entries; everything empty means all.
#[derive(Clone, Debug, Default)]
pub struct JournalFilter {
    /// Of this object, exactly: `alert:<id>`.
    pub object: Option<String>,
    /// By this actor: the id of a person, or a name.
    pub actor: Option<String>,
    /// None of this stream.
    pub without: Option<&'static str>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// At most so many, from 1 to [`MAX_PAGE`].
    pub limit: u32,
    /// Where the last page ended; see [`is_cursor`].
    pub cursor: Option<String>,
}

/// One entry as it is read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JournalEntry {
    /// Its id.
    pub id: JournalId,
    /// Its chain.
    pub stream: String,
    /// Its place in the chain, from 1.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// From which address.
    pub address: Option<String>,
    /// In answer to which request.
    pub request: Option<String>,
    /// What was done.
    pub action: String,
    /// To what.
    pub object: String,
    /// The changed fields as they were.
    pub before: Option<serde_json::Value>,
    /// The changed fields as they became.
    pub after: Option<serde_json::Value>,
    /// Why.
    pub reason: Option<String>,
}

/// A page of the journal.
#[derive(Clone, Debug, Default)]
pub struct JournalPage {
    /// The entries, newest first.
    pub items: Vec<JournalEntry>,
    /// Where the next page begins; none after the last.
    pub next: Option<String>,
}

/// Whether a text can be a cursor of [`list`]. For callers that answer a fault in it.
pub fn is_cursor(text: &str) -> bool {
    read_cursor(text).is_some()
}

/// One page. What is not a cursor is taken for none at all: it gives the first page.
pub async fn list(db: &Db, filter: &JournalFilter) -> Result<JournalPage, DbError> {
    let limit = filter.limit.clamp(1, MAX_PAGE) as usize;
    let mut condition = Where::new();
    if let Some(object) = &filter.object {
        condition.and("object = ?", values![object.as_str()]);
    }
    if let Some(actor) = &filter.actor {
        condition.and("actor_user = ? OR actor_name = ?", values![actor.as_str(), actor.as_str()]);
    }
    if let Some(stream) = filter.without {
        condition.and("stream <> ?", values![stream]);
    }
    if let Some(from) = filter.from {
        condition.and("at >= ?", values![from.nanos()]);
    }
    if let Some(to) = filter.to {
        condition.and("at < ?", values![to.nanos()]);
    }
    if let Some((at, stream, seq)) = filter.cursor.as_deref().and_then(read_cursor) {
        condition.and("(at, stream, seq) < (?, ?, ?)", values![at, stream, seq]);
    }
    let limit_place = condition.bind(limit as i64 + 1);
    let text = format!(
        "SELECT stream, seq, id, at, actor_kind, actor_user, actor_name, address, request, action, object, before, after, \
         reason FROM journal{} ORDER BY at DESC, stream DESC, seq DESC LIMIT {limit_place}",
        condition.text()
    );
    let mut rows: Vec<Link> = db.reader().rows(&text, condition.values()).await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| format!("{}.{}.{}", row.at, row.seq, row.stream));
    Ok(JournalPage { items: rows.into_iter().map(JournalEntry::try_from).collect::<Result<_, _>>()?, next })
}

fn read_cursor(text: &str) -> Option<(i64, &str, i64)> {
    let (at, rest) = text.split_once('.')?;
    let (seq, stream) = rest.split_once('.')?;
    Some((at.parse().ok()?, stream, seq.parse().ok()?))
}

impl TryFrom<Link> for JournalEntry {
    type Error = DbError;

    fn try_from(row: Link) -> Result<Self, DbError> {
        let place = format!("journal entry {} {}", row.stream, row.seq);
        let corrupt = |what: &dyn std::fmt::Display| DbError::Corrupt(format!("{place}: {what}"));
        let json = |text: Option<String>| {
            text.map(|text| serde_json::from_str(&text)).transpose().map_err(|error| corrupt(&error))
        };
        let user = row.actor_user.as_deref().map(str::parse::<UserId>).transpose().map_err(|error| corrupt(&error))?;
        Ok(JournalEntry {
            id: row.id.parse().map_err(|error: model::IdError| corrupt(&error))?,
            at: Timestamp(row.at),
            actor: Actor { kind: kind_of(&row.actor_kind)?, user, name: row.actor_name },
            before: json(row.before)?,
            after: json(row.after)?,
            stream: row.stream,
            seq: row.seq,
            address: row.address,
            request: row.request,
            action: row.action,
            object: row.object,
            reason: row.reason,
        })
    }
}
