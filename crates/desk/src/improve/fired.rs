//! How often rules matched: counted by the hour of receipt, in the transaction that writes the alerts, so that a match
//! is counted once. Numbers for people; no record, and not in the journal.

use db::{DbError, Sql, Tx, values};
use model::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use utoipa::ToSchema;

use crate::triage::{keep_text, tuples};

/// An hour in nanoseconds.
const HOUR: i64 = 3_600_000_000_000;

/// Hours that are kept: 30 days and the hour that has begun.
const KEPT: i64 = 30 * 24;

/// Rows in one statement.
const AT_ONCE: usize = 1_000;

/// A rule and an hour of receipt.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    rule: String,
    hour: i64,
}

/// Matches of many rules, as they are counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Firings(BTreeMap<Key, (i64, i64)>);

impl Firings {
    /// One match more.
    pub(crate) fn add(&mut self, rule: &str, received: Timestamp) {
        let (count, last) = self.0.entry(Key { rule: keep_text(rule), hour: hour(received) }).or_default();
        *count += 1;
        *last = received.nanos().max(*last);
    }
}

fn hour(at: Timestamp) -> i64 {
    at.nanos().div_euclid(HOUR)
}

/// How often a rule matched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Firing {
    /// In the last 24 hours.
    pub day: i64,
    /// In the last 7 days.
    pub week: i64,
    /// In the last 30 days.
    pub month: i64,
    /// When its last match was received; null if that is longer ago than 30 days, or never.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last: Option<Timestamp>,
}

/// Adds matches.
pub(crate) async fn record(tx: &Tx, firings: &Firings) -> Result<(), DbError> {
    let Some(newest) = firings.0.keys().map(|key| key.hour).max() else { return Ok(()) };
    let rows: Vec<(&Key, &(i64, i64))> = firings.0.iter().collect();
    for chunk in rows.chunks(AT_ONCE) {
        let row = |(key, (count, last)): &(&Key, &(i64, i64))| values![key.rule.as_str(), key.hour, *count, *last];
        let bound: Vec<Value> = chunk.iter().flat_map(row).collect();
        let text = format!(
            "INSERT INTO rule_hours (rule, hour, matches, last) VALUES {} ON CONFLICT (rule, hour) DO UPDATE SET \
             matches = rule_hours.matches + excluded.matches, \
             last = CASE WHEN excluded.last > rule_hours.last THEN excluded.last ELSE rule_hours.last END",
            tuples(tx.conn().get_database_backend(), chunk.len(), 4)
        );
        tx.conn().run(&text, bound).await?;
    }
    tx.conn().run("DELETE FROM rule_hours WHERE hour < $1", values![newest - KEPT]).await.map(drop)
}

#[derive(FromQueryResult)]
struct Hour {
    hour: i64,
    matches: i64,
}

/// How often one rule matched on each of the last 30 days, the present 24 hours last.
pub(super) async fn days(conn: &impl ConnectionTrait, rule: &str, now: Timestamp) -> Result<Vec<i64>, DbError> {
    let mut days = vec![0; 30];
    let last = hour(now);
    let text = "SELECT hour, matches FROM rule_hours WHERE rule = $1 AND hour > $2 AND hour <= $3";
    for row in conn.rows::<Hour>(text, values![rule, last - KEPT, last]).await? {
        let back = usize::try_from((last - row.hour) / 24).unwrap_or(usize::MAX);
        if let Some(day) = days.iter_mut().rev().nth(back) {
            *day += row.matches;
        }
    }
    Ok(days)
}

/// What a query joins to have [`Firing`] by rule, and what it binds: the hours after which 24 hours, 7 days and 30 days
/// begin. Its columns are `day`, `week`, `month` and `last`.
pub(super) const BY_RULE: &str = "(SELECT rule, CAST(SUM(CASE WHEN hour > ? THEN matches ELSE 0 END) AS BIGINT) AS day, \
     CAST(SUM(CASE WHEN hour > ? THEN matches ELSE 0 END) AS BIGINT) AS week, \
     CAST(SUM(matches) AS BIGINT) AS month, MAX(last) AS last FROM rule_hours WHERE hour > ? GROUP BY rule)";

/// The values of [`BY_RULE`].
pub(super) fn since(now: Timestamp) -> [i64; 3] {
    [24, 7 * 24, KEPT].map(|hours| hour(now) - hours)
}

/// How often each rule matched in the last 30 days.
pub(super) async fn month(conn: &impl ConnectionTrait, now: Timestamp) -> Result<HashMap<String, i64>, DbError> {
    #[derive(FromQueryResult)]
    struct Row {
        rule: String,
        month: i64,
    }
    let text = "SELECT rule, CAST(SUM(matches) AS BIGINT) AS month FROM rule_hours WHERE hour > $1 GROUP BY rule";
    let rows: Vec<Row> = conn.rows(text, values![hour(now) - KEPT]).await?;
    Ok(rows.into_iter().map(|row| (row.rule, row.month)).collect())
}
