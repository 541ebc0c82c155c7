//! The timeline: what happened when, drafted from the events and corrected by people.

use db::{Db, DbError, Sql, Tx, new_uuid, values};
use model::{Entity, EventId, Timestamp};
use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::evidence::Exhibit;
use super::{MAX_TIMELINE, MAX_TITLE};
use crate::triage::request::{optional, written};
use crate::triage::{EntityShape, PersonRef, event_id, word, words};
use crate::{Desk, Problem};

/// Bytes of an entry's detail.
const MAX_DETAIL: usize = 16 * 1024;
/// Bytes of a host's name or an entity.
const MAX_NAME: usize = 512;

words! {
    /// How sure an entry is.
    EntryState {
        /// Drafted by the program; nobody has looked.
        Draft = "draft",
        /// A person stands by it.
        Confirmed = "confirmed",
        /// A person doubts it.
        Disputed = "disputed",
    }
}

/// An entry of a timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TimelineEntry {
    /// Its id.
    #[schema(value_type = String, format = Uuid)]
    pub id: uuid::Uuid,
    /// When it happened.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What happened.
    pub title: String,
    /// More of it.
    pub detail: String,
    /// The event that says so.
    #[schema(value_type = Option<String>, example = "1-42")]
    pub event: Option<EventId>,
    /// To whom or what.
    #[schema(value_type = Option<EntityShape>)]
    pub entity: Option<Entity>,
    /// Where.
    pub host: Option<String>,
    /// ATT&CK technique, `T1059.001`.
    pub technique: Option<String>,
    /// How sure it is.
    pub state: EntryState,
    /// Who put it there.
    pub author: PersonRef,
}

/// An entry to be added: by hand, or from an event, which fills in what is absent and becomes evidence.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTimelineEntry {
    /// When it happened; the event's time when absent.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
    /// What happened.
    pub title: String,
    /// More of it.
    pub detail: Option<String>,
    /// The event that says so.
    #[schema(value_type = Option<String>, example = "1-42")]
    pub event: Option<EventId>,
    /// To whom or what.
    #[schema(value_type = Option<EntityShape>)]
    pub entity: Option<Entity>,
    /// Where; the event's host when absent.
    pub host: Option<String>,
    /// ATT&CK technique.
    pub technique: Option<String>,
    /// `confirmed` when absent.
    pub state: Option<EntryState>,
}

/// What is written of an entry.
pub(super) struct Drawn {
    pub at: Timestamp,
    pub title: String,
    pub detail: String,
    pub event: Option<EventId>,
    pub entity: Option<Entity>,
    pub host: Option<String>,
    pub technique: Option<String>,
    pub state: EntryState,
}

impl NewTimelineEntry {
    /// Checked, and completed from the event where one is named.
    pub(super) async fn draw(self, desk: &Desk) -> Result<(Drawn, Option<Exhibit>), Problem> {
        let exhibit =
            match self.event {
                None => None,
                Some(id) => Some(Exhibit::take(desk, id).await?.ok_or_else(|| {
                    Problem::unprocessable("timeline.event_unknown", format!("There is no event {id}."))
                })?),
            };
        let at = self.at.or(exhibit.as_ref().map(|exhibit| exhibit.time));
        let at =
            at.ok_or_else(|| Problem::unprocessable("timeline.time_missing", "Without an event, `at` is needed."))?;
        let entity = match self.entity {
            None => None,
            Some(entity) => Some(Entity { value: written("entity", entity.value, MAX_NAME)?, ..entity }),
        };
        let host = optional("host", self.host, MAX_NAME)?.or(exhibit.as_ref().and_then(|exhibit| exhibit.host.clone()));
        let drawn = Drawn {
            at,
            title: written("title", self.title, MAX_TITLE)?,
            detail: optional("detail", self.detail, MAX_DETAIL)?.unwrap_or_default(),
            event: self.event,
            entity,
            host,
            technique: optional("technique", self.technique, 32)?,
            state: self.state.unwrap_or(EntryState::Confirmed),
        };
        Ok((drawn, exhibit))
    }
}

/// Adds one entry.
pub(super) async fn add(tx: &Tx, case: i64, entry: Drawn) -> Result<TimelineEntry, Problem> {
    if room(tx, case).await? == 0 {
        return Err(Problem::unprocessable(
            "case.timeline_full",
            format!("A timeline has at most {MAX_TIMELINE} entries."),
        ));
    }
    insert(tx, case, entry).await
}

/// Adds as many drafts as there is room for; answers how many.
pub(super) async fn draft(tx: &Tx, case: i64, entries: Vec<Drawn>) -> Result<usize, Problem> {
    let room = room(tx, case).await?.min(entries.len());
    for entry in entries.into_iter().take(room) {
        insert(tx, case, entry).await?;
    }
    Ok(room)
}

async fn room(tx: &Tx, case: i64) -> Result<usize, DbError> {
    let held: Option<i64> =
        tx.conn().scalar("SELECT COUNT(*) FROM timeline WHERE case_number = $1", values![case]).await?;
    Ok(usize::try_from(MAX_TIMELINE - held.unwrap_or(0)).unwrap_or(0))
}

async fn insert(tx: &Tx, case: i64, entry: Drawn) -> Result<TimelineEntry, Problem> {
    let ctx = tx.context();
    let text = "INSERT INTO timeline (id, case_number, at, title, detail, node, seq, entity_kind, entity_value, host, technique, \
                state, author, author_name, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    let Drawn { at, title, detail, event, entity, host, technique, state } = entry;
    let author = PersonRef { id: ctx.actor.user, name: db::storable(&ctx.actor.name).into_owned() };
    let entry =
        TimelineEntry { id: new_uuid(ctx.now), at, title, detail, event, entity, host, technique, state, author };
    let bound = values![
        entry.id.to_string(),
        case,
        entry.at.nanos(),
        entry.title.as_str(),
        entry.detail.as_str(),
        event.map(|event| i64::from(event.node)),
        event.map(|event| i64::try_from(event.seq).unwrap_or(i64::MAX)),
        entry.entity.as_ref().map(kind_word).transpose()?,
        entry.entity.as_ref().map(|entity| entity.value.clone()),
        entry.host.clone(),
        entry.technique.clone(),
        entry.state.as_str(),
        entry.author.id.map(|id| id.to_string()),
        entry.author.name.as_str(),
        ctx.now.nanos(),
    ];
    tx.conn().run(text, bound).await?;
    Ok(entry)
}

/// An entity's kind as JSON spells it.
fn kind_word(entity: &Entity) -> Result<String, DbError> {
    match serde_json::to_value(entity.kind) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        _ => Err(DbError::Corrupt("an entity's kind is no word".into())),
    }
}

#[derive(FromQueryResult)]
struct EntryRow {
    id: String,
    at: i64,
    title: String,
    detail: String,
    node: Option<i64>,
    seq: Option<i64>,
    entity_kind: Option<String>,
    entity_value: Option<String>,
    host: Option<String>,
    technique: Option<String>,
    state: String,
    author: Option<String>,
    author_name: String,
}

impl TryFrom<EntryRow> for TimelineEntry {
    type Error = DbError;
    fn try_from(row: EntryRow) -> Result<Self, DbError> {
        let what = format!("timeline entry {}", row.id);
        let corrupt = |error: &dyn std::fmt::Display| DbError::Corrupt(format!("{what}: {error}"));
        let author =
            row.author.as_deref().map(str::parse).transpose().map_err(|error: model::IdError| corrupt(&error))?;
        let entity = match (row.entity_kind, row.entity_value) {
            (Some(kind), Some(value)) => {
                let kind = serde_json::from_value(kind.into()).map_err(|error| corrupt(&error))?;
                Some(Entity { kind, value })
            }
            _ => None,
        };
        Ok(TimelineEntry {
            id: uuid::Uuid::parse_str(&row.id).map_err(|error| corrupt(&error))?,
            at: Timestamp(row.at),
            title: row.title,
            detail: row.detail,
            event: row.node.zip(row.seq).map(|(node, seq)| event_id(node, seq)).transpose()?,
            entity,
            host: row.host,
            technique: row.technique,
            state: word(&what, &row.state, EntryState::parse)?,
            author: PersonRef { id: author, name: row.author_name },
        })
    }
}

/// The whole timeline of a case, earliest first.
pub(super) async fn list(db: &Db, case: i64) -> Result<Vec<TimelineEntry>, Problem> {
    let text = "SELECT id, at, title, detail, node, seq, entity_kind, entity_value, host, technique, state, author, author_name \
                FROM timeline WHERE case_number = $1 ORDER BY at, COALESCE(seq, 0), id LIMIT $2";
    let rows: Vec<EntryRow> = db.reader().rows(text, values![case, MAX_TIMELINE]).await?;
    Ok(rows.into_iter().map(TimelineEntry::try_from).collect::<Result<_, _>>()?)
}
