//! Which rules an event of a shape can meet at all, once a few of its values are known: most Windows rules are about one
//! event number, and what only other numbers ask for need not be read.

use super::Plan;
use super::conditions::{Known, NO};
use super::shape::{Reading, Shape};
use super::tables::Entry;
use crate::rule::atom::{Atom, Place, Test};
use crate::rule::fold::Form;
use model::{Event, Value};
use rustc_hash::FxHashMap;

/// Fields by whose value rules are told apart, at most.
pub(super) const TELLING: usize = 4;
/// So many rules must ask a field for that.
pub(super) const MIN_RULES: usize = 16;

/// Which of the values that are looked for each telling field has.
pub(super) type Classes = [u32; TELLING];

/// None of them.
const NONE: u32 = u32::MAX - 1;
/// It cannot be told beforehand: several values, or a number that is written in another way.
const OPEN: u32 = u32::MAX;

/// That these tables read this.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// Which of the plan's fields.
    pub tables: u32,
    pub reading: Reading,
}

/// What has to be done for an event of a shape.
#[derive(Debug, Default)]
pub(super) struct Course {
    /// By slot, so that tables of one slot share its folded text.
    pub steps: Box<[Step]>,
    /// Hits that are known already.
    pub hits: Box<[Entry]>,
    /// Rules that are woken whatever else there is.
    pub woken: Box<[u32]>,
    /// A bit for each rule that can hold.
    pub possible: Box<[u64]>,
    /// Whether rules wait for keywords.
    pub awaited: bool,
}

impl Course {
    /// Whether a rule can hold.
    #[inline]
    pub(super) fn is_possible(&self, rule: u32) -> bool {
        self.possible.get(rule as usize / 64).is_some_and(|word| word >> (rule % 64) & 1 == 1)
    }

    pub(super) fn bytes(&self) -> usize {
        size_of::<Course>()
            + size_of_val(&*self.steps)
            + size_of_val(&*self.hits)
            + size_of_val(&*self.woken)
            + size_of_val(&*self.possible)
    }

    /// The course of a shape of which no value is known.
    pub(super) fn open(shape: &Shape, plan: &Plan) -> Course {
        Course::of(shape, plan, rules(shape, plan).collect(), &[], Box::default())
    }

    /// The course of a shape where this event's telling values are known; other events of these classes go it too.
    pub(super) fn narrow(shape: &Shape, plan: &Plan, atoms: &[Atom], event: &Event) -> Course {
        let (mut hits, mut told): (FxHashMap<u32, Entry>, Vec<u32>) = Default::default();
        for step in &shape.telling {
            let Some(field) = plan.fields.get(step.tables as usize) else { continue };
            let value = step.reading.value(event);
            if class(plan, step, event, &mut Vec::new()) == OPEN {
                continue;
            }
            let (mut text, mut folded) = (String::new(), Vec::new());
            if let Some(text) = value.text(&mut text) {
                Form { cased: false, dashed: field.dashed }.render(text, &mut folded);
                let found = field.tables.whole(&folded).map_or(&[][..], |(_, entries)| entries);
                hits.extend(found.iter().map(|entry| (entry.atom, *entry)));
            }
            told.push(step.tables);
        }
        let is_told = |view: u32| {
            told.iter().any(|tables| plan.fields.get(*tables as usize).is_some_and(|field| field.view == view))
        };
        let of_atom = |index: u32| {
            let Some(Atom { place: Place::View(view), test }) = atoms.get(index as usize) else { return Known::Open };
            match (shape.reading(*view), test) {
                (None, Test::Null) | (Some(_), Test::Present) => Known::Yes,
                (None, _) => Known::No,
                // Only what is found by its text is told by the tables.
                (Some(_), _) if is_told(*view) && plan.base.get(index as usize) == Some(&NO) => {
                    match hits.get(&index) {
                        Some(Entry { verify: false, .. }) => Known::Yes,
                        Some(_) => Known::Open,
                        None => Known::No,
                    }
                }
                _ => Known::Open,
            }
        };
        let may_hold = |rule: &u32| {
            plan.rules.get(*rule as usize).is_some_and(|root| plan.conditions.known(*root, &of_atom) != Known::No)
        };
        let possible = rules(shape, plan).filter(may_hold).collect();
        let mut hits: Vec<Entry> = hits.values().copied().collect();
        hits.sort_unstable_by_key(|entry| entry.atom);
        Course::of(shape, plan, possible, &told, hits.into())
    }

    fn of(shape: &Shape, plan: &Plan, rules: Vec<u32>, told: &[u32], hits: Box<[Entry]>) -> Course {
        let mut possible = vec![0u64; plan.rules.len().div_ceil(64)];
        let mut tables: Vec<u32> = Vec::new();
        for rule in &rules {
            possible.get_mut(*rule as usize / 64).into_iter().for_each(|word| *word |= 1 << (rule % 64));
            tables.extend(plan.asks.get(*rule as usize).into_iter().flatten());
        }
        tables.sort_unstable();
        tables.dedup();
        let steps = tables.into_iter().filter(|tables| !told.contains(tables)).filter_map(|tables| {
            let view = plan.fields.get(tables as usize)?.view;
            Some(Step { tables, reading: *shape.reading(view)? })
        });
        let mut steps: Vec<Step> = steps.collect();
        steps.sort_by_key(|step| step.reading.slot);
        let mut course = Course { steps: steps.into(), hits, possible: possible.into(), ..Course::default() };
        let mut woken: Vec<u32> = Vec::new();
        for source in shape.sources.iter().filter_map(|source| plan.sources.get(*source as usize)) {
            woken.extend(&source.always);
            let present = source.present.iter().filter(|(view, _)| shape.reading(*view).is_some());
            woken.extend(present.map(|(_, rule)| rule));
            let awaited_by = source.whole.iter().flat_map(|whole| &whole.awaited_by);
            course.awaited |= awaited_by.into_iter().any(|rule| course.is_possible(*rule));
        }
        woken.retain(|rule| course.is_possible(*rule));
        woken.sort_unstable();
        woken.dedup();
        course.woken = woken.into();
        course
    }
}

/// The rules that look at events of a shape.
fn rules<'p>(shape: &'p Shape, plan: &'p Plan) -> impl Iterator<Item = u32> + use<'p> {
    shape
        .sources
        .iter()
        .filter_map(|source| plan.sources.get(*source as usize))
        .flat_map(|source| source.rules.iter().copied())
}

/// The classes of an event's telling values.
#[inline]
pub(super) fn classes(shape: &Shape, plan: &Plan, event: &Event, folded: &mut Vec<u8>) -> Classes {
    let mut classes = [OPEN; TELLING];
    for (step, place) in shape.telling.iter().zip(&mut classes) {
        *place = class(plan, step, event, folded);
    }
    classes
}

fn class(plan: &Plan, step: &Step, event: &Event, folded: &mut Vec<u8>) -> u32 {
    let Some(field) = plan.fields.get(step.tables as usize) else { return OPEN };
    if step.reading.many {
        return OPEN;
    }
    let text = match step.reading.value(event) {
        Value::Int(integer) => return field.tables.whole_integer(integer).unwrap_or(NONE),
        Value::Number(_) => return OPEN,
        Value::Null => return NONE,
        Value::Bool(true) => "true",
        Value::Bool(false) => "false",
        Value::Str(text) => text,
    };
    folded.clear();
    Form { cased: false, dashed: field.dashed }.render(text, folded);
    field.tables.whole(folded).map_or(NONE, |(class, _)| class)
}
