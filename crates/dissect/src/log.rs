//! An EVTX file as bytes: a header of 4 KiB, then chunks of 64 KiB. Nothing in it is interpreted here but its length.

use crate::chunk::CHUNK;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Bytes before the first chunk.
const HEADER: u64 = 4 << 10;
/// How the header begins.
pub const MAGIC: &[u8] = b"ElfFile\0";

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
            Ok(bytes) if bytes == MAGIC => None,
            _ => Some("its header is not that of an EVTX file"),
        }
    }

    /// Bytes of the file.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Number of chunks, a cut-off one at the end included.
    pub fn chunks(&self) -> u64 {
        self.length.saturating_sub(HEADER).div_ceil(CHUNK as u64)
    }

    /// The bytes of one chunk; fewer at the end of the file.
    pub(crate) fn chunk(&self, number: u64) -> io::Result<Vec<u8>> {
        self.read_at(HEADER.saturating_add(number.saturating_mul(CHUNK as u64)), CHUNK)
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
