//! What a thread of a scan does: it opens files, reads text itself and gives EVTX to a worker of its own.

use super::queue::Queue;
use crate::commands::event_log::place;
use crate::commands::inputs::{self, Content, Text};
use crate::commands::parse::unread;
use ::parse::{Format, split};
use dissect::{Examiner, Hit, Log, Reader, Setup, Sighting};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Sender;

/// Chunks of 64 KiB that a worker is given at a time.
const CHUNKS: u64 = 16;
/// Bytes of text that are one part.
const PART: usize = 1 << 20;

/// Something to do.
#[derive(Debug)]
pub enum Task {
    /// Find out what is in a file.
    Open(usize),
    /// Chunks of an event log.
    Evtx { file: usize, log: Arc<Log>, first: u64, count: usize },
    /// Records of text; `first` is the number of the first, from 1.
    Text { file: usize, text: Arc<Text>, records: Vec<Range<usize>>, first: u64 },
}

/// What a thread has to tell.
#[derive(Debug)]
pub enum News {
    /// The file has so many parts.
    Opened { file: usize, parts: usize },
    /// A part is done.
    Part { file: usize, part: Part },
}

/// What was in a part of a file.
#[derive(Debug, Default)]
pub struct Part {
    /// Events read.
    pub events: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Matches.
    pub hits: Vec<Hit>,
    /// Indicators.
    pub sightings: Vec<Sighting>,
    /// What could not be read.
    pub faults: Vec<String>,
}

/// A thread's tools.
pub struct Hand<'a> {
    files: &'a [PathBuf],
    queue: &'a Queue<Task>,
    news: Sender<News>,
    examiner: Examiner<'a>,
    reader: Reader,
}

impl<'a> Hand<'a> {
    /// A thread's tools; its worker starts when there is something for it.
    pub fn new(files: &'a [PathBuf], queue: &'a Queue<Task>, news: Sender<News>, rules: &'a detect::RuleSet, setup: Setup) -> Hand<'a> {
        let examiner = Examiner::new(rules, setup.wanted).with_indicators(setup.indicators.clone());
        Hand { files, queue, news, examiner, reader: Reader::new(setup) }
    }

    /// Does one thing.
    pub fn work(&mut self, task: Task) {
        match task {
            Task::Open(file) => self.open(file),
            Task::Evtx { file, log, first, count } => {
                let part = self.evtx(&log, first, count);
                self.tell(News::Part { file, part });
            }
            Task::Text { file, text, records, first } => {
                let part = self.text(&text, records, first);
                self.tell(News::Part { file, part });
            }
        }
    }

    fn tell(&self, news: News) {
        // Nobody listens once the output is closed; the queue is empty then.
        let _ = self.news.send(news);
    }

    fn open(&self, file: usize) {
        let Some(path) = self.files.get(file) else { return };
        match tasks(file, path) {
            Ok((fault, tasks)) => {
                self.tell(News::Opened { file, parts: tasks.len() + usize::from(fault.is_some()) });
                if let Some(fault) = fault {
                    self.tell(News::Part { file, part: Part { faults: vec![fault.to_owned()], ..Part::default() } });
                }
                self.queue.push(tasks.into_iter());
            }
            Err(error) => {
                self.tell(News::Opened { file, parts: 1 });
                self.tell(News::Part { file, part: Part { faults: vec![error.to_string()], ..Part::default() } });
            }
        }
    }

    fn evtx(&mut self, log: &Log, first: u64, count: usize) -> Part {
        match self.reader.read(log, first, count) {
            Ok(report) => {
                let bytes = (count as u64) << 16;
                let faults = report.damage.iter().map(place).collect();
                Part { events: report.events, bytes: bytes.min(log.length()), hits: report.hits, sightings: report.sightings, faults }
            }
            Err(error) => Part { faults: vec![error.to_string()], ..Part::default() },
        }
    }

    fn text(&mut self, text: &Text, records: Vec<Range<usize>>, first: u64) -> Part {
        let mut part = Part::default();
        let mut faulty = 0u64;
        for (range, record) in records.into_iter().zip(first..) {
            let raw = text.bytes.get(range).unwrap_or(&[]);
            self.examiner.examine(raw, Format::Auto, text.written, record, &mut part.hits);
            part.sightings.extend(self.examiner.sightings());
            part.events += 1;
            part.bytes += raw.len() as u64;
            if let Some(fault) = unread(self.examiner.event()) {
                faulty += 1;
                if faulty == 1 {
                    part.faults.push(format!("record {record}: {}", fault.message));
                }
            }
        }
        if faulty > 1 {
            part.faults.push(format!("and {} more records after it", faulty - 1));
        }
        part
    }
}

/// The parts of a file, and what is wrong with it as a whole.
fn tasks(file: usize, path: &Path) -> std::io::Result<(Option<&'static str>, Vec<Task>)> {
    Ok(match inputs::open(path)? {
        Content::Log(found) => log(file, found),
        Content::Text(found) => (None, text(file, found)),
    })
}

fn log(file: usize, log: Log) -> (Option<&'static str>, Vec<Task>) {
    let (fault, chunks, log) = (log.fault(), log.chunks(), Arc::new(log));
    let starts = (0..chunks).step_by(CHUNKS as usize);
    let part = |first: u64| Task::Evtx { file, log: log.clone(), first, count: CHUNKS.min(chunks - first) as usize };
    (fault, starts.map(part).collect())
}

fn text(file: usize, text: Text) -> Vec<Task> {
    let base = text.bytes.as_ptr() as usize;
    let mut parts: Vec<(u64, Vec<Range<usize>>)> = Vec::new();
    let mut filled = PART;
    for (record, number) in split(&text.bytes, Format::Auto).zip(1u64..) {
        if filled >= PART {
            parts.push((number, Vec::new()));
            filled = 0;
        }
        // Records are slices of the buffer.
        let start = record.as_ptr() as usize - base;
        filled += record.len();
        if let Some((_, ranges)) = parts.last_mut() {
            ranges.push(start..start + record.len());
        }
    }
    let text = Arc::new(text);
    parts.into_iter().map(|(first, records)| Task::Text { file, text: text.clone(), records, first }).collect()
}
