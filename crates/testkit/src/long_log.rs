//! Event logs of any length: chunks of other logs over and over, with records numbered through and sound checksums.

use crate::evtx::{CHUNK, CHUNK_HEADER, FILE_HEADER, header, sealed};
use std::io::{self, Write};

/// A chunk that can stand anywhere in a log, however often: what is in it points within it.
#[derive(Clone, Debug)]
pub struct LogChunk {
    bytes: Vec<u8>,
    /// Where its records begin, in order.
    records: Vec<usize>,
}

impl LogChunk {
    /// Room for one thing between two records: its length, mark and number.
    const LEAST: usize = 28;

    /// The chunks of a log that have records one after the other, whole.
    pub fn all(log: &[u8]) -> Vec<LogChunk> {
        let chunks = log.get(FILE_HEADER..).unwrap_or_default().as_chunks::<CHUNK>().0;
        chunks.iter().filter_map(LogChunk::of).collect()
    }

    fn of(bytes: &[u8; CHUNK]) -> Option<LogChunk> {
        let number = |at: usize| Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?) as usize);
        let end = bytes.starts_with(b"ElfChnk\0").then(|| number(48))??;
        let (mut records, mut at) = (Vec::new(), CHUNK_HEADER);
        while at < end {
            let size = number(at + 4)?;
            let whole =
                number(at)? == 0x2a2a && size >= Self::LEAST && at + size <= end && number(at + size - 4)? == size;
            if !whole {
                return None;
            }
            records.push(at);
            at += size;
        }
        (!records.is_empty() && at == end).then(|| LogChunk { bytes: bytes.to_vec(), records })
    }

    /// How many records it has.
    pub fn records(&self) -> u64 {
        self.records.len() as u64
    }

    /// The chunk with its records numbered from `first` on.
    fn numbered(&self, first: u64) -> Vec<u8> {
        let mut chunk = self.bytes.clone();
        for (at, number) in self.records.iter().zip(first..) {
            chunk[at + 8..at + 16].copy_from_slice(&number.to_le_bytes());
        }
        sealed(chunk, first, first + self.records() - 1)
    }
}

/// Writes a log of these chunks over and over, as long as it stays within `bytes`; answers how many records it has.
///
/// # Errors
/// Where it cannot be written.
pub fn long_log(chunks: &[LogChunk], bytes: u64, to: &mut impl Write) -> io::Result<u64> {
    let count = bytes.saturating_sub(FILE_HEADER as u64) / CHUNK as u64;
    let repeated = || chunks.iter().cycle().take(count as usize);
    let records: u64 = repeated().map(LogChunk::records).sum();
    to.write_all(&header(count, records + 1))?;
    let mut next = 1;
    for chunk in repeated() {
        to.write_all(&chunk.numbered(next))?;
        next += chunk.records();
    }
    Ok(records)
}
