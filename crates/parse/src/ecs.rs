//! From names to fields, without taking a lock for each.

use model::Field;
use rustc_hash::FxHashMap;
use std::cell::RefCell;

thread_local! {
    static KNOWN: RefCell<FxHashMap<Box<str>, Field>> = RefCell::default();
}

/// Names that a thread remembers before it starts over; the interner itself is bounded elsewhere.
const REMEMBERED: usize = 16_384;

/// The field of a name; `None` when the process has seen too many names.
pub(crate) fn field(name: &str) -> Option<Field> {
    KNOWN.with_borrow_mut(|known| {
        if let Some(field) = known.get(name) {
            return Some(*field);
        }
        let field = Field::intern(name)?;
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(name.into(), field);
        Some(field)
    })
}

/// Names of our own that a sender must not set.
pub(crate) fn is_reserved(name: &str) -> bool {
    name.starts_with("watchfloor.") || matches!(name, "_seq" | "_received" | "_raw" | "_source")
}
