//! What a correlation makes of a match: the groups that it is in, and what it brings to them.

use super::group::More;
use super::{Correlation, Kind, Leg, value};

/// Groups that one event may be in, where its group fields have several values.
const MAX_KEYS: usize = 32;
/// Values of one event that are counted or reckoned with.
const MAX_COMBINED: usize = 32;

/// What is heard: columns with their values.
#[derive(Clone, Copy)]
pub(super) struct Heard<'h> {
    pub values: &'h [Vec<String>],
    pub time: i64,
    /// The events of a hit; none for a rule's match.
    pub inner: Option<(&'h [u64], u64)>,
}

/// A group that an event is in.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub digest: u128,
    /// For each group field which of its values.
    pub chosen: Vec<usize>,
}

fn column(values: &[Vec<String>], column: u32) -> &[String] {
    values.get(column as usize).map_or(&[], Vec::as_slice)
}

/// Every choice of one value a column, at most `limit`; none where a column has no value.
fn choices(columns: &[u32], values: &[Vec<String>], limit: usize) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = vec![Vec::with_capacity(columns.len())];
    for at in columns {
        let count = column(values, *at).len();
        let longer = all.iter().flat_map(|chosen| {
            (0..count).map(move |next| {
                let mut longer = Vec::with_capacity(columns.len());
                longer.extend_from_slice(chosen);
                longer.push(next);
                longer
            })
        });
        all = longer.take(limit).collect();
    }
    all
}

pub(super) fn chosen<'v>(columns: &'v [u32], values: &'v [Vec<String>], chosen: &'v [usize]) -> impl Iterator<Item = &'v str> {
    columns.iter().zip(chosen).filter_map(|(at, which)| column(values, *at).get(*which).map(String::as_str))
}

/// The groups that an event is in, each once.
pub(super) fn keys(columns: &[u32], values: &[Vec<String>]) -> Vec<Key> {
    let mut keys: Vec<Key> = Vec::new();
    for choice in choices(columns, values, MAX_KEYS) {
        let digest = value::digest(chosen(columns, values, &choice));
        if !keys.iter().any(|known| known.digest == digest) {
            keys.push(Key { digest, chosen: choice });
        }
    }
    keys
}

/// What an event brings to be counted: one value where nothing but the event is.
pub(super) fn counted(correlation: &Correlation, leg: &Leg, values: &[Vec<String>]) -> Vec<u64> {
    match correlation.kind {
        Kind::EventCount | Kind::Temporal | Kind::TemporalOrdered => vec![0],
        Kind::ValueCount => {
            let hashes = choices(&leg.field, values, MAX_COMBINED).into_iter().map(|choice| value::hash(chosen(&leg.field, values, &choice)));
            hashes.collect()
        }
        Kind::ValueSum | Kind::ValueAvg | Kind::ValuePercentile(_) | Kind::ValueMedian => {
            let texts = leg.field.iter().flat_map(|at| column(values, *at)).take(MAX_COMBINED);
            texts.filter_map(|text| value::number(text)).map(f64::to_bits).collect()
        }
    }
}

/// What an entry holds for others that hear its correlation, or of the hit that it is.
pub(super) fn more(correlation: &Correlation, leg: &Leg, heard: &Heard<'_>) -> Option<Box<More>> {
    if correlation.carried == 0 && heard.inner.is_none() {
        return None;
    }
    let carried = leg.carried.iter().map(|at| column(heard.values, *at).to_vec()).collect();
    let (events, count) = heard.inner.map_or((Vec::new(), 0), |(events, count)| (events.to_vec(), count));
    Some(Box::new(More { carried, events, count }))
}
