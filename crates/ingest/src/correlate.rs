//! Correlations over what comes in: the alert writer lets them hear the log, and keeps their state across restarts.
//!
//! The state is written into the data folder with the position up to which it has heard the log, only after the alerts
//! up to there are written. The log is kept from that position on, so that a start begins with the saved state, hears
//! again what came after it, and arrives where it was: alerts that are written already are not written again.

use crate::spending::{Remembered, Spending};
use lake::Record;
use detect::{Correlated, Correlator, Fact, Limits, Moment, RuleSet};
use model::RuleRef;
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Events of a hit that its alert refers to.
const NAMED: usize = 100;
/// How often the state is written at most; a large one less often.
const SAVED_EVERY: Duration = Duration::from_secs(10);
/// Bytes of state for which another second is waited.
const BYTES_A_SECOND: u64 = 4 << 20;
/// How often it is told what is remembered.
const TOLD_EVERY: Duration = Duration::from_secs(1);
/// How often it is warned at most that something had to be forgotten.
const WARNED_EVERY: Duration = Duration::from_secs(600);
/// Bytes of a saved state that are read.
const MAX_FILE: u64 = 2 << 30;

/// A correlation that has hit.
#[derive(Clone, Debug)]
pub(crate) struct Raised {
    pub rule: RuleRef,
    /// The group fields and their values.
    pub group: Vec<(String, String)>,
    /// Sequences of its events, the first of them.
    pub events: Vec<u64>,
    /// The sequence of the event that completed it.
    pub at: u64,
}

/// What stands before the state in its file.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    /// The store whose events it has heard.
    lake: String,
    /// Up to which event.
    position: u64,
}

/// How correlations keep their state.
#[derive(Clone, Debug)]
pub struct StateOptions {
    /// Where it is saved.
    pub file: PathBuf,
    /// What it may take.
    pub limits: Limits,
    /// Where it is told what it takes.
    pub spending: Arc<Spending>,
}

/// The correlations of a floor.
pub(crate) struct Correlations {
    options: StateOptions,
    lake: String,
    rules: Arc<RuleSet>,
    state: Correlator,
    /// The saved state has heard the log up to here.
    saved: u64,
    saved_at: Instant,
    /// The state has heard the log up to here: a step that failed is done again and must not be heard twice.
    heard: u64,
    /// Hits that are in no alert yet.
    pending: Vec<Raised>,
    /// Groups and matches that had to be forgotten, as last told.
    lost: u64,
    told_at: Option<Instant>,
    warned_at: Option<Instant>,
}

impl Correlations {
    /// The state that was saved for this store, as far as the alerts are written; else one that has heard nothing.
    pub(crate) fn open(options: StateOptions, lake: String, rules: Arc<RuleSet>, written: u64) -> Correlations {
        let limits = options.limits;
        let restored = read(&options.file).and_then(|(head, bytes)| {
            let fits = head.lake == lake && head.position <= written;
            if !fits {
                tracing::warn!(position = head.position, written, "the saved state of the correlations belongs to other records; they begin anew");
            }
            let restored = Correlator::restored(&rules, limits, &bytes);
            if let Err(error) = &restored {
                tracing::warn!(%error, "the correlations begin anew");
            }
            restored.ok().filter(|_| fits).map(|(state, left_out)| (head.position, state, left_out))
        });
        let (saved, state) = match restored {
            Some((position, state, left_out)) => {
                if left_out > 0 {
                    tracing::info!(left_out, "groups of correlations that have changed begin anew");
                }
                (position, state)
            }
            None => (written, Correlator::new(&rules, limits)),
        };
        Correlations {
            options,
            lake,
            rules,
            state,
            saved,
            saved_at: Instant::now(),
            heard: saved,
            pending: Vec::new(),
            lost: 0,
            told_at: None,
            warned_at: None,
        }
    }

    /// Up to where the log may be dropped: what the saved state has not heard is heard again after a restart.
    pub(crate) fn saved(&self) -> u64 {
        self.saved
    }

    /// Hits that are in no alert yet.
    pub(crate) fn pending(&self) -> &[Raised] {
        &self.pending
    }

    /// Hears records of the log.
    pub(crate) fn hear(&mut self, records: &[Record], rules: &Arc<RuleSet>) {
        if rules.version() != self.rules.version() {
            self.state = self.state.turned_to(rules);
            self.rules = rules.clone();
        }
        for record in records.iter().filter(|record| record.last_seq > self.heard).collect::<Vec<_>>() {
            if !self.state.is_idle() {
                self.hear_one(record);
            }
            self.heard = record.last_seq;
        }
    }

    fn hear_one(&mut self, record: &Record) {
        // The record's own rules as they are in force; one that has changed since is no longer heard.
        let places = record.rules.iter().map(|rule| {
            let place = self.rules.find(&rule.id)?;
            let known = self.rules.rules().get(place as usize)?;
            (known.reference.version == rule.version).then_some(place)
        });
        let places: Vec<Option<u32>> = places.collect();
        let (mut matched, mut facts, mut hits) = (Vec::new(), Vec::<Fact>::new(), Vec::<Correlated>::new());
        // An event's matches stand together.
        for of_one in record.hits.chunk_by(|(_, one), (_, other)| one.seq == other.seq) {
            let Some((_, event)) = of_one.first().filter(|(_, event)| event.seq > self.heard) else { continue };
            matched.clear();
            matched.extend(of_one.iter().filter_map(|(rule, _)| places.get(*rule as usize).copied().flatten()));
            facts.clear();
            self.rules.facts(event, &matched, &mut facts);
            self.state.observe(&facts, Moment { time: event.time, seq: event.seq, clock: event.received }, &mut hits);
            for hit in hits.drain(..) {
                let Some(correlation) = self.rules.correlations().get(hit.correlation as usize) else { continue };
                let mut events = hit.events;
                events.truncate(NAMED);
                self.pending.push(Raised { rule: correlation.rule.reference.clone(), group: hit.group, events, at: event.seq });
            }
        }
    }

    /// Tells what is remembered, if it was not told within a second; and warns when something had to be forgotten.
    pub(crate) fn tell(&mut self) {
        let is_due = |at: Option<Instant>, every: Duration| at.is_none_or(|at| at.elapsed() >= every);
        if !is_due(self.told_at, TOLD_EVERY) {
            return;
        }
        self.told_at = Some(Instant::now());
        let figures = self.state.figures();
        let lost = figures.evicted + figures.dropped;
        if lost > self.lost && is_due(self.warned_at, WARNED_EVERY) {
            self.warned_at = self.told_at;
            tracing::warn!(evicted = figures.evicted, dropped = figures.dropped, bytes = figures.bytes, "correlations are at the limit of their state and forget");
        }
        self.lost = lost;
        let ids = self.rules.correlations().iter().map(|correlation| correlation.rule.reference.id.clone());
        let held = ids.zip(self.state.held()).collect();
        self.options.spending.remember(Remembered { figures, limit: self.options.limits.bytes as u64, held });
    }

    /// Notes that the alerts are written up to `position`, and saves the state if it is time, or if `now` says so.
    pub(crate) fn written(&mut self, position: u64, now: bool) {
        self.pending.retain(|raised| raised.at > position);
        if self.state.is_idle() {
            self.saved = position;
            return;
        }
        let waited = self.saved_at.elapsed();
        if position <= self.saved || !(now || waited >= SAVED_EVERY) {
            return;
        }
        let figures = self.state.figures();
        if !now && waited < SAVED_EVERY + Duration::from_secs(figures.bytes / BYTES_A_SECOND) {
            return;
        }
        let head = Head { lake: self.lake.clone(), position };
        if let Err(error) = write(&self.options.file, &head, &self.state.snapshot()) {
            tracing::warn!(%error, "the state of the correlations was not saved; a restart would forget what came since");
        }
        // Also where it failed: the log must not grow because of it.
        self.saved = position;
        self.saved_at = Instant::now();
    }
}

fn read(file: &Path) -> Option<(Head, Vec<u8>)> {
    let size = std::fs::metadata(file).ok()?.len();
    if size > MAX_FILE {
        return None;
    }
    let bytes = std::fs::read(file).ok()?;
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let head = serde_json::from_slice(bytes.get(..end)?).ok()?;
    Some((head, bytes.get(end + 1..)?.to_vec()))
}

/// Written beside and renamed over: a crash leaves the old one or the new one.
fn write(file: &Path, head: &Head, state: &[u8]) -> std::io::Result<()> {
    let beside = file.with_extension("new");
    let done = || {
        let mut out = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        serde_json::to_writer(&mut out, head)?;
        out.write_all(b"\n")?;
        out.write_all(state)?;
        out.sync_all()?;
        std::fs::rename(&beside, file)
    };
    if let Err(error) = done() {
        // What was written of it must not fill the disk.
        let _ = std::fs::remove_file(&beside);
        return Err(error);
    }
    match file.parent() {
        Some(folder) => std::fs::File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use detect::RuleFile;
    use model::{Event, Timestamp};

    fn set(word: &str, count: u32, more: &str) -> Arc<RuleSet> {
        let text = format!(
            "title: Rule\nname: rule\nid: 11111111-2222-4333-8444-555555555555\nlogsource: {{product: app}}\n\
             detection: {{s: {{did: {word}}}, condition: s}}\n---\ntitle: Again\nid: 21111111-2222-4333-8444-555555555555\n\
             correlation: {{type: event_count, rules: [rule], group-by: [user.name], timespan: 1h, condition: {{gte: {count}}}}}\n{more}"
        );
        let (set, report) = RuleSet::compile(vec![RuleFile { name: "rules.yml".to_owned(), text: text.into_bytes() }]);
        assert_eq!(report.refused, []);
        Arc::new(set)
    }

    /// A record of one event that the rule of this set has matched.
    fn record(by: &RuleSet, seq: u64) -> Record {
        let raw = br#"{"did":"try","user":{"name":"mara"}}"#;
        let received = Timestamp(seq as i64);
        let mut event = Event::default();
        parse::parse_into(&parse::Input { raw, received, format: parse::Format::Json, peer: None }, &mut event);
        event.seq = seq;
        Record { first_seq: seq, last_seq: seq, rules: vec![by.rules()[0].reference.clone()], hits: vec![(0, event)] }
    }

    fn correlations(folder: &tempfile::TempDir, rules: &Arc<RuleSet>) -> Correlations {
        let file = folder.path().join("correlations.state");
        let options = StateOptions { file, limits: Limits::default(), spending: Arc::default() };
        Correlations::open(options, "lake".to_owned(), rules.clone(), 0)
    }

    #[test]
    fn what_a_new_set_has_matched_is_heard_by_it() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (set("try", 2, ""), set("try*", 2, ""));
        assert_ne!(old.rules()[0].reference.version, new.rules()[0].reference.version);
        // The first record that the new set has matched is also the first that is heard since the exchange.
        let mut heard = correlations(&folder, &old);
        heard.hear(&[record(&old, 1)], &old);
        heard.hear(&[record(&new, 2), record(&new, 3)], &new);
        let raised: Vec<_> = heard.pending().iter().map(|raised| (raised.at, raised.events.clone())).collect();
        assert_eq!(raised, [(3, vec![2, 3])], "what the rule matched as it was before counts no more");
        // A record of the old set that comes after the exchange is of a rule that is in force no longer.
        heard.hear(&[record(&old, 4), record(&new, 5)], &new);
        assert_eq!(heard.pending().len(), 1);
    }

    #[test]
    fn a_correlation_that_has_not_changed_goes_on_under_a_new_set() {
        let folder = tempfile::tempdir().unwrap();
        let old = set("try", 3, "");
        let new = set("try", 3, "---\ntitle: Other\ncorrelation: {type: event_count, rules: [rule], group-by: [user.name], timespan: 1h, condition: {gte: 2}}\n");
        let mut heard = correlations(&folder, &old);
        heard.hear(&[record(&old, 1), record(&old, 2)], &old);
        heard.hear(&[record(&old, 2), record(&new, 3)], &new);
        let raised: Vec<_> = heard.pending().iter().map(|raised| (raised.rule.title.as_str(), raised.events.clone())).collect();
        assert_eq!(raised, [("Again", vec![1, 2, 3])], "and no record is heard twice");
    }

    #[test]
    fn what_is_told_is_what_each_correlation_holds() {
        let folder = tempfile::tempdir().unwrap();
        let rules = set("try", 3, "");
        let mut heard = correlations(&folder, &rules);
        heard.hear(&[record(&rules, 1)], &rules);
        heard.tell();
        let told = heard.options.spending.remembered();
        assert_eq!((told.figures.groups, told.limit), (1, Limits::default().bytes as u64));
        let held = told.held.get("21111111-2222-4333-8444-555555555555").unwrap();
        assert_eq!((held.bytes, held.evicted), (told.figures.bytes, 0));
    }
}
