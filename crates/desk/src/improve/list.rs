//! The list of rules: filters, orders, pages, and how many there are of each kind.

use db::{Sql, Where, values};
use model::{Severity, Timestamp};
use sea_orm::{FromQueryResult, Value};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::fired::{self, Firing};
use super::{RuleEntry, RuleState, telemetry};
use crate::triage::request::{Page, cursor, filter_text, limit, read_cursor};
use crate::triage::{PersonRef, containing, listed, one_of, severity, unknown, words};
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
    /// Whether it runs.
    pub state: RuleState,
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
    /// The events that it looks at: `windows / process_creation`.
    pub log_source: String,
    /// Whether such an event has ever come in.
    pub telemetry: bool,
    /// Its tags, in lower case.
    pub tags: Vec<String>,
    /// How often it matched, counted by the hour of receipt.
    pub fired: Firing,
    /// When its text last changed, or its state.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// The filter as it is typed. Lists are separated by commas.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RuleQuery {
    /// A part of title, id, file, tag, author, description or log source.
    pub q: Option<String>,
    /// `enabled`, `disabled`; both if absent.
    pub state: Option<String>,
    /// `critical`, `high`, `medium`, `low`, `info`.
    pub level: Option<String>,
    /// `built-in`, `folder`, or names of imports.
    pub source: Option<String>,
    /// Tags; a technique includes its sub-techniques.
    pub tag: Option<String>,
    /// `yes`: such events have come in; `no`: none has.
    pub telemetry: Option<String>,
    /// `title` (the default), `level`, `fired` or `updated`; worst, most or newest first.
    pub sort: Option<String>,
    /// Rules on a page: 1 to 500, 100 when not said.
    #[param(value_type = Option<u32>)]
    pub limit: Option<String>,
    /// `next` of the page before.
    pub cursor: Option<String>,
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

/// How many rules there are of each kind; each list under all filters but its own.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleFacets {
    /// By state.
    pub state: Vec<RuleFacet>,
    /// By level.
    pub level: Vec<RuleFacet>,
    /// By source.
    pub source: Vec<RuleFacet>,
    /// By whether such events have come in: `yes`, `no`.
    pub telemetry: Vec<RuleFacet>,
    /// Documents of the stored files that do not load.
    pub refused: i64,
}

/// A value and how many rules have it.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RuleFacet {
    /// The value, as the filter takes it.
    pub value: String,
    /// How many.
    pub count: i64,
}

const COLUMNS: &str = "id, version, source, file, revision, title, level, status, product, service, category, tags, enabled, \
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

impl Row {
    fn read(self, received: &[model::LogSource]) -> Result<RuleRow, Problem> {
        let wanted = telemetry::wanted(&self.product, &self.service, &self.category);
        let set_by = match (self.set_by, self.set_by_name) {
            (id, Some(name)) => Some(PersonRef {
                id: id.as_deref().map(str::parse).transpose().map_err(|error: model::IdError| Problem::internal(&error))?,
                name,
            }),
            _ => None,
        };
        Ok(RuleRow {
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
            telemetry: telemetry::seen(received, &wanted),
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
    row.ok_or_else(absent)?.read(&telemetry::received(desk).await?)
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
    let received = telemetry::received(desk).await?;
    let mut found = Where::new();
    let table = joined(&mut found, desk.now());
    conditions(&mut found, query, &received, desk, None).await?;
    let (most, after) = (found.bind(i64::from(limit)), found.bind(skipped));
    let text = format!(
        "SELECT {COLUMNS} FROM {table}{} ORDER BY {} LIMIT {most} OFFSET {after}",
        found.text(),
        sort.order()
    );
    let mut all = Where::new();
    conditions(&mut all, query, &received, desk, None).await?;
    let count = format!("SELECT COUNT(*) FROM rules{}", all.text());
    let (rows, total) = tokio::try_join!(
        desk.db.reader().rows::<Row>(&text, found.values()),
        desk.db.reader().scalar::<i64>(&count, all.values()),
    )?;
    let items: Vec<RuleRow> = rows.into_iter().map(|row| row.read(&received)).collect::<Result<_, _>>()?;
    let reached = skipped.saturating_add(i64::try_from(items.len()).unwrap_or(i64::MAX));
    let more = !items.is_empty() && reached < total.unwrap_or(0);
    Ok(Page { items, next: more.then(|| cursor(sort.as_str(), &[reached])), total })
}

/// A filter that can be left out, to count by it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Facet {
    State,
    Level,
    Source,
    Telemetry,
}

#[derive(FromQueryResult)]
struct Triple {
    product: String,
    service: String,
    category: String,
    count: i64,
}

async fn conditions(
    found: &mut Where,
    query: &RuleQuery,
    received: &[model::LogSource],
    desk: &Desk,
    without: Option<Facet>,
) -> Result<(), Problem> {
    found.and("present = ?", values![true]);
    let mut states = Vec::new();
    for word in listed(query.state.as_deref()) {
        let state = RuleState::parse(word).ok_or_else(|| unknown("state", word))?;
        states.push(Value::from(state == RuleState::Enabled));
    }
    if !states.is_empty() && without != Some(Facet::State) {
        found.and(&one_of("enabled", states.len()), states);
    }
    let mut ranks = Vec::new();
    for word in listed(query.level.as_deref()) {
        let level = Severity::parse(word).ok_or_else(|| unknown("level", word))?;
        ranks.push(Value::from(i64::from(level.rank())));
    }
    if !ranks.is_empty() && without != Some(Facet::Level) {
        found.and(&one_of("level", ranks.len()), ranks);
    }
    let source = filter_text("source", query.source.clone())?;
    let sources: Vec<Value> = listed(source.as_deref()).map(Value::from).collect();
    if !sources.is_empty() && without != Some(Facet::Source) {
        found.and(&one_of("source", sources.len()), sources);
    }
    let tag = filter_text("tag", query.tag.clone())?.map(|tag| tag.to_lowercase());
    for tag in listed(tag.as_deref()) {
        let exact = containing(&format!("\"{tag}\""));
        let under = containing(&format!("\"{tag}."));
        found.and("tags LIKE ? ESCAPE '\\' OR tags LIKE ? ESCAPE '\\'", values![exact, under]);
    }
    if let Some(text) = filter_text("q", query.q.clone())? {
        found.and("words LIKE ? ESCAPE '\\'", values![containing(&text.to_lowercase())]);
    }
    match query.telemetry.as_deref() {
        None | Some("") => {}
        Some(word @ ("yes" | "no")) if without != Some(Facet::Telemetry) => {
            let text = "SELECT product, service, category, COUNT(*) AS count FROM rules GROUP BY product, service, category";
            let mut triples: Vec<Triple> = desk.db.reader().rows(text, values![]).await?;
            triples.retain(|row| telemetry::seen(received, &row.wanted()) == (word == "yes"));
            let each = vec!["product = ? AND service = ? AND category = ?"; triples.len()].join(" OR ");
            let bound = triples.into_iter().flat_map(|row| values![row.product, row.service, row.category]).collect();
            found.and(if each.is_empty() { "1 = 0" } else { &each }, bound);
        }
        Some("yes" | "no") => {}
        Some(word) => return Err(unknown("telemetry", word)),
    }
    Ok(())
}

impl Triple {
    fn wanted(&self) -> model::LogSource {
        telemetry::wanted(&self.product, &self.service, &self.category)
    }
}

#[derive(FromQueryResult)]
struct ByState {
    enabled: bool,
    count: i64,
}

#[derive(FromQueryResult)]
struct ByLevel {
    level: i64,
    count: i64,
}

#[derive(FromQueryResult)]
struct BySource {
    source: String,
    count: i64,
}

/// How many rules there are of each kind.
pub(super) async fn facets(desk: &Desk, query: &RuleQuery) -> Result<RuleFacets, Problem> {
    let received = telemetry::received(desk).await?;
    let grouped = async |facet: Facet, columns: &str| {
        let mut found = Where::new();
        conditions(&mut found, query, &received, desk, Some(facet)).await?;
        let text = format!("SELECT {columns}, COUNT(*) AS count FROM rules{} GROUP BY {columns}", found.text());
        Ok::<_, Problem>((text, found.values()))
    };
    let reader = desk.db.reader();
    let (text, bound) = grouped(Facet::State, "enabled").await?;
    let by_state: Vec<ByState> = reader.rows(&text, bound).await?;
    let (text, bound) = grouped(Facet::Level, "level").await?;
    let mut by_level: Vec<ByLevel> = reader.rows(&text, bound).await?;
    let (text, bound) = grouped(Facet::Source, "source").await?;
    let mut by_source: Vec<BySource> = reader.rows(&text, bound).await?;
    let (text, bound) = grouped(Facet::Telemetry, "product, service, category").await?;
    let triples: Vec<Triple> = reader.rows(&text, bound).await?;
    by_level.sort_by_key(|row| -row.level);
    by_source.sort_by(|a, b| a.source.cmp(&b.source));
    let state = |state: RuleState| {
        let enabled = state == RuleState::Enabled;
        let count = by_state.iter().filter(|row| row.enabled == enabled).map(|row| row.count).sum();
        RuleFacet { value: state.to_string(), count }
    };
    let with = |seen: bool| {
        let counted = triples.iter().filter(|row| telemetry::seen(&received, &row.wanted()) == seen);
        RuleFacet { value: if seen { "yes" } else { "no" }.to_owned(), count: counted.map(|row| row.count).sum() }
    };
    let level = |row: ByLevel| RuleFacet { value: severity(row.level).as_str().to_owned(), count: row.count };
    Ok(RuleFacets {
        state: RuleState::ALL.iter().map(|one| state(*one)).collect(),
        telemetry: [true, false].map(with).into(),
        level: by_level.into_iter().map(level).collect(),
        source: by_source.into_iter().map(|row| RuleFacet { value: row.source, count: row.count }).collect(),
        refused: i64::try_from(desk.rulebook.refused().len()).unwrap_or(i64::MAX),
    })
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
