//! `POST /api/v1/ingest?source=NAME`: NDJSON or raw lines, answered after the durable write.

use crate::pipeline::{IngestError, Pipeline, Submission};
use crate::{DecodeError, Frames, decode};
use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use desk::Problem;
use desk::access::Principal;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa_axum::{router::OpenApiRouter, routes};

/// What the client says of a batch.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct IngestQuery {
    /// The source to count it for; the token's name if absent.
    source: Option<String>,
    /// `auto` (the default), `json`, `syslog` or `lines`.
    format: Option<String>,
}

/// What became of a batch. `received = stored + rejected + quarantined`.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct IngestAnswer {
    /// Records in the body.
    pub received: u32,
    /// Records that are durable now (of a batch sent again: since the first time).
    pub stored: u32,
    /// Records refused.
    pub rejected: u32,
    /// Records set aside with a reason.
    pub quarantined: u32,
    /// Whether the batch was known by its id and nothing was stored now.
    pub replayed: bool,
}

/// The routes of this receiver.
pub fn routes() -> OpenApiRouter<Pipeline> {
    OpenApiRouter::new().routes(routes!(ingest))
}

/// Takes a batch of events. `Idempotency-Key` names it: sent again, it is answered as the first time and stored once.
#[utoipa::path(post, path = "/api/v1/ingest", tag = "ingest", params(IngestQuery),
    request_body(content = String, content_type = "application/x-ndjson"),
    responses((status = 200, body = IngestAnswer), (status = 409, body = Problem), (status = 413, body = Problem), (status = 429, body = Problem)))]
async fn ingest(
    State(pipeline): State<Pipeline>,
    who: Principal,
    Query(query): Query<IngestQuery>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let source = source_name(query.source.as_deref().unwrap_or(&who.actor.name))?;
    let format = match query.format.as_deref() {
        None => parse::Format::Auto,
        Some(word) => parse::Format::parse(word)
            .ok_or_else(|| Problem::bad_request("ingest.format", "The formats are auto, json, syslog and lines."))?,
    };
    let _counted = pipeline.body().await;
    let encoding = encoding(&headers);
    let unpack = move || {
        let digest: [u8; 32] = Sha256::digest(&body).into();
        decode(body, encoding.as_deref()).map(|body| (digest, Frames::split(body, format)))
    };
    let (digest, frames) = unpacked(unpack).await?.map_err(decode_problem)?;
    let mut submission = Submission::new(source, format, frames);
    submission.peer = who.address.as_deref().and_then(|a| a.parse().ok());
    submission.id = batch_id(&headers, digest)?;
    let receipt = pipeline.submit(submission).await.map_err(ingest_problem)?;
    let answer = IngestAnswer {
        received: receipt.received,
        stored: receipt.stored,
        rejected: receipt.rejected,
        quarantined: receipt.quarantined,
        replayed: receipt.replayed,
    };
    Ok((StatusCode::OK, Json(answer)).into_response())
}

/// The body's `Content-Encoding`.
pub(crate) fn encoding(headers: &HeaderMap) -> Option<String> {
    headers.get(header::CONTENT_ENCODING).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// Does the work that a body costs beside the threads that answer requests.
pub(crate) async fn unpacked<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Problem::unavailable("ingest.unpack", error.to_string()))
}

fn batch_id(headers: &HeaderMap, body: [u8; 32]) -> Result<Option<lake::BatchId>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    match value.to_str() {
        Ok(id) if (1..=256).contains(&id.len()) => Ok(Some(lake::BatchId { id: id.to_owned(), body })),
        _ => Err(Problem::bad_request("ingest.idempotency_key", "The Idempotency-Key must be 1 to 256 visible ASCII characters.")),
    }
}

/// A source's name: it becomes part of records, metrics and screens.
pub(crate) fn source_name(name: &str) -> Result<String, Problem> {
    let valid = (1..=128).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if valid {
        Ok(name.to_owned())
    } else {
        Err(Problem::bad_request("ingest.source", "A source name has 1 to 128 characters and no control characters."))
    }
}

pub(crate) fn decode_problem(error: DecodeError) -> Problem {
    match error {
        DecodeError::Unsupported(_) => Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "ingest.encoding").detail(error.to_string()),
        DecodeError::TooLarge | DecodeError::TooMany => Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "ingest.too_large").detail(error.to_string()),
        DecodeError::Damaged(_) => Problem::bad_request("ingest.damaged", error.to_string()),
    }
}

pub(crate) fn ingest_problem(error: IngestError) -> Problem {
    let detail = error.to_string();
    match error {
        IngestError::Busy => Problem::new(StatusCode::TOO_MANY_REQUESTS, "ingest.busy").detail(detail),
        IngestError::Conflict => Problem::conflict("ingest.id_reused", detail),
        IngestError::TooLarge(_) => Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "ingest.too_large").detail(detail),
        IngestError::Log(_) => Problem::unavailable("ingest.log", detail),
        IngestError::Stopping => Problem::unavailable("ingest.stopping", detail),
    }
}
