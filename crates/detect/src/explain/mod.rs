//! Why a rule matches an event, or why not: every selection and item with its answer, the value it read, the slot
//! that it read from, and the bytes of the raw event that matched.

mod locate;
mod matched;

use crate::rule::atom::{Atom, Buffers, Place, Test};
use locate::locate;
pub(crate) use matched::matched;
use crate::rule::{Body, Item, ItemValue, Rule, Slow};
use crate::rule::view::{self, SlowReadings};
use model::{Event, Field, Value};
use serde::Serialize;
use std::cell::Cell;
use std::ops::Range;

/// A rule held against an event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The condition as the rule writes it.
    pub condition: String,
    /// Whether it holds.
    pub holds: bool,
    /// The selections, in the order of their first appearance in the condition.
    pub selections: Vec<SelectionTruth>,
}

/// A selection and whether it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SelectionTruth {
    /// From 1.
    pub number: u32,
    /// Its name in the rule.
    pub name: String,
    /// Whether it holds.
    pub holds: bool,
    /// Its items, in the order of the rule: the first 2,000 of an explanation, and of a selection that does not hold in any
    /// case one that does not.
    pub items: Vec<ItemTruth>,
}

/// A field (or keywords) of a selection and whether it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ItemTruth {
    /// The field that is asked for; none for keywords.
    pub field: Option<String>,
    /// Its name in the rule's file, where a pipeline renamed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// The modifiers, in order.
    pub modifiers: Vec<String>,
    /// The value as the rule writes it: of a list the one that held, else the list.
    pub pattern: String,
    /// Whether it holds.
    pub holds: bool,
    /// The value in the event that it was held against; the first 4 KiB of it.
    pub value: Option<String>,
    /// The field of the event that was read.
    pub slot: Option<String>,
    /// The bytes of the raw event that matched, from and to.
    pub raw: Option<[usize; 2]>,
    /// Of a list of which one must hold, each value with its own answer, in the order of the rule; the first
    /// 200 of them. Nothing where there is one value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<ValueTruth>,
}

/// A value of a list and whether it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ValueTruth {
    /// As the rule writes it.
    pub pattern: String,
    /// Whether it holds of any value of the field.
    pub holds: bool,
}

/// Values of a list that an explanation tells apart.
const MAX_VALUES: usize = 200;

/// Items that an explanation tells in full.
const MAX_ITEMS: usize = 2_000;

/// What ECS calls an event's own line.
const LINE: &str = "event.original";
/// Bytes of a value that an explanation shows.
const MAX_VALUE: usize = 4 << 10;
/// Values of a list that did not hold that an explanation shows.
const MAX_LISTED: usize = 12;

pub(crate) fn explain(rule: &Rule, atoms: &[Atom], readings: &SlowReadings<'_>) -> Explanation {
    let slow = Slow { logic: &rule.logic, atoms, readings };
    let explainer = Explainer { slow: &slow, readings, left: Cell::new(MAX_ITEMS) };
    let selections = rule.logic.selections.iter().zip(0u32..).map(|(selection, index)| {
        let mut items = Vec::new();
        explainer.body(&selection.body, &mut items);
        SelectionTruth { number: index + 1, name: selection.name.clone(), holds: slow.selection(index), items }
    });
    Explanation { condition: rule.condition.clone(), holds: slow.holds(), selections: selections.collect() }
}

struct Explainer<'a> {
    slow: &'a Slow<'a, SlowReadings<'a>>,
    readings: &'a SlowReadings<'a>,
    /// Items that may still be told.
    left: Cell<usize>,
}

impl Explainer<'_> {
    /// Whether an item is told after those of its selection that were.
    fn tells(&self, holds: bool, told: &[ItemTruth]) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        left > 0 || (!holds && told.iter().all(|item| item.holds))
    }

    fn body(&self, body: &Body, out: &mut Vec<ItemTruth>) {
        match body {
            Body::All(parts) | Body::Any(parts) => parts.iter().for_each(|part| self.body(part, out)),
            Body::Item(index) => {
                if let Some(item) = self.slow.logic.items.get(*index as usize) {
                    self.item(item, out);
                }
            }
        }
    }

    /// One truth for a list of which one must hold, one per value for a list of which all must.
    fn item(&self, item: &Item, out: &mut Vec<ItemTruth>) {
        if item.all && !item.negated {
            for value in &item.values {
                let held = self.slow.value(value);
                if self.tells(held.is_some(), out) {
                    out.push(self.truth(item, value.written.clone(), held.is_some(), held, value));
                }
            }
            return;
        }
        let held = item.values.iter().find_map(|value| self.slow.value(value).map(|atom| (value, atom)));
        let holds = self.slow.item(item);
        if !self.tells(holds, out) {
            return;
        }
        let truth = match (held, item.values.first()) {
            (Some((value, atom)), _) => self.truth(item, value.written.clone(), holds, Some(atom), value),
            (None, Some(first)) => self.truth(item, listed(&item.values), holds, None, first),
            (None, None) => return,
        };
        out.push(ItemTruth { values: self.values(item), ..truth });
    }

    fn values(&self, item: &Item) -> Vec<ValueTruth> {
        if item.values.len() < 2 {
            return Vec::new();
        }
        let truth = |value: &ItemValue| ValueTruth {
            pattern: value.written.clone(),
            holds: self.slow.value(value).is_some(),
        };
        item.values.iter().take(MAX_VALUES).map(truth).collect()
    }

    fn truth(&self, item: &Item, pattern: String, holds: bool, held: Option<&Atom>, value: &ItemValue) -> ItemTruth {
        let atom = held.or_else(|| value.atoms.first().and_then(|atom| self.slow.atoms.get(*atom as usize)));
        let read = atom.and_then(|atom| read(self.readings.event, self.readings.field(atom.place), atom, held.is_some()));
        let (slot, text) = match read {
            Some((field, text)) => (Some(field), text),
            None => (None, None),
        };
        let in_line = atom.filter(|atom| atom.place == Place::Anywhere && slot.is_none() && held.is_some());
        if let Some((atom, line)) = in_line.and_then(|atom| Some((atom, view::line(self.readings.event)?))) {
            return self.of_line(item, pattern, holds, &line, atom.test.locate(&line));
        }
        let raw = match (&atom, slot, &text) {
            (Some(atom), Some(slot), Some(text)) if holds && held.is_some() => {
                locate(self.readings.event.raw(), slot.name(), text, atom.test.locate(text))
                    .map(|range| [range.start, range.end])
            }
            _ => None,
        };
        ItemTruth {
            field: item.field.clone(),
            was: item.was.clone(),
            modifiers: item.modifiers.clone(),
            pattern,
            holds,
            value: text.map(beginning),
            slot: slot.map(|slot| slot.name().to_owned()),
            raw,
            values: Vec::new(),
        }
    }

    /// A keyword that no single value has, but the whole line.
    fn of_line(&self, item: &Item, pattern: String, holds: bool, line: &str, found: Range<usize>) -> ItemTruth {
        // Where the line is no UTF-8 its bytes are not those of the text.
        let raw = self.readings.event.raw();
        let blank = raw.len() - raw.trim_ascii_start().len();
        let exact = raw.trim_ascii() == line.as_bytes();
        ItemTruth {
            field: item.field.clone(),
            was: item.was.clone(),
            modifiers: item.modifiers.clone(),
            pattern,
            holds,
            value: Some(beginning(line.to_owned())),
            slot: Some(LINE.to_owned()),
            raw: (holds && exact).then_some([blank + found.start, blank + found.end]),
            values: Vec::new(),
        }
    }
}

/// The field and value that an atom was held against: the one that held, else the first. `field` is what its place reads.
fn read(event: &Event, field: Option<Field>, atom: &Atom, held: bool) -> Option<(Field, Option<String>)> {
    let own = |value: Value<'_>| value.text(&mut String::new()).map(str::to_owned);
    let holds = |value: Value<'_>| {
        let singular = !matches!(atom.test, Test::Null | Test::Present | Test::Same { .. });
        !singular || !held || atom.test.holds(value, &mut Buffers::default())
    };
    match atom.place {
        Place::Anywhere if held => event.iter().find(|(_, value)| holds(*value)).map(|(field, value)| (field, own(value))),
        Place::Anywhere => None,
        Place::View(_) => field.map(|field| (field, event.values(field).find(|value| holds(*value)).and_then(own))),
    }
}

/// The values of a list, as one line.
fn listed(values: &[ItemValue]) -> String {
    let mut line: Vec<&str> = values.iter().take(MAX_LISTED).map(|value| value.written.as_str()).collect();
    if values.len() > MAX_LISTED {
        line.push("…");
    }
    line.join(", ")
}

/// Without a mark where something is missing: what is shown is what was read.
fn beginning(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(MAX_VALUE));
    text
}
