//! Templates: what they say whatever chunk they stand in. A definition names its elements by their places in the chunk, so
//! that the same one has other bytes in each; here the names stand in it themselves.

use super::bytes::{at, u16_at, u32_at};
use rustc_hash::FxHashMap;

/// Templates that are remembered.
const MAX_TEMPLATES: usize = 4_096;
/// Bytes of all of them.
const MAX_BYTES: usize = 8 << 20;
/// Bytes of one; larger ones are left to the thorough reader.
const MAX_TEMPLATE: usize = 64 << 10;
/// Bytes before a definition's body: the next one, its GUID, its length.
pub(super) const HEADER: usize = 24;

/// Templates by what they say.
#[derive(Default)]
pub(super) struct Templates {
    known: FxHashMap<Box<[u8]>, u32>,
    bytes: usize,
    buffer: Vec<u8>,
    /// Those of the chunk, by their place in it; nothing for one that is left to the thorough reader.
    here: Vec<(usize, Option<u32>)>,
}

impl Templates {
    /// Whether there is no room for more; then all that is known of them should go.
    pub(super) fn is_full(&self) -> bool {
        self.known.len() >= MAX_TEMPLATES || self.bytes >= MAX_BYTES
    }

    /// Another chunk begins.
    pub(super) fn turn(&mut self) {
        self.here.clear();
    }

    /// The number of the template at this place.
    pub(super) fn number(&mut self, chunk: &[u8], place: usize) -> Option<u32> {
        if let Some((_, number)) = self.here.iter().find(|(known, _)| *known == place) {
            return *number;
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        let number = spell(chunk, place, &mut buffer).and_then(|()| self.known(&buffer));
        self.buffer = buffer;
        // As many as there are places.
        self.here.push((place, number));
        number
    }

    fn known(&mut self, spelt: &[u8]) -> Option<u32> {
        if let Some(number) = self.known.get(spelt) {
            return Some(*number);
        }
        if self.is_full() {
            return None;
        }
        let number = u32::try_from(self.known.len()).ok()?;
        self.bytes += spelt.len();
        self.known.insert(spelt.into(), number);
        Some(number)
    }
}

/// Writes down what a definition says: its tokens in their order, names and texts in full. None for what is rare: then
/// the thorough reader says what it means.
fn spell(chunk: &[u8], place: usize, out: &mut Vec<u8>) -> Option<()> {
    let start = place.checked_add(HEADER)?;
    let end = start.checked_add(u32_at(chunk, place + 20)? as usize)?;
    chunk.get(start..end)?;
    let mut here = start;
    while here < end && out.len() <= MAX_TEMPLATE {
        let token = at(chunk, here)?;
        here += 1;
        out.push(token);
        match token {
            // The end; a fragment's header; the end of a start tag, of an empty element, of an element.
            0x00 => break,
            0x0f => here += 3,
            0x02..=0x04 => {}
            // An element: what it depends on, its length, its name, the length of its attributes.
            0x01 | 0x41 => {
                out.extend_from_slice(chunk.get(here..here + 2)?);
                here = name(chunk, here + 6, out)?;
                here += if token == 0x41 { 4 } else { 0 };
            }
            // An attribute.
            0x06 | 0x46 => here = name(chunk, here, out)?,
            // A text.
            0x05 | 0x45 if at(chunk, here)? == 0x01 => {
                let text = chunk.get(here + 1..here + 3 + 2 * usize::from(u16_at(chunk, here + 1)?))?;
                out.extend_from_slice(text);
                here += 1 + text.len();
            }
            // A substitution: its number and type.
            0x0d | 0x0e => {
                out.extend_from_slice(chunk.get(here..here + 3)?);
                here += 3;
            }
            _ => return None,
        }
    }
    (here <= end && out.len() <= MAX_TEMPLATE).then_some(())
}

/// Writes down the name that is referred to at this place; answers what comes after it.
fn name(chunk: &[u8], here: usize, out: &mut Vec<u8>) -> Option<usize> {
    let (place, after) = (u32_at(chunk, here)? as usize, here + 4);
    let length = u16_at(chunk, place.checked_add(6)?)?;
    out.extend_from_slice(chunk.get(place + 6..place + 8 + 2 * usize::from(length))?);
    // Where it is first used it stands here itself, with a link before it and a zero behind it.
    Some(if place == after { after + 10 + 2 * usize::from(length) } else { after })
}
