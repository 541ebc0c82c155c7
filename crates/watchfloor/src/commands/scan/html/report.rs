//! What a report says, added up as matches come: its size follows rules and hosts, not matches.

use dissect::{Hit, Sighting};
use detect::{IndicatorHit, Rule};
use model::{Severity, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Matches of one rule on one host that are shown with their fields.
const SHOWN: usize = 25;
/// Hosts of one rule that are told apart; the rest is one line.
const HOSTS: usize = 500;
/// Accounts of a host that are named.
const USERS: usize = 6;
/// Intervals of the timeline that are kept apart before they are joined.
const INTERVALS: usize = 4_096;
/// Bytes of a value that are shown.
const VALUE: usize = 600;
/// What could not be read, so many lines of it.
const FAULTS: usize = 200;

/// Matches by level, least first.
pub type Levels = [u64; 5];

/// Everything a report is made of.
#[derive(Debug, Default)]
pub struct Report {
    pub rules: BTreeMap<usize, OfRule>,
    /// By indicator and list.
    pub indicators: BTreeMap<(String, String), OfRule>,
    pub hosts: BTreeMap<String, OfHost>,
    pub levels: Levels,
    pub span: Span,
    pub timeline: Timeline,
    pub faults: Vec<String>,
    pub more_faults: u64,
}

/// From the first moment to the last.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span(pub Option<(Timestamp, Timestamp)>);

impl Span {
    fn add(&mut self, time: Timestamp) {
        let (first, last) = self.0.unwrap_or((time, time));
        self.0 = Some((first.min(time), last.max(time)));
    }
}

/// A rule and where it matched.
#[derive(Debug)]
pub struct OfRule {
    pub title: String,
    pub id: String,
    pub level: Severity,
    pub description: String,
    pub false_positives: Vec<String>,
    pub tags: Vec<String>,
    pub count: u64,
    pub span: Span,
    /// By host; an empty name where the event names none.
    pub hosts: BTreeMap<String, Group>,
    /// Matches on hosts beyond the bound.
    pub elsewhere: u64,
}

/// The matches of one rule on one host.
#[derive(Debug, Default)]
pub struct Group {
    pub count: u64,
    pub span: Span,
    pub shown: Vec<Match>,
}

/// One match.
#[derive(Debug)]
pub struct Match {
    pub time: Timestamp,
    pub user: Option<String>,
    pub place: String,
    pub fields: Vec<(String, String)>,
}

/// A host and how bad it looks.
#[derive(Debug, Default)]
pub struct OfHost {
    pub levels: Levels,
    pub users: BTreeSet<String>,
    pub more_users: bool,
    pub span: Span,
}

impl Report {
    /// Adds a match of the rule at this place of the set.
    pub fn add(&mut self, file: &str, rule: &Rule, hit: &Hit) {
        self.count(rule.reference.level, hit.time, &hit.host, &hit.user);
        let of = self.rules.entry(hit.rule as usize).or_insert_with(|| OfRule::new(rule));
        of.add(hit.time, &hit.host, || {
            let fields = hit.matched.iter().map(|one| (one.field.clone(), shorten(&one.value))).collect();
            Match { time: hit.time, user: hit.user.clone(), place: format!("{file}#{}", hit.record), fields }
        });
    }

    /// Adds an indicator of a list.
    pub fn add_indicator(&mut self, file: &str, seen: &Sighting, hit: &IndicatorHit) {
        self.count(hit.level(), seen.time, &seen.host, &seen.user);
        let of = self.indicators.entry((hit.value.clone(), hit.list.clone())).or_insert_with(|| OfRule::indicator(hit));
        of.add(seen.time, &seen.host, || {
            let fields = vec![(seen.field.clone(), shorten(&seen.value))];
            Match { time: seen.time, user: seen.user.clone(), place: format!("{file}#{}", seen.record), fields }
        });
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.indicators.is_empty()
    }

    fn count(&mut self, level: Severity, time: Timestamp, host: &Option<String>, user: &Option<String>) {
        if let Some(count) = self.levels.get_mut(level as usize) {
            *count += 1;
        }
        self.span.add(time);
        self.timeline.add(time, level);
        let of = self.hosts.entry(host.clone().unwrap_or_default()).or_default();
        if let Some(count) = of.levels.get_mut(level as usize) {
            *count += 1;
        }
        of.span.add(time);
        if let Some(user) = user
            && !of.users.contains(user)
        {
            of.more_users = of.users.len() >= USERS;
            if !of.more_users {
                of.users.insert(user.clone());
            }
        }
    }

    /// Adds something that could not be read.
    pub fn fault(&mut self, text: String) {
        if self.faults.len() < FAULTS { self.faults.push(text) } else { self.more_faults += 1 }
    }

    /// The rules that matched and the indicators, worst and most frequent first.
    pub fn ranked(&self) -> Vec<&OfRule> {
        let mut rules: Vec<&OfRule> = self.rules.values().chain(self.indicators.values()).collect();
        rules.sort_by(|a, b| (b.level, b.count).cmp(&(a.level, a.count)).then_with(|| a.title.cmp(&b.title)));
        rules
    }
}

impl OfRule {
    fn new(rule: &Rule) -> OfRule {
        let reference = &rule.reference;
        OfRule {
            title: reference.title.clone(),
            id: reference.id.clone(),
            level: reference.level,
            description: rule.description.clone().unwrap_or_default(),
            false_positives: rule.falsepositives.clone(),
            tags: reference.tags.clone(),
            count: 0,
            span: Span::default(),
            hosts: BTreeMap::new(),
            elsewhere: 0,
        }
    }

    fn indicator(hit: &IndicatorHit) -> OfRule {
        let confidence = hit.confidence.map_or_else(|| "which does not say how sure it is".to_owned(), |confidence| format!("with a confidence of {confidence} in 100"));
        let until = hit.expires.map_or_else(|| "without an end".to_owned(), |expires| format!("until {expires}"));
        OfRule {
            title: format!("{}: {}", detect::INDICATOR_TITLE, hit.value),
            id: detect::INDICATOR_RULE.to_owned(),
            level: hit.level(),
            description: format!("The {} is on the list {}, {confidence}, {until}.", hit.kind.as_str(), hit.list),
            false_positives: Vec::new(),
            tags: Vec::new(),
            count: 0,
            span: Span::default(),
            hosts: BTreeMap::new(),
            elsewhere: 0,
        }
    }

    fn add(&mut self, time: Timestamp, host: &Option<String>, shown: impl FnOnce() -> Match) {
        let host = host.clone().unwrap_or_default();
        self.count += 1;
        self.span.add(time);
        if self.hosts.len() >= HOSTS && !self.hosts.contains_key(&host) {
            self.elsewhere += 1;
            return;
        }
        let group = self.hosts.entry(host).or_default();
        group.count += 1;
        group.span.add(time);
        if group.shown.len() < SHOWN {
            group.shown.push(shown());
        }
    }
}

fn shorten(text: &str) -> String {
    if text.len() <= VALUE {
        return text.to_owned();
    }
    format!("{}…", text.get(..text.floor_char_boundary(VALUE)).unwrap_or_default())
}

/// Matches by time. Intervals grow when there are too many of them.
#[derive(Debug)]
pub struct Timeline {
    /// Seconds of one interval.
    width: i64,
    intervals: BTreeMap<i64, Levels>,
}

impl Default for Timeline {
    fn default() -> Timeline {
        Timeline { width: 1, intervals: BTreeMap::new() }
    }
}

const SECOND: i64 = 1_000_000_000;

impl Timeline {
    fn add(&mut self, time: Timestamp, level: Severity) {
        let at = time.nanos().div_euclid(SECOND).div_euclid(self.width);
        if let Some(count) = self.intervals.entry(at).or_default().get_mut(level as usize) {
            *count += 1;
        }
        while self.intervals.len() > INTERVALS {
            self.widen(4);
        }
    }

    fn widen(&mut self, by: i64) {
        self.width = self.width.saturating_mul(by);
        for (at, levels) in std::mem::take(&mut self.intervals) {
            let sum = self.intervals.entry(at.div_euclid(by)).or_default();
            sum.iter_mut().zip(levels).for_each(|(sum, count)| *sum += count);
        }
    }

    /// At most `most` intervals of equal length over the whole time: the length in seconds, the beginning of the first
    /// in seconds since 1970, and the counts.
    pub fn bars(&self, most: usize) -> (i64, i64, Vec<Levels>) {
        let (Some(first), Some(last)) = (self.intervals.keys().next(), self.intervals.keys().next_back()) else {
            return (self.width, 0, Vec::new());
        };
        let (first, last) = (first.saturating_mul(self.width), last.saturating_mul(self.width));
        // Lengths that a person can say.
        let steps = [1, 5, 15, 60, 300, 900, 3_600, 10_800, 43_200, 86_400, 7 * 86_400, 28 * 86_400];
        let count = |step: i64| last.div_euclid(step) - first.div_euclid(step) + 1;
        let fits = |step: &i64| *step >= self.width && count(*step) <= most as i64;
        let step = steps.into_iter().find(fits).unwrap_or_else(|| {
            let mut step = self.width.max(28 * 86_400);
            while count(step) > most as i64 {
                step = step.saturating_mul(2);
            }
            step
        });
        let begin = first.div_euclid(step);
        let mut bars = vec![[0; 5]; count(step).clamp(1, most as i64) as usize];
        for (at, levels) in &self.intervals {
            let index = at.saturating_mul(self.width).div_euclid(step) - begin;
            if let Some(bar) = usize::try_from(index).ok().and_then(|index| bars.get_mut(index)) {
                bar.iter_mut().zip(levels).for_each(|(sum, count)| *sum += count);
            }
        }
        (step, begin.saturating_mul(step), bars)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_joined_and_nothing_is_lost() {
        let mut timeline = Timeline::default();
        for second in 0..20_000 {
            timeline.add(Timestamp(second * 37 * SECOND), Severity::High);
        }
        assert!(timeline.intervals.len() <= INTERVALS);
        let (step, begin, bars) = timeline.bars(96);
        assert!(bars.len() <= 96 && begin == 0 && step == 10_800, "{step} {} {}", begin, bars.len());
        assert_eq!(bars.iter().map(|bar| bar[Severity::High as usize]).sum::<u64>(), 20_000);
    }

    #[test]
    fn the_ends_of_time_have_bars_too() {
        let mut timeline = Timeline::default();
        for time in [i64::MIN, 0, i64::MAX] {
            timeline.add(Timestamp(time), Severity::Low);
        }
        let (_, _, bars) = timeline.bars(96);
        assert!(bars.len() <= 96);
        assert_eq!(bars.iter().map(|bar| bar[Severity::Low as usize]).sum::<u64>(), 3);
        assert_eq!(Timeline::default().bars(96).2.len(), 0);
    }
}
