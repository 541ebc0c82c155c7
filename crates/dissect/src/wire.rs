//! What the two sides say to each other.

use crate::cage::Cage;
use crate::examine::{Hit, Seen, Wanted};
use crate::sighting::Sighting;
use model::Timestamp;
use serde::{Deserialize, Serialize};

/// The first message to a worker. As messages of their own follow: a name and a text for each file of rules and each
/// pipeline, the placeholders, the indicators piece by piece, and an empty one.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Hello {
    pub wanted: Wanted,
    pub files: usize,
    pub pipelines: usize,
}

/// The worker's answer to it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Ready {
    pub rules: usize,
    pub cage: Cage,
}

/// Chunks to read; their bytes follow, one message a chunk, and one [`Answer`] a chunk comes back.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    pub first: u64,
    pub count: usize,
}

/// Part of a file that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Damage {
    /// Number of the chunk, from 0.
    pub chunk: u64,
    /// Number of the record, where it is known.
    pub record: Option<u64>,
    /// What is wrong with it.
    pub reason: String,
}

/// What became of one chunk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkReport {
    /// Records read.
    pub events: u64,
    /// Matches, in the order of the records.
    pub hits: Vec<Hit>,
    /// What correlations are to be told, in the order of the records.
    #[serde(default)]
    pub seen: Vec<Seen>,
    /// Indicators, in the order of the records.
    pub sightings: Vec<Sighting>,
    /// What could not be read.
    pub damage: Vec<Damage>,
    /// The records themselves, where [`Wanted::records`] asks for them.
    #[serde(skip)]
    pub records: Vec<Record>,
}

/// A record as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// EVTX's own number of it.
    pub id: u64,
    /// When it was written, as its header says.
    pub written: Timestamp,
    /// One JSON object without line feeds.
    pub json: Vec<u8>,
}

/// A report on the pipe; the JSON of each record that it has kept follows, one message a record.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub report: ChunkReport,
    pub kept: Vec<(u64, Timestamp)>,
}
