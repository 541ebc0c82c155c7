//! How a shape is learnt: by asking the thorough reader what it makes of the record with other values in it.

use super::value::{Binary, UNNAMED};
use super::{Found, Memory, Placed, Shape, Source, State, fill, take_apart};
use evtx::{EvtxChunkData, ParserSettings};
use model::{Event, Field, Value};
use parse::Layout;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Shapes that are learnt of one chunk.
const MAX_AT_ONCE: usize = 64;
/// Values of an event whose shape is learnt.
const MAX_SLOTS: usize = 512;
/// Bytes of what is the same in each record of a shape.
const MAX_CONSTANT: usize = 16 << 10;
/// How often a record is given other values. Two of one byte may be the same by chance in all of them: that is seen, and
/// the shape is learnt another time.
const PROBES: usize = 2;

/// A value of its own.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Owned {
    Null,
    Bool(bool),
    Int(i64),
    Number(Box<str>),
    Str(Box<str>),
}

impl Owned {
    fn of(value: Value<'_>) -> Owned {
        match value {
            Value::Null => Owned::Null,
            Value::Bool(yes) => Owned::Bool(yes),
            Value::Int(number) => Owned::Int(number),
            Value::Number(text) => Owned::Number(text.into()),
            Value::Str(text) => Owned::Str(text.into()),
        }
    }

    pub(super) fn push(&self, out: &mut Event) {
        out.push(
            UNNAMED,
            match self {
                Owned::Null => Value::Null,
                Owned::Bool(yes) => Value::Bool(*yes),
                Owned::Int(number) => Value::Int(*number),
                Owned::Number(text) => Value::Number(text),
                Owned::Str(text) => Value::Str(text),
            },
        );
    }

    fn len(&self) -> usize {
        match self {
            Owned::Number(text) | Owned::Str(text) => text.len(),
            Owned::Null | Owned::Bool(_) | Owned::Int(_) => 0,
        }
    }
}

/// The values of an event under the names of its document.
type Values = Vec<(Field, Owned)>;

/// What is found out of the unknown shapes of a chunk, until their own records have been read.
#[derive(Default)]
pub(crate) struct Lessons(Vec<Lesson>);

struct Lesson {
    /// Which record of the chunk, from 0.
    index: usize,
    found: Found,
    /// What the reader made of each disguise; fewer where it refused one.
    probes: Vec<(Values, Values)>,
}

impl Memory {
    /// Finds records of unknown shapes among those of a chunk, and asks what their values become. `records` are all
    /// of its records, each with its number from 0.
    pub(crate) fn study(&mut self, chunk: &[u8], records: impl Iterator<Item = (usize, Placed)>) -> Lessons {
        let (mut lessons, mut placed): (Vec<Lesson>, Vec<Placed>) = (Vec::new(), Vec::new());
        for (index, record) in records {
            if take_apart(chunk, record, &mut self.templates, &mut self.found).is_none() {
                continue;
            }
            let key = self.found.key.as_slice();
            let met = match self.shapes.get_mut(key) {
                Some(State::Met(met)) => {
                    *met += 1;
                    *met
                }
                Some(State::Known(_) | State::Left) => continue,
                None => {
                    self.bytes += key.len();
                    self.shapes.insert(key.into(), State::Met(1));
                    1
                }
            };
            if met >= self.worth && lessons.len() < MAX_AT_ONCE && !lessons.iter().any(|lesson| lesson.found.key == key)
            {
                lessons.push(Lesson { index, found: self.found.clone(), probes: Vec::new() });
                placed.push(record);
            }
        }
        for _ in 0..if lessons.is_empty() { 0 } else { PROBES } {
            self.probe(chunk, &mut lessons, &placed);
        }
        Lessons(lessons)
    }

    /// Gives the records other values and reads them, and the values alone.
    fn probe(&mut self, chunk: &[u8], lessons: &mut [Lesson], placed: &[Placed]) {
        let (mut disguised, chance) = (chunk.to_vec(), &mut self.chance);
        let mut draw = || chance.draw();
        lessons
            .iter()
            .flat_map(|lesson| &lesson.found.values)
            .for_each(|value| value.disguise(&mut disguised, &mut draw));
        // A hostile chunk may have had a template within a value: then this is not the same record any more.
        self.templates.turn();
        let (mut found, mut alone, mut buffer) = (Found::default(), Event::default(), Vec::new());
        let mut own = Vec::new();
        for (lesson, record) in lessons.iter().zip(placed) {
            let same =
                take_apart(&disguised, *record, &mut self.templates, &mut found).is_some() && found == lesson.found;
            own.push(same.then(|| by_themselves(&disguised, &found.values, &mut alone, &mut buffer)).flatten());
        }
        self.templates.turn();
        // What the reader does with hostile bytes is its own affair, here as well.
        let Ok(read) = catch_unwind(AssertUnwindSafe(|| read(disguised, lessons, placed))) else { return };
        for (lesson, (own, read)) in lessons.iter_mut().zip(own.into_iter().zip(read)) {
            lesson.probes.extend(own.zip(read).map(|(own, read)| (read, own)));
        }
    }

    /// Holds what was found out against the record itself, as the thorough reader has written it, and remembers it.
    pub(crate) fn conclude(&mut self, lessons: &Lessons, index: usize, chunk: &[u8], record: Placed, json: &[u8]) {
        let Some(lesson) = lessons.0.iter().find(|lesson| lesson.index == index) else { return };
        let (mut names, mut thorough) = (Values::new(), Event::default());
        let layout = Layout::learn(json, record.written, &mut thorough, |event| names = values(event));
        let told = if lesson.named_like(&names) { sources(&lesson.probes) } else { Told::Not };
        let shape = match (layout, told) {
            (_, Told::Unclear) => return,
            (Some(layout), Told::All(sources)) => {
                self.same(chunk, record, lesson, &thorough, Shape::new(sources, layout))
            }
            (None, Told::All(_)) | (_, Told::Not) => None,
        };
        self.bytes += shape.as_ref().map_or(0, |shape| shape.sources.len() * 2 * size_of::<Source>());
        self.shapes.insert(
            lesson.found.key.as_slice().into(),
            shape.map_or(State::Left, |shape| State::Known(Box::new(shape))),
        );
    }

    /// The shape, if it makes of the record what the thorough reader made of it.
    fn same(&mut self, chunk: &[u8], record: Placed, lesson: &Lesson, thorough: &Event, shape: Shape) -> Option<Shape> {
        let mut own = Event::default();
        fill(&shape.sources, chunk, &lesson.found.values, record.written, &mut own, &mut self.buffer)?;
        let same = shape.layout.finish(&mut own)
            && (own.time, own.log_source) == (thorough.time, thorough.log_source)
            && own.iter().eq(thorough.iter())
            && own.diagnostics == thorough.diagnostics;
        same.then_some(shape)
    }
}

impl Lesson {
    /// Whether the names were the same in all disguises.
    fn named_like(&self, names: &Values) -> bool {
        let named = |read: &Values| read.iter().map(|(field, _)| field).eq(names.iter().map(|(field, _)| field));
        self.probes.iter().all(|(read, _)| named(read))
    }
}

impl Shape {
    fn new(sources: Vec<Source>, layout: Layout) -> Shape {
        let time = layout.time().and_then(|at| match sources.get(at)? {
            Source::Value(index) => Some(*index),
            Source::Constant(_) | Source::Text(_) => None,
        });
        Shape { sources, layout, time }
    }
}

fn values(event: &Event) -> Values {
    event.iter().map(|(field, value)| (field, Owned::of(value))).collect()
}

/// Each value alone: as it is, and as a text.
fn by_themselves(chunk: &[u8], binaries: &[Binary], event: &mut Event, buffer: &mut Vec<u8>) -> Option<Values> {
    event.reset(b"", event.received);
    for binary in binaries {
        binary.push(chunk, event, buffer)?;
        binary.push_text(chunk, event, buffer)?;
    }
    Some(values(event))
}

/// What the thorough reader makes of these records of a chunk.
fn read(chunk: Vec<u8>, lessons: &[Lesson], placed: &[Placed]) -> Vec<Option<Values>> {
    let mut all = vec![None; lessons.len()];
    let settings = Arc::new(ParserSettings::new().indent(false));
    let Ok(mut data) = EvtxChunkData::new(chunk, false) else { return all };
    let Ok(mut chunk) = data.parse(settings) else { return all };
    let last = lessons.last().map_or(0, |lesson| lesson.index);
    let mut event = Event::default();
    for (index, record) in chunk.iter().enumerate().take(last + 1) {
        let Some(at) = lessons.iter().position(|lesson| lesson.index == index) else { continue };
        let Some((record, placed)) = record.ok().zip(placed.get(at)) else { continue };
        let Ok(json) = record.into_json_bytes() else { continue };
        let mut named = Values::new();
        let sound = Layout::learn(&json.data, placed.written, &mut event, |event| named = values(event)).is_some();
        if let Some(place) = all.get_mut(at).filter(|_| sound && named.len() <= MAX_SLOTS) {
            *place = Some(named);
        }
    }
    all
}

/// What the disguises told.
enum Told {
    All(Vec<Source>),
    /// Two values were the same by chance.
    Unclear,
    Not,
}

/// Where each value of the events comes from: what is equal in all disguises, or where a value alone comes out in all.
/// Not told where that is so of neither, or where a value comes out twice.
fn sources(probes: &[(Values, Values)]) -> Told {
    let Some(((first, own), more)) = probes.split_first().filter(|_| probes.len() == PROBES) else { return Told::Not };
    let mut sources = Vec::with_capacity(first.len());
    let (mut used, mut constant) = (vec![false; own.len() / 2], 0);
    for (slot, (_, value)) in first.iter().enumerate() {
        let is = |at: usize| {
            probes.iter().all(
                |(read, own)| matches!((read.get(slot), own.get(at)), (Some((_, read)), Some((_, own))) if read == own),
            )
        };
        let mut equal = (0..own.len()).filter(|at| is(*at));
        let Some(at) = equal.next() else {
            if !more.iter().all(|(read, _)| read.get(slot).is_some_and(|(_, other)| other == value)) {
                return Told::Not;
            }
            constant += value.len();
            sources.push(Source::Constant(value.clone()));
            continue;
        };
        // A text is the same as itself as a text.
        if equal.any(|other| other / 2 != at / 2) {
            return Told::Unclear;
        }
        if used.get(at / 2) != Some(&false) {
            return Told::Not;
        }
        used[at / 2] = true;
        sources.push(if at % 2 == 0 { Source::Value(at / 2) } else { Source::Text(at / 2) });
    }
    if constant <= MAX_CONSTANT { Told::All(sources) } else { Told::Not }
}

/// Numbers that look like chance.
pub(super) struct Chance(u64);

impl Default for Chance {
    fn default() -> Self {
        Chance(0x9e37_79b9_7f4a_7c15)
    }
}

impl Chance {
    fn draw(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::slice::from_ref;

    fn named(values: &[Owned]) -> Values {
        values.iter().map(|value| (UNNAMED, value.clone())).collect()
    }

    #[test]
    fn a_source_is_told_by_all_disguises_together() {
        let text = |text: &str| Owned::Str(text.into());
        // A number of one byte and a word, each alone and as a text.
        let own = |byte: i64, word: &str| named(&[Owned::Int(byte), text(&byte.to_string()), text(word), text(word)]);
        let told =
            |first: &[Owned], second: &[Owned]| sources(&[(named(first), own(5, "ab")), (named(second), own(6, "cd"))]);
        let check = |first: &[Owned], second: &[Owned], expected: &str| {
            let told = match told(first, second) {
                Told::All(sources) => format!("{sources:?}"),
                Told::Unclear => "unclear".to_owned(),
                Told::Not => "not".to_owned(),
            };
            assert_eq!(told, expected);
        };
        let (five, six, seven) = (Owned::Int(5), Owned::Int(6), Owned::Int(7));
        check(
            &[text("fixed"), text("ab"), five.clone()],
            &[text("fixed"), text("cd"), six.clone()],
            "[Constant(Str(\"fixed\")), Value(1), Value(0)]",
        );
        check(&[text("5")], &[text("6")], "[Text(0)]");
        check(from_ref(&five), from_ref(&seven), "not");
        check(&[text("ab-5")], &[text("cd-6")], "not");
        check(&[text("ab"), text("ab")], &[text("cd"), text("cd")], "not");
        let twins = |byte: i64| named(&[Owned::Int(byte), text("x"), Owned::Int(byte), text("y")]);
        let unclear = sources(&[(named(&[five]), twins(5)), (named(&[six]), twins(6))]);
        assert!(matches!(unclear, Told::Unclear));
        assert!(matches!(sources(&[(named(from_ref(&seven)), own(7, "ef"))]), Told::Not), "one is too few");
    }
}
