//! The one thread that writes the log: restores the order, appends everything that waits with one `fdatasync`,
//! acknowledges.

use crate::counters::{Counters, SourceCounts};
use crate::pipeline::{Alarm, IngestError, ItemOutcome, Receipt, Refusal, Refusing};
use crate::worker::{Part, Prepared};
use std::collections::BTreeMap;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Submissions that one append takes at most: bounds how long the first of them waits for the others.
const GROUP: usize = 256;

/// How often the log is asked whether it takes events while none come.
const ASKED_EVERY: Duration = Duration::from_secs(2);

/// Starts the writer. It ends when every worker has.
pub(crate) fn start(
    lake: lake::Lake,
    prepared: mpsc::Receiver<(u64, Prepared)>,
    counters: Counters,
    refusing: Refusing,
    broken: &CancellationToken,
) -> JoinHandle<()> {
    let alarm = Alarm(broken.clone());
    std::thread::spawn(move || {
        let _alarm = alarm;
        let mut waiting = BTreeMap::new();
        let mut next = 1u64;
        loop {
            let (number, first) = match prepared.recv_timeout(ASKED_EVERY) {
                Ok(first) => first,
                Err(RecvTimeoutError::Timeout) => {
                    tell(&refusing, lake.append(Vec::new()).err());
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => break,
            };
            waiting.insert(number, first);
            waiting.extend(prepared.try_iter());
            let mut group = Vec::new();
            while group.len() < GROUP {
                let Some(ready) = waiting.remove(&next) else { break };
                group.push(ready);
                next += 1;
            }
            if !group.is_empty() {
                append(&lake, group, &counters, &refusing);
            }
        }
        // Workers have ended: whatever is left is complete and in order.
        for (_, last) in waiting {
            append(&lake, vec![last], &counters, &refusing);
        }
    })
}

/// What remains of a submission while its batches are in the log's hands.
struct Open {
    prepared: Prepared,
    parts: Vec<(Arc<str>, Vec<u32>, SourceCounts, u32)>,
}

/// Remembers what the log has said last.
fn tell(refusing: &Refusing, error: Option<impl Into<Arc<lake::LakeError>>>) {
    *refusing.lock().unwrap_or_else(|poison| poison.into_inner()) = error.map(Into::into);
}

fn append(lake: &lake::Lake, group: Vec<Prepared>, counters: &Counters, refusing: &Refusing) {
    let mut batches = Vec::new();
    let mut open = Vec::with_capacity(group.len());
    for mut prepared in group {
        let mut parts = Vec::with_capacity(prepared.parts.len());
        for Part { batch, items, counts } in prepared.parts.drain(..) {
            let quarantined = u32::try_from(batch.quarantined.len()).unwrap_or(u32::MAX);
            parts.push((batch.source.clone(), items, SourceCounts { last_received: Some(batch.received), ..counts }, quarantined));
            batches.push(batch);
        }
        open.push(Open { prepared, parts });
    }
    match lake.append(batches) {
        Ok(appended) => {
            tell(refusing, None::<lake::LakeError>);
            let mut appended = appended.into_iter();
            for one in open {
                let results: Vec<_> = appended.by_ref().take(one.parts.len()).collect();
                settle(one, &results, counters);
            }
        }
        Err(error) => {
            let error = Arc::new(error);
            tracing::error!(%error, "the log refused a group");
            tell(refusing, Some(error.clone()));
            for one in open {
                refuse(one, &error, counters);
            }
        }
    }
}

fn settle(open: Open, results: &[lake::Appended], counters: &Counters) {
    let Open { prepared, parts } = open;
    let mut outcomes = prepared.outcomes;
    let mut receipt = Receipt { received: prepared.sent, ..Receipt::default() };
    let mut conflict = false;
    for (((source, items, mut counts, quarantined), result), place) in parts.into_iter().zip(results).zip(0..) {
        // Refused records belong to the submission as a whole and are counted with its first part.
        let rejected = if place == 0 { prepared.rejected } else { 0 };
        let sent = items.len() as u64 + u64::from(quarantined) + u64::from(rejected);
        counts.sent = sent;
        match result {
            lake::Appended::Stored { stored, duplicates, conflicts, quarantined, rejected, .. } => {
                for index in conflicts {
                    if let Some(item) = items.get(*index as usize) {
                        outcomes[*item as usize] = Some(ItemOutcome::Conflict);
                    }
                }
                for index in duplicates {
                    if let Some(item) = items.get(*index as usize) {
                        outcomes[*item as usize] = Some(ItemOutcome::Repeated);
                    }
                }
                receipt.stored += stored;
                receipt.repeated += duplicates.len() as u32;
                receipt.quarantined += quarantined;
                receipt.rejected += rejected;
                counts.repeated = duplicates.len() as u64;
                counts.received = sent - counts.repeated;
                counts.stored = u64::from(*stored);
                counts.quarantined = u64::from(*quarantined);
                counts.rejected = u64::from(*rejected);
            }
            lake::Appended::Replayed { stored, quarantined, rejected, .. } => {
                receipt.replayed = true;
                receipt.stored += stored;
                receipt.quarantined += quarantined;
                receipt.rejected += rejected;
                counts = SourceCounts { sent, repeated: sent, last_received: counts.last_received, ..SourceCounts::default() };
            }
            lake::Appended::Conflict => {
                conflict = true;
                counts = SourceCounts { sent, refused: sent, last_received: counts.last_received, ..SourceCounts::default() };
            }
        }
        counters.add(&source, &counts);
    }
    if !receipt.replayed {
        receipt.items = outcomes.into_iter().map(|fate| fate.unwrap_or(ItemOutcome::Stored)).collect();
    }
    let answer = if conflict { Err(IngestError::Conflict) } else { Ok(receipt) };
    if let Some(waiting) = prepared.answer {
        // A receiver that has gone away does not need to know.
        let _ = waiting.send(answer);
    }
}

fn refuse(open: Open, error: &Arc<lake::LakeError>, counters: &Counters) {
    for ((source, items, counts, quarantined), place) in open.parts.iter().zip(0..) {
        let rejected = if place == 0 { open.prepared.rejected } else { 0 };
        let sent = items.len() as u64 + u64::from(*quarantined) + u64::from(rejected);
        let refused = SourceCounts { sent, refused: sent, last_received: counts.last_received, ..SourceCounts::default() };
        match open.prepared.refusal {
            Refusal::Told => counters.add(source, &refused),
            Refusal::Lost => counters.add(source, &SourceCounts { received: sent, dropped: sent, refused: 0, ..refused }),
            Refusal::Again => {}
        }
    }
    if let Some(waiting) = open.prepared.answer {
        // A receiver that has gone away does not need to know.
        let _ = waiting.send(Err(IngestError::Log(error.clone())));
    }
}
