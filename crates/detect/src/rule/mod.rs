//! A rule as it was meant: selections of items, items of values, values of atoms, and the condition over selections.

mod ads;
pub(crate) mod atom;
mod dialect;
mod encode;
pub(crate) mod fold;
pub(crate) mod item;
pub(crate) mod pattern;
pub(crate) mod taxonomy;
pub(crate) mod time_part;
pub(crate) mod view;

pub use ads::Ads;

use atom::{Atom, Buffers, Readings};
use model::{LogSource, RuleRef};
use std::sync::Arc;

/// A loaded rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What a match carries of it.
    pub reference: RuleRef,
    /// The short name by which correlations may refer to it.
    pub name: Option<String>,
    /// The description.
    pub description: Option<String>,
    /// `stable`, `test`, `experimental`, …
    pub status: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// Where to read on.
    pub references: Vec<String>,
    /// What it may mistake.
    pub falsepositives: Vec<String>,
    /// Its alerting strategy, if it has one.
    pub ads: Option<Ads>,
    /// The events that it looks at.
    pub log_source: LogSource,
    /// The file that it came from; `name#2` for the second document of a file.
    pub file: String,
    /// The YAML of its document.
    pub text: String,
    /// The condition; several are joined by `or`.
    pub condition: String,
    /// The steps of processing pipelines that changed it, in their order.
    pub changed_by: Vec<Arc<str>>,
    pub(crate) logic: Logic,
}

/// What a rule asks.
#[derive(Clone, Debug)]
pub(crate) struct Logic {
    /// In the order of their first appearance in the condition.
    pub selections: Vec<Selection>,
    /// In the order of the selections.
    pub items: Vec<Item>,
    pub condition: Expr,
}

impl Logic {
    /// The atoms that it asks, some more than once.
    pub(crate) fn atoms(&self) -> impl Iterator<Item = u32> {
        self.items.iter().flat_map(|item| &item.values).flat_map(|value| &value.atoms).copied()
    }
}

/// A named selection.
#[derive(Clone, Debug)]
pub(crate) struct Selection {
    pub name: String,
    pub body: Body,
}

/// What a selection asks.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    All(Vec<Body>),
    Any(Vec<Body>),
    /// An item, by its index.
    Item(u32),
}

/// A field (or keywords) with its modifiers and values.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// `None` for keywords.
    pub field: Option<String>,
    /// The field's name in the rule's file, where a pipeline renamed it.
    pub was: Option<String>,
    pub modifiers: Vec<String>,
    /// Every value must hold, not only one.
    pub all: bool,
    /// The whole is turned around (`neq`, `exists: false`).
    pub negated: bool,
    pub values: Vec<ItemValue>,
}

/// One value of an item.
#[derive(Clone, Debug)]
pub(crate) struct ItemValue {
    /// As the rule writes it.
    pub written: String,
    /// What it became, one of which must hold: one atom, or one per offset of `base64offset`.
    pub atoms: Vec<u32>,
}

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expr {
    All(Vec<Expr>),
    Any(Vec<Expr>),
    Not(Box<Expr>),
    /// A selection, by its index.
    Selection(u32),
    /// So many of these selections.
    AtLeast(u64, Vec<u32>),
}

/// A rule asked slowly: every atom anew, nothing shared. This is what the plan must agree with.
pub(crate) struct Slow<'a, R> {
    pub logic: &'a Logic,
    pub atoms: &'a [Atom],
    pub readings: &'a R,
}

impl<R: Readings> Slow<'_, R> {
    pub(crate) fn holds(&self) -> bool {
        self.expr(&self.logic.condition)
    }

    fn expr(&self, expr: &Expr) -> bool {
        match expr {
            Expr::All(parts) => parts.iter().all(|part| self.expr(part)),
            Expr::Any(parts) => parts.iter().any(|part| self.expr(part)),
            Expr::Not(part) => !self.expr(part),
            Expr::Selection(index) => self.selection(*index),
            Expr::AtLeast(count, of) => of.iter().filter(|index| self.selection(**index)).count() as u64 >= *count,
        }
    }

    pub(crate) fn selection(&self, index: u32) -> bool {
        self.logic.selections.get(index as usize).is_some_and(|selection| self.body(&selection.body))
    }

    fn body(&self, body: &Body) -> bool {
        match body {
            Body::All(parts) => parts.iter().all(|part| self.body(part)),
            Body::Any(parts) => parts.iter().any(|part| self.body(part)),
            Body::Item(index) => self.logic.items.get(*index as usize).is_some_and(|item| self.item(item)),
        }
    }

    pub(crate) fn item(&self, item: &Item) -> bool {
        let holds = if item.all {
            item.values.iter().all(|value| self.value(value).is_some())
        } else {
            item.values.iter().any(|value| self.value(value).is_some())
        };
        holds != item.negated
    }

    /// The atom of a value that holds.
    pub(crate) fn value(&self, value: &ItemValue) -> Option<&Atom> {
        let mut buffers = Buffers::default();
        value.atoms.iter().filter_map(|atom| self.atoms.get(*atom as usize)).find(|atom| atom.holds(self.readings, &mut buffers))
    }
}
