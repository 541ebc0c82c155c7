//! A bounded table of names to small integers. Names live as long as the process, so the
//! table has a limit: an attacker chooses field names.
//!
//! A number's name is asked for by every thread for every value, so that way takes no lock.

use rustc_hash::FxHashMap;
use std::sync::{OnceLock, RwLock};

pub(crate) struct Interner {
    limit: usize,
    by_name: RwLock<FxHashMap<&'static str, u32>>,
    names: Names,
}

impl Interner {
    /// A table that begins with `known` at 0, 1, 2, … and refuses more than `limit` names.
    pub(crate) fn new(known: impl Iterator<Item = &'static str>, limit: usize) -> Self {
        let names = Names::default();
        let mut by_name = FxHashMap::default();
        for (name, index) in known.zip(0u32..) {
            names.set(index, name);
            by_name.insert(name, index);
        }
        Interner { limit, by_name: RwLock::new(by_name), names }
    }

    pub(crate) fn get(&self, name: &str) -> Option<u32> {
        self.read().get(name).copied()
    }

    /// The number of `name`, given out now if it is new; `None` when the table is full.
    pub(crate) fn intern(&self, name: &str) -> Option<u32> {
        self.intern_within(self.limit, name)
    }

    /// The same with a limit of its own, for names that must find room when others have filled the table.
    pub(crate) fn intern_within(&self, limit: usize, name: &str) -> Option<u32> {
        if let Some(found) = self.get(name) {
            return Some(found);
        }
        let mut by_name = self.by_name.write().unwrap_or_else(|poison| poison.into_inner());
        if let Some(found) = by_name.get(name) {
            return Some(*found);
        }
        if by_name.len() >= limit.min(MOST) {
            return None;
        }
        let index = u32::try_from(by_name.len()).ok()?;
        let kept: &'static str = Box::leak(name.to_owned().into_boxed_str());
        // The name first: nobody learns the number before it has one.
        self.names.set(index, kept);
        by_name.insert(kept, index);
        Some(index)
    }

    pub(crate) fn name(&self, index: u32) -> &'static str {
        self.names.get(index)
    }

    pub(crate) fn len(&self) -> usize {
        self.read().len()
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, FxHashMap<&'static str, u32>> {
        // A panic cannot leave the table half-written: the two steps above do not panic apart from allocation.
        self.by_name.read().unwrap_or_else(|poison| poison.into_inner())
    }
}

/// Names of one block.
const BLOCK: usize = 1 << 12;
/// Blocks of a table.
const BLOCKS: usize = 64;
/// Names that any table can hold; the limits of ours are below it.
const MOST: usize = BLOCK * BLOCKS;

/// Names by number. Blocks are made when they are needed and stay where they are; a name is written once.
struct Names([OnceLock<Box<[OnceLock<&'static str>]>>; BLOCKS]);

impl Default for Names {
    fn default() -> Self {
        Names([const { OnceLock::new() }; BLOCKS])
    }
}

impl Names {
    fn set(&self, index: u32, name: &'static str) {
        let index = index as usize;
        if let Some(block) = self.0.get(index / BLOCK) {
            let block = block.get_or_init(|| (0..BLOCK).map(|_| OnceLock::new()).collect());
            // Numbers are given out under the lock of the table, each once.
            let _ = block[index % BLOCK].set(name);
        }
    }

    fn get(&self, index: u32) -> &'static str {
        let index = index as usize;
        let block = self.0.get(index / BLOCK).and_then(|block| block.get());
        block.and_then(|block| block[index % BLOCK].get()).copied().unwrap_or("")
    }
}
