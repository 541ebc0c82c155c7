//! The tables of each field, filled from the atoms that look at it.

use super::literal;
use super::tables::{Entry, Standing, Tables};
use crate::rule::atom::{Atom, Place, Test};
use crate::rule::fold::Form;
use crate::rule::pattern::Shape;
use std::collections::BTreeMap;

/// One place with its tables: a field of the view, or the whole event as rules of one log source look at it.
#[derive(Debug)]
pub(super) struct FieldTables {
    /// The field of the view; 0 for the whole event.
    pub view: u32,
    /// Values are also brought to one dash.
    pub dashed: bool,
    pub tables: Tables,
}

impl FieldTables {
    /// The tables of these atoms, which look at one place; none where nothing is looked for: a field that is only read
    /// when a condition reaches it needs no table.
    pub(super) fn build(view: u32, members: &[u32], atoms: &[Atom]) -> Option<FieldTables> {
        let tests = || members.iter().filter_map(|index| Some((*index, &atoms.get(*index as usize)?.test)));
        let dashed = tests().any(|(_, test)| matches!(test, Test::Text { form, .. } if form.dashed));
        let mut texts = Vec::new();
        tests().for_each(|(index, test)| look_for(test, index, dashed, &mut texts));
        (!texts.is_empty()).then(|| FieldTables { view, dashed, tables: Tables::build(texts) })
    }
}

/// The tables of every field of the view, by view.
pub(super) fn build(atoms: &[Atom]) -> Vec<FieldTables> {
    let mut by_view: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (index, atom) in (0u32..).zip(atoms) {
        if let Place::View(view) = atom.place {
            by_view.entry(view).or_default().push(index);
        }
    }
    by_view.into_iter().filter_map(|(view, members)| FieldTables::build(view, &members, atoms)).collect()
}

/// The texts by which an atom is found, in the folded form of its field.
pub(super) fn look_for(test: &Test, atom: u32, dashed: bool, texts: &mut Vec<(Standing, Vec<u8>, Entry)>) {
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
