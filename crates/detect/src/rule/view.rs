//! The view: what a field name in a rule reads from an event.
//!
//! For each name a rule's log source gives an ordered list of candidate fields, and the first one that is present is
//! read. The original value stands before what normalisation made of it. A field whose name has spaces (the Defender
//! channel's `Threat Name`) also answers to the name without them, as Sigma's specification writes such names.

use crate::rule::atom::{Place, Readings};
use crate::rule::taxonomy;
use model::{Event, Field, LogSource, Value};
use rustc_hash::FxHashMap;
use std::borrow::Cow;

/// One name as the rules of some log sources read it.
#[derive(Debug)]
pub(crate) struct View {
    /// Field names, the first present one is read; each with its field.
    candidates: Vec<(String, Option<Field>)>,
}

/// That a field is a candidate of a view; the lowest rank wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Link {
    pub view: u32,
    pub rank: u32,
}

/// All views of a rule set; views with the same candidates are one.
#[derive(Debug, Default)]
pub(crate) struct Views {
    list: Vec<View>,
    known: FxHashMap<Vec<String>, u32>,
    links: FxHashMap<String, Vec<Link>>,
}

impl Views {
    /// The view of `name` for rules of this log source.
    pub(crate) fn intern(&mut self, source: &LogSource, name: &str) -> u32 {
        self.add(taxonomy::candidates(source, name))
    }

    /// The view of the first of several names that an event has.
    pub(crate) fn intern_first(&mut self, source: &LogSource, names: &[String]) -> u32 {
        let mut candidates: Vec<String> = Vec::new();
        for candidate in names.iter().flat_map(|name| taxonomy::candidates(source, name)) {
            if !candidates.contains(&candidate) {
                candidates.push(candidate);
            }
        }
        self.add(candidates)
    }

    fn add(&mut self, candidates: Vec<String>) -> u32 {
        if let Some(view) = self.known.get(&candidates) {
            return *view;
        }
        // Bounded by the number of values that a rule set may have.
        let view = self.list.len() as u32;
        let mut fields = Vec::with_capacity(candidates.len());
        for (candidate, rank) in candidates.iter().zip((0u32..).step_by(2)) {
            // Known from the start, or senders could use up the process's names before the first event that has it.
            fields.push((candidate.clone(), Field::intern_for_rule(candidate)));
            self.links.entry(candidate.clone()).or_default().push(Link { view, rank });
        }
        self.known.insert(candidates, view);
        self.list.push(View { candidates: fields });
        view
    }

    /// Adds the views that a field is a candidate of.
    pub(crate) fn links_of(&self, field: Field, out: &mut Vec<Link>) {
        let name = field.name();
        out.extend(self.links.get(name).into_iter().flatten());
        if let Some(stripped) = strip_spaces(name) {
            out.extend(
                self.links.get(&stripped).into_iter().flatten().map(|link| Link { rank: link.rank + 1, ..*link }),
            );
        }
    }

    /// The field that a view reads in this event.
    pub(crate) fn field_in(&self, view: u32, event: &Event) -> Option<Field> {
        let candidates = &self.list.get(view as usize)?.candidates;
        // Only a name with spaces answers to another one.
        let mut spaced = None;
        candidates.iter().find_map(|(candidate, known)| {
            known.filter(|field| event.has(*field)).or_else(|| {
                let spaced: &mut Vec<Field> = spaced.get_or_insert_with(|| {
                    event.slots().iter().map(|slot| slot.field()).filter(|field| field.name().contains(' ')).collect()
                });
                let answers = |field: &Field| strip_spaces(field.name()).is_some_and(|stripped| stripped == *candidate);
                spaced.iter().copied().find(answers)
            })
        })
    }
}

/// A name without its spaces, if it has any.
fn strip_spaces(name: &str) -> Option<String> {
    name.contains(' ').then(|| name.chars().filter(|c| *c != ' ').collect())
}

/// The line that an event came as, if it came as one; none for JSON, XML and binary records.
///
/// The specification applies keywords "to the full log message". Of a line that is the line itself, so that a keyword
/// may span what parsing takes apart (`sshd[71]: Failed password`); of a structured event it is each of its values.
pub(crate) fn line(event: &Event) -> Option<Cow<'_, str>> {
    let raw = event.raw().trim_ascii();
    let structured = match raw {
        [] | [b'{' | b'[', ..] => true,
        // `<34>` opens a syslog line, `<Event` a document.
        [b'<', next, ..] => !next.is_ascii_digit(),
        _ => memchr::memchr(0, raw).is_some(),
    };
    (!structured).then(|| String::from_utf8_lossy(raw))
}

/// Whether `question` is true of anything that keywords are held against.
pub(crate) fn anywhere(event: &Event, question: &mut dyn FnMut(Value<'_>) -> bool) -> bool {
    event.iter().any(|(_, value)| question(value)) || line(event).is_some_and(|line| question(Value::Str(&line)))
}

/// An event as the slow path reads it: by name, every time.
pub(crate) struct SlowReadings<'e> {
    pub views: &'e Views,
    pub event: &'e Event,
}

impl SlowReadings<'_> {
    /// The field that a place reads; none for keywords.
    pub(crate) fn field(&self, place: Place) -> Option<Field> {
        match place {
            Place::View(view) => self.views.field_in(view, self.event),
            Place::Anywhere => None,
        }
    }
}

impl Readings for SlowReadings<'_> {
    fn present(&self, place: Place) -> bool {
        match place {
            Place::View(_) => self.field(place).is_some(),
            Place::Anywhere => !self.event.slots().is_empty(),
        }
    }

    fn any(&self, place: Place, question: &mut dyn FnMut(Value<'_>) -> bool) -> bool {
        match place {
            Place::View(_) => self.field(place).is_some_and(|field| self.event.values(field).any(question)),
            Place::Anywhere => anywhere(self.event, question),
        }
    }
}
