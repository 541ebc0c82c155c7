//! Correlations: rules about the matches of other rules, counted, summed or put in order per group and within a time.
//!
//! [`read`] takes the document apart and refuses what cannot run; [`resolve`] ties it to the rules that it names;
//! [`facts`] is what of an event a correlation needs, small enough to cross a process boundary; [`heard`] is what it makes of
//! that; [`state`] holds what was seen and answers with [`Correlated`]; [`table`] keeps it within limits; [`count`],
//! [`value`] and [`temporal`] each ask one family of questions of a window. No clock: whoever feeds the state says what
//! time it is.

mod count;
mod facts;
mod group;
mod heard;
mod read;
mod resolve;
mod snapshot;
mod state;
mod table;
mod temporal;
mod value;

pub use facts::Fact;
pub use snapshot::Damaged;
pub use state::{Correlated, Correlator, Figures, Limits, Moment};
pub use table::Held;

pub(crate) use read::{Draft, read};
pub(crate) use resolve::{Known, resolve};

use crate::rule::view::Views;
use crate::rule::{Expr, Rule};
use rustc_hash::FxHashMap;
use std::time::Duration;

/// What a correlation asks of its groups.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// How many events there are.
    EventCount,
    /// How many different values a field has.
    ValueCount,
    /// The sum of a field's numbers.
    ValueSum,
    /// Their mean.
    ValueAvg,
    /// The number below which this share of them lies, in percent; between two numbers, the line that joins them.
    ValuePercentile(f64),
    /// The same for one half.
    ValueMedian,
    /// How many of the rules have matched.
    Temporal,
    /// How many of the rules have matched one after the other, in the order in which they are named.
    TemporalOrdered,
}

impl Kind {
    /// The word for it in a rule.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::EventCount => "event_count",
            Kind::ValueCount => "value_count",
            Kind::ValueSum => "value_sum",
            Kind::ValueAvg => "value_avg",
            Kind::ValuePercentile(_) => "value_percentile",
            Kind::ValueMedian => "value_median",
            Kind::Temporal => "temporal",
            Kind::TemporalOrdered => "temporal_ordered",
        }
    }
}

/// A correlation that runs.
#[derive(Clone, Debug)]
pub struct Correlation {
    /// What it says of itself, as any rule does. It looks at no event, so its log source is open and its own logic
    /// never holds.
    pub rule: Rule,
    /// What it asks.
    pub kind: Kind,
    /// The ids of the rules and correlations that it is about, in its order.
    pub sources: Vec<String>,
    /// The fields by which events are told apart.
    pub group_by: Vec<String>,
    /// How far apart the first and the last event may be.
    pub timespan: Duration,
    /// Whether a hit is an alert, and not only food for another correlation.
    pub alerts: bool,
    pub(crate) ask: Ask,
    pub(crate) legs: Vec<Leg>,
    /// What other correlations read of this one's hits.
    pub(crate) columns: Vec<Column>,
    /// How many of the columns are no group field.
    pub(crate) carried: usize,
}

/// When a window is a hit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ask {
    /// Each of these holds for the figure.
    Bounds(Vec<(Bound, f64)>),
    /// The rules that have matched satisfy a condition over them.
    Which(Expr),
}

/// How a figure is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    Gt,
    Gte,
    Lt,
    Lte,
    Eq,
    Neq,
}

impl Bound {
    pub(crate) const ALL: [(&'static str, Bound); 6] = [
        ("gt", Bound::Gt),
        ("gte", Bound::Gte),
        ("lt", Bound::Lt),
        ("lte", Bound::Lte),
        ("eq", Bound::Eq),
        ("neq", Bound::Neq),
    ];

    pub(crate) fn holds(self, figure: f64, than: f64) -> bool {
        match self {
            Bound::Gt => figure > than,
            Bound::Gte => figure >= than,
            Bound::Lt => figure < than,
            Bound::Lte => figure <= than,
            Bound::Eq => figure == than,
            Bound::Neq => figure != than,
        }
    }
}

/// What one of the rules brings to a correlation: which columns of its matches are read for what.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leg {
    /// For each group field.
    pub group: Vec<u32>,
    /// For each field of the condition.
    pub field: Vec<u32>,
    /// For each carried column, in the order of the columns.
    pub carried: Vec<u32>,
}

/// Where a correlation's own hit has a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    /// In this group field.
    Group(u32),
    /// In its events: this one of what they carry.
    Carried(u32),
}

/// All correlations of a rule set, and who listens to whom.
#[derive(Debug, Default)]
pub(crate) struct Book {
    pub list: Vec<Correlation>,
    pub views: Views,
    /// For each rule that is named: the views that its matches are read by.
    pub columns: FxHashMap<u32, Vec<u32>>,
    /// For each rule: correlations and the leg of it in them.
    pub by_rule: FxHashMap<u32, Vec<(u32, u16)>>,
    /// For each correlation: the same.
    pub by_correlation: Vec<Vec<(u32, u16)>>,
    /// Rules that only feed correlations.
    pub silent: rustc_hash::FxHashSet<u32>,
}
