//! A set of keys. An entry costs its bytes and one more, four for where it begins, and five to ten in the table.

use super::super::value::{Kind, mask};
use foldhash::quality::RandomState;
use hashbrown::HashTable;
use std::hash::{BuildHasher, Hasher};

/// What a key is: a [`Kind`], or [`Tag::TEXT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag(u8);

impl Tag {
    /// Any text, compared as it is.
    pub(crate) const TEXT: Tag = Tag(Kind::ALL.len() as u8);
}

impl From<Kind> for Tag {
    fn from(kind: Kind) -> Tag {
        Tag(kind as u8)
    }
}

/// Number of different tags.
const TAGS: usize = Kind::ALL.len() + 1;
/// Bytes of one piece of a packed set.
const PIECE: usize = 8 << 20;
/// Bytes of all keys at most: they are addressed by 32 bits.
const MAX_ARENA: usize = u32::MAX as usize - (1 << 16);

/// Indicators as keys, without what is said of them.
#[derive(Clone, Debug, Default)]
pub struct Finder {
    /// Each key behind its tag.
    arena: Vec<u8>,
    /// Where each begins.
    starts: Vec<u32>,
    table: HashTable<u32>,
    hasher: RandomState,
    counts: [u32; TAGS],
    /// Lengths of prefixes of the networks, each once.
    v4_lengths: Vec<u8>,
    v6_lengths: Vec<u8>,
    /// By the first 16 bits of an IPv4 address: whether any address or network begins so.
    near: Vec<u64>,
    max_labels: usize,
}

impl Finder {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// How many of a kind there are.
    #[inline]
    pub fn count(&self, kind: Kind) -> u32 {
        self.counts.get(kind as usize).copied().unwrap_or(0)
    }

    /// Bytes that it holds in memory.
    pub fn heap_bytes(&self) -> usize {
        let lengths = self.v4_lengths.capacity() + self.v6_lengths.capacity();
        self.arena.capacity()
            + 4 * self.starts.capacity()
            + self.table.allocation_size()
            + 8 * self.near.capacity()
            + lengths
    }

    /// The kind and key of an entry; `None` past the end and for a text.
    pub(crate) fn entry(&self, entry: u32) -> Option<(Kind, &[u8])> {
        let (tag, key) = stored(&self.arena, &self.starts, entry).split_first()?;
        Some((Kind::of(*tag)?, key))
    }

    /// Puts a key in; its number, and whether it is new. `None` when the set is full.
    pub(crate) fn insert(&mut self, tag: Tag, key: &[u8]) -> Option<(u32, bool)> {
        let hash = hash(&self.hasher, tag, key);
        let (arena, starts, hasher) = (&self.arena, &self.starts, &self.hasher);
        if let Some(found) = self.table.find(hash, |entry| is(stored(arena, starts, *entry), tag, key)) {
            return Some((*found, false));
        }
        let number = u32::try_from(self.starts.len()).ok()?;
        if self.arena.len() + key.len() >= MAX_ARENA {
            return None;
        }
        self.table.insert_unique(hash, number, |entry| {
            let (tag, key) = stored(arena, starts, *entry).split_first().unwrap_or((&0, &[]));
            self::hash(hasher, Tag(*tag), key)
        });
        self.starts.push(u32::try_from(self.arena.len()).ok()?);
        self.arena.push(tag.0);
        self.arena.extend_from_slice(key);
        if let Some(count) = self.counts.get_mut(usize::from(tag.0)) {
            *count += 1;
        }
        self.note(tag, key);
        Some((number, true))
    }

    /// What makes looking faster.
    fn note(&mut self, tag: Tag, key: &[u8]) {
        if tag == Kind::Domain.into() {
            self.max_labels = self.max_labels.max(1 + key.iter().filter(|byte| **byte == b'.').count());
        } else if tag == Kind::Address.into() && key.len() == 4 {
            self.near_by(key, 32);
        } else if tag == Kind::Network.into()
            && let Some((length, octets)) = key.split_first()
        {
            let lengths = if octets.len() == 4 { &mut self.v4_lengths } else { &mut self.v6_lengths };
            if !lengths.contains(length) {
                lengths.push(*length);
            }
            if octets.len() == 4 {
                self.near_by(octets, *length);
            }
        }
    }

    fn near_by(&mut self, octets: &[u8], length: u8) {
        if self.near.is_empty() {
            self.near = vec![0; (1 << 16) / 64];
        }
        let first = usize::from(leading(octets));
        for at in first..first + (1 << 16_u8.saturating_sub(length)) {
            if let Some(word) = self.near.get_mut(at / 64) {
                *word |= 1 << (at % 64);
            }
        }
    }

    /// Gives back what building has reserved.
    pub(crate) fn close(&mut self) {
        self.arena.shrink_to_fit();
        self.starts.shrink_to_fit();
    }

    /// The entry of a key.
    #[inline]
    pub(crate) fn get(&self, tag: Tag, key: &[u8]) -> Option<u32> {
        if self.counts.get(usize::from(tag.0)).is_none_or(|count| *count == 0) {
            return None;
        }
        self.table
            .find(hash(&self.hasher, tag, key), |entry| is(stored(&self.arena, &self.starts, *entry), tag, key))
            .copied()
    }

    /// Hands over the entry of an address, and of each network that it lies in.
    #[inline]
    pub(crate) fn address(&self, octets: &[u8], mut hit: impl FnMut(u32)) {
        let lengths = if octets.len() == 4 {
            let at = usize::from(leading(octets));
            if self.near.get(at / 64).is_none_or(|word| word >> (at % 64) & 1 == 0) {
                return;
            }
            &self.v4_lengths
        } else {
            &self.v6_lengths
        };
        self.get(Kind::Address.into(), octets).into_iter().for_each(&mut hit);
        let mut key = [0_u8; 17];
        for length in lengths {
            let Some((first, rest)) = key.split_first_mut() else { return };
            let Some(masked) = rest.get_mut(..octets.len()) else { return };
            *first = *length;
            masked.copy_from_slice(octets);
            mask(masked, *length);
            self.get(Kind::Network.into(), key.get(..=octets.len()).unwrap_or_default()).into_iter().for_each(&mut hit);
        }
    }

    /// Hands over the entry of a name in lower case, and of each name above it.
    #[inline]
    pub(crate) fn domain(&self, name: &[u8], mut hit: impl FnMut(u32)) {
        if self.count(Kind::Domain) == 0 {
            return;
        }
        // From the right, so that as many labels are hashed as the longest listed name has.
        let mut labels = 1;
        for (at, _) in name.iter().enumerate().rev().filter(|(_, byte)| **byte == b'.') {
            if labels > 1 {
                self.get(Kind::Domain.into(), name.get(at + 1..).unwrap_or_default()).into_iter().for_each(&mut hit);
            }
            labels += 1;
            if labels > self.max_labels {
                return;
            }
        }
        self.get(Kind::Domain.into(), name).into_iter().for_each(hit);
    }

    /// The set as bytes for another process, piece by piece.
    pub fn packed(&self) -> impl Iterator<Item = Vec<u8>> + '_ {
        let mut next = 0;
        std::iter::from_fn(move || {
            let mut piece = Vec::new();
            while piece.len() < PIECE && (next as usize) < self.len() {
                let stored = stored(&self.arena, &self.starts, next);
                piece.extend_from_slice(&u16::try_from(stored.len()).unwrap_or(0).to_le_bytes());
                piece.extend_from_slice(stored);
                next += 1;
            }
            (!piece.is_empty()).then_some(piece)
        })
    }

    /// Takes in a piece of a packed set; false where it is none.
    pub fn unpack(&mut self, mut piece: &[u8]) -> bool {
        while let Some((length, rest)) = piece.split_first_chunk::<2>() {
            let Some((stored, rest)) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length))) else {
                return false;
            };
            let Some((tag, key)) = stored.split_first() else { return false };
            if self.insert(Tag(*tag), key).is_none() {
                return false;
            }
            piece = rest;
        }
        piece.is_empty()
    }
}

fn leading(octets: &[u8]) -> u16 {
    octets.first_chunk::<2>().map_or(0, |first| u16::from_be_bytes(*first))
}

#[inline]
fn stored<'a>(arena: &'a [u8], starts: &[u32], entry: u32) -> &'a [u8] {
    let at = entry as usize;
    let Some(start) = starts.get(at) else { return &[] };
    let end = starts.get(at + 1).map_or(arena.len(), |end| *end as usize);
    arena.get(*start as usize..end).unwrap_or_default()
}

#[inline]
fn is(stored: &[u8], tag: Tag, key: &[u8]) -> bool {
    stored.split_first().is_some_and(|(of, rest)| *of == tag.0 && rest == key)
}

#[inline]
fn hash(hasher: &RandomState, tag: Tag, key: &[u8]) -> u64 {
    let mut state = hasher.build_hasher();
    state.write_u8(tag.0);
    state.write(key);
    state.finish()
}
