//! Answers as rows of JSON values.

use model::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// A column of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// `keyword`, `text`, `long`, `double`, `boolean`, `ip` or `date`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// How an answer came about.
#[derive(Clone, Debug, Default, Serialize)]
pub struct TableStats {
    /// Milliseconds.
    pub elapsed_ms: u64,
    /// Events that were looked at.
    pub rows_scanned: u64,
    /// Segments that were read.
    pub segments_read: u64,
    /// Segments that there are.
    pub segments_total: u64,
    /// Whether there is more than the limit.
    pub truncated: bool,
}

/// An answer.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, each as long as `columns`.
    pub rows: Vec<Vec<Value>>,
    /// How it came about.
    pub stats: TableStats,
}

/// Events in a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Bucket {
    /// From here.
    pub from: Timestamp,
    /// Up to here, not included.
    pub to: Timestamp,
    /// So many.
    pub count: u64,
}
