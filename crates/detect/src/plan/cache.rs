//! What stood in which value: values repeat themselves, and looking one up is faster than reading it again.
//!
//! Values of a field whose values do not repeat (identifiers, times) are left alone for a while after a trial, so that
//! they neither cost nor drive out others. Everything is bounded; a full memory starts anew.

use super::tables::Entry;
use rustc_hash::FxHasher;
use std::hash::Hasher;
use std::ops::Range;

/// Values that are remembered at once, each at the one place that its hash names.
const PLACES: usize = 1 << 13;
/// Bytes of remembered values.
const MAX_KEYS: usize = 1 << 20;
/// What stood in all of them.
const MAX_ENTRIES: usize = 1 << 17;
/// Longer values are read.
const MAX_VALUE: usize = 4 << 10;
/// After so many questions of a field it is seen whether they paid.
const TRIAL: u32 = 2_048;
/// So many of a trial must have been answered.
const ENOUGH: u32 = TRIAL / 4;
/// How many questions a field is left alone for.
const REST: u32 = 1 << 16;

/// The memory; the default one remembers nothing.
#[derive(Debug, Default)]
pub(super) struct Cache {
    places: Vec<Known>,
    keys: Vec<u8>,
    entries: Vec<Entry>,
    trials: Vec<Trial>,
}

#[derive(Clone, Debug, Default)]
struct Known {
    hash: u64,
    tables: u32,
    key: Range<u32>,
    entries: Range<u32>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Trial {
    asked: u32,
    answered: u32,
    rests: u32,
}

/// What the memory says of a value.
pub(super) enum Answer<'c> {
    /// These stand in it.
    Known(&'c [Entry]),
    /// It was not met; [`Cache::keep`] takes what is found, with this.
    New(u64),
    /// It is not asked.
    Silent,
}

impl Cache {
    /// A memory for so many tables.
    pub(super) fn for_tables(count: usize) -> Cache {
        Cache { places: vec![Known::default(); PLACES], trials: vec![Trial::default(); count], ..Cache::default() }
    }

    /// What stands in a value of these tables, as far as it is known.
    #[inline]
    pub(super) fn get(&mut self, tables: u32, value: &str) -> Answer<'_> {
        let Some(trial) = self.trials.get_mut(tables as usize) else { return Answer::Silent };
        if trial.rests > 0 {
            trial.rests -= 1;
            return Answer::Silent;
        }
        if value.len() > MAX_VALUE {
            return Answer::Silent;
        }
        trial.asked += 1;
        if trial.asked == TRIAL {
            *trial = Trial { rests: if trial.answered < ENOUGH { REST } else { 0 }, ..Trial::default() };
        }
        let hash = hash(tables, value);
        let known = self.places.get(place(hash)).filter(|known| {
            let same = known.hash == hash && known.tables == tables;
            same && self.keys.get(known.key.start as usize..known.key.end as usize) == Some(value.as_bytes())
        });
        let Some(known) = known else { return Answer::New(hash) };
        trial.answered += 1;
        Answer::Known(self.entries.get(known.entries.start as usize..known.entries.end as usize).unwrap_or_default())
    }

    /// Remembers what stands in a value.
    pub(super) fn keep(&mut self, hash: u64, tables: u32, value: &str, found: &[Entry]) {
        if found.len() > MAX_VALUE {
            return;
        }
        if self.keys.len() + value.len() > MAX_KEYS || self.entries.len() + found.len() > MAX_ENTRIES {
            self.places.fill(Known::default());
            self.keys.clear();
            self.entries.clear();
        }
        // Both are bounded far below 2^32.
        let key = self.keys.len() as u32..(self.keys.len() + value.len()) as u32;
        let entries = self.entries.len() as u32..(self.entries.len() + found.len()) as u32;
        self.keys.extend_from_slice(value.as_bytes());
        self.entries.extend_from_slice(found);
        if let Some(known) = self.places.get_mut(place(hash)) {
            *known = Known { hash, tables, key, entries };
        }
    }
}

fn hash(tables: u32, value: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(value.as_bytes());
    hasher.write_u32(tables);
    // Never the hash of an empty place.
    hasher.finish() | 1
}

/// From the upper bits, which depend on all of the value.
fn place(hash: u64) -> usize {
    (hash >> (u64::BITS - PLACES.trailing_zeros())) as usize
}
