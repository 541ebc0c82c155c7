//! The tables, as a list of steps that are each applied once. A step is SQL text with four words that the databases
//! spell differently: `{int}` 64-bit whole number, `{real}` 64-bit float, `{bool}`, `{bytes}`; and `{strict}` at the end
//! of each `CREATE TABLE`, because SQLite checks types only when told to.
//!
//! A step that has been released is never edited: the next one corrects it. All steps that are due run in one
//! transaction, so an interrupted upgrade starts again from where it was.

use crate::{Db, DbError, Sql, values};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult};

mod m0001_base;
mod m0002_people;
mod m0003_sources;
mod m0004_alerts;
mod m0005_cases;
mod m0006_answers;
mod m0007_merge_and_jobs;
mod m0008_alerts_by_rule;
mod m0009_rules;

/// Every step, oldest first.
pub(crate) const STEPS: &[Migration] = &[
    m0001_base::MIGRATION,
    m0002_people::MIGRATION,
    m0003_sources::MIGRATION,
    m0004_alerts::MIGRATION,
    m0005_cases::MIGRATION,
    m0006_answers::MIGRATION,
    m0007_merge_and_jobs::MIGRATION,
    m0008_alerts_by_rule::MIGRATION,
    m0009_rules::MIGRATION,
];

/// One step.
#[derive(Clone, Copy)]
pub(crate) struct Migration {
    /// The name of its file.
    pub name: &'static str,
    /// What it runs, in order.
    pub statements: &'static [&'static str],
}

#[derive(FromQueryResult)]
struct Applied {
    name: String,
}

/// Brings the tables up to date. Refuses a database that holds a step unknown to this program.
pub(crate) async fn run(db: &Db) -> Result<(), DbError> {
    apply(db, STEPS).await
}

pub(crate) async fn apply(db: &Db, steps: &[Migration]) -> Result<(), DbError> {
    let tx = db.begin_writing().await?;
    let backend = tx.get_database_backend();
    if backend == DbBackend::Postgres {
        // SQLite's write lock does this: two programs that start together must not migrate together.
        tx.run("SELECT pg_advisory_xact_lock(7103271)", values![]).await?;
    }
    tx.execute_unprepared(&spell("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY) {strict}", backend))
        .await?;
    let applied: Vec<Applied> = tx.rows("SELECT name FROM migrations ORDER BY name", values![]).await?;
    if let Some(unknown) = applied.iter().find(|row| steps.iter().all(|step| step.name != row.name)) {
        return Err(DbError::Newer { migration: unknown.name.clone() });
    }
    for step in steps.iter().filter(|step| applied.iter().all(|row| row.name != step.name)) {
        for statement in step.statements {
            tx.execute_unprepared(&spell(statement, backend)).await?;
        }
        tx.run("INSERT INTO migrations (name) VALUES ($1)", values![step.name]).await?;
        tracing::info!(migration = step.name, "records upgraded");
    }
    Ok(tx.commit().await?)
}

/// A statement in the words of one database.
fn spell(statement: &str, backend: DbBackend) -> String {
    let words = match backend {
        DbBackend::Postgres => ["BIGINT", "DOUBLE PRECISION", "BOOLEAN", "BYTEA", ""],
        _ => ["INTEGER", "REAL", "INTEGER", "BLOB", "STRICT"],
    };
    let places = ["{int}", "{real}", "{bool}", "{bytes}", "{strict}"];
    places.iter().zip(words).fold(statement.to_owned(), |text, (place, word)| text.replace(place, word))
}
