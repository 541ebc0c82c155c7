//! The routes of rules.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::coverage::{self, RuleCoverage};
use super::detail::{self, RuleDetail};
use super::filter::{self, RuleFacets, RuleQuery};
use super::list::{self, RuleRow};
use super::{Import, ImportReport, Removal, RuleRefusal, RuleState, import, object, remove, rule_files, state};
use crate::access::Principal;
use crate::triage::notes::PageQuery;
use crate::triage::request::{Body, IfMatch, Page, Params, tagged};
use crate::triage::{History, history_of};
use crate::{Desk, Problem};

/// The room's routes.
pub fn routes() -> OpenApiRouter<Desk> {
    OpenApiRouter::new()
        .routes(routes!(rules))
        .routes(routes!(facets))
        .routes(routes!(cover))
        .routes(routes!(refused))
        .routes(routes!(rule))
        .routes(routes!(enable))
        .routes(routes!(disable))
        .routes(routes!(history))
        .routes(routes!(remove_source))
}

/// The route of imports, which takes bodies of its own size.
pub fn import_routes() -> OpenApiRouter<Desk> {
    OpenApiRouter::new().routes(routes!(import_rules))
}

/// Why a rule is switched on or off.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SwitchRequest {
    /// Plain text, 1 to 2,000 bytes. It stands beside the rule and in the journal.
    #[schema(max_length = 2000, min_length = 1)]
    pub reason: String,
}

/// Why a source goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemovalRequest {
    /// Plain text, 1 to 2,000 bytes; it stands in the journal. A dry run needs none.
    #[schema(max_length = 2000)]
    #[serde(default)]
    pub reason: String,
}

/// Whether a source goes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RemovalQuery {
    /// Only say what would change.
    #[param(value_type = Option<bool>)]
    pub dry_run: Option<String>,
}

/// What an import is.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// The source whose rules these are: letters, digits, `.`, `_` and `-`; `import` if absent. The rules that it had and has
    /// no more are removed.
    pub source: Option<String>,
    /// Only say what would change.
    #[param(value_type = Option<bool>)]
    pub dry_run: Option<String>,
}

/// The rules, by title unless the filter says otherwise
#[utoipa::path(get, path = "/api/v1/rules", tag = "rules", params(RuleQuery),
    responses((status = 200, body = Page<RuleRow>), (status = 400, body = Problem)))]
async fn rules(
    State(desk): State<Desk>,
    _: Principal,
    Params(query): Params<RuleQuery>,
) -> Result<Json<Page<RuleRow>>, Problem> {
    list::page(&desk, &query).await.map(Json)
}

/// How many rules there are of each kind
#[utoipa::path(get, path = "/api/v1/rules/facets", tag = "rules", params(RuleQuery),
    responses((status = 200, body = RuleFacets), (status = 400, body = Problem)))]
async fn facets(
    State(desk): State<Desk>,
    _: Principal,
    Params(query): Params<RuleQuery>,
) -> Result<Json<RuleFacets>, Problem> {
    filter::facets(&desk, &query).await.map(Json)
}

/// What the rules look for, by ATT&CK tactic and technique
#[utoipa::path(get, path = "/api/v1/rules/coverage", tag = "rules", responses((status = 200, body = RuleCoverage)))]
async fn cover(State(desk): State<Desk>, _: Principal) -> Result<Json<RuleCoverage>, Problem> {
    coverage::coverage(&desk).await.map(Json)
}

/// What of the stored files does not load, with code, place and remedy
#[utoipa::path(get, path = "/api/v1/rules/refused", tag = "rules", params(PageQuery),
    responses((status = 200, body = Page<RuleRefusal>), (status = 400, body = Problem)))]
async fn refused(
    State(desk): State<Desk>,
    _: Principal,
    Params(query): Params<PageQuery>,
) -> Result<Json<Page<RuleRefusal>>, Problem> {
    query.of("rules.refused", desk.rulebook.refused().to_vec(), 500).map(Json)
}

/// One rule with its text, findings, counts and samples
#[utoipa::path(get, path = "/api/v1/rules/{id}", tag = "rules", params(("id" = String, Path)),
    responses((status = 200, body = RuleDetail), (status = 404, body = Problem)))]
async fn rule(State(desk): State<Desk>, _: Principal, Path(id): Path<String>) -> Result<Response, Problem> {
    let detail = detail::detail(&desk, &id).await?;
    Ok(tagged(detail.rule.version, &detail))
}

/// Switches a rule on
#[utoipa::path(post, path = "/api/v1/rules/{id}/enable", tag = "rules", params(("id" = String, Path)), request_body = SwitchRequest,
    responses((status = 200, body = RuleRow), (status = 404, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn enable(
    State(desk): State<Desk>,
    who: Principal,
    seen: IfMatch,
    Path(id): Path<String>,
    Body(wanted): Body<SwitchRequest>,
) -> Result<Response, Problem> {
    switch(&desk, &who, &seen, &id, RuleState::Enabled, wanted).await
}

/// Switches a rule off: it is in no set from now on, until somebody switches it on
#[utoipa::path(post, path = "/api/v1/rules/{id}/disable", tag = "rules", params(("id" = String, Path)), request_body = SwitchRequest,
    responses((status = 200, body = RuleRow), (status = 404, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn disable(
    State(desk): State<Desk>,
    who: Principal,
    seen: IfMatch,
    Path(id): Path<String>,
    Body(wanted): Body<SwitchRequest>,
) -> Result<Response, Problem> {
    switch(&desk, &who, &seen, &id, RuleState::Disabled, wanted).await
}

async fn switch(
    desk: &Desk,
    who: &Principal,
    seen: &IfMatch,
    id: &str,
    to: RuleState,
    wanted: SwitchRequest,
) -> Result<Response, Problem> {
    let row = state::switch(desk, &who.context(desk.now()), id, to, wanted.reason, seen).await?;
    Ok(tagged(row.version, &row))
}

/// What was done to it, newest first
#[utoipa::path(get, path = "/api/v1/rules/{id}/history", tag = "rules", params(("id" = String, Path), PageQuery),
    responses((status = 200, body = History), (status = 404, body = Problem)))]
async fn history(
    State(desk): State<Desk>,
    _: Principal,
    Path(id): Path<String>,
    Params(query): Params<PageQuery>,
) -> Result<Json<History>, Problem> {
    let rule = list::fetch(&desk, &id).await?;
    history_of(&desk, object(&rule.id), &query).await.map(Json)
}

/// Imports rules: a ZIP archive, a Zstandard-compressed tar archive or one file of YAML, at most 64 MiB
#[utoipa::path(post, path = "/api/v1/rules/import", tag = "rules", params(ImportQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = ImportReport), (status = 413, body = Problem), (status = 422, body = Problem)))]
async fn import_rules(
    State(desk): State<Desk>,
    who: Principal,
    Params(query): Params<ImportQuery>,
    body: Bytes,
) -> Result<Json<ImportReport>, Problem> {
    let dry_run = is_dry(query.dry_run.as_deref())?;
    let opened = tokio::task::spawn_blocking(move || rule_files(&body)).await;
    let files = opened
        .map_err(|error| Problem::internal(&error))?
        .map_err(|error| Problem::unprocessable("rules.archive", error.to_string()))?;
    let source = query.source.filter(|source| !source.is_empty()).unwrap_or_else(|| "import".to_owned());
    import(&desk, &who.context(desk.now()), Import { source, files, dry_run }).await.map(Json)
}

/// Removes a source that was imported, with all of its rules; what another source has under the same ids comes into force
#[utoipa::path(post, path = "/api/v1/rules/sources/{source}/remove", tag = "rules", params(("source" = String, Path), RemovalQuery),
    request_body = RemovalRequest,
    responses((status = 200, body = ImportReport), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn remove_source(
    State(desk): State<Desk>,
    who: Principal,
    Path(source): Path<String>,
    Params(query): Params<RemovalQuery>,
    Body(wanted): Body<RemovalRequest>,
) -> Result<Json<ImportReport>, Problem> {
    let dry_run = is_dry(query.dry_run.as_deref())?;
    remove(&desk, &who.context(desk.now()), Removal { source, reason: wanted.reason, dry_run }).await.map(Json)
}

fn is_dry(word: Option<&str>) -> Result<bool, Problem> {
    match word {
        None | Some("" | "false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(Problem::bad_request("request.query", "`dry_run` is true or false.")),
    }
}
