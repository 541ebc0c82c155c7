//! Records of a shape that was met before, out of the binary XML straight into an event.
//!
//! A record is a template and the values that are put into it. What the JSON of a record with this template looks like
//! depends on the template, on which values are empty and of which types they are, and on nothing else; so a thread
//! remembers for such a shape where each value goes and what follows from the names. Neither a document nor its text is
//! made, and a record that is outside of the wanted time is not looked at further.
//!
//! This never decides what a record means. The `evtx` crate and the JSON reader do: a shape is learnt by giving them the
//! record with other values in it and looking where these come out, and it is held against the record itself before it
//! counts. Whatever is rare, new or odd goes their way. Names and shapes are an attacker's: all memory here has a limit.

mod bytes;
mod learn;
mod template;
mod value;
mod walk;
mod write;

pub(crate) use walk::Walk;

use bytes::{at, u16_at, u32_at};
use learn::Owned;
use model::{Event, Timestamp};
use rustc_hash::FxHashMap;
use template::Templates;
use value::Binary;

/// Shapes that are remembered.
const MAX_SHAPES: usize = 4_096;
/// Bytes of what tells them apart.
const MAX_BYTES: usize = 8 << 20;
/// Templates within each other.
const MAX_DEPTH: u32 = 4;
/// Values of one template.
const MAX_VALUES: u32 = 256;

/// Where a slot of the event comes from.
#[derive(Debug)]
enum Source {
    /// It is the same in each record of the shape.
    Constant(Owned),
    /// A value of the record.
    Value(usize),
    /// A value of the record, as text.
    Text(usize),
}

/// What a record becomes.
struct Shape {
    sources: Vec<Source>,
    layout: parse::Layout,
    /// The value that is the event's time.
    time: Option<usize>,
}

/// What is known of a shape.
enum State {
    /// It was met so often and is not worth learning yet.
    Met(u32),
    Known(Box<Shape>),
    /// It is left to the thorough reader.
    Left,
}

/// How often a shape is met before it is learnt, which costs as much as some hundred records.
const WORTH: u32 = 32;

/// What a thread remembers.
pub struct Memory {
    templates: Templates,
    shapes: FxHashMap<Box<[u8]>, State>,
    bytes: usize,
    found: Found,
    buffer: Vec<u8>,
    chance: learn::Chance,
    worth: u32,
}

impl Default for Memory {
    fn default() -> Self {
        Memory {
            templates: Templates::default(),
            shapes: FxHashMap::default(),
            bytes: 0,
            found: Found::default(),
            buffer: Vec::new(),
            chance: learn::Chance::default(),
            worth: WORTH,
        }
    }
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Memory").field("shapes", &self.shapes.len()).finish_non_exhaustive()
    }
}

/// A record taken apart: what its shape is, and the values that say something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Found {
    key: Vec<u8>,
    values: Vec<Binary>,
}

/// Where a record stands in its chunk, and when it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Placed {
    /// Its number.
    pub(crate) id: u64,
    /// When it was written, as its header says.
    pub(crate) written: Timestamp,
    /// Its binary XML.
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// How a reading ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The event is read.
    Read,
    /// It is not of the wanted time.
    PassedOver,
    /// Its shape is not known.
    Unknown,
}

impl Memory {
    /// A memory that learns each shape when it is met first, for tests.
    #[doc(hidden)]
    pub fn eager() -> Memory {
        Memory { worth: 1, ..Memory::default() }
    }

    /// Shapes that are read at once.
    #[doc(hidden)]
    pub fn known(&self) -> usize {
        self.shapes.values().filter(|state| matches!(state, State::Known(_))).count()
    }

    /// Another chunk begins.
    pub(crate) fn turn(&mut self) {
        if self.templates.is_full() || self.shapes.len() >= MAX_SHAPES || self.bytes >= MAX_BYTES {
            *self = Memory { worth: self.worth, ..Memory::default() };
        }
        self.templates.turn();
    }

    /// Reads a record, if it is of a known shape and, as far as its time is told by its shape, of the wanted time.
    pub(crate) fn read(&mut self, chunk: &[u8], record: Placed, wanted: impl Fn(Timestamp) -> bool, out: &mut Event) -> Outcome {
        let found = &mut self.found;
        if take_apart(chunk, record, &mut self.templates, found).is_none() {
            return Outcome::Unknown;
        }
        let Some(State::Known(shape)) = self.shapes.get(found.key.as_slice()) else { return Outcome::Unknown };
        let time = shape.time.and_then(|time| found.values.get(time)?.instant(chunk));
        if time.is_some_and(|time| !wanted(time)) {
            return Outcome::PassedOver;
        }
        match shape.fill(chunk, &found.values, record.written, out, &mut self.buffer) {
            Some(()) if shape.layout.finish(out) => Outcome::Read,
            _ => Outcome::Unknown,
        }
    }
}

impl Shape {
    /// Puts the values down, without their names.
    fn fill(&self, chunk: &[u8], values: &[Binary], written: Timestamp, out: &mut Event, buffer: &mut Vec<u8>) -> Option<()> {
        fill(&self.sources, chunk, values, written, out, buffer)
    }
}

fn fill(sources: &[Source], chunk: &[u8], values: &[Binary], written: Timestamp, out: &mut Event, buffer: &mut Vec<u8>) -> Option<()> {
    out.reset(b"", written);
    sources.iter().try_for_each(|source| match source {
        Source::Constant(value) => {
            value.push(out);
            Some(())
        }
        Source::Value(index) => values.get(*index)?.push(chunk, out, buffer),
        Source::Text(index) => values.get(*index)?.push_text(chunk, out, buffer),
    })
}

/// Finds the shape of a record and its values.
fn take_apart(chunk: &[u8], record: Placed, templates: &mut Templates, found: &mut Found) -> Option<()> {
    found.key.clear();
    found.values.clear();
    chunk.get(record.start..record.end)?;
    instance(chunk, record.start, record.end, 0, templates, found)
}

/// A template with its values, alone between these places.
fn instance(chunk: &[u8], start: usize, end: usize, depth: u32, templates: &mut Templates, found: &mut Found) -> Option<()> {
    // A fragment's header may stand before it.
    let start = if at(chunk, start)? == 0x0f { start + 4 } else { start };
    if at(chunk, start)? != 0x0c || depth > MAX_DEPTH {
        return None;
    }
    // A version and an identifier, then the place of the definition, which may be here.
    let (place, mut here) = (u32_at(chunk, start + 6)? as usize, start + 10);
    if place == here {
        here += template::HEADER + u32_at(chunk, here + 20)? as usize;
    }
    let (number, count) = (templates.number(chunk, place)?, u32_at(chunk, here)?);
    if count > MAX_VALUES {
        return None;
    }
    found.key.extend_from_slice(&number.to_le_bytes());
    found.key.extend_from_slice(&count.to_le_bytes());
    let table = here + 4;
    here = table + 4 * count as usize;
    for entry in (table..here).step_by(4) {
        let (size, code) = (u16_at(chunk, entry)?, at(chunk, entry + 2)?);
        let stop = here + usize::from(size);
        if stop > end {
            return None;
        }
        if code == 0x21 {
            found.key.extend_from_slice(&[code, u8::from(size > 0)]);
            if size > 0 {
                instance(chunk, here, stop, depth + 1, templates, found)?;
            }
        } else {
            value::classify(code, chunk, here, stop, &mut found.key, &mut found.values)?;
        }
        here = stop;
    }
    // Behind it nothing, or what begins with an end.
    (here == end || (here < end && at(chunk, here)? == 0)).then_some(())
}
