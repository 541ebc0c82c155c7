//! What an event's fields and log source decide, whatever its values: which tables read which slot, which rules may
//! hold. Events come in few shapes, so it is worked out once and remembered.

use super::Plan;
use super::narrow::{self, Classes, Course, Step, TELLING};
use super::wakes::Active;
use crate::rule::item::Vocabulary;
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

/// One shape of events.
#[derive(Debug, Default)]
pub(super) struct Shape {
    log_source: LogSource,
    fields: Box<[Field]>,
    /// Log sources of rules that the event satisfies.
    pub active: Active,
    /// The same, as a list.
    pub sources: Box<[u32]>,
    /// What is present, by view.
    pub readings: Box<[Reading]>,
    /// Fields whose values tell rules apart.
    pub telling: Box<[Step]>,
    /// What to do with any event of this shape.
    open: Course,
    /// What to do with events of these classes.
    narrow: FxHashMap<Classes, Course>,
    /// Events so far.
    seen: u32,
}

/// From so many events of a shape on it is worked out what the values of some fields leave to do: working it out takes
/// as long as many events.
const OFTEN: u32 = 32;

impl Shape {
    /// Works out the shape of an event.
    pub(super) fn of(event: &Event, plan: &Plan, views: &Views, known: &mut Fields) -> Shape {
        let sources = (0u32..).zip(&plan.sources).filter(|(_, source)| event.log_source.satisfies(&source.log_source));
        let sources: Box<[u32]> = sources.map(|(index, _)| index).collect();
        let fields = event.slots().iter().map(|slot| slot.field()).collect();
        let active = Active::new(plan.sources.len(), sources.iter().copied());
        let mut shape = Shape { log_source: event.log_source, fields, active, sources, ..Shape::default() };
        if shape.sources.is_empty() {
            return shape;
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
        shape.readings = readings.into();
        shape.open = Course::open(&shape, plan);
        let telling = shape.open.steps.iter().filter(|step| plan.telling.contains(&step.tables));
        shape.telling = telling.copied().take(TELLING).collect();
        shape
    }

    /// Whether any rule may hold.
    pub(super) fn is_watched(&self) -> bool {
        !self.sources.is_empty()
    }

    fn is_of(&self, event: &Event) -> bool {
        self.log_source == event.log_source
            && self.fields.len() == event.slots().len()
            && self.fields.iter().zip(event.slots()).all(|(field, slot)| *field == slot.field())
    }

    fn bytes(&self) -> usize {
        size_of::<Shape>()
            + size_of_val(&*self.fields)
            + size_of_val(&*self.readings)
            + size_of_val(&*self.telling)
            + self.open.bytes()
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
    folded: Vec<u8>,
}

impl Shapes {
    /// The shape of an event, and what to do with it.
    pub(super) fn of(&mut self, event: &Event, plan: &Plan, vocabulary: &Vocabulary) -> (&Shape, &Course) {
        let hash = hash(event);
        let known = self.by_hash.get(&hash).map(|at| *at as usize);
        let at = match known.filter(|at| self.list.get(*at).is_some_and(|shape| shape.is_of(event))) {
            Some(at) => at,
            None => self.meet(event, plan, &vocabulary.views, hash),
        };
        let Some(shape) = self.list.get_mut(at) else { return (&self.odd, &self.odd.open) };
        if shape.telling.is_empty() {
            return (shape, &shape.open);
        }
        if shape.seen < OFTEN {
            shape.seen += 1;
            return (shape, &shape.open);
        }
        let classes = narrow::classes(shape, plan, event, &mut self.folded);
        // A sender may put every value that rules look for beside every other: past the limit all go the open course,
        // until the next new shape makes the memory start anew.
        if !shape.narrow.contains_key(&classes) && self.bytes < MAX_BYTES {
            let course = Course::narrow(shape, plan, &vocabulary.atoms, event);
            self.bytes += course.bytes();
            shape.narrow.insert(classes, course);
        }
        (shape, shape.narrow.get(&classes).unwrap_or(&shape.open))
    }

    /// Where the shape of an event is from now on; nowhere if it is not remembered.
    #[cold]
    fn meet(&mut self, event: &Event, plan: &Plan, views: &Views, hash: u64) -> usize {
        let shape = Shape::of(event, plan, views, &mut self.fields);
        if event.slots().len() > MAX_SLOTS {
            self.odd = shape;
            return usize::MAX;
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
        self.list.len() - 1
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

#[cfg(test)]
mod tests {
    use super::MAX_BYTES;
    use crate::{RuleFile, RuleSet, Scratch};
    use model::{Event, Field, LogSource, Name, Timestamp};

    /// A sender can put every value that rules look for beside every other; that is more than may be remembered.
    #[test]
    fn courses_are_remembered_within_a_limit() {
        const VALUES: usize = 64;
        let rule = |n| format!("title: R{n}\nlogsource: {{product: narrow}}\ndetection: {{s: {{A: v{n}, B: v{n}, C: v{n}}}, condition: s}}\n");
        let text = (0..VALUES).map(rule).collect::<Vec<_>>().join("---\n");
        let (set, report) = RuleSet::compile(vec![RuleFile { name: "r.yml".to_owned(), text: text.into_bytes() }]);
        assert_eq!(report.refused, []);
        let fields = ["A", "B", "C"].map(|name| Field::intern_for_rule(name).unwrap());
        let (mut event, mut scratch, mut found) = (Event::default(), Scratch::new(), Vec::new());
        for n in 0..VALUES.pow(3) / 2 {
            event.reset(b"", Timestamp(0));
            event.log_source = LogSource::new(Name::of("narrow"), Name::NONE);
            let values = [n % VALUES, n / VALUES % VALUES, n / VALUES / VALUES];
            fields.iter().zip(values).for_each(|(field, value)| event.push_str(*field, &format!("v{value}")));
            found.clear();
            set.matches(&event, &mut scratch, &mut found);
            let equal = values.iter().all(|value| *value == values[0]);
            assert_eq!(found, if equal { vec![values[0] as u32] } else { vec![] });
        }
        assert!((MAX_BYTES..MAX_BYTES + 1_024).contains(&scratch.shapes.bytes), "{}", scratch.shapes.bytes);
    }
}
