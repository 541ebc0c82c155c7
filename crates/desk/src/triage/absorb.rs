//! The alert writer's transaction: many detections become few rows, exactly once.
//!
//! Nothing here depends on the clock: alert ids are hashes, windows go by receive time, and a batch that lies at or
//! before the committed position is left alone. How the log was cut matters in one case: detections that are further
//! apart than [`WINDOW`] and come in one batch, as after a long stop, are one alert; in two batches they are two.

use db::{Db, DbError, Entry, Sql, Tx, values};
use model::{AlertId, Entity, EventId, OpContext, RuleRef, Timestamp};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use super::collapse;
use super::detected::{alert_id, fingerprint};
use super::store::{MANY, locking, tuples};
use super::{Alert, AlertSource, Detected, MAX_ENTITIES, Status, due, keep_text, risk};
use crate::improve::{self, Firings};

/// An open alert goes on counting when the next detection is received within this time of its last one.
pub const WINDOW: Duration = Duration::from_secs(24 * 60 * 60);

/// Events that an alert refers to: its first ones. The count goes on exactly.
pub(super) const KEPT_EVENTS: i64 = 1000;

/// Values bound in one statement; SQLite takes 32,766.
const BOUND: usize = 30_000;

/// Bytes of the text that the queue's free-text filter looks through.
pub(super) const MAX_WORDS: usize = 8 * 1024;

/// What became of a batch of detections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Absorbed {
    /// Alerts that it opened.
    pub created: Vec<AlertId>,
    /// Open alerts that it was counted into.
    pub updated: Vec<AlertId>,
}

/// Writes the detections of the log up to `position` into alerts, and the position, in one transaction. A detection
/// that an earlier call has counted is not counted again, so a follower that lost an answer repeats the call.
pub async fn absorb(db: &Db, ctx: &OpContext, detections: Vec<Detected>, position: u64) -> Result<Absorbed, DbError> {
    let mut tx = db.begin(ctx).await?;
    // Also the lock under which the position read next is the committed one.
    tx.one_at_a_time(MANY).await?;
    let committed = db.follower_position().await?;
    if position <= committed {
        return Ok(Absorbed::default());
    }
    let detections: Vec<Detected> = detections.into_iter().filter(|detected| detected.at > committed).collect();
    let firings = firings(&detections);
    let groups = coalesce(detections.into_iter().filter(|detected| !detected.silent));
    let (mut fresh, mut grown) = (Vec::new(), Vec::new());
    part(&tx, groups, &mut fresh, &mut grown).await?;
    // In the order of the log, so that numbers rise with time.
    fresh.sort_by_key(|(_, group)| group.opening());
    let beyond = collapse::beyond_budget(&tx, &mut fresh).await?;
    part(&tx, beyond, &mut fresh, &mut grown).await?;
    let absorbed = Absorbed {
        created: fresh.iter().map(|(_, group)| group.id()).collect(),
        updated: grown.iter().map(|(alert, _)| alert.id).collect(),
    };
    raise(&mut tx, &fresh).await?;
    grow(&tx, &grown).await?;
    let kept = fresh.iter().flat_map(|(_, group)| group.kept(group.id(), 0));
    let kept = kept.chain(grown.iter().flat_map(|(alert, group)| group.kept(alert.id, alert.count)));
    remember(&tx, kept.collect()).await?;
    improve::record_firings(&tx, &firings).await?;
    tx.set_follower_position(position).await?;
    tx.commit().await?;
    Ok(absorbed)
}

/// How often each rule matched: event by event, and a correlation once for all events of a hit.
fn firings(detections: &[Detected]) -> Firings {
    let mut firings = Firings::default();
    let mut counted = HashSet::new();
    for found in detections {
        if counted.insert((found.rule.id.as_str(), found.key.as_str(), found.at)) {
            firings.add(&found.rule.id, found.received);
        }
    }
    firings
}

/// Which groups open an alert, and which are counted into an open one.
async fn part(
    tx: &Tx,
    groups: BTreeMap<String, Group>,
    fresh: &mut Vec<(String, Group)>,
    grown: &mut Vec<(Open, Group)>,
) -> Result<(), DbError> {
    if groups.is_empty() {
        return Ok(());
    }
    let mut open = open_alerts(tx, groups.keys()).await?;
    for (print, group) in groups {
        match open.remove(&print).filter(|alert| group.follows(alert)) {
            Some(alert) => grown.push((alert, group)),
            None => fresh.push((print, group)),
        }
    }
    Ok(())
}

/// Detections of one batch that are one alert.
pub(super) struct Group {
    pub(super) rule: RuleRef,
    pub(super) key: String,
    source: String,
    host: Option<String>,
    user: Option<String>,
    entities: Vec<Entity>,
    /// By event, so that a repetition within the batch is one.
    events: BTreeMap<EventId, (Timestamp, Timestamp)>,
    /// Of many hosts and accounts, beyond the rule's budget.
    many: bool,
    /// What the program says of itself, and when: no event stands behind it.
    said_at: Option<Timestamp>,
}

impl Group {
    /// The same, about no host or account of its own.
    pub(super) fn of_many(self) -> Group {
        Group { host: None, user: None, many: true, ..self }
    }
    /// What the program says of itself about something.
    pub(super) fn of_program(rule: RuleRef, about: String, now: Timestamp) -> Group {
        let (source, host, user) = (String::new(), None, None);
        let (entities, events) = (Vec::new(), BTreeMap::new());
        Group { rule, key: about, source, host, user, entities, events, many: false, said_at: Some(now) }
    }
    /// Takes in another group of the same rule.
    pub(super) fn join(&mut self, other: Group) {
        join(&mut self.entities, other.entities);
        self.events.extend(other.events);
    }
    fn title(&self) -> String {
        let more = if self.many { " (more than an hour's budget of alerts, counted together)" } else { "" };
        // Many alerts of indicators are about many of them.
        let of_all = self.many && self.rule.id == detect::INDICATOR_RULE;
        keep_text(&format!("{}{more}", if of_all { detect::INDICATOR_TITLE } else { &self.rule.title }))
    }
    fn opening(&self) -> EventId {
        self.events.keys().next().copied().unwrap_or(EventId { node: 0, seq: 0 })
    }
    pub(super) fn id(&self) -> AlertId {
        match self.said_at {
            Some(at) => alert_id(&self.rule.id, &format!("{} {at}", self.key), self.opening()),
            None => alert_id(&self.rule.id, &self.key, self.opening()),
        }
    }
    fn count(&self) -> i64 {
        if self.said_at.is_some() { 1 } else { i64::try_from(self.events.len()).unwrap_or(i64::MAX) }
    }
    fn source(&self) -> AlertSource {
        match (self.said_at, self.rule.id.as_str()) {
            (Some(_), _) => AlertSource::System,
            (None, detect::INDICATOR_RULE) => AlertSource::Indicator,
            _ => AlertSource::Rule,
        }
    }
    /// Event time, which the sender chooses, but never after the receive time, or 2099 would lead the queue for ever.
    fn seen(&self) -> impl Iterator<Item = i64> {
        let events = self.events.values().map(|(time, received)| time.min(received).nanos());
        events.chain(self.said_at.map(Timestamp::nanos))
    }
    fn first_seen(&self) -> i64 {
        self.seen().min().unwrap_or(0)
    }
    fn last_seen(&self) -> i64 {
        self.seen().max().unwrap_or(0)
    }
    pub(super) fn first_received(&self) -> Timestamp {
        self.events.values().map(|(_, received)| *received).chain(self.said_at).min().unwrap_or_default()
    }
    fn last_received(&self) -> i64 {
        self.events.values().map(|(_, received)| *received).chain(self.said_at).max().map_or(0, Timestamp::nanos)
    }
    fn follows(&self, alert: &Open) -> bool {
        self.first_received() <= Timestamp(alert.last_received).plus(WINDOW)
    }
    /// The rows of `detections` for an alert that has counted `before` events already.
    fn kept(&self, alert: AlertId, before: i64) -> impl Iterator<Item = Vec<Value>> {
        let room = usize::try_from(KEPT_EVENTS.saturating_sub(before)).unwrap_or(0);
        self.events.iter().take(room).map(move |(event, (time, received))| {
            values![
                alert.to_string(),
                i64::from(event.node),
                seq(event.seq),
                keep_text(&self.rule.id),
                keep_text(&self.rule.version),
                time.nanos(),
                received.nanos()
            ]
        })
    }
}

/// A sequence as a database stores it; the log cannot reach the end of 63 bits.
fn seq(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

/// By fingerprint, and ordered by it: two transactions never take the same rows in different orders.
fn coalesce(detections: impl Iterator<Item = Detected>) -> BTreeMap<String, Group> {
    let mut prints: HashMap<(String, String), Group> = HashMap::new();
    for found in detections {
        let event = (found.event, (found.time, found.received));
        let group = prints.entry((found.rule.id.clone(), found.key.clone())).or_insert_with(|| Group {
            rule: found.rule,
            key: found.key,
            source: found.source,
            host: found.host,
            user: found.user,
            entities: Vec::new(),
            events: BTreeMap::new(),
            many: false,
            said_at: None,
        });
        join(&mut group.entities, found.entities);
        group.events.insert(event.0, event.1);
    }
    prints.into_iter().map(|((rule, key), group)| (fingerprint(&rule, &key), group)).collect()
}

/// Adds what is new; true if something was.
pub(super) fn join(entities: &mut Vec<Entity>, more: Vec<Entity>) -> bool {
    let before = entities.len();
    for entity in more {
        if entities.len() < MAX_ENTITIES && !entities.contains(&entity) {
            entities.push(entity);
        }
    }
    entities.len() > before
}

#[derive(FromQueryResult)]
struct OpenRow {
    id: String,
    fingerprint: String,
    severity: i64,
    title: String,
    tags: String,
    host: Option<String>,
    account: Option<String>,
    entities: String,
    words: String,
    count: i64,
    first_seen: i64,
    last_seen: i64,
    last_received: i64,
}

/// What counting needs of an open alert.
struct Open {
    id: AlertId,
    severity: model::Severity,
    tags: Vec<String>,
    entities: Vec<Entity>,
    count: i64,
    last_received: i64,
    row: OpenRow,
}

impl TryFrom<OpenRow> for Open {
    type Error = DbError;
    fn try_from(row: OpenRow) -> Result<Self, DbError> {
        let corrupt = |error: &dyn std::fmt::Display| DbError::Corrupt(format!("alert {}: {error}", row.id));
        Ok(Open {
            id: row.id.parse().map_err(|error: model::IdError| corrupt(&error))?,
            severity: super::store::severity(row.severity),
            tags: serde_json::from_str(&row.tags).map_err(|error| corrupt(&error))?,
            entities: serde_json::from_str(&row.entities).map_err(|error| corrupt(&error))?,
            count: row.count,
            last_received: row.last_received,
            row,
        })
    }
}

/// The newest open alert of each fingerprint, kept from others until the commit.
async fn open_alerts<'g>(tx: &Tx, prints: impl Iterator<Item = &'g String>) -> Result<HashMap<String, Open>, DbError> {
    let prints: Vec<&String> = prints.collect();
    let mut open = HashMap::new();
    for chunk in prints.chunks(1000) {
        // A join and not `IN`: with a thousand parameters PostgreSQL may compare each of them with each row.
        let text = format!(
            "WITH wanted (print) AS (VALUES {}) SELECT id, fingerprint, severity, title, tags, host, account, entities, words, \
             count, first_seen, last_seen, last_received FROM wanted JOIN alerts ON alerts.fingerprint = wanted.print \
             WHERE status <> 'closed' ORDER BY fingerprint, number{}",
            tuples(tx.conn().get_database_backend(), chunk.len(), 1),
            locking(tx, "alerts")
        );
        let rows: Vec<OpenRow> =
            tx.conn().rows(&text, chunk.iter().map(|print| Value::from(print.as_str())).collect()).await?;
        for row in rows {
            // Later numbers replace earlier ones.
            open.insert(row.fingerprint.clone(), Open::try_from(row)?);
        }
    }
    Ok(open)
}

/// Whether an alert of this fingerprint is open.
pub(super) async fn is_open(tx: &Tx, print: &String) -> Result<bool, DbError> {
    Ok(!open_alerts(tx, std::iter::once(print)).await?.is_empty())
}

const NEW_COLUMNS: usize = 25;

/// Inserts new alerts, each with its journal entry.
pub(super) async fn raise(tx: &mut Tx, fresh: &[(String, Group)]) -> Result<(), DbError> {
    if fresh.is_empty() {
        return Ok(());
    }
    let many = i64::try_from(fresh.len()).unwrap_or(i64::MAX);
    let first = tx.take_numbers("alert", many).await?;
    for (chunk, start) in fresh.chunks(BOUND / NEW_COLUMNS).zip((first..).step_by(BOUND / NEW_COLUMNS)) {
        let mut bound = Vec::with_capacity(chunk.len() * NEW_COLUMNS);
        for ((print, group), number) in chunk.iter().zip(start..) {
            bound.extend(new_row(print, group, number)?);
            let entry = Entry {
                stream: "alerts",
                object: Alert::object(group.id()),
                action: "alert.create",
                before: None,
                after: Some(serde_json::json!({
                    "number": number, "title": group.title(), "severity": group.rule.level, "status": Status::New,
                    "rule": group.rule.id, "rule_version": group.rule.version, "host": group.host, "user": group.user,
                    "event": group.said_at.is_none().then(|| group.opening()), "fingerprint": print,
                })),
                reason: None,
            };
            tx.journal(entry).await?;
        }
        let text = format!(
            "INSERT INTO alerts (id, number, version, title, source, rule_id, rule_version, rule_level, severity, risk, \
             status, tier, host, account, entities, tags, words, count, first_seen, last_seen, last_received, created_at, \
             updated_at, due_at, fingerprint) VALUES {}",
            tuples(tx.conn().get_database_backend(), chunk.len(), NEW_COLUMNS)
        );
        tx.conn().run(&text, bound).await?;
    }
    Ok(())
}

fn new_row(print: &str, group: &Group, number: i64) -> Result<Vec<Value>, DbError> {
    let rule = &group.rule;
    let created = group.first_received();
    let level = i64::from(rule.level.rank());
    let title = group.title();
    let mut entities = Vec::new();
    join(&mut entities, group.entities.clone());
    let words = words(&title, [&group.host, &group.user], Some(&group.source), &entities);
    Ok(values![
        group.id().to_string(),
        number,
        1i64,
        title,
        group.source().as_str(),
        keep_text(&rule.id),
        keep_text(&rule.version),
        level,
        level,
        i64::from(risk(rule.level, group.count(), &rule.tags)),
        Status::New.as_str(),
        1i64,
        group.host.clone(),
        group.user.clone(),
        json(&entities)?,
        db::storable(&json(&rule.tags)?).into_owned(),
        words,
        group.count(),
        group.first_seen(),
        group.last_seen(),
        group.last_received(),
        created.nanos(),
        created.nanos(),
        due(rule.level, created).nanos(),
        print.to_owned(),
    ])
}

fn json(value: &impl serde::Serialize) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|error| DbError::Corrupt(error.to_string()))
}

/// What the queue's free-text filter looks through, in lower case.
fn words(title: &str, who: [&Option<String>; 2], source: Option<&str>, entities: &[Entity]) -> String {
    let parts = [Some(title), who[0].as_deref(), who[1].as_deref(), source].into_iter().flatten();
    let parts = parts.chain(entities.iter().map(|entity| entity.value.as_str()));
    let mut words = String::new();
    let mut said = HashSet::new();
    for part in parts.filter(|part| said.insert(*part)) {
        let part = part.to_lowercase();
        if words.len() + part.len() < MAX_WORDS {
            words.push_str(&part);
            words.push('\n');
        }
    }
    words
}

const GROWN_COLUMNS: usize = 8;

/// Counts into open alerts. Count, times, risk and entities are projections: no version, no journal.
async fn grow(tx: &Tx, grown: &[(Open, Group)]) -> Result<(), DbError> {
    for chunk in grown.chunks(BOUND / GROWN_COLUMNS) {
        let mut bound = Vec::with_capacity(chunk.len() * GROWN_COLUMNS);
        for (alert, group) in chunk {
            let row = &alert.row;
            let count = alert.count.saturating_add(group.count());
            let mut entities = alert.entities.clone();
            let (entities, words) = if join(&mut entities, group.entities.clone()) {
                (json(&entities)?, words(&row.title, [&row.host, &row.account], Some(&group.source), &entities))
            } else {
                (row.entities.clone(), row.words.clone())
            };
            bound.extend(values![
                row.id.as_str(),
                count,
                row.first_seen.min(group.first_seen()),
                row.last_seen.max(group.last_seen()),
                row.last_received.max(group.last_received()),
                i64::from(risk(alert.severity, count, &alert.tags)),
                entities,
                words,
            ]);
        }
        let text = format!(
            "WITH grown (id, count, first_seen, last_seen, last_received, risk, entities, words) AS (VALUES {}) \
             UPDATE alerts SET count = grown.count, first_seen = grown.first_seen, last_seen = grown.last_seen, \
             last_received = grown.last_received, risk = grown.risk, entities = grown.entities, words = grown.words \
             FROM grown WHERE alerts.id = grown.id",
            tuples(tx.conn().get_database_backend(), chunk.len(), GROWN_COLUMNS)
        );
        tx.conn().run(&text, bound).await?;
    }
    Ok(())
}

const DETECTION_COLUMNS: usize = 7;

/// Inserts the references to events.
async fn remember(tx: &Tx, rows: Vec<Vec<Value>>) -> Result<(), DbError> {
    for chunk in rows.chunks(BOUND / DETECTION_COLUMNS) {
        let text = format!(
            "INSERT INTO detections (alert, node, seq, rule, version, time, received) VALUES {} ON CONFLICT DO NOTHING",
            tuples(tx.conn().get_database_backend(), chunk.len(), DETECTION_COLUMNS)
        );
        tx.conn().run(&text, chunk.concat()).await?;
    }
    Ok(())
}
