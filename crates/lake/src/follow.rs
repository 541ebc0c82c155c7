//! The log as the follower reads it.

use crate::wal::codec::Logged;
use crate::{Lake, LakeError, Record, open, wal};
use std::sync::atomic::Ordering;

impl Lake {
    /// What is durable after `seq`, in order and without gaps, up to about `max_bytes` of matched events. Blocks.
    pub fn records_after(&self, seq: u64, max_bytes: usize) -> Result<Vec<Record>, LakeError> {
        {
            let writing = self.shared.writing();
            if seq + 1 >= writing.next_seq {
                return Ok(Vec::new());
            }
            if writing.recent.front().is_some_and(|oldest| oldest.first_seq <= seq + 1) {
                let mut bytes = 0;
                let newer = writing.recent.iter().filter(|record| record.last_seq > seq);
                let within = newer.take_while(|record| {
                    let fits = bytes < max_bytes;
                    bytes += record.bytes();
                    fits
                });
                return Ok(within.map(|record| after(Record::clone(record), seq)).collect());
            }
        }
        self.read_files(seq, max_bytes)
    }

    fn read_files(&self, seq: u64, max_bytes: usize) -> Result<Vec<Record>, LakeError> {
        let files = wal::files(&self.shared.options.dir.join("wal"))?;
        let durable = *self.shared.durable.borrow();
        let mut records: Vec<Record> = Vec::new();
        let mut bytes = 0;
        for (place, file) in files.iter().enumerate() {
            let newest = place + 1 == files.len();
            let ends_before = files.get(place + 1).is_some_and(|next| next.first_seq <= seq + 1);
            if ends_before || bytes >= max_bytes {
                continue;
            }
            // The newest file may be growing under our eyes: what is torn there is not durable yet.
            wal::read(file, newest, |batches| {
                for logged in batches {
                    let last = logged.first_seq + logged.raws.len() as u64;
                    if bytes < max_bytes && !logged.raws.is_empty() && last > seq + 1 && last <= durable + 1 {
                        let record = after(record(logged), seq);
                        bytes += record.bytes();
                        records.push(record);
                    }
                }
                Ok(())
            })?;
        }
        Ok(records)
    }

    /// The follower has done everything up to `seq`: the log may be dropped up to there once it is sealed.
    pub fn release(&self, seq: u64) {
        self.shared.released.fetch_max(seq, Ordering::SeqCst);
        let mut writing = self.shared.writing();
        while writing.recent.front().is_some_and(|oldest| oldest.last_seq <= seq) {
            if let Some(done) = writing.recent.pop_front() {
                writing.recent_bytes -= done.bytes();
            }
        }
    }
}

fn record(logged: Logged) -> Record {
    let hits = logged
        .matches
        .iter()
        .filter_map(|hit| {
            let raw = logged.raws.get(hit.event as usize)?;
            Some((hit.rule, open::row(&logged, raw, logged.first_seq + u64::from(hit.event)).event))
        })
        .collect();
    Record { first_seq: logged.first_seq, last_seq: logged.first_seq + logged.raws.len() as u64 - 1, rules: logged.rules, hits }
}

/// The part of a record behind `seq`.
fn after(mut record: Record, seq: u64) -> Record {
    if record.first_seq <= seq {
        record.first_seq = seq + 1;
        record.hits.retain(|(_, event)| event.seq > seq);
    }
    record
}
