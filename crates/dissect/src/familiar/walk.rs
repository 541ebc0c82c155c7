//! The records of a chunk one after the other, as long as each stands where the one before it says.

use super::Placed;
use super::bytes::{u16_at, u32_at, u64_at};
use super::value::{LAST_MOMENT, instant};
use model::Timestamp;

/// Bytes before the first record.
const HEADER: usize = 512;
/// Bytes of a record beside its binary XML: its mark, length, number and time before it, its length again behind it.
const FRAME: usize = 28;

/// A walk over a chunk. Whatever is odd ends it; it is for the thorough reader to say what is there.
#[derive(Clone, Debug)]
pub(crate) struct Walk<'c> {
    chunk: &'c [u8],
    /// Where the next record begins; none behind the last one.
    here: Option<usize>,
    /// Where the records end.
    end: usize,
    /// The number of the last one.
    last: u64,
    sound: bool,
}

impl<'c> Walk<'c> {
    /// The walk over a chunk.
    pub(crate) fn new(chunk: &'c [u8]) -> Walk<'c> {
        let end = u32_at(chunk, 48).map_or(0, |end| (end as usize).min(chunk.len()));
        let sound = chunk.starts_with(b"ElfChnk\0") && names_are_sound(chunk).is_some();
        Walk { chunk, here: Some(HEADER), end, last: u64_at(chunk, 32).unwrap_or_default(), sound }
    }

    /// Whether nothing odd was met so far, the chunk's header and its table of names included.
    pub(crate) fn is_sound(&self) -> bool {
        self.sound
    }

    fn record(&self, here: usize) -> Option<(Placed, usize)> {
        let size = u32_at(self.chunk, here + 4)? as usize;
        let (id, ticks) = (u64_at(self.chunk, here + 8)?, u64_at(self.chunk, here + 16)?);
        let sound =
            u32_at(self.chunk, here)? == 0x2a2a && (FRAME..=self.chunk.len()).contains(&size) && ticks <= LAST_MOMENT;
        let (start, end) = (here + 24, (here + size).checked_sub(4)?);
        self.chunk.get(start..end).filter(|_| sound)?;
        let written = instant(ticks).unwrap_or(Timestamp(0));
        Some((Placed { id, written, start, end }, here + size))
    }
}

impl Iterator for Walk<'_> {
    type Item = Placed;

    fn next(&mut self) -> Option<Placed> {
        let here = self.here.filter(|here| *here < self.end)?;
        let Some((record, next)) = self.record(here) else {
            (self.sound, self.here) = (false, None);
            return None;
        };
        self.here = (record.id != self.last).then_some(next);
        Some(record)
    }
}

/// Places of the table of names, and where it begins.
const PLACES: usize = 64;
const TABLE: usize = 128;
/// Names of one chunk; more of them go round in a circle.
const MAX_NAMES: usize = 4_096;

/// Whether each name of the table, and those that it leads to, is whole and text. The thorough reader reads none of a
/// chunk where one is not.
fn names_are_sound(chunk: &[u8]) -> Option<()> {
    let mut names = 0;
    for place in 0..PLACES {
        let mut next = u32_at(chunk, TABLE + 4 * place)? as usize;
        while next != 0 {
            let end = next + 8 + 2 * usize::from(u16_at(chunk, next + 6)?);
            let units = chunk.get(next + 8..end)?.as_chunks::<2>().0;
            u16_at(chunk, end)?;
            names += 1;
            if names > MAX_NAMES || units.iter().any(|[_, high]| (0xd8..=0xdf).contains(high)) {
                return None;
            }
            next = u32_at(chunk, next)? as usize;
        }
    }
    Some(())
}
