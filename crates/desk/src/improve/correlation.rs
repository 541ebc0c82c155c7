//! Correlations among the rules: what each asks of the matches of other rules, and what it looks at through them.

use db::{Sql, values};
use detect::{Correlation, RuleSet};
use model::{LogSource, Name, Severity};
use sea_orm::{FromQueryResult, Value};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;

use super::RuleState;
use crate::triage::{one_of, severity};
use crate::{Desk, Problem};

/// What a correlation asks, as it is kept beside its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Asked {
    pub kind: String,
    rules: Vec<String>,
    group_by: Vec<String>,
    seconds: u64,
}

impl Asked {
    pub(super) fn of(correlation: &Correlation) -> Asked {
        Asked {
            kind: correlation.kind.as_str().to_owned(),
            rules: correlation.sources.clone(),
            group_by: correlation.group_by.clone(),
            seconds: correlation.timespan.as_secs(),
        }
    }
}

/// What a rule asks that is about the matches of other rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RuleCorrelation {
    /// `event_count`, `temporal`, …
    pub kind: String,
    /// The rules and correlations that it names, in its order.
    pub rules: Vec<NamedRule>,
    /// The fields by which it tells events apart.
    pub group_by: Vec<String>,
    /// How far apart the first and the last event may be, in seconds.
    pub timespan: u64,
}

/// A rule that another one names, or that names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NamedRule {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its level.
    #[schema(value_type = String, example = "high")]
    pub level: Severity,
    /// Whether it is switched on.
    pub state: RuleState,
}

#[derive(FromQueryResult)]
struct Row {
    id: String,
    title: String,
    level: i64,
    enabled: bool,
}

impl From<Row> for NamedRule {
    fn from(row: Row) -> NamedRule {
        let state = if row.enabled { RuleState::Enabled } else { RuleState::Disabled };
        NamedRule { id: row.id, title: row.title, level: severity(row.level), state }
    }
}

/// What a correlation asks.
pub(crate) async fn asked(desk: &Desk, correlation: &Correlation) -> Result<RuleCorrelation, Problem> {
    with_rules(desk, Asked::of(correlation)).await
}

/// The same with the rules that it names.
pub(super) async fn with_rules(desk: &Desk, asked: Asked) -> Result<RuleCorrelation, Problem> {
    let bound: Vec<Value> = asked.rules.iter().map(|id| Value::from(id.as_str())).collect();
    let mut found = db::Where::new();
    found.and(&one_of("id", bound.len()), bound).and("present = ?", values![true]);
    let text = format!("SELECT id, title, level, enabled FROM rules{}", found.text());
    let rows: Vec<Row> = desk.db.reader().rows(&text, found.values()).await?;
    let mut rows: HashMap<String, Row> = rows.into_iter().map(|row| (row.id.clone(), row)).collect();
    let rules = asked.rules.iter().filter_map(|id| rows.remove(id).map(NamedRule::from)).collect();
    Ok(RuleCorrelation { kind: asked.kind, rules, group_by: asked.group_by, timespan: asked.seconds })
}

/// The correlations that name a rule, by title.
pub(super) async fn naming(desk: &Desk, id: &str) -> Result<Vec<NamedRule>, Problem> {
    #[derive(FromQueryResult)]
    struct Said {
        id: String,
        title: String,
        level: i64,
        enabled: bool,
        correlation: String,
    }
    let text = "SELECT id, title, level, enabled, correlation FROM rules WHERE present = $1 AND correlation IS NOT NULL \
                ORDER BY LOWER(title), id";
    let rows: Vec<Said> = desk.db.reader().rows(text, values![true]).await?;
    let mut naming = Vec::new();
    for Said { id: own, title, level, enabled, correlation } in rows {
        let asked: Asked = serde_json::from_str(&correlation).map_err(|error| Problem::internal(&error))?;
        if asked.rules.iter().any(|named| named == id) {
            naming.push(Row { id: own, title, level, enabled }.into());
        }
    }
    Ok(naming)
}

/// What correlations look at: what the log sources of the rules that they name have in common. By id.
pub(super) fn looked_at(set: &RuleSet) -> HashMap<&str, LogSource> {
    let mut known: HashMap<&str, LogSource> =
        set.rules().iter().map(|rule| (rule.reference.id.as_str(), rule.log_source)).collect();
    let mut open: Vec<&Correlation> = set.correlations().iter().collect();
    // Each round has at least one whose rules are all known: there are no circles.
    while !open.is_empty() {
        let before = open.len();
        open.retain(|correlation| {
            let sources: Option<Vec<LogSource>> =
                correlation.sources.iter().map(|id| known.get(id.as_str()).copied()).collect();
            match sources.and_then(|sources| sources.into_iter().reduce(common)) {
                Some(common) => known.insert(correlation.rule.reference.id.as_str(), common).is_some(),
                None => true,
            }
        });
        if open.len() == before {
            break;
        }
    }
    known
}

/// What two log sources have in common. A service says something of its product only.
fn common(one: LogSource, other: LogSource) -> LogSource {
    let product = if one.product == other.product { one.product } else { Name::NONE };
    let service = if one.service == other.service && !product.is_none() { one.service } else { Name::NONE };
    let shared = one.categories().filter(|name| other.categories().any(|same| same == *name));
    shared.fold(LogSource::new(product, service), LogSource::with_category)
}

#[cfg(test)]
mod tests {
    use super::common;
    use crate::improve::telemetry::wanted;

    #[test]
    fn what_two_log_sources_have_in_common() {
        let process = wanted("windows", "", "process_creation");
        assert_eq!(common(process, process), process);
        assert_eq!(common(process, wanted("windows", "sysmon", "")), wanted("windows", "", ""));
        assert_eq!(common(process, wanted("linux", "", "process_creation")), wanted("", "", "process_creation"));
        let security = wanted("windows", "security", "");
        assert_eq!(common(security, security), security);
        assert_eq!(common(security, wanted("other", "security", "")), wanted("", "", ""));
    }
}
