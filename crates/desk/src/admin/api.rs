//! The routes of the first start, of sessions, people and tokens.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::{Actor, OpContext, Timestamp, TokenId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::sessions::ABSOLUTE;
use super::tokens::check_covers;
use super::{COOKIE, NewToken, NewUser, Person, Token, User, UserChange};
use crate::access::{Caller, Principal, Role};
use crate::triage::notes::PageQuery;
use crate::triage::request::{Body, IfMatch, Page, Params, tagged};
use crate::{Desk, Problem, ShownOnce};

pub(super) fn routes() -> OpenApiRouter<Desk> {
    OpenApiRouter::new()
        .routes(routes!(setup_state, set_up))
        .routes(routes!(log_in, session, log_out))
        .routes(routes!(people))
        .routes(routes!(users, create_user))
        .routes(routes!(change_user))
        .routes(routes!(tokens, create_token))
        .routes(routes!(revoke_token))
}

/// Whether the first account is still to be made.
#[derive(Debug, Serialize, ToSchema)]
pub struct SetupState {
    /// Nobody has an account.
    pub needed: bool,
}

/// The first account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetupRequest {
    /// The set-up token, out of its file.
    pub token: String,
    /// The name to log in with.
    pub name: String,
    /// The name to show.
    pub full_name: Option<String>,
    /// 12 characters or more.
    pub password: String,
}

/// A log-in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogIn {
    /// The name.
    pub name: String,
    /// The password.
    pub password: String,
}

/// Who one is, and what unsafe requests must repeat.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionState {
    /// The person; null for a token that is nobody's.
    pub user: Option<Person>,
    /// For `X-CSRF-Token`; null without a cookie.
    pub csrf: Option<String>,
}

/// A token to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// What it is for.
    pub name: String,
    /// What it may do: no more than the person who asks.
    pub role: Role,
    /// Until when; for good if absent.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub expires_at: Option<Timestamp>,
}

/// Whether the first account is still to be made
#[utoipa::path(get, path = "/api/v1/setup", tag = "admin", responses((status = 200, body = SetupState)))]
async fn setup_state(State(desk): State<Desk>) -> Result<Json<SetupState>, Problem> {
    Ok(Json(SetupState { needed: super::setup_needed(&desk.db).await? }))
}

/// Make the first account, an administrator's
#[utoipa::path(post, path = "/api/v1/setup", tag = "admin", request_body = SetupRequest,
    responses((status = 201, body = User), (status = 403, body = Problem), (status = 409, body = Problem)))]
async fn set_up(State(desk): State<Desk>, caller: Caller, Body(body): Body<SetupRequest>) -> Result<Response, Problem> {
    let new = NewUser { name: body.name, full_name: body.full_name, role: Role::Admin, password: body.password };
    let user = super::set_up(&desk.db, &desk.gate, &stranger(&desk, &caller), &body.token, new).await?;
    Ok((StatusCode::CREATED, tagged(user.version, &user)).into_response())
}

/// Log in
#[utoipa::path(post, path = "/api/v1/session", tag = "admin", request_body = LogIn,
    responses((status = 200, body = SessionState), (status = 401, body = Problem), (status = 429, body = Problem)))]
async fn log_in(State(desk): State<Desk>, caller: Caller, Body(body): Body<LogIn>) -> Result<Response, Problem> {
    let from = stranger(&desk, &caller);
    let new = super::log_in(&desk.db, &desk.gate, &from, &body.name, body.password).await?;
    let state = SessionState { user: Some(Person::from(&new.user)), csrf: Some(new.session.csrf) };
    Ok((cookie(&new.cookie, ABSOLUTE.as_secs(), caller.secure)?, Json(state)).into_response())
}

/// Who I am
#[utoipa::path(get, path = "/api/v1/session", tag = "admin", responses((status = 200, body = SessionState)))]
async fn session(State(desk): State<Desk>, who: Principal, headers: HeaderMap) -> Result<Json<SessionState>, Problem> {
    if let Some(secret) = cookie_in(&headers)
        && let Some((session, user)) = super::authenticate_cookie(&desk, secret).await?
        && who.user() == Some(user.id)
    {
        return Ok(Json(SessionState { user: Some(Person::from(&user)), csrf: Some(session.csrf) }));
    }
    let owner = match who.user() {
        Some(id) => super::user(desk.db.reader(), id).await?,
        None => None,
    };
    Ok(Json(SessionState { user: owner.as_ref().map(Person::from), csrf: None }))
}

/// Log out
#[utoipa::path(delete, path = "/api/v1/session", tag = "admin", responses((status = 204)))]
async fn log_out(
    State(desk): State<Desk>,
    who: Principal,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if let Some(secret) = cookie_in(&headers) {
        super::log_out(&desk.db, &desk.gate, &who.context(desk.now()), secret).await?;
    }
    Ok((StatusCode::NO_CONTENT, cookie("", 0, caller.secure)?).into_response())
}

/// Everybody who can be given work
#[utoipa::path(get, path = "/api/v1/people", tag = "admin", params(PageQuery), responses((status = 200, body = Page<Person>)))]
async fn people(
    State(desk): State<Desk>,
    _: Principal,
    Params(query): Params<PageQuery>,
) -> Result<Json<Page<Person>>, Problem> {
    query.of("people", super::people(&desk.db).await?, super::LISTED).map(Json)
}

/// Every account
#[utoipa::path(get, path = "/api/v1/users", tag = "admin", params(PageQuery), responses((status = 200, body = Page<User>)))]
async fn users(
    State(desk): State<Desk>,
    _: Principal,
    Params(query): Params<PageQuery>,
) -> Result<Json<Page<User>>, Problem> {
    query.of("users", super::users(&desk.db).await?, super::LISTED).map(Json)
}

/// Make an account
#[utoipa::path(post, path = "/api/v1/users", tag = "admin", request_body = NewUser,
    responses((status = 201, body = User), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create_user(State(desk): State<Desk>, who: Principal, Body(new): Body<NewUser>) -> Result<Response, Problem> {
    let user = super::create_user(&desk.db, &who.context(desk.now()), new).await?;
    Ok((StatusCode::CREATED, tagged(user.version, &user)).into_response())
}

/// Change an account
#[utoipa::path(patch, path = "/api/v1/users/{id}", tag = "admin", request_body = UserChange,
    params(("id" = String, Path, format = Uuid)),
    responses((status = 200, body = User), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn change_user(
    State(desk): State<Desk>,
    who: Principal,
    seen: IfMatch,
    Path(id): Path<String>,
    Body(change): Body<UserChange>,
) -> Result<Response, Problem> {
    let id: UserId = id.parse().map_err(|_| Problem::not_found("user"))?;
    let fresh = |user: &User| seen.check("user", user.version);
    let user = super::change_user(&desk.db, &desk.gate, &who.context(desk.now()), id, fresh, change).await?;
    Ok(tagged(user.version, &user))
}

/// Every token
#[utoipa::path(get, path = "/api/v1/tokens", tag = "admin", params(PageQuery), responses((status = 200, body = Page<Token>)))]
async fn tokens(
    State(desk): State<Desk>,
    _: Principal,
    Params(query): Params<PageQuery>,
) -> Result<Json<Page<Token>>, Problem> {
    query.of("tokens", super::tokens(&desk.db).await?, super::LISTED).map(Json)
}

/// Make a token; its text is answered this once
#[utoipa::path(post, path = "/api/v1/tokens", tag = "admin", request_body = TokenRequest,
    responses((status = 201, body = NewToken), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn create_token(
    State(desk): State<Desk>,
    who: Principal,
    Body(body): Body<TokenRequest>,
) -> Result<Response, Problem> {
    check_covers(who.role, body.role)?;
    let ctx = who.context(desk.now());
    let token = super::issue_token(&desk.db, &ctx, body.role, &body.name, body.expires_at).await?;
    let mut response = (StatusCode::CREATED, Json(token)).into_response();
    response.extensions_mut().insert(ShownOnce);
    Ok(response)
}

/// Revoke a token
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "admin", params(("id" = String, Path, format = Uuid)),
    responses((status = 204), (status = 404, body = Problem)))]
async fn revoke_token(State(desk): State<Desk>, who: Principal, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let id: TokenId = id.parse().map_err(|_| Problem::not_found("token"))?;
    super::revoke_token(&desk.db, &desk.gate, &who.context(desk.now()), id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The context of a request by somebody who is still to say who they are.
fn stranger(desk: &Desk, caller: &Caller) -> OpContext {
    let (address, request) = (caller.address.clone(), Some(caller.request));
    OpContext { actor: Actor::system("gate"), address, now: desk.now(), request }
}

/// The header that sets the session's cookie. Scripts cannot read it, and no other site's request carries it.
fn cookie(value: &str, max_age_s: u64, secure: bool) -> Result<HeaderMap, Problem> {
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{COOKIE}={value}; HttpOnly; SameSite=Strict; Path=/; Max-Age={max_age_s}{secure}");
    let value = HeaderValue::from_str(&text).map_err(|error| Problem::internal(&error))?;
    Ok(HeaderMap::from_iter([(header::SET_COOKIE, value)]))
}

/// The session's secret that a request carries. Of several cookies with this name the first counts.
pub(super) fn cookie_in(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value)
}
