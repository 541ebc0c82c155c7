//! Exactly once: which batch ids and item ids were taken, within a window of receive time.

use crate::LakeError;
use model::Timestamp;
use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

/// Half a SHA-256 of source, kind and id: no sender can make two ids collide.
type Key = [u8; 16];

/// Ids that are remembered at most; past it the oldest are forgotten before the window ends.
const MAX_IDS: usize = 4_000_000;
const MAGIC: &[u8; 8] = b"WFSEEN\x00\x01";

/// The body of an item that was taken before bodies were remembered.
pub(crate) const ANY_BODY: Key = [0; 16];

/// What was answered for a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    pub body: Key,
    pub stored: u32,
    pub quarantined: u32,
    pub rejected: u32,
    pub received: Timestamp,
}

#[derive(Default)]
pub(crate) struct Dedup {
    taken: FxHashMap<Key, Taken>,
    order: VecDeque<(Timestamp, Key)>,
}

pub(crate) fn batch_key(source: &str, id: &str) -> Key {
    key(b'b', source, id)
}

pub(crate) fn item_key(source: &str, id: &str) -> Key {
    key(b'i', source, id)
}

fn key(kind: u8, source: &str, id: &str) -> Key {
    let mut hash = Sha256::new();
    hash.update([kind]);
    hash.update((source.len() as u64).to_le_bytes());
    hash.update(source);
    hash.update(id);
    half(&hash.finalize())
}

/// The first half of a SHA-256.
pub(crate) fn half(hash: &[u8]) -> Key {
    let mut half = Key::default();
    half.copy_from_slice(&hash[..16]);
    half
}

/// Half a SHA-256 of an item's bytes.
pub(crate) fn body(bytes: &[u8]) -> Key {
    half(&Sha256::digest(bytes))
}

impl Dedup {
    pub(crate) fn get(&self, key: &Key) -> Option<&Taken> {
        self.taken.get(key)
    }

    pub(crate) fn insert(&mut self, key: Key, taken: Taken) {
        if self.taken.insert(key, taken).is_none() {
            self.order.push_back((taken.received, key));
        }
        while self.order.len() > MAX_IDS {
            self.forget_oldest();
        }
    }

    /// Forgets what was received before `now - window`.
    pub(crate) fn expire(&mut self, now: Timestamp, window: Duration) {
        let oldest = now.minus(window);
        while self.order.front().is_some_and(|(received, _)| *received < oldest) {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((_, key)) = self.order.pop_front() {
            self.taken.remove(&key);
        }
    }

    /// Everything, for [`save`].
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut plain = Vec::with_capacity(self.order.len() * 52);
        for (_, key) in &self.order {
            if let Some(taken) = self.taken.get(key) {
                plain.extend_from_slice(key);
                plain.extend_from_slice(&taken.body);
                for count in [taken.stored, taken.quarantined, taken.rejected] {
                    plain.extend_from_slice(&count.to_le_bytes());
                }
                plain.extend_from_slice(&taken.received.nanos().to_le_bytes());
            }
        }
        plain
    }

    /// Reads what [`save`] wrote; an absent file is empty.
    pub(crate) fn load(path: &Path) -> Result<Dedup, LakeError> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Dedup::default()),
            Err(e) => return Err(LakeError::io("read the known ids", e)),
        };
        let corrupt = |what| LakeError::Corrupt { file: path.to_owned(), at: 0, what };
        let (head, plain) = bytes.split_at_checked(12).ok_or_else(|| corrupt("no header"))?;
        if &head[..8] != MAGIC {
            return Err(LakeError::Format { file: path.to_owned() });
        }
        if crc32fast::hash(plain).to_le_bytes() != head[8..] {
            return Err(corrupt("wrong checksum"));
        }
        let mut dedup = Dedup::default();
        for entry in plain.chunks_exact(52) {
            let word = |at: usize| u32::from_le_bytes([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]]);
            let mut nanos = [0; 8];
            nanos.copy_from_slice(&entry[44..52]);
            let taken = Taken {
                body: half(&entry[16..32]),
                stored: word(32),
                quarantined: word(36),
                rejected: word(40),
                received: Timestamp(i64::from_le_bytes(nanos)),
            };
            dedup.insert(half(&entry[..16]), taken);
        }
        Ok(dedup)
    }
}

/// Writes [`Dedup::to_bytes`] to a file that replaces the former one at once.
pub(crate) fn save(plain: &[u8], path: &Path) -> Result<(), LakeError> {
    crate::files::replace(path, |file| {
        file.write_all(MAGIC)?;
        file.write_all(&crc32fast::hash(plain).to_le_bytes())?;
        file.write_all(plain)
    })
}
