//! Rules: the files they came in, what is known of each, every text that it had, and how often it matched.

use super::Migration;

pub(super) const MIGRATION: Migration = Migration {
    name: "m0009_rules",
    statements: &[
        "CREATE TABLE rule_files (
            source TEXT NOT NULL,
            name   TEXT NOT NULL,
            text   {bytes} NOT NULL,
            PRIMARY KEY (source, name)
        ) {strict}",
        "CREATE TABLE rules (
            id          TEXT PRIMARY KEY,
            version     {int} NOT NULL,
            source      TEXT NOT NULL,
            file        TEXT NOT NULL,
            revision    TEXT NOT NULL,
            title       TEXT NOT NULL,
            level       {int} NOT NULL,
            status      TEXT,
            product     TEXT NOT NULL,
            service     TEXT NOT NULL,
            category    TEXT NOT NULL,
            tags        TEXT NOT NULL,
            correlation TEXT,
            words       TEXT NOT NULL,
            present     {bool} NOT NULL,
            enabled     {bool} NOT NULL,
            reason      TEXT,
            set_by      TEXT,
            set_by_name TEXT,
            set_at      {int},
            created_at  {int} NOT NULL,
            updated_at  {int} NOT NULL
        ) {strict}",
        "CREATE TABLE rule_versions (
            rule        TEXT NOT NULL REFERENCES rules (id),
            revision    TEXT NOT NULL,
            text        TEXT NOT NULL,
            detail      TEXT NOT NULL,
            added_at    {int} NOT NULL,
            author      TEXT,
            author_name TEXT NOT NULL,
            PRIMARY KEY (rule, revision)
        ) {strict}",
        "CREATE TABLE rule_hours (
            rule    TEXT NOT NULL,
            hour    {int} NOT NULL,
            matches {int} NOT NULL,
            last    {int} NOT NULL,
            PRIMARY KEY (rule, hour)
        ) {strict}",
        "CREATE INDEX rule_hours_by_hour ON rule_hours (hour)",
    ],
};
