//! What an analyst types in the search bar, as one expression over events.
//!
//! [`parse_bar`] reads it, [`holds`] says what it means; the event store answers faster and must answer the same.

mod bar;
mod error;
mod expr;
mod glob;
mod holds;
mod lex;

pub use bar::parse_bar;
pub use error::QueryError;
pub use expr::{Bound, Expr, Subject, Test, TextTest};
pub use glob::Glob;
pub use holds::holds;

use model::Timestamp;

/// One search: newest event time first.
#[derive(Clone, Debug)]
pub struct Search {
    /// Which events.
    pub filter: Expr,
    /// Event time from here, included.
    pub from: Option<Timestamp>,
    /// Event time up to here, not included.
    pub to: Option<Timestamp>,
    /// The fields of the answer, after the event's id.
    pub columns: Vec<String>,
    /// Rows at most.
    pub limit: usize,
}

#[cfg(test)]
mod tests;
