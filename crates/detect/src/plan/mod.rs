//! The compiled plan: the same answers as asking every atom of every rule, faster.
//!
//! Rules are parted by log source. Within a part the atoms of one field share one set of tables (hash tables for exact
//! text and suffixes, a sorted chain for prefixes, one automaton for `contains`), so that a value is read once however
//! many rules look at it. A hit stamps its atom and wakes the rules for which that atom is one of those without which
//! they cannot hold; only woken rules (and the few that can hold without any hit) have their condition evaluated.
//! What costs more than a table (regular expressions, networks, inner wildcards, `cased`) stands behind a literal where
//! it has one, is asked only when a condition reaches it, and once per event.

mod grams;
mod literal;
mod partition;
mod scratch;
mod tables;
mod tree;

pub use scratch::Scratch;

use crate::rule::item::Vocabulary;
use crate::rule::Rule;
use model::{Event, LogSource};
use partition::Partition;
use rustc_hash::FxHashMap;
use std::sync::atomic::{AtomicU64, Ordering};

/// A rule set, compiled.
#[derive(Debug)]
pub(crate) struct Plan {
    /// Tells one plan's scratch from another's.
    id: u64,
    partitions: Vec<Partition>,
}

static NEXT_PLAN: AtomicU64 = AtomicU64::new(1);

impl Plan {
    /// Compiles rules.
    pub(crate) fn build(rules: &[Rule], vocabulary: &Vocabulary) -> Plan {
        let mut order: Vec<LogSource> = Vec::new();
        let mut by_source: FxHashMap<LogSource, Vec<u32>> = FxHashMap::default();
        for (rule, index) in rules.iter().zip(0u32..) {
            by_source
                .entry(rule.log_source)
                .or_insert_with(|| {
                    order.push(rule.log_source);
                    Vec::new()
                })
                .push(index);
        }
        let partitions = order
            .into_iter()
            .map(|source| {
                Partition::build(source, by_source.get(&source).map_or(&[][..], Vec::as_slice), rules, &vocabulary.atoms)
            })
            .collect();
        Plan { id: NEXT_PLAN.fetch_add(1, Ordering::Relaxed), partitions }
    }

    /// Appends the indexes of the rules that hold, in ascending order.
    pub(crate) fn matches(&self, vocabulary: &Vocabulary, event: &Event, scratch: &mut Scratch, out: &mut Vec<u32>) {
        scratch.prepare(self, &vocabulary.views);
        let route = scratch.route(&event.log_source, &self.partitions);
        if route.is_empty() {
            return;
        }
        scratch.fill(&vocabulary.views, event);
        let found = out.len();
        for at in route {
            if let Some(partition) = scratch.routed(at).and_then(|index| self.partitions.get(index as usize)) {
                partition.run(&vocabulary.atoms, event, scratch, out);
            }
        }
        if let Some(found) = out.get_mut(found..) {
            found.sort_unstable();
        }
    }
}
