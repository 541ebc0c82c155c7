//! What a report says, added up as matches come: its size follows rules and hosts, not matches, and has a bound.

use dissect::{Hit, Sighting};
use detect::{IndicatorHit, Rule};
use super::timeline::Timeline;
use model::{Severity, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Matches of one rule on one host that are shown with their fields.
const SHOWN: usize = 25;
/// Hosts of one rule that are told apart; the rest is one line.
const HOSTS: usize = 500;
/// Accounts of a host that are named.
const USERS: usize = 6;
/// Bytes of a value that are shown.
const VALUE: usize = 600;
/// What could not be read, so many lines of it.
const FAULTS: usize = 200;
/// Hosts that are told apart.
const ALL_HOSTS: usize = 20_000;
/// Bytes of the name of a host or an account: more than any name service has.
const NAME: usize = 255;
/// Bytes of matches, of the hosts of rules and of indicators that are kept to be shown; what comes after is counted.
const ROOM: usize = 32 << 20;

/// Matches by level, least first.
pub type Levels = [u64; 5];

/// Everything a report is made of.
#[derive(Debug, Default)]
pub struct Report {
    pub rules: BTreeMap<usize, OfRule>,
    /// By indicator and list.
    pub indicators: BTreeMap<(String, String), OfRule>,
    /// Matches of indicators for which there was no room.
    pub more_indicators: u64,
    pub hosts: BTreeMap<String, OfHost>,
    /// Matches on hosts beyond the bound.
    pub elsewhere: u64,
    room: Room,
    pub levels: Levels,
    pub span: Span,
    pub timeline: Timeline,
    pub faults: Vec<String>,
    pub more_faults: u64,
}

/// Bytes that may still be kept.
#[derive(Debug)]
struct Room(usize);

impl Default for Room {
    fn default() -> Room {
        Room(ROOM)
    }
}

impl Room {
    /// Takes so many bytes, if there are as many.
    fn take(&mut self, bytes: usize) -> bool {
        let left = self.0.checked_sub(bytes);
        self.0 = left.unwrap_or(self.0);
        left.is_some()
    }
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
        of.add(&mut self.room, hit.time, &hit.host, || {
            let fields = hit.matched.iter().map(|one| (one.field.clone(), shorten(&one.value, VALUE))).collect();
            Match { time: hit.time, user: hit.user.as_deref().map(name), place: format!("{file}#{}", hit.record), fields }
        });
    }

    /// Adds an indicator of a list.
    pub fn add_indicator(&mut self, file: &str, seen: &Sighting, hit: &IndicatorHit) {
        self.count(hit.level(), seen.time, &seen.host, &seen.user);
        let key = (hit.value.clone(), hit.list.clone());
        // Its value and its list stand in it and in its key.
        let bytes = size_of::<OfRule>() + 2 * (hit.value.len() + hit.list.len());
        if !self.indicators.contains_key(&key) && !self.room.take(bytes) {
            self.more_indicators += 1;
            return;
        }
        let of = self.indicators.entry(key).or_insert_with(|| OfRule::indicator(hit));
        of.add(&mut self.room, seen.time, &seen.host, || {
            let fields = vec![(seen.field.clone(), shorten(&seen.value, VALUE))];
            Match { time: seen.time, user: seen.user.as_deref().map(name), place: format!("{file}#{}", seen.record), fields }
        });
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.levels.iter().all(|count| *count == 0)
    }

    fn count(&mut self, level: Severity, time: Timestamp, host: &Option<String>, user: &Option<String>) {
        if let Some(count) = self.levels.get_mut(level as usize) {
            *count += 1;
        }
        self.span.add(time);
        self.timeline.add(time, level);
        let host = name(host.as_deref().unwrap_or_default());
        if self.hosts.len() >= ALL_HOSTS && !self.hosts.contains_key(&host) {
            self.elsewhere += 1;
            return;
        }
        let of = self.hosts.entry(host).or_default();
        if let Some(count) = of.levels.get_mut(level as usize) {
            *count += 1;
        }
        of.span.add(time);
        let Some(user) = user.as_deref().map(name).filter(|user| !of.users.contains(user)) else { return };
        of.more_users = of.users.len() >= USERS;
        if !of.more_users {
            of.users.insert(user);
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

    fn add(&mut self, room: &mut Room, time: Timestamp, host: &Option<String>, shown: impl FnOnce() -> Match) {
        let host = name(host.as_deref().unwrap_or_default());
        self.count += 1;
        self.span.add(time);
        let bytes = size_of::<Group>() + host.len();
        if !self.hosts.contains_key(&host) && (self.hosts.len() >= HOSTS || !room.take(bytes)) {
            self.elsewhere += 1;
            return;
        }
        let group = self.hosts.entry(host).or_default();
        group.count += 1;
        group.span.add(time);
        if group.shown.len() < SHOWN {
            let shown = shown();
            if room.take(shown.bytes()) {
                group.shown.push(shown);
            }
        }
    }
}

impl Match {
    fn bytes(&self) -> usize {
        let fields = self.fields.iter().map(|one| size_of_val(one) + one.0.len() + one.1.len());
        size_of_val(self) + self.place.len() + self.user.as_ref().map_or(0, String::len) + fields.sum::<usize>()
    }
}

/// The name of a host or an account.
fn name(text: &str) -> String {
    shorten(text, NAME)
}

fn shorten(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    format!("{}…", text.get(..text.floor_char_boundary(most)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use detect::{RuleFile, RuleSet, Setting};

    fn rules() -> RuleSet {
        let rule = |n| format!("title: Rule {n}\nid: {n}1111111-2222-4333-8444-555555555555\nlevel: high\nlogsource: {{product: app}}\ndetection: {{s: {{a: b}}, condition: s}}\n");
        let files = ["a", "b"].map(|n| RuleFile { name: format!("{n}.yml"), text: rule(n).into_bytes() });
        RuleSet::compile_with(files.to_vec(), &Setting::default()).0
    }

    /// A match of each rule on so many hosts.
    fn filled(room: usize, hosts: u64) -> Report {
        let (rules, mut report) = (rules(), Report { room: Room(room), ..Report::default() });
        assert_eq!(rules.rules().len(), 2);
        for record in 0..hosts {
            let name = Some(format!("{record}{}", "h".repeat(5_000)));
            for (place, rule) in (0..).zip(rules.rules()) {
                let matched = vec![model::Matched { field: "a".to_owned(), value: "v".repeat(1_000) }];
                report.add("f", rule, &Hit { record, time: Timestamp(0), rule: place, host: name.clone(), user: name.clone(), matched });
            }
        }
        assert_eq!(report.hosts.values().flat_map(|of| of.levels).sum::<u64>() + report.elsewhere, 2 * hosts);
        for rule in report.rules.values() {
            assert_eq!(rule.hosts.values().map(|group| group.count).sum::<u64>() + rule.elsewhere, hosts);
        }
        report
    }

    #[test]
    fn hosts_past_the_bound_are_one_sum_and_their_names_are_cut() {
        let report = filled(ROOM, ALL_HOSTS as u64 + 100);
        assert_eq!((report.hosts.len(), report.elsewhere), (ALL_HOSTS, 200));
        assert!(report.hosts.keys().all(|host| host.len() <= NAME + 3));
        assert!(report.rules.values().all(|rule| rule.hosts.len() == HOSTS));
    }

    #[test]
    fn what_is_shown_ends_where_its_room_does() {
        let kept = |report: &Report| -> usize {
            let groups = report.rules.values().flat_map(|rule| &rule.hosts);
            groups.map(|(host, group)| size_of_val(group) + host.len() + group.shown.iter().map(Match::bytes).sum::<usize>()).sum()
        };
        let room = 20_000;
        let report = filled(room, 200);
        assert!((room / 2..=room).contains(&kept(&report)), "{}", kept(&report));
        assert!(kept(&filled(ROOM, 200)) > 200_000, "with room everything is kept");
    }
}
