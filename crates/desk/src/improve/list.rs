//! The list of rules: rows, orders, pages.

use db::{Sql, Where, values};
use detect::RuleSet;
use model::{LogSource, Severity, Timestamp};
use sea_orm::FromQueryResult;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

use super::correlation::Asked;
use super::filter::{RuleQuery, conditions};
use super::fired::{self, Firing};
use super::{RuleEntry, RuleRefusal, RuleState, telemetry};
use crate::triage::request::{Page, cursor, limit, read_cursor};
use crate::triage::{PersonRef, severity, unknown, words};
use crate::{Desk, Problem};

/// The most rules on one page.
const MAX_PAGE: u32 = 500;

/// A rule as the list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RuleRow {
    /// Its id.
    pub id: String,
    /// Rises by one with each change; the ETag.
    pub version: i64,
    /// Its title.
    pub title: String,
    /// Its level.
    #[schema(value_type = String, example = "high")]
    pub level: Severity,
    /// `stable`, `test`, `experimental`, …, as the rule says.
    pub status: Option<String>,
    /// Whether it is switched on.
    pub state: RuleState,
    /// Why it does not run although it is switched on: a correlation stops with a rule that it names.
    pub stopped: Option<RuleRefusal>,
    /// Why it was switched off or on, where somebody did.
    pub reason: Option<String>,
    /// Who did.
    pub set_by: Option<PersonRef>,
    /// When.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub set_at: Option<Timestamp>,
    /// Where it came from: `built-in`, `folder`, or the name of an import.
    pub source: String,
    /// The file there; `name#2` for the second document of a file.
    pub file: String,
    /// 16 hexadecimal digits over the rule's text.
    pub revision: String,
    /// What it asks of the matches of other rules: `event_count`, `temporal`, …; null for a rule of single events.
    pub correlation: Option<String>,
    /// Whether it only feeds correlations: its matches are counted, and are no alerts.
    pub silent: bool,
    /// The events that it looks at: `windows / process_creation`. Of a correlation what those of its rules have in common.
    pub log_source: String,
    /// Whether such an event has ever come in.
    pub telemetry: bool,
    /// Its tags, in lower case.
    pub tags: Vec<String>,
    /// How often it matched, counted by the hour of receipt; a correlation once for all events of a hit, one that only feeds
    /// others never.
    pub fired: Firing,
    /// When its text last changed, or its state.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

words! {
    /// The order of the list.
    RuleSort {
        /// By title.
        Title = "title",
        /// Worst first.
        Level = "level",
        /// Most matches in 24 hours, then in 7 days, then in 30.
        Fired = "fired",
        /// Changed last first.
        Updated = "updated",
    }
}

impl RuleSort {
    const fn order(self) -> &'static str {
        match self {
            RuleSort::Title => "LOWER(title), id",
            RuleSort::Level => "level DESC, LOWER(title), id",
            RuleSort::Fired => "day DESC, week DESC, month DESC, LOWER(title), id",
            RuleSort::Updated => "updated_at DESC, LOWER(title), id",
        }
    }
}

const COLUMNS: &str = "id, version, source, file, revision, title, level, status, product, service, category, tags, correlation, enabled, \
     reason, set_by, set_by_name, set_at, updated_at, COALESCE(day, 0) AS day, COALESCE(week, 0) AS week, \
     COALESCE(month, 0) AS month, last";

#[derive(FromQueryResult)]
struct Row {
    id: String,
    version: i64,
    source: String,
    file: String,
    revision: String,
    title: String,
    level: i64,
    status: Option<String>,
    product: String,
    service: String,
    category: String,
    tags: String,
    correlation: Option<String>,
    enabled: bool,
    reason: Option<String>,
    set_by: Option<String>,
    set_by_name: Option<String>,
    set_at: Option<i64>,
    updated_at: i64,
    day: i64,
    week: i64,
    month: i64,
    last: Option<i64>,
}

/// What is in force and what comes in: what the rows do not say.
pub(super) struct Standing {
    pub received: Arc<Vec<LogSource>>,
    set: Arc<RuleSet>,
    refused: Arc<Vec<RuleRefusal>>,
}

impl Standing {
    pub(super) async fn of(desk: &Desk) -> Result<Standing, Problem> {
        let received = telemetry::received(desk).await?;
        Ok(Standing { received, set: desk.rules.load_full(), refused: desk.rulebook.refused() })
    }

    /// Whether a rule is in force.
    pub(super) fn runs(&self, id: &str) -> bool {
        self.set.find(id).is_some() || self.set.find_correlation(id).is_some()
    }

    /// Why a rule that is switched on is not in force.
    fn stopped(&self, id: &str, file: &str) -> Option<RuleRefusal> {
        if self.runs(id) { None } else { self.refused.iter().find(|refusal| refusal.name == file).cloned() }
    }

    fn is_silent(&self, id: &str) -> bool {
        match self.set.find(id) {
            Some(place) => !self.set.alerts(place),
            None => self.set.find_correlation(id).is_some_and(|correlation| !correlation.alerts),
        }
    }
}

impl Row {
    fn read(self, standing: &Standing) -> Result<RuleRow, Problem> {
        let wanted = telemetry::wanted(&self.product, &self.service, &self.category);
        let set_by = match (self.set_by, self.set_by_name) {
            (id, Some(name)) => Some(PersonRef {
                id: id.as_deref().map(str::parse).transpose().map_err(|error: model::IdError| Problem::internal(&error))?,
                name,
            }),
            _ => None,
        };
        let asked: Option<Asked> = self.correlation.as_deref().map(serde_json::from_str).transpose().map_err(|error| Problem::internal(&error))?;
        Ok(RuleRow {
            stopped: if self.enabled { standing.stopped(&self.id, &self.file) } else { None },
            correlation: asked.map(|asked| asked.kind),
            silent: standing.is_silent(&self.id),
            id: self.id,
            version: self.version,
            title: self.title,
            level: severity(self.level),
            status: self.status,
            state: if self.enabled { RuleState::Enabled } else { RuleState::Disabled },
            reason: self.reason,
            set_by,
            set_at: self.set_at.map(Timestamp),
            source: self.source,
            file: self.file,
            revision: self.revision,
            log_source: wanted.to_string(),
            telemetry: telemetry::seen(&standing.received, &wanted),
            tags: serde_json::from_str(&self.tags).map_err(|error| Problem::internal(&error))?,
            fired: Firing { day: self.day, week: self.week, month: self.month, last: self.last.map(Timestamp) },
            updated_at: Timestamp(self.updated_at),
        })
    }
}

/// The table with its counts. It binds three values, which come first.
fn joined(from: &mut Where, now: Timestamp) -> String {
    let mut counts = fired::BY_RULE.to_owned();
    for hour in fired::since(now) {
        let place = from.bind(hour);
        counts = counts.replacen('?', &place, 1);
    }
    format!("rules LEFT JOIN {counts} AS fired ON fired.rule = rules.id")
}

/// What a correlation asks, as it is stored; none for a rule of single events.
pub(super) async fn asked(desk: &Desk, id: &str) -> Result<Option<Asked>, Problem> {
    let text = "SELECT correlation FROM rules WHERE id = $1";
    let stored: Option<Option<String>> = desk.db.reader().scalar(text, values![id]).await?;
    stored.flatten().map(|text| serde_json::from_str(&text)).transpose().map_err(|error| Problem::internal(&error))
}

/// One rule.
pub(super) async fn fetch(desk: &Desk, id: &str) -> Result<RuleRow, Problem> {
    let absent = || Problem::not_found("rule");
    if id.contains('\0') {
        return Err(absent());
    }
    let mut found = Where::new();
    let table = joined(&mut found, desk.now());
    found.and("id = ? AND present = ?", values![id, true]);
    let text = format!("SELECT {COLUMNS} FROM {table}{}", found.text());
    let row: Option<Row> = desk.db.reader().row(&text, found.values()).await?;
    row.ok_or_else(absent)?.read(&Standing::of(desk).await?)
}

/// One page of rules. A rule that comes or goes between two pages may be missed or seen twice.
pub(super) async fn page(desk: &Desk, query: &RuleQuery) -> Result<Page<RuleRow>, Problem> {
    let sort = match query.sort.as_deref() {
        None | Some("") => RuleSort::Title,
        Some(word) => RuleSort::parse(word).ok_or_else(|| unknown("sort", word))?,
    };
    let limit = limit(query.limit.as_deref(), 100, MAX_PAGE)?;
    let skipped = match query.cursor.as_deref().filter(|text| !text.is_empty()) {
        Some(text) => read_cursor::<1>(sort.as_str(), text)?[0].max(0),
        None => 0,
    };
    let standing = Standing::of(desk).await?;
    let mut found = Where::new();
    let table = joined(&mut found, desk.now());
    conditions(&mut found, query, &standing.received, desk, None).await?;
    let (most, after) = (found.bind(i64::from(limit)), found.bind(skipped));
    let text = format!(
        "SELECT {COLUMNS} FROM {table}{} ORDER BY {} LIMIT {most} OFFSET {after}",
        found.text(),
        sort.order()
    );
    let mut all = Where::new();
    conditions(&mut all, query, &standing.received, desk, None).await?;
    let count = format!("SELECT COUNT(*) FROM rules{}", all.text());
    let (rows, total) = tokio::try_join!(
        desk.db.reader().rows::<Row>(&text, found.values()),
        desk.db.reader().scalar::<i64>(&count, all.values()),
    )?;
    let items: Vec<RuleRow> = rows.into_iter().map(|row| row.read(&standing)).collect::<Result<_, _>>()?;
    let reached = skipped.saturating_add(i64::try_from(items.len()).unwrap_or(i64::MAX));
    let more = !items.is_empty() && reached < total.unwrap_or(0);
    Ok(Page { items, next: more.then(|| cursor(sort.as_str(), &[reached])), total })
}

#[derive(FromQueryResult)]
struct EntryRow {
    id: String,
    source: String,
    file: String,
    revision: String,
    title: String,
    level: i64,
}

/// Every rule with its source, as an import compares them.
pub(super) async fn entries(desk: &Desk) -> Result<Vec<(String, RuleEntry)>, Problem> {
    let text = "SELECT id, source, file, revision, title, level FROM rules WHERE present = $1";
    let rows: Vec<EntryRow> = desk.db.reader().rows(text, values![true]).await?;
    let read = |row: EntryRow| {
        let level = severity(row.level);
        (row.source, RuleEntry { id: row.id, title: row.title, level, file: row.file, version: row.revision })
    };
    Ok(rows.into_iter().map(read).collect())
}
