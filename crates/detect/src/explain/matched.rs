//! The fields and values by which a rule matches: the short form of an explanation, which every match carries.
//!
//! The answers are those of [`crate::rule::Slow`], but each text is folded once for all patterns of a rule, each field
//! is looked for once, and nothing is said of what does not hold.

use super::{LINE, beginning, read};
use crate::rule::atom::{Atom, Buffers, Place, Readings, Test};
use crate::rule::fold::Form;
use crate::rule::view::{self, SlowReadings, Views};
use crate::rule::{Body, Expr, Item, ItemValue, Rule};
use model::{Event, Field, Matched, Value};
use std::cell::RefCell;

/// The fields and values of the items that hold, in selections that hold and that the condition wants to hold.
pub(crate) fn matched(rule: &Rule, atoms: &[Atom], readings: &SlowReadings<'_>) -> Vec<Matched> {
    let seen = Seen { views: readings.views, event: readings.event, fields: RefCell::default() };
    let held = vec![None; rule.logic.items.len()];
    let mut brief = Brief { rule, atoms, seen: &seen, held, folded: Vec::new(), buffers: Buffers::default() };
    if !brief.expr(&rule.logic.condition) {
        return Vec::new();
    }
    let (mut wanted, mut out) = (Vec::new(), Vec::new());
    wanted_selections(&rule.logic.condition, false, &mut wanted);
    for (selection, index) in rule.logic.selections.iter().zip(0u32..) {
        if wanted.contains(&index) && brief.body(&selection.body) {
            brief.collect(&selection.body, &mut out);
        }
    }
    out
}

pub(super) fn wanted_selections(expr: &Expr, negated: bool, out: &mut Vec<u32>) {
    match expr {
        Expr::All(parts) | Expr::Any(parts) => parts.iter().for_each(|part| wanted_selections(part, negated, out)),
        Expr::Not(part) => wanted_selections(part, !negated, out),
        Expr::Selection(index) if !negated => out.push(*index),
        Expr::AtLeast(_, of) if !negated => out.extend(of),
        Expr::Selection(_) | Expr::AtLeast(..) => {}
    }
}

/// An event whose fields are remembered once they were looked for.
struct Seen<'a> {
    views: &'a Views,
    event: &'a Event,
    fields: RefCell<Vec<(u32, Option<Field>)>>,
}

impl Seen<'_> {
    fn field(&self, place: Place) -> Option<Field> {
        let Place::View(view) = place else { return None };
        let known = self.fields.borrow().iter().find(|(known, _)| *known == view).map(|(_, field)| *field);
        known.unwrap_or_else(|| {
            let field = self.views.field_in(view, self.event);
            self.fields.borrow_mut().push((view, field));
            field
        })
    }
}

impl Readings for Seen<'_> {
    fn present(&self, place: Place) -> bool {
        match place {
            Place::View(_) => self.field(place).is_some(),
            Place::Anywhere => !self.event.slots().is_empty(),
        }
    }

    fn any(&self, place: Place, question: &mut dyn FnMut(Value<'_>) -> bool) -> bool {
        match place {
            Place::View(_) => self.field(place).is_some_and(|field| self.event.values(field).any(question)),
            Place::Anywhere => view::anywhere(self.event, question),
        }
    }
}

/// The texts of a place in one form.
struct Folded {
    place: Place,
    form: Form,
    texts: Vec<Vec<u8>>,
}

/// A rule held against an event, briefly.
struct Brief<'a> {
    rule: &'a Rule,
    atoms: &'a [Atom],
    seen: &'a Seen<'a>,
    /// Whether each item holds, once asked.
    held: Vec<Option<bool>>,
    folded: Vec<Folded>,
    buffers: Buffers,
}

impl<'a> Brief<'a> {
    fn expr(&mut self, expr: &Expr) -> bool {
        match expr {
            Expr::All(parts) => parts.iter().all(|part| self.expr(part)),
            Expr::Any(parts) => parts.iter().any(|part| self.expr(part)),
            Expr::Not(part) => !self.expr(part),
            Expr::Selection(index) => self.selection(*index),
            Expr::AtLeast(count, of) => of.iter().filter(|index| self.selection(**index)).count() as u64 >= *count,
        }
    }

    fn selection(&mut self, index: u32) -> bool {
        self.rule.logic.selections.get(index as usize).is_some_and(|selection| self.body(&selection.body))
    }

    fn body(&mut self, body: &Body) -> bool {
        match body {
            Body::All(parts) => parts.iter().all(|part| self.body(part)),
            Body::Any(parts) => parts.iter().any(|part| self.body(part)),
            Body::Item(index) => self.item(*index as usize),
        }
    }

    fn item(&mut self, index: usize) -> bool {
        let Some(item) = self.rule.logic.items.get(index) else { return false };
        if let Some(Some(known)) = self.held.get(index) {
            return *known;
        }
        let holds = if item.all {
            item.values.iter().all(|value| self.value(value).is_some())
        } else {
            item.values.iter().any(|value| self.value(value).is_some())
        };
        if let Some(held) = self.held.get_mut(index) {
            *held = Some(holds != item.negated);
        }
        holds != item.negated
    }

    /// The atom of a value that holds.
    fn value(&mut self, value: &ItemValue) -> Option<&'a Atom> {
        let atoms = self.atoms;
        value.atoms.iter().filter_map(|atom| atoms.get(*atom as usize)).find(|atom| self.atom(atom))
    }

    fn atom(&mut self, atom: &Atom) -> bool {
        match &atom.test {
            Test::Text { glob, form } => self.texts(atom.place, *form).iter().any(|text| glob.matches(text)),
            _ => atom.holds(self.seen, &mut self.buffers),
        }
    }

    fn texts(&mut self, place: Place, form: Form) -> &[Vec<u8>] {
        let at = self.folded.iter().position(|known| known.place == place && known.form == form).unwrap_or_else(|| {
            let (mut texts, mut text) = (Vec::new(), String::new());
            self.seen.any(place, &mut |value| {
                if let Some(value) = value.text(&mut text) {
                    let mut folded = Vec::with_capacity(value.len());
                    form.render(value, &mut folded);
                    texts.push(folded);
                }
                false
            });
            self.folded.push(Folded { place, form, texts });
            self.folded.len() - 1
        });
        self.folded.get(at).map_or(&[], |known| &known.texts)
    }

    /// What the items of a selection that hold have read.
    fn collect(&mut self, body: &Body, out: &mut Vec<Matched>) {
        let index = match body {
            Body::All(parts) | Body::Any(parts) => return parts.iter().for_each(|part| self.collect(part, out)),
            Body::Item(index) => *index as usize,
        };
        let Some(item) = self.rule.logic.items.get(index) else { return };
        if item.all && !item.negated {
            for value in &item.values {
                if let Some(atom) = self.value(value) {
                    self.tell(item, atom, true, out);
                }
            }
            return;
        }
        if !self.item(index) {
            return;
        }
        let held = item.values.iter().find_map(|value| self.value(value));
        let first = || self.atoms.get(*item.values.first()?.atoms.first()? as usize);
        if let Some(atom) = held.or_else(first) {
            self.tell(item, atom, held.is_some(), out);
        }
    }

    /// The value that an atom was held against, once, under the name that the rule or else the event has for it.
    fn tell(&self, item: &Item, atom: &Atom, held: bool, out: &mut Vec<Matched>) {
        let event = self.seen.event;
        let (slot, value) = match read(event, self.seen.field(atom.place), atom, held) {
            Some((field, value)) => (field.name(), value),
            None if atom.place == Place::Anywhere && held => (LINE, view::line(event).map(|line| line.into_owned())),
            None => return,
        };
        let Some(value) = value.map(beginning) else { return };
        let one = Matched { field: item.field.clone().unwrap_or_else(|| slot.to_owned()), value };
        if !out.contains(&one) {
            out.push(one);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Explainer;
    use super::*;
    use std::cell::Cell;
    use crate::rule::Slow;
    use crate::{RuleFile, RuleSet};

    /// What an explanation says of the selections that the condition wants.
    fn by_explanation(rule: &Rule, atoms: &[Atom], readings: &SlowReadings<'_>) -> Vec<Matched> {
        let slow = Slow { logic: &rule.logic, atoms, readings };
        if !slow.holds() {
            return Vec::new();
        }
        let explainer = Explainer { slow: &slow, readings, left: Cell::new(usize::MAX) };
        let (mut wanted, mut items) = (Vec::new(), Vec::new());
        wanted_selections(&rule.logic.condition, false, &mut wanted);
        for (selection, index) in rule.logic.selections.iter().zip(0u32..) {
            if wanted.contains(&index) && slow.selection(index) {
                explainer.body(&selection.body, &mut items);
            }
        }
        let mut matched: Vec<Matched> = Vec::new();
        for item in items.into_iter().filter(|item| item.holds) {
            if let (Some(value), Some(field)) = (item.value, item.field.or(item.slot)) {
                let one = Matched { field, value };
                if !matched.contains(&one) {
                    matched.push(one);
                }
            }
        }
        matched
    }

    const DETECTIONS: &[&str] = &[
        "{a: {Image|endswith: [\\whoami.exe, \\PwSh.exe], n: 7}, condition: a}",
        "{a: {c|contains|all: [-enc, 'http*x']}, b: {n|gte: 7}, condition: a or b}",
        "{a: {Image|contains: win}, f: {c|contains: File}, condition: a and not f}",
        "{k: [whoami, powershell], condition: k}",
        "{a: {n|neq: 8, z: null, Image|exists: true}, condition: a}",
        "{a1: {n: 7}, a2: {c|windash|contains: ' /enc'}, condition: all of a*}",
        "{a1: {n: 9}, a2: {c|re: 'h.+x$'}, a3: {Image|fieldref: c}, condition: 1 of a*}",
        "{a: [{c|base64offset|contains: foo}, {i|cidr: 10.0.0.0/8}], b: {Image|cased|contains: Win}, condition: a and b}",
        "{a: {'c|contains|all': [p, nothing]}, b: {'c|contains': nothing}, condition: not b and not a}",
    ];

    #[test]
    fn it_says_what_the_explanation_says() {
        let file = |text: &str, number: usize| RuleFile {
            name: format!("{number}.yml"),
            text: format!("title: '{number}'\nlogsource: {{product: test}}\ndetection: {text}\n").into_bytes(),
        };
        let (set, report) =
            RuleSet::compile(DETECTIONS.iter().zip(0..).map(|(text, number)| file(text, number)).collect());
        assert_eq!(report.refused.len(), 0, "{:?}", report.refused);
        let mut told = vec![0; set.rules().len()];
        for raw in [
            r#"{"Image":"C:\\Windows\\PwSh.exe","c":"p -ENC x https://x","n":7}"#,
            r#"{"Image":["x","C:\\win\\WHOAMI.exe"],"c":"-File Zm9v","n":8,"i":["1.2.3.4","10.1.1.1"]}"#,
            r#"{"Image":"C:\\Windows\\a.exe","c":"C:\\Windows\\a.exe","n":"7","z":null,"i":"10.9.9.9"}"#,
            "Nov 1 host sshd: powershell or not",
            "{}",
        ] {
            let mut event = Event::new(raw.as_bytes(), model::Timestamp(0));
            // As a parser would put them there; the line stays without fields.
            if let Ok(serde_json::Value::Object(fields)) = serde_json::from_str(raw) {
                for (name, value) in fields {
                    let field = Field::intern(&name).unwrap();
                    let values = value.as_array().cloned().unwrap_or_else(|| vec![value]);
                    for value in &values {
                        match value {
                            serde_json::Value::String(text) => event.push_str(field, text),
                            serde_json::Value::Number(number) => {
                                event.push(field, Value::Int(number.as_i64().unwrap()))
                            }
                            _ => event.push(field, Value::Null),
                        }
                    }
                }
            }
            let (views, atoms) = set.parts();
            let readings = SlowReadings { views, event: &event };
            for (index, rule) in set.rules().iter().enumerate() {
                let brief = matched(rule, atoms, &readings);
                assert_eq!(brief, by_explanation(rule, atoms, &readings), "{raw} {}", DETECTIONS[index]);
                told[index] += brief.len();
            }
        }
        // The last one matches by what is not there.
        assert!(
            told.iter().take(DETECTIONS.len() - 1).all(|values| *values > 0) && told.last() == Some(&0),
            "{told:?}"
        );
    }
}
