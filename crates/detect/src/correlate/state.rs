//! What was seen, within limits. Whoever feeds it says what time it is; nothing here knows.
//!
//! Windows go by event time: each ends with an event and reaches back over the timespan, both ends included. An event
//! that comes late is put where its time belongs, and the windows that it falls into are asked again. Events of the same
//! time stand in the order in which they came. A hit takes its events with it, so that each is part of one hit of a
//! correlation: a thousand failures are a hundred hits of ten, not nine hundred and ninety.
//!
//! What is kept is kept by arrival and not by what an event says of its time, or one event of the year 2099 would make
//! everything else too old. At the limit the groups go that were touched longest ago, of the correlation that takes more
//! than its share: whoever floods one correlation does not make the others forget.

use super::facts::Fact;
use super::group::{Entry, Group, MAX_INNER};
use super::heard::{Heard, Key, chosen, counted, keys, more};
use super::table::Table;
use super::{Book, Column, Correlation, Kind, Leg};
use crate::ruleset::RuleSet;
use model::Timestamp;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// Events that a hit names; it counts all.
const MAX_NAMED: usize = 1_000;
/// Values that a hit hands on of one column.
const MAX_HANDED: usize = 16;
/// Hits that one event may lead to, one from the other.
const MAX_CASCADE: usize = 1_000;

/// What the state may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of memory.
    pub bytes: usize,
    /// Groups of all correlations together.
    pub groups: usize,
    /// How long beyond its timespan a match is kept for others that come late, by the clock.
    pub late: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { bytes: 256 << 20, groups: 2_000_000, late: Duration::from_secs(60 * 60) }
    }
}

/// When a match is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Event time.
    pub time: Timestamp,
    /// The event's number: rising in the order of arrival, one event one number. Hits name events by it.
    pub seq: u64,
    /// What time it is: receive time on a floor, event time where events are read in its order. It never goes back.
    pub clock: Timestamp,
}

/// A correlation that has hit.
#[derive(Clone, Debug, PartialEq)]
pub struct Correlated {
    /// Its index in the set.
    pub correlation: u32,
    /// The time of the last of its events.
    pub time: Timestamp,
    /// The group fields and their values, as the event has them that completed it.
    pub group: Vec<(String, String)>,
    /// The numbers of its events by event time, of a great many the first.
    pub events: Vec<u64>,
    /// How many there were in all.
    pub count: u64,
    /// The number that the condition was held against.
    pub figure: f64,
}

/// What the state holds and what became of the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Groups that are held.
    pub groups: u64,
    /// Entries in them.
    pub entries: u64,
    /// Bytes that they take.
    pub bytes: u64,
    /// Groups that had to go because of the limits, with what they knew.
    pub evicted: u64,
    /// Entries that had to go because their group was full.
    pub dropped: u64,
    /// Groups that went because nothing could meet them any more.
    pub expired: u64,
    /// Matches that had no value in a group field, or no number where one is reckoned with.
    pub unusable: u64,
    /// Matches that came after later ones of their group.
    pub late: u64,
    /// Hits, those that only other correlations hear included.
    pub hits: u64,
}

/// The state of a set's correlations.
#[derive(Debug)]
pub struct Correlator {
    pub(super) book: Arc<Book>,
    pub(super) limits: Limits,
    pub(super) tables: Vec<Table>,
    pub(super) groups: Vec<Group>,
    pub(super) free: Vec<u32>,
    pub(super) bytes: usize,
    pub(super) clock: i64,
    pub(super) figures: Figures,
}

/// What one listener makes of one event for one group.
struct News<'h> {
    index: u32,
    leg: &'h Leg,
    heard: Heard<'h>,
    key: Key,
    entries: Vec<Entry>,
}

impl Correlator {
    /// A state that has seen nothing.
    pub fn new(rules: &RuleSet, limits: Limits) -> Correlator {
        let tables = rules.book.list.iter().map(|_| Table::default()).collect();
        Correlator {
            book: rules.book.clone(),
            limits,
            tables,
            groups: Vec::new(),
            free: Vec::new(),
            bytes: 0,
            clock: i64::MIN,
            figures: Figures::default(),
        }
    }

    /// What it holds.
    pub fn figures(&self) -> Figures {
        let groups = self.tables.iter().map(|table| table.places.len() as u64).sum();
        let entries = self.groups.iter().map(|group| group.entries.len() as u64).sum();
        Figures { groups, entries, bytes: self.bytes as u64, ..self.figures }
    }

    /// Whether there is nothing to correlate.
    pub fn is_idle(&self) -> bool {
        self.book.is_empty()
    }

    /// Hears what one event has matched and appends the hits that are alerts. The facts must be of the same set; others
    /// are passed over.
    pub fn observe(&mut self, facts: &[Fact], moment: Moment, out: &mut Vec<Correlated>) {
        if facts.is_empty() {
            return;
        }
        let book = self.book.clone();
        self.clock = self.clock.max(moment.clock.nanos());
        let mut news = Vec::new();
        for fact in facts {
            let heard = Heard { values: &fact.values, time: moment.time.nanos(), inner: None };
            let listeners = book.by_rule.get(&fact.rule).map_or(&[][..], Vec::as_slice);
            self.tell(&book, listeners, heard, moment.seq, &mut news);
        }
        let mut hits = VecDeque::new();
        self.take_in(&book, news, &mut hits);
        let mut count = 0;
        while let Some((hit, columns)) = hits.pop_front() {
            count += 1;
            self.figures.hits += 1;
            let listeners = book.by_correlation.get(hit.correlation as usize).map_or(&[][..], Vec::as_slice);
            if !listeners.is_empty() && count < MAX_CASCADE {
                let named = hit.events.get(..MAX_INNER.min(hit.events.len())).unwrap_or_default();
                let heard = Heard { values: &columns, time: hit.time.nanos(), inner: Some((named, hit.count)) };
                let mut news = Vec::new();
                self.tell(&book, listeners, heard, moment.seq, &mut news);
                self.take_in(&book, news, &mut hits);
            }
            if book.list.get(hit.correlation as usize).is_some_and(|correlation| correlation.alerts) {
                out.push(hit);
            }
        }
    }

    /// What each listener makes of what is heard.
    fn tell<'h>(&mut self, book: &'h Book, listeners: &[(u32, u16)], heard: Heard<'h>, seq: u64, news: &mut Vec<News<'h>>) {
        // Many correlations group one rule's matches by the same fields.
        let mut known: Vec<(&[u32], Vec<Key>)> = Vec::new();
        for &(index, number) in listeners {
            let Some(correlation) = book.list.get(index as usize) else { continue };
            let Some(leg) = correlation.legs.get(usize::from(number)) else { continue };
            let place = known.iter().position(|(columns, _)| *columns == leg.group.as_slice());
            let place = place.unwrap_or_else(|| {
                known.push((&leg.group, keys(&leg.group, heard.values)));
                known.len() - 1
            });
            let keys = known.get(place).map_or(&[][..], |(_, keys)| keys.as_slice());
            let values = counted(correlation, leg, heard.values);
            if keys.is_empty() || values.is_empty() {
                self.figures.unusable += 1;
                continue;
            }
            for key in keys {
                let entries = values.iter().map(|value| Entry {
                    time: heard.time,
                    arrived: self.clock,
                    seq,
                    value: *value,
                    leg: number,
                    more: more(correlation, leg, &heard),
                });
                news.push(News { index, leg, heard, key: key.clone(), entries: entries.collect() });
            }
        }
    }

    /// Takes news in, all of one event for one group together.
    fn take_in(&mut self, book: &Book, mut news: Vec<News<'_>>, hits: &mut VecDeque<(Correlated, Vec<Vec<String>>)>) {
        news.sort_by_key(|news| (news.index, news.key.digest));
        let mut news = news.into_iter().peekable();
        while let Some(mut first) = news.next() {
            let Some(correlation) = book.list.get(first.index as usize) else { continue };
            while let Some(next) = news.next_if(|next| (next.index, next.key.digest) == (first.index, first.key.digest)) {
                // An event that two of the rules match is one event, except where it is asked which rules matched.
                if matches!(correlation.kind, Kind::Temporal | Kind::TemporalOrdered) {
                    first.entries.extend(next.entries);
                }
            }
            hits.extend(self.put(correlation, first));
        }
    }

    /// Puts a match into its group; a hit comes with what it hands on.
    fn put(&mut self, correlation: &Correlation, news: News<'_>) -> Option<(Correlated, Vec<Vec<String>>)> {
        let News { index, leg, heard, key, entries } = news;
        let span = nanos(correlation.timespan);
        let keep = span.saturating_add(nanos(self.limits.late));
        let dead = self.clock.saturating_sub(keep);
        self.sweep(index, dead);
        let place = self.place(index, key.digest);
        let group = self.groups.get_mut(place as usize)?;
        let before = group.bytes();
        group.expire(dead);
        group.touched = self.clock;
        let put = group.put(correlation, entries);
        self.figures.dropped += put.dropped;
        self.figures.late += u64::from(put.late);
        let hit = put.at.and_then(|at| group.hit(correlation, at, span));
        let taken = hit.map(|(range, figure)| (group.take(range), figure));
        let (after, empty) = (group.bytes(), group.entries.is_empty());
        self.account(index, before, after);
        if empty {
            self.remove(index, place);
        }
        self.make_room(index);
        let (taken, figure) = taken?;
        let hit = correlated(index, correlation, (leg, &key, &heard), &taken, figure);
        let columns = handed(correlation, &hit, &taken);
        Some((hit, columns))
    }

}

fn nanos(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

fn correlated(index: u32, correlation: &Correlation, (leg, key, heard): (&Leg, &Key, &Heard<'_>), taken: &[Entry], figure: f64) -> Correlated {
    let values = chosen(&leg.group, heard.values, &key.chosen);
    let group = correlation.group_by.iter().zip(values).map(|(field, value)| (field.clone(), value.to_owned()));
    let (mut events, mut counted) = (Vec::new(), BTreeSet::new());
    // Of hits that name only some of their events the rest is added up.
    let mut unnamed = 0;
    for entry in taken {
        let inner = entry.more.as_ref().filter(|more| more.count > 0);
        let own = std::slice::from_ref(&entry.seq);
        let named = inner.map_or(own, |more| more.events.as_slice());
        unnamed += inner.map_or(0, |more| more.count.saturating_sub(more.events.len() as u64));
        for seq in named {
            if counted.insert(*seq) && events.len() < MAX_NAMED {
                events.push(*seq);
            }
        }
    }
    Correlated {
        correlation: index,
        time: Timestamp(taken.last().map_or(heard.time, |entry| entry.time)),
        group: group.collect(),
        events,
        count: counted.len() as u64 + unnamed,
        figure,
    }
}

/// The columns of a hit, for those that hear it.
fn handed(correlation: &Correlation, hit: &Correlated, taken: &[Entry]) -> Vec<Vec<String>> {
    let of = |column: &Column| match column {
        Column::Group(at) => hit.group.get(*at as usize).map(|(_, value)| vec![value.clone()]).unwrap_or_default(),
        Column::Carried(at) => {
            let mut values: Vec<String> = Vec::new();
            for value in taken.iter().filter_map(|entry| entry.more.as_ref()?.carried.get(*at as usize)).flatten() {
                if values.len() < MAX_HANDED && !values.contains(value) {
                    values.push(value.clone());
                }
            }
            values
        }
    };
    correlation.columns.iter().map(of).collect()
}
