//! What an event's fields and log source decide, whatever its values: which tables read which slot, which rules may
//! hold. Events come in few shapes, so it is worked out once and remembered.

use super::Plan;
use super::wakes::Active;
use crate::rule::view::{Link, Views};
use model::{Event, Field, LogSource};
use rustc_hash::FxHashMap;
use std::hash::{Hash, Hasher};
use std::ops::Range;

/// What one view reads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    /// The view.
    pub view: u32,
    /// The field that it reads.
    pub field: Field,
    /// The first slot of that field.
    pub slot: u32,
    /// Whether more slots follow.
    pub many: bool,
    rank: u32,
}

/// That these tables read this.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// Which of the plan's fields.
    pub tables: u32,
    pub reading: Reading,
}

/// One shape of events.
#[derive(Debug, Default)]
pub(super) struct Shape {
    log_source: LogSource,
    fields: Box<[Field]>,
    /// Log sources of rules that the event satisfies.
    pub active: Active,
    /// Whether any rule may hold.
    pub watched: bool,
    /// By slot, so that tables of one slot share its folded text.
    pub steps: Box<[Step]>,
    /// What is present, by view.
    pub readings: Box<[Reading]>,
    /// Rules that are woken whatever the values.
    pub woken: Box<[u32]>,
    /// Log sources whose rules look for keywords.
    pub wholes: Box<[u32]>,
    /// Whether rules wait for any of these.
    pub awaited: bool,
}

impl Shape {
    /// Works out the shape of an event.
    pub(super) fn of(event: &Event, plan: &Plan, views: &Views, known: &mut Fields) -> Shape {
        let sources = (0u32..).zip(&plan.sources).filter(|(_, source)| event.log_source.satisfies(&source.log_source));
        let sources: Vec<u32> = sources.map(|(index, _)| index).collect();
        let fields = event.slots().iter().map(|slot| slot.field()).collect();
        let active = Active::new(plan.sources.len(), sources.iter().copied());
        if sources.is_empty() {
            return Shape { log_source: event.log_source, fields, active, ..Shape::default() };
        }
        let mut readings: Vec<Reading> = Vec::new();
        let mut by_view: FxHashMap<u32, usize> = FxHashMap::default();
        for (slot, index) in event.slots().iter().zip(0u32..) {
            for Link { view, rank } in known.links(slot.field(), views) {
                let reading = Reading { view: *view, field: slot.field(), slot: index, many: false, rank: *rank };
                let at = *by_view.entry(*view).or_insert(readings.len());
                match readings.get_mut(at) {
                    Some(known) if known.rank > *rank => *known = reading,
                    Some(known) => known.many |= known.rank == *rank && known.field == slot.field(),
                    None => readings.push(reading),
                }
            }
        }
        readings.sort_unstable_by_key(|reading| reading.view);
        let of_view = |view: u32| {
            readings.binary_search_by_key(&view, |reading| reading.view).ok().and_then(|at| readings.get(at))
        };
        let mut steps: Vec<Step> = (0u32..)
            .zip(&plan.fields)
            .filter(|(_, field)| field.sources.iter().any(|source| active.has(*source)))
            .filter_map(|(tables, field)| Some(Step { tables, reading: *of_view(field.view)? }))
            .collect();
        steps.sort_by_key(|step| step.reading.slot);
        let of_plan = |source: &u32| plan.sources.get(*source as usize);
        let mut woken: Vec<u32> = Vec::new();
        for source in sources.iter().filter_map(of_plan) {
            woken.extend(&source.always);
            let present = source.present.iter().filter(|(view, _)| of_view(*view).is_some());
            woken.extend(present.map(|(_, rule)| rule));
        }
        woken.sort_unstable();
        woken.dedup();
        let whole = |source: &u32| of_plan(source)?.whole.as_ref();
        let awaited = sources.iter().filter_map(whole).any(|whole| whole.awaited);
        let wholes: Vec<u32> = sources.iter().filter(|source| whole(source).is_some()).copied().collect();
        Shape {
            log_source: event.log_source,
            fields,
            active,
            watched: true,
            steps: steps.into(),
            readings: readings.into(),
            woken: woken.into(),
            wholes: wholes.into(),
            awaited,
        }
    }

    fn is_of(&self, event: &Event) -> bool {
        self.log_source == event.log_source
            && self.fields.len() == event.slots().len()
            && self.fields.iter().zip(event.slots()).all(|(field, slot)| *field == slot.field())
    }

    fn bytes(&self) -> usize {
        size_of::<Shape>()
            + size_of_val(&*self.fields)
            + size_of_val(&*self.steps)
            + size_of_val(&*self.readings)
            + size_of_val(&*self.woken)
            + size_of_val(&*self.wholes)
    }

    /// What a view reads, if its field is present.
    pub(super) fn reading(&self, view: u32) -> Option<&Reading> {
        let at = self.readings.binary_search_by_key(&view, |reading| reading.view).ok()?;
        self.readings.get(at)
    }
}

/// Shapes are remembered up to this many bytes; then the memory starts anew.
const MAX_BYTES: usize = 8 << 20;
/// Events with more slots are worked out each time: they are rare, and no two are alike.
const MAX_SLOTS: usize = 512;

/// The shapes met so far.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    by_hash: FxHashMap<u64, u32>,
    list: Vec<Shape>,
    bytes: usize,
    fields: Fields,
    /// The present event's shape, where it is not remembered.
    odd: Shape,
}

impl Shapes {
    /// The shape of an event.
    pub(super) fn of(&mut self, event: &Event, plan: &Plan, views: &Views) -> &Shape {
        let hash = hash(event);
        let known = self.by_hash.get(&hash).copied();
        // Two lookups, because a shape that is handed out here would keep all others from being changed below.
        if let Some(at) =
            known.map(|at| at as usize).filter(|at| self.list.get(*at).is_some_and(|shape| shape.is_of(event)))
        {
            return self.list.get(at).unwrap_or(&self.odd);
        }
        self.meet(event, plan, views, hash)
    }

    #[cold]
    fn meet(&mut self, event: &Event, plan: &Plan, views: &Views, hash: u64) -> &Shape {
        let shape = Shape::of(event, plan, views, &mut self.fields);
        if event.slots().len() > MAX_SLOTS {
            self.odd = shape;
            return &self.odd;
        }
        if self.bytes + shape.bytes() > MAX_BYTES {
            self.by_hash.clear();
            self.list.clear();
            self.bytes = 0;
        }
        self.bytes += shape.bytes();
        // Bounded by their bytes.
        self.by_hash.insert(hash, self.list.len() as u32);
        self.list.push(shape);
        self.list.last().unwrap_or(&self.odd)
    }
}

fn hash(event: &Event) -> u64 {
    let mut hasher = rustc_hash::FxHasher::default();
    event.log_source.hash(&mut hasher);
    let mut pairs = event.slots().chunks_exact(2);
    for pair in &mut pairs {
        let both = pair.iter().fold(0u64, |both, slot| both << 32 | slot.field().index() as u64);
        hasher.write_u64(both);
    }
    for slot in pairs.remainder() {
        hasher.write_u64(slot.field().index() as u64);
    }
    hasher.finish()
}

/// Which views a field feeds: by name once per field, by number ever after. Fields that the process meets later find
/// their views here too.
#[derive(Debug, Default)]
pub(super) struct Fields {
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
