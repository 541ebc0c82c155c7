//! A bounded table of names to small integers. Names live as long as the process, so the
//! table has a limit: an attacker chooses field names.

use rustc_hash::FxHashMap;
use std::sync::RwLock;

pub(crate) struct Interner {
    limit: usize,
    table: RwLock<Table>,
}

struct Table {
    by_name: FxHashMap<&'static str, u32>,
    names: Vec<&'static str>,
}

impl Interner {
    /// A table that begins with `known` at 0, 1, 2, … and refuses more than `limit` names.
    pub(crate) fn new(known: impl Iterator<Item = &'static str>, limit: usize) -> Self {
        let names: Vec<_> = known.collect();
        let by_name = names.iter().zip(0u32..).map(|(name, index)| (*name, index)).collect();
        Interner { limit, table: RwLock::new(Table { by_name, names }) }
    }

    pub(crate) fn get(&self, name: &str) -> Option<u32> {
        self.read().by_name.get(name).copied()
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
        let mut table = self.table.write().unwrap_or_else(|poison| poison.into_inner());
        if let Some(found) = table.by_name.get(name) {
            return Some(*found);
        }
        if table.names.len() >= limit {
            return None;
        }
        let index = u32::try_from(table.names.len()).ok()?;
        let kept: &'static str = Box::leak(name.to_owned().into_boxed_str());
        table.names.push(kept);
        table.by_name.insert(kept, index);
        Some(index)
    }

    pub(crate) fn name(&self, index: u32) -> &'static str {
        self.read().names.get(index as usize).copied().unwrap_or("")
    }

    pub(crate) fn len(&self) -> usize {
        self.read().names.len()
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Table> {
        // A panic cannot leave the table half-written: the two pushes above do not panic apart from allocation.
        self.table.read().unwrap_or_else(|poison| poison.into_inner())
    }
}
