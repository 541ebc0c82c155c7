//! Opening the records: one writer and several readers, on either database.

use crate::{DbError, Sql, Tx, migrations, values};
use model::OpContext;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sea_orm::sqlx::{self, ConnectOptions};
use sea_orm::{DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions, TransactionTrait};
use std::io::ErrorKind;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a caller waits for a connection. PostgreSQL being down shows after this time.
const ACQUIRE: Duration = Duration::from_secs(3);
/// How long SQLite's one writer may keep the next one waiting, in this process or another.
const BUSY: Duration = Duration::from_secs(10);
/// Connections that only read.
const READERS: u32 = 4;
/// Connections of PostgreSQL that write; SQLite has one.
const WRITERS: u32 = 6;

/// The records. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    writer: DatabaseConnection,
    reader: DatabaseConnection,
}

impl Db {
    /// Opens `sqlite:///folder/records.db` (made if absent, for its owner's eyes only) or `postgres://…`, and brings
    /// the tables up to date. A database of a newer program is refused and left as it is.
    pub async fn connect(url: &str) -> Result<Db, DbError> {
        let db = if let Some(path) = url.strip_prefix("sqlite://") {
            Db::open_sqlite(Path::new(path)).await?
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Db::open_postgres(url).await?
        } else {
            return Err(DbError::Address);
        };
        migrations::run(&db).await?;
        Ok(db)
    }

    async fn open_sqlite(path: &Path) -> Result<Db, DbError> {
        create_private(path)?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY)
            .disable_statement_logging();
        let pool = || SqlitePoolOptions::new().idle_timeout(None).max_lifetime(None);
        let deadline = Instant::now() + BUSY;
        let writer = loop {
            let opened = pool().max_connections(1).acquire_timeout(BUSY).connect_with(options.clone()).await;
            match opened {
                // The first of two programs that start together turns the file over to WAL, and SQLite refuses the
                // second at once: its busy timeout does not cover that step.
                Err(error) if is_busy(&error) && Instant::now() < deadline => tokio::time::sleep(BUSY / 500).await,
                opened => break opened?,
            }
        };
        let reader = pool()
            .max_connections(READERS)
            .acquire_timeout(BUSY)
            .connect_with(options.pragma("query_only", "ON"))
            .await?;
        Ok(Db { writer: writer.into(), reader: reader.into() })
    }

    async fn open_postgres(url: &str) -> Result<Db, DbError> {
        let options: PgConnectOptions = url.parse().map_err(|_| DbError::Address)?;
        let options = options.application_name("watchfloor").disable_statement_logging();
        let pool = || PgPoolOptions::new().acquire_timeout(ACQUIRE);
        let writer = pool().max_connections(WRITERS).connect_with(options.clone()).await?;
        let reader = pool()
            .max_connections(READERS)
            .connect_with(options.options([("default_transaction_read_only", "on")]))
            .await?;
        Ok(Db { writer: writer.into(), reader: reader.into() })
    }

    /// For reading. The database itself refuses a write by it.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// Begins a change in the name of `ctx`. On SQLite there is one at a time: the next waits.
    pub async fn begin(&self, ctx: &OpContext) -> Result<Tx, DbError> {
        Ok(Tx::new(self.begin_writing().await?, ctx.clone()))
    }

    /// SQLite takes its write lock at once: a transaction that reads first and then finds itself second fails otherwise.
    pub(crate) async fn begin_writing(&self) -> Result<DatabaseTransaction, DbError> {
        let mode = Some(SqliteTransactionMode::Immediate);
        let options = TransactionOptions { sqlite_transaction_mode: mode, ..Default::default() };
        Ok(self.writer.begin_with_options(options).await?)
    }

    /// A setting of the database itself.
    pub async fn meta(&self, key: &str) -> Result<Option<String>, DbError> {
        self.reader.scalar("SELECT value FROM meta WHERE key = $1", values![key]).await
    }

    /// How far the alert writer has read the log of events: the last sequence whose alerts are committed.
    pub async fn follower_position(&self) -> Result<u64, DbError> {
        match self.meta(FOLLOWER).await? {
            None => Ok(0),
            Some(text) => text.parse().map_err(|_| DbError::Corrupt(format!("{FOLLOWER} is {text:?}"))),
        }
    }

    /// Which store of events the position is about; `None` before the first start with one.
    pub async fn followed_lake(&self) -> Result<Option<String>, DbError> {
        self.meta(FOLLOWED).await
    }

    /// Closes every connection once it is idle.
    pub async fn close(self) -> Result<(), DbError> {
        self.reader.close().await?;
        Ok(self.writer.close().await?)
    }
}

/// The setting that names the store of events that the position is about.
pub(crate) const FOLLOWED: &str = "follower.lake";
/// The setting that holds the follower's position.
pub(crate) const FOLLOWER: &str = "follower.position";

/// Whether SQLite found the file locked by another connection (its result codes 5, with the extended ones of it).
fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code()).and_then(|code| code.parse::<u32>().ok());
    code.is_some_and(|code| code & 0xff == 5)
}

/// Makes the file so that only its owner can read the password hashes in it; SQLite gives its companions the same mode.
/// A file that is there is not opened: closing it would drop the locks that this process holds on it.
fn create_private(path: &Path) -> Result<(), DbError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(source) if source.kind() != ErrorKind::AlreadyExists => {
            Err(DbError::File { path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}
