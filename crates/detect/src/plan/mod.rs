//! The compiled plan: the same answers as asking every atom of every rule, faster.
//!
//! The atoms of all rules that look at one field share one set of tables (hash tables for exact text and suffixes, a
//! sorted chain for prefixes, windows and an automaton for `contains`), so that a value is read once however many rules
//! look at it, and not at all where what stands in it is remembered. A hit marks its atom and wakes those rules of the
//! event's log source for which that atom is one of those without which they cannot hold; only woken rules (and the few
//! that can hold without any hit) have their condition evaluated. What costs more than a table (regular expressions,
//! networks, inner wildcards, `cased`) stands behind a literal where it has one, is asked only when a condition reaches
//! it, and once per event; so is reading the whole event for keywords, unless a rule has nothing else to wait for.
//! Which tables read which slot depends on the event's fields alone and is worked out once per shape of events; of a shape
//! that comes often, once more for each event number (or other whole value that tells rules apart), so that what only
//! other numbers ask for is not read.

mod cache;
mod conditions;
mod fields;
mod grams;
mod literal;
mod narrow;
mod run;
mod scratch;
mod shape;
mod tables;
mod tree;
mod wakes;
mod whole;

pub use run::Meter;
pub use scratch::Scratch;

use crate::rule::Rule;
use crate::rule::atom::{Atom, Place};
use crate::rule::item::Vocabulary;
use conditions::{ASK, Conditions, NO, State, UNREAD};
use fields::FieldTables;
use model::{Event, LogSource};
use run::Run;
use rustc_hash::FxHashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use tree::{Forest, Trigger, is_lazy};
use wakes::Wakes;
use whole::Whole;

/// A rule set, compiled.
#[derive(Debug)]
pub(crate) struct Plan {
    /// Tells one plan's scratch from another's.
    id: u64,
    sources: Vec<Source>,
    /// The condition of each rule.
    rules: Vec<u32>,
    conditions: Conditions,
    /// What is known of each atom before an event is read.
    base: Vec<State>,
    fields: Vec<FieldTables>,
    /// Which of the fields each rule asks, by their place.
    asks: Vec<Box<[u32]>>,
    /// Fields of whole values that many rules ask: what they hold tells which rules are left.
    telling: Vec<u32>,
    wakes: Wakes,
}

/// A log source that rules look at.
#[derive(Debug)]
struct Source {
    log_source: LogSource,
    rules: Vec<u32>,
    /// Rules that can hold without any hit.
    always: Vec<u32>,
    /// Rules that can hold where a field of the view is present.
    present: Vec<(u32, u32)>,
    /// What they look for anywhere in an event.
    whole: Option<Whole>,
}

static NEXT_PLAN: AtomicU64 = AtomicU64::new(1);

impl Plan {
    /// Compiles rules.
    pub(crate) fn build(rules: &[Rule], vocabulary: &Vocabulary) -> Plan {
        let atoms = &vocabulary.atoms;
        let (mut forest, mut sources) = (Forest::of(rules, atoms.len()), Vec::new());
        let (mut roots, mut waiting) = (Vec::with_capacity(rules.len()), Vec::new());
        let mut asked_by: Vec<Vec<u32>> = vec![Vec::new(); atoms.len()];
        let mut by_source: FxHashMap<LogSource, u32> = FxHashMap::default();
        for (rule, index) in rules.iter().zip(0u32..) {
            // At most as many as rules.
            let of = *by_source.entry(rule.log_source).or_insert_with(|| {
                let (rules, always, present) = (Vec::new(), Vec::new(), Vec::new());
                sources.push(Source { log_source: rule.log_source, rules, always, present, whole: None });
                (sources.len() - 1) as u32
            });
            let built = forest.rule(&rule.logic, atoms);
            roots.push(built.node);
            for atom in rule.logic.atoms() {
                let list = asked_by.get_mut(atom as usize);
                list.into_iter().filter(|list| list.last() != Some(&of)).for_each(|list| list.push(of));
            }
            let Some(source) = sources.get_mut(of as usize) else { continue };
            source.rules.push(index);
            let Some((_, triggers)) = built.required else {
                source.always.push(index);
                continue;
            };
            for trigger in triggers {
                match trigger {
                    Trigger::Present(view) => source.present.push((view, index)),
                    Trigger::Atom(atom) => waiting.push((atom, of, index)),
                }
            }
        }
        waiting.sort_unstable();
        waiting.dedup();
        for (source, of) in sources.iter_mut().zip(0u32..) {
            source.whole = keywords(of, atoms, &asked_by, &waiting);
        }
        let fields = fields::build(atoms);
        let asks: Vec<Box<[u32]>> = rules.iter().map(|rule| asked(rule, atoms, &fields)).collect();
        Plan {
            id: NEXT_PLAN.fetch_add(1, Ordering::Relaxed),
            sources,
            rules: roots.into_iter().map(|root| conditions::child(&forest.nodes, root)).collect(),
            conditions: Conditions::build(&forest.nodes),
            base: atoms.iter().map(first_state).collect(),
            telling: telling(&fields, &asks),
            fields,
            asks,
            wakes: Wakes::build(atoms.len(), &waiting),
        }
    }

    /// Appends the indexes of the rules that hold, in ascending order.
    pub(crate) fn matches(
        &self,
        vocabulary: &Vocabulary,
        event: &Event,
        scratch: &mut Scratch,
        out: &mut Vec<u32>,
        meter: Option<&mut dyn Meter>,
    ) {
        scratch.prepare(self);
        let Scratch { shapes, work, .. } = scratch;
        let (shape, course) = shapes.of(event, self, vocabulary);
        if !shape.is_watched() {
            return;
        }
        let found = out.len();
        Run { plan: self, atoms: &vocabulary.atoms, event, shape, course, work }.run(out, meter);
        if let Some(found) = out.get_mut(found..) {
            found.sort_unstable();
        }
    }
}

/// The keywords of a log source. `waiting` has the atoms that rules wait for, each with its log source.
fn keywords(source: u32, atoms: &[Atom], asked_by: &[Vec<u32>], waiting: &[(u32, u32, u32)]) -> Option<Whole> {
    let asks = |by: &[u32]| by.contains(&source);
    let members = atoms.iter().zip(asked_by).zip(0u32..).filter(|((atom, by), _)| atom.place == Place::Anywhere && asks(by));
    let members: Vec<u32> = members.map(|(_, index)| index).collect();
    let awaits = |(atom, of, _): &&(u32, u32, u32)| *of == source && members.binary_search(atom).is_ok();
    let awaited_by = waiting.iter().filter(awaits).map(|(_, _, rule)| *rule).collect();
    Whole::build(&members, atoms, awaited_by)
}

/// The fields that a rule asks, by their place among the tables.
fn asked(rule: &Rule, atoms: &[Atom], fields: &[FieldTables]) -> Box<[u32]> {
    let places = rule.logic.atoms().filter_map(|atom| match atoms.get(atom as usize)?.place {
        Place::View(view) => fields.binary_search_by_key(&view, |field| field.view).ok(),
        Place::Anywhere => None,
    });
    // At most as many as fields.
    let mut places: Vec<u32> = places.map(|place| place as u32).collect();
    places.sort_unstable();
    places.dedup();
    places.into()
}

/// The fields of whole values that most rules ask.
fn telling(fields: &[FieldTables], asks: &[Box<[u32]>]) -> Vec<u32> {
    let mut counts = vec![0usize; fields.len()];
    asks.iter().flatten().for_each(|field| counts.get_mut(*field as usize).into_iter().for_each(|count| *count += 1));
    let mut telling: Vec<(usize, u32)> = counts.into_iter().zip(0u32..).collect();
    let is_telling = |field: u32| fields.get(field as usize).is_some_and(|field| field.tables.is_exact_only());
    telling.retain(|(count, field)| *count >= narrow::MIN_RULES && is_telling(*field));
    telling.sort_unstable_by(|a, b| b.cmp(a));
    telling.into_iter().map(|(_, field)| field).collect()
}

/// What is known of an atom before an event is read.
fn first_state(atom: &Atom) -> State {
    match (is_lazy(&atom.test), atom.place) {
        (true, _) => ASK,
        (false, Place::Anywhere) => UNREAD,
        (false, Place::View(_)) => NO,
    }
}
