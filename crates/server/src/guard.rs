//! The door of every request: its id, its caller, the matrix, the CSRF token; and the form of every error.

use crate::Parts;
use crate::credentials::{self, Credential};
use crate::repeat::Scope;
use axum::Json;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use desk::access::{Caller, Permission, Principal, methods, permission};
use desk::{Problem, admin};
use model::{Actor, ActorKind, RequestId};
use std::net::SocketAddr;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const CSRF: &str = "x-csrf-token";

/// Lets a request through to its route, or answers it.
pub(crate) async fn check(State(parts): State<Parts>, mut request: Request, next: Next) -> Response {
    let caller = caller(&parts, &request);
    let id = caller.request;
    let asked = Asked::of(&request);
    if asked.needed.is_none() && !asked.methods.is_empty() {
        return finish(no_such_method(&asked.methods), id);
    }
    let admitted = admit(&parts, asked, &caller).await;
    request.extensions_mut().insert(caller);
    let answer = match admitted {
        Ok(who) => {
            if let Some((who, scope)) = who {
                request.extensions_mut().insert(who);
                request.extensions_mut().insert(scope);
            }
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    };
    finish(answer, id)
}

fn caller(parts: &Parts, request: &Request) -> Caller {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip().to_canonical().to_string());
    Caller { address: peer, request: RequestId(db::new_uuid(parts.desk.now())), secure: parts.secure }
}

/// What is asked of a request before its body is read.
struct Asked {
    needed: Option<Permission>,
    methods: Vec<&'static str>,
    safe: bool,
    credential: Option<Credential>,
    csrf: String,
}

impl Asked {
    fn of(request: &Request) -> Asked {
        let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
        let method = match request.method() {
            &Method::HEAD => "GET",
            method => method.as_str(),
        };
        let csrf = request.headers().get(CSRF).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Asked {
            needed: permission(method, path),
            methods: methods(path),
            safe: request.method().is_safe(),
            credential: credentials::of(request.headers()),
            csrf: csrf.to_owned(),
        }
    }
}

fn no_such_method(methods: &[&str]) -> Response {
    let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "request.method").detail("This path does not have that method.");
    let mut answer = problem.into_response();
    if let Ok(allow) = HeaderValue::from_str(&methods.join(", ")) {
        answer.headers_mut().insert(header::ALLOW, allow);
    }
    answer
}

async fn admit(parts: &Parts, asked: Asked, caller: &Caller) -> Result<Option<(Principal, Scope)>, Problem> {
    let needed = asked.needed.ok_or_else(|| Problem::forbidden("route.unlisted", "This route is nobody's."))?;
    if needed == Permission::Public {
        return Ok(None);
    }
    let (who, scope) = principal(parts, &asked, caller).await?;
    if who.role.may(needed) {
        Ok(Some((who, scope)))
    } else {
        Err(Problem::forbidden("auth.role", format!("The role {} may not do this.", who.role.as_str())))
    }
}

async fn principal(parts: &Parts, asked: &Asked, caller: &Caller) -> Result<(Principal, Scope), Problem> {
    match &asked.credential {
        None => Err(Problem::unauthenticated()),
        Some(Credential::Token(token)) => {
            let bearer = admin::authenticate_bearer(&parts.desk, token).await?.ok_or_else(Problem::unauthenticated)?;
            Ok((caller.principal(bearer.actor(), bearer.role), Scope(format!("token:{}", bearer.id))))
        }
        Some(Credential::Cookie(cookie)) => {
            let (session, user) =
                admin::authenticate_cookie(&parts.desk, cookie).await?.ok_or_else(Problem::unauthenticated)?;
            if !asked.safe && !session.csrf_matches(&asked.csrf) {
                return Err(Problem::forbidden("auth.csrf", "The request lacks the session's X-CSRF-Token."));
            }
            let actor = Actor { kind: ActorKind::User, user: Some(user.id), name: user.name };
            Ok((caller.principal(actor, user.role), Scope(format!("user:{}", user.id))))
        }
    }
}

/// Gives an answer of no route (an unknown path, a method that is not there) the form of the others.
pub(crate) fn outside(parts: &Parts, answer: Response) -> Response {
    let ours = answer.extensions().get::<Problem>().is_some() || answer.status() == StatusCode::METHOD_NOT_ALLOWED;
    if answer.headers().contains_key(&REQUEST_ID) || !ours {
        return answer;
    }
    finish(answer, RequestId(db::new_uuid(parts.desk.now())))
}

/// Gives the answer the request's id, and every error the form of a problem.
fn finish(answer: Response, id: RequestId) -> Response {
    let status = answer.status();
    let problem = answer.extensions().get::<Problem>().cloned().or_else(|| foreign(&answer, status));
    let mut answer = match problem {
        Some(mut problem) => {
            problem.request_id = Some(id.to_string());
            let mut renewed = (status, Json(&problem)).into_response();
            // Headers that the first answer had (Retry-After, a cookie) stay; what describes its body does not.
            for (name, value) in answer.headers() {
                if name != header::CONTENT_LENGTH && name != header::CONTENT_TYPE {
                    renewed.headers_mut().append(name.clone(), value.clone());
                }
            }
            renewed.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
            renewed
        }
        None => answer,
    };
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        answer.headers_mut().insert(REQUEST_ID, value);
    }
    answer
}

/// A problem for an error that the framework made: a body that is no JSON, a method that is not there.
fn foreign(answer: &Response, status: StatusCode) -> Option<Problem> {
    let is_json = answer.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if status.is_success() || status.is_redirection() || is_json {
        return None;
    }
    Some(Problem::new(status, match status {
        StatusCode::METHOD_NOT_ALLOWED => "request.method",
        StatusCode::PAYLOAD_TOO_LARGE => "request.too_large",
        StatusCode::NOT_FOUND => "not_found",
        _ => "request.malformed",
    }))
}
