//! What is wrong with a query, where, and what to do.

use serde::Serialize;

/// A query that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{message} at {}..{}. {remedy}", span[0], span[1])]
pub struct QueryError {
    /// A stable code such as `query.unclosed_quote`.
    pub code: &'static str,
    /// Byte range in the text.
    pub span: [usize; 2],
    /// What is wrong.
    pub message: String,
    /// What to type instead.
    pub remedy: &'static str,
}

impl QueryError {
    pub(crate) fn new(code: &'static str, span: std::ops::Range<usize>, message: impl Into<String>, remedy: &'static str) -> Self {
        QueryError { code, span: [span.start, span.end], message: message.into(), remedy }
    }
}
