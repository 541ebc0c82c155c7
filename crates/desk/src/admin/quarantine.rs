//! What was set aside because it is no event: by whom it came, when, why, and its bytes as they came.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use db::Entry;
use lake::{Kept, KeptId};
use model::Timestamp;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Principal;
use crate::cases::CUSTODY;
use crate::investigate::lake_problem;
use crate::triage::notes::PageQuery;
use crate::triage::request::{Page, Params, attachment, limit};
use crate::{Desk, Problem};

pub(super) fn routes() -> OpenApiRouter<Desk> {
    OpenApiRouter::new().routes(routes!(quarantine)).routes(routes!(raw))
}

/// A piece of what was set aside.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuarantinedPiece {
    /// Its id.
    #[schema(example = "1-0")]
    pub id: String,
    /// The source that it came through.
    pub source: String,
    /// When.
    #[schema(value_type = String, format = "date-time")]
    pub received: Timestamp,
    /// The stable code of the fault.
    pub code: String,
    /// What is wrong with it. It may quote the sender: show it as text only.
    pub message: String,
    /// Bytes.
    pub size: u64,
}

impl From<Kept> for QuarantinedPiece {
    fn from(kept: Kept) -> Self {
        let Kept { id, source, received, code, message, size } = kept;
        QuarantinedPiece { id: id.to_string(), source, received, code, message, size }
    }
}

/// The lake reads files for this.
async fn blocking<T: Send + 'static>(
    desk: &Desk,
    work: impl FnOnce(lake::Lake) -> Result<T, lake::LakeError> + Send + 'static,
) -> Result<T, Problem> {
    let lake = desk.lake.clone();
    let done = tokio::task::spawn_blocking(move || work(lake)).await;
    done.map_err(|error| Problem::internal(&error))?.map_err(lake_problem)
}

/// What was set aside, newest first
#[utoipa::path(get, path = "/api/v1/quarantine", tag = "admin", params(PageQuery),
    responses((status = 200, body = Page<QuarantinedPiece>), (status = 400, body = Problem)))]
async fn quarantine(
    State(desk): State<Desk>,
    _: Principal,
    Params(query): Params<PageQuery>,
) -> Result<Json<Page<QuarantinedPiece>>, Problem> {
    let most = limit(query.limit.as_deref(), 100, 500)? as usize;
    let cursor = || Problem::bad_request("list.cursor", "This cursor is not one of this list.");
    let before: Option<KeptId> = query.cursor.as_deref().map(str::parse).transpose().map_err(|_| cursor())?;
    let mut kept = blocking(&desk, move |lake| lake.quarantined(before, most + 1)).await?;
    let more = kept.len() > most;
    kept.truncate(most);
    let next = kept.last().filter(|_| more).map(|last| last.id.to_string());
    Ok(Json(Page { items: kept.into_iter().map(QuarantinedPiece::from).collect(), next, total: None }))
}

/// The bytes of one piece, as a file. That they were taken stands in the journal
#[utoipa::path(get, path = "/api/v1/quarantine/{id}/raw", tag = "admin", params(("id" = String, Path, example = "1-0")),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 404, body = Problem)))]
async fn raw(State(desk): State<Desk>, who: Principal, Path(id): Path<String>) -> Result<Response, Problem> {
    let absent = || Problem::not_found("piece in quarantine");
    let id: KeptId = id.parse().map_err(|_| absent())?;
    let (kept, bytes) = blocking(&desk, move |lake| lake.quarantined_bytes(id)).await?.ok_or_else(absent)?;
    let mut tx = desk.db.begin(&who.context(desk.now())).await?;
    let after = Some(json!({ "source": kept.source, "received": kept.received, "code": kept.code, "size": kept.size }));
    let object = format!("quarantine:{id}");
    tx.journal(Entry { stream: CUSTODY, object, action: "quarantine.copy", before: None, after, reason: None }).await?;
    tx.commit().await?;
    attachment(&format!("quarantine-{id}.bin"), bytes)
}
