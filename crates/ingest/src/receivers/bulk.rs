//! Elasticsearch's `_bulk` and the handshake that its clients want before they send.
//!
//! Every answer carries `X-Elastic-Product`; every item is answered in the order of the request with its own honest
//! status: 201 stored, 200 known by its `_id`, 409 an `_id` used for another document, 400 refused or set aside, 429 when the queue is full.

use crate::pipeline::{IngestError, ItemOutcome, Pipeline, Submission};
use crate::receivers::http::{decode_problem, encoding, source_name, unpacked};
use crate::{Frames, decode};
use axum::Json;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use bytes::Bytes;
use desk::Problem;
use desk::access::Principal;
use rustc_hash::FxHashMap;
use serde_json::{Value, json};
use std::ops::Range;

/// The version that we answer as: Beats refuse a server older than themselves, so it follows the client's own.
const VERSION: &str = "8.19.0";

/// The routes of this receiver. The handshake's `GET /` is [`info`]: the console shares that path.
pub fn routes() -> Router<Pipeline> {
    Router::new()
        .route("/_bulk", post(bulk).put(bulk))
        .route("/{index}/_bulk", post(bulk_of).put(bulk_of))
        .route("/_license", get(license))
        .route("/_xpack", get(xpack))
        .route("/_cluster/health", get(health))
        .route("/_nodes/http", get(nodes))
        .route("/_ilm/policy/{name}", any(accepted))
        .route("/_index_template/{name}", any(accepted))
        .route("/_template/{name}", any(accepted))
        .route("/_component_template/{name}", any(accepted))
        .route("/_data_stream/{name}", any(accepted))
        .route("/_ingest/pipeline/{name}", any(accepted))
}

/// `GET /` for a client that is no browser.
pub fn info(headers: &HeaderMap) -> Response {
    let version = headers
        .get(header::USER_AGENT)
        .and_then(|agent| agent.to_str().ok())
        .and_then(client_version)
        .unwrap_or(VERSION);
    elastic(Json(json!({
        "name": "watchfloor", "cluster_name": "watchfloor", "cluster_uuid": "watchfloor",
        "version": {"number": version, "build_flavor": "default", "build_type": "docker", "build_hash": "0", "build_date": "2026-01-01T00:00:00Z",
            "build_snapshot": false, "lucene_version": "9.12.0", "minimum_wire_compatibility_version": "7.17.0", "minimum_index_compatibility_version": "7.0.0"},
        "tagline": "You Know, for Search"
    })))
}

/// `Elastic-winlogbeat/8.15.2 (…)` → `8.15.2`.
fn client_version(agent: &str) -> Option<&str> {
    let version = agent.split_once('/')?.1.split([' ', '(']).next()?;
    let plain = version.split('.').count() == 3 && version.bytes().all(|b| b.is_ascii_digit() || b == b'.') && version.len() < 16;
    let recent = version.split('.').next()?.parse::<u32>().ok()? >= 7;
    (plain && recent).then_some(version)
}

async fn license() -> Response {
    elastic(Json(json!({"license": {"status": "active", "uid": "watchfloor", "type": "basic", "mode": "basic"}})))
}

async fn xpack() -> Response {
    elastic(Json(json!({"features": {}, "license": {"type": "basic", "mode": "basic", "status": "active"}})))
}

async fn health() -> Response {
    elastic(Json(json!({"cluster_name": "watchfloor", "status": "green", "timed_out": false, "number_of_nodes": 1, "number_of_data_nodes": 1})))
}

async fn nodes() -> Response {
    elastic(Json(json!({"_nodes": {"total": 1, "successful": 1, "failed": 0}, "cluster_name": "watchfloor", "nodes": {}})))
}

/// Templates, policies and pipelines: fields are mapped here already, so a client's wish is heard and has no effect.
async fn accepted() -> Response {
    elastic(Json(json!({"acknowledged": true})))
}

async fn bulk(State(pipeline): State<Pipeline>, who: Principal, headers: HeaderMap, body: Bytes) -> Response {
    take(&pipeline, &who, None, &headers, body).await
}

async fn bulk_of(
    State(pipeline): State<Pipeline>,
    who: Principal,
    Path(index): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    take(&pipeline, &who, Some(&index), &headers, body).await
}

async fn take(pipeline: &Pipeline, who: &Principal, index: Option<&str>, headers: &HeaderMap, body: Bytes) -> Response {
    let _counted = pipeline.body().await;
    let (encoding, default_index) = (encoding(headers), index.map(str::to_owned));
    let unpack = move || decode(body, encoding.as_deref()).map_err(decode_problem).and_then(|body| sorted(body, default_index.as_deref()));
    let Sorted { body, items, mut statuses, by_source } = match unpacked(unpack).await.and_then(|sorted| sorted) {
        Ok(sorted) => sorted,
        Err(problem) => return refused(&problem),
    };
    for (source, places) in by_source {
        let frames = Frames::of(body.clone(), places.iter().map(|p| items[*p].document.clone()).collect());
        let mut submission = Submission::new(source, parse::Format::Json, frames);
        submission.peer = who.address.as_deref().and_then(|a| a.parse().ok());
        if places.iter().any(|p| items[*p].id.is_some()) {
            submission.item_ids = places.iter().map(|p| items[*p].id.clone()).collect();
        }
        match pipeline.submit(submission).await {
            Ok(receipt) => {
                for (place, outcome) in places.iter().zip(receipt.items) {
                    statuses[*place] = Some(Status::of(&outcome));
                }
            }
            Err(IngestError::Log(error)) => return refused(&Problem::unavailable("ingest.log", error.to_string())),
            Err(error) => {
                for place in places {
                    statuses[place] = Some(Status { code: 429, result: "", error: Some(("es_rejected_execution_exception", error.to_string())) });
                }
            }
        }
    }
    answer(&items, statuses)
}

/// A request, read and sorted.
struct Sorted {
    body: Bytes,
    items: Vec<Item>,
    /// The answers that are known before anything is handed in.
    statuses: Vec<Option<Status>>,
    /// The places of each source's items: one submission per index, since ids are known per source.
    by_source: Vec<(String, Vec<usize>)>,
}

/// Indices of a request. Each is a submission and a group in the log of its own.
const MAX_SOURCES: usize = 200;

fn sorted(body: Bytes, default_index: Option<&str>) -> Result<Sorted, Problem> {
    let items = read(&body, default_index)?;
    let mut statuses: Vec<Option<Status>> = Vec::with_capacity(items.len());
    statuses.resize_with(items.len(), || None);
    let mut by_source: Vec<(String, Vec<usize>)> = Vec::new();
    let mut known: FxHashMap<String, usize> = FxHashMap::default();
    for (place, item) in items.iter().enumerate() {
        match source_name(source_of(&item.index)) {
            Err(problem) => statuses[place] = Some(Status::bad("illegal_argument_exception", &problem.to_string())),
            Ok(_) if item.action == "delete" || item.action == "update" => {
                statuses[place] = Some(Status::bad("illegal_argument_exception", "events are append-only: use create or index"));
            }
            Ok(source) => match known.get(&source) {
                Some(at) => by_source[*at].1.push(place),
                None if by_source.len() == MAX_SOURCES => {
                    return Err(Problem::bad_request("bulk.indices", format!("more than {MAX_SOURCES} indices in one request")));
                }
                None => {
                    known.insert(source.clone(), by_source.len());
                    by_source.push((source, vec![place]));
                }
            },
        }
    }
    Ok(Sorted { body, items, statuses, by_source })
}

/// One action and its document.
struct Item {
    action: &'static str,
    index: String,
    id: Option<String>,
    document: Range<usize>,
}

/// Reads action and document lines. An action that cannot be read makes the rest unreadable: the request is refused whole.
fn read(body: &Bytes, default_index: Option<&str>) -> Result<Vec<Item>, Problem> {
    let mut items = Vec::new();
    let mut at = 0;
    while let Some(action_line) = next_line(body, &mut at) {
        let line = &body[action_line.clone()];
        if line.trim_ascii().is_empty() {
            continue;
        }
        let place = items.len() + 1;
        let malformed = |what: &str| Problem::bad_request("bulk.action", format!("action {place}: {what}"));
        let parsed: Value = serde_json::from_slice(line).map_err(|error| malformed(&error.to_string()))?;
        let object = parsed.as_object().filter(|object| object.len() == 1).ok_or_else(|| malformed("one action was expected"))?;
        let (name, details) = object.iter().next().ok_or_else(|| malformed("one action was expected"))?;
        let action = ["create", "index", "update", "delete"]
            .into_iter()
            .find(|known| known == name)
            .ok_or_else(|| malformed("create or index was expected"))?;
        let text = |key: &str| details.get(key).and_then(Value::as_str).map(str::to_owned);
        let document = if action == "delete" {
            0..0
        } else {
            next_line(body, &mut at).ok_or_else(|| malformed("its document is missing"))?
        };
        items.push(Item {
            action,
            index: text("_index").or_else(|| default_index.map(str::to_owned)).unwrap_or_else(|| "elasticsearch".to_owned()),
            id: text("_id").filter(|id| !id.is_empty() && id.len() <= 512),
            document,
        });
    }
    Ok(items)
}

fn next_line(body: &[u8], at: &mut usize) -> Option<Range<usize>> {
    if *at >= body.len() {
        return None;
    }
    let start = *at;
    let end = memchr::memchr(b'\n', &body[start..]).map_or(body.len(), |found| start + found);
    *at = end + 1;
    Some(start..end)
}

/// An index without the date that clients append, so that a day does not make a source: `winlogbeat-2026.03.12` → `winlogbeat`.
fn source_of(index: &str) -> &str {
    let stem = index.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    match stem.strip_suffix('-') {
        Some(name) if !name.is_empty() && stem.len() < index.len() => name,
        _ => index,
    }
}

struct Status {
    code: u16,
    result: &'static str,
    error: Option<(&'static str, String)>,
}

impl Status {
    fn bad(kind: &'static str, reason: &str) -> Status {
        Status { code: 400, result: "", error: Some((kind, reason.to_owned())) }
    }

    fn of(outcome: &ItemOutcome) -> Status {
        match outcome {
            ItemOutcome::Stored => Status { code: 201, result: "created", error: None },
            ItemOutcome::Repeated => Status { code: 200, result: "noop", error: None },
            ItemOutcome::Conflict => {
                let reason = "this _id was used before for another document, which is kept".to_owned();
                Status { code: 409, result: "", error: Some(("version_conflict_engine_exception", reason)) }
            }
            ItemOutcome::Quarantined(fault) | ItemOutcome::Rejected(fault) => {
                Status::bad("document_parsing_exception", &format!("{}: {}", fault.code, fault.message))
            }
        }
    }
}

fn answer(items: &[Item], statuses: Vec<Option<Status>>) -> Response {
    let mut errors = false;
    let items: Vec<Value> = items
        .iter()
        .zip(statuses)
        .map(|(item, status)| {
            let status = status.unwrap_or_else(|| Status::bad("illegal_state_exception", "no answer from the pipeline"));
            let mut body = json!({"_index": item.index, "_id": item.id, "_version": 1, "status": status.code});
            match status.error {
                Some((kind, reason)) => {
                    errors = true;
                    body["error"] = json!({"type": kind, "reason": reason});
                }
                None => {
                    body["result"] = json!(status.result);
                    body["_shards"] = json!({"total": 1, "successful": 1, "failed": 0});
                }
            }
            json!({item.action: body})
        })
        .collect();
    elastic(Json(json!({"took": 0, "errors": errors, "items": items})))
}

fn refused(problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
    let error = json!({"type": problem.code, "reason": problem.detail});
    let mut response = elastic((status, Json(json!({"error": error, "status": problem.status}))));
    if status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

fn elastic(answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    response.headers_mut().insert(HeaderName::from_static("x-elastic-product"), HeaderValue::from_static("Elasticsearch"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_an_index_without_its_date() {
        for (index, source) in [
            ("winlogbeat-8.15.0-2026.03.12", "winlogbeat-8.15.0"),
            ("logs-2026.03.12", "logs"),
            ("windows", "windows"),
            ("dc1", "dc1"),
            ("2026", "2026"),
        ] {
            assert_eq!(source_of(index), source, "{index}");
        }
    }

    #[test]
    fn a_client_hears_its_own_version() {
        assert_eq!(client_version("Elastic-winlogbeat/8.15.2 (windows; amd64)"), Some("8.15.2"));
        assert_eq!(client_version("elasticsearch-py/9.1.0 (Python/3.11)"), Some("9.1.0"));
        assert_eq!(client_version("curl/7.88"), None);
        assert_eq!(client_version("x/1.2.3"), None);
    }

    #[test]
    fn actions_and_documents_are_paired_and_blank_lines_passed_over() {
        let body = Bytes::from_static(b"{\"create\":{\"_index\":\"a\",\"_id\":\"1\"}}\n{\"x\":1}\n\n{\"index\":{}}\n{\"y\":2}");
        let items = read(&body, Some("b")).unwrap();
        assert_eq!(items.len(), 2);
        assert_eq!((&items[0].index[..], items[0].id.as_deref(), &body[items[0].document.clone()]), ("a", Some("1"), &b"{\"x\":1}"[..]));
        assert_eq!((&items[1].index[..], &body[items[1].document.clone()]), ("b", &b"{\"y\":2}"[..]));
        assert!(read(&Bytes::from_static(b"{\"create\":{}}\n"), None).is_err());
        assert!(read(&Bytes::from_static(b"nonsense\n{}\n"), None).is_err());
    }

    #[test]
    fn items_are_sorted_by_source_and_too_many_indices_are_refused() {
        let body = |indices: usize| {
            let lines: String = (0..indices * 2).map(|n| format!("{{\"create\":{{\"_index\":\"i{}x\"}}}}\n{{}}\n", n % indices)).collect();
            Bytes::from(lines)
        };
        let sorted_by = sorted(body(MAX_SOURCES), None).unwrap().by_source;
        assert_eq!((sorted_by.len(), &sorted_by[1]), (MAX_SOURCES, &("i1x".to_owned(), vec![1, MAX_SOURCES + 1])));
        assert_eq!(sorted(body(MAX_SOURCES + 1), None).err().map(|problem| problem.code.to_string()), Some("bulk.indices".to_owned()));
    }
}
