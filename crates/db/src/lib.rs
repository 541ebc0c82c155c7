//! Records on SQLite or PostgreSQL: one set of migrations, one transaction helper, one journal.
//!
//! - [`Db::reader`] reads and cannot write: both databases refuse it.
//! - [`Db::begin`] is the only way to write. What a transaction journals is committed with it or not at all.
//! - SQL is written once, in the words that both databases know: places are `$1`, `$2`, an upsert is
//!   `ON CONFLICT … DO UPDATE`, `RETURNING` and row values work. See [`Sql`] and [`Where`].
//! - Every whole number is 64 bits wide, times are nanoseconds, ids are the 36 characters of a UUID, JSON is text.

mod connect;
mod error;
pub mod journal;
mod migrations;
mod sql;
mod tx;

pub use connect::Db;
pub use error::DbError;
pub use journal::Entry;
pub use sql::{Sql, Where, storable};
pub use tx::Tx;

use model::Timestamp;
use uuid::Uuid;

/// A new UUIDv7 that sorts by `now`, the instant of the change that makes it.
pub fn new_uuid(now: Timestamp) -> Uuid {
    let nanos = u64::try_from(now.nanos()).unwrap_or(0);
    let (seconds, rest) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, u32::try_from(rest).unwrap_or(0)))
}

#[cfg(test)]
mod tests;
