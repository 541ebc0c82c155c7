//! One group of one correlation: what was seen of it, in the order of event time.

use super::{Ask, Bound, Correlation, Kind, count, temporal, value};
use std::collections::VecDeque;
use std::collections::vec_deque::Iter;

/// Entries of a group whose events are only counted.
const MAX_COUNTED: usize = 16_384;
/// Entries of any other group; each question looks at all of a window.
const MAX_ASKED: usize = 4_096;
/// Bytes of a group.
const MAX_BYTES: usize = 4 << 20;
/// Bytes of an empty group, with its place in the table.
const BASE: usize = size_of::<Group>() + 32;
/// Windows that one late event is held against.
const MAX_WINDOWS: usize = 64;
/// Events that a hit names when another correlation hears it.
pub(super) const MAX_INNER: usize = 100;

/// One match that was heard.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    /// Event time, in nanoseconds.
    pub time: i64,
    /// What the clock said when it came.
    pub arrived: i64,
    /// Its place in the order of arrival.
    pub seq: u64,
    /// The bits of a number, or a hash of a value.
    pub value: u64,
    /// Which of the correlation's rules it is of.
    pub leg: u16,
    /// What few entries have.
    pub more: Option<Box<More>>,
}

/// What correlations need that hear each other.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct More {
    /// For each carried column its values.
    pub carried: Vec<Vec<String>>,
    /// The events of the hit that was heard; none for a rule's match.
    pub events: Vec<u64>,
    /// How many there were.
    pub count: u64,
}

impl Entry {
    /// Bytes besides the entry itself.
    fn heap(&self) -> usize {
        let Some(more) = &self.more else { return 0 };
        let texts = more.carried.iter().map(|values| size_of::<Vec<String>>() + values.iter().map(|value| size_of::<String>() + value.len()).sum::<usize>());
        size_of::<More>() + texts.sum::<usize>() + more.events.len() * size_of::<u64>()
    }

    fn is_nested(&self) -> bool {
        self.more.as_ref().is_some_and(|more| more.count > 0)
    }
}

/// Entries by time and arrival.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// The digest of its group fields' values.
    pub key: u128,
    pub entries: VecDeque<Entry>,
    heap: usize,
    /// What the clock said when it was last touched.
    pub touched: i64,
    /// Neighbours in the order of touch.
    pub older: Option<u32>,
    pub newer: Option<u32>,
}

/// What becomes of what is put in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Put {
    /// The place of the first new entry; none if the event is there already.
    pub at: Option<usize>,
    /// It stands before others.
    pub late: bool,
    /// Entries that had to go to make room.
    pub dropped: u64,
}

impl Group {
    /// Bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        BASE + self.entries.capacity() * size_of::<Entry>() + self.heap
    }

    /// Drops what came so long ago that nothing can meet it any more.
    pub(super) fn expire(&mut self, before: i64) {
        while self.entries.front().is_some_and(|entry| entry.arrived < before) {
            self.heap -= self.entries.pop_front().map_or(0, |entry| entry.heap());
        }
    }

    /// Puts the entries of one event in, unless it is there already.
    pub(super) fn put(&mut self, correlation: &Correlation, entries: Vec<Entry>) -> Put {
        let mut put = Put::default();
        let Some(first) = entries.first() else { return put };
        let (time, seq) = (first.time, first.seq);
        let from = self.entries.partition_point(|entry| (entry.time, entry.seq) < (time, seq));
        let same = self.entries.range(from..).take_while(|entry| (entry.time, entry.seq) == (time, seq));
        if same.clone().any(|entry| !entry.is_nested() && !first.is_nested()) {
            return put;
        }
        let after = from + same.count();
        put.late = after < self.entries.len();
        for (at, entry) in (after..).zip(entries) {
            if self.entries.len() == self.entries.capacity() {
                // Most groups stay small: grown by doubling from one, not from four.
                self.entries.reserve_exact(self.entries.len().max(1));
            }
            self.heap += entry.heap();
            self.entries.insert(at, entry);
        }
        put.dropped = self.bound(correlation);
        put.at = Some(self.entries.partition_point(|entry| (entry.time, entry.seq) < (time, seq)));
        put
    }

    /// Makes room for a quarter more: first goes what later entries make needless, then the oldest.
    fn bound(&mut self, correlation: &Correlation) -> u64 {
        let most = if correlation.kind == Kind::EventCount { MAX_COUNTED } else { MAX_ASKED };
        if self.entries.len() <= most && self.bytes() <= MAX_BYTES {
            return 0;
        }
        let needed = match correlation.kind {
            Kind::ValueCount => value::needed(&self.entries),
            Kind::Temporal => temporal::needed(&self.entries),
            Kind::TemporalOrdered => temporal::needed_in_order(&self.entries),
            _ => Vec::new(),
        };
        let before = self.entries.len();
        let (mut count, mut bytes) = (before, BASE + before * size_of::<Entry>() + self.heap);
        for needed in [needed, Vec::new()] {
            let mut needed = needed.into_iter();
            self.entries.retain(|entry| {
                let fits = count <= most * 3 / 4 && bytes <= MAX_BYTES * 3 / 4;
                let stays = needed.next().unwrap_or(false) || fits;
                if !stays {
                    count -= 1;
                    bytes -= size_of::<Entry>() + entry.heap();
                }
                stays
            });
        }
        self.entries.shrink_to_fit();
        self.heap = self.entries.iter().map(Entry::heap).sum();
        (before - self.entries.len()) as u64
    }

    /// The first window with the entry at `at` in it that is a hit, as a range of entries, and its figure.
    pub(super) fn hit(&self, correlation: &Correlation, at: usize, span: i64) -> Option<(std::ops::Range<usize>, f64)> {
        let first = self.entries.get(at)?.time;
        let last = first.saturating_add(span);
        let mut end = first;
        let windows = self.ends_between(at, last);
        let step = windows.div_ceil(MAX_WINDOWS).max(1);
        for number in 0.. {
            let until = self.entries.partition_point(|entry| entry.time <= end);
            if number % step == 0 || number + 1 == windows {
                let from = self.entries.partition_point(|entry| entry.time < end.saturating_sub(span));
                if let Some(figure) = figure(correlation, Window { entries: &self.entries, from, until }) {
                    return Some((from..until, figure));
                }
            }
            end = self.entries.get(until).map(|entry| entry.time).filter(|time| *time <= last)?;
        }
        None
    }

    /// How many different times there are from an entry on.
    fn ends_between(&self, at: usize, last: i64) -> usize {
        let mut before = None;
        let times = self.entries.range(at..).map(|entry| entry.time).take_while(|time| *time <= last);
        times.filter(|time| before.replace(*time) != Some(*time)).count()
    }

    /// Takes the entries of a hit out: each event is part of one hit.
    pub(super) fn take(&mut self, range: std::ops::Range<usize>) -> Vec<Entry> {
        let taken: Vec<Entry> = self.entries.drain(range).collect();
        self.heap -= taken.iter().map(Entry::heap).sum::<usize>();
        self.entries.shrink_to(self.entries.len() * 2);
        taken
    }

    /// A group as it was.
    pub(super) fn restored(key: u128, touched: i64, entries: VecDeque<Entry>) -> Group {
        let heap = entries.iter().map(Entry::heap).sum();
        Group { key, entries, heap, touched, older: None, newer: None }
    }
}

/// The entries between two times.
#[derive(Clone, Copy)]
pub(super) struct Window<'g> {
    entries: &'g VecDeque<Entry>,
    from: usize,
    until: usize,
}

impl<'g> Window<'g> {
    pub(super) fn len(self) -> usize {
        self.until.saturating_sub(self.from)
    }
    pub(super) fn iter(self) -> Iter<'g, Entry> {
        self.entries.range(self.from..self.until.max(self.from))
    }
}

/// What a window comes to, if it is a hit.
fn figure(correlation: &Correlation, window: Window<'_>) -> Option<f64> {
    if window.len() == 0 {
        return None;
    }
    let bounds = match &correlation.ask {
        Ask::Which(expr) => return temporal::satisfied(expr, window),
        Ask::Bounds(bounds) => bounds,
    };
    // No count is greater than the number of entries: most windows need no closer look.
    let counted = !matches!(correlation.kind, Kind::ValueSum | Kind::ValueAvg | Kind::ValuePercentile(_) | Kind::ValueMedian);
    if counted && bounds.iter().any(|(bound, than)| matches!(bound, Bound::Gt | Bound::Gte | Bound::Eq) && (window.len() as f64) < *than) {
        return None;
    }
    let figure = match correlation.kind {
        Kind::EventCount => count::events(window),
        Kind::ValueCount => value::different(window),
        Kind::ValueSum => value::sum(window),
        Kind::ValueAvg => value::sum(window) / window.len() as f64,
        Kind::ValuePercentile(share) => value::percentile(window, share),
        Kind::ValueMedian => value::percentile(window, 50.0),
        Kind::Temporal => temporal::together(window),
        Kind::TemporalOrdered => temporal::in_order(window),
    };
    bounds.iter().all(|(bound, than)| bound.holds(figure, *than)).then_some(figure)
}
