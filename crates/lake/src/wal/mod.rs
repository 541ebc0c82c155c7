//! The write-ahead log: files of checksummed LZ4 groups, one `fdatasync` for each append.
//!
//! A file is `wal/<first sequence, 20 digits>.log`: a 16-byte header, then groups. A group is a 16-byte head
//! (compressed length, plain length, CRC-32 of the compressed bytes, CRC-32 of the head itself) and the bytes.
//! What was not wholly written when the machine stopped can only be the end of the newest file: it is cut off and
//! said. Damage anywhere else is an error, never served.

pub(crate) mod codec;

use crate::{Batch, LakeError};
use codec::Logged;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 8] = b"WFLOG\x00\x01\n";
const HEADER: usize = 16;
const HEAD: usize = 16;
/// Plain bytes after which a group is closed.
const GROUP: usize = 2 << 20;
/// The largest plain group that is believed: one batch may be larger than [`GROUP`].
const MAX_GROUP: usize = 512 << 20;
/// Bytes after which the next append begins a new file.
const FILE: u64 = 64 << 20;

/// One file of the log.
#[derive(Clone, Debug)]
pub(crate) struct LogFile {
    pub first_seq: u64,
    pub path: PathBuf,
}

/// The writing end.
pub(crate) struct Writer {
    dir: PathBuf,
    file: Option<File>,
    written: u64,
    poisoned: bool,
}

impl Writer {
    pub(crate) fn new(dir: PathBuf) -> Writer {
        Writer { dir, file: None, written: 0, poisoned: false }
    }

    /// Makes these batches durable; each comes with the sequence of its first event. After a failure nothing is
    /// written any more: what the disk holds is unknown until the log is read again.
    pub(crate) fn append(&mut self, batches: &[(u64, &Batch)]) -> Result<(), LakeError> {
        if self.poisoned {
            return Err(LakeError::Poisoned);
        }
        let Some((first_seq, _)) = batches.first() else { return Ok(()) };
        let bytes = groups(batches)?;
        let written = self.write(*first_seq, &bytes);
        if written.is_err() {
            self.poisoned = true;
        }
        written
    }

    fn write(&mut self, first_seq: u64, bytes: &[u8]) -> Result<(), LakeError> {
        if self.written >= FILE {
            self.file = None;
        }
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                self.written = 0;
                none.insert(create(&self.dir, first_seq)?)
            }
        };
        file.write_all(bytes).map_err(|e| LakeError::io("write the log", e))?;
        file.sync_data().map_err(|e| LakeError::io("sync the log", e))?;
        self.written += bytes.len() as u64;
        Ok(())
    }

    /// The next append begins a new file, so that the present one may be dropped once it is sealed.
    pub(crate) fn rotate(&mut self) {
        self.file = None;
    }
}

fn create(dir: &Path, first_seq: u64) -> Result<File, LakeError> {
    let path = dir.join(format!("{first_seq:020}.log"));
    // A file of this name holds batches without events (they use no sequence): it is continued.
    let existed = path.exists();
    let mut file = OpenOptions::new().create(true).append(true).open(&path).map_err(|e| LakeError::io("create a log file", e))?;
    if !existed {
        let mut header = Vec::with_capacity(HEADER);
        header.extend_from_slice(MAGIC);
        header.extend_from_slice(&first_seq.to_le_bytes());
        file.write_all(&header).map_err(|e| LakeError::io("write the log", e))?;
        sync_dir(dir)?;
    }
    Ok(file)
}

/// Makes the names in a folder durable.
pub(crate) fn sync_dir(dir: &Path) -> Result<(), LakeError> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(|e| LakeError::io("sync a folder", e))
}

fn groups(batches: &[(u64, &Batch)]) -> Result<Vec<u8>, LakeError> {
    let mut out = Vec::new();
    let mut plain = Vec::new();
    for (place, (first_seq, batch)) in batches.iter().enumerate() {
        codec::encode(batch, *first_seq, &mut plain);
        if plain.len() >= GROUP || place + 1 == batches.len() {
            group(&plain, &mut out)?;
            plain.clear();
        }
    }
    Ok(out)
}

fn group(plain: &[u8], out: &mut Vec<u8>) -> Result<(), LakeError> {
    if plain.len() > MAX_GROUP {
        return Err(LakeError::TooLarge { bytes: plain.len(), limit: MAX_GROUP });
    }
    let compressed = lz4_flex::block::compress(plain);
    let mut head = Vec::with_capacity(HEAD);
    for part in [compressed.len(), plain.len()] {
        head.extend_from_slice(&u32::try_from(part).unwrap_or(u32::MAX).to_le_bytes());
    }
    head.extend_from_slice(&crc32fast::hash(&compressed).to_le_bytes());
    let own = crc32fast::hash(&head);
    head.extend_from_slice(&own.to_le_bytes());
    out.extend_from_slice(&head);
    out.extend_from_slice(&compressed);
    Ok(())
}

/// The files of the log, oldest first.
pub(crate) fn files(dir: &Path) -> Result<Vec<LogFile>, LakeError> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(|e| LakeError::io("list the log", e))? {
        let path = entry.map_err(|e| LakeError::io("list the log", e))?.path();
        let number = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse().ok());
        if let (Some(first_seq), true) = (number, path.extension().is_some_and(|e| e == "log")) {
            files.push(LogFile { first_seq, path });
        }
    }
    files.sort_by_key(|file| file.first_seq);
    Ok(files)
}

/// How reading a file ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// At the end of its last group.
    Clean,
    /// Within a group that was not wholly written, at this byte.
    Torn(u64),
}

/// Reads a file's groups in order. `newest`: its end may be torn; in any other file that is damage.
pub(crate) fn read(file: &LogFile, newest: bool, mut each: impl FnMut(Vec<Logged>) -> Result<(), LakeError>) -> Result<End, LakeError> {
    let mut reader = std::io::BufReader::with_capacity(1 << 20, File::open(&file.path).map_err(|e| LakeError::io("open a log file", e))?);
    let size = reader.get_ref().metadata().map_err(|e| LakeError::io("open a log file", e))?.len();
    let corrupt = |at: u64, what| LakeError::Corrupt { file: file.path.clone(), at, what };
    let mut header = [0u8; HEADER];
    if size < HEADER as u64 {
        return if newest { Ok(End::Torn(0)) } else { Err(corrupt(0, "no header")) };
    }
    reader.read_exact(&mut header).map_err(|e| LakeError::io("read the log", e))?;
    if &header[..8] != MAGIC {
        return Err(LakeError::Format { file: file.path.clone() });
    }
    let mut at = HEADER as u64;
    loop {
        let left = size - at;
        if left == 0 {
            return Ok(End::Clean);
        }
        match one_group(&mut reader, left) {
            Ok((used, plain)) => {
                let batches = codec::decode(&plain).map_err(|e| corrupt(at, e.0))?;
                each(batches)?;
                at += used;
            }
            Err(Broken::Io(e)) => return Err(LakeError::io("read the log", e)),
            // Only what reaches to the very end can be a write that was interrupted.
            Err(Broken::Short) if newest => return Ok(End::Torn(at)),
            Err(Broken::Damaged(what, end)) if newest && end == left && tail_is_unsynced(what) => return Ok(End::Torn(at)),
            Err(Broken::Short) => return Err(corrupt(at, "cut short")),
            Err(Broken::Damaged(what, _)) => return Err(corrupt(at, what)),
        }
    }
}

/// A last group of full length with wrong bytes: its pages were never all written.
fn tail_is_unsynced(what: &str) -> bool {
    what == BAD_BYTES || what == BAD_HEAD
}

const BAD_BYTES: &str = "wrong checksum";
const BAD_HEAD: &str = "wrong checksum of a head";

enum Broken {
    Io(std::io::Error),
    Short,
    Damaged(&'static str, u64),
}

fn one_group(reader: &mut impl Read, left: u64) -> Result<(u64, Vec<u8>), Broken> {
    if left < HEAD as u64 {
        return Err(Broken::Short);
    }
    let mut head = [0u8; HEAD];
    reader.read_exact(&mut head).map_err(Broken::Io)?;
    let word = |i: usize| u32::from_le_bytes([head[i], head[i + 1], head[i + 2], head[i + 3]]);
    let (compressed_len, plain_len, crc, own) = (word(0) as usize, word(4) as usize, word(8), word(12));
    if crc32fast::hash(&head[..12]) != own {
        // A file that the system extended but never filled ends in zeroes.
        return Err(Broken::Damaged(BAD_HEAD, if head == [0; HEAD] { left } else { HEAD as u64 }));
    }
    if plain_len > MAX_GROUP {
        return Err(Broken::Damaged("a group too large", HEAD as u64));
    }
    let used = HEAD as u64 + compressed_len as u64;
    if used > left {
        return Err(Broken::Short);
    }
    let mut compressed = vec![0; compressed_len];
    reader.read_exact(&mut compressed).map_err(Broken::Io)?;
    if crc32fast::hash(&compressed) != crc {
        return Err(Broken::Damaged(BAD_BYTES, used));
    }
    let plain = lz4_flex::block::decompress(&compressed, plain_len).map_err(|_| Broken::Damaged("bytes that do not decompress", used))?;
    Ok((used, plain))
}

/// Cuts a torn end off, durably.
pub(crate) fn cut(file: &LogFile, at: u64) -> Result<(), LakeError> {
    let io = |e| LakeError::io("cut the torn end of the log", e);
    if at < HEADER as u64 {
        std::fs::remove_file(&file.path).map_err(io)?;
        return file.path.parent().map_or(Ok(()), sync_dir);
    }
    let mut open = OpenOptions::new().write(true).open(&file.path).map_err(io)?;
    open.set_len(at).map_err(io)?;
    open.seek(SeekFrom::Start(at)).map_err(io)?;
    open.sync_all().map_err(io)
}
