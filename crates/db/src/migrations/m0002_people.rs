//! People, their sessions, and the tokens of programs.

use super::Migration;

pub(super) const MIGRATION: Migration = Migration {
    name: "m0002_people",
    statements: &[
        "CREATE TABLE users (
            id            TEXT PRIMARY KEY,
            version       {int} NOT NULL,
            name          TEXT NOT NULL UNIQUE,
            full_name     TEXT NOT NULL,
            role          TEXT NOT NULL,
            disabled      {bool} NOT NULL,
            password_hash TEXT NOT NULL,
            created_at    {int} NOT NULL,
            updated_at    {int} NOT NULL
        ) {strict}",
        "CREATE TABLE sessions (
            id          TEXT PRIMARY KEY,
            user_id     TEXT NOT NULL REFERENCES users (id),
            secret_hash TEXT NOT NULL UNIQUE,
            created_at  {int} NOT NULL,
            seen_at     {int} NOT NULL,
            address     TEXT
        ) {strict}",
        "CREATE INDEX sessions_by_user ON sessions (user_id)",
        "CREATE TABLE tokens (
            id          TEXT PRIMARY KEY,
            name        TEXT NOT NULL,
            role        TEXT NOT NULL,
            owner       TEXT REFERENCES users (id),
            secret_hash TEXT NOT NULL,
            created_at  {int} NOT NULL,
            expires_at  {int},
            used_at     {int},
            revoked_at  {int}
        ) {strict}",
    ],
};
