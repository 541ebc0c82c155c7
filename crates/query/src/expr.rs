//! A query as a tree.

use crate::Glob;
use ipnet::IpNet;
use model::{Field, Timestamp};
use std::sync::Arc;

/// Which events.
#[derive(Clone, Debug)]
pub enum Expr {
    /// Every event.
    All,
    /// All of them hold.
    And(Vec<Expr>),
    /// One of them holds.
    Or(Vec<Expr>),
    /// It does not hold.
    Not(Box<Expr>),
    /// A field passes a test; of several values one is enough.
    Field(Subject, Test),
    /// Text somewhere in the raw bytes or in any value.
    Anywhere(TextTest),
    /// An address somewhere: in any value that is this address, or in the raw bytes as a word.
    Address(std::net::IpAddr),
}

/// What a test looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A field.
    Field(Field),
    /// A field whose name this process has not met when the query was read. Events on disk may have it: their names are
    /// met when they are parsed.
    Named(Arc<str>),
    /// `@timestamp`.
    Time,
    /// `_received`.
    Received,
    /// `_source`.
    Source,
    /// `_raw`.
    Raw,
    /// `_id`.
    Id,
}

/// A test on one value. Texts are kept in lower case and compare without regard to case.
#[derive(Clone, Debug)]
pub enum Test {
    /// There is a value other than null.
    Exists,
    /// Equal as text, or as numbers.
    Equals(String),
    /// Contains the text: what `field:value` means on fields of running text.
    Contains(String),
    /// Matches the wildcards, from end to end.
    Glob(Glob),
    /// An address of this network.
    Cidr(IpNet),
    /// Between two bounds: as numbers where both are, else as text.
    Range(Bound<String>, Bound<String>),
    /// An instant between two bounds, for the time subjects.
    Instant(Bound<Timestamp>, Bound<Timestamp>),
}

/// One end of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound<T> {
    /// No limit.
    Open,
    /// With the limit itself.
    Included(T),
    /// Without it.
    Excluded(T),
}

/// A test on text anywhere.
#[derive(Clone, Debug)]
pub enum TextTest {
    /// The text, with no letter or digit directly before or behind it.
    Word(String),
    /// The text, wherever it stands.
    Phrase(String),
    /// The wildcards, beginning and ending where a word does unless a star stands there.
    Glob(Glob),
}
