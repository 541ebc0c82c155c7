//! The answers to requests that carried an `Idempotency-Key`, for a day. An answer without a status is still under way.

use super::Migration;

pub(super) const MIGRATION: Migration = Migration {
    name: "m0006_answers",
    statements: &[
        "CREATE TABLE answers (
            scope    TEXT NOT NULL,
            key      TEXT NOT NULL,
            request  TEXT NOT NULL,
            begun_at {int} NOT NULL,
            status   {int},
            headers  TEXT NOT NULL,
            body     {bytes} NOT NULL,
            PRIMARY KEY (scope, key)
        ) {strict}",
        "CREATE INDEX answers_by_age ON answers (begun_at)",
    ],
};
