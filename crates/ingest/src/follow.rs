//! The alert writer: follows the log behind it and turns matches into alerts.
//!
//! The only place where a hot path meets SQL. Alerts and the log position are one transaction, so that a crash
//! between the two neither loses an alert nor raises it twice. A database that is down is waited for; the log keeps
//! what was not followed yet.

use crate::correlate::{Correlations, Raised, StateOptions};
use crate::counters::{Counters, SourceCounts};
use desk::triage::{self, Detected};
use desk::{Desk, Problem, Topic, admin};
use model::{EventId, OpContext};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Bytes of the log that one step reads.
const STEP_BYTES: usize = 8 << 20;
/// How long a position without matches may wait to be written.
const POSITION_EVERY: Duration = Duration::from_secs(2);
/// How often source counts are written.
const COUNTS_EVERY: Duration = Duration::from_secs(2);
/// Pause after a failure, doubled up to [`MAX_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const MAX_PAUSE: Duration = Duration::from_secs(5);

/// Why a step could not be done. It is done again.
#[derive(Debug, thiserror::Error)]
enum StepError {
    #[error("the records cannot be written: {0}")]
    Records(#[from] db::DbError),
    #[error("the log cannot be read: {0}")]
    Log(#[from] lake::LakeError),
    #[error("the reader of the log had to be given up")]
    Task(#[from] tokio::task::JoinError),
    #[error("the source counts cannot be written: {0}")]
    Counts(#[from] Problem),
}

/// Why events and records cannot be used together.
#[derive(Debug, thiserror::Error)]
pub enum Misfit {
    /// The records name events of another store.
    #[error(
        "the records belong to another event store ({known}) than this one ({found}): their alerts name events by their place \
         in it, and new alerts would be lost. Put back the lake folder that belongs to them, or restore both from the same \
         backup; or start this store with records of its own (a new database, or no records.db)"
    )]
    Another {
        /// The store that they belong to.
        known: String,
        /// The one that was opened.
        found: String,
    },
    /// The store has lost events that the records know.
    #[error(
        "the records have followed events up to {position}, and the event store ends at {last}: it was restored from an older \
         backup, and new alerts would be lost. Put back the newer lake folder, or restore the records from the same backup; or \
         start this store with records of its own (a new database, or no records.db)"
    )]
    Ahead {
        /// Up to where the alerts are written.
        position: u64,
        /// The last event that is stored.
        last: u64,
    },
    /// The records cannot be asked.
    #[error("the records cannot be asked which events they belong to: {0}")]
    Records(#[from] db::DbError),
}

/// Makes sure, before anything is taken in, that these records are about these events; ties new ones together.
pub async fn belong_together(desk: &Desk) -> Result<(), Misfit> {
    let found = desk.lake.id().to_string();
    let known = desk.db.followed_lake().await?;
    if let Some(known) = known.clone().filter(|known| *known != found) {
        return Err(Misfit::Another { known, found });
    }
    let (position, last) = (desk.db.follower_position().await?, *desk.lake.durable().borrow());
    if position > last {
        return Err(Misfit::Ahead { position, last });
    }
    if known.is_none() {
        let tx = desk.db.begin(&OpContext::system("alert writer", desk.now())).await?;
        tx.set_followed_lake(&found).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Follows until `stop` and then to the end of what is durable. `node` is part of every event's id; `state` is how the
/// correlations keep theirs.
pub async fn follow(desk: Desk, counters: Counters, node: u16, state: StateOptions, stop: CancellationToken) {
    let mut follower = Follower { desk, counters, node, state, correlations: None, position: None, written: None, counted: Instant::now() };
    let mut durable = follower.desk.lake.durable();
    let mut pause = FIRST_PAUSE;
    loop {
        match follower.step().await {
            Ok(Step::More) => pause = FIRST_PAUSE,
            Ok(Step::Rest) => {
                pause = FIRST_PAUSE;
                if stop.is_cancelled() {
                    return follower.finish().await;
                }
                tokio::select! {
                    () = stop.cancelled() => {}
                    changed = durable.changed() => {
                        if changed.is_err() {
                            return follower.finish().await;
                        }
                    }
                    () = tokio::time::sleep(COUNTS_EVERY) => {}
                }
            }
            Err(error) => {
                tracing::warn!(%error, "the alert writer waits {} ms and tries again", pause.as_millis());
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(pause) => {}
                }
                pause = (pause * 2).min(MAX_PAUSE);
            }
        }
    }
}

enum Step {
    /// There is more to read.
    More,
    /// Everything durable is followed.
    Rest,
}

struct Follower {
    desk: Desk,
    counters: Counters,
    node: u16,
    state: StateOptions,
    /// `None` until the database has said where it stands.
    correlations: Option<Correlations>,
    /// Followed up to here; `None` until the database has said where it stands.
    position: Option<u64>,
    /// When the position was last written.
    written: Option<Instant>,
    counted: Instant,
}

impl Follower {
    async fn step(&mut self) -> Result<Step, StepError> {
        let from = match self.position {
            Some(position) => position,
            None => {
                let position = self.desk.db.follower_position().await?;
                let lake = self.desk.lake.id().to_string();
                let correlations = Correlations::open(self.state.clone(), lake, self.desk.rules.load_full(), position);
                // What the correlations have not heard as they were saved they hear again; its alerts are written.
                let from = correlations.saved();
                self.correlations = Some(correlations);
                // What is followed since before the start may go, even if nothing new ever comes.
                self.desk.lake.release(from);
                from
            }
        };
        self.position = Some(from);
        let lake = self.desk.lake.clone();
        let records = tokio::task::spawn_blocking(move || lake.records_after(from, STEP_BYTES)).await??;
        if let Some(last) = records.last().map(|record| record.last_seq) {
            // After the records: no set that one of them was matched with is newer than this one.
            let rules = self.desk.rules.load_full();
            let mut detections: Vec<Detected> = records.iter().flat_map(|record| self.detections(record, &rules)).collect();
            if let Some(correlations) = &mut self.correlations {
                correlations.hear(&records, &rules);
            }
            for raised in self.correlations.as_ref().map_or(&[][..], Correlations::pending) {
                detections.extend(self.correlated(raised).await?);
            }
            let due = self.written.is_none_or(|at| at.elapsed() >= POSITION_EVERY);
            if !detections.is_empty() || due {
                self.absorb(detections, last).await?;
            }
            self.position = Some(last);
        } else if self.counted.elapsed() >= COUNTS_EVERY {
            self.save_position().await?;
        }
        if let Some(correlations) = &mut self.correlations {
            correlations.tell();
        }
        if self.counted.elapsed() >= COUNTS_EVERY {
            self.save_counts().await?;
        }
        Ok(if records.is_empty() { Step::Rest } else { Step::More })
    }

    /// Matches; those of rules that only feed correlations are counted and no alerts.
    fn detections<'r>(&self, record: &'r lake::Record, rules: &'r detect::RuleSet) -> impl Iterator<Item = Detected> + use<'r> {
        let node = self.node;
        record.hits.iter().filter_map(move |(rule, event)| {
            let rule = record.rules.get(*rule as usize)?;
            let alerts = rules.find(&rule.id).is_none_or(|place| rules.alerts(place));
            Some(if alerts { triage::detected(rule, event, node) } else { triage::counted(rule, event, node) })
        })
    }

    /// A hit of a correlation, with what the store still has of its events.
    async fn correlated(&self, raised: &Raised) -> Result<Vec<Detected>, StepError> {
        let mut events = Vec::with_capacity(raised.events.len());
        for seq in &raised.events {
            events.extend(self.desk.lake.get(EventId { node: self.node, seq: *seq }).await?);
        }
        let mut found = triage::correlated(&raised.rule, &raised.group, &events, self.node, raised.at);
        // What is late for an answer is late since the last of them came, not since the first.
        if let Some(last) = found.iter().map(|one| one.received).max() {
            found.iter_mut().for_each(|one| one.received = last);
        }
        Ok(found)
    }

    async fn absorb(&mut self, detections: Vec<Detected>, last: u64) -> Result<(), StepError> {
        let ctx = OpContext::system("alert writer", self.desk.now());
        let absorbed = triage::absorb(&self.desk.db, &ctx, detections, last).await?;
        self.written = Some(Instant::now());
        self.written_to(last, false);
        let ids: Vec<String> = absorbed.created.iter().chain(&absorbed.updated).map(ToString::to_string).collect();
        if !ids.is_empty() {
            self.desk.live.notify(Topic::Alerts, ids);
        }
        Ok(())
    }

    /// The alerts are written up to here: so far the log may go, as far as the correlations do not need it.
    fn written_to(&mut self, position: u64, now: bool) {
        let release = match &mut self.correlations {
            Some(correlations) => {
                // Blocks for as long as it takes to write the state, now and then.
                correlations.written(position, now);
                correlations.saved()
            }
            None => position,
        };
        self.desk.lake.release(release);
    }

    /// Writes a position that moved without matches, so that the log may be truncated.
    async fn save_position(&mut self) -> Result<(), StepError> {
        let Some(position) = self.position else { return Ok(()) };
        if self.desk.db.follower_position().await? < position {
            self.absorb(Vec::new(), position).await?;
        }
        Ok(())
    }

    async fn save_counts(&mut self) -> Result<(), StepError> {
        self.counted = Instant::now();
        let unsaved = self.counters.take_unsaved();
        if unsaved.is_empty() {
            return Ok(());
        }
        if let Err(error) = self.write_counts(&unsaved).await {
            self.counters.put_back(unsaved);
            return Err(error);
        }
        self.desk.live.notify(Topic::Sources, Vec::new());
        Ok(())
    }

    async fn write_counts(&self, unsaved: &[(Arc<str>, SourceCounts)]) -> Result<(), StepError> {
        let now = self.desk.now();
        let deltas: Vec<_> = unsaved
            .iter()
            .map(|(name, counts)| admin::SourceDelta {
                name: name.to_string(),
                received: counts.received,
                stored: counts.stored,
                bytes: counts.bytes,
                rejected: counts.rejected,
                quarantined: counts.quarantined,
                duplicates: counts.repeated,
                dropped: counts.dropped,
                flagged: counts.flagged,
                last_received: counts.last_received.unwrap_or(now),
                last_event_time: counts.last_event_time,
            })
            .collect();
        let tx = self.desk.db.begin(&OpContext::system("alert writer", now)).await?;
        admin::record_sources(&tx, &deltas).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn finish(mut self) {
        let saved = async {
            self.save_position().await?;
            if let Some(position) = self.position {
                self.written_to(position, true);
            }
            self.save_counts().await
        };
        if let Err(error) = saved.await {
            tracing::warn!(%error, "the last position or counts were not written; the log is followed again from there");
        }
    }
}
