//! The write-ahead log: files of checksummed LZ4 groups, one `fdatasync` for each append.
//!
//! A file is `wal/<first sequence, 20 digits>.log`: a 16-byte header, then groups. A group is a 16-byte head
//! (compressed length, plain length, CRC-32 of the compressed bytes, CRC-32 of the head itself) and the bytes. The
//! highest bit of the plain length marks the first group of an append.
//!
//! What was not wholly written when the machine stopped is of the last append, whose groups the disk may have kept in
//! any order: from the damage on it is cut off and said. Damage with the beginning of another append behind it was
//! durable once: that is an error, never served.

pub(crate) mod codec;

use crate::{Batch, LakeError};
use codec::Logged;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 8] = b"WFLOG\x00\x02\n";
const HEADER: usize = 16;
const HEAD: usize = 16;
/// Plain bytes after which a group is closed.
const GROUP: usize = 2 << 20;
/// The largest plain group that is believed: one batch may be larger than [`GROUP`].
const MAX_GROUP: usize = 512 << 20;
/// In a plain length: the group is the first of its append.
const FIRST: u32 = 1 << 31;
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
            let first = if out.is_empty() { FIRST } else { 0 };
            group(&plain, first, &mut out)?;
            plain.clear();
        }
    }
    Ok(out)
}

fn group(plain: &[u8], first: u32, out: &mut Vec<u8>) -> Result<(), LakeError> {
    if plain.len() > MAX_GROUP {
        return Err(LakeError::TooLarge { bytes: plain.len(), limit: MAX_GROUP });
    }
    let compressed = lz4_flex::block::compress(plain);
    let mut head = Vec::with_capacity(HEAD);
    let length = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
    head.extend_from_slice(&length(compressed.len()).to_le_bytes());
    head.extend_from_slice(&(length(plain.len()) | first).to_le_bytes());
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
            Err(Broken::Damaged(_)) if newest && !another_append_behind(file, at, size)? => return Ok(End::Torn(at)),
            Err(Broken::Damaged(what)) => return Err(corrupt(at, what)),
        }
    }
}

/// Whether a whole group that begins an append stands behind this place.
fn another_append_behind(file: &LogFile, at: u64, size: u64) -> Result<bool, LakeError> {
    let io = |e| LakeError::io("read the log", e);
    let mut open = File::open(&file.path).map_err(io)?;
    open.seek(SeekFrom::Start(at)).map_err(io)?;
    let mut rest = Vec::new();
    open.take(size - at).read_to_end(&mut rest).map_err(io)?;
    // The damaged group's own head may be whole: it is not behind itself.
    Ok((1..rest.len()).any(|from| {
        let group = &rest[from..];
        let Some(head) = group.first_chunk::<HEAD>().and_then(Head::read) else { return false };
        head.is_first && group[HEAD..].get(..head.compressed).is_some_and(|bytes| crc32fast::hash(bytes) == head.crc)
    }))
}

enum Broken {
    Io(std::io::Error),
    Damaged(&'static str),
}

/// The head of a group.
struct Head {
    compressed: usize,
    plain: usize,
    crc: u32,
    is_first: bool,
}

impl Head {
    /// `None` if its checksum is wrong.
    fn read(bytes: &[u8; HEAD]) -> Option<Head> {
        let (words, _) = bytes.as_chunks::<4>();
        let [compressed, plain, crc, own] = *words.first_chunk::<4>()?;
        let plain = u32::from_le_bytes(plain);
        (crc32fast::hash(&bytes[..12]) == u32::from_le_bytes(own)).then(|| Head {
            compressed: u32::from_le_bytes(compressed) as usize,
            plain: (plain & !FIRST) as usize,
            crc: u32::from_le_bytes(crc),
            is_first: plain & FIRST != 0,
        })
    }
}

/// The next group and the bytes that it takes, of which `left` are there.
fn one_group(reader: &mut impl Read, left: u64) -> Result<(u64, Vec<u8>), Broken> {
    const SHORT: Broken = Broken::Damaged("cut short");
    if left < HEAD as u64 {
        return Err(SHORT);
    }
    let mut head = [0u8; HEAD];
    reader.read_exact(&mut head).map_err(Broken::Io)?;
    let head = Head::read(&head).ok_or(Broken::Damaged("wrong checksum of a head"))?;
    if head.plain > MAX_GROUP {
        return Err(Broken::Damaged("a group too large"));
    }
    let used = HEAD as u64 + head.compressed as u64;
    if used > left {
        return Err(SHORT);
    }
    let mut compressed = vec![0; head.compressed];
    reader.read_exact(&mut compressed).map_err(Broken::Io)?;
    if crc32fast::hash(&compressed) != head.crc {
        return Err(Broken::Damaged("wrong checksum"));
    }
    let plain = lz4_flex::block::decompress(&compressed, head.plain).map_err(|_| Broken::Damaged("bytes that do not decompress"))?;
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
