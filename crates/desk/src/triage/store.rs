//! The SQL of one alert, and of the alerts of a case.

use db::{Db, DbError, Entry, Sql, Tx, values};
use model::{AlertId, EventId, Severity, Timestamp, UserId};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Value};
use std::collections::HashMap;

use super::{
    Alert, AlertRule, AlertSource, Change, Disposition, PersonRef, Reason, Refused, Standing, Status, due, risk,
};
use crate::access::Permission;
use crate::{Problem, admin};

/// Changes of several alerts happen one after the other, so that two of them cannot wait for each other's rows.
pub(crate) const MANY: &str = "alerts.many";

/// The columns of [`AlertRow`].
pub(super) const COLUMNS: &str = "id, number, version, title, source, rule_id, rule_version, rule_level, severity, risk, \
     status, tier, owner, host, account, entities, tags, count, first_seen, last_seen, created_at, updated_at, due_at, \
     disposition, reason, comment, closed_at, case_number, merged_into, fingerprint";

#[derive(FromQueryResult)]
pub(super) struct AlertRow {
    id: String,
    number: i64,
    version: i64,
    title: String,
    source: String,
    rule_id: Option<String>,
    rule_version: Option<String>,
    rule_level: Option<i64>,
    severity: i64,
    risk: i64,
    status: String,
    tier: i64,
    owner: Option<String>,
    host: Option<String>,
    account: Option<String>,
    entities: String,
    tags: String,
    count: i64,
    first_seen: i64,
    last_seen: i64,
    created_at: i64,
    updated_at: i64,
    due_at: i64,
    disposition: Option<String>,
    reason: Option<String>,
    comment: Option<String>,
    closed_at: Option<i64>,
    case_number: Option<i64>,
    merged_into: Option<String>,
    fingerprint: String,
}

/// The names of people, by id.
pub(crate) type Names = HashMap<UserId, String>;

impl AlertRow {
    pub(super) fn read(self, names: &Names) -> Result<Alert, DbError> {
        let what = format!("alert {}", self.id);
        let corrupt = |error: &dyn std::fmt::Display| DbError::Corrupt(format!("{what}: {error}"));
        let rule = match (self.rule_id, self.rule_version, self.rule_level) {
            (Some(id), Some(version), Some(level)) => {
                Some(AlertRule { id, version, title: self.title.clone(), level: severity(level) })
            }
            _ => None,
        };
        Ok(Alert {
            id: self.id.parse().map_err(|error: model::IdError| corrupt(&error))?,
            number: self.number,
            version: self.version,
            title: self.title,
            source: word(&what, &self.source, AlertSource::parse)?,
            rule,
            severity: severity(self.severity),
            risk: u8::try_from(self.risk).map_err(|error| corrupt(&error))?,
            status: word(&what, &self.status, Status::parse)?,
            tier: u8::try_from(self.tier).map_err(|error| corrupt(&error))?,
            owner: owner(&what, self.owner.as_deref(), names)?,
            host: self.host,
            user: self.account,
            entities: serde_json::from_str(&self.entities).map_err(|error| corrupt(&error))?,
            tags: serde_json::from_str(&self.tags).map_err(|error| corrupt(&error))?,
            count: self.count,
            first_seen: Timestamp(self.first_seen),
            last_seen: Timestamp(self.last_seen),
            created_at: Timestamp(self.created_at),
            updated_at: Timestamp(self.updated_at),
            due_at: Timestamp(self.due_at),
            disposition: self.disposition.map(|text| word(&what, &text, Disposition::parse)).transpose()?,
            reason: self.reason.map(|text| word(&what, &text, Reason::parse)).transpose()?,
            comment: self.comment,
            closed_at: self.closed_at.map(Timestamp),
            case: self.case_number,
            merged_into: self
                .merged_into
                .map(|id| id.parse().map_err(|error: model::IdError| corrupt(&error)))
                .transpose()?,
            fingerprint: self.fingerprint,
        })
    }
}

/// The severity that a column holds as its rank.
pub(crate) fn severity(rank: i64) -> Severity {
    Severity::from_rank(u8::try_from(rank).unwrap_or(0))
}

/// What a stored word names.
pub(crate) fn word<T>(what: &str, text: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T, DbError> {
    parse(text).ok_or_else(|| DbError::Corrupt(format!("{what} holds the unknown word {text:?}")))
}

/// The owner that a column holds.
pub(crate) fn owner(what: &str, id: Option<&str>, names: &Names) -> Result<Option<PersonRef>, DbError> {
    let Some(id) = id else { return Ok(None) };
    let id: UserId = id.parse().map_err(|error| DbError::Corrupt(format!("{what}: {error}")))?;
    Ok(Some(PersonRef { id: Some(id), name: names.get(&id).cloned().unwrap_or_default() }))
}

/// `(…, …), (…, …)`: places for so many rows of so many columns, the only places of a statement. SQLite finds a place
/// by a number in a list, which takes a second for 30,000 of them; it counts those without a number.
pub(crate) fn tuples(backend: DbBackend, rows: usize, columns: usize) -> String {
    let mut text = String::with_capacity(rows * columns * 7);
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 1..=columns {
            text.push_str(if column == 1 { "" } else { ", " });
            match backend {
                DbBackend::Sqlite => text.push('?'),
                _ => text.push_str(&format!("${}", row * columns + column)),
            }
        }
        text.push(')');
    }
    text
}

/// Keeps the selected rows of `table` from others until the commit. SQLite has one writer anyway, and no word for it.
pub(crate) fn locking(tx: &Tx, table: &str) -> String {
    match tx.conn().get_database_backend() {
        DbBackend::Postgres => format!(" FOR UPDATE OF {table}"),
        _ => String::new(),
    }
}

/// One alert.
pub(crate) async fn fetch(db: &Db, id: AlertId) -> Result<Alert, Problem> {
    let text = format!("SELECT {COLUMNS} FROM alerts WHERE id = $1");
    let row: Option<AlertRow> = db.reader().row(&text, values![id.to_string()]).await?;
    let row = row.ok_or_else(|| Problem::not_found("alert"))?;
    Ok(row.read(&names(db).await?)?)
}

/// One alert as a transaction sees it, kept from others until the commit. Its owner has no name.
pub(crate) async fn fetch_locked(tx: &Tx, id: AlertId) -> Result<Option<Alert>, DbError> {
    let text = format!("SELECT {COLUMNS} FROM alerts WHERE id = $1{}", locking(tx, "alerts"));
    let row: Option<AlertRow> = tx.conn().row(&text, values![id.to_string()]).await?;
    row.map(|row| row.read(&Names::new())).transpose()
}

/// Changes one alert and journals it; answers whether that said anything new.
pub(crate) async fn change(tx: &mut Tx, id: AlertId, change: &Change, reason: Option<String>) -> Result<bool, Problem> {
    let alert = fetch_locked(tx, id).await?.ok_or_else(|| Problem::not_found("alert"))?;
    let before = alert.standing();
    let now = tx.context().now;
    let after = before.after(change, now).map_err(|refused| refused.problem("alert"))?;
    if after == before {
        return Ok(false);
    }
    let text = "UPDATE alerts SET version = version + 1, updated_at = $3, status = $4, tier = $5, severity = $6, risk = $7, \
                due_at = $8, owner = $9, disposition = $10, reason = $11, comment = $12, closed_at = $13, case_number = $14, \
                merged_into = $15 \
                WHERE id = $1 AND version = $2";
    let changed = tx.conn().run(text, row(&alert, &after, now)).await?;
    if changed == 0 {
        return Err(Problem::stale("alert", alert.version, alert.version + 1));
    }
    let (before, after_json) = difference(&before, &after)?;
    tx.journal(Entry {
        stream: "alerts",
        object: Alert::object(id),
        action: change.action(),
        before: Some(before),
        after: Some(after_json),
        reason,
    })
    .await?;
    Ok(true)
}

fn row(alert: &Alert, after: &Standing, now: Timestamp) -> Vec<Value> {
    values![
        alert.id.to_string(),
        alert.version,
        now.nanos(),
        after.status.as_str(),
        i64::from(after.tier),
        i64::from(after.severity.rank()),
        i64::from(risk(after.severity, alert.count, &alert.tags)),
        due(after.severity, alert.created_at).nanos(),
        after.owner.map(|owner| owner.to_string()),
        after.disposition.map(Disposition::as_str),
        after.reason.map(Reason::as_str),
        after.comment.clone(),
        after.closed_at.map(Timestamp::nanos),
        after.case,
        after.merged_into.map(|id| id.to_string()),
    ]
}

/// The members in which two records differ, before and after.
pub(crate) fn difference(
    before: &impl serde::Serialize,
    after: &impl serde::Serialize,
) -> Result<(serde_json::Value, serde_json::Value), DbError> {
    let json = |error: serde_json::Error| DbError::Corrupt(error.to_string());
    let (mut before, mut after) =
        (serde_json::to_value(before).map_err(json)?, serde_json::to_value(after).map_err(json)?);
    if let (Some(old), Some(new)) = (before.as_object_mut(), after.as_object_mut()) {
        old.retain(|name, value| new.get(name) != Some(value));
        new.retain(|name, _| old.contains_key(name));
    }
    Ok((before, after))
}

impl Refused {
    /// As a client sees it; `what` is the kind of record.
    pub(crate) fn problem(&self, what: &str) -> Problem {
        let status = if self.is_conflict() {
            axum::http::StatusCode::CONFLICT
        } else {
            axum::http::StatusCode::UNPROCESSABLE_ENTITY
        };
        Problem::new(status, format!("{what}.{}", self.code())).detail(self.to_string())
    }
}

#[derive(FromQueryResult)]
struct EventRow {
    node: i64,
    seq: i64,
}

/// The events that an alert refers to, newest first.
pub(crate) async fn event_ids(db: &Db, alert: AlertId, limit: u32) -> Result<Vec<EventId>, DbError> {
    let text = "SELECT node, seq FROM detections WHERE alert = $1 ORDER BY node DESC, seq DESC LIMIT $2";
    let rows: Vec<EventRow> = db.reader().rows(text, values![alert.to_string(), i64::from(limit)]).await?;
    rows.iter().map(|row| event_id(row.node, row.seq)).collect()
}

/// Those of an alert's events that one rule matched, newest first: an alert that took others in has events by their
/// rules too.
pub(crate) async fn event_ids_by(db: &Db, alert: AlertId, rule: &str, limit: u32) -> Result<Vec<EventId>, DbError> {
    let text = "SELECT node, seq FROM detections WHERE alert = $1 AND rule = $3 ORDER BY node DESC, seq DESC LIMIT $2";
    let bound = values![alert.to_string(), i64::from(limit), super::keep_text(rule)];
    let rows: Vec<EventRow> = db.reader().rows(text, bound).await?;
    rows.iter().map(|row| event_id(row.node, row.seq)).collect()
}

/// An event's id out of two columns.
pub(crate) fn event_id(node: i64, seq: i64) -> Result<EventId, DbError> {
    match (u16::try_from(node), u64::try_from(seq)) {
        (Ok(node), Ok(seq)) => Ok(EventId { node, seq }),
        _ => Err(DbError::Corrupt(format!("{node}-{seq} is no event's id"))),
    }
}

/// The alerts of a case, by number, at most `limit`. Their owners have no names.
pub(crate) async fn in_case(conn: &impl ConnectionTrait, case: i64, limit: usize) -> Result<Vec<Alert>, DbError> {
    let text = format!("SELECT {COLUMNS} FROM alerts WHERE case_number = $1 ORDER BY number LIMIT $2");
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows: Vec<AlertRow> = conn.rows(&text, values![case, limit]).await?;
    rows.into_iter().map(|row| row.read(&Names::new())).collect()
}

/// The same alerts with their owners' names.
pub(crate) async fn named(db: &Db, mut alerts: Vec<Alert>) -> Result<Vec<Alert>, Problem> {
    let names = names(db).await?;
    for owner in alerts.iter_mut().filter_map(|alert| alert.owner.as_mut()) {
        owner.name = owner.id.and_then(|id| names.get(&id).cloned()).unwrap_or_default();
    }
    Ok(alerts)
}

#[derive(FromQueryResult)]
struct CaseCount {
    case_number: i64,
    count: i64,
}

/// How many alerts each of these cases has; none is not listed.
pub(crate) async fn counts_by_case(db: &Db, cases: &[i64]) -> Result<HashMap<i64, i64>, DbError> {
    if cases.is_empty() {
        return Ok(HashMap::new());
    }
    let text = format!(
        "SELECT case_number, COUNT(*) AS count FROM alerts WHERE case_number IS NOT NULL AND case_number IN {} GROUP BY case_number",
        tuples(db.reader().get_database_backend(), 1, cases.len())
    );
    let rows: Vec<CaseCount> = db.reader().rows(&text, cases.iter().map(|&case| Value::from(case)).collect()).await?;
    Ok(rows.into_iter().map(|row| (row.case_number, row.count)).collect())
}

/// Everybody's name, those who have left included.
pub(crate) async fn names(db: &Db) -> Result<Names, Problem> {
    Ok(admin::users(db).await?.into_iter().map(|user| (user.id, user.full_name)).collect())
}

/// Refuses an owner who is unknown, has left, or may not work on it.
pub(crate) async fn check_owner(tx: &Tx, owner: UserId, permission: Permission) -> Result<(), Problem> {
    match admin::user(tx.conn(), owner).await? {
        Some(user) if !user.disabled && user.role.may(permission) => Ok(()),
        _ => Err(Problem::unprocessable("owner.unknown", "The owner is nobody who can work on it.")),
    }
}
