//! What each source sends: counters that the pipeline reports, and whether a source is late or has fallen silent.
//!
//! These are projections of what was taken in: they have no version and no journal.

use crate::Problem;
use db::{Db, Sql, Tx, storable, values};
use model::Timestamp;
use sea_orm::FromQueryResult;
use serde::Serialize;
use std::collections::HashMap;
use std::time::Duration;

/// A source is silent when nothing came for so long …
const SILENT_AFTER: Duration = Duration::from_secs(10 * 60);
/// … and for so many times its usual gap.
const SILENT_GAPS: u32 = 5;
/// A longer gap teaches nothing: it was an outage.
const LONGEST_GAP: Duration = Duration::from_secs(24 * 60 * 60);
/// A source is lagging when its newest event was older than this on arrival.
const LAGGING_AFTER: Duration = Duration::from_secs(5 * 60);
/// Minutes of history.
const MINUTES: i64 = 60;
const MINUTE: i64 = 60 * 1_000_000_000;

/// What one source sent since the last report.
#[derive(Clone, Debug, Default)]
pub struct SourceDelta {
    /// Its name.
    pub name: String,
    /// Events that came for the first time, whatever became of them. What was sent again is not among them.
    pub received: u64,
    /// Events that are in the store.
    pub stored: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// Refused, and the sender knows.
    pub rejected: u64,
    /// Kept apart with a reason.
    pub quarantined: u64,
    /// Sent again under an id that is known: not among the received.
    pub duplicates: u64,
    /// Lost, and counted: only where a protocol cannot push back.
    pub dropped: u64,
    /// Stored with a diagnostic.
    pub flagged: u64,
    /// The last arrival.
    pub last_received: Timestamp,
    /// The newest event time in it.
    pub last_event_time: Option<Timestamp>,
}

/// Whether a source does as it usually does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceState {
    /// It does.
    OnTime,
    /// Its events are old when they arrive.
    Lagging,
    /// Nothing comes.
    Silent,
}

impl SourceState {
    /// The rule: silent for longer than 10 minutes and 5 usual gaps; lagging by more than 5 minutes.
    pub fn of(last_seen: Timestamp, usual_gap: Duration, lag: Duration, now: Timestamp) -> Self {
        if now.since(last_seen) > SILENT_AFTER.max(usual_gap.saturating_mul(SILENT_GAPS)) {
            SourceState::Silent
        } else if lag > LAGGING_AFTER {
            SourceState::Lagging
        } else {
            SourceState::OnTime
        }
    }
}

/// One source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SourceRow {
    /// Its name.
    pub name: String,
    /// Events that came for the first time: stored, rejected, quarantined or dropped.
    pub received: i64,
    /// Events in the store.
    pub events: i64,
    /// Bytes of them.
    pub bytes: i64,
    /// Refused.
    pub rejected: i64,
    /// Kept apart.
    pub quarantined: i64,
    /// Sent again, and not among the received.
    pub duplicates: i64,
    /// Lost and counted.
    pub dropped: i64,
    /// Stored with a diagnostic.
    pub flagged: i64,
    /// The first arrival.
    #[schema(value_type = String, format = "date-time")]
    pub first_seen: Timestamp,
    /// The last arrival.
    #[schema(value_type = String, format = "date-time")]
    pub last_seen: Timestamp,
    /// The newest event time of the last arrival.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub last_event_time: Option<Timestamp>,
    /// How old that event was on arrival; 0 if its time was later. Milliseconds.
    pub lag_ms: i64,
    /// Events that arrived in each of the last 60 minutes, the present one last.
    pub per_minute: Vec<i64>,
    /// Whether it does as it usually does.
    pub state: SourceState,
}

/// All sources together. `received = stored + rejected + quarantined + dropped`; what was sent again is in none of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SourceTotals {
    /// Events that came for the first time.
    pub received: i64,
    /// Events in the store.
    pub stored: i64,
    /// Refused.
    pub rejected: i64,
    /// Kept apart.
    pub quarantined: i64,
    /// Lost and counted.
    pub dropped: i64,
}

const UPSERT: &str = "INSERT INTO sources (name, received, stored, bytes, rejected, quarantined, duplicates, dropped, flagged, \
     first_seen, last_seen, last_event_time, usual_gap) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, 0) \
     ON CONFLICT (name) DO UPDATE SET \
     received = sources.received + excluded.received, stored = sources.stored + excluded.stored, \
     bytes = sources.bytes + excluded.bytes, rejected = sources.rejected + excluded.rejected, \
     quarantined = sources.quarantined + excluded.quarantined, duplicates = sources.duplicates + excluded.duplicates, \
     dropped = sources.dropped + excluded.dropped, flagged = sources.flagged + excluded.flagged, \
     last_seen = CASE WHEN excluded.last_seen > sources.last_seen THEN excluded.last_seen ELSE sources.last_seen END, \
     last_event_time = COALESCE(excluded.last_event_time, sources.last_event_time), \
     usual_gap = CASE \
       WHEN excluded.last_seen <= sources.last_seen OR excluded.last_seen - sources.last_seen > $12 THEN sources.usual_gap \
       WHEN sources.usual_gap = 0 THEN excluded.last_seen - sources.last_seen \
       ELSE (sources.usual_gap * 7 + excluded.last_seen - sources.last_seen) / 8 END";

/// Adds what came since the last report, in the caller's transaction.
pub async fn record_sources(tx: &Tx, deltas: &[SourceDelta]) -> Result<(), Problem> {
    let Some(newest) = deltas.iter().map(|delta| delta.last_received).max() else { return Ok(()) };
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    for delta in deltas {
        let name = storable(&delta.name);
        let (at, event) = (delta.last_received.nanos(), delta.last_event_time.map(Timestamp::nanos));
        let values = values![
            name.as_ref(),
            number(delta.received),
            number(delta.stored),
            number(delta.bytes),
            number(delta.rejected),
            number(delta.quarantined),
            number(delta.duplicates),
            number(delta.dropped),
            number(delta.flagged),
            at,
            event,
            Timestamp::default().plus(LONGEST_GAP).nanos(),
        ];
        tx.conn().run(UPSERT, values).await?;
        let count = "INSERT INTO source_minutes (name, minute, events) VALUES ($1, $2, $3) \
                     ON CONFLICT (name, minute) DO UPDATE SET events = source_minutes.events + excluded.events";
        tx.conn().run(count, values![name.as_ref(), minute(delta.last_received), number(delta.received)]).await?;
    }
    let forget = "DELETE FROM source_minutes WHERE minute <= $1";
    tx.conn().run(forget, values![minute(newest) - MINUTES]).await?;
    Ok(())
}

fn minute(at: Timestamp) -> i64 {
    at.nanos().div_euclid(MINUTE)
}

#[derive(FromQueryResult)]
struct Stored {
    name: String,
    received: i64,
    stored: i64,
    bytes: i64,
    rejected: i64,
    quarantined: i64,
    duplicates: i64,
    dropped: i64,
    flagged: i64,
    first_seen: i64,
    last_seen: i64,
    last_event_time: Option<i64>,
    usual_gap: i64,
}

#[derive(FromQueryResult)]
struct Minute {
    name: String,
    minute: i64,
    events: i64,
}

/// Every source as it is at `now`, by name, and the sums over all of them.
pub async fn sources(db: &Db, now: Timestamp) -> Result<(Vec<SourceRow>, SourceTotals), Problem> {
    let text = "SELECT name, received, stored, bytes, rejected, quarantined, duplicates, dropped, flagged, first_seen, \
                last_seen, last_event_time, usual_gap FROM sources ORDER BY name LIMIT $1";
    let stored: Vec<Stored> = db.reader().rows(text, values![i64::from(super::LISTED)]).await?;
    let first = minute(now) - MINUTES + 1;
    let text = "SELECT name, minute, events FROM source_minutes WHERE minute >= $1 AND minute < $2";
    let mut minutes: HashMap<String, Vec<i64>> = HashMap::new();
    for row in db.reader().rows::<Minute>(text, values![first, first + MINUTES]).await? {
        let counts = minutes.entry(row.name).or_insert_with(|| vec![0; MINUTES as usize]);
        counts[(row.minute - first) as usize] = row.events;
    }
    let mut totals = SourceTotals::default();
    let mut items = Vec::with_capacity(stored.len());
    for row in stored {
        totals.received += row.received;
        totals.stored += row.stored;
        totals.rejected += row.rejected;
        totals.quarantined += row.quarantined;
        totals.dropped += row.dropped;
        let per_minute = minutes.remove(&row.name).unwrap_or_else(|| vec![0; MINUTES as usize]);
        items.push(shown(row, per_minute, now));
    }
    Ok((items, totals))
}

fn shown(row: Stored, per_minute: Vec<i64>, now: Timestamp) -> SourceRow {
    let (last_seen, last_event_time) = (Timestamp(row.last_seen), row.last_event_time.map(Timestamp));
    let lag = last_event_time.map_or(Duration::ZERO, |event| last_seen.since(event));
    let usual_gap = Duration::from_nanos(u64::try_from(row.usual_gap).unwrap_or(0));
    SourceRow {
        name: row.name,
        received: row.received,
        events: row.stored,
        bytes: row.bytes,
        rejected: row.rejected,
        quarantined: row.quarantined,
        duplicates: row.duplicates,
        dropped: row.dropped,
        flagged: row.flagged,
        first_seen: Timestamp(row.first_seen),
        last_seen,
        last_event_time,
        lag_ms: i64::try_from(lag.as_millis()).unwrap_or(i64::MAX),
        per_minute,
        state: SourceState::of(last_seen, usual_gap, lag, now),
    }
}
