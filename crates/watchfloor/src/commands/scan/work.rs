//! What a thread of a scan does: it opens files, reads text itself and gives EVTX to a worker of its own.

use super::queue::{Place, Queue};
use super::readers::Readers;
use crate::commands::event_log::place;
use crate::commands::inputs::{self, Content, Text};
use crate::commands::parse::unread;
use ::parse::{Format, split};
use dissect::{Examiner, Hit, Log, Reader, Seen, Sighting};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Sender;

/// Chunks of 64 KiB that a worker is given at a time.
pub const CHUNKS: u64 = 16;
/// Bytes of text that are one part.
const PART: usize = 1 << 20;
/// Records of one text; what comes after is not read. The place of each is held.
const MAX_RECORDS: usize = 1 << 27;
/// Bytes of texts that the matches of one part may carry.
const MAX_TEXTS: usize = 16 << 20;

/// Something to do.
#[derive(Debug)]
pub enum Task {
    /// Find out what is in a file.
    Open,
    /// Chunks of an event log.
    Evtx { log: Arc<Log>, first: u64, count: usize },
    /// Records of text; `first` is the number of the first, from 1.
    Text { text: Arc<Text>, records: Vec<Range<usize>>, first: u64 },
    /// Nothing but what is wrong with the file as a whole.
    Fault(String),
}

/// What a thread has to tell.
#[derive(Debug)]
pub enum News {
    /// The file has so many parts.
    Opened { file: usize, parts: usize },
    /// A part is done.
    Part { place: Place, part: Part },
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
    /// What correlations are to be told.
    pub seen: Vec<Seen>,
    /// Indicators.
    pub sightings: Vec<Sighting>,
    /// What could not be read.
    pub faults: Vec<String>,
}

impl Part {
    fn fault(fault: String) -> Part {
        Part { faults: vec![fault], ..Part::default() }
    }

    /// Bytes that it holds in memory, about.
    pub fn weight(&self) -> usize {
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let values = |hit: &Hit| hit.matched.iter().map(|one| one.field.len() + one.value.len() + size_of_val(one)).sum::<usize>();
        let hits = self.hits.iter().map(|hit| size_of_val(hit) + text(&hit.host) + text(&hit.user) + values(hit));
        let sightings = self.sightings.iter().map(|seen| size_of_val(seen) + seen.field.len() + seen.value.len() + text(&seen.host) + text(&seen.user));
        let faults = self.faults.iter().map(|fault| fault.len() + size_of_val(fault));
        size_of_val(self) + hits.chain(sightings).chain(faults).chain(self.seen.iter().map(Seen::bytes)).sum::<usize>()
    }
}

/// A thread's tools.
pub struct Hand<'a> {
    files: &'a [PathBuf],
    queue: &'a Queue<Task>,
    news: Sender<News>,
    examiner: Examiner<'a>,
    readers: &'a Readers,
    reader: Option<Reader>,
}

impl<'a> Hand<'a> {
    /// A thread's tools; it takes a reader when there is something for it.
    pub fn new(files: &'a [PathBuf], queue: &'a Queue<Task>, news: Sender<News>, examiner: Examiner<'a>, readers: &'a Readers) -> Hand<'a> {
        Hand { files, queue, news, examiner, readers, reader: None }
    }

    /// Does one thing.
    pub fn work(&mut self, place: Place, task: Task) {
        let part = match task {
            Task::Open => return self.open(place.0),
            Task::Evtx { log, first, count } => self.evtx(&log, first, count),
            Task::Text { text, records, first } => sound(|| self.text(&text, records, first)).unwrap_or_else(|| {
                self.examiner = self.examiner.renewed();
                Part::fault(format!("records from {first} on: their reader panicked"))
            }),
            Task::Fault(fault) => Part::fault(fault),
        };
        self.queue.hold(place, part.weight());
        self.tell(News::Part { place, part });
    }

    fn tell(&self, news: News) {
        // Nobody listens once the output is closed; the queue is empty then.
        let _ = self.news.send(news);
    }

    fn open(&self, file: usize) {
        let Some(path) = self.files.get(file) else { return };
        let tasks = tasks(path).unwrap_or_else(|error| vec![Task::Fault(error.to_string())]);
        self.tell(News::Opened { file, parts: tasks.len() });
        self.queue.push((0..).zip(tasks).map(|(part, task)| ((file, part), task)));
    }

    fn evtx(&mut self, log: &Log, first: u64, count: usize) -> Part {
        let reader = self.reader.get_or_insert_with(|| self.readers.take());
        match reader.read(log, first, count) {
            Ok(report) => {
                let bytes = (count as u64) << 16;
                let mut faults: Vec<String> = report.damage.iter().map(place).collect();
                let mut seen = report.seen;
                let told = seen.len();
                // A worker may be in the hands of the file that it reads.
                seen.retain(|seen| seen.facts.iter().all(|fact| self.examiner.rules().is_possible(fact)));
                if seen.len() < told {
                    faults.push(format!("chunk {first} and the {count} from it on: {} impossible answers about its records", told - seen.len()));
                }
                Part { events: report.events, bytes: bytes.min(log.length()), hits: report.hits, sightings: report.sightings, seen, faults }
            }
            Err(error) => Part::fault(error.to_string()),
        }
    }

    fn text(&mut self, text: &Text, records: Vec<Range<usize>>, first: u64) -> Part {
        let mut part = Part::default();
        let mut faulty = 0u64;
        self.examiner.allow(MAX_TEXTS);
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
        part.seen = self.examiner.take_seen();
        part.faults.extend(self.examiner.left_out().into_iter().map(|what| format!("records from {first} on: {what}")));
        if faulty > 1 {
            part.faults.push(format!("and {} more records after it", faulty - 1));
        }
        part
    }
}

/// What there is to do for a file.
fn tasks(path: &Path) -> std::io::Result<Vec<Task>> {
    Ok(match inputs::open(path)? {
        Content::Log(found) => log(found),
        Content::Text(found) => text(found, MAX_RECORDS),
    })
}

fn log(log: Log) -> Vec<Task> {
    let fault = log.fault().map(|fault| Task::Fault(fault.to_owned()));
    let (parts, log) = (log.parts(CHUNKS), Arc::new(log));
    let read = parts.into_iter().map(|part| Task::Evtx { log: log.clone(), first: part.start, count: (part.end - part.start) as usize });
    fault.into_iter().chain(read).collect()
}

/// What it comes to; none where it panics, which one part may do without the rest.
fn sound<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

fn text(text: Text, most: usize) -> Vec<Task> {
    let base = text.bytes.as_ptr() as usize;
    let mut parts: Vec<(u64, Vec<Range<usize>>)> = Vec::new();
    let mut filled = PART;
    let mut all = split(&text.bytes, Format::Auto);
    for (record, number) in all.by_ref().take(most).zip(1u64..) {
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
    let fault = all.next().map(|_| Task::Fault(format!("more than {most} records; those behind are not read")));
    let text = Arc::new(text);
    let read = parts.into_iter().map(|(first, records)| Task::Text { text: text.clone(), records, first });
    read.chain(fault).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Timestamp;

    #[test]
    fn all_that_a_part_holds_is_weighed() {
        let bare = Part::default().weight();
        let heavy = |part: Part| assert!(part.weight() - bare >= 10_000, "{part:?}");
        let long = || "x".repeat(10_000);
        heavy(Part::fault(long()));
        let hit = Hit { record: 1, time: Timestamp(0), rule: 0, host: Some(long()), user: None, matched: Vec::new() };
        heavy(Part { hits: vec![hit], ..Part::default() });
        let sighting = Sighting { record: 1, time: Timestamp(0), entry: 0, field: "a".to_owned(), value: long(), host: None, user: None };
        heavy(Part { sightings: vec![sighting], ..Part::default() });
        let seen = Seen { record: 1, time: Timestamp(0), host: Some(long()), user: None, facts: Vec::new() };
        heavy(Part { seen: vec![seen], ..Part::default() });
    }

    #[test]
    fn records_of_a_text_have_an_end_and_it_is_told() {
        let lines = |most| text(Text { bytes: b"a\nb\nc\n".to_vec(), written: Timestamp(0) }, most);
        assert!(matches!(&lines(3)[..], [Task::Text { records, .. }] if records.len() == 3));
        assert!(matches!(&lines(2)[..], [Task::Text { records, .. }, Task::Fault(fault)] if records.len() == 2 && fault.contains("more than 2")));
    }

    #[test]
    fn a_panic_is_the_end_of_its_part_only() {
        assert_eq!(sound(|| 7), Some(7));
        assert_eq!(sound(|| -> u8 { std::panic::resume_unwind(Box::new(())) }), None);
    }
}
