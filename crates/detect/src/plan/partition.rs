//! The rules of one log source, compiled.

use super::literal;
use super::scratch::{FastReadings, Filled, Scratch, Stamps, Texts, folded};
use super::tables::{Entry, SEPARATOR, Standing, Tables};
use super::tree::{Forest, Node, Trigger, is_lazy};
use crate::rule::atom::{Atom, Buffers, Place, Test, canonical};
use crate::rule::fold::Form;
use crate::rule::pattern::Shape;
use crate::rule::Rule;
use model::{Event, LogSource, Value};
use std::collections::BTreeMap;

/// The rules of one log source.
#[derive(Debug)]
pub(super) struct Partition {
    source: LogSource,
    rules: Vec<Planned>,
    nodes: Vec<Node>,
    /// Atoms of the set, by their number here.
    atoms: Vec<u32>,
    /// Whether an atom has no text to look for.
    lazy: Vec<bool>,
    groups: Vec<Group>,
    anywhere: Option<Group>,
    wakes: Lists,
    /// Rules that can hold without any hit.
    always: Vec<u32>,
}

#[derive(Debug)]
struct Planned {
    /// Index in the rule set.
    rule: u32,
    root: u32,
}

/// One field of the view with its tables.
#[derive(Debug)]
struct Group {
    view: u32,
    /// Values are also brought to one dash.
    dashed: bool,
    tables: Tables,
    /// Rules that are woken where the field is present.
    wakes: Vec<u32>,
}

/// Lists of rules, by atom.
#[derive(Debug, Default)]
struct Lists {
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Lists {
    fn build(lists: &[Vec<u32>]) -> Lists {
        let mut built = Lists { starts: vec![0], items: Vec::new() };
        for list in lists {
            built.items.extend_from_slice(list);
            // Bounded by rules times atoms of a rule.
            built.starts.push(built.items.len() as u32);
        }
        built
    }
    fn get(&self, index: u32) -> &[u32] {
        let bounds = (self.starts.get(index as usize), self.starts.get(index as usize + 1));
        let (Some(start), Some(end)) = bounds else { return &[] };
        self.items.get(*start as usize..*end as usize).unwrap_or_default()
    }
}

const TRUE: u32 = 1;
const MAYBE: u32 = 2;
const FALSE: u32 = 3;
const STATE: u32 = 3;

impl Partition {
    pub(super) fn build(source: LogSource, members: &[u32], rules: &[Rule], atoms: &[Atom]) -> Partition {
        let mut forest = Forest::default();
        let mut planned = Vec::with_capacity(members.len());
        let mut always = Vec::new();
        let mut triggers: Vec<(Trigger, u32)> = Vec::new();
        for member in members {
            let Some(rule) = rules.get(*member as usize) else { continue };
            let built = forest.rule(&rule.logic, atoms);
            // At most as many as the rule set has.
            let index = planned.len() as u32;
            match built.required {
                Some((_, list)) => triggers.extend(list.into_iter().map(|trigger| (trigger, index))),
                None => always.push(index),
            }
            planned.push(Planned { rule: *member, root: built.node });
        }
        triggers.sort_unstable();
        triggers.dedup();
        let mut wakes = vec![Vec::new(); forest.atoms.len()];
        let mut present: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (trigger, rule) in triggers {
            match trigger {
                Trigger::Atom(atom) => wakes.get_mut(atom as usize).into_iter().for_each(|list| list.push(rule)),
                Trigger::Present(view) => present.entry(view).or_default().push(rule),
            }
        }
        let (groups, anywhere) = groups(&forest.atoms, atoms, present);
        let lazy = forest.atoms.iter().map(|atom| atoms.get(*atom as usize).is_none_or(|atom| is_lazy(&atom.test))).collect();
        Partition {
            source,
            rules: planned,
            nodes: forest.nodes,
            atoms: forest.atoms,
            lazy,
            groups,
            anywhere,
            wakes: Lists::build(&wakes),
            always,
        }
    }

    pub(super) fn source(&self) -> &LogSource {
        &self.source
    }
    pub(super) fn atom_count(&self) -> usize {
        self.atoms.len()
    }
    pub(super) fn rule_count(&self) -> usize {
        self.rules.len()
    }

    /// Appends the rules that hold.
    pub(super) fn run(&self, atoms: &[Atom], event: &Event, scratch: &mut Scratch, out: &mut Vec<u32>) {
        let Scratch { views, texts, stamps, buffers, .. } = scratch;
        stamps.begin();
        for group in &self.groups {
            if views.get(group.view).is_none() {
                continue;
            }
            group.wakes.iter().for_each(|rule| wake(stamps, *rule));
            self.read(group, event, views, texts, stamps);
        }
        if let Some(group) = &self.anywhere {
            self.read_all(group, event, texts, stamps);
        }
        self.always.iter().for_each(|rule| wake(stamps, *rule));
        let woken = std::mem::take(&mut stamps.woken);
        let mut asking = Asking { partition: self, atoms, readings: FastReadings { views, event }, texts, stamps, buffers };
        for planned in woken.iter().filter_map(|rule| self.rules.get(*rule as usize)) {
            if asking.node(planned.root) {
                out.push(planned.rule);
            }
        }
        scratch.stamps.woken = woken;
    }

    /// Reads the values of a field that is present.
    fn read(&self, group: &Group, event: &Event, views: &mut Filled, texts: &mut Texts, stamps: &mut Stamps) {
        if views.has_many(group.view) {
            let Some(values) = views.get(group.view).map(|reading| reading.values(event)) else { return };
            values.for_each(|value| self.scan(group, value, texts, stamps));
            return;
        }
        if let Some(span) = folded(views, texts, event, group.view, group.dashed) {
            group.tables.scan(texts.get(span), |entry| self.hit(stamps, entry));
        }
        if group.tables.has_numbers() {
            let value = views.get(group.view).and_then(|reading| reading.values(event).next());
            value.into_iter().for_each(|value| self.scan_number(group, value, stamps));
        }
    }

    /// Reads every value of the event, in one pass where the tables allow.
    fn read_all(&self, group: &Group, event: &Event, texts: &mut Texts, stamps: &mut Stamps) {
        if !group.tables.is_contains_only() {
            event.iter().for_each(|(_, value)| self.scan(group, value, texts, stamps));
            crate::rule::view::line(event).iter().for_each(|line| self.scan(group, Value::Str(line), texts, stamps));
            return;
        }
        let start = texts.arena.len();
        for (_, value) in event.iter() {
            // A value that cannot be rendered (null) is simply not there.
            if texts.render(value, Form { cased: false, dashed: group.dashed }).is_some() {
                texts.arena.push(SEPARATOR);
            }
        }
        if let Some(line) = crate::rule::view::line(event) {
            texts.render(Value::Str(&line), Form { cased: false, dashed: group.dashed });
        }
        group.tables.scan(texts.arena.get(start..).unwrap_or_default(), |entry| self.hit(stamps, entry));
        texts.arena.truncate(start);
    }

    fn scan(&self, group: &Group, value: Value<'_>, texts: &mut Texts, stamps: &mut Stamps) {
        let before = texts.arena.len();
        if let Some(span) = texts.render(value, Form { cased: false, dashed: group.dashed }) {
            group.tables.scan(texts.get(span), |entry| self.hit(stamps, entry));
        }
        texts.arena.truncate(before);
        self.scan_number(group, value, stamps);
    }

    /// A number that is not written canonically (`1.0`, `1e3`) has a second chance among the numbers.
    fn scan_number(&self, group: &Group, value: Value<'_>, stamps: &mut Stamps) {
        if let Value::Number(_) = value
            && let Some(canonical) = canonical(value)
        {
            group.tables.scan_number(&canonical, |entry| self.hit(stamps, entry));
        }
    }

    fn hit(&self, stamps: &mut Stamps, entry: Entry) {
        let Some(stamp) = stamps.atoms.get_mut(entry.atom as usize) else { return };
        if *stamp & !STATE == stamps.now {
            if !entry.verify {
                *stamp = stamps.now | TRUE;
            }
            return;
        }
        *stamp = stamps.now | if entry.verify { MAYBE } else { TRUE };
        self.wakes.get(entry.atom).iter().for_each(|rule| wake(stamps, *rule));
    }
}

fn wake(stamps: &mut Stamps, rule: u32) {
    if let Some(stamp) = stamps.rules.get_mut(rule as usize).filter(|stamp| **stamp != stamps.now) {
        *stamp = stamps.now;
        stamps.woken.push(rule);
    }
}

/// Conditions being evaluated.
struct Asking<'a> {
    partition: &'a Partition,
    atoms: &'a [Atom],
    readings: FastReadings<'a>,
    texts: &'a Texts,
    stamps: &'a mut Stamps,
    buffers: &'a mut Buffers,
}

impl Asking<'_> {
    /// Whether a subtree holds. Conditions and YAML are bounded in depth, and so is this.
    fn node(&mut self, index: u32) -> bool {
        match self.partition.nodes.get(index as usize) {
            Some(Node::Atom(atom)) => self.atom(*atom),
            Some(Node::All(parts)) => parts.iter().all(|part| self.node(*part)),
            Some(Node::Any(parts)) => parts.iter().any(|part| self.node(*part)),
            Some(Node::Not(part)) => !self.node(*part),
            Some(Node::AtLeast(count, parts)) => {
                let mut missing = *count;
                parts.iter().any(|part| {
                    missing -= u64::from(self.node(*part));
                    missing == 0
                })
            }
            None => false,
        }
    }

    fn atom(&mut self, local: u32) -> bool {
        let at = local as usize;
        let stamp = self.stamps.atoms.get(at).copied().unwrap_or(0);
        if stamp & !STATE == self.stamps.now {
            match stamp & STATE {
                TRUE => return true,
                FALSE => return false,
                _ => {}
            }
        } else if !self.partition.lazy.get(at).copied().unwrap_or(true) {
            return false;
        }
        let atom = self.partition.atoms.get(at).and_then(|atom| self.atoms.get(*atom as usize));
        let holds = atom.is_some_and(|atom| self.verify(atom));
        if let Some(stamp) = self.stamps.atoms.get_mut(at) {
            *stamp = self.stamps.now | if holds { TRUE } else { FALSE };
        }
        holds
    }

    fn verify(&mut self, atom: &Atom) -> bool {
        if let (Test::Text { glob, form }, Place::View(view)) = (&atom.test, atom.place)
            && let Some(span) = self.readings.views.rendered(view, *form)
        {
            return glob.matches(self.texts.get(span));
        }
        atom.holds(&self.readings, self.buffers)
    }
}

/// The fields that these atoms look at, with their tables, and the tables of the whole event.
fn groups(members: &[u32], atoms: &[Atom], mut present: BTreeMap<u32, Vec<u32>>) -> (Vec<Group>, Option<Group>) {
    let mut by_place: BTreeMap<Place, Vec<(u32, &Test)>> = BTreeMap::new();
    for (member, local) in members.iter().zip(0u32..) {
        if let Some(atom) = atoms.get(*member as usize) {
            by_place.entry(atom.place).or_default().push((local, &atom.test));
        }
    }
    let mut anywhere = None;
    let mut groups = Vec::new();
    for (place, tests) in by_place {
        let dashed = tests.iter().any(|(_, test)| matches!(test, Test::Text { form, .. } if form.dashed));
        let mut texts = Vec::new();
        tests.iter().for_each(|(local, test)| look_for(test, *local, dashed, &mut texts));
        match place {
            Place::View(view) => {
                let wakes = present.remove(&view).unwrap_or_default();
                // A field that is only read when a condition reaches it needs no table.
                if !texts.is_empty() || !wakes.is_empty() {
                    groups.push(Group { view, dashed, tables: Tables::build(texts), wakes });
                }
            }
            Place::Anywhere => anywhere = Some(Group { view: 0, dashed, tables: Tables::build(texts), wakes: Vec::new() }),
        }
    }
    (groups, anywhere)
}

/// The texts by which an atom is found, in the folded form of its field.
fn look_for(test: &Test, atom: u32, dashed: bool, texts: &mut Vec<(Standing, Vec<u8>, Entry)>) {
    let mut add = |standing, text: &[u8], exact: bool, own: Form| {
        let text = String::from_utf8_lossy(text);
        let mut folded = Vec::with_capacity(text.len());
        Form { cased: false, dashed }.render(&text, &mut folded);
        // In a dashed field a text with a dash that insists on which one is only likely, and so is a cased one.
        let loose = own.cased || (dashed && !own.dashed && folded.contains(&b'-'));
        texts.push((standing, folded, Entry { atom, verify: loose || !exact }));
    };
    match test {
        Test::Text { glob, form } => match glob.shape() {
            Shape::Exact(text) => add(Standing::Exact, text, true, *form),
            Shape::Prefix(text) => add(Standing::Prefix, text, true, *form),
            Shape::Suffix(text) => add(Standing::Suffix, text, true, *form),
            Shape::Contains(text) => add(Standing::Contains, text, true, *form),
            Shape::Wild(Some(text)) => add(Standing::Contains, text, false, *form),
            Shape::Any | Shape::Wild(None) => {}
        },
        Test::Number(number) => {
            add(Standing::Exact, number.as_bytes(), true, Form::PLAIN);
            add(Standing::Number, number.as_bytes(), true, Form::PLAIN);
        }
        Test::Regex(pattern) => {
            for text in literal::required(pattern.0.as_str()).unwrap_or_default() {
                add(Standing::Contains, text.as_bytes(), false, Form::PLAIN);
            }
        }
        Test::Compare(..) | Test::Part(..) | Test::Cidr(_) | Test::Null | Test::Present | Test::Same { .. } => {}
    }
}
