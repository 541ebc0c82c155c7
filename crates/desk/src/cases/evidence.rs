//! Evidence: bytes with their hash, taken once and never changed. There is no statement here that updates or deletes.

use db::{Db, DbError, Sql, Tx, Where, new_uuid, values};
use model::{EventId, Timestamp};
use sea_orm::FromQueryResult;
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::MAX_EVIDENCE;
use crate::triage::notes::PageQuery;
use crate::triage::request::{Page, cursor, limit, read_cursor};
use crate::triage::{PersonRef, event_id, word, words};
use crate::{Desk, Problem};

/// Bytes of content that a list shows of each piece.
const SHOWN: i64 = 64 * 1024;

words! {
    /// What a piece of evidence is.
    EvidenceKind {
        /// The raw bytes of an event.
        Event = "event",
    }
}

/// A piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Evidence {
    /// Its id.
    #[schema(value_type = String, format = Uuid)]
    pub id: uuid::Uuid,
    /// Our name for it; never one that came from outside.
    pub name: String,
    /// What it is.
    pub kind: EvidenceKind,
    /// SHA-256 of the bytes at intake, hexadecimal.
    pub sha256: String,
    /// Bytes.
    pub size: i64,
    /// The event that it is.
    #[schema(value_type = Option<String>, example = "1-42")]
    pub event: Option<EventId>,
    /// The source that the event came through.
    pub source: String,
    /// When it was taken.
    #[schema(value_type = String, format = DateTime)]
    pub acquired_at: Timestamp,
    /// By whom.
    pub acquired_by: PersonRef,
    /// The bytes as text, at most the first 64 KiB. Hostile: show it as text only.
    pub content: String,
    /// Whether `content` is not all of it, byte for byte.
    pub content_lossy: bool,
}

/// An event out of the lake, to be kept.
pub(super) struct Exhibit {
    pub id: EventId,
    pub time: Timestamp,
    pub source: String,
    pub host: Option<String>,
    pub raw: Vec<u8>,
}

impl Exhibit {
    /// The event that is known as `id`; none where retention has removed it.
    pub(super) async fn take(desk: &Desk, id: EventId) -> Result<Option<Exhibit>, Problem> {
        let event = desk.lake.get(id).await.map_err(crate::investigate::lake_problem)?;
        Ok(event.map(|event| Exhibit {
            id,
            time: event.time,
            source: crate::triage::keep_text(&event.source),
            host: event.str(model::field::HOST_NAME).map(crate::triage::keep_text),
            raw: event.raw().to_vec(),
        }))
    }
}

/// Keeps events as evidence of a case; those that it holds already stay as they are. Answers what is new, by hash, for
/// the journal.
pub(super) async fn keep(tx: &Tx, case: i64, exhibits: &[Exhibit]) -> Result<Vec<serde_json::Value>, Problem> {
    let held: Option<i64> =
        tx.conn().scalar("SELECT COUNT(*) FROM evidence WHERE case_number = $1", values![case]).await?;
    if held.unwrap_or(0).saturating_add(i64::try_from(exhibits.len()).unwrap_or(i64::MAX)) > MAX_EVIDENCE {
        return Err(Problem::unprocessable(
            "case.evidence_full",
            format!("A case holds at most {MAX_EVIDENCE} pieces of evidence."),
        ));
    }
    let ctx = tx.context();
    let text = "INSERT INTO evidence (id, case_number, name, kind, sha256, size, node, seq, source, acquired_at, acquired_by, \
                acquired_by_name, content) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING";
    let mut kept = Vec::new();
    for exhibit in exhibits {
        let sha256 = hex::encode(Sha256::digest(&exhibit.raw));
        let bound = values![
            new_uuid(ctx.now).to_string(),
            case,
            format!("event {}", exhibit.id),
            EvidenceKind::Event.as_str(),
            sha256.as_str(),
            i64::try_from(exhibit.raw.len()).unwrap_or(i64::MAX),
            i64::from(exhibit.id.node),
            i64::try_from(exhibit.id.seq).unwrap_or(i64::MAX),
            exhibit.source.as_str(),
            ctx.now.nanos(),
            ctx.actor.user.map(|user| user.to_string()),
            db::storable(&ctx.actor.name).into_owned(),
            exhibit.raw.clone(),
        ];
        if tx.conn().run(text, bound).await? == 1 {
            kept.push(serde_json::json!({ "event": exhibit.id, "sha256": sha256, "size": exhibit.raw.len() }));
        }
    }
    Ok(kept)
}

#[derive(FromQueryResult)]
struct EvidenceRow {
    id: String,
    name: String,
    kind: String,
    sha256: String,
    size: i64,
    node: Option<i64>,
    seq: Option<i64>,
    source: String,
    acquired_at: i64,
    acquired_by: Option<String>,
    acquired_by_name: String,
    content: Vec<u8>,
}

impl TryFrom<EvidenceRow> for Evidence {
    type Error = DbError;
    fn try_from(row: EvidenceRow) -> Result<Self, DbError> {
        let what = format!("evidence {}", row.id);
        let corrupt = |error: &dyn std::fmt::Display| DbError::Corrupt(format!("{what}: {error}"));
        let by = row.acquired_by.as_deref().map(str::parse).transpose();
        let content = String::from_utf8_lossy(&row.content);
        Ok(Evidence {
            id: uuid::Uuid::parse_str(&row.id).map_err(|error| corrupt(&error))?,
            name: row.name,
            kind: word(&what, &row.kind, EvidenceKind::parse)?,
            sha256: row.sha256,
            size: row.size,
            event: row.node.zip(row.seq).map(|(node, seq)| event_id(node, seq)).transpose()?,
            source: row.source,
            acquired_at: Timestamp(row.acquired_at),
            acquired_by: PersonRef {
                id: by.map_err(|error: model::IdError| corrupt(&error))?,
                name: row.acquired_by_name,
            },
            content_lossy: row.size > SHOWN || matches!(content, std::borrow::Cow::Owned(_)),
            content: content.into_owned(),
        })
    }
}

/// The evidence of a case in the order of its taking.
pub(super) async fn list(db: &Db, case: i64, query: &PageQuery) -> Result<Page<Evidence>, Problem> {
    let limit = limit(query.limit.as_deref(), 100, 500)?;
    // Evidence is only ever added at the end.
    let skipped = match query.cursor.as_deref() {
        Some(text) => read_cursor::<1>("evidence", text)?[0].max(0),
        None => 0,
    };
    let total: Option<i64> =
        db.reader().scalar("SELECT COUNT(*) FROM evidence WHERE case_number = $1", values![case]).await?;
    let mut found = Where::new();
    found.and("case_number = ?", values![case]);
    let (most, after) = (found.bind(i64::from(limit)), found.bind(skipped));
    let text = format!(
        "SELECT id, name, kind, sha256, size, node, seq, source, acquired_at, acquired_by, acquired_by_name, \
         substr(content, 1, {SHOWN}) AS content FROM evidence{} ORDER BY acquired_at, node, seq, id LIMIT {most} OFFSET {after}",
        found.text()
    );
    let rows: Vec<EvidenceRow> = db.reader().rows(&text, found.values()).await?;
    let items: Vec<Evidence> = rows.into_iter().map(Evidence::try_from).collect::<Result<_, _>>()?;
    let reached = skipped.saturating_add(i64::try_from(items.len()).unwrap_or(0));
    let next = (reached < total.unwrap_or(0) && !items.is_empty()).then(|| cursor("evidence", &[reached]));
    Ok(Page { items, next, total })
}
