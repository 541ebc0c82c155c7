//! The routes of cases.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::{AlertId, Severity, UserId};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::evidence;
use super::list::{self, CaseQuery};
use super::timeline::{self, NewTimelineEntry, TimelineEntry};
use super::{Case, CaseChange, CaseStatus, MAX_ALERTS, MAX_SUMMARY, MAX_TIMELINE, MAX_TITLE, NewCase, Tlp, open, store};
use crate::access::{Permission, Principal};
use crate::triage::notes::{self, NewNote, Note, PageQuery};
use crate::triage::request::{Body, IfMatch, Page, Params, optional, tagged, written};
use crate::triage::{self, Alert, Change, CloseRequest, History, MANY, ReopenRequest, Status};
use crate::{Desk, Problem, Topic};

/// The room's routes.
pub fn routes() -> OpenApiRouter<Desk> {
    OpenApiRouter::new()
        .routes(routes!(cases, create))
        .routes(routes!(case, change))
        .routes(routes!(close))
        .routes(routes!(reopen))
        .routes(routes!(alerts, add_alert))
        .routes(routes!(read_notes, write_note))
        .routes(routes!(read_timeline, write_timeline))
        .routes(routes!(history))
        .merge(super::custody::routes())
}

/// A change of a case's own fields; what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseEdit {
    /// Another title.
    pub title: Option<String>,
    /// Another summary.
    pub summary: Option<String>,
    /// Another severity.
    #[schema(value_type = Option<String>, example = "high")]
    pub severity: Option<Severity>,
    /// The next state; closing and reopening have routes of their own.
    pub status: Option<CaseStatus>,
    /// A user's id, `me`, or null for nobody.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    pub owner: Option<Option<String>>,
    /// Another circle.
    pub tlp: Option<Tlp>,
}

/// Tells null from absent.
fn said<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(from).map(Some)
}

impl CaseEdit {
    fn read(self, who: &Principal) -> Result<CaseChange, Problem> {
        if self.status == Some(CaseStatus::Closed) {
            return Err(Problem::unprocessable(
                "case.status",
                "A case is closed by its `close` route: it needs a disposition and a reason.",
            ));
        }
        let owner: Option<Option<UserId>> = match &self.owner {
            None => None,
            Some(owner) => Some(triage::person(who, owner.as_deref())?),
        };
        Ok(CaseChange::Edit {
            title: self.title.map(|title| written("title", title, MAX_TITLE)).transpose()?,
            summary: optional("summary", self.summary, MAX_SUMMARY)?,
            severity: self.severity,
            status: self.status,
            owner,
            tlp: self.tlp,
        })
    }
}

/// An alert to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseAlert {
    /// The alert's id.
    #[schema(value_type = String, format = Uuid)]
    pub alert: AlertId,
}

/// A case's number out of a path. What is no number is the same as an absent case.
pub(super) fn number(text: &str) -> Result<i64, Problem> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| Problem::not_found("case"))
}

/// The cases: open ones, changed last first, unless the filter says otherwise.
#[utoipa::path(get, path = "/api/v1/cases", tag = "cases", params(CaseQuery),
    responses((status = 200, body = Page<Case>), (status = 400, body = Problem)))]
async fn cases(
    State(desk): State<Desk>,
    who: Principal,
    Params(query): Params<CaseQuery>,
) -> Result<Json<Page<Case>>, Problem> {
    list::page(&desk.db, &query, &who).await.map(Json)
}

/// Opens a case, from alerts with their evidence or by hand.
#[utoipa::path(post, path = "/api/v1/cases", tag = "cases", request_body = NewCase,
    responses((status = 201, body = Case), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(State(desk): State<Desk>, who: Principal, Body(new): Body<NewCase>) -> Result<Response, Problem> {
    let case = open::open(&desk, &who, new).await?;
    let mut response = tagged(case.version, &case);
    *response.status_mut() = StatusCode::CREATED;
    if let Ok(place) = HeaderValue::from_str(&format!("/api/v1/cases/{}", case.number)) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// One case.
#[utoipa::path(get, path = "/api/v1/cases/{number}", tag = "cases", params(("number" = i64, Path)),
    responses((status = 200, body = Case), (status = 404, body = Problem)))]
async fn case(State(desk): State<Desk>, _: Principal, Path(text): Path<String>) -> Result<Response, Problem> {
    let case = store::fetch(&desk.db, number(&text)?).await?;
    Ok(tagged(case.version, &case))
}

/// Changes a case.
#[utoipa::path(patch, path = "/api/v1/cases/{number}", tag = "cases", params(("number" = i64, Path)), request_body = CaseEdit,
    responses((status = 200, body = Case), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn change(
    State(desk): State<Desk>,
    who: Principal,
    seen: IfMatch,
    Path(text): Path<String>,
    Body(edit): Body<CaseEdit>,
) -> Result<Response, Problem> {
    let change = edit.read(&who)?;
    act(&desk, &who, &text, &seen, change, None).await
}

/// Decides it: a disposition and a reason, always. Its open alerts are closed with the same.
#[utoipa::path(post, path = "/api/v1/cases/{number}/close", tag = "cases", params(("number" = i64, Path)),
    request_body = CloseRequest,
    responses((status = 200, body = Case), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn close(
    State(desk): State<Desk>,
    who: Principal,
    seen: IfMatch,
    Path(text): Path<String>,
    Body(wanted): Body<CloseRequest>,
) -> Result<Response, Problem> {
    let closing = wanted.read("case")?;
    let comment = closing.comment.clone();
    act(&desk, &who, &text, &seen, CaseChange::Close(closing), comment).await
}

/// Overturns a decision. Its alerts stay closed.
#[utoipa::path(post, path = "/api/v1/cases/{number}/reopen", tag = "cases", params(("number" = i64, Path)),
    request_body = ReopenRequest,
    responses((status = 200, body = Case), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn reopen(
    State(desk): State<Desk>,
    who: Principal,
    seen: IfMatch,
    Path(text): Path<String>,
    Body(wanted): Body<ReopenRequest>,
) -> Result<Response, Problem> {
    let comment = wanted.read("case")?;
    act(&desk, &who, &text, &seen, CaseChange::Reopen, Some(comment)).await
}

/// Makes one change in one transaction and tells every console.
async fn act(
    desk: &Desk,
    who: &Principal,
    text: &str,
    seen: &IfMatch,
    change: CaseChange,
    reason: Option<String>,
) -> Result<Response, Problem> {
    let number = number(text)?;
    let mut tx = desk.db.begin(&who.context(desk.now())).await?;
    if matches!(change, CaseChange::Close(_)) {
        tx.one_at_a_time(MANY).await?;
    }
    let case = store::fetch_locked(&tx, number).await?;
    seen.check("case", case.version)?;
    if let CaseChange::Edit { owner: Some(Some(owner)), .. } = &change {
        triage::check_owner(&tx, *owner, Permission::WorkCases).await?;
    }
    let changed = store::change(&mut tx, &case, &change, reason.clone()).await?;
    let mut closed = Vec::new();
    if let CaseChange::Close(closing) = change {
        for alert in
            triage::in_case(tx.conn(), number, MAX_ALERTS).await?.iter().filter(|alert| alert.status != Status::Closed)
        {
            triage::change(&mut tx, alert.id, &Change::Close(closing.clone()), reason.clone()).await?;
            closed.push(alert.id);
        }
    }
    tx.commit().await?;
    if changed {
        open::tell(desk, number, &closed);
    }
    let case = store::fetch(&desk.db, number).await?;
    Ok(tagged(case.version, &case))
}

/// The alerts of a case, by number.
#[utoipa::path(get, path = "/api/v1/cases/{number}/alerts", tag = "cases", params(("number" = i64, Path), PageQuery),
    responses((status = 200, body = Page<Alert>), (status = 404, body = Problem)))]
async fn alerts(
    State(desk): State<Desk>,
    _: Principal,
    Path(text): Path<String>,
    Params(query): Params<PageQuery>,
) -> Result<Json<Page<Alert>>, Problem> {
    let case = store::fetch(&desk.db, number(&text)?).await?;
    let alerts = triage::in_case(desk.db.reader(), case.number, MAX_ALERTS).await?;
    let page = query.of("case_alerts", alerts, MAX_ALERTS as u32)?;
    Ok(Json(Page { items: triage::named(&desk.db, page.items).await?, ..page }))
}

/// Adds an alert with its evidence. An alert that is in the case already changes nothing.
#[utoipa::path(post, path = "/api/v1/cases/{number}/alerts", tag = "cases", params(("number" = i64, Path)),
    request_body = CaseAlert,
    responses((status = 200, body = Case), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn add_alert(
    State(desk): State<Desk>,
    who: Principal,
    seen: IfMatch,
    Path(text): Path<String>,
    Body(wanted): Body<CaseAlert>,
) -> Result<Response, Problem> {
    let case = open::add_alert(&desk, &who, number(&text)?, &seen, wanted.alert).await?;
    Ok(tagged(case.version, &case))
}

/// The notes on a case, oldest first.
#[utoipa::path(get, path = "/api/v1/cases/{number}/notes", tag = "cases", params(("number" = i64, Path), PageQuery),
    responses((status = 200, body = Page<Note>), (status = 404, body = Problem)))]
async fn read_notes(
    State(desk): State<Desk>,
    _: Principal,
    Path(text): Path<String>,
    Params(query): Params<PageQuery>,
) -> Result<Json<Page<Note>>, Problem> {
    let case = store::fetch(&desk.db, number(&text)?).await?;
    notes::list(&desk.db, &Case::object(case.number), &query).await.map(Json)
}

/// Writes a note. The case's version stays: a note changes no decision.
#[utoipa::path(post, path = "/api/v1/cases/{number}/notes", tag = "cases", params(("number" = i64, Path)), request_body = NewNote,
    responses((status = 201, body = Note), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn write_note(
    State(desk): State<Desk>,
    who: Principal,
    Path(text): Path<String>,
    Body(note): Body<NewNote>,
) -> Result<Response, Problem> {
    let case = store::fetch(&desk.db, number(&text)?).await?;
    let mut tx = desk.db.begin(&who.context(desk.now())).await?;
    let note = notes::add(&mut tx, "cases", "case.note", Case::object(case.number), note).await?;
    tx.commit().await?;
    desk.live.notify(Topic::Cases, vec![case.number.to_string()]);
    Ok((StatusCode::CREATED, Json(note)).into_response())
}

/// The timeline of a case, earliest first.
#[utoipa::path(get, path = "/api/v1/cases/{number}/timeline", tag = "cases", params(("number" = i64, Path), PageQuery),
    responses((status = 200, body = Page<TimelineEntry>), (status = 404, body = Problem)))]
async fn read_timeline(
    State(desk): State<Desk>,
    _: Principal,
    Path(text): Path<String>,
    Params(query): Params<PageQuery>,
) -> Result<Json<Page<TimelineEntry>>, Problem> {
    let case = store::fetch(&desk.db, number(&text)?).await?;
    query.of("timeline", timeline::list(&desk.db, case.number).await?, MAX_TIMELINE as u32).map(Json)
}

/// Adds an entry, by hand or from an event, which then becomes evidence.
#[utoipa::path(post, path = "/api/v1/cases/{number}/timeline", tag = "cases", params(("number" = i64, Path)),
    request_body = NewTimelineEntry,
    responses((status = 201, body = TimelineEntry), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn write_timeline(
    State(desk): State<Desk>,
    who: Principal,
    Path(text): Path<String>,
    Body(new): Body<NewTimelineEntry>,
) -> Result<Response, Problem> {
    let number = number(&text)?;
    let (drawn, exhibit) = new.draw(&desk).await?;
    let mut tx = desk.db.begin(&who.context(desk.now())).await?;
    let case = store::fetch_locked(&tx, number).await?;
    case.standing().open("a timeline entry").map_err(|refused| refused.problem("case"))?;
    let kept = evidence::keep(&tx, number, exhibit.as_slice()).await?;
    let entry = timeline::add(&tx, number, drawn).await?;
    let after = serde_json::json!({ "entry": &entry, "evidence": kept });
    store::journal(&mut tx, number, "case.timeline", None, after, None).await?;
    tx.commit().await?;
    desk.live.notify(Topic::Cases, vec![number.to_string()]);
    Ok((StatusCode::CREATED, Json(entry)).into_response())
}

/// What was done to it, newest first.
#[utoipa::path(get, path = "/api/v1/cases/{number}/history", tag = "cases", params(("number" = i64, Path), PageQuery),
    responses((status = 200, body = History), (status = 404, body = Problem)))]
async fn history(
    State(desk): State<Desk>,
    _: Principal,
    Path(text): Path<String>,
    Params(query): Params<PageQuery>,
) -> Result<Json<History>, Problem> {
    let case = store::fetch(&desk.db, number(&text)?).await?;
    triage::history_of(&desk, Case::object(case.number), &query).await.map(Json)
}
