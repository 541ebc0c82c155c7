//! What matching needs beside the plan and the event, reused from event to event so that nothing is allocated.

use super::Plan;
use super::partition::Partition;
use crate::rule::atom::{Buffers, Place, Readings};
use crate::rule::fold::Form;
use crate::rule::view::{Link, Views};
use model::{Event, Field, LogSource, Value};
use rustc_hash::FxHashMap;
use std::ops::Range;

/// Working memory of one thread's matching. It fits any rule set; changing the set costs one warm-up.
#[derive(Debug, Default)]
pub struct Scratch {
    plan: u64,
    fields: Fields,
    routes: FxHashMap<LogSource, Range<u32>>,
    route_list: Vec<u32>,
    pub(super) views: Filled,
    pub(super) texts: Texts,
    pub(super) stamps: Stamps,
    pub(super) buffers: Buffers,
}

/// Distinct log sources that are remembered before the memory starts anew.
const MAX_ROUTES: usize = 4_096;

impl Scratch {
    /// An empty one.
    pub fn new() -> Scratch {
        Scratch::default()
    }

    /// Makes the scratch this plan's.
    pub(super) fn prepare(&mut self, plan: &Plan, views: &Views) {
        if self.plan != plan.id {
            *self = Scratch { plan: plan.id, ..Scratch::default() };
            self.views.list = vec![None; views.len()];
            self.views.stamps = vec![0; views.len()];
            self.stamps.atoms = vec![0; plan.partitions.iter().map(|p| p.atom_count()).max().unwrap_or(0)];
            self.stamps.rules = vec![0; plan.partitions.iter().map(|p| p.rule_count()).max().unwrap_or(0)];
        }
    }

    /// The places in the route list of the partitions that look at events of this log source.
    pub(super) fn route(&mut self, source: &LogSource, partitions: &[Partition]) -> Range<u32> {
        if let Some(route) = self.routes.get(source) {
            return route.clone();
        }
        if self.routes.len() >= MAX_ROUTES {
            self.routes.clear();
            self.route_list.clear();
        }
        // A rule set has at most as many partitions as rules, and routes are bounded.
        let start = self.route_list.len() as u32;
        self.route_list
            .extend(partitions.iter().zip(0u32..).filter(|(p, _)| source.satisfies(p.source())).map(|(_, index)| index));
        let route = start..self.route_list.len() as u32;
        self.routes.insert(*source, route.clone());
        route
    }

    /// The partition at a place of the route list.
    pub(super) fn routed(&self, at: u32) -> Option<u32> {
        self.route_list.get(at as usize).copied()
    }

    /// Fills the view from an event's slots.
    pub(super) fn fill(&mut self, views: &Views, event: &Event) {
        self.texts.arena.clear();
        self.views.begin();
        for (slot, index) in event.slots().iter().zip(0u32..) {
            for link in self.fields.links(slot.field(), views) {
                self.views.offer(*link, slot.field(), index);
            }
        }
    }
}

/// Which views a field feeds: by name once per field, by number ever after. Fields that the process meets later find
/// their views here too.
#[derive(Debug, Default)]
struct Fields {
    /// By the field's index; none for a field that was not met yet.
    ranges: Vec<Option<Range<u32>>>,
    links: Vec<Link>,
}

impl Fields {
    fn links(&mut self, field: Field, views: &Views) -> &[Link] {
        let range = match self.ranges.get(field.index()) {
            Some(Some(range)) => range.clone(),
            _ => self.learn(field, views),
        };
        self.links.get(range.start as usize..range.end as usize).unwrap_or_default()
    }

    #[cold]
    fn learn(&mut self, field: Field, views: &Views) -> Range<u32> {
        if self.ranges.len() <= field.index() {
            self.ranges.resize(field.index() + 1, None);
        }
        // Fields are bounded by the catalogue's limit, links by the rule set's names.
        let start = self.links.len() as u32;
        views.links_of(field, &mut self.links);
        let range = start..self.links.len() as u32;
        if let Some(place) = self.ranges.get_mut(field.index()) {
            *place = Some(range.clone());
        }
        range
    }
}

/// What one view reads in the present event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    rank: u32,
    field: Field,
    first: u32,
    many: bool,
    /// The folded text in the arena, if it is there already.
    plain: Option<(u32, u32)>,
    dashed: Option<(u32, u32)>,
}

/// The view, filled from the present event.
#[derive(Debug, Default)]
pub(super) struct Filled {
    list: Vec<Option<Reading>>,
    stamps: Vec<u32>,
    now: u32,
}

impl Filled {
    fn begin(&mut self) {
        self.now = self.now.wrapping_add(1);
        if self.now == 0 {
            self.stamps.fill(0);
            self.now = 1;
        }
    }

    fn offer(&mut self, link: Link, field: Field, slot: u32) {
        let view = link.view as usize;
        let (Some(place), Some(stamp)) = (self.list.get_mut(view), self.stamps.get_mut(view)) else { return };
        match place {
            Some(reading) if *stamp == self.now && link.rank >= reading.rank => {
                reading.many |= link.rank == reading.rank && reading.field == field;
            }
            _ => {
                *stamp = self.now;
                *place = Some(Reading { rank: link.rank, field, first: slot, many: false, plain: None, dashed: None });
            }
        }
    }

    /// What a view reads, if its field is present.
    pub(super) fn get(&self, view: u32) -> Option<&Reading> {
        let view = view as usize;
        (self.stamps.get(view) == Some(&self.now)).then(|| self.list.get(view)?.as_ref()).flatten()
    }

    fn get_mut(&mut self, view: u32) -> Option<&mut Reading> {
        let view = view as usize;
        if self.stamps.get(view) == Some(&self.now) { self.list.get_mut(view)?.as_mut() } else { None }
    }
}

impl Reading {
    /// The values, in order.
    pub(super) fn values<'e>(&self, event: &'e Event) -> impl Iterator<Item = Value<'e>> + use<'e> {
        let (field, count) = (self.field, if self.many { usize::MAX } else { 1 });
        let slots = event.slots().get(self.first as usize..).unwrap_or_default();
        slots.iter().filter(move |slot| slot.field() == field).take(count).map(|slot| event.value(slot))
    }
}

/// Folded texts of the present event.
#[derive(Debug, Default)]
pub(super) struct Texts {
    pub(super) arena: Vec<u8>,
    text: String,
}

impl Texts {
    /// Renders a value at the end of the arena; nothing for null.
    pub(super) fn render(&mut self, value: Value<'_>, form: Form) -> Option<(u32, u32)> {
        let text = value.text(&mut self.text)?;
        let start = self.arena.len();
        form.render(text, &mut self.arena);
        // An event's text is addressed by 32 bits; an arena beyond that would fold each value four billion bytes over.
        Some((u32::try_from(start).ok()?, u32::try_from(self.arena.len()).ok()?))
    }

    pub(super) fn get(&self, span: (u32, u32)) -> &[u8] {
        self.arena.get(span.0 as usize..span.1 as usize).unwrap_or_default()
    }
}

/// A single value's folded text, rendered once per event and form.
pub(super) fn folded(views: &mut Filled, texts: &mut Texts, event: &Event, view: u32, dashed: bool) -> Option<(u32, u32)> {
    let reading = views.get_mut(view)?;
    let cached = if dashed { reading.dashed } else { reading.plain };
    if cached.is_some() {
        return cached;
    }
    let span = texts.render(reading.values(event).next()?, Form { cased: false, dashed });
    if dashed {
        reading.dashed = span;
    } else {
        reading.plain = span;
    }
    span
}

impl Filled {
    /// The folded text of a view that has one value, if it has been rendered.
    pub(super) fn rendered(&self, view: u32, form: Form) -> Option<(u32, u32)> {
        let reading = self.get(view).filter(|reading| !reading.many && !form.cased)?;
        if form.dashed { reading.dashed } else { reading.plain }
    }
    /// Whether a view has more than one value.
    pub(super) fn has_many(&self, view: u32) -> bool {
        self.get(view).is_some_and(|reading| reading.many)
    }
}

/// What happened to the atoms and rules of the present partition.
#[derive(Debug, Default)]
pub(super) struct Stamps {
    pub(super) atoms: Vec<u32>,
    pub(super) rules: Vec<u32>,
    pub(super) woken: Vec<u32>,
    /// The present event and partition, shifted past the two bits of state.
    pub(super) now: u32,
}

impl Stamps {
    pub(super) fn begin(&mut self) {
        self.now = self.now.wrapping_add(4);
        if self.now == 0 {
            self.atoms.fill(0);
            self.rules.fill(0);
            self.now = 4;
        }
        self.woken.clear();
    }
}

/// An event as the plan reads it: through the filled view.
pub(super) struct FastReadings<'a> {
    pub(super) views: &'a Filled,
    pub(super) event: &'a Event,
}

impl Readings for FastReadings<'_> {
    fn present(&self, place: Place) -> bool {
        match place {
            Place::View(view) => self.views.get(view).is_some(),
            Place::Anywhere => !self.event.slots().is_empty(),
        }
    }

    fn any(&self, place: Place, question: &mut dyn FnMut(Value<'_>) -> bool) -> bool {
        match place {
            Place::View(view) => self.views.get(view).is_some_and(|reading| reading.values(self.event).any(question)),
            Place::Anywhere => crate::rule::view::anywhere(self.event, question),
        }
    }
}
