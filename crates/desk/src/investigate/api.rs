//! The routes of the investigation.

use axum::Json;
use axum::extract::{Path, State};
use lake::{Bucket, LakeError, Table};
use model::{EventId, Field, FieldKind, Timestamp};
use query::{QueryError, Search};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{EventDetail, FieldDetail};
use crate::access::Principal;
use crate::triage::request::{Params, instant, limit};
use crate::{Desk, Problem};

/// Rows of an answer.
const MAX_ROWS: u32 = 10_000;
/// Bars of a histogram.
const MAX_BUCKETS: u32 = 500;
/// Columns of an answer.
const MAX_COLUMNS: usize = 64;
/// Bytes of a query.
const MAX_QUERY: usize = 16 * 1024;

/// The room's routes.
pub fn routes() -> OpenApiRouter<Desk> {
    OpenApiRouter::new()
        .routes(routes!(search))
        .routes(routes!(fields))
        .routes(routes!(histogram))
        .routes(routes!(event))
}

/// A search as it is typed.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// The query; empty means every event.
    pub q: Option<String>,
    /// `bar` (the default) or `sql`: one SELECT over the table `events`.
    pub lang: Option<String>,
    /// Event time at this instant or later.
    pub from: Option<String>,
    /// Event time before this instant.
    pub to: Option<String>,
    /// Rows: 1 to 10,000, 100 when not said.
    #[param(value_type = Option<u32>)]
    pub limit: Option<String>,
    /// Columns, separated by commas; the usual ones when not said.
    pub columns: Option<String>,
    /// Bars of the histogram: 1 to 500, 60 when not said.
    #[param(value_type = Option<u32>)]
    pub buckets: Option<String>,
}

/// The fields of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldList {
    /// By name.
    pub items: Vec<FieldDetail>,
}

/// Events over time.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventHistogram {
    /// The bars: `from`, `to`, `count`.
    #[schema(value_type = Vec<Object>)]
    pub buckets: Vec<Bucket>,
}

impl SearchQuery {
    fn text(&self) -> Result<&str, Problem> {
        let text = self.q.as_deref().unwrap_or_default();
        if text.len() > MAX_QUERY {
            return Err(Problem::bad_request("query.too_long", format!("A query has at most {MAX_QUERY} bytes.")));
        }
        Ok(text)
    }

    /// The plan of a query in the language of the search bar.
    fn plan(&self, rows: u32, now: Timestamp) -> Result<Search, Problem> {
        let columns: Vec<String> = self
            .columns
            .as_deref()
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect();
        if columns.len() > MAX_COLUMNS {
            return Err(Problem::bad_request("query.columns", format!("An answer has at most {MAX_COLUMNS} columns.")));
        }
        Ok(Search {
            filter: query::parse_bar(self.text()?, now).map_err(query_problem)?,
            from: instant("from", self.from.as_deref())?,
            to: instant("to", self.to.as_deref())?,
            columns,
            limit: rows as usize,
        })
    }
}

/// Searches the events.
#[utoipa::path(get, path = "/api/v1/search", tag = "investigate", params(SearchQuery),
    responses((status = 200, body = Object, description = "columns, rows, stats"), (status = 400, body = Problem)))]
async fn search(
    State(desk): State<Desk>,
    _: Principal,
    Params(query): Params<SearchQuery>,
) -> Result<Json<Table>, Problem> {
    let rows = limit(query.limit.as_deref(), 100, MAX_ROWS)?;
    let table = match query.lang.as_deref() {
        None | Some("" | "bar") => desk.lake.search(&query.plan(rows, desk.now())?).await,
        Some("sql") if query.from.is_some() || query.to.is_some() => {
            return Err(Problem::bad_request("query.range", "SQL says its own range: put it into WHERE."));
        }
        Some("sql") => desk.lake.sql(query.text()?, rows as usize).await,
        Some(_) => return Err(Problem::bad_request("query.language", "`lang` is `bar` or `sql`.")),
    };
    table.map(Json).map_err(lake_problem)
}

/// The fields that can be searched for.
#[utoipa::path(get, path = "/api/v1/search/fields", tag = "investigate", responses((status = 200, body = FieldList)))]
async fn fields(_: Principal) -> Json<FieldList> {
    let detail = |(_, info): (Field, &model::FieldInfo)| FieldDetail {
        name: info.name,
        kind: match info.kind {
            FieldKind::Keyword => "keyword",
            FieldKind::Text => "text",
            FieldKind::Ip => "ip",
            FieldKind::Long => "long",
            FieldKind::Date => "date",
        },
        meaning: info.meaning,
    };
    let mut items: Vec<FieldDetail> = Field::catalogue().map(detail).collect();
    items.sort_by_key(|field| field.name);
    Json(FieldList { items })
}

/// Counts the events over time.
#[utoipa::path(get, path = "/api/v1/search/histogram", tag = "investigate", params(SearchQuery),
    responses((status = 200, body = EventHistogram), (status = 400, body = Problem)))]
async fn histogram(
    State(desk): State<Desk>,
    _: Principal,
    Params(query): Params<SearchQuery>,
) -> Result<Json<EventHistogram>, Problem> {
    let bars = limit(query.buckets.as_deref(), 60, MAX_BUCKETS)?;
    if !matches!(query.lang.as_deref(), None | Some("" | "bar")) {
        return Err(Problem::bad_request("query.language", "Only a query of the search bar has a histogram."));
    }
    let buckets = desk.lake.histogram(&query.plan(1, desk.now())?, bars as usize).await.map_err(lake_problem)?;
    Ok(Json(EventHistogram { buckets }))
}

/// One event.
#[utoipa::path(get, path = "/api/v1/events/{id}", tag = "investigate", params(("id" = String, Path, example = "1-42")),
    responses((status = 200, body = EventDetail), (status = 404, body = Problem)))]
async fn event(State(desk): State<Desk>, _: Principal, Path(id): Path<String>) -> Result<Json<EventDetail>, Problem> {
    // What is no id is the same as an absent event.
    let id: EventId = id.parse().map_err(|_| Problem::not_found("event"))?;
    let event = desk.lake.get(id).await.map_err(lake_problem)?.ok_or_else(|| Problem::not_found("event"))?;
    Ok(Json(EventDetail::of(id, &event)))
}

/// What was wrong with a query, where, and what to do.
fn query_problem(error: QueryError) -> Problem {
    let place = format!("{}–{}", error.span[0], error.span[1]);
    Problem::bad_request(error.code, format!("{} (at {place}) {}", error.message, error.remedy)).at(error.span)
}

/// What the lake could not do.
pub(crate) fn lake_problem(error: LakeError) -> Problem {
    match error {
        LakeError::Query { code, message } => Problem::bad_request(code, message),
        other => Problem::internal(&other),
    }
}
