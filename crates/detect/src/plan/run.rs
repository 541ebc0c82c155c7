//! One event held against the plan.

use super::Plan;
use super::cache::Answer;
use super::conditions::{ASK, Ask, DENIED, NO, UNREAD, YES};
use super::fields::FieldTables;
use super::narrow::{Course, Step};
use super::scratch::{FastReadings, Marks, Texts, Work};
use super::shape::Shape;
use super::tables::{Entry, SEPARATOR};
use crate::rule::atom::{Atom, Place, Test, canonical};
use crate::rule::fold::Form;
use model::{Event, Value};

/// Measures what rules cost. `detect` has no clock of its own.
pub trait Meter {
    /// Nanoseconds since a moment of its choice.
    fn now(&mut self) -> u64;
    /// The condition of a rule of the set, by its index, took so long. What rules share (reading values into tables) is
    /// nobody's; what only a condition asks for (a regular expression without a literal, keywords) is that rule's which
    /// asks first.
    fn spent(&mut self, rule: u32, nanos: u64);
}

/// The plan, the event and what has been found so far.
pub(super) struct Run<'a> {
    pub plan: &'a Plan,
    pub atoms: &'a [Atom],
    pub event: &'a Event,
    pub shape: &'a Shape,
    pub course: &'a Course,
    pub work: &'a mut Work,
}

impl Run<'_> {
    /// Appends the rules that hold; tells the meter what their conditions took.
    pub(super) fn run(&mut self, out: &mut Vec<u32>, mut meter: Option<&mut dyn Meter>) {
        self.work.marks.begin(&self.plan.base);
        self.work.texts.begin();
        let course = self.course;
        course.woken.iter().for_each(|rule| self.work.marks.wake(*rule));
        self.hits().all(&course.hits);
        for step in &course.steps {
            let Some(field) = self.plan.fields.get(step.tables as usize) else { continue };
            if step.reading.many {
                step.reading.values(self.event).for_each(|value| self.value(step, field, None, value));
            } else {
                self.value(step, field, Some(step.reading.slot), step.reading.value(self.event));
            }
        }
        if self.course.awaited {
            self.whole();
        }
        let woken = std::mem::take(&mut self.work.marks.list);
        for rule in &woken {
            let begun = meter.as_mut().map(|meter| meter.now());
            if self.plan.rules.get(*rule as usize).is_some_and(|root| self.plan.conditions.holds(*root, self)) {
                out.push(*rule);
            }
            if let (Some(begun), Some(meter)) = (begun, meter.as_mut()) {
                let nanos = meter.now().saturating_sub(begun);
                meter.spent(*rule, nanos);
            }
        }
        self.work.marks.list = woken;
    }

    fn hits(&mut self) -> Hits<'_> {
        Hits { plan: self.plan, shape: self.shape, course: self.course, marks: &mut self.work.marks }
    }

    /// Reads a value of a field; `slot` is where its folded text may be shared.
    #[inline]
    fn value(&mut self, step: &Step, field: &FieldTables, slot: Option<u32>, value: Value<'_>) {
        let Work { marks, texts, cache, .. } = &mut *self.work;
        let hits = Hits { plan: self.plan, shape: self.shape, course: self.course, marks };
        let Value::Str(text) = value else { return hits.other(field, texts, value) };
        // Looking up a short value folded is no slower than what is remembered of it.
        let answer = if field.tables.is_exact_only() { Answer::Silent } else { cache.get(step.tables, text) };
        let fold = |texts: &mut Texts| match slot {
            Some(slot) => texts.fold(slot, value, field.dashed),
            None => texts.render(value, Form { cased: false, dashed: field.dashed }),
        };
        match answer {
            Answer::Known(entries) => hits.all(entries),
            Answer::Silent => {
                let span = fold(texts);
                let mut hits = hits;
                span.into_iter().for_each(|span| field.tables.scan(texts.get(span), |entry| hits.hit(entry)));
            }
            Answer::New(hash) => {
                let span = fold(texts);
                let mut found = std::mem::take(&mut texts.found);
                found.clear();
                span.into_iter().for_each(|span| field.tables.scan(texts.get(span), |entry| found.push(entry)));
                hits.all(&found);
                cache.keep(hash, step.tables, text, &found);
                texts.found = found;
            }
        }
    }

    /// Looks for keywords in the whole event.
    fn whole(&mut self) {
        self.work.marks.read = true;
        for source in &self.shape.sources {
            let whole = self.plan.sources.get(*source as usize).and_then(|source| source.whole.as_ref());
            if let Some(whole) = whole.filter(|whole| whole.may_hold(self.event, &mut self.work.texts)) {
                self.values(&whole.field);
            }
        }
    }

    /// Reads every value of the event, in one pass where the tables allow.
    #[cold]
    fn values(&mut self, field: &FieldTables) {
        let Work { marks, texts, .. } = &mut *self.work;
        let mut hits = Hits { plan: self.plan, shape: self.shape, course: self.course, marks };
        let start = texts.arena.len();
        let form = Form { cased: false, dashed: field.dashed };
        let line = crate::rule::view::line(self.event);
        if field.tables.is_contains_only() {
            for (_, value) in self.event.iter() {
                // A value that cannot be rendered (null) is simply not there.
                if texts.render(value, form).is_some() {
                    texts.arena.push(SEPARATOR);
                }
            }
            if let Some(line) = &line {
                texts.render(Value::Str(line), form);
            }
            field.tables.scan(texts.arena.get(start..).unwrap_or_default(), |entry| hits.hit(entry));
        } else {
            let values = self.event.iter().map(|(_, value)| value);
            for value in values.chain(line.as_deref().map(Value::Str)) {
                if let Some(span) = texts.render(value, form) {
                    field.tables.scan(texts.get(span), |entry| hits.hit(entry));
                }
                hits.number(field, value);
                texts.arena.truncate(start);
            }
        }
        texts.arena.truncate(start);
    }

    fn verify(&mut self, atom: &Atom) -> bool {
        if let (Test::Text { glob, form }, Place::View(view)) = (&atom.test, atom.place)
            && let Some(reading) = self.shape.reading(view).filter(|reading| !reading.many && !form.cased)
        {
            let texts = &mut self.work.texts;
            let span = texts.fold(reading.slot, reading.value(self.event), form.dashed);
            return span.is_some_and(|span| glob.matches(texts.get(span)));
        }
        let readings = FastReadings { shape: self.shape, event: self.event };
        atom.holds(&readings, &mut self.work.buffers)
    }
}

impl Ask for Run<'_> {
    #[inline]
    fn atom(&mut self, index: u32) -> bool {
        match self.work.marks.state(index) {
            YES => true,
            NO | DENIED => false,
            UNREAD if self.work.marks.read => false,
            UNREAD => {
                self.whole();
                self.work.marks.state(index) != UNREAD && self.atom(index)
            }
            _ => self.ask(index),
        }
    }
}

impl Run<'_> {
    #[inline(never)]
    fn ask(&mut self, index: u32) -> bool {
        let holds = self.atoms.get(index as usize).is_some_and(|atom| self.verify(atom));
        self.work.marks.set(index, if holds { YES } else { DENIED });
        holds
    }
}

/// Where hits go.
struct Hits<'a> {
    plan: &'a Plan,
    shape: &'a Shape,
    course: &'a Course,
    marks: &'a mut Marks,
}

impl Hits<'_> {
    #[inline]
    fn all(mut self, entries: &[Entry]) {
        entries.iter().for_each(|entry| self.hit(*entry));
    }

    #[inline]
    fn hit(&mut self, entry: Entry) {
        match self.marks.state(entry.atom) {
            NO | UNREAD => {
                self.marks.set(entry.atom, if entry.verify { ASK } else { YES });
                let rules = self.plan.wakes.of(entry.atom, &self.shape.active);
                rules.filter(|rule| self.course.is_possible(*rule)).for_each(|rule| self.marks.wake(rule));
            }
            ASK if !entry.verify => self.marks.set(entry.atom, YES),
            _ => {}
        }
    }

    /// Reads what is no text.
    #[cold]
    fn other(mut self, field: &FieldTables, texts: &mut Texts, value: Value<'_>) {
        let start = texts.arena.len();
        if let Some(span) = texts.render(value, Form { cased: false, dashed: field.dashed }) {
            field.tables.scan(texts.get(span), |entry| self.hit(entry));
        }
        texts.arena.truncate(start);
        self.number(field, value);
    }

    /// A number that is not written canonically (`1.0`, `1e3`) has a second chance among the numbers.
    fn number(&mut self, field: &FieldTables, value: Value<'_>) {
        if let Value::Number(_) = value
            && let Some(canonical) = canonical(value)
        {
            field.tables.scan_number(&canonical, |entry| self.hit(entry));
        }
    }
}
