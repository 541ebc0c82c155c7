//! The event store: a write-ahead log, memory over it, Parquet segments behind it, one manifest.
//!
//! [`Lake::append`] returns when its batches are durable and visible to searches. A query sees one snapshot: the
//! manifest and the events in memory, taken together. Only this crate names DataFusion.

mod append;
mod attributes;
mod batch;
mod columns;
mod dedup;
mod files;
mod follow;
mod manifest;
mod memory;
mod open;
mod plan;
mod quarantine;
mod scan;
mod seal;
mod search;
mod segment;
mod sidecar;
mod sql;
mod sql_bounds;
mod table;
mod wal;
mod words;

pub use batch::{Batch, BatchId, Quarantined};
pub use quarantine::{Kept, KeptId, NoKeptId};
pub use table::{Bucket, Column, Table, TableStats};

use model::{Clock, Event, RuleRef};
use serde::Serialize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Where the lake is and how large its parts are.
#[derive(Clone, Debug)]
pub struct LakeOptions {
    /// Its folder; created if it is not there.
    pub dir: PathBuf,
    /// The node's number in event ids.
    pub node: u16,
    /// Bytes of events in memory after which they are sealed.
    pub memory_bytes: usize,
    /// Events in memory after which they are sealed.
    pub segment_rows: usize,
    /// Age of the oldest event in memory after which they are sealed.
    pub seal_after: Duration,
    /// How long batch and item ids are remembered, by receive time.
    pub dedup_window: Duration,
    /// Free bytes on the disk below which nothing is taken in.
    pub reserve_bytes: u64,
}

impl LakeOptions {
    /// A lake in `dir` with the usual sizes.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        LakeOptions {
            dir: dir.into(),
            node: 1,
            memory_bytes: 512 << 20,
            segment_rows: 500_000,
            seal_after: Duration::from_secs(600),
            dedup_window: Duration::from_secs(24 * 3600),
            reserve_bytes: 256 << 20,
        }
    }
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Appended {
    /// Durable now.
    Stored {
        /// Sequence of the first event; of the next one if none was stored.
        first_seq: u64,
        /// Events stored.
        stored: u32,
        /// Indexes of events whose item id was known, with the same bytes.
        duplicates: Vec<u32>,
        /// Indexes of events whose item id was known for other bytes; counted in `rejected`.
        conflicts: Vec<u32>,
        /// Records kept aside.
        quarantined: u32,
        /// Records refused.
        rejected: u32,
    },
    /// Known by its id and body: the counts of the first time.
    Replayed {
        /// Events stored the first time.
        stored: u32,
        /// Records kept aside the first time.
        quarantined: u32,
        /// Records refused the first time.
        rejected: u32,
    },
    /// Its id was used for another body. Nothing was stored.
    Conflict,
}

/// A stretch of the log for the follower.
#[derive(Clone, Debug)]
pub struct Record {
    /// First sequence.
    pub first_seq: u64,
    /// Last sequence.
    pub last_seq: u64,
    /// The rules of `hits`.
    pub rules: Vec<RuleRef>,
    /// Index into `rules` and the event that matched, parsed again.
    pub hits: Vec<(u32, Event)>,
}

/// Sizes, for people and metrics.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LakeStats {
    /// Events stored since the beginning.
    pub events: u64,
    /// Events in memory.
    pub memory_events: u64,
    /// Bytes that they take.
    pub memory_bytes: u64,
    /// Segments.
    pub segments: u64,
    /// Bytes of segments on disk.
    pub segment_bytes: u64,
    /// Bytes of the log on disk.
    pub wal_bytes: u64,
    /// Bytes that were cut off the end of the log at the last start.
    pub torn_bytes: u64,
    /// Events since the start that were stored without their fields, because their columns could not be built.
    pub bare_events: u64,
}

/// Why the lake did not do it.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// The file system.
    #[error("cannot {doing}: {source}")]
    Io {
        /// What was tried.
        doing: &'static str,
        /// The system's answer.
        source: std::io::Error,
    },
    /// Another process has it open.
    #[error("{0} is in use by another process")]
    Locked(PathBuf),
    /// A write failed before; what the disk holds is known again after a restart.
    #[error("the log is closed after a failed write; restart to recover")]
    Poisoned,
    /// Less than the reserve is free.
    #[error("the disk is full: {free} bytes are free, {reserve} are kept in reserve")]
    Full {
        /// Free bytes.
        free: u64,
        /// The reserve.
        reserve: u64,
    },
    /// Sealing is behind, or fails; memory is full.
    #[error("memory is full: {bytes} bytes of events wait for the disk, {limit} may")]
    Behind {
        /// Bytes in memory.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// One batch is too large.
    #[error("a batch of {bytes} bytes is larger than {limit}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// Damage.
    #[error("{file} is damaged at byte {at}: {what}")]
    Corrupt {
        /// The file.
        file: PathBuf,
        /// Where.
        at: u64,
        /// What is wrong.
        what: &'static str,
    },
    /// Written by another version.
    #[error("{file} has a format that this version does not read")]
    Format {
        /// The file.
        file: PathBuf,
    },
    /// A query that is refused, for the person who typed it.
    #[error("{message}")]
    Query {
        /// A stable code.
        code: &'static str,
        /// What is wrong and what to do.
        message: String,
    },
    /// The engine.
    #[error("the query engine failed: {0}")]
    Engine(#[from] datafusion::error::DataFusionError),
    /// Columns that do not fit together.
    #[error("the columns could not be built: {0}")]
    Arrow(#[from] datafusion::arrow::error::ArrowError),
    /// Parquet.
    #[error("a segment failed: {0}")]
    Parquet(#[from] datafusion::parquet::errors::ParquetError),
    /// A manifest that cannot be read.
    #[error("the manifest cannot be read: {0}")]
    Manifest(#[from] serde_json::Error),
}

impl LakeError {
    pub(crate) fn io(doing: &'static str, source: std::io::Error) -> LakeError {
        LakeError::Io { doing, source }
    }
    pub(crate) fn query(code: &'static str, message: impl Into<String>) -> LakeError {
        LakeError::Query { code, message: message.into() }
    }
}

/// The lake. Cheap to clone; the last clone that is dropped closes it.
#[derive(Clone)]
pub struct Lake {
    shared: Arc<open::Shared>,
    _sealer: Arc<seal::Sealer>,
}

impl Lake {
    /// Opens the lake in `options.dir`, reading the log again where it was not sealed.
    pub fn open(options: LakeOptions, clock: Arc<dyn Clock>) -> Result<Lake, LakeError> {
        let shared = Arc::new(open::Shared::open(options, clock)?);
        let sealer = Arc::new(seal::Sealer::start(&shared));
        Ok(Lake { shared, _sealer: sealer })
    }

    /// The last sequence that is durable, and every change of it.
    pub fn durable(&self) -> tokio::sync::watch::Receiver<u64> {
        self.shared.durable.subscribe()
    }

    /// Sizes.
    pub fn stats(&self) -> LakeStats {
        self.shared.stats()
    }

    /// The node's number.
    pub fn node(&self) -> u16 {
        self.shared.options.node
    }

    /// Which lake this is: made with it, kept for ever. Records that refer to its events are of no use for another.
    pub fn id(&self) -> uuid::Uuid {
        // Opening gives an id to a lake without one.
        self.shared.view().manifest.id.unwrap_or_default()
    }

    /// Ends the background work. What is in memory is in the log and is read again at the next start.
    pub fn close(&self) {
        self.shared.close();
    }
}

#[cfg(test)]
mod tests;
