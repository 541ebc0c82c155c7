//! Errors as RFC 9457 problem documents, with a stable code and the id of the request.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// One error as a client sees it.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// A stable code such as `alert.reason_missing`; programs decide by it.
    #[schema(value_type = String)]
    pub code: Cow<'static, str>,
    /// A short sentence, the same for every occurrence.
    pub title: String,
    /// What is wrong this time, and what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Where in a query it is wrong: from this byte up to that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<[u32; 2]>,
    /// The request; filled in by the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl Problem {
    /// A problem; the title is the status's own phrase until [`Problem::detail`] says more.
    pub fn new(status: StatusCode, code: impl Into<Cow<'static, str>>) -> Self {
        Problem {
            status: status.as_u16(),
            code: code.into(),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            detail: None,
            place: None,
            request_id: None,
        }
    }

    /// The same, saying what is wrong.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// The same, saying where in the query.
    #[must_use]
    pub fn at(mut self, place: [usize; 2]) -> Self {
        self.place = Some(place.map(|byte| u32::try_from(byte).unwrap_or(u32::MAX)));
        self
    }

    /// 400.
    pub fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Problem::new(StatusCode::BAD_REQUEST, code).detail(detail)
    }
    /// 401: no session or token, or one that is over.
    pub fn unauthenticated() -> Self {
        Problem::new(StatusCode::UNAUTHORIZED, "auth.required").detail("Log in, or send a bearer token.")
    }
    /// 403.
    pub fn forbidden(code: &'static str, detail: impl Into<String>) -> Self {
        Problem::new(StatusCode::FORBIDDEN, code).detail(detail)
    }
    /// 404: absent, or not for this actor; the answer is the same.
    pub fn not_found(what: &str) -> Self {
        Problem::new(StatusCode::NOT_FOUND, "not_found").detail(format!("There is no such {what}."))
    }
    /// 409.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Problem::new(StatusCode::CONFLICT, code).detail(detail)
    }
    /// 412: somebody else changed the record meanwhile.
    pub fn stale(what: &str, theirs: i64, ours: i64) -> Self {
        Problem::new(StatusCode::PRECONDITION_FAILED, "record.stale")
            .detail(format!("The {what} has changed: you saw version {theirs}, it is at version {ours}. Load it again."))
    }
    /// 422: understood and refused.
    pub fn unprocessable(code: &'static str, detail: impl Into<String>) -> Self {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code).detail(detail)
    }
    /// 503.
    pub fn unavailable(code: &'static str, detail: impl Into<String>) -> Self {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, code).detail(detail)
    }
    /// 500. The cause is logged here, once, and not told to the client.
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "a request failed");
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal")
            .detail("The program failed to answer. The log has the cause under this request id.")
    }
}

/// Marks an answer that holds a secret: it must not be written down anywhere.
#[derive(Clone, Copy, Debug)]
pub struct ShownOnce;

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.status, self.code)?;
        match &self.detail {
            Some(detail) => write!(f, ": {detail}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Problem {}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&self)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        // The server reads it back to add the request's id.
        response.extensions_mut().insert(self);
        response
    }
}

impl From<db::DbError> for Problem {
    fn from(error: db::DbError) -> Self {
        if error.is_unavailable() {
            tracing::warn!(%error, "the records cannot be reached");
            return Problem::unavailable("records.unavailable", "The records database does not answer. Events are still taken in.");
        }
        Problem::internal(&error)
    }
}
