//! Budgets of time and state: a rule whose condition costs too much is switched off before it holds up everything else, a
//! correlation that remembers too much before the others forget for its sake; and nobody has to find that out by chance.

use std::collections::HashMap;
use std::time::Duration;

use model::{OpContext, Severity};

use super::state::disable;
use crate::triage::{Notice, notice};
use crate::{Desk, Problem, Topic};

/// What a rule took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// The time of all of its conditions.
    pub time: Duration,
    /// How many events its condition was asked of.
    pub asked: u64,
}

/// A rule that takes less than this per event is never switched off: a busy floor with few rules would lose good ones.
pub const CHEAP: Duration = Duration::from_micros(100);

/// The kind of these alerts.
pub const BUDGET_NOTICE: &str = "rule-budget";

/// Switches off the rule that took most, if that is more than `percent` of one processor over `elapsed` and more than
/// [`CHEAP`] per event, with an alert about it, and answers which. One at a time: with it gone, others may be within their budget. `spent` is by the ids of
/// rules.
///
/// # Errors
/// The records cannot be read or written; what is over its budget is so the next time as well.
pub async fn hold_to_time(
    desk: &Desk,
    spent: &HashMap<String, Spent>,
    elapsed: Duration,
    percent: f64,
) -> Result<Option<String>, Problem> {
    let is_dear = |spent: &Spent| spent.time.as_nanos() > CHEAP.as_nanos() * u128::from(spent.asked);
    let dear = spent.iter().filter(|(_, spent)| is_dear(spent));
    let Some((rule, most)) = dear.max_by_key(|(_, spent)| spent.time) else { return Ok(None) };
    let share = most.time.as_secs_f64() / elapsed.as_secs_f64().max(f64::EPSILON) * 100.0;
    if share <= percent {
        return Ok(None);
    }
    let reason = format!(
        "Its condition took {share:.0} % of one processor over {} s; the budget is {percent} %.",
        elapsed.as_secs()
    );
    Ok(switch_off(desk, rule, "it took too much time", reason).await?.then(|| rule.clone()))
}

/// Switches off a correlation that holds `bytes` of the `limit` that all of them may hold, which is more than `percent`,
/// with an alert about it; and answers whether it was in force.
///
/// # Errors
/// The records cannot be read or written; what is over its budget is so the next time as well.
pub async fn hold_to_state(desk: &Desk, rule: &str, bytes: u64, limit: u64, percent: f64) -> Result<bool, Problem> {
    let share = bytes as f64 / limit.max(1) as f64 * 100.0;
    let reason = format!(
        "It held {share:.0} % of the {} MiB that correlations may remember, with no room left; the budget is {percent} %.",
        limit >> 20
    );
    switch_off(desk, rule, "it remembered too much", reason).await
}

/// Switches a rule off with an alert about it, if it is in force.
async fn switch_off(desk: &Desk, rule: &str, because: &str, reason: String) -> Result<bool, Problem> {
    let Some(title) = title(desk, rule) else { return Ok(false) };
    let ctx = OpContext::system("rule budget", desk.now());
    // First the alert: a rule that is off and that nobody was told about is what must not be.
    let about = Notice {
        kind: BUDGET_NOTICE,
        about: rule.to_owned(),
        title: format!("A rule was switched off, {because}: {title}"),
        level: Severity::High,
    };
    if let Some(alert) = notice(&desk.db, &ctx, about).await? {
        desk.live.notify(Topic::Alerts, vec![alert.to_string()]);
    }
    disable(desk, &ctx, rule, reason.clone()).await?;
    tracing::error!(rule, reason, "a rule exceeded its budget and is switched off");
    Ok(true)
}

/// The title of a rule that is in force.
fn title(desk: &Desk, rule: &str) -> Option<String> {
    let set = desk.rules.load();
    let correlation = || set.find_correlation(rule).map(|correlation| &correlation.rule);
    let found = set.find(rule).and_then(|place| set.rules().get(place as usize)).or_else(correlation);
    found.map(|rule| rule.reference.title.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::improve::{Base, Opening, start};
    use crate::triage::tests::Floor;
    use db::Sql;

    const RULE: &str = "title: Dear\nid: 11111111-2222-4333-8444-555555555555\nlevel: low\nlogsource: {product: app}\n\
                        detection: {s: {a: x}, condition: s}\n";
    const ID: &str = "11111111-2222-4333-8444-555555555555";

    fn spent(millis: u64, asked: u64) -> HashMap<String, Spent> {
        HashMap::from([
            (ID.to_owned(), Spent { time: Duration::from_millis(millis), asked }),
            ("gone".to_owned(), Spent::default()),
        ])
    }

    #[tokio::test]
    async fn only_what_is_dear_and_over_its_share_is_switched_off_and_told_once() {
        for records in testkit::record_urls() {
            let floor = Floor::on(&records.url).await;
            let desk = &floor.desk;
            let file = detect::RuleFile { name: "dear.yml".to_owned(), text: RULE.into() };
            let opening =
                Opening { base: Base::BuiltIn, files: vec![file], only_first: false, setting: Default::default() };
            start(desk, opening).await.unwrap();
            let second = Duration::from_secs(1);
            // A fifth of a processor; then more, but of so many events that it is cheap for each of them.
            for within in [spent(200, 10), spent(900, 9_000)] {
                assert_eq!(hold_to_time(desk, &within, second, 25.0).await.unwrap(), None);
            }
            assert_eq!(hold_to_time(desk, &spent(300, 10), second, 25.0).await.unwrap().as_deref(), Some(ID));
            assert!(desk.rules.load().rules().is_empty());
            // What was measured before the swap says so once more; the rule is in force no longer.
            assert_eq!(hold_to_time(desk, &spent(300, 10), second, 25.0).await.unwrap(), None);
            crate::improve::enable(desk, &OpContext::system("test", desk.now()), ID, "once more".to_owned())
                .await
                .unwrap();
            assert!(hold_to_time(desk, &spent(300, 10), second, 25.0).await.unwrap().is_some());
            let alerts: Vec<Count> = desk
                .db
                .reader()
                .rows("SELECT count(*) AS n FROM alerts WHERE source = 'system'", db::values![])
                .await
                .unwrap();
            assert_eq!(alerts.first().map(|count| count.n), Some(1), "the first is still open");
        }
    }

    #[derive(sea_orm::FromQueryResult)]
    struct Count {
        n: i64,
    }
}
