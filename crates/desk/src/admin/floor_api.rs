//! The routes that show what the sources send and what the journal holds.

use axum::Json;
use axum::extract::State;
use db::journal::{JournalEntry, JournalFilter, MAX_PAGE, is_cursor};
use model::{ActorKind, JournalId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{SourceRow, SourceTotals};
use crate::access::Principal;
use crate::triage::notes::PageQuery;
use crate::triage::request::{Page, Params, filter_text, instant, limit};
use crate::{Desk, Problem};

pub(super) fn routes() -> OpenApiRouter<Desk> {
    OpenApiRouter::new().routes(routes!(sources)).routes(routes!(journal))
}

/// What the sources send.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceList {
    /// The sources of this page, by name.
    pub items: Vec<SourceRow>,
    /// Where the next page begins; null after the last.
    pub next: Option<String>,
    /// How many there are on all pages.
    pub total: Option<i64>,
    /// The sums over all of them.
    pub totals: SourceTotals,
}

/// What each source sends, and whether it is late
#[utoipa::path(get, path = "/api/v1/sources", tag = "admin", params(PageQuery),
    responses((status = 200, body = SourceList), (status = 400, body = Problem)))]
async fn sources(
    State(desk): State<Desk>,
    _: Principal,
    Params(query): Params<PageQuery>,
) -> Result<Json<SourceList>, Problem> {
    let (all, totals) = super::sources(&desk.db, desk.now()).await?;
    let Page { items, next, total } = query.of("sources", all, super::LISTED)?;
    Ok(Json(SourceList { items, next, total, totals }))
}

/// An entry of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct JournalItem {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    pub id: JournalId,
    /// When.
    #[schema(value_type = String, format = "date-time")]
    pub at: Timestamp,
    /// Who.
    pub actor: JournalActor,
    /// From which address.
    pub address: Option<String>,
    /// In answer to which request.
    pub request: Option<String>,
    /// To what: `alert:<id>`, `case:12`, `user:<id>`, `token:<id>`.
    pub object: String,
    /// What was done: `alert.close`.
    pub action: String,
    /// The changed fields as they were.
    pub before: Option<serde_json::Value>,
    /// The changed fields as they became.
    pub after: Option<serde_json::Value>,
    /// Why.
    pub reason: Option<String>,
    /// The chain that it stands in.
    pub stream: String,
    /// Its place in the chain.
    pub seq: i64,
}

/// The actor of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct JournalActor {
    /// `user`, `token`, `system` or `console`.
    #[schema(value_type = String)]
    pub kind: ActorKind,
    /// The person, or the owner of the token.
    #[schema(value_type = Option<String>, format = "uuid")]
    pub user: Option<UserId>,
    /// The name as it was then.
    pub name: String,
}

impl From<JournalEntry> for JournalItem {
    fn from(entry: JournalEntry) -> Self {
        JournalItem {
            id: entry.id,
            at: entry.at,
            actor: JournalActor { kind: entry.actor.kind, user: entry.actor.user, name: entry.actor.name },
            address: entry.address,
            request: entry.request,
            object: entry.object,
            action: entry.action,
            before: entry.before,
            after: entry.after,
            reason: entry.reason,
            stream: entry.stream,
            seq: entry.seq,
        }
    }
}

/// Which entries of the journal.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct JournalQuery {
    /// Of this object: `alert:<id>`, `case:12`, `user:<id>`.
    pub object: Option<String>,
    /// By this actor: a user's id, or a name.
    pub actor: Option<String>,
    /// Not before this instant.
    pub from: Option<String>,
    /// Before this instant.
    pub to: Option<String>,
    /// Entries on a page, 100 if absent, at most 1000.
    pub limit: Option<String>,
    /// Where the last page ended.
    pub cursor: Option<String>,
}

/// What was changed, by whom and why, newest first
#[utoipa::path(get, path = "/api/v1/journal", tag = "admin", params(JournalQuery),
    responses((status = 200, body = Page<JournalItem>), (status = 400, body = Problem)))]
async fn journal(
    State(desk): State<Desk>,
    _: Principal,
    Params(query): Params<JournalQuery>,
) -> Result<Json<Page<JournalItem>>, Problem> {
    if query.cursor.as_deref().is_some_and(|cursor| !is_cursor(cursor)) {
        return Err(Problem::bad_request("list.cursor", "This cursor is not one of this list."));
    }
    let filter = JournalFilter {
        without: None,
        from: instant("from", query.from.as_deref())?,
        to: instant("to", query.to.as_deref())?,
        limit: limit(query.limit.as_deref(), 100, MAX_PAGE)?,
        object: filter_text("object", query.object)?,
        actor: filter_text("actor", query.actor)?,
        cursor: filter_text("cursor", query.cursor)?,
    };
    let page = db::journal::list(&desk.db, &filter).await?;
    Ok(Json(Page { items: page.items.into_iter().map(JournalItem::from).collect(), next: page.next, total: None }))
}
