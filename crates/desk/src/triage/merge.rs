//! Several alerts that are one: the others are closed as its duplicates, and it takes over their events. That is not
//! undone: a merged alert is not reopened, the one that it went into is.

use axum::extract::{Path, State};
use axum::response::Response;
use db::{Entry, Sql, Tx, values};
use model::AlertId;
use sea_orm::FromQueryResult;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::absorb::{KEPT_EVENTS, MAX_WORDS, join};
use super::api::{MAX_COMMENT, alert_id};
use super::request::{Body, IfMatch, optional, tagged};
use super::{Alert, Change, MANY, risk, store};
use crate::access::Principal;
use crate::{Desk, Problem, Topic};

/// Alerts of one request.
const MAX_MERGED: usize = 100;

pub(super) fn routes() -> OpenApiRouter<Desk> {
    OpenApiRouter::new().routes(routes!(merge))
}

/// What goes into an alert.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeRequest {
    /// Open alerts, 1 to 100.
    #[schema(value_type = Vec<String>)]
    pub alerts: Vec<AlertId>,
    /// Why they are one.
    pub comment: Option<String>,
}

/// Takes other alerts in: they are closed as its duplicates and their events become its own.
#[utoipa::path(post, path = "/api/v1/alerts/{id}/merge", tag = "triage", params(("id" = String, Path, format = Uuid)),
    request_body = MergeRequest,
    responses((status = 200, body = Alert), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn merge(
    State(desk): State<Desk>,
    who: Principal,
    seen: IfMatch,
    Path(id): Path<String>,
    Body(wanted): Body<MergeRequest>,
) -> Result<Response, Problem> {
    let into = alert_id(&id)?;
    let comment = optional("comment", wanted.comment, MAX_COMMENT)?;
    let mut others = wanted.alerts;
    others.sort_unstable();
    others.dedup();
    if others.is_empty() || others.len() > MAX_MERGED || others.contains(&into) {
        let detail = format!("Name from 1 to {MAX_MERGED} other alerts.");
        return Err(Problem::unprocessable("alert.merge", detail));
    }
    let mut tx = desk.db.begin(&who.context(desk.now())).await?;
    // The alert writer waits too: it counts into open alerts.
    tx.one_at_a_time(MANY).await?;
    let alert = store::fetch_locked(&tx, into).await?.ok_or_else(|| Problem::not_found("alert"))?;
    seen.check("alert", alert.version)?;
    alert.standing().open("taking in others").map_err(|refused| refused.problem("alert"))?;
    let mut taken = Vec::new();
    for other in &others {
        let unknown = || Problem::unprocessable("alert.unknown", format!("There is no alert {other}."));
        taken.push(store::fetch_locked(&tx, *other).await?.ok_or_else(unknown)?);
        store::change(&mut tx, *other, &Change::Merge { into }, comment.clone()).await?;
    }
    take_in(&mut tx, &alert, &taken, comment).await?;
    tx.commit().await?;
    desk.live.notify(Topic::Alerts, others.iter().chain([&into]).map(AlertId::to_string).collect());
    let alert = store::fetch(&desk.db, into).await?;
    Ok(tagged(alert.version, &alert))
}

#[derive(FromQueryResult)]
struct Words {
    words: String,
    last_received: i64,
}

async fn take_in(tx: &mut Tx, alert: &Alert, taken: &[Alert], reason: Option<String>) -> Result<(), Problem> {
    let select = "SELECT words, last_received FROM alerts WHERE id = $1";
    let (mut words, mut last_received, mut entities) = (String::new(), 0, Vec::new());
    for one in std::iter::once(alert).chain(taken) {
        join(&mut entities, one.entities.clone());
        let row: Option<Words> = tx.conn().row(select, values![one.id.to_string()]).await?;
        let Some(row) = row else { continue };
        last_received = last_received.max(row.last_received);
        for line in row.words.lines() {
            if words.len() + line.len() < MAX_WORDS && !words.lines().any(|known| known == line) {
                words.push_str(line);
                words.push('\n');
            }
        }
    }
    let id = alert.id.to_string();
    let held: Option<i64> =
        tx.conn().scalar("SELECT COUNT(*) FROM detections WHERE alert = $1", values![id.as_str()]).await?;
    let mut room = KEPT_EVENTS - held.unwrap_or(0);
    for one in taken {
        let copy = "INSERT INTO detections (alert, node, seq, rule, version, time, received) \
                    SELECT $1, node, seq, rule, version, time, received FROM detections WHERE alert = $2 \
                    ORDER BY node, seq LIMIT $3 ON CONFLICT DO NOTHING";
        let copied = tx.conn().run(copy, values![id.as_str(), one.id.to_string(), room.max(0)]).await?;
        room -= i64::try_from(copied).unwrap_or(0);
    }
    let all = || std::iter::once(alert).chain(taken);
    let count = all().map(|one| one.count).fold(0, i64::saturating_add);
    let first = all().map(|one| one.first_seen).min().unwrap_or(alert.first_seen);
    let last = all().map(|one| one.last_seen).max().unwrap_or(alert.last_seen);
    let update = "UPDATE alerts SET version = version + 1, updated_at = $2, count = $3, first_seen = $4, last_seen = $5, \
                  last_received = $6, risk = $7, entities = $8, words = $9 WHERE id = $1";
    let entities = serde_json::to_string(&entities).map_err(|error| Problem::internal(&error))?;
    let now = tx.context().now.nanos();
    let risk = i64::from(risk(alert.severity, count, &alert.tags));
    let bound = values![id, now, count, first.nanos(), last.nanos(), last_received, risk, entities, words];
    tx.conn().run(update, bound).await?;
    let merged: Vec<_> =
        taken.iter().map(|one| json!({ "alert": one.id, "number": one.number, "count": one.count })).collect();
    tx.journal(Entry {
        stream: "alerts",
        object: Alert::object(alert.id),
        action: "alert.take_in",
        before: Some(json!({ "count": alert.count })),
        after: Some(json!({ "count": count, "merged": merged })),
        reason,
    })
    .await?;
    Ok(())
}
