//! Event logs through workers of this program: how a worker starts, what it may take, and the records one by one.

use crate::output::Failure;
use detect::Setting;
use dissect::{Damage, DissectError, Log, Reader, RuleFiles, Setup, Wanted};
use sha2::{Digest, Sha256};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Time that a worker has for 64 KiB.
const CHUNK_LIMIT: Duration = Duration::from_secs(30);
/// Time that a worker has to compile the rules.
const START_LIMIT: Duration = Duration::from_secs(300);
/// Chunks that are asked for at once where the records come back: bounds what they may amount to.
const CHUNKS: u64 = 4;

/// How to start workers, without lists; `rules` is how many of `files` this side has compiled, for `setting`.
pub fn setup(files: RuleFiles, setting: Arc<Setting>, rules: usize, wanted: Wanted) -> Result<Setup, Failure> {
    Ok(Setup {
        program: program().map_err(|error| Failure::usage(format!("cannot find this program: {error}")))?,
        arguments: vec!["dissect-worker".into()],
        files,
        setting,
        indicators: Arc::default(),
        rules,
        wanted,
        chunk_limit: CHUNK_LIMIT,
        start_limit: START_LIMIT,
    })
}

/// What runs here, to be run again. On Linux it is named by what is open, not by its path: an update puts another file
/// there while this one runs, and a worker has to be of the same build.
fn program() -> std::io::Result<PathBuf> {
    if cfg!(target_os = "linux") { Ok(PathBuf::from("/proc/self/exe")) } else { std::env::current_exe() }
}

/// A damaged place in words.
pub fn place(damage: &Damage) -> String {
    match damage.record {
        Some(record) => format!("chunk {}, record {record}: {}", damage.chunk, damage.reason),
        None => format!("chunk {}: {}", damage.chunk, damage.reason),
    }
}

/// Reads event logs record by record.
pub struct Records {
    reader: Reader,
}

impl Records {
    /// A reader; its worker starts with the first log.
    pub fn new() -> Result<Records, Failure> {
        let wanted = Wanted { records: true, ..Wanted::default() };
        Ok(Records { reader: Reader::new(setup(RuleFiles::default(), Arc::default(), 0, wanted)?) })
    }

    /// Hands over a part of the log at a time: its records as text, in order, and what could not be read. A record cannot
    /// stand alone, so that its text carries what it was read from: the SHA-256 of the log, in `event.hash`.
    ///
    /// # Errors
    /// Where the log cannot be read or a worker cannot start; and what `take` answers.
    pub async fn read<E: From<DissectError>>(&mut self, log: &Log, mut take: impl AsyncFnMut(Vec<Vec<u8>>, Vec<String>) -> Result<(), E>) -> Result<(), E> {
        let hash = hash(log).map_err(DissectError::File)?;
        take(Vec::new(), log.fault().map(str::to_owned).into_iter().collect()).await?;
        for first in (0..log.chunks()).step_by(CHUNKS as usize) {
            let count = CHUNKS.min(log.chunks() - first) as usize;
            let report = self.reader.read(log, first, count)?;
            let records = report.records.into_iter().map(|record| with_hash(record.json, &hash)).collect();
            take(records, report.damage.iter().map(place).collect()).await?;
        }
        Ok(())
    }
}

/// The SHA-256 of a log, in hexadecimal.
fn hash(log: &Log) -> std::io::Result<String> {
    let mut digest = Sha256::new();
    let mut at = 0;
    loop {
        let piece = log.read_at(at, 1 << 20)?;
        if piece.is_empty() {
            return Ok(hex::encode(digest.finalize()));
        }
        at += piece.len() as u64;
        digest.update(&piece);
    }
}

/// The object with the hash as its last member.
fn with_hash(mut json: Vec<u8>, hash: &str) -> Vec<u8> {
    if json.last() == Some(&b'}') {
        json.pop();
        json.extend_from_slice(format!(",\"event\":{{\"hash\":\"{hash}\"}}}}").as_bytes());
    }
    json
}
