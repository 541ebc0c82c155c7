//! Alerts that went into another one, and work that is answered before it is done.

use super::Migration;

pub(super) const MIGRATION: Migration = Migration {
    name: "m0007_merge_and_jobs",
    statements: &[
        "ALTER TABLE alerts ADD COLUMN merged_into TEXT REFERENCES alerts (id)",
        "CREATE TABLE jobs (
            id          TEXT PRIMARY KEY,
            kind        TEXT NOT NULL,
            runner      TEXT NOT NULL,
            total       {int} NOT NULL,
            done        {int} NOT NULL,
            failures    TEXT NOT NULL,
            author      TEXT,
            author_name TEXT NOT NULL,
            created_at  {int} NOT NULL,
            finished_at {int}
        ) {strict}",
        "CREATE INDEX jobs_by_age ON jobs (created_at)",
    ],
};
