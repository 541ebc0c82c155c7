//! `Idempotency-Key`: an unsafe request that is sent again gets the answer of the first time and changes nothing.
//! The receivers of events have keys of their own, which the log remembers.

use crate::Parts;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use desk::answers::{self, Claim, Given, Keyed};
use desk::{Problem, ShownOnce};
use sha2::{Digest, Sha256};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer is the one of the first time.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Characters of a key.
const LONGEST: usize = 256;
/// The headers of an answer that belong to it, and not to the request that it answers.
const KEPT: [HeaderName; 4] = [header::CONTENT_TYPE, header::ETAG, header::LOCATION, header::CONTENT_DISPOSITION];

/// Whose keys a request's are; put into it by the guard.
#[derive(Clone, Debug)]
pub(crate) struct Scope(pub String);

/// Carries a request out once for its key. The body, which is a part of what the key stands for, has at most so many
/// bytes.
pub(crate) async fn once(State((parts, most)): State<(Parts, usize)>, request: Request, next: Next) -> Response {
    let scope = request.extensions().get::<Scope>().cloned();
    match (scope, request.headers().get(&KEY)) {
        (Some(Scope(scope)), Some(key)) if request.method() == Method::POST => match key_text(key) {
            Ok(key) => carry_out((parts, most), scope, key, request, next).await.unwrap_or_else(Problem::into_response),
            Err(problem) => problem.into_response(),
        },
        _ => next.run(request).await,
    }
}

fn key_text(value: &HeaderValue) -> Result<String, Problem> {
    let text = value.to_str().ok().filter(|text| (1..=LONGEST).contains(&text.len()));
    text.map(str::to_owned).ok_or_else(|| {
        let detail = format!("The Idempotency-Key must be 1 to {LONGEST} visible ASCII characters.");
        Problem::bad_request("idempotency.key_invalid", detail)
    })
}

async fn carry_out((parts, most): (Parts, usize), scope: String, key: String, request: Request, next: Next) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, most).await.map_err(|_| {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "request.too_large").detail("The body is too large, or it broke off.")
    })?;
    let mut hash = Sha256::new();
    for part in [head.method.as_str().as_bytes(), head.uri.to_string().as_bytes(), &body] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let keyed = Keyed { scope, key, request: hex::encode(hash.finalize()) };
    if let Claim::Again(given) = answers::claim(&parts.desk.db, parts.desk.now(), &keyed).await? {
        return replay(given);
    }
    // In a task of its own: a client that hangs up must not leave a change without its answer.
    let task = tokio::spawn(async move {
        let answer = next.run(Request::from_parts(head, Body::from(body))).await;
        keep(&parts, &keyed, answer).await
    });
    task.await.map_err(|error| Problem::internal(&error))?
}

/// Writes an answer down on its way out. After a failure of ours the outcome is unknown: the key stays taken.
async fn keep(parts: &Parts, keyed: &Keyed, answer: Response) -> Result<Response, Problem> {
    if answer.status().is_server_error() {
        return Ok(answer);
    }
    let secret = answer.extensions().get::<ShownOnce>().is_some();
    let (head, body) = answer.into_parts();
    let body = to_bytes(body, usize::MAX).await.map_err(|error| Problem::internal(&error))?;
    let given = if secret { shown_once() } else { given(head.status, &head.headers, &body) };
    if let Err(problem) = answers::keep(&parts.desk.db, parts.desk.now(), keyed, &given).await {
        tracing::warn!(%problem, "an answer could not be kept for its Idempotency-Key");
    }
    Ok(Response::from_parts(head, Body::from(body)))
}

fn given(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Given {
    let text = |name: HeaderName| Some((name.to_string(), headers.get(&name)?.to_str().ok()?.to_owned()));
    Given { status: status.as_u16(), headers: KEPT.into_iter().filter_map(text).collect(), body: body.to_vec() }
}

/// A secret is not written down: the second time it cannot be answered, only that it was.
fn shown_once() -> Given {
    let detail = "This request was carried out. Its answer held a secret that is shown once; revoke what was made and make another.";
    let problem = Problem::conflict("idempotency.shown_once", detail);
    Given { status: problem.status, headers: Vec::new(), body: serde_json::to_vec(&problem).unwrap_or_default() }
}

fn replay(given: Given) -> Result<Response, Problem> {
    let status = StatusCode::from_u16(given.status).map_err(|error| Problem::internal(&error))?;
    let problem = if status.is_success() { None } else { serde_json::from_slice::<Problem>(&given.body).ok() };
    let mut answer = match problem {
        Some(problem) => problem.into_response(),
        None => (status, given.body).into_response(),
    };
    for (name, value) in given.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            answer.headers_mut().insert(name, value);
        }
    }
    answer.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(answer)
}
