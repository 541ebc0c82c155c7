//! The budget of a rule: so many new alerts an hour. What comes beyond is counted into one alert of that rule.
//!
//! Whoever chooses host and account names could otherwise bury the queue under one rule. Nothing is lost by it: the count is
//! exact, the first events are referred to, and alerts that are open go on counting their own.

use db::{DbError, Sql, Tx, values};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::absorb::Group;
use super::detected::fingerprint;
use super::store::tuples;

/// Alerts that one rule may open within [`PERIOD`]. A worm on every workstation of a company shows each of them; more than
/// this nobody reads one by one.
pub const BUDGET: usize = 1_000;

/// The time that [`BUDGET`] is for, by receive time.
pub const PERIOD: Duration = Duration::from_secs(60 * 60);

/// The group key of what is beyond the budget; those of hosts and accounts are JSON lists.
const KEY: &str = "collapsed";

/// Takes the groups that their rules have no budget left for out of `fresh`, which is in the order of the log, and gives them
/// back as one group a rule, by fingerprint.
pub(super) async fn beyond_budget(
    tx: &Tx,
    fresh: &mut Vec<(String, Group)>,
) -> Result<BTreeMap<String, Group>, DbError> {
    let mut left = budgets(tx, fresh).await?;
    let mut beyond: BTreeMap<String, Group> = BTreeMap::new();
    let mut within = Vec::with_capacity(fresh.len());
    for (print, mut group) in fresh.drain(..) {
        match left.get_mut(&group.rule.id) {
            Some(0) => {
                group.key = KEY.to_owned();
                match beyond.get_mut(&fingerprint(&group.rule.id, KEY)) {
                    Some(one) => one.join(group),
                    None => drop(beyond.insert(fingerprint(&group.rule.id, KEY), group.of_many())),
                }
            }
            left => {
                left.into_iter().for_each(|left| *left -= 1);
                within.push((print, group));
            }
        }
    }
    *fresh = within;
    Ok(beyond)
}

#[derive(FromQueryResult)]
struct Opened {
    rule: String,
    count: i64,
}

/// How many alerts each rule of `fresh` may still open.
async fn budgets(tx: &Tx, fresh: &[(String, Group)]) -> Result<HashMap<String, usize>, DbError> {
    let mut since: BTreeMap<&str, i64> = BTreeMap::new();
    for (_, group) in fresh {
        let received = group.first_received().minus(PERIOD).nanos();
        let earliest = since.entry(&group.rule.id).or_insert(received);
        *earliest = received.max(*earliest);
    }
    let mut left: HashMap<String, usize> = since.keys().map(|rule| ((*rule).to_owned(), BUDGET)).collect();
    let rules: Vec<(&str, i64)> = since.into_iter().collect();
    for chunk in rules.chunks(1_000) {
        let text = format!(
            "WITH asked (rule, since) AS (VALUES {}) SELECT asked.rule AS rule, COUNT(*) AS count FROM asked \
             JOIN alerts ON alerts.rule_id = asked.rule AND alerts.created_at > asked.since GROUP BY asked.rule",
            tuples(tx.conn().get_database_backend(), chunk.len(), 2)
        );
        let bound: Vec<Value> = chunk.iter().flat_map(|(rule, since)| values![*rule, *since]).collect();
        let rows: Vec<Opened> = tx.conn().rows(&text, bound).await?;
        for row in rows {
            let opened = usize::try_from(row.count).unwrap_or(usize::MAX);
            left.insert(row.rule, BUDGET.saturating_sub(opened));
        }
    }
    Ok(left)
}
