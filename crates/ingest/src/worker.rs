//! Parse and match: one synchronous call per batch, in parallel, numbered so that the writer can restore the order.

use crate::spending::{Sampler, Spending};
use crate::Watching;
use crate::counters::SourceCounts;
use crate::pipeline::{Alarm, IngestError, ItemOutcome, Job, Naming, Receipt, Refusal};
use arc_swap::ArcSwap;
use detect::{Found, IndicatorScratch, Indicators};
use model::{Diagnostic, Event, Match, RuleRef, Timestamp, Verdict, field};
use rustc_hash::FxHashMap;
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio_util::sync::CancellationToken;

/// A submission ready for the log.
pub(crate) struct Prepared {
    pub parts: Vec<Part>,
    /// Filled where the fate is known already; `None`: it stands in a part.
    pub outcomes: Vec<Option<ItemOutcome>>,
    pub sent: u32,
    pub rejected: u32,
    pub answer: Option<oneshot::Sender<Result<Receipt, IngestError>>>,
    pub refusal: Refusal,
    /// Held until the batch is durable; that is what bounds the queues.
    pub _permit: OwnedSemaphorePermit,
}

/// The records of one source.
pub(crate) struct Part {
    pub batch: lake::Batch,
    /// For each event its place in the submission.
    pub items: Vec<u32>,
    /// What is known before the log has spoken: flags, bytes, times.
    pub counts: SourceCounts,
}

/// What events are held against; both are swapped while the workers run.
#[derive(Clone)]
pub(crate) struct Matchers {
    pub rules: Arc<ArcSwap<detect::RuleSet>>,
    pub watching: Arc<Watching>,
    /// What the rules take.
    pub spending: Arc<Spending>,
}

/// Starts `count` workers.
pub(crate) fn start(
    count: usize,
    jobs: mpsc::Receiver<Job>,
    done: mpsc::Sender<(u64, Prepared)>,
    matchers: Matchers,
    broken: &CancellationToken,
) -> Vec<JoinHandle<()>> {
    let jobs = Arc::new(Mutex::new((jobs, 0u64)));
    (0..count)
        .map(|_| {
            let (jobs, done, matchers) = (jobs.clone(), done.clone(), matchers.clone());
            let alarm = Alarm(broken.clone());
            std::thread::spawn(move || {
                let _alarm = alarm;
                let mut scratch = Scratch::default();
                while let Some((number, job)) = next(&jobs) {
                    let rules = matchers.rules.load();
                    // Given back with the batch: a worker that waits would keep the lists of long ago in memory.
                    let indicators = matchers.watching.indicators();
                    let prepared = prepare(job, &rules, &indicators, &matchers.watching, &mut scratch);
                    drop(indicators);
                    scratch.sampler.hand_in(&rules, &matchers.spending);
                    if done.send((number, prepared)).is_err() {
                        return;
                    }
                }
            })
        })
        .collect()
}

/// Takes the next job and its number together, so that numbers follow the order of arrival.
fn next(jobs: &Mutex<(mpsc::Receiver<Job>, u64)>) -> Option<(u64, Job)> {
    let mut jobs = jobs.lock().unwrap_or_else(|poison| poison.into_inner());
    let job = jobs.0.recv().ok()?;
    jobs.1 += 1;
    Some((jobs.1, job))
}

#[derive(Default)]
struct Scratch {
    matcher: detect::Scratch,
    hits: Vec<u32>,
    sampler: Sampler,
    finder: IndicatorScratch,
    found: Vec<Found>,
}

fn prepare(job: Job, rules: &detect::RuleSet, indicators: &Indicators, watching: &Watching, scratch: &mut Scratch) -> Prepared {
    let Job { submission, received, answer, refusal, permit } = job;
    let count = submission.frames.len();
    let mut parts = Parts::new(&submission, received, rules);
    let mut outcomes = vec![None; count];
    let mut rejected = submission.rejected;
    for (index, raw) in submission.frames.iter().enumerate() {
        let input = parse::Input { raw, received, format: submission.format, peer: submission.peer };
        let event = read(&input, rules, indicators, scratch);
        match worst(&event) {
            Some(fault) if fault.verdict == Verdict::Reject => {
                rejected += 1;
                outcomes[index] = Some(ItemOutcome::Rejected(fault.clone()));
            }
            Some(fault) if fault.verdict == Verdict::Quarantine => {
                outcomes[index] = Some(ItemOutcome::Quarantined(fault.clone()));
                let kept = lake::Quarantined { raw: raw.to_vec(), reason: fault.clone() };
                parts.of(&event).batch.quarantined.push(kept);
            }
            _ => {
                let item_id = submission.item_ids.get(index).cloned().flatten();
                // A submission has fewer records than bytes, and those fit 32 bits.
                parts.push(event, u32::try_from(index).unwrap_or(u32::MAX), item_id, &scratch.hits);
                if !scratch.found.is_empty() {
                    let references = indicators.references(&scratch.found, received, |list| watching.count_harmless(list));
                    parts.indicators(references);
                }
            }
        }
    }
    let sent = u32::try_from(count).unwrap_or(u32::MAX).saturating_add(submission.rejected).saturating_add(u32::try_from(submission.quarantined.len()).unwrap_or(u32::MAX));
    let parts = parts.finish(submission.quarantined, rejected);
    Prepared { parts, outcomes, sent, rejected, answer, refusal, _permit: permit }
}

/// Parses and matches one record; the hits stand in `scratch`. A record that makes the code panic is set aside: it must
/// not take the thread, and with it every batch behind it, along.
fn read(input: &parse::Input<'_>, rules: &detect::RuleSet, indicators: &Indicators, scratch: &mut Scratch) -> Event {
    contained(input, scratch, |scratch| {
        let mut event = Event::default();
        parse::parse_into(input, &mut event);
        scratch.hits.clear();
        scratch.found.clear();
        if worst(&event).is_none_or(|fault| fault.verdict == Verdict::Flag) {
            if scratch.sampler.is_next() {
                rules.matches_metered(&event, &mut scratch.matcher, &mut scratch.hits, &mut scratch.sampler);
            } else {
                rules.matches(&event, &mut scratch.matcher, &mut scratch.hits);
            }
            indicators.finder().find(&event, &mut scratch.finder, &mut scratch.found);
        }
        event
    })
}

fn contained(input: &parse::Input<'_>, scratch: &mut Scratch, work: impl FnOnce(&mut Scratch) -> Event) -> Event {
    // What a panic leaves half done is thrown away.
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(scratch)));
    done.unwrap_or_else(|_| {
        *scratch = Scratch::default();
        tracing::error!(bytes = input.raw.len(), "a record made the program panic; it is set aside");
        let mut event = Event::new(input.raw, input.received);
        event.diagnostics.push(Diagnostic::quarantine("ingest.panic", "reading it made the program fail"));
        event
    })
}

fn worst(event: &Event) -> Option<&Diagnostic> {
    event.diagnostics.iter().max_by_key(|fault| fault.verdict)
}

/// The parts of one submission while they fill.
struct Parts<'a> {
    template: lake::Batch,
    naming: Naming,
    with_item_ids: bool,
    rules: &'a detect::RuleSet,
    parts: Vec<Part>,
    by_host: FxHashMap<String, usize>,
    /// Rule of the set → its place in the part's own rule table, per part.
    tables: Vec<FxHashMap<u32, u32>>,
    /// The same for indicators, by the digest of their tags: titles are cut short and may be the same.
    indicators: Vec<FxHashMap<String, u32>>,
    /// The part that took the last event.
    last: usize,
}

impl<'a> Parts<'a> {
    fn new(submission: &crate::Submission, received: Timestamp, rules: &'a detect::RuleSet) -> Self {
        let template = lake::Batch {
            source: submission.source.clone(),
            id: submission.id.clone(),
            received,
            format: submission.format,
            peer: submission.peer,
            events: Vec::new(),
            item_ids: Vec::new(),
            rules: Vec::new(),
            matches: Vec::new(),
            rule_set: rules.version().to_owned(),
            quarantined: Vec::new(),
            rejected: 0,
        };
        Parts {
            template,
            naming: submission.naming,
            with_item_ids: !submission.item_ids.is_empty(),
            rules,
            parts: Vec::new(),
            by_host: FxHashMap::default(),
            tables: Vec::new(),
            indicators: Vec::new(),
            last: 0,
        }
    }

    /// The part that an event belongs to.
    fn index(&mut self, event: &Event) -> usize {
        let host = match self.naming {
            Naming::Given => "",
            Naming::PerHost => event.str(field::HOST_NAME).unwrap_or(""),
        };
        if let Some(index) = self.by_host.get(host) {
            return *index;
        }
        let mut batch = self.template.clone();
        if !host.is_empty() {
            batch.source = Arc::from(source_of(&batch.source, host));
        }
        self.parts.push(Part { batch, items: Vec::new(), counts: SourceCounts::default() });
        self.tables.push(FxHashMap::default());
        self.indicators.push(FxHashMap::default());
        self.by_host.insert(host.to_owned(), self.parts.len() - 1);
        self.parts.len() - 1
    }

    fn of(&mut self, event: &Event) -> &mut Part {
        let index = self.index(event);
        &mut self.parts[index]
    }

    fn push(&mut self, mut event: Event, item: u32, item_id: Option<String>, hits: &[u32]) {
        let index = self.index(&event);
        self.last = index;
        let (part, table) = (&mut self.parts[index], &mut self.tables[index]);
        event.source = part.batch.source.clone();
        let place = u32::try_from(part.batch.events.len()).unwrap_or(u32::MAX);
        for hit in hits {
            let Some(rule) = self.rules.rules().get(*hit as usize) else { continue };
            let rules: &mut Vec<RuleRef> = &mut part.batch.rules;
            let rule = *table.entry(*hit).or_insert_with(|| {
                rules.push(rule.reference.clone());
                u32::try_from(rules.len() - 1).unwrap_or(u32::MAX)
            });
            part.batch.matches.push(Match { event: place, rule });
        }
        part.counts.flagged += u64::from(!event.diagnostics.is_empty());
        part.counts.bytes += event.raw().len() as u64;
        part.counts.last_event_time = part.counts.last_event_time.max(Some(event.time));
        part.items.push(item);
        if self.with_item_ids {
            part.batch.item_ids.push(item_id);
        }
        part.batch.events.push(event);
    }

    /// Indicators that the event which was pushed last has.
    fn indicators(&mut self, references: Vec<RuleRef>) {
        let (part, known) = (&mut self.parts[self.last], &mut self.indicators[self.last]);
        let place = u32::try_from(part.batch.events.len().saturating_sub(1)).unwrap_or(u32::MAX);
        for reference in references {
            let rules: &mut Vec<RuleRef> = &mut part.batch.rules;
            let rule = *known.entry(reference.version.clone()).or_insert_with(|| {
                rules.push(reference);
                u32::try_from(rules.len() - 1).unwrap_or(u32::MAX)
            });
            part.batch.matches.push(Match { event: place, rule });
        }
    }

    /// The parts, the receiver's own faults counted in the first of them.
    fn finish(mut self, quarantined: Vec<lake::Quarantined>, rejected: u32) -> Vec<Part> {
        if self.parts.is_empty() && (!quarantined.is_empty() || rejected > 0 || self.template.id.is_some()) {
            self.parts.push(Part { batch: self.template, items: Vec::new(), counts: SourceCounts::default() });
        }
        if let Some(first) = self.parts.first_mut() {
            first.batch.quarantined.extend(quarantined);
            first.batch.rejected = rejected;
        }
        self.parts
    }
}

/// `syslog/fw-edge-01`, bounded and without anything that a file name or a terminal would take amiss.
fn source_of(listener: &str, host: &str) -> String {
    let host: String = host
        .chars()
        .take(64)
        .map(|c| if c.is_ascii_alphanumeric() || "._:-".contains(c) { c.to_ascii_lowercase() } else { '_' })
        .collect();
    format!("{listener}/{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_makes_the_code_panic_is_set_aside() {
        let input = parse::Input { raw: b"poison", received: Timestamp::parse("2026-03-12T08:00:00Z").unwrap(), format: parse::Format::Lines, peer: None };
        let mut scratch = Scratch::default();
        let event = contained(&input, &mut scratch, |_| panic!("as a defect would"));
        assert_eq!((event.raw(), worst(&event).map(|fault| fault.verdict)), (&b"poison"[..], Some(Verdict::Quarantine)));
        let event = read(&input, &detect::RuleSet::compile(Vec::new()).0, &Indicators::default(), &mut scratch);
        assert_eq!((event.raw(), worst(&event)), (&b"poison"[..], None));
    }

    #[test]
    fn a_forged_host_name_makes_a_harmless_source() {
        assert_eq!(source_of("syslog", "FW-EDGE-01"), "syslog/fw-edge-01");
        assert_eq!(source_of("syslog", "../../etc\u{1b}[31m"), "syslog/.._.._etc__31m");
        assert_eq!(source_of("syslog", &"a".repeat(500)).len(), 7 + 64);
    }
}
