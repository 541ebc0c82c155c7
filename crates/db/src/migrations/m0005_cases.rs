//! Cases with their evidence and timeline. Evidence is only ever inserted.

use super::Migration;

pub(super) const MIGRATION: Migration = Migration {
    name: "m0005_cases",
    statements: &[
        "CREATE TABLE cases (
            id              TEXT PRIMARY KEY,
            number          {int} NOT NULL UNIQUE,
            version         {int} NOT NULL,
            title           TEXT NOT NULL,
            summary         TEXT NOT NULL,
            severity        {int} NOT NULL,
            status          TEXT NOT NULL,
            tier            {int} NOT NULL,
            owner           TEXT REFERENCES users (id),
            tlp             TEXT NOT NULL,
            tags            TEXT NOT NULL,
            created_at      {int} NOT NULL,
            updated_at      {int} NOT NULL,
            detected_at     {int},
            acknowledged_at {int},
            contained_at    {int},
            recovered_at    {int},
            closed_at       {int},
            disposition     TEXT,
            reason          TEXT,
            comment         TEXT
        ) {strict}",
        "CREATE INDEX cases_by_update ON cases (updated_at, number)",
        "CREATE INDEX cases_by_owner ON cases (owner, updated_at)",
        "CREATE TABLE evidence (
            id               TEXT PRIMARY KEY,
            case_number      {int} NOT NULL REFERENCES cases (number),
            name             TEXT NOT NULL,
            kind             TEXT NOT NULL,
            sha256           TEXT NOT NULL,
            size             {int} NOT NULL,
            node             {int},
            seq              {int},
            source           TEXT NOT NULL,
            acquired_at      {int} NOT NULL,
            acquired_by      TEXT,
            acquired_by_name TEXT NOT NULL,
            content          {bytes} NOT NULL,
            UNIQUE (case_number, node, seq)
        ) {strict}",
        "CREATE TABLE timeline (
            id           TEXT PRIMARY KEY,
            case_number  {int} NOT NULL REFERENCES cases (number),
            at           {int} NOT NULL,
            title        TEXT NOT NULL,
            detail       TEXT NOT NULL,
            node         {int},
            seq          {int},
            entity_kind  TEXT,
            entity_value TEXT,
            host         TEXT,
            technique    TEXT,
            state        TEXT NOT NULL,
            author       TEXT,
            author_name  TEXT NOT NULL,
            created_at   {int} NOT NULL
        ) {strict}",
        "CREATE INDEX timeline_by_time ON timeline (case_number, at, id)",
    ],
};
