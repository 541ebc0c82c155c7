//! Settings, numbers, and the journal with the head of each of its streams.

use super::Migration;

pub(super) const MIGRATION: Migration = Migration {
    name: "m0001_base",
    statements: &[
        "CREATE TABLE meta (
            key   TEXT PRIMARY KEY,
            value TEXT NOT NULL
        ) {strict}",
        "CREATE TABLE counters (
            name  TEXT PRIMARY KEY,
            value {int} NOT NULL
        ) {strict}",
        "CREATE TABLE journal_streams (
            stream  TEXT PRIMARY KEY,
            entries {int} NOT NULL,
            hash    TEXT NOT NULL
        ) {strict}",
        "CREATE TABLE journal (
            stream     TEXT NOT NULL,
            seq        {int} NOT NULL,
            id         TEXT NOT NULL,
            at         {int} NOT NULL,
            actor_kind TEXT NOT NULL,
            actor_user TEXT,
            actor_name TEXT NOT NULL,
            address    TEXT,
            request    TEXT,
            action     TEXT NOT NULL,
            object     TEXT NOT NULL,
            before     TEXT,
            after      TEXT,
            reason     TEXT,
            hash       TEXT NOT NULL,
            PRIMARY KEY (stream, seq)
        ) {strict}",
        "CREATE INDEX journal_by_time ON journal (at, stream, seq)",
        "CREATE INDEX journal_by_object ON journal (object, at)",
        "CREATE INDEX journal_by_actor ON journal (actor_user, at)",
    ],
};
