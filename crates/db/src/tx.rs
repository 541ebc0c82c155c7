//! The one way to change a record.

use crate::connect::{FOLLOWED, FOLLOWER};
use crate::journal::{self, Entry};
use crate::{DbError, Sql, new_uuid, values};
use model::{JournalId, OpContext};
use sea_orm::DatabaseTransaction;

/// A change in progress. Dropped without [`Tx::commit`], it leaves nothing behind.
pub struct Tx {
    inner: DatabaseTransaction,
    ctx: OpContext,
    entries: Vec<(JournalId, Entry)>,
}

impl Tx {
    pub(crate) fn new(inner: DatabaseTransaction, ctx: OpContext) -> Self {
        Tx { inner, ctx, entries: Vec::new() }
    }

    /// Where the SQL runs.
    pub fn conn(&self) -> &DatabaseTransaction {
        &self.inner
    }

    /// In whose name, and when.
    pub fn context(&self) -> &OpContext {
        &self.ctx
    }

    /// Journals a change. The entry is chained and written by [`Tx::commit`], so that the lock on its stream is held
    /// for the shortest time and two transactions with several streams cannot wait for each other.
    // Async and fallible although it only collects: writing at once must stay possible without touching a caller.
    pub async fn journal(&mut self, entry: Entry) -> Result<JournalId, DbError> {
        let id = JournalId(new_uuid(self.ctx.now));
        self.entries.push((id, entry));
        Ok(id)
    }

    /// Makes the change and its journal entries durable, together.
    pub async fn commit(self) -> Result<(), DbError> {
        journal::append(&self.inner, &self.ctx, self.entries).await?;
        Ok(self.inner.commit().await?)
    }

    /// Sets a setting of the database itself. Not a record: the journal does not know it.
    pub async fn set_meta(&self, key: &str, value: &str) -> Result<(), DbError> {
        let upsert =
            "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        self.inner.run(upsert, values![key, value]).await.map(drop)
    }

    /// Removes a setting, if it has this value; answers whether it had. Of two that try, one succeeds.
    pub async fn take_meta(&self, key: &str, value: &str) -> Result<bool, DbError> {
        Ok(self.inner.run("DELETE FROM meta WHERE key = $1 AND value = $2", values![key, value]).await? == 1)
    }

    /// Notes how far the alert writer has read the log of events, together with the alerts up to there.
    pub async fn set_follower_position(&self, seq: u64) -> Result<(), DbError> {
        self.set_meta(FOLLOWER, &seq.to_string()).await
    }

    /// Notes which store of events the position is about.
    pub async fn set_followed_lake(&self, id: &str) -> Result<(), DbError> {
        self.set_meta(FOLLOWED, id).await
    }

    /// Takes the next `count` numbers that people see (`A-1`, `C-1`), without gaps; answers the first. From here to the
    /// commit, others who need a number of this kind wait.
    pub async fn take_numbers(&self, kind: &'static str, count: i64) -> Result<i64, DbError> {
        let upsert = "INSERT INTO counters (name, value) VALUES ($1, $2) \
                      ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value RETURNING value";
        let last: Option<i64> = self.inner.scalar(upsert, values![kind, count]).await?;
        last.map(|last| last - count + 1).ok_or_else(|| DbError::Corrupt(format!("no number for {kind}")))
    }

    /// Makes changes of one kind happen one after the other, from here to the commit. For rules over several rows,
    /// such as "one administrator stays".
    pub async fn one_at_a_time(&self, kind: &'static str) -> Result<(), DbError> {
        self.take_numbers(kind, 0).await.map(drop)
    }
}
