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
    by_window: FxHashMap<u32, Vec<Filed>>,
}

#[derive(Debug)]
struct Filed {
    text: Box<[u8]>,
    /// Where in the text the window stands.
    offset: usize,
    entries: Range<u32>,
}

impl Grams {
    /// Files what can be filed and gives back the rest.
    pub(super) fn build(rows: Vec<Row>) -> (Grams, Vec<Row>) {
        let mut frequency: FxHashMap<u32, u32> = FxHashMap::default();
        for window in rows.iter().flat_map(|(text, _)| text.windows(WINDOW)).filter_map(gram) {
            *frequency.entry(window).or_default() += 1;
        }
        let mut grams = Grams::default();
        let mut rest = Vec::new();
        for (text, entries) in rows {
            let rarest = |(_, window): &(usize, u32)| frequency.get(window).copied().unwrap_or(0);
            let windows = text.windows(WINDOW).enumerate().filter_map(|(offset, window)| Some((offset, gram(window)?)));
            let place = if text.len() <= MAX_TEXT { windows.min_by_key(rarest) } else { None };
            match place {
                Some((offset, window)) if grams.by_window.get(&window).is_none_or(|crowd| crowd.len() < MAX_CROWD) => {
                    grams.by_window.entry(window).or_default().push(Filed { text: text.into(), offset, entries });
                }
                _ => rest.push((text, entries)),
            }
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
        for filed in self.by_window.get(&window).into_iter().flatten() {
            let start = at.checked_sub(filed.offset);
            if start.and_then(|start| value.get(start..)).is_some_and(|rest| rest.starts_with(&filed.text)) {
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
