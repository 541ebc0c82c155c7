//! An EVTX file as bytes: a header of 4 KiB, then chunks of 64 KiB. Nothing in it is interpreted here but its length.

use crate::chunk::CHUNK;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Bytes before the first chunk.
const HEADER: u64 = 4 << 10;
/// How the header begins.
pub const MAGIC: &[u8] = b"ElfFile\0";

/// Chunks of one file, which are a terabyte; no service writes as much, and a file with holes costs its sender nothing.
const MAX_CHUNKS: u64 = 1 << 24;

/// How a chunk begins.
const MAGIC_OF_CHUNK: &[u8] = b"ElfChnk\0";

fn start_of(chunk: u64) -> u64 {
    HEADER.saturating_add(chunk.saturating_mul(CHUNK as u64))
}

/// A file that several workers can be fed from.
#[derive(Debug)]
pub struct Log {
    source: Source,
    length: u64,
}

#[derive(Debug)]
enum Source {
    File(File),
    Bytes(Vec<u8>),
}

impl Log {
    /// A file.
    ///
    /// # Errors
    /// Where it cannot be opened.
    pub fn open(path: &Path) -> io::Result<Log> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok(Log { source: Source::File(file), length })
    }

    /// Bytes that were unpacked before.
    pub fn from_bytes(bytes: Vec<u8>) -> Log {
        Log { length: bytes.len() as u64, source: Source::Bytes(bytes) }
    }

    /// What is wrong with the file as a whole. Its chunks are worth reading all the same.
    pub fn fault(&self) -> Option<&'static str> {
        match self.read_at(0, MAGIC.len()) {
            _ if self.length < HEADER => Some("shorter than the header of an EVTX file"),
            Ok(bytes) if bytes == MAGIC && self.length > start_of(MAX_CHUNKS) => Some("larger than a terabyte; what is behind that is not read"),
            Ok(bytes) if bytes == MAGIC => None,
            _ => Some("its header is not that of an EVTX file"),
        }
    }

    /// Bytes of the file.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Number of chunks that are read, a cut-off one at the end included.
    pub fn chunks(&self) -> u64 {
        self.length.saturating_sub(HEADER).div_ceil(CHUNK as u64).min(MAX_CHUNKS)
    }

    /// All chunks in ranges of at most `most`, in the order of their records: a log that is full goes on at its
    /// beginning, so that its oldest records stand behind its newest.
    pub fn parts(&self, most: u64) -> Vec<Range<u64>> {
        let chunks = self.chunks();
        let (mut parts, mut before) = (Vec::new(), 0);
        for start in (0..chunks).step_by(usize::try_from(most).unwrap_or(usize::MAX).max(1)) {
            let end = chunks.min(start.saturating_add(most));
            let first = self.first_record(start).unwrap_or(before);
            let next = if end < chunks { self.first_record(end) } else { Some(0) };
            // Where it turns, the part is taken apart.
            let turn = if next.is_some_and(|next| next < first) { self.turn(first, start + 1..end) } else { None };
            let middle = turn.map_or(end, |(at, _)| at);
            parts.push((first, start..middle));
            before = first;
            if let Some((at, record)) = turn {
                parts.push((record, at..end));
                before = record;
            }
        }
        parts.sort_by_key(|(first, _)| *first);
        parts.into_iter().map(|(_, part)| part).collect()
    }

    /// The first chunk whose records come before those of the chunk before it, and its first record.
    fn turn(&self, mut before: u64, mut chunks: Range<u64>) -> Option<(u64, u64)> {
        chunks.find_map(|chunk| {
            let first = self.first_record(chunk)?;
            let turned = first < before;
            before = first;
            turned.then_some((chunk, first))
        })
    }

    /// The number of the first record of a chunk, as its header says; none where it has no sound header.
    fn first_record(&self, chunk: u64) -> Option<u64> {
        let header = self.read_at(start_of(chunk), 16).ok()?;
        let number = header.strip_prefix(MAGIC_OF_CHUNK)?.first_chunk()?;
        Some(u64::from_le_bytes(*number))
    }

    /// The bytes of some chunks, one after the other; fewer at the end of the file.
    pub(crate) fn chunks_at(&self, first: u64, count: usize) -> io::Result<Vec<u8>> {
        self.read_at(start_of(first), count.saturating_mul(CHUNK))
    }

    /// So many bytes from an offset; fewer at the end of the file.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn read_at(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        match &self.source {
            Source::Bytes(bytes) => {
                let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
                Ok(bytes[start..bytes.len().min(start.saturating_add(length))].to_vec())
            }
            Source::File(file) => {
                let mut bytes = vec![0; length];
                let mut filled = 0;
                while filled < length {
                    match file.read_at(&mut bytes[filled..], offset + filled as u64) {
                        Ok(0) => break,
                        Ok(read) => filled += read,
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        Err(error) => return Err(error),
                    }
                }
                bytes.truncate(filled);
                Ok(bytes)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A log whose chunks say that they begin with these records; nothing is a chunk of noise.
    fn log(firsts: &[Option<u64>]) -> Log {
        let mut bytes = vec![0; HEADER as usize];
        for first in firsts {
            let at = bytes.len();
            bytes.resize(at + CHUNK, 0x2a);
            if let Some(first) = first {
                bytes[at..at + 8].copy_from_slice(MAGIC_OF_CHUNK);
                bytes[at + 8..at + 16].copy_from_slice(&first.to_le_bytes());
            }
        }
        Log::from_bytes(bytes)
    }

    #[test]
    fn parts_are_in_the_order_of_their_records() {
        let check = |firsts: &[Option<u64>], expected: &[Range<u64>]| {
            assert_eq!(log(firsts).parts(2), expected, "{firsts:?}");
        };
        check(&[], &[]);
        check(&[Some(1), Some(10), Some(20)], &[0..2, 2..3]);
        // It turned between two parts, and within one.
        check(&[Some(50), Some(60), Some(10), Some(20), Some(30)], &[2..4, 4..5, 0..2]);
        check(&[Some(50), Some(60), Some(70), Some(20), Some(30)], &[3..4, 4..5, 0..2, 2..3]);
        check(&[Some(50), Some(60), Some(70), Some(20)], &[3..4, 0..2, 2..3]);
        // What says nothing stays where it is.
        check(&[Some(5), Some(6), None, None, Some(7)], &[0..2, 2..4, 4..5]);
    }

    #[test]
    fn a_file_has_an_end_that_is_told() {
        let log = |length| {
            let mut bytes = MAGIC.to_vec();
            bytes.resize(HEADER as usize, 0);
            Log { source: Source::Bytes(bytes), length }
        };
        let most = start_of(MAX_CHUNKS);
        assert_eq!((log(most).chunks(), log(most).fault()), (MAX_CHUNKS, None));
        let larger = log(u64::MAX);
        assert_eq!((larger.chunks(), larger.fault().is_some()), (MAX_CHUNKS, true));
        assert_eq!(larger.parts(1 << 20).len(), 16);
    }
}
