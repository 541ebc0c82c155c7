//! The search bar's searches: newest first, stopping when nothing older can matter.

use crate::columns::{SEQ, TIME, json};
use crate::open::Shared;
use crate::plan::{Plan, Truth};
use crate::scan::{self, Piece, Place, Stop};
use crate::table::{Bucket, Column, Table, TableStats};
use crate::{Lake, LakeError};
use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::{TimestampNanosecondType, UInt64Type};
use model::{Event, EventId, Field, FieldKind, Timestamp};
use query::{Search, holds};
use rustc_hash::FxHashSet;
use serde_json::Value as Json;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

/// Rows of one answer at most.
pub const MAX_ROWS: usize = 10_000;

/// An event in the heap of the newest: ordered by time, then sequence.
struct Found {
    at: (Timestamp, u64),
    event: Event,
}

impl PartialEq for Found {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}
impl Eq for Found {}
impl PartialOrd for Found {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Found {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.at.cmp(&other.at)
    }
}

/// The newest of what was found, one more than asked for: it tells whether there is more.
struct Newest {
    limit: usize,
    heap: BinaryHeap<Reverse<Found>>,
}

impl Newest {
    /// What an event must be newer than. `None`: any will do.
    fn floor(&self) -> Option<(Timestamp, u64)> {
        if self.heap.len() > self.limit { self.heap.peek().map(|Reverse(oldest)| oldest.at) } else { None }
    }

    fn push(&mut self, at: (Timestamp, u64), event: Event) {
        self.heap.push(Reverse(Found { at, event }));
        if self.heap.len() > self.limit + 1 {
            self.heap.pop();
        }
    }
}

/// A row that may be an answer.
struct Candidate {
    at: (Timestamp, u64),
    row: u32,
    truth: Truth,
}

/// One query at work.
struct Work<'w> {
    shared: &'w Shared,
    stop: &'w Stop,
    search: &'w Search,
    plan: Plan,
    stats: TableStats,
    segments: FxHashSet<usize>,
}

impl<'w> Work<'w> {
    fn new(shared: &'w Shared, stop: &'w Stop, search: &'w Search) -> Self {
        Work { shared, stop, search, plan: Plan::of(&search.filter), stats: TableStats::default(), segments: FxHashSet::default() }
    }

    fn holds(&self, event: &Event) -> bool {
        holds(&self.search.filter, event, self.shared.options.node)
    }

    /// The rows of a piece that may be answers, newer than `floor`, newest first.
    fn candidates(&mut self, piece: &Piece, floor: Option<(Timestamp, u64)>) -> Result<Vec<Candidate>, LakeError> {
        self.stop.check()?;
        if let Place::Group { segment, .. } = &piece.place {
            self.segments.insert(*segment);
        }
        let batch = piece.read(self.shared, &[SEQ, TIME], None)?;
        let seqs = scan::column(&batch, SEQ)?.as_primitive::<UInt64Type>().values();
        let times = scan::column(&batch, TIME)?.as_primitive::<TimestampNanosecondType>().values();
        let (from, to) = (self.search.from, self.search.to);
        let mut found: Vec<Candidate> = (0u32..)
            .zip(seqs.iter().zip(times))
            .map(|(row, (seq, time))| Candidate { at: (Timestamp(*time), *seq), row, truth: Truth::Yes })
            .filter(|one| from.is_none_or(|from| one.at.0 >= from) && to.is_none_or(|to| one.at.0 < to) && floor.is_none_or(|floor| one.at > floor))
            .collect();
        self.stats.rows_scanned += found.len() as u64;
        let mut names = Vec::new();
        self.plan.columns(&mut names);
        names.sort_unstable();
        names.dedup();
        if !found.is_empty() {
            // With no column to look at, any one gives the number of rows.
            let names: &[&str] = if names.is_empty() { &[SEQ] } else { &names };
            let rows: Vec<u32> = found.iter().map(|one| one.row).collect();
            let all = rows.len() == batch.num_rows();
            let columns = piece.read(self.shared, names, (!all).then_some(rows.as_slice()))?;
            found.iter_mut().zip(self.plan.rows(&columns)?).for_each(|(one, truth)| one.truth = truth);
            found.retain(|one| one.truth != Truth::No);
        }
        found.sort_unstable_by_key(|one| Reverse(one.at));
        Ok(found)
    }

    /// Puts the answers of a piece among the newest. Few rows are parsed where the first of them will do.
    fn newest(&mut self, piece: &Piece, newest: &mut Newest) -> Result<(), LakeError> {
        let candidates = self.candidates(piece, newest.floor())?;
        let mut rest = candidates.as_slice();
        let mut size = (newest.limit + 1).clamp(64, 4096);
        while !rest.is_empty() {
            self.stop.check()?;
            let (chunk, behind) = rest.split_at(size.min(rest.len()));
            rest = behind;
            size = (size * 4).min(16_384);
            if newest.floor().is_some_and(|floor| chunk.first().is_none_or(|first| first.at <= floor)) {
                return Ok(());
            }
            self.parsed(piece, chunk, |one, event| newest.push(one.at, event))?;
        }
        Ok(())
    }

    /// Calls `each` with the answers among these candidates.
    fn parsed(&self, piece: &Piece, candidates: &[Candidate], mut each: impl FnMut(&Candidate, Event)) -> Result<(), LakeError> {
        let mut by_row: Vec<&Candidate> = candidates.iter().collect();
        by_row.sort_unstable_by_key(|one| one.row);
        let rows: Vec<u32> = by_row.iter().map(|one| one.row).collect();
        let mut next = by_row.into_iter();
        piece.events(self.shared, &rows, |_, event| {
            if let Some(one) = next.next().filter(|one| one.truth == Truth::Yes || self.holds(&event)) {
                each(one, event);
            }
        })
    }
}

impl Lake {
    /// The newest events of a search, by event time. The first column is `_id`.
    pub async fn search(&self, search: &Search) -> Result<Table, LakeError> {
        let search = search.clone();
        self.off_thread(move |shared, stop| search_now(shared, stop, &search)).await
    }

    /// How many events there are in each of `buckets` equal stretches of the search's time range, which without an
    /// end goes from the first event to the last.
    pub async fn histogram(&self, search: &Search, buckets: usize) -> Result<Vec<Bucket>, LakeError> {
        let search = search.clone();
        self.off_thread(move |shared, stop| histogram_now(shared, stop, &search, buckets.clamp(1, 1_000))).await
    }

    /// One event by its id; `None` if it is not here.
    pub async fn get(&self, id: EventId) -> Result<Option<Event>, LakeError> {
        if id.node != self.node() {
            return Ok(None);
        }
        self.off_thread(move |shared, _| get_now(shared, id.seq)).await
    }
}

fn search_now(shared: &Shared, stop: &Stop, search: &Search) -> Result<Table, LakeError> {
    let started = Instant::now();
    let limit = search.limit.clamp(1, MAX_ROWS);
    let snapshot = shared.snapshot()?;
    let mut pieces = scan::pieces(&snapshot, search.from, search.to);
    pieces.sort_by_key(|piece| Reverse(piece.max_time));
    let mut work = Work::new(shared, stop, search);
    let mut newest = Newest { limit, heap: BinaryHeap::new() };
    for piece in pieces {
        // Nothing in it, or in those behind it, is new enough.
        if newest.floor().is_some_and(|(oldest, _)| piece.max_time < oldest) {
            break;
        }
        if piece.may(shared, &work.plan) {
            work.newest(&piece, &mut newest)?;
        }
    }
    let stats = TableStats {
        truncated: newest.heap.len() > limit,
        segments_total: snapshot.manifest.segments.len() as u64,
        segments_read: work.segments.len() as u64,
        elapsed_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        ..work.stats
    };
    let mut found: Vec<Found> = newest.heap.into_iter().map(|Reverse(found)| found).collect();
    found.sort_by_key(|found| Reverse(found.at));
    found.truncate(limit);
    let rows = found.iter().map(|found| row(shared.options.node, &found.event, &search.columns)).collect();
    Ok(Table { columns: columns(&search.columns), rows, stats })
}

fn histogram_now(shared: &Shared, stop: &Stop, search: &Search, buckets: usize) -> Result<Vec<Bucket>, LakeError> {
    let snapshot = shared.snapshot()?;
    let pieces = scan::pieces(&snapshot, search.from, search.to);
    let first = pieces.iter().map(|piece| piece.min_time).min();
    let last = pieces.iter().map(|piece| piece.max_time).max();
    let (Some(first), Some(last)) = (search.from.or(first), search.to.or(last.map(|t| Timestamp(t.nanos().saturating_add(1))))) else {
        return Ok(Vec::new());
    };
    let Some(mut counts) = Counts::new(first, last, buckets) else { return Ok(Vec::new()) };
    let bounded = Search { from: Some(first), to: Some(last), ..search.clone() };
    let mut work = Work::new(shared, stop, &bounded);
    for piece in pieces {
        let whole = piece.min_time >= first && piece.max_time < last;
        if let (Plan::Known(Truth::Yes), true, Some(rows)) = (&work.plan, whole, piece.rows()) {
            let bucket = counts.bucket(piece.min_time);
            if piece.max_time < bucket.to {
                bucket.count += rows;
                continue;
            }
        }
        if !piece.may(shared, &work.plan) {
            continue;
        }
        let (certain, open): (Vec<_>, Vec<_>) = work.candidates(&piece, None)?.into_iter().partition(|one| one.truth == Truth::Yes);
        for one in certain {
            counts.bucket(one.at.0).count += 1;
        }
        for chunk in open.chunks(16_384) {
            stop.check()?;
            work.parsed(&piece, chunk, |one, _| counts.bucket(one.at.0).count += 1)?;
        }
    }
    Ok(counts.buckets)
}

/// Equal stretches of time.
struct Counts {
    first: i128,
    span: i128,
    buckets: Vec<Bucket>,
}

impl Counts {
    /// `None` if no time is between the two.
    fn new(first: Timestamp, last: Timestamp, buckets: usize) -> Option<Counts> {
        let (start, span) = (i128::from(first.nanos()), i128::from(last.nanos()) - i128::from(first.nanos()));
        let edge = |i: usize| Timestamp(i64::try_from(start + span * i as i128 / buckets as i128).unwrap_or(i64::MAX));
        let buckets = (0..buckets).map(|i| Bucket { from: edge(i), to: edge(i + 1), count: 0 }).collect();
        (span > 0).then_some(Counts { first: start, span, buckets })
    }

    /// The bucket of a time within the range.
    fn bucket(&mut self, time: Timestamp) -> &mut Bucket {
        let last = self.buckets.len() - 1;
        let offset = i128::from(time.nanos()) - self.first;
        let guess = usize::try_from(offset * self.buckets.len() as i128 / self.span).unwrap_or(0).min(last);
        // Rounding may put the guess one bucket early.
        let at = if time >= self.buckets[guess].to { (guess + 1).min(last) } else { guess };
        &mut self.buckets[at]
    }
}

fn get_now(shared: &Shared, seq: u64) -> Result<Option<Event>, LakeError> {
    let snapshot = shared.snapshot()?;
    for piece in scan::pieces(&snapshot, None, None).iter().filter(|piece| piece.may_have(seq)) {
        let batch = piece.read(shared, &[SEQ], None)?;
        let seqs = scan::column(&batch, SEQ)?.as_primitive::<UInt64Type>();
        let Some((row, _)) = (0u32..).zip(seqs.values()).find(|(_, here)| **here == seq) else { continue };
        let mut found = None;
        piece.events(shared, &[row], |_, event| found = Some(event))?;
        return Ok(found);
    }
    Ok(None)
}

fn row(node: u16, event: &Event, columns: &[String]) -> Vec<Json> {
    let id = EventId { node, seq: event.seq }.to_string();
    std::iter::once(Json::String(id)).chain(columns.iter().map(|name| value(event, name))).collect()
}

fn value(event: &Event, name: &str) -> Json {
    match name {
        "@timestamp" => Json::String(event.time.to_string()),
        "_received" => Json::String(event.received.to_string()),
        "_source" => Json::String(event.source.to_string()),
        "_raw" => Json::String(String::from_utf8_lossy(event.raw()).into_owned()),
        name => {
            let Some(field) = Field::lookup(name) else { return Json::Null };
            let mut values: Vec<Json> = event.values(field).map(json).collect();
            if values.len() > 1 { Json::Array(values) } else { values.pop().unwrap_or(Json::Null) }
        }
    }
}

fn columns(names: &[String]) -> Vec<Column> {
    let kind = |name: &str| match name {
        "@timestamp" | "_received" => "date",
        name => match Field::lookup(name).and_then(Field::info).map(|info| info.kind) {
            Some(FieldKind::Text) => "text",
            Some(FieldKind::Ip) => "ip",
            Some(FieldKind::Long) => "long",
            Some(FieldKind::Date) => "date",
            Some(FieldKind::Keyword) | None => "keyword",
        },
    };
    let id = Column { name: "_id".to_owned(), kind: "keyword".to_owned() };
    std::iter::once(id).chain(names.iter().map(|name| Column { name: name.clone(), kind: kind(name).to_owned() })).collect()
}
