//! Reading evidence. Whoever sees its content or takes a copy stands in the journal first, in a stream of its own: a
//! case's history is what was changed, its custody who has seen what. What cannot be journalled is not shown.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use db::{Entry, Sql, values};
use sea_orm::FromQueryResult;
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::api::number;
use super::evidence::{self, Evidence};
use super::{Case, store};
use crate::access::Principal;
use crate::triage::notes::PageQuery;
use crate::triage::request::{Page, Params, attachment};
use crate::{Desk, Problem};

/// The stream of the journal for reading.
pub(crate) const CUSTODY: &str = "custody";

pub(super) fn routes() -> OpenApiRouter<Desk> {
    OpenApiRouter::new().routes(routes!(read_evidence)).routes(routes!(copy))
}

async fn journal(
    desk: &Desk,
    who: &Principal,
    case: i64,
    action: &'static str,
    what: serde_json::Value,
) -> Result<(), Problem> {
    let mut tx = desk.db.begin(&who.context(desk.now())).await?;
    let object = Case::object(case);
    tx.journal(Entry { stream: CUSTODY, object, action, before: None, after: Some(what), reason: None }).await?;
    Ok(tx.commit().await?)
}

/// The evidence of a case. That it was read stands in the journal.
#[utoipa::path(get, path = "/api/v1/cases/{number}/evidence", tag = "cases", params(("number" = i64, Path), PageQuery),
    responses((status = 200, body = Page<Evidence>), (status = 404, body = Problem)))]
async fn read_evidence(
    State(desk): State<Desk>,
    who: Principal,
    Path(text): Path<String>,
    Params(query): Params<PageQuery>,
) -> Result<Json<Page<Evidence>>, Problem> {
    let case = store::fetch(&desk.db, number(&text)?).await?;
    let page = evidence::list(&desk.db, case.number, &query).await?;
    if let (Some(first), Some(last)) = (page.items.first(), page.items.last()) {
        let what = json!({ "pieces": page.items.len(), "first": first.id, "last": last.id });
        journal(&desk, &who, case.number, "evidence.read", what).await?;
    }
    Ok(Json(page))
}

#[derive(FromQueryResult)]
struct Piece {
    sha256: String,
    content: Vec<u8>,
}

/// All bytes of one piece, as they were taken. Bytes that do not have their hash any more are not handed out.
#[utoipa::path(get, path = "/api/v1/cases/{number}/evidence/{id}/raw", tag = "cases",
    params(("number" = i64, Path), ("id" = String, Path, format = Uuid)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 404, body = Problem),
        (status = 500, body = Problem)))]
async fn copy(
    State(desk): State<Desk>,
    who: Principal,
    Path((text, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let absent = || Problem::not_found("piece of evidence");
    let case = store::fetch(&desk.db, number(&text)?).await?;
    let id = uuid::Uuid::parse_str(&id).map_err(|_| absent())?;
    let select = "SELECT sha256, content FROM evidence WHERE id = $1 AND case_number = $2";
    let piece: Option<Piece> = desk.db.reader().row(select, values![id.to_string(), case.number]).await?;
    let Piece { sha256, content } = piece.ok_or_else(absent)?;
    let whole = hex::encode(Sha256::digest(&content)) == sha256;
    let action = if whole { "evidence.copy" } else { "evidence.damaged" };
    journal(&desk, &who, case.number, action, json!({ "evidence": id, "sha256": sha256, "size": content.len() }))
        .await?;
    if !whole {
        let damaged = Problem::new(axum::http::StatusCode::INTERNAL_SERVER_ERROR, "evidence.damaged");
        return Err(damaged.detail(
            "The bytes in the records do not have the hash that was taken at intake. They are kept as they are.",
        ));
    }
    attachment(&format!("C-{}-{id}.bin", case.number), content)
}
