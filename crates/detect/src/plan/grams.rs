//! Many texts looked for at once by four of their bytes.
//!
//! Each text is filed under its rarest window of four bytes. A value is read once, four bytes at a time: a bit table
//! that fits the first-level cache says of nearly every window that no text is filed there; the few others are looked
//! up and compared. This is several times as fast as an automaton of thousands of texts, whose states do not fit a
//! cache. Texts that would make a window crowded or are shorter than a window go to the automaton instead, so that the
//! time stays bounded by the value whatever the rules.

use rustc_hash::FxHashMap;
use std::ops::Range;

/// Bytes of a window.
const WINDOW: usize = 4;
/// Texts filed under one window; the others are given back.
const MAX_CROWD: usize = 32;
/// Longer texts are given back: comparing them takes too long.
const MAX_TEXT: usize = 256;
/// Bits of the table per text, so that few windows pass by chance.
const BITS_PER_TEXT: usize = 32;
/// 32 KiB.
const MAX_BITS: usize = 1 << 18;

/// A text and what its finding reports.
pub(super) type Row = (Vec<u8>, Range<u32>);

/// Texts by window.
#[derive(Debug, Default)]
pub(super) struct Grams {
    bits: Vec<u64>,
    shift: u32,
    /// Where each window's texts are among `filed`.
    by_window: FxHashMap<u32, Range<u32>>,
    filed: Vec<Filed>,
}

#[derive(Debug)]
struct Filed {
    /// Eight bytes of the text, as far as it has them, at `probed` from its window: nearly all that share a window differ
    /// there, and need not be fetched to see it.
    probe: u64,
    probed: i32,
    /// Where in the text the window stands.
    offset: u32,
    text: Box<[u8]>,
    entries: Range<u32>,
}

impl Filed {
    fn new(text: Vec<u8>, offset: usize, entries: Range<u32>) -> Filed {
        // What stands beside the window, if there is as much; texts are shorter than 2^31.
        let before = offset.checked_sub(PROBE);
        let at = before.unwrap_or((offset + WINDOW).min(text.len().saturating_sub(PROBE)));
        let probe = text.get(at..).and_then(|rest| rest.first_chunk()).map(|bytes| u64::from_le_bytes(*bytes));
        let probed = if probe.is_some() { at as i32 - offset as i32 } else { NO_PROBE };
        Filed { probe: probe.unwrap_or(0), probed, offset: offset as u32, text: text.into(), entries }
    }

    /// Whether the text stands in a value that has its window at `at`.
    #[inline]
    fn stands(&self, value: &[u8], at: usize) -> bool {
        if self.probed != NO_PROBE {
            let probe = at.checked_add_signed(self.probed as isize).and_then(|at| value.get(at..)?.first_chunk());
            if probe.is_none_or(|bytes| u64::from_le_bytes(*bytes) != self.probe) {
                return false;
            }
        }
        let start = at.checked_sub(self.offset as usize);
        start.and_then(|start| value.get(start..)).is_some_and(|rest| rest.starts_with(&self.text))
    }
}

/// Bytes of a probe.
const PROBE: usize = 8;
/// A text that is too short for one.
const NO_PROBE: i32 = i32::MIN;

impl Grams {
    /// Files what can be filed and gives back the rest.
    pub(super) fn build(rows: Vec<Row>) -> (Grams, Vec<Row>) {
        let mut frequency: FxHashMap<u32, u32> = FxHashMap::default();
        for window in rows.iter().flat_map(|(text, _)| text.windows(WINDOW)).filter_map(gram) {
            *frequency.entry(window).or_default() += 1;
        }
        let mut grams = Grams::default();
        let (mut by_window, mut rest): (FxHashMap<u32, Vec<Filed>>, Vec<Row>) = Default::default();
        for (text, entries) in rows {
            let rarest = |(_, window): &(usize, u32)| frequency.get(window).copied().unwrap_or(0);
            let windows = text.windows(WINDOW).enumerate().filter_map(|(offset, window)| Some((offset, gram(window)?)));
            let place = if text.len() <= MAX_TEXT { windows.min_by_key(rarest) } else { None };
            match place {
                Some((offset, window)) if by_window.get(&window).is_none_or(|crowd| crowd.len() < MAX_CROWD) => {
                    by_window.entry(window).or_default().push(Filed::new(text, offset, entries));
                }
                _ => rest.push((text, entries)),
            }
        }
        for (window, filed) in by_window {
            // Bounded by the number of values that a rule set may have.
            let start = grams.filed.len() as u32;
            grams.filed.extend(filed);
            grams.by_window.insert(window, start..grams.filed.len() as u32);
        }
        let bits = (grams.by_window.len() * BITS_PER_TEXT).next_power_of_two().clamp(64, MAX_BITS);
        grams.shift = u32::BITS - bits.trailing_zeros();
        grams.bits = vec![0; bits / 64];
        for window in grams.by_window.keys() {
            let bit = place(*window, grams.shift);
            if let Some(word) = grams.bits.get_mut(bit / 64) {
                *word |= 1 << (bit % 64);
            }
        }
        (grams, rest)
    }

    /// Calls `report` for every filed text in `value`, as often as it occurs.
    pub(super) fn scan(&self, value: &[u8], report: &mut impl FnMut(&Range<u32>)) {
        if self.by_window.is_empty() {
            return;
        }
        for (at, window) in value.windows(WINDOW).enumerate() {
            let Some(window) = gram(window) else { continue };
            let bit = place(window, self.shift);
            if self.bits.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1) {
                self.compare(window, at, value, report);
            }
        }
    }

    #[inline(never)]
    fn compare(&self, window: u32, at: usize, value: &[u8], report: &mut impl FnMut(&Range<u32>)) {
        let Some(range) = self.by_window.get(&window) else { return };
        for filed in self.filed.get(range.start as usize..range.end as usize).unwrap_or_default() {
            if filed.stands(value, at) {
                report(&filed.entries);
            }
        }
    }
}

fn gram(window: &[u8]) -> Option<u32> {
    Some(u32::from_le_bytes(window.try_into().ok()?))
}

/// The bit of a window: the upper bits of a product with an odd constant, which depend on all of its bytes.
fn place(window: u32, shift: u32) -> usize {
    (window.wrapping_mul(0x9E37_79B1) >> shift) as usize
}
