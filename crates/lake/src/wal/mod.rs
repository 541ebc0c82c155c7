//! The write-ahead log: files of checksummed LZ4 groups, one `fdatasync` for each append.
//!
//! A file is `wal/<first sequence, 20 digits>.log`: a header, then groups. A group is a 16-byte head (compressed length,
//! plain length, CRC-32 of the compressed bytes, CRC-32 of the head itself) and the bytes. The highest bit of the plain
//! length marks the first group of an append. Both checksums start at secrets of the file, which stand in its header:
//! an event may hold the bytes of a whole group, and must never be taken for one.
//!
//! The header is durable before anything is written behind it. Files of version 2 have a shorter one, and checksums
//! that start at zero; they are read and continued.
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

/// What every version begins with; its number and a line feed follow.
const NAME: &[u8; 6] = b"WFLOG\x00";
const VERSION: u8 = 3;
/// Magic, first sequence, salt, CRC-32 of these, four zeros.
const HEADER: usize = 32;
/// Magic and first sequence.
const HEADER_2: usize = 16;
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

/// Where a file's checksums start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Salt {
    head: u32,
    data: u32,
}

impl Salt {
    fn random() -> Salt {
        let random = uuid::Uuid::new_v4();
        let (words, _) = random.as_bytes().as_chunks::<4>();
        // The first and the last word of it are wholly random.
        let word = |at: usize| words.get(at).copied().map(u32::from_le_bytes).unwrap_or_default();
        Salt { head: word(0), data: word(3) }
    }
}

fn crc(start: u32, bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new_with_initial(start);
    hasher.update(bytes);
    hasher.finalize()
}

/// The writing end.
pub(crate) struct Writer {
    dir: PathBuf,
    file: Option<(File, Salt)>,
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
        let groups = groups(batches)?;
        let written = self.write(*first_seq, &groups);
        if written.is_err() {
            self.poisoned = true;
        }
        written
    }

    fn write(&mut self, first_seq: u64, groups: &[Group]) -> Result<(), LakeError> {
        if self.written >= FILE {
            self.file = None;
        }
        let (file, salt) = match &mut self.file {
            Some(file) => file,
            none => {
                self.written = 0;
                none.insert(create(&self.dir, first_seq)?)
            }
        };
        let mut bytes = Vec::with_capacity(groups.iter().map(|group| HEAD + group.compressed.len()).sum());
        groups.iter().for_each(|group| group.put(*salt, &mut bytes));
        file.write_all(&bytes).map_err(|e| LakeError::io("write the log", e))?;
        file.sync_data().map_err(|e| LakeError::io("sync the log", e))?;
        self.written += bytes.len() as u64;
        Ok(())
    }

    /// The next append begins a new file, so that the present one may be dropped once it is sealed.
    pub(crate) fn rotate(&mut self) {
        self.file = None;
    }
}

fn create(dir: &Path, first_seq: u64) -> Result<(File, Salt), LakeError> {
    let path = dir.join(format!("{first_seq:020}.log"));
    // A file of this name holds batches without events (they use no sequence): it is continued.
    let existed = path.exists();
    let mut file =
        OpenOptions::new().create(true).read(true).append(true).open(&path).map_err(|e| LakeError::io("create a log file", e))?;
    if existed {
        let size = file.metadata().map_err(|e| LakeError::io("open a log file", e))?.len();
        return match header(&mut file, size, &path)? {
            Some(Header { salt, .. }) => Ok((file, salt)),
            None => Err(LakeError::Corrupt { file: path, at: 0, what: "wrong header" }),
        };
    }
    let salt = Salt::random();
    let mut header = Vec::with_capacity(HEADER);
    header.extend_from_slice(NAME);
    header.extend_from_slice(&[VERSION, b'\n']);
    header.extend_from_slice(&first_seq.to_le_bytes());
    header.extend_from_slice(&salt.head.to_le_bytes());
    header.extend_from_slice(&salt.data.to_le_bytes());
    let own = crc32fast::hash(&header);
    header.extend_from_slice(&own.to_le_bytes());
    header.resize(HEADER, 0);
    file.write_all(&header).map_err(|e| LakeError::io("write the log", e))?;
    // Before any group: a file with a wrong header and something behind it was damaged, not torn.
    file.sync_data().map_err(|e| LakeError::io("sync the log", e))?;
    sync_dir(dir)?;
    Ok((file, salt))
}

/// What stands in front of the groups.
struct Header {
    salt: Salt,
    /// Bytes.
    len: u64,
}

/// Reads the header of a file of `size` bytes; `None` if its bytes are none. [`LakeError::Format`] for another version.
fn header(file: &mut impl Read, size: u64, path: &Path) -> Result<Option<Header>, LakeError> {
    let io = |e| LakeError::io("read the log", e);
    let mut bytes = [0u8; HEADER];
    if size < HEADER_2 as u64 {
        return Ok(None);
    }
    file.read_exact(&mut bytes[..HEADER_2]).map_err(io)?;
    match (&bytes[..6] == NAME, bytes[6], bytes[7]) {
        (true, 2, b'\n') => Ok(Some(Header { salt: Salt::default(), len: HEADER_2 as u64 })),
        (true, VERSION, b'\n') if size >= HEADER as u64 => {
            file.read_exact(&mut bytes[HEADER_2..]).map_err(io)?;
            let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
            let sound = crc32fast::hash(&bytes[..24]) == word(24) && word(28) == 0;
            Ok(sound.then(|| Header { salt: Salt { head: word(16), data: word(20) }, len: HEADER as u64 }))
        }
        (true, version, b'\n') if version != VERSION => Err(LakeError::Format { file: path.to_owned() }),
        _ => Ok(None),
    }
}

/// Makes the names in a folder durable.
pub(crate) fn sync_dir(dir: &Path) -> Result<(), LakeError> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(|e| LakeError::io("sync a folder", e))
}

/// Bytes that are written and checked together.
struct Group {
    /// Its length in plain, and [`FIRST`].
    plain: u32,
    compressed: Vec<u8>,
}

fn groups(batches: &[(u64, &Batch)]) -> Result<Vec<Group>, LakeError> {
    let mut out = Vec::new();
    let mut plain = Vec::new();
    for (place, (first_seq, batch)) in batches.iter().enumerate() {
        codec::encode(batch, *first_seq, &mut plain);
        if plain.len() >= GROUP || place + 1 == batches.len() {
            let first = if out.is_empty() { FIRST } else { 0 };
            out.push(Group::of(&plain, first)?);
            plain.clear();
        }
    }
    Ok(out)
}

impl Group {
    fn of(plain: &[u8], first: u32) -> Result<Group, LakeError> {
        if plain.len() > MAX_GROUP {
            return Err(LakeError::TooLarge { bytes: plain.len(), limit: MAX_GROUP });
        }
        Ok(Group { plain: length(plain.len()) | first, compressed: lz4_flex::block::compress(plain) })
    }

    fn put(&self, salt: Salt, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(&length(self.compressed.len()).to_le_bytes());
        out.extend_from_slice(&self.plain.to_le_bytes());
        out.extend_from_slice(&crc(salt.data, &self.compressed).to_le_bytes());
        let own = crc(salt.head, &out[start..]);
        out.extend_from_slice(&own.to_le_bytes());
        out.extend_from_slice(&self.compressed);
    }
}

/// Groups are bounded far below 4 GiB.
fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
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
    let Some(Header { salt, len }) = header(&mut reader, size, &file.path)? else {
        // Nothing is written behind a header that is not durable; the length alone may be, with zeros.
        let torn = newest && (size <= HEADER as u64 || all_zero(file)?);
        return if torn { Ok(End::Torn(0)) } else { Err(corrupt(0, "wrong header")) };
    };
    let mut at = len;
    loop {
        let left = size - at;
        if left == 0 {
            return Ok(End::Clean);
        }
        match one_group(&mut reader, left, salt) {
            Ok((used, plain)) => {
                let batches = codec::decode(&plain).map_err(|e| corrupt(at, e.0))?;
                each(batches)?;
                at += used;
            }
            Err(Broken::Io(e)) => return Err(LakeError::io("read the log", e)),
            Err(Broken::Damaged(_)) if newest && !another_append_behind(file, at, size, salt)? => return Ok(End::Torn(at)),
            Err(Broken::Damaged(what)) => return Err(corrupt(at, what)),
        }
    }
}

fn all_zero(file: &LogFile) -> Result<bool, LakeError> {
    let io = |e| LakeError::io("read the log", e);
    let mut reader = File::open(&file.path).map_err(io)?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        match reader.read(&mut buffer).map_err(io)? {
            0 => return Ok(true),
            n if buffer[..n].iter().any(|byte| *byte != 0) => return Ok(false),
            _ => {}
        }
    }
}

/// Whether a whole group that begins an append stands behind this place.
fn another_append_behind(file: &LogFile, at: u64, size: u64, salt: Salt) -> Result<bool, LakeError> {
    let io = |e| LakeError::io("read the log", e);
    let mut open = File::open(&file.path).map_err(io)?;
    open.seek(SeekFrom::Start(at)).map_err(io)?;
    let mut rest = Vec::new();
    open.take(size - at).read_to_end(&mut rest).map_err(io)?;
    // The damaged group's own head may be whole: it is not behind itself.
    Ok((1..rest.len()).any(|from| {
        let group = &rest[from..];
        let Some(head) = group.first_chunk::<HEAD>().and_then(|head| Head::read(head, salt)) else { return false };
        head.is_first && group[HEAD..].get(..head.compressed).is_some_and(|bytes| crc(salt.data, bytes) == head.crc)
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
    fn read(bytes: &[u8; HEAD], salt: Salt) -> Option<Head> {
        let (words, _) = bytes.as_chunks::<4>();
        let [compressed, plain, data, own] = *words.first_chunk::<4>()?;
        let plain = u32::from_le_bytes(plain);
        (crc(salt.head, &bytes[..12]) == u32::from_le_bytes(own)).then(|| Head {
            compressed: u32::from_le_bytes(compressed) as usize,
            plain: (plain & !FIRST) as usize,
            crc: u32::from_le_bytes(data),
            is_first: plain & FIRST != 0,
        })
    }
}

/// The next group and the bytes that it takes, of which `left` are there.
fn one_group(reader: &mut impl Read, left: u64, salt: Salt) -> Result<(u64, Vec<u8>), Broken> {
    const SHORT: Broken = Broken::Damaged("cut short");
    if left < HEAD as u64 {
        return Err(SHORT);
    }
    let mut head = [0u8; HEAD];
    reader.read_exact(&mut head).map_err(Broken::Io)?;
    let head = Head::read(&head, salt).ok_or(Broken::Damaged("wrong checksum of a head"))?;
    if head.plain > MAX_GROUP {
        return Err(Broken::Damaged("a group too large"));
    }
    let used = HEAD as u64 + head.compressed as u64;
    if used > left {
        return Err(SHORT);
    }
    let mut compressed = vec![0; head.compressed];
    reader.read_exact(&mut compressed).map_err(Broken::Io)?;
    if crc(salt.data, &compressed) != head.crc {
        return Err(Broken::Damaged("wrong checksum"));
    }
    let plain = lz4_flex::block::decompress(&compressed, head.plain).map_err(|_| Broken::Damaged("bytes that do not decompress"))?;
    Ok((used, plain))
}

/// Cuts a torn end off, durably.
pub(crate) fn cut(file: &LogFile, at: u64) -> Result<(), LakeError> {
    let io = |e| LakeError::io("cut the torn end of the log", e);
    if at == 0 {
        std::fs::remove_file(&file.path).map_err(io)?;
        return file.path.parent().map_or(Ok(()), sync_dir);
    }
    let mut open = OpenOptions::new().write(true).open(&file.path).map_err(io)?;
    open.set_len(at).map_err(io)?;
    open.seek(SeekFrom::Start(at)).map_err(io)?;
    open.sync_all().map_err(io)
}
