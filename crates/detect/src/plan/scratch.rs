//! What matching needs beside the plan and the event, reused from event to event so that nothing is allocated.

use super::Plan;
use super::cache::Cache;
use super::conditions::State;
use super::shape::{Reading, Shape, Shapes};
use super::tables::Entry;
use crate::rule::atom::{Buffers, Place, Readings};
use crate::rule::fold::Form;
use model::{Event, Value};

/// Working memory of one thread's matching. It fits any rule set; changing the set costs one warm-up.
#[derive(Debug, Default)]
pub struct Scratch {
    plan: u64,
    forgets: bool,
    pub(super) shapes: Shapes,
    pub(super) work: Work,
}

/// What happens to one event.
#[derive(Debug, Default)]
pub(super) struct Work {
    pub(super) marks: Marks,
    pub(super) texts: Texts,
    pub(super) cache: Cache,
    pub(super) buffers: Buffers,
}

impl Scratch {
    /// An empty one that remembers what stood in which value, as far as that pays: values repeat themselves.
    pub fn new() -> Scratch {
        Scratch::default()
    }

    /// An empty one that reads every value anew. The answers are the same.
    pub fn forgetful() -> Scratch {
        Scratch { forgets: true, ..Scratch::default() }
    }

    /// Makes the scratch this plan's.
    pub(super) fn prepare(&mut self, plan: &Plan) {
        if self.plan == plan.id {
            return;
        }
        let forgets = self.forgets;
        let marks = Marks { states: plan.base.to_vec(), woken: vec![false; plan.rules.len()], ..Marks::default() };
        let cache = if forgets { Cache::default() } else { Cache::for_tables(plan.fields.len()) };
        let work = Work { marks, cache, ..Work::default() };
        *self = Scratch { plan: plan.id, forgets, shapes: Shapes::default(), work };
    }
}

/// What happened to atoms and rules in the present event.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// By atom.
    pub(super) states: Vec<State>,
    /// Atoms whose state is not what it was at first.
    touched: Vec<u32>,
    woken: Vec<bool>,
    pub(super) list: Vec<u32>,
    /// Whether the whole event has been read.
    pub(super) read: bool,
}

impl Marks {
    /// Undoes what the last event left.
    pub(super) fn begin(&mut self, base: &[State]) {
        for atom in self.touched.drain(..) {
            if let (Some(state), Some(first)) = (self.states.get_mut(atom as usize), base.get(atom as usize)) {
                *state = *first;
            }
        }
        for rule in self.list.drain(..) {
            if let Some(woken) = self.woken.get_mut(rule as usize) {
                *woken = false;
            }
        }
        self.read = false;
    }

    #[inline]
    pub(super) fn state(&self, atom: u32) -> State {
        self.states.get(atom as usize).copied().unwrap_or_default()
    }

    #[inline]
    pub(super) fn set(&mut self, atom: u32, to: State) {
        if let Some(state) = self.states.get_mut(atom as usize) {
            *state = to;
            self.touched.push(atom);
        }
    }

    #[inline]
    pub(super) fn wake(&mut self, rule: u32) {
        if let Some(woken) = self.woken.get_mut(rule as usize).filter(|woken| !**woken) {
            *woken = true;
            self.list.push(rule);
        }
    }
}

/// Folded texts of the present event.
#[derive(Debug, Default)]
pub(super) struct Texts {
    pub(super) arena: Vec<u8>,
    text: String,
    /// Slots that were folded, and where in the arena.
    folded: Vec<Folded>,
    /// All of the event's text, folded; and whether also to one dash, once it is there.
    whole: (Vec<u8>, Option<bool>),
    /// What stands in the present value.
    pub(super) found: Vec<Entry>,
}

#[derive(Clone, Copy, Debug)]
struct Folded {
    slot: u32,
    dashed: bool,
    span: (u32, u32),
}

impl Texts {
    pub(super) fn begin(&mut self) {
        self.arena.clear();
        self.folded.clear();
        self.whole.1 = None;
    }

    /// All of the event's text, folded once per event and form.
    pub(super) fn whole(&mut self, text: &str, form: Form) -> &[u8] {
        let (folded, of) = &mut self.whole;
        if *of != Some(form.dashed) {
            folded.clear();
            form.render(text, folded);
            *of = Some(form.dashed);
        }
        folded
    }

    /// Renders a value at the end of the arena; nothing for null.
    pub(super) fn render(&mut self, value: Value<'_>, form: Form) -> Option<(u32, u32)> {
        let text = value.text(&mut self.text)?;
        let start = self.arena.len();
        form.render(text, &mut self.arena);
        // An event's text is addressed by 32 bits; an arena beyond that would fold each value four billion bytes over.
        Some((u32::try_from(start).ok()?, u32::try_from(self.arena.len()).ok()?))
    }

    /// A slot's folded text, rendered once per event and form.
    pub(super) fn fold(&mut self, slot: u32, value: Value<'_>, dashed: bool) -> Option<(u32, u32)> {
        // Few are folded, and the one asked for is mostly the last.
        if let Some(known) = self.folded.iter().rev().find(|known| known.slot == slot && known.dashed == dashed) {
            return Some(known.span);
        }
        let span = self.render(value, Form { cased: false, dashed })?;
        self.folded.push(Folded { slot, dashed, span });
        Some(span)
    }

    pub(super) fn get(&self, span: (u32, u32)) -> &[u8] {
        self.arena.get(span.0 as usize..span.1 as usize).unwrap_or_default()
    }
}

impl Reading {
    /// The values, in order.
    pub(super) fn values<'e>(&self, event: &'e Event) -> impl Iterator<Item = Value<'e>> + use<'e> {
        let (field, count) = (self.field, if self.many { usize::MAX } else { 1 });
        let slots = event.slots().get(self.slot as usize..).unwrap_or_default();
        slots.iter().filter(move |slot| slot.field() == field).take(count).map(|slot| event.value(slot))
    }

    /// The value of a reading that is not of many.
    pub(super) fn value<'e>(&self, event: &'e Event) -> Value<'e> {
        event.slots().get(self.slot as usize).map_or(Value::Null, |slot| event.value(slot))
    }
}

/// An event as the plan reads it: through its shape.
pub(super) struct FastReadings<'a> {
    pub(super) shape: &'a Shape,
    pub(super) event: &'a Event,
}

impl Readings for FastReadings<'_> {
    fn present(&self, place: Place) -> bool {
        match place {
            Place::View(view) => self.shape.reading(view).is_some(),
            Place::Anywhere => !self.event.slots().is_empty(),
        }
    }

    fn any(&self, place: Place, question: &mut dyn FnMut(Value<'_>) -> bool) -> bool {
        match place {
            Place::View(view) => {
                self.shape.reading(view).is_some_and(|reading| reading.values(self.event).any(question))
            }
            Place::Anywhere => crate::rule::view::anywhere(self.event, question),
        }
    }
}
