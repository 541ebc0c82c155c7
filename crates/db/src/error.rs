//! What can go wrong with the records, sorted by what the caller can do about it.

use sea_orm::sqlx;
use sea_orm::{DbErr, RuntimeErr};
use std::path::PathBuf;
use std::sync::Arc;

/// A failed operation on the records.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The database refused or did not answer.
    #[error("the records database failed: {0}")]
    Database(#[from] DbErr),
    /// The address names no database that is known. It is not repeated: it may hold a password.
    #[error("not an address of a records database; use sqlite:///folder/records.db or postgres://user@host/name")]
    Address,
    /// The file of an SQLite database cannot be made.
    #[error("cannot create {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The records were last opened by a newer program.
    #[error(
        "the records belong to a newer version of this program (they hold the migration `{migration}`); \
         start that version, or restore a backup from before the upgrade"
    )]
    Newer {
        /// The first migration that this program does not know.
        migration: String,
    },
    /// A stored value is not what this program stores.
    #[error("a stored record cannot be read: {0}")]
    Corrupt(String),
}

impl DbError {
    /// The database cannot be reached or cannot work now (down, busy, full, a lost race between transactions);
    /// the same operation may succeed later.
    pub fn is_unavailable(&self) -> bool {
        match self {
            DbError::Database(DbErr::ConnectionAcquire(_)) => true,
            DbError::Database(DbErr::Conn(error) | DbErr::Exec(error) | DbErr::Query(error)) => match error {
                RuntimeErr::SqlxError(error) => is_unavailable(error),
                _ => false,
            },
            _ => false,
        }
    }

    /// A record with the same key exists, or one that is referred to does not.
    pub fn is_conflict(&self) -> bool {
        matches!(self, DbError::Database(error) if error.sql_err().is_some())
    }
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        DbError::Database(DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error))))
    }
}

fn is_unavailable(error: &sqlx::Error) -> bool {
    use sqlx::Error::*;
    let error = match error {
        Io(_) | Tls(_) | PoolTimedOut | PoolClosed | WorkerCrashed => return true,
        Database(error) => error,
        _ => return false,
    };
    let Some(code) = error.code() else {
        return false;
    };
    if error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().is_some() {
        // Connection, resources, shutdown, serialisation, deadlock, lock, read-only standby.
        return ["08", "53", "57P", "40001", "40P01", "55P03", "25006"].iter().any(|class| code.starts_with(class));
    }
    // SQLite: busy, locked, I/O error, full, cannot open. The low byte is the primary code.
    matches!(code.parse::<u32>().map(|code| code & 0xff), Ok(5 | 6 | 10 | 13 | 14))
}
