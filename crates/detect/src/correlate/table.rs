//! The groups of each correlation in the order in which they were touched, and what goes when there is no more room.

use super::group::Group;
use super::state::Correlator;
use std::collections::{HashMap, VecDeque};

/// The groups of one correlation.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// By a digest that a sender can choose, so that the hash is keyed.
    pub places: HashMap<u128, u32>,
    pub bytes: usize,
    /// Groups that had to go because of the limits.
    pub evicted: u64,
    pub oldest: Option<u32>,
    pub newest: Option<u32>,
}

/// What one correlation holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Bytes of its groups.
    pub bytes: u64,
    /// Its groups that had to go because of the limits, since the set came into force.
    pub evicted: u64,
}

impl Correlator {
    /// What each correlation holds, in the order of the set.
    pub fn held(&self) -> impl Iterator<Item = Held> {
        self.tables.iter().map(|table| Held { bytes: table.bytes as u64, evicted: table.evicted })
    }

    /// What a group takes more or less than before.
    pub(super) fn account(&mut self, index: u32, before: usize, after: usize) {
        self.bytes = (self.bytes + after).saturating_sub(before);
        if let Some(table) = self.tables.get_mut(index as usize) {
            table.bytes = (table.bytes + after).saturating_sub(before);
        }
    }

    /// The place of a group, which becomes the newest of its correlation.
    pub(super) fn place(&mut self, index: u32, key: u128) -> u32 {
        let known = self.tables.get(index as usize).and_then(|table| table.places.get(&key).copied());
        let place = match known {
            Some(place) => {
                self.unlink(index, place);
                place
            }
            None => self.insert(index, Group::restored(key, self.clock, VecDeque::new())),
        };
        self.link(index, place);
        place
    }

    /// Adds a group, in no order yet.
    fn insert(&mut self, index: u32, group: Group) -> u32 {
        let (key, bytes) = (group.key, group.bytes());
        let place = match self.free.pop() {
            Some(place) => place,
            None => {
                self.groups.push(Group::default());
                // Bounded by the limit of groups.
                self.groups.len() as u32 - 1
            }
        };
        if let Some(slot) = self.groups.get_mut(place as usize) {
            *slot = group;
        }
        if let Some(table) = self.tables.get_mut(index as usize) {
            table.places.insert(key, place);
        }
        self.account(index, 0, bytes);
        place
    }

    /// A group as the newest of its correlation.
    pub(super) fn restore(&mut self, index: u32, group: Group) {
        let place = self.insert(index, group);
        self.link(index, place);
        self.make_room(index);
    }

    pub(super) fn remove(&mut self, index: u32, place: u32) {
        self.unlink(index, place);
        let Some(group) = self.groups.get_mut(place as usize).map(std::mem::take) else { return };
        if let Some(table) = self.tables.get_mut(index as usize) {
            table.places.remove(&group.key);
        }
        self.account(index, group.bytes(), 0);
        self.free.push(place);
    }

    fn link(&mut self, index: u32, place: u32) {
        let Some(table) = self.tables.get_mut(index as usize) else { return };
        let older = table.newest.replace(place);
        table.oldest.get_or_insert(place);
        if let Some(group) = older.and_then(|older| self.groups.get_mut(older as usize)) {
            group.newer = Some(place);
        }
        if let Some(group) = self.groups.get_mut(place as usize) {
            (group.older, group.newer) = (older, None);
        }
    }

    fn unlink(&mut self, index: u32, place: u32) {
        let Some((older, newer)) = self.groups.get(place as usize).map(|group| (group.older, group.newer)) else { return };
        let Some(table) = self.tables.get_mut(index as usize) else { return };
        match older {
            Some(older) => self.groups.get_mut(older as usize).into_iter().for_each(|group| group.newer = newer),
            None => table.oldest = newer,
        }
        match newer {
            Some(newer) => self.groups.get_mut(newer as usize).into_iter().for_each(|group| group.older = older),
            None => table.newest = older,
        }
    }

    /// Drops groups that nothing can meet any more; a few at a time keeps up with what comes.
    pub(super) fn sweep(&mut self, index: u32, dead: i64) {
        for _ in 0..2 {
            let oldest = self.tables.get(index as usize).and_then(|table| table.oldest);
            match oldest.filter(|place| self.groups.get(*place as usize).is_some_and(|group| group.touched < dead)) {
                Some(place) => {
                    self.remove(index, place);
                    self.figures.expired += 1;
                }
                None => return,
            }
        }
    }

    /// Evicts until the limits hold again.
    pub(super) fn make_room(&mut self, index: u32) {
        while self.bytes > self.limits.bytes || self.groups.len() - self.free.len() > self.limits.groups {
            let Some(victim) = self.victim(index) else { return };
            let Some(place) = self.tables.get(victim as usize).and_then(|table| table.oldest) else { return };
            self.remove(victim, place);
            self.figures.evicted += 1;
            if let Some(table) = self.tables.get_mut(victim as usize) {
                table.evicted += 1;
            }
        }
    }

    /// The correlation that has to give something up: the one that grows, if it has more than its share, else the largest.
    fn victim(&self, index: u32) -> Option<u32> {
        let share = self.limits.bytes / self.tables.len().max(1);
        if self.tables.get(index as usize).is_some_and(|table| table.bytes > share) {
            return Some(index);
        }
        let largest = self.tables.iter().zip(0u32..).max_by_key(|(table, _)| table.bytes);
        largest.filter(|(table, _)| table.bytes > 0).map(|(_, index)| index)
    }
}
