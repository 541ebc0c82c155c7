//! The one pipeline: submissions in, receipts out.

use crate::counters::{Counters, SourceCounts};
use crate::{Frames, Spending, Watching, worker, writer};
use arc_swap::ArcSwap;
use model::{Clock, Diagnostic, Timestamp};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio_util::sync::CancellationToken;

/// When a log that took nothing is asked again.
const AGAIN: Duration = Duration::from_secs(1);

/// Bodies that are unpacked or wait for their answer at once.
const BODIES: usize = 8;

/// Sizes of the pipeline.
#[derive(Clone, Debug)]
pub struct PipelineOptions {
    /// Threads that parse and match.
    pub workers: usize,
    /// Bytes of submissions under way at once; beyond them receivers are pushed back.
    pub queue_bytes: usize,
    /// Indicators that events are held against.
    pub watching: Arc<Watching>,
    /// Where workers write down what the rules take.
    pub spending: Arc<Spending>,
}

impl Default for PipelineOptions {
    fn default() -> Self {
        let workers = std::thread::available_parallelism().map_or(2, usize::from);
        PipelineOptions { workers, queue_bytes: 64 << 20, watching: Arc::default(), spending: Arc::default() }
    }
}

/// What a receiver hands in: framed, not parsed.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The source it counts for. For syslog the sending host is added by the worker.
    pub source: Arc<str>,
    /// How to name the source.
    pub naming: Naming,
    /// The batch's own id and the SHA-256 of its body, where the protocol has one.
    pub id: Option<lake::BatchId>,
    /// How to read the records.
    pub format: parse::Format,
    /// Who sent it.
    pub peer: Option<IpAddr>,
    /// The records.
    pub frames: Frames,
    /// The protocol's id of each record; empty where it has none.
    pub item_ids: Vec<Option<String>>,
    /// Records that the receiver already had to refuse (a bad frame), for the counts.
    pub rejected: u32,
    /// Bytes that the receiver already had to set aside.
    pub quarantined: Vec<lake::Quarantined>,
}

/// How a submission's source is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// As given.
    Given,
    /// The given name and the host that the event names, as in `syslog/fw-edge-01`: one listener serves many devices.
    PerHost,
}

impl Submission {
    /// A submission of these records, with nothing else said.
    pub fn new(source: impl Into<Arc<str>>, format: parse::Format, frames: Frames) -> Self {
        Submission {
            source: source.into(),
            naming: Naming::Given,
            id: None,
            format,
            peer: None,
            frames,
            item_ids: Vec::new(),
            rejected: 0,
            quarantined: Vec::new(),
        }
    }

    /// Everything that came, good or bad.
    fn records(&self) -> u64 {
        self.frames.len() as u64 + u64::from(self.rejected) + self.quarantined.len() as u64
    }
}

/// What became of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemOutcome {
    /// Durable.
    Stored,
    /// Its id was stored before, with the same bytes.
    Repeated,
    /// Its id was stored before for other bytes: refused.
    Conflict,
    /// Set aside.
    Quarantined(Diagnostic),
    /// Refused.
    Rejected(Diagnostic),
}

/// What became of a submission, once it is durable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// Records that came.
    pub received: u32,
    /// Records made durable (of a replayed batch: the first time).
    pub stored: u32,
    /// Records refused.
    pub rejected: u32,
    /// Records set aside.
    pub quarantined: u32,
    /// Records whose id was known.
    pub repeated: u32,
    /// Whether the whole batch was known and nothing was stored now.
    pub replayed: bool,
    /// Each record's fate, in order; empty for a replayed batch.
    pub items: Vec<ItemOutcome>,
}

/// Why a submission was not taken. Nothing of it was stored.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The queue is full: come back.
    #[error("the ingest queue is full")]
    Busy,
    /// The same batch id was used for another body.
    #[error("this batch id was used before for another body")]
    Conflict,
    /// Larger than the queue as a whole.
    #[error("the batch is larger than {0} bytes")]
    TooLarge(usize),
    /// The log cannot be written.
    #[error("the log cannot be written: {0}")]
    Log(#[from] Arc<lake::LakeError>),
    /// The program is going down.
    #[error("the program is stopping")]
    Stopping,
}

/// Tells that the thread which holds it has panicked.
pub(crate) struct Alarm(pub CancellationToken);

impl Drop for Alarm {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.cancel();
        }
    }
}

/// What it means for the counts when the log takes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The sender is told, and the records count as refused.
    Told,
    /// They are handed in again and count when that is over.
    Again,
    /// Nobody has them any more: they count as dropped.
    Lost,
}

/// Why the log took nothing when it was last asked.
pub(crate) type Refusing = Arc<Mutex<Option<Arc<lake::LakeError>>>>;

pub(crate) struct Job {
    pub submission: Submission,
    pub received: Timestamp,
    pub answer: Option<oneshot::Sender<Result<Receipt, IngestError>>>,
    pub refusal: Refusal,
    pub permit: OwnedSemaphorePermit,
}

/// The pipeline. Cheap to clone; it stops when [`Pipeline::stop`] is called.
#[derive(Clone)]
pub struct Pipeline {
    inner: Arc<Inner>,
}

struct Inner {
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    room: Arc<Semaphore>,
    bodies: Arc<Semaphore>,
    broken: CancellationToken,
    refusing: Refusing,
    queue_bytes: usize,
    counters: Counters,
    spending: Arc<Spending>,
    watching: Arc<Watching>,
    clock: Arc<dyn Clock>,
}

impl Pipeline {
    /// Starts the workers and the writer.
    pub fn start(
        lake: lake::Lake,
        rules: Arc<ArcSwap<detect::RuleSet>>,
        clock: Arc<dyn Clock>,
        options: &PipelineOptions,
    ) -> Pipeline {
        let counters = Counters::default();
        // Both channels are unbounded in length: the permit that every job carries to its end bounds them in bytes.
        let (jobs, job_queue) = mpsc::channel();
        let (done, done_queue) = mpsc::channel();
        let broken = CancellationToken::new();
        let mut threads = worker::start(options.workers.max(1), job_queue, done, worker::Matchers { rules, watching: options.watching.clone(), spending: options.spending.clone() }, &broken);
        let refusing = Refusing::default();
        threads.push(writer::start(lake, done_queue, counters.clone(), refusing.clone(), &broken));
        Pipeline {
            inner: Arc::new(Inner {
                jobs: Mutex::new(Some(jobs)),
                threads: Mutex::new(threads),
                room: Arc::new(Semaphore::new(options.queue_bytes)),
                bodies: Arc::new(Semaphore::new(BODIES)),
                broken,
                refusing,
                queue_bytes: options.queue_bytes,
                counters,
                spending: options.spending.clone(),
                watching: options.watching.clone(),
                clock,
            }),
        }
    }

    /// Waits until a thread of the pipeline has panicked. Nothing is taken in any more, and only a new start helps: what
    /// was acknowledged is in the log.
    pub async fn broken(&self) {
        self.inner.broken.cancelled().await;
    }

    /// Whether a thread of the pipeline has panicked.
    pub fn is_broken(&self) -> bool {
        self.inner.broken.is_cancelled()
    }

    /// Why the log takes nothing, if that is so: a full disk, or a write that failed. Asked every few seconds, so it is
    /// known before anybody sends something.
    pub fn refusing(&self) -> Option<Arc<lake::LakeError>> {
        self.inner.refusing.lock().unwrap_or_else(|poison| poison.into_inner()).clone()
    }

    /// Waits until one more body may be unpacked, and counts it until the answer is given up. What a body becomes on the
    /// way is bounded per body; this bounds how many there are.
    pub(crate) async fn body(&self) -> Option<OwnedSemaphorePermit> {
        // The semaphore is never closed.
        self.inner.bodies.clone().acquire_owned().await.ok()
    }

    /// The counts per source.
    pub fn counters(&self) -> &Counters {
        &self.inner.counters
    }

    /// What the rules cost.
    pub fn spending(&self) -> &Arc<Spending> {
        &self.inner.spending
    }

    /// The indicators in force.
    pub fn watching(&self) -> &Watching {
        &self.inner.watching
    }

    /// Hands in a batch and waits until it is durable; answers [`IngestError::Busy`] at once when the queue is full.
    pub async fn submit(&self, submission: Submission) -> Result<Receipt, IngestError> {
        let weight = self.weight(&submission)?;
        let permit = self.inner.room.clone().try_acquire_many_owned(weight).map_err(|_| IngestError::Busy)?;
        self.send_and_wait(submission, permit, Refusal::Told).await
    }

    /// Hands in a batch, first waiting for room: for whoever has nothing else to do.
    pub async fn submit_when_room(&self, submission: Submission) -> Result<Receipt, IngestError> {
        let permit = self.room(&submission).await?;
        self.send_and_wait(submission, permit, Refusal::Told).await
    }

    /// Hands in a batch of a protocol without acknowledgement, and returns once it is durable: for receivers that push
    /// back by not reading. It waits for room, and while the log takes nothing. What is not stored when `stop` comes is
    /// counted as dropped.
    pub(crate) async fn submit_until_stored(&self, submission: Submission, stop: &CancellationToken) {
        let mut waited = false;
        loop {
            let last = stop.is_cancelled();
            let taken = match self.room(&submission).await {
                Ok(permit) => self.send_and_wait(submission.clone(), permit, Refusal::Again).await,
                Err(error) => Err(error),
            };
            match taken {
                Ok(_) => return,
                Err(error @ IngestError::Log(_)) if !last => {
                    if !std::mem::replace(&mut waited, true) {
                        tracing::warn!(source = %submission.source, %error, "a receiver reads no further until the log takes events");
                    }
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = tokio::time::sleep(AGAIN) => {}
                    }
                }
                Err(error) => {
                    tracing::error!(source = %submission.source, %error, records = submission.frames.len(), "records are lost; their protocol cannot tell the sender");
                    return self.count_dropped(&submission.source, submission.records());
                }
            }
        }
    }

    async fn room(&self, submission: &Submission) -> Result<OwnedSemaphorePermit, IngestError> {
        let weight = self.weight(submission)?;
        self.inner.room.clone().acquire_many_owned(weight).await.map_err(|_| IngestError::Stopping)
    }

    /// Hands in a batch of a protocol that cannot wait, or counts it as dropped when the queue is full. If the log then
    /// takes nothing, the writer counts it as dropped.
    pub fn submit_or_drop(&self, submission: Submission) {
        let (source, count) = (submission.source.clone(), submission.records());
        let sent = self
            .weight(&submission)
            .and_then(|weight| self.inner.room.clone().try_acquire_many_owned(weight).map_err(|_| IngestError::Busy))
            .and_then(|permit| self.send(submission, permit, None, Refusal::Lost));
        if sent.is_err() {
            self.count_dropped(&source, count);
        }
    }

    fn count_dropped(&self, source: &Arc<str>, count: u64) {
        self.inner.counters.add(source, &SourceCounts::dropped(count, self.inner.clock.now()));
    }

    /// Takes no more, lets what is under way become durable, and ends the threads.
    pub fn stop(&self) {
        self.inner.room.close();
        drop(self.inner.jobs.lock().unwrap_or_else(|poison| poison.into_inner()).take());
        let threads = std::mem::take(&mut *self.inner.threads.lock().unwrap_or_else(|poison| poison.into_inner()));
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a pipeline thread had panicked");
            }
        }
    }

    fn weight(&self, submission: &Submission) -> Result<u32, IngestError> {
        // An empty batch still occupies a little.
        let bytes = submission.frames.bytes() + 64 * (1 + submission.frames.len());
        match u32::try_from(bytes) {
            Ok(weight) if bytes <= self.inner.queue_bytes => Ok(weight),
            _ => Err(IngestError::TooLarge(self.inner.queue_bytes)),
        }
    }

    async fn send_and_wait(
        &self,
        submission: Submission,
        permit: OwnedSemaphorePermit,
        refusal: Refusal,
    ) -> Result<Receipt, IngestError> {
        let (answer, wait) = oneshot::channel();
        self.send(submission, permit, Some(answer), refusal)?;
        tokio::select! {
            biased;
            answer = wait => answer.unwrap_or(Err(IngestError::Stopping)),
            // A batch that a dead thread has taken is never settled, nor is anything behind it.
            () = self.broken() => Err(IngestError::Stopping),
        }
    }

    fn send(
        &self,
        submission: Submission,
        permit: OwnedSemaphorePermit,
        answer: Option<oneshot::Sender<Result<Receipt, IngestError>>>,
        refusal: Refusal,
    ) -> Result<(), IngestError> {
        let job = Job { submission, received: self.inner.clock.now(), answer, refusal, permit };
        let jobs = self.inner.jobs.lock().unwrap_or_else(|poison| poison.into_inner());
        jobs.as_ref().ok_or(IngestError::Stopping)?.send(job).map_err(|_| IngestError::Stopping)
    }
}
