//! Documents of a shape that was met before.
//!
//! Events of one kind from one shipper have the same names in the same order; only their values differ. A thread
//! remembers such shapes: the names that may come next are compared where they stand, and at the end it is known which
//! field each value belongs to and all that follows from the names alone. No path is built and no name is looked up.
//!
//! This never decides what a document means. Whatever is new or odd is left to [`crate::json`], and a shape is learnt
//! only from what that has read without a fault, so both give the same event. Senders choose names: all memory here has
//! a limit, and learning has a budget.

mod reader;
mod scan;
mod tree;

use crate::normalise::Settled;
use model::{Event, Field};
use std::cell::RefCell;
use tree::{Node, Tree};

/// What follows from the names of a document.
pub(crate) struct Shape {
    /// The field of each of its values.
    fields: Box<[Field]>,
    /// Their places, and whether it is a Windows event.
    pub(crate) settled: Settled,
}

/// Shapes of a thread.
const MAX_SHAPES: usize = 4_096;
/// Fields of all of them.
const MAX_FIELDS: usize = 1 << 18;

/// What a thread remembers.
#[derive(Default)]
pub(crate) struct Memory {
    tree: Tree,
    shapes: Vec<Shape>,
    fields: usize,
}

/// How far the reading got.
pub(crate) enum Outcome<'m> {
    /// The event has its values and their fields.
    Known(&'m Shape),
    /// The event is as it was. Where a node is given, the document went well so far and its shape can be learnt there.
    Unknown(Option<Node>),
}

thread_local! {
    static MEMORY: RefCell<Memory> = RefCell::default();
}

/// Does something with the thread's memory.
pub(crate) fn with<T>(work: impl FnOnce(&mut Memory) -> T) -> T {
    MEMORY.with_borrow_mut(work)
}

impl Memory {
    /// Reads a document into an event that has no fields yet. Its raw bytes are `text`.
    pub(crate) fn read(&mut self, text: &str, out: &mut Event) -> Outcome<'_> {
        if self.tree.is_full() || self.shapes.len() >= MAX_SHAPES || self.fields >= MAX_FIELDS {
            *self = Memory::default();
        }
        let end = reader::read(text, &mut self.tree, out);
        let shape = end.and_then(|node| self.tree.shape(node)).and_then(|shape| self.shapes.get(shape));
        match shape.filter(|shape| shape.fields.len() == out.slots().len()) {
            Some(shape) => {
                out.label(&shape.fields);
                Outcome::Known(shape)
            }
            None => {
                out.clear_fields();
                Outcome::Unknown(end)
            }
        }
    }

    /// Remembers what the names that lead to `node` mean.
    pub(crate) fn learn(&mut self, node: Node, fields: impl Iterator<Item = Field>, settled: Settled) {
        let fields: Box<[Field]> = fields.collect();
        self.fields += fields.len();
        self.tree.set_shape(node, self.shapes.len());
        self.shapes.push(Shape { fields, settled });
    }
}

#[cfg(test)]
mod tests;
