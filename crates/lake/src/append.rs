//! Taking batches in: exactly once, durable, visible.

use crate::columns::Row;
use crate::dedup::{self, Taken};
use crate::open::Writing;
use crate::{Appended, Batch, Lake, LakeError, Record};
use model::Match;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Bytes of events with matches that are kept for the follower in memory; what is older it reads from the files.
const MAX_RECENT: usize = 8 << 20;

/// How long an append waits for memory.
const PATIENCE: Duration = Duration::from_secs(10);

impl Lake {
    /// Makes these batches durable with one `fdatasync` and shows them to searches; the answers are in their order.
    /// Blocks; call it from one thread. After an error nothing of them is acknowledged.
    pub fn append(&self, batches: Vec<Batch>) -> Result<Vec<Appended>, LakeError> {
        self.check_reserve()?;
        self.wait_for_room()?;
        let shared = &self.shared;
        let mut writing = shared.writing();
        let mut next = writing.next_seq;
        let mut fresh = Fresh::default();
        let mut answers = Vec::with_capacity(batches.len());
        let mut kept = Vec::with_capacity(batches.len());
        for mut batch in batches {
            let answer = admit(&writing, &mut fresh, &mut batch, next);
            if let Appended::Stored { stored, .. } = &answer {
                kept.push((next, batch));
                next += u64::from(*stored);
            }
            answers.push(answer);
        }
        let borrowed: Vec<_> = kept.iter().map(|(first, batch)| (*first, batch)).collect();
        writing.wal.append(&borrowed)?;
        let now = shared.clock.now();
        for (key, taken) in fresh.taken {
            writing.dedup.insert(key, taken);
        }
        writing.dedup.expire(now, shared.options.dedup_window);
        writing.next_seq = next;
        let full = self.show(&mut writing, kept)?;
        drop(writing);
        shared.durable.send_replace(next - 1);
        if full {
            shared.nudge();
        }
        Ok(answers)
    }

    fn check_reserve(&self) -> Result<(), LakeError> {
        let (free, reserve) = (self.shared.free_bytes()?, self.shared.options.reserve_bytes);
        if free < reserve { Err(LakeError::Full { free, reserve }) } else { Ok(()) }
    }

    /// Waits while sealing is behind: what is in memory stays within twice its size.
    fn wait_for_room(&self) -> Result<(), LakeError> {
        let limit = self.shared.options.memory_bytes.saturating_mul(2);
        let until = Instant::now() + PATIENCE;
        let mut view = self.shared.view();
        while view.bytes_in_all() > limit {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(LakeError::Behind { bytes: view.bytes_in_all(), limit });
            }
            self.shared.nudge();
            view = self.shared.woken_by_sealer.wait_timeout(view, left).map_or_else(|poison| poison.into_inner().0, |(view, _)| view);
        }
        Ok(())
    }

    /// Puts durable batches before searches and the follower. True: it is time to seal.
    fn show(&self, writing: &mut Writing, batches: Vec<(u64, Batch)>) -> Result<bool, LakeError> {
        let options = &self.shared.options;
        let mut view = self.shared.view();
        for (first_seq, mut batch) in batches {
            let events = std::mem::take(&mut batch.events);
            let (format, peer) = (batch.format, batch.peer);
            let rows: Vec<Row> = events
                .into_iter()
                .zip(first_seq..)
                .map(|(mut event, seq)| {
                    event.seq = seq;
                    event.source = batch.source.clone();
                    Row { event, format, peer }
                })
                .collect();
            if !rows.is_empty() {
                writing.remember(record(first_seq, &rows, batch));
            }
            view.push(rows)?;
        }
        Ok(view.rows() >= options.segment_rows || view.bytes() >= options.memory_bytes)
    }
}

/// Ids within one call, not yet durable.
#[derive(Default)]
struct Fresh {
    taken: Vec<([u8; 16], Taken)>,
    items: FxHashMap<[u8; 16], [u8; 16]>,
}

impl Fresh {
    fn batch(&self, key: &[u8; 16]) -> Option<&Taken> {
        self.taken.iter().find(|(known, _)| known == key).map(|(_, taken)| taken)
    }
}

/// Decides on a batch and takes out of it what is known already.
fn admit(writing: &Writing, fresh: &mut Fresh, batch: &mut Batch, first_seq: u64) -> Appended {
    let batch_key = batch.id.as_ref().map(|id| (dedup::batch_key(&batch.source, &id.id), dedup::half(&id.body)));
    if let Some((key, body)) = &batch_key
        && let Some(before) = writing.dedup.get(key).or_else(|| fresh.batch(key))
    {
        return match before.body == *body {
            true => Appended::Replayed { stored: before.stored, quarantined: before.quarantined, rejected: before.rejected },
            false => Appended::Conflict,
        };
    }
    let (mut duplicates, mut conflicts) = (Vec::new(), Vec::new());
    let mut items = Vec::new();
    for ((id, event), place) in batch.item_ids.iter().zip(&batch.events).zip(0u32..) {
        let Some(id) = id else { continue };
        let (key, body) = (dedup::item_key(&batch.source, id), dedup::body(event.raw()));
        match writing.dedup.get(&key).map(|taken| taken.body).or_else(|| fresh.items.get(&key).copied()) {
            Some(before) if before == body || before == dedup::ANY_BODY => duplicates.push(place),
            Some(_) => conflicts.push(place),
            None => {
                fresh.items.insert(key, body);
                items.push((key, body));
            }
        }
    }
    if !duplicates.is_empty() || !conflicts.is_empty() {
        leave_out(batch, duplicates.iter().chain(&conflicts));
    }
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    // Refused, and counted so in the log too: a repeated batch is answered as the first.
    batch.rejected = batch.rejected.saturating_add(count(conflicts.len()));
    let taken = Taken {
        body: batch_key.as_ref().map(|(_, body)| *body).unwrap_or_default(),
        stored: count(batch.events.len()),
        quarantined: count(batch.quarantined.len()),
        rejected: batch.rejected,
        received: batch.received,
    };
    fresh.taken.extend(batch_key.map(|(key, _)| (key, taken)));
    fresh.taken.extend(items.into_iter().map(|(key, body)| (key, Taken { body, ..taken })));
    Appended::Stored { first_seq, stored: taken.stored, duplicates, conflicts, quarantined: taken.quarantined, rejected: taken.rejected }
}

/// Takes events out of a batch; matches of the others keep pointing at theirs.
fn leave_out<'p>(batch: &mut Batch, places: impl Iterator<Item = &'p u32>) {
    let mut out = vec![false; batch.events.len()];
    places.filter_map(|place| usize::try_from(*place).ok()).for_each(|place| out[place] = true);
    let mut renumbered = Vec::with_capacity(batch.events.len());
    let mut next = 0u32;
    for gone in out {
        renumbered.push((!gone).then_some(next));
        next += u32::from(!gone);
    }
    let keep = |place: usize| renumbered.get(place).copied().flatten().is_some();
    let mut place = 0;
    batch.events.retain(|_| {
        place += 1;
        keep(place - 1)
    });
    place = 0;
    batch.item_ids.retain(|_| {
        place += 1;
        keep(place - 1)
    });
    batch.matches = batch
        .matches
        .iter()
        .filter_map(|hit| Some(Match { event: renumbered.get(hit.event as usize).copied().flatten()?, rule: hit.rule }))
        .collect();
}

fn record(first_seq: u64, rows: &[Row], batch: Batch) -> Record {
    let hits = batch
        .matches
        .iter()
        .filter_map(|hit| Some((hit.rule, rows.get(hit.event as usize)?.event.clone())))
        .collect();
    Record { first_seq, last_seq: first_seq + rows.len() as u64 - 1, rules: batch.rules, hits }
}

impl Writing {
    /// Keeps a record for the follower. Stretches without a match become one.
    fn remember(&mut self, record: Record) {
        if record.hits.is_empty()
            && let Some(last) = self.recent.back_mut().filter(|last| last.hits.is_empty())
        {
            Arc::make_mut(last).last_seq = record.last_seq;
            return;
        }
        self.recent_bytes += record.bytes();
        self.recent.push_back(Arc::new(record));
        while self.recent_bytes > MAX_RECENT {
            let Some(oldest) = self.recent.pop_front() else { break };
            self.recent_bytes -= oldest.bytes();
        }
    }
}

impl Record {
    /// Bytes that it takes in memory.
    pub(crate) fn bytes(&self) -> usize {
        64 + self.hits.iter().map(|(_, event)| 128 + event.heap_bytes()).sum::<usize>()
    }
}
