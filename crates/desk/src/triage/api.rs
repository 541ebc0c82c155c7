//! The routes of the queue.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use model::{AlertId, Severity, UserId};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::explain::{AlertEvents, AlertExplanation};
use super::list::{AlertFilter, AlertHistogram, AlertQuery, Facets};
use super::notes::{NewNote, Note, PageQuery};
use super::request::{Body, IfMatch, Page, Params, optional, tagged};
use super::{Alert, Change, Closing, Disposition, Reason, Status, explain, list, notes, store};
use crate::access::{Permission, Principal};
use crate::admin::JournalItem;
use crate::{Desk, Problem, Topic};

/// Bytes of a comment.
pub(crate) const MAX_COMMENT: usize = 4 * 1024;

/// The room's routes.
pub fn routes() -> OpenApiRouter<Desk> {
    OpenApiRouter::new()
        .routes(routes!(alerts))
        .routes(routes!(facets))
        .routes(routes!(histogram))
        .routes(routes!(alert, change))
        .routes(routes!(events))
        .routes(routes!(explanation))
        .routes(routes!(read_notes, write_note))
        .routes(routes!(history))
        .routes(routes!(assign))
        .routes(routes!(escalate))
        .routes(routes!(close))
        .routes(routes!(reopen))
        .merge(super::merge::routes())
        .merge(super::bulk::routes())
}

/// A change of an alert's own fields; what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertChange {
    /// `triaging`; the other states have routes of their own, because they need more.
    pub status: Option<Status>,
    /// Another severity. Risk and due time follow.
    #[schema(value_type = Option<String>, example = "low")]
    pub severity: Option<Severity>,
}

/// Who is to own it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// A user's id, `me`, or null for nobody.
    #[serde(deserialize_with = "present")]
    pub owner: Option<String>,
}

/// `owner` must be there, be it null: an empty body is not "nobody".
fn present<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(from)
}

/// Handing over to tier 2.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Escalation {
    /// What tier 2 should know; kept in the journal.
    pub comment: Option<String>,
    /// Who there: a user's id or `me`; nobody when absent.
    pub owner: Option<String>,
}

/// A decision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseRequest {
    /// What it turned out to be. Needed.
    pub disposition: Option<Disposition>,
    /// Why. Needed.
    pub reason: Option<Reason>,
    /// Free text, at most 4 KiB; needed for the reason `other`.
    pub comment: Option<String>,
}

impl CloseRequest {
    /// Refuses to go without a disposition and a reason; `what` is the kind of record.
    pub(crate) fn read(self, what: &str) -> Result<Closing, Problem> {
        let missing = |name: &str| {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, format!("{what}.{name}_missing"))
                .detail(format!("Closing needs a disposition and a reason; `{name}` is missing."))
        };
        let closing = Closing {
            disposition: self.disposition.ok_or_else(|| missing("disposition"))?,
            reason: self.reason.ok_or_else(|| missing("reason"))?,
            comment: optional("comment", self.comment, MAX_COMMENT)?,
        };
        closing.checked().map_err(|refused| refused.problem(what))
    }
}

/// Overturning a decision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReopenRequest {
    /// Why. Needed.
    pub comment: Option<String>,
}

impl ReopenRequest {
    pub(crate) fn read(self, what: &str) -> Result<String, Problem> {
        let comment = optional("comment", self.comment, MAX_COMMENT)?;
        comment
            .filter(|comment| !comment.trim().is_empty())
            .ok_or_else(|| super::Refused::CommentForReopen.problem(what))
    }
}

/// What was done to one record, newest first.
#[derive(Debug, serde::Serialize, ToSchema)]
pub struct History {
    /// The entries of the journal.
    pub items: Vec<JournalItem>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// An id out of a path. What is no id is the same as an absent alert.
pub(crate) fn alert_id(text: &str) -> Result<AlertId, Problem> {
    text.parse().map_err(|_| Problem::not_found("alert"))
}

/// The person whom `me` or an id names.
pub(crate) fn person(who: &Principal, text: Option<&str>) -> Result<Option<UserId>, Problem> {
    let nobody = || Problem::unprocessable("owner.unknown", "The owner is a user's id, `me`, or null.");
    match text {
        None => Ok(None),
        Some("me") => who.user().map(Some).ok_or_else(nobody),
        Some(id) => id.parse().map(Some).map_err(|_| nobody()),
    }
}

/// The queue: open alerts, worst first, unless the filter says otherwise.
#[utoipa::path(get, path = "/api/v1/alerts", tag = "triage", params(AlertQuery),
    responses((status = 200, body = Page<Alert>), (status = 400, body = Problem)))]
async fn alerts(
    State(desk): State<Desk>,
    who: Principal,
    Params(query): Params<AlertQuery>,
) -> Result<Json<Page<Alert>>, Problem> {
    list::page(&desk.db, &query, &who).await.map(Json)
}

/// What could be filtered by, with counts.
#[utoipa::path(get, path = "/api/v1/alerts/facets", tag = "triage", params(AlertQuery),
    responses((status = 200, body = Facets), (status = 400, body = Problem)))]
async fn facets(
    State(desk): State<Desk>,
    who: Principal,
    Params(query): Params<AlertQuery>,
) -> Result<Json<Facets>, Problem> {
    list::facets(&desk.db, &AlertFilter::read(&query, &who)?).await.map(Json)
}

/// Alerts over time by severity.
#[utoipa::path(get, path = "/api/v1/alerts/histogram", tag = "triage", params(AlertQuery),
    responses((status = 200, body = AlertHistogram), (status = 400, body = Problem)))]
async fn histogram(
    State(desk): State<Desk>,
    who: Principal,
    Params(query): Params<AlertQuery>,
) -> Result<Json<AlertHistogram>, Problem> {
    list::histogram(&desk.db, &query, &AlertFilter::read(&query, &who)?).await.map(Json)
}

/// One alert.
#[utoipa::path(get, path = "/api/v1/alerts/{id}", tag = "triage", params(("id" = String, Path, format = Uuid)),
    responses((status = 200, body = Alert), (status = 404, body = Problem)))]
async fn alert(State(desk): State<Desk>, _: Principal, Path(id): Path<String>) -> Result<Response, Problem> {
    let alert = store::fetch(&desk.db, alert_id(&id)?).await?;
    Ok(tagged(alert.version, &alert))
}

/// Changes status or severity.
#[utoipa::path(patch, path = "/api/v1/alerts/{id}", tag = "triage", params(("id" = String, Path, format = Uuid)),
    request_body = AlertChange,
    responses((status = 200, body = Alert), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn change(
    State(desk): State<Desk>,
    who: Principal,
    seen: IfMatch,
    Path(id): Path<String>,
    Body(wanted): Body<AlertChange>,
) -> Result<Response, Problem> {
    let mut changes = Vec::new();
    match wanted.status {
        None => {}
        Some(Status::Triaging) => changes.push(Change::Triage),
        Some(_) => {
            let detail = "Only `triaging` can be set. Use escalate, close or reopen for the other states.";
            return Err(Problem::unprocessable("alert.status", detail));
        }
    }
    changes.extend(wanted.severity.map(Change::Rate));
    act(&desk, &who, &id, &seen, &changes, None).await
}

/// Gives it to somebody, or to nobody.
#[utoipa::path(post, path = "/api/v1/alerts/{id}/assign", tag = "triage", params(("id" = String, Path, format = Uuid)),
    request_body = Assignment,
    responses((status = 200, body = Alert), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn assign(
    State(desk): State<Desk>,
    who: Principal,
    seen: IfMatch,
    Path(id): Path<String>,
    Body(wanted): Body<Assignment>,
) -> Result<Response, Problem> {
    let owner = person(&who, wanted.owner.as_deref())?;
    act(&desk, &who, &id, &seen, &[Change::Assign(owner)], None).await
}

/// Hands it to tier 2.
#[utoipa::path(post, path = "/api/v1/alerts/{id}/escalate", tag = "triage", params(("id" = String, Path, format = Uuid)),
    request_body = Escalation,
    responses((status = 200, body = Alert), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn escalate(
    State(desk): State<Desk>,
    who: Principal,
    seen: IfMatch,
    Path(id): Path<String>,
    Body(wanted): Body<Escalation>,
) -> Result<Response, Problem> {
    let owner = person(&who, wanted.owner.as_deref())?;
    let comment = optional("comment", wanted.comment, MAX_COMMENT)?;
    act(&desk, &who, &id, &seen, &[Change::Escalate(owner)], comment).await
}

/// Decides it: a disposition and a reason, always.
#[utoipa::path(post, path = "/api/v1/alerts/{id}/close", tag = "triage", params(("id" = String, Path, format = Uuid)),
    request_body = CloseRequest,
    responses((status = 200, body = Alert), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn close(
    State(desk): State<Desk>,
    who: Principal,
    seen: IfMatch,
    Path(id): Path<String>,
    Body(wanted): Body<CloseRequest>,
) -> Result<Response, Problem> {
    let closing = wanted.read("alert")?;
    let comment = closing.comment.clone();
    act(&desk, &who, &id, &seen, &[Change::Close(closing)], comment).await
}

/// Overturns a decision.
#[utoipa::path(post, path = "/api/v1/alerts/{id}/reopen", tag = "triage", params(("id" = String, Path, format = Uuid)),
    request_body = ReopenRequest,
    responses((status = 200, body = Alert), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn reopen(
    State(desk): State<Desk>,
    who: Principal,
    seen: IfMatch,
    Path(id): Path<String>,
    Body(wanted): Body<ReopenRequest>,
) -> Result<Response, Problem> {
    let comment = wanted.read("alert")?;
    act(&desk, &who, &id, &seen, &[Change::Reopen(comment.clone())], Some(comment)).await
}

/// Makes the changes in one transaction and tells every console.
async fn act(
    desk: &Desk,
    who: &Principal,
    id: &str,
    seen: &IfMatch,
    changes: &[Change],
    reason: Option<String>,
) -> Result<Response, Problem> {
    let id = alert_id(id)?;
    if apply(desk, who, id, seen, changes, reason).await? {
        desk.live.notify(Topic::Alerts, vec![id.to_string()]);
    }
    let alert = store::fetch(&desk.db, id).await?;
    Ok(tagged(alert.version, &alert))
}

/// Makes the changes in one transaction; answers whether they said anything new.
pub(super) async fn apply(
    desk: &Desk,
    who: &Principal,
    id: AlertId,
    seen: &IfMatch,
    changes: &[Change],
    reason: Option<String>,
) -> Result<bool, Problem> {
    let mut tx = desk.db.begin(&who.context(desk.now())).await?;
    // Also where nothing is to change: the answer must be about an alert that exists, at the version that was seen.
    let alert = store::fetch_locked(&tx, id).await?.ok_or_else(|| Problem::not_found("alert"))?;
    seen.check("alert", alert.version)?;
    let mut changed = false;
    for change in changes {
        if let Change::Assign(Some(owner)) | Change::Escalate(Some(owner)) = change {
            store::check_owner(&tx, *owner, Permission::Triage).await?;
        }
        changed |= store::change(&mut tx, id, change, reason.clone()).await?;
    }
    tx.commit().await?;
    Ok(changed)
}

/// The newest events of an alert.
#[utoipa::path(get, path = "/api/v1/alerts/{id}/events", tag = "triage", params(("id" = String, Path, format = Uuid)),
    responses((status = 200, body = AlertEvents), (status = 404, body = Problem)))]
async fn events(State(desk): State<Desk>, _: Principal, Path(id): Path<String>) -> Result<Json<AlertEvents>, Problem> {
    explain::events(&desk, alert_id(&id)?).await.map(Json)
}

/// Why it is there: each selection true or false, with the bytes.
#[utoipa::path(get, path = "/api/v1/alerts/{id}/explain", tag = "triage", params(("id" = String, Path, format = Uuid)),
    responses((status = 200, body = AlertExplanation), (status = 404, body = Problem)))]
async fn explanation(
    State(desk): State<Desk>,
    _: Principal,
    Path(id): Path<String>,
) -> Result<Json<AlertExplanation>, Problem> {
    explain::explain(&desk, alert_id(&id)?).await.map(Json)
}

/// The notes on an alert, oldest first.
#[utoipa::path(get, path = "/api/v1/alerts/{id}/notes", tag = "triage", params(("id" = String, Path, format = Uuid), PageQuery),
    responses((status = 200, body = Page<Note>), (status = 404, body = Problem)))]
async fn read_notes(
    State(desk): State<Desk>,
    _: Principal,
    Path(id): Path<String>,
    Params(query): Params<PageQuery>,
) -> Result<Json<Page<Note>>, Problem> {
    let alert = store::fetch(&desk.db, alert_id(&id)?).await?;
    notes::list(&desk.db, &Alert::object(alert.id), &query).await.map(Json)
}

/// Writes a note. The alert's version stays: a note changes no decision.
#[utoipa::path(post, path = "/api/v1/alerts/{id}/notes", tag = "triage", params(("id" = String, Path, format = Uuid)),
    request_body = NewNote,
    responses((status = 201, body = Note), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn write_note(
    State(desk): State<Desk>,
    who: Principal,
    Path(id): Path<String>,
    Body(note): Body<NewNote>,
) -> Result<Response, Problem> {
    let alert = store::fetch(&desk.db, alert_id(&id)?).await?;
    let mut tx = desk.db.begin(&who.context(desk.now())).await?;
    let note = notes::add(&mut tx, "alerts", "alert.note", Alert::object(alert.id), note).await?;
    tx.commit().await?;
    desk.live.notify(Topic::Alerts, vec![alert.id.to_string()]);
    Ok((StatusCode::CREATED, Json(note)).into_response())
}

/// What was done to it, newest first.
#[utoipa::path(get, path = "/api/v1/alerts/{id}/history", tag = "triage", params(("id" = String, Path, format = Uuid), PageQuery),
    responses((status = 200, body = History), (status = 404, body = Problem)))]
async fn history(
    State(desk): State<Desk>,
    _: Principal,
    Path(id): Path<String>,
    Params(query): Params<PageQuery>,
) -> Result<Json<History>, Problem> {
    let alert = store::fetch(&desk.db, alert_id(&id)?).await?;
    history_of(&desk, Alert::object(alert.id), &query).await.map(Json)
}

/// A page of what the journal says of one record.
pub(crate) async fn history_of(desk: &Desk, object: String, query: &PageQuery) -> Result<History, Problem> {
    let limit = super::request::limit(query.limit.as_deref(), 200, 500)?;
    if query.cursor.as_deref().is_some_and(|cursor| !db::journal::is_cursor(cursor)) {
        return Err(Problem::bad_request("list.cursor", "This cursor is not one of this list."));
    }
    let filter = db::journal::JournalFilter {
        object: Some(object),
        without: Some(crate::cases::CUSTODY),
        limit,
        cursor: query.cursor.clone(),
        ..Default::default()
    };
    let page = db::journal::list(&desk.db, &filter).await?;
    Ok(History { items: page.items.into_iter().map(JournalItem::from).collect(), next: page.next })
}
