//! The search bar's searches: newest first, stopping when nothing older can matter.

use crate::prefilter::Needle;
use crate::scan::{self, Part, Want};
use crate::table::{Bucket, Column, Table, TableStats};
use crate::{Lake, LakeError};
use model::{Event, EventId, Field, FieldKind, Timestamp, Value};
use query::{Search, holds};
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

impl Lake {
    /// The newest events of a search, by event time. The first column is `_id`.
    pub async fn search(&self, search: &Search) -> Result<Table, LakeError> {
        let started = Instant::now();
        let limit = search.limit.clamp(1, MAX_ROWS);
        let snapshot = self.shared.snapshot()?;
        let mut parts = scan::parts(self, &snapshot);
        let mut stats = TableStats { segments_total: snapshot.manifest.segments.len() as u64, ..TableStats::default() };
        parts.retain(|part| overlaps(part, search));
        parts.sort_by_key(|part| Reverse(part.times().1));
        let needle = Needle::of(&search.filter);
        let want = Want { from: search.from, to: search.to, seq: None, needle: &needle };
        let mut newest: BinaryHeap<Reverse<Found>> = BinaryHeap::new();
        for part in &parts {
            let full = newest.len() > limit;
            // One more than the limit is kept, to know whether there is more.
            if full && newest.peek().is_some_and(|Reverse(oldest)| part.times().1 < oldest.at.0) {
                break;
            }
            stats.segments_read += u64::from(matches!(part, Part::Segment { .. }));
            let node = self.node();
            stats.rows_scanned += scan::events(part, &want, |event| {
                let at = (event.time, event.seq);
                let full = newest.len() > limit;
                if full && newest.peek().is_some_and(|Reverse(oldest)| at <= oldest.at) {
                    return;
                }
                if holds(&search.filter, &event, node) {
                    newest.push(Reverse(Found { at, event }));
                    if newest.len() > limit + 1 {
                        newest.pop();
                    }
                }
            })
            .await?;
        }
        stats.truncated = newest.len() > limit;
        let mut found: Vec<Found> = newest.into_iter().map(|Reverse(found)| found).collect();
        found.sort_by_key(|found| Reverse(found.at));
        found.truncate(limit);
        let rows = found.iter().map(|found| self.row(&found.event, &search.columns)).collect();
        stats.elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(Table { columns: columns(&search.columns), rows, stats })
    }

    /// How many events there are in each of `buckets` equal stretches of the search's time range, which without an
    /// end goes from the first event to the last.
    pub async fn histogram(&self, search: &Search, buckets: usize) -> Result<Vec<Bucket>, LakeError> {
        let buckets = buckets.clamp(1, 1_000);
        let snapshot = self.shared.snapshot()?;
        let parts: Vec<Part> = scan::parts(self, &snapshot).into_iter().filter(|part| overlaps(part, search)).collect();
        let first = parts.iter().map(|part| part.times().0).min();
        let last = parts.iter().map(|part| part.times().1).max();
        let (Some(first), Some(last)) = (search.from.or(first), search.to.or(last.map(|t| Timestamp(t.nanos().saturating_add(1))))) else {
            return Ok(Vec::new());
        };
        let span = i128::from(last.nanos()) - i128::from(first.nanos());
        if span <= 0 {
            return Ok(Vec::new());
        }
        let edge = |i: usize| Timestamp(i64::try_from(i128::from(first.nanos()) + span * i as i128 / buckets as i128).unwrap_or(i64::MAX));
        let mut counts: Vec<Bucket> = (0..buckets).map(|i| Bucket { from: edge(i), to: edge(i + 1), count: 0 }).collect();
        let needle = Needle::of(&search.filter);
        let want = Want { from: Some(first), to: Some(last), seq: None, needle: &needle };
        for part in &parts {
            scan::events(part, &want, |event| {
                if holds(&search.filter, &event, self.node()) {
                    let offset = i128::from(event.time.nanos()) - i128::from(first.nanos());
                    let guess = usize::try_from(offset * buckets as i128 / span).unwrap_or(0).min(buckets - 1);
                    // Rounding may put the guess one bucket early.
                    let at = if event.time >= counts[guess].to { (guess + 1).min(buckets - 1) } else { guess };
                    counts[at].count += 1;
                }
            })
            .await?;
        }
        Ok(counts)
    }

    /// One event by its id; `None` if it is not here.
    pub async fn get(&self, id: EventId) -> Result<Option<Event>, LakeError> {
        if id.node != self.node() {
            return Ok(None);
        }
        let snapshot = self.shared.snapshot()?;
        let want = Want { from: None, to: None, seq: Some(id.seq), needle: &Needle::Any };
        for part in scan::parts(self, &snapshot) {
            let (first, last) = part.seqs();
            if !(first..=last).contains(&id.seq) {
                continue;
            }
            let mut found = None;
            scan::events(&part, &want, |event| found = Some(event)).await?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn row(&self, event: &Event, columns: &[String]) -> Vec<Json> {
        let id = EventId { node: self.node(), seq: event.seq }.to_string();
        std::iter::once(Json::String(id)).chain(columns.iter().map(|name| value(event, name))).collect()
    }
}

fn overlaps(part: &Part, search: &Search) -> bool {
    let (min, max) = part.times();
    search.from.is_none_or(|from| max >= from) && search.to.is_none_or(|to| min < to)
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

fn json(value: Value<'_>) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(b) => Json::Bool(b),
        Value::Int(i) => Json::from(i),
        Value::Number(text) | Value::Str(text) => Json::String(text.to_owned()),
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
