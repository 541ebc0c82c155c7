//! The room on each database, and its routes.

mod http;
mod people;
mod setup;
mod sources;
mod tokens;

use super::{NewUser, User, create_user};
use crate::access::Role;
use db::Db;
use db::journal::{JournalEntry, JournalFilter};
use model::{Actor, ActorKind, OpContext, Timestamp};

const PASSWORD: &str = "correct horse battery";
const HOUR: i64 = 3600 * 1_000_000_000;
const NOON: Timestamp = Timestamp(1_773_316_800_000_000_000);

fn at(now: Timestamp) -> OpContext {
    let actor = Actor { kind: ActorKind::Console, user: None, name: "test".into() };
    OpContext { actor, address: Some("192.0.2.7".into()), now, request: None }
}

fn hours(hours: i64) -> Timestamp {
    Timestamp(NOON.0 + hours * HOUR)
}

async fn add(db: &Db, name: &str, role: Role) -> User {
    let new = NewUser { name: name.into(), full_name: None, role, password: PASSWORD.into() };
    create_user(db, &at(NOON), new).await.unwrap()
}

async fn journal(db: &Db) -> Vec<JournalEntry> {
    db::journal::list(db, &JournalFilter { limit: 1000, ..Default::default() }).await.unwrap().items
}

/// The actions in the journal, the newest first.
async fn actions(db: &Db) -> Vec<String> {
    journal(db).await.into_iter().map(|entry| entry.action).collect()
}
