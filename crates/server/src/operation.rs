//! For whoever runs the program: is it alive, is it ready, what has it done.

use crate::Parts;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use desk::Problem;
use std::fmt::Write;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Parts> {
    OpenApiRouter::new().routes(routes!(alive)).routes(routes!(ready)).routes(routes!(metrics))
}

/// Whether the program runs
#[utoipa::path(get, path = "/healthz", tag = "operation", responses((status = 200, body = String)))]
async fn alive() -> &'static str {
    "ok\n"
}

/// Whether it can do its work: take events in and reach its records
#[utoipa::path(get, path = "/readyz", tag = "operation", responses((status = 200, body = String), (status = 503, body = Problem)))]
async fn ready(State(parts): State<Parts>) -> Result<String, Problem> {
    parts.pipeline.ready()?;
    let position = parts.desk.db.follower_position().await.map_err(|error| {
        tracing::warn!(%error, "not ready");
        Problem::unavailable("records.unavailable", "The records database does not answer. Events are still taken in.")
    })?;
    let behind = parts.desk.lake.stats().events.saturating_sub(position);
    Ok(format!("ready, alerts {behind} events behind\n"))
}

/// Counts in Prometheus's text format
#[utoipa::path(get, path = "/metrics", tag = "operation", responses((status = 200, body = String)))]
async fn metrics(State(parts): State<Parts>) -> Response {
    let mut out = String::new();
    let total = parts.pipeline.counters().total();
    let counts = [
        ("sent", "Events that came to the door, repetitions included", total.sent),
        ("received", "Events that came for the first time: stored, rejected, quarantined or dropped", total.received),
        ("stored", "Events made durable", total.stored),
        ("rejected", "Events refused as malformed", total.rejected),
        ("quarantined", "Events kept aside with a reason", total.quarantined),
        ("dropped", "Events lost by protocols that cannot wait, or that have no acknowledgement", total.dropped),
        ("repeated", "Events known by their id and not stored again", total.repeated),
        ("refused", "Events not taken because the log could not be written or an id was used twice", total.refused),
        ("flagged", "Events stored with a diagnostic", total.flagged),
        ("bytes", "Raw bytes stored", total.bytes),
    ];
    for (name, help, value) in counts {
        metric(&mut out, &format!("watchfloor_ingest_{name}_total"), "counter", help, value);
    }
    let lake = parts.desk.lake.stats();
    for (name, help, value) in [
        ("events", "Events in the store", lake.events),
        ("memory_events", "Events not sealed yet", lake.memory_events),
        ("memory_bytes", "Bytes of events not sealed yet", lake.memory_bytes),
        ("segments", "Segments", lake.segments),
        ("segment_bytes", "Bytes of segments", lake.segment_bytes),
        ("wal_bytes", "Bytes of the log", lake.wal_bytes),
        ("bare_events", "Events stored without their fields since the start", lake.bare_events),
    ] {
        metric(&mut out, &format!("watchfloor_lake_{name}"), "gauge", help, value);
    }
    let remembered = parts.pipeline.spending().remembered();
    let figures = remembered.figures;
    for (name, kind, help, value) in [
        ("state_bytes", "gauge", "Bytes that correlations remember", figures.bytes),
        ("state_limit_bytes", "gauge", "Bytes that they may remember", remembered.limit),
        ("state_groups", "gauge", "Groups that correlations remember", figures.groups),
        ("state_entries", "gauge", "Matches in these groups", figures.entries),
        ("evicted_groups_total", "counter", "Groups forgotten because the state was at its limit", figures.evicted),
        ("dropped_entries_total", "counter", "Matches forgotten because their group was full", figures.dropped),
    ] {
        metric(&mut out, &format!("watchfloor_correlations_{name}"), kind, help, value);
    }
    lists(&mut out, parts.pipeline.watching());
    if let Ok(position) = parts.desk.db.follower_position().await {
        metric(&mut out, "watchfloor_alerts_position", "gauge", "Ingest sequence up to which alerts are written", position);
    }
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], out).into_response()
}

fn lists(out: &mut String, watching: &ingest::Watching) {
    let (indicators, reports) = (watching.indicators(), watching.reports());
    let refused = reports.iter().map(|report| report.refused).sum();
    for (name, help, value) in [
        ("indicators", "Distinct indicators in force", indicators.len() as u64),
        ("indicator_bytes", "Bytes that they hold in memory", indicators.heap_bytes() as u64),
        ("lists", "Lists of indicators, warninglists and watchlists", reports.len() as u64),
        ("list_refused_entries", "Entries of lists that cannot be used", refused),
    ] {
        metric(out, &format!("watchfloor_{name}"), "gauge", help, value);
    }
    let held = watching.harmless();
    if held.is_empty() {
        return;
    }
    let name = "watchfloor_indicator_hits_held_total";
    let _ = writeln!(out, "# HELP {name} Hits of indicators that a warninglist has held back since the start\n# TYPE {name} counter");
    for (list, count) in held {
        let _ = writeln!(out, "{name}{{list=\"{}\"}} {count}", label(&list));
    }
}

/// A text as the value of a label: lists are called as their files are.
fn label(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn metric(out: &mut String, name: &str, kind: &str, help: &str, value: u64) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
}
