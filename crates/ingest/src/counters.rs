//! What was received and what became of it, per source.
//!
//! At every quiet moment `sent = received + repeated + refused` and
//! `received = stored + rejected + quarantined + dropped`, for each source and for the whole.

use model::Timestamp;
use rustc_hash::FxHashMap;
use std::sync::{Arc, Mutex};

/// Events of one source since the program started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceCounts {
    /// Everything that came to the door, repetitions included.
    pub sent: u64,
    /// What came for the first time and was answered for.
    pub received: u64,
    /// Made durable.
    pub stored: u64,
    /// Refused as malformed beyond storing; the sender was told where the protocol can.
    pub rejected: u64,
    /// Kept aside with a reason.
    pub quarantined: u64,
    /// Lost: by a protocol that cannot wait (UDP) while the queue was full or the log took nothing, or by one without
    /// acknowledgement (syslog over TCP) because the program ended while the log took nothing.
    pub dropped: u64,
    /// Sent before under the same id and not stored again.
    pub repeated: u64,
    /// Not taken because the log could not be written or an id was used twice, and the sender was told: it has them
    /// still, which is why they are no part of `received`.
    pub refused: u64,
    /// Stored with a diagnostic.
    pub flagged: u64,
    /// Raw bytes stored.
    pub bytes: u64,
    /// When it last sent anything.
    pub last_received: Option<Timestamp>,
    /// The newest event time it has sent.
    pub last_event_time: Option<Timestamp>,
}

impl SourceCounts {
    /// So many records that are lost.
    pub(crate) fn dropped(count: u64, now: Timestamp) -> SourceCounts {
        SourceCounts { sent: count, received: count, dropped: count, last_received: Some(now), ..SourceCounts::default() }
    }

    /// Adds another count of the same source.
    pub fn add(&mut self, other: &SourceCounts) {
        self.sent += other.sent;
        self.received += other.received;
        self.stored += other.stored;
        self.rejected += other.rejected;
        self.quarantined += other.quarantined;
        self.dropped += other.dropped;
        self.repeated += other.repeated;
        self.refused += other.refused;
        self.flagged += other.flagged;
        self.bytes += other.bytes;
        self.last_received = self.last_received.max(other.last_received);
        self.last_event_time = self.last_event_time.max(other.last_event_time);
    }
}

/// Distinct sources that are counted by name; a forged host name must not fill memory.
const MAX_SOURCES: usize = 10_000;

/// Where sources past [`MAX_SOURCES`] are counted.
pub(crate) const OTHER: &str = "other";

/// The counts of every source. Cheap to clone.
#[derive(Clone, Default)]
pub struct Counters(Arc<Mutex<Tables>>);

#[derive(Default)]
struct Tables {
    total: FxHashMap<Arc<str>, SourceCounts>,
    unsaved: FxHashMap<Arc<str>, SourceCounts>,
}

impl Counters {
    /// Adds to a source.
    pub fn add(&self, source: &Arc<str>, counts: &SourceCounts) {
        let mut tables = self.0.lock().unwrap_or_else(|poison| poison.into_inner());
        let name = if tables.total.contains_key(source) || tables.total.len() < MAX_SOURCES {
            source.clone()
        } else {
            Arc::from(OTHER)
        };
        tables.total.entry(name.clone()).or_default().add(counts);
        tables.unsaved.entry(name).or_default().add(counts);
    }

    /// Every source since the start of the program.
    pub fn snapshot(&self) -> Vec<(Arc<str>, SourceCounts)> {
        let tables = self.0.lock().unwrap_or_else(|poison| poison.into_inner());
        let mut all: Vec<_> = tables.total.iter().map(|(name, counts)| (name.clone(), *counts)).collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    }

    /// The whole since the start of the program.
    pub fn total(&self) -> SourceCounts {
        let mut total = SourceCounts::default();
        for (_, counts) in self.snapshot() {
            total.add(&counts);
        }
        total
    }

    /// What was counted since the last call, to be saved; [`Counters::put_back`] if that fails.
    pub(crate) fn take_unsaved(&self) -> Vec<(Arc<str>, SourceCounts)> {
        let mut tables = self.0.lock().unwrap_or_else(|poison| poison.into_inner());
        std::mem::take(&mut tables.unsaved).into_iter().collect()
    }

    /// Counts that could not be saved.
    pub(crate) fn put_back(&self, counts: Vec<(Arc<str>, SourceCounts)>) {
        let mut tables = self.0.lock().unwrap_or_else(|poison| poison.into_inner());
        for (name, counts) in counts {
            tables.unsaved.entry(name).or_default().add(&counts);
        }
    }
}
