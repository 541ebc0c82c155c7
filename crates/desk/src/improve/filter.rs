//! Which rules a list shows, and how many there are of each kind.

use db::{Sql, Where, values};
use model::{LogSource, Severity};
use sea_orm::{FromQueryResult, Value};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{RuleState, telemetry};
use crate::triage::request::filter_text;
use crate::triage::{containing, listed, one_of, severity, unknown};
use crate::{Desk, Problem};

/// Log sources of rules that one question can tell apart; a database takes some 32,000 values in a statement.
const MAX_LOG_SOURCES: usize = 10_000;

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

/// A filter that can be left out, to count by it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Facet {
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

pub(super) async fn conditions(
    found: &mut Where,
    query: &RuleQuery,
    received: &[LogSource],
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
            if triples.len() > MAX_LOG_SOURCES {
                let detail = format!("The rules name more than {MAX_LOG_SOURCES} log sources; they cannot be told apart by `telemetry`.");
                return Err(Problem::bad_request("request.filter", detail));
            }
            // A list and not a chain of `OR`, whose depth a database bounds.
            let each = vec!["(?, ?, ?)"; triples.len()].join(", ");
            let among = format!("(product, service, category) IN (VALUES {each})");
            let bound = triples.into_iter().flat_map(|row| values![row.product, row.service, row.category]).collect();
            found.and(if each.is_empty() { "1 = 0" } else { &among }, bound);
        }
        Some("yes" | "no") => {}
        Some(word) => return Err(unknown("telemetry", word)),
    }
    Ok(())
}

impl Triple {
    fn wanted(&self) -> LogSource {
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
