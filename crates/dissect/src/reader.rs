//! The program's side: starts workers, feeds them, and outlives them.
//!
//! A worker answers chunk by chunk, so that it is known which chunk it was busy with when it died. That chunk is given
//! once more, first, to a new worker; if that one dies of it too, the chunk is set aside and named, and the rest goes on.

use crate::frame::{receive, receive_json, send, send_json};
use crate::chunk::CHUNK;
use crate::log::Log;
use crate::watchdog::Watchdog;
use crate::cage::Cage;
use crate::wire::{Answer, ChunkReport, Damage, Hello, Job, Ready, Record};
use crate::{RuleFiles, Wanted};
use detect::{Finder, Setting};
use rustix::process::Pid;
use std::ffi::OsString;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How to start a worker and what to tell it.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The program; it must hand its standard input and output to [`crate::run_worker`].
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// The rules, exactly those that this side compiles.
    pub files: RuleFiles,
    /// What the rules are compiled for, as on this side.
    pub setting: Arc<Setting>,
    /// How many of them run, as compiled on this side.
    pub rules: usize,
    /// Indicators to look for; none if empty.
    pub indicators: Arc<Finder>,
    /// What is asked for.
    pub wanted: Wanted,
    /// Time that a worker has for one chunk.
    pub chunk_limit: Duration,
    /// Time that a worker has to compile the rules.
    pub start_limit: Duration,
}

/// Records of a chunk: none is smaller than its header.
const MAX_KEPT: usize = (64 << 10) / 24;
/// Matches of a chunk: some hundred rules for each record of the usual size.
const MAX_HITS: usize = 1 << 16;

/// Why nothing can be read.
#[derive(Debug, thiserror::Error)]
pub enum DissectError {
    /// The worker does not start.
    #[error("cannot start a worker: {0}")]
    Start(io::Error),
    /// The file cannot be read.
    #[error("cannot read: {0}")]
    File(io::Error),
}

/// Reads chunks through one worker, and through the next when that one has died. One per thread.
#[derive(Debug)]
pub struct Reader {
    setup: Setup,
    worker: Option<Worker>,
}

impl Reader {
    /// A reader; its worker starts with the first chunk.
    pub fn new(setup: Setup) -> Reader {
        Reader { setup, worker: None }
    }

    /// A reader whose worker has begun to compile the rules, while this side does; [`Reader::expect`] tells it how many
    /// rules that comes to. A worker that does not start is started anew with the first chunk. Workers end with the thread
    /// that starts them: this one has to live as long as the reader.
    pub fn begun(setup: Setup) -> Reader {
        let worker = Worker::start(&setup).ok();
        Reader { setup, worker }
    }

    /// How many rules its worker has to have.
    pub fn expect(&mut self, rules: usize) {
        self.setup.rules = rules;
    }

    /// Reads chunks `first` to `first + count`, as one report in the order of the chunks.
    ///
    /// # Errors
    /// [`DissectError`]; what is wrong within the file is in the report.
    pub fn read(&mut self, log: &Log, first: u64, count: usize) -> Result<ChunkReport, DissectError> {
        let bytes = log.chunks_at(first, count).map_err(DissectError::File)?;
        let chunks: Vec<&[u8]> = bytes.chunks(CHUNK).collect();
        let mut whole = ChunkReport::default();
        let mut done = 0;
        while let Some(rest) = chunks.get(done..).filter(|rest| !rest.is_empty()) {
            let mut worker = match self.worker.take() {
                // One that was begun early may have waited too long for its first chunk.
                Some(mut worker) => match worker.ready(&self.setup) {
                    Ok(()) => worker,
                    Err(_) => continue,
                },
                None => Worker::start(&self.setup).and_then(|mut worker| worker.ready(&self.setup).map(|()| worker)).map_err(DissectError::Start)?,
            };
            let fresh = worker.answered == 0;
            let started = done;
            let end = worker.job(first + done as u64, rest, &self.setup, |report| {
                done += 1;
                whole.events += report.events;
                whole.hits.extend(report.hits);
                whole.seen.extend(report.seen);
                whole.sightings.extend(report.sightings);
                whole.damage.extend(report.damage);
                whole.records.extend(report.records);
            });
            match end {
                Ok(()) => self.worker = Some(worker),
                Err(fall) => {
                    tracing::debug!(chunk = first + done as u64, error = %fall.error, "a worker ended");
                    if fall.timed_out || (fresh && done == started) {
                        let reason = if fall.timed_out { "set aside: its reader did not end in time" } else { "set aside: its reader died of it" };
                        whole.damage.push(Damage { chunk: first + done as u64, record: None, reason: reason.to_owned() });
                        done += 1;
                    }
                }
            }
        }
        Ok(whole)
    }
}

/// A kernel that cannot confine a worker wholly is worth a line, not one a worker.
fn say_once(cage: Cage) {
    static SAID: std::sync::Once = std::sync::Once::new();
    let missing = cage.missing();
    if !missing.is_empty() {
        SAID.call_once(|| {
            tracing::warn!(missing, "this kernel confines the readers of hostile files by limits on memory and time, but not wholly");
        });
    }
}

/// How a worker ended.
struct Fall {
    error: io::Error,
    timed_out: bool,
}

#[derive(Debug)]
struct Worker {
    child: Child,
    /// `None` once the worker is being ended.
    input: Option<BufWriter<ChildStdin>>,
    output: BufReader<ChildStdout>,
    watchdog: Option<Watchdog>,
    /// Whether it has said that it has compiled the rules.
    ready: bool,
    answered: u64,
}

impl Worker {
    /// Starts one and tells it what to compile.
    fn start(setup: &Setup) -> io::Result<Worker> {
        let mut child = Command::new(&setup.program)
            .args(&setup.arguments)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (input, output) = pipes.ok_or_else(|| io::Error::other("no pipes"))?;
        let watchdog = Some(Watchdog::new(Pid::from_child(&child))?);
        let mut worker = Worker { child, input: Some(BufWriter::with_capacity(2 * CHUNK, input)), output: BufReader::new(output), watchdog, ready: false, answered: 0 };
        worker.arm(setup.start_limit);
        worker.greet(setup)?;
        Ok(worker)
    }

    /// Gives it the indicators, which may be many, and waits until it has compiled the rules.
    fn ready(&mut self, setup: &Setup) -> io::Result<()> {
        if self.ready {
            return Ok(());
        }
        let input = self.input.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        setup.indicators.packed().try_for_each(|piece| send(input, &piece))?;
        send(input, &[])?;
        input.flush()?;
        let ready: Ready = receive_json(&mut self.output)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        self.disarm();
        if ready.rules != setup.rules {
            return Err(io::Error::other(format!("it has {} rules and not {}", ready.rules, setup.rules)));
        }
        say_once(ready.cage);
        self.ready = true;
        Ok(())
    }

    fn greet(&mut self, setup: &Setup) -> io::Result<()> {
        let input = self.input.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        let pipelines = setup.setting.pipelines.files();
        send_json(input, &Hello { wanted: setup.wanted, files: setup.files.len(), pipelines: pipelines.len() })?;
        for file in setup.files.iter().chain(pipelines) {
            send(input, file.name.as_bytes())?;
            send(input, &file.text)?;
        }
        send_json(input, &setup.setting.placeholders)?;
        input.flush()
    }

    /// Gives a worker chunks and takes its answers, each within the limit.
    fn job(&mut self, first: u64, chunks: &[&[u8]], setup: &Setup, mut take: impl FnMut(ChunkReport)) -> Result<(), Fall> {
        let mut since = Instant::now();
        self.arm(setup.chunk_limit);
        let fall = |error, since: Instant| Fall { error, timed_out: since.elapsed() >= setup.chunk_limit };
        self.give(first, chunks).map_err(|error| fall(error, since))?;
        for number in (first..).take(chunks.len()) {
            let report = self.answer(number, setup).map_err(|error| fall(error, since))?;
            self.answered += 1;
            take(report);
            since = Instant::now();
            self.arm(setup.chunk_limit);
        }
        self.disarm();
        Ok(())
    }

    fn give(&mut self, first: u64, chunks: &[&[u8]]) -> io::Result<()> {
        let input = self.input.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        send_json(input, &Job { first, count: chunks.len() })?;
        for chunk in chunks {
            send(input, chunk)?;
        }
        input.flush()
    }

    /// What a worker says may be what the file made it say: only answers that can be true are taken.
    fn answer(&mut self, number: u64, setup: &Setup) -> io::Result<ChunkReport> {
        let Answer { mut report, kept } = receive_json(&mut self.output)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let possible = report.events <= MAX_KEPT as u64
            && report.hits.len() <= MAX_HITS
            && report.hits.iter().all(|hit| (hit.rule as usize) < setup.rules)
            && report.seen.len() <= MAX_KEPT
            && report.seen.iter().all(|seen| seen.facts.len() <= setup.rules && seen.facts.iter().all(|fact| (fact.rule as usize) < setup.rules))
            && report.sightings.iter().all(|sighting| (sighting.entry as usize) < setup.indicators.len())
            && report.damage.iter().all(|damage| damage.chunk == number)
            && kept.len() <= if setup.wanted.records { MAX_KEPT } else { 0 };
        if !possible {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "an impossible answer"));
        }
        let mut room = parse::MAX_RECORD;
        for (id, written) in kept {
            let json = receive(&mut self.output)?.ok_or(io::ErrorKind::UnexpectedEof)?;
            room = room.checked_sub(json.len()).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "too many records"))?;
            report.records.push(Record { id, written, json });
        }
        Ok(report)
    }

    fn arm(&self, limit: Duration) {
        if let Some(watchdog) = &self.watchdog {
            watchdog.arm(limit);
        }
    }

    fn disarm(&self) {
        if let Some(watchdog) = &self.watchdog {
            watchdog.disarm();
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Before the process is waited for: see `Watchdog`.
        self.watchdog = None;
        // The pipe closes with its buffer unwritten: nobody would read it.
        self.input.take().map(BufWriter::into_parts);
        // Both fail only where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
