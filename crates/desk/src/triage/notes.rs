//! Notes on alerts and cases: plain text, never markup, never changed. A note is known by the object it is on, under
//! the name that the journal uses.

use db::{Db, DbError, Entry, Sql, Tx, Where, new_uuid, values};
use model::{NoteId, Timestamp};
use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::PersonRef;
use super::request::{Page, limit, read_cursor, written};
use crate::Problem;

/// Bytes of a note.
pub const MAX_NOTE: usize = 16 * 1024;

/// The most notes on one page.
const MAX_PAGE: u32 = 500;

/// A note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Note {
    /// Its id.
    #[schema(value_type = String, format = Uuid)]
    pub id: NoteId,
    /// Plain text.
    pub text: String,
    /// Who wrote it.
    pub author: PersonRef,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// A note to be written.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    /// Plain text, 1 byte to 16 KiB.
    #[schema(max_length = 16384, min_length = 1)]
    pub text: String,
}

/// Which page of a list without filters.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Records on a page, 1 to 500.
    #[param(value_type = Option<u32>)]
    pub limit: Option<String>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

impl PageQuery {
    /// The page of a list that is short enough to be read whole; `most` when the query says no limit. A record that
    /// comes or goes between two pages may be missed or seen twice.
    pub(crate) fn of<T>(&self, order: &str, all: Vec<T>, most: u32) -> Result<Page<T>, Problem> {
        let limit = limit(self.limit.as_deref(), most, most)? as usize;
        let skipped = match self.cursor.as_deref() {
            Some(text) => usize::try_from(read_cursor::<1>(order, text)?[0]).unwrap_or(0),
            None => 0,
        };
        let total = all.len();
        let items: Vec<T> = all.into_iter().skip(skipped).take(limit).collect();
        let reached = skipped.saturating_add(items.len());
        let next = (reached < total && !items.is_empty())
            .then(|| super::request::cursor(order, &[i64::try_from(reached).unwrap_or(i64::MAX)]));
        Ok(Page { items, next, total: i64::try_from(total).ok() })
    }
}

/// Writes a note on `object` and journals it in `stream` as `action`.
pub(crate) async fn add(
    tx: &mut Tx,
    stream: &'static str,
    action: &'static str,
    object: String,
    note: NewNote,
) -> Result<Note, Problem> {
    let text = written("text", note.text, MAX_NOTE)?;
    let ctx = tx.context();
    let note = Note {
        id: NoteId(new_uuid(ctx.now)),
        text,
        author: PersonRef { id: ctx.actor.user, name: ctx.actor.name.clone() },
        created_at: ctx.now,
    };
    let insert =
        "INSERT INTO notes (id, object, text, author, author_name, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
    let author = note.author.id.map(|id| id.to_string());
    let bound = values![
        note.id.to_string(),
        object.as_str(),
        note.text.as_str(),
        author,
        db::storable(&note.author.name).into_owned(),
        note.created_at.nanos()
    ];
    tx.conn().run(insert, bound).await?;
    let after = serde_json::json!({ "note": note.id, "text": note.text });
    tx.journal(Entry { stream, object, action, before: None, after: Some(after), reason: None }).await?;
    Ok(note)
}

#[derive(FromQueryResult)]
struct NoteRow {
    id: String,
    text: String,
    author: Option<String>,
    author_name: String,
    created_at: i64,
}

impl TryFrom<NoteRow> for Note {
    type Error = DbError;
    fn try_from(row: NoteRow) -> Result<Self, DbError> {
        let corrupt = |error: model::IdError| DbError::Corrupt(format!("note {}: {error}", row.id));
        Ok(Note {
            id: row.id.parse().map_err(corrupt)?,
            author: PersonRef {
                id: row.author.as_deref().map(str::parse).transpose().map_err(corrupt)?,
                name: row.author_name,
            },
            text: row.text,
            created_at: Timestamp(row.created_at),
        })
    }
}

/// The notes on `object`, oldest first.
pub(crate) async fn list(db: &Db, object: &str, query: &PageQuery) -> Result<Page<Note>, Problem> {
    let limit = limit(query.limit.as_deref(), 200, MAX_PAGE)?;
    // Where a page ended is how many notes there were: notes are only ever added at the end.
    let [skipped] = match query.cursor.as_deref() {
        Some(text) => read_cursor::<1>("notes", text)?,
        None => [0],
    };
    let mut found = Where::new();
    found.and("object = ?", values![object]);
    let total: Option<i64> =
        db.reader().scalar(&format!("SELECT COUNT(*) FROM notes{}", found.text()), found.values()).await?;
    let (most, after) = (found.bind(i64::from(limit)), found.bind(skipped.max(0)));
    let text = format!(
        "SELECT id, text, author, author_name, created_at FROM notes{} ORDER BY created_at, id LIMIT {most} OFFSET {after}",
        found.text()
    );
    let rows: Vec<NoteRow> = db.reader().rows(&text, found.values()).await?;
    let items: Vec<Note> = rows.into_iter().map(Note::try_from).collect::<Result<_, _>>()?;
    let reached = skipped.max(0).saturating_add(i64::try_from(items.len()).unwrap_or(0));
    let next = (reached < total.unwrap_or(0)).then(|| super::request::cursor("notes", &[reached]));
    Ok(Page { items, next, total })
}
