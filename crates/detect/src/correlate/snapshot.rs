//! The state as bytes, so that a restart does not forget. What is read back may be damaged or another's: lengths, places
//! and sums are checked before anything is believed, and what belongs to a correlation that has changed is left out.

use super::group::{Entry, Group, MAX_INNER, More};
use super::state::{Correlator, Limits};
use crate::ruleset::RuleSet;
use sha2::{Digest, Sha256};
use std::collections::VecDeque;

/// How it begins; the digit is the form's number.
const MAGIC: &[u8; 8] = b"WFCORR\x001";
/// Bytes of a text in it.
const MAX_TEXT: usize = 4_096;
/// Values of a carried column.
const MAX_VALUES: usize = 16;

/// Why a snapshot is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the saved state of the correlations is damaged or of another form")]
pub struct Damaged;

impl Correlator {
    /// Everything that is held, as bytes.
    pub fn snapshot(&self) -> Vec<u8> {
        let mut out = Out(Vec::with_capacity(self.bytes / 2));
        out.0.extend_from_slice(MAGIC);
        out.i64(self.clock);
        out.u64(self.tables.len() as u64);
        for (table, correlation) in self.tables.iter().zip(&self.book.list) {
            out.text(&correlation.rule.reference.id);
            out.text(&correlation.rule.reference.version);
            out.u64(table.places.len() as u64);
            let mut place = table.oldest;
            while let Some(group) = place.and_then(|place| self.groups.get(place as usize)) {
                out.group(group);
                place = group.newer;
            }
        }
        let sum = Sha256::digest(&out.0);
        out.0.extend_from_slice(&sum);
        out.0
    }

    /// The state that a snapshot holds, as far as its correlations are those of this set; and how many groups of it had to
    /// be left out because theirs is not.
    ///
    /// # Errors
    /// [`Damaged`] where the bytes are none of a snapshot.
    pub fn restored(rules: &RuleSet, limits: Limits, bytes: &[u8]) -> Result<(Correlator, u64), Damaged> {
        let (body, sum) = bytes.split_last_chunk::<32>().ok_or(Damaged)?;
        if Sha256::digest(body).as_slice() != sum {
            return Err(Damaged);
        }
        let mut of = In(body.strip_prefix(MAGIC).ok_or(Damaged)?);
        let mut state = Correlator::new(rules, limits);
        state.clock = of.i64()?;
        let mut left_out = 0;
        for _ in 0..of.count(1)? {
            let (id, version) = (of.text()?, of.text()?);
            let is = |reference: &model::RuleRef| reference.id == id && reference.version == version;
            let known = state.book.list.iter().position(|correlation| is(&correlation.rule.reference));
            let shape = known.and_then(|index| state.book.list.get(index)).map(|correlation| (correlation.legs.len(), correlation.carried));
            for _ in 0..of.count(1)? {
                let group = of.group(shape)?;
                match known.and_then(|index| u32::try_from(index).ok()) {
                    Some(index) if !state.has(index, group.key) => state.restore(index, group),
                    _ => left_out += 1,
                }
            }
        }
        if of.0.is_empty() { Ok((state, left_out)) } else { Err(Damaged) }
    }

    /// The same state for another set: what has not changed goes on.
    pub fn turned_to(&self, rules: &RuleSet) -> Correlator {
        let turned = Correlator::restored(rules, self.limits, &self.snapshot());
        let mut turned = turned.map_or_else(|_| Correlator::new(rules, self.limits), |(state, _)| state);
        turned.figures = super::Figures { evicted: self.figures.evicted + turned.figures.evicted, ..self.figures };
        turned
    }

    fn has(&self, index: u32, key: u128) -> bool {
        self.tables.get(index as usize).is_some_and(|table| table.places.contains_key(&key))
    }
}

struct Out(Vec<u8>);

impl Out {
    fn u64(&mut self, value: u64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }
    fn i64(&mut self, value: i64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }
    fn text(&mut self, text: &str) {
        // Ids and values are bounded far below; a longer one would only not be found again.
        let text = text.get(..text.floor_char_boundary(MAX_TEXT)).unwrap_or_default();
        self.u64(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }
    fn group(&mut self, group: &Group) {
        self.0.extend_from_slice(&group.key.to_le_bytes());
        self.i64(group.touched);
        self.u64(group.entries.len() as u64);
        for entry in &group.entries {
            self.i64(entry.time);
            self.i64(entry.arrived);
            self.u64(entry.seq);
            self.u64(entry.value);
            self.u64(u64::from(entry.leg));
            self.u64(u64::from(entry.more.is_some()));
            if let Some(more) = &entry.more {
                self.u64(more.carried.len() as u64);
                for values in &more.carried {
                    self.u64(values.len() as u64);
                    values.iter().for_each(|value| self.text(value));
                }
                self.u64(more.events.len() as u64);
                more.events.iter().for_each(|event| self.u64(*event));
                self.u64(more.count);
            }
        }
    }
}

struct In<'b>(&'b [u8]);

impl<'b> In<'b> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Damaged> {
        let (first, rest) = self.0.split_first_chunk::<N>().ok_or(Damaged)?;
        self.0 = rest;
        Ok(*first)
    }
    fn u64(&mut self) -> Result<u64, Damaged> {
        self.array().map(u64::from_le_bytes)
    }
    fn i64(&mut self) -> Result<i64, Damaged> {
        self.array().map(i64::from_le_bytes)
    }
    /// A number of things that take so many bytes each at least; nothing is reserved for what is not there.
    fn count(&mut self, each: usize) -> Result<usize, Damaged> {
        let count = usize::try_from(self.u64()?).map_err(|_| Damaged)?;
        if count.saturating_mul(each) <= self.0.len() { Ok(count) } else { Err(Damaged) }
    }
    fn text(&mut self) -> Result<&'b str, Damaged> {
        let length = self.count(1)?;
        let (text, rest) = self.0.split_at_checked(length).filter(|_| length <= MAX_TEXT).ok_or(Damaged)?;
        self.0 = rest;
        std::str::from_utf8(text).map_err(|_| Damaged)
    }
    /// A group; its entries must fit a correlation of so many rules and carried columns.
    fn group(&mut self, shape: Option<(usize, usize)>) -> Result<Group, Damaged> {
        let key = u128::from_le_bytes(self.array()?);
        let touched = self.i64()?;
        let mut entries = VecDeque::new();
        for _ in 0..self.count(48)? {
            let entry = self.entry()?;
            let fits = shape.is_none_or(|(legs, carried)| {
                usize::from(entry.leg) < legs && entry.more.as_ref().is_none_or(|more| more.carried.len() == carried)
            });
            let sorted = entries.back().is_none_or(|last: &Entry| (last.time, last.seq) <= (entry.time, entry.seq));
            if !fits || !sorted {
                return Err(Damaged);
            }
            entries.push_back(entry);
        }
        Ok(Group::restored(key, touched, entries))
    }
    fn entry(&mut self) -> Result<Entry, Damaged> {
        let (time, arrived, seq, value) = (self.i64()?, self.i64()?, self.u64()?, self.u64()?);
        let leg = u16::try_from(self.u64()?).map_err(|_| Damaged)?;
        let more = match self.u64()? {
            0 => None,
            1 => Some(Box::new(self.more()?)),
            _ => return Err(Damaged),
        };
        Ok(Entry { time, arrived, seq, value, leg, more })
    }
    fn more(&mut self) -> Result<More, Damaged> {
        let mut more = More::default();
        for _ in 0..self.count(8)? {
            let count = self.count(8)?;
            if count > MAX_VALUES {
                return Err(Damaged);
            }
            more.carried.push((0..count).map(|_| self.text().map(str::to_owned)).collect::<Result<_, _>>()?);
        }
        let count = self.count(8)?;
        if count > MAX_INNER {
            return Err(Damaged);
        }
        more.events = (0..count).map(|_| self.u64()).collect::<Result<_, _>>()?;
        more.count = self.u64()?;
        Ok(more)
    }
}
