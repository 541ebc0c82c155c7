//! Alerts, the detections behind them, and notes on any record.
//!
//! The partial indexes serve the queue, which is the open alerts in one of four orders; the order of the columns in them
//! is the order of the list. Those that facets and bars count by hold `status` too: the condition of the index has
//! decided it, and still SQLite would read it from the row.

use super::Migration;

pub(super) const MIGRATION: Migration = Migration {
    name: "m0004_alerts",
    statements: &[
        "CREATE TABLE alerts (
            id            TEXT PRIMARY KEY,
            number        {int} NOT NULL UNIQUE,
            version       {int} NOT NULL,
            title         TEXT NOT NULL,
            source        TEXT NOT NULL,
            rule_id       TEXT,
            rule_version  TEXT,
            rule_level    {int},
            severity      {int} NOT NULL,
            risk          {int} NOT NULL,
            status        TEXT NOT NULL,
            tier          {int} NOT NULL,
            owner         TEXT REFERENCES users (id),
            host          TEXT,
            account       TEXT,
            entities      TEXT NOT NULL,
            tags          TEXT NOT NULL,
            words         TEXT NOT NULL,
            count         {int} NOT NULL,
            first_seen    {int} NOT NULL,
            last_seen     {int} NOT NULL,
            last_received {int} NOT NULL,
            created_at    {int} NOT NULL,
            updated_at    {int} NOT NULL,
            due_at        {int} NOT NULL,
            disposition   TEXT,
            reason        TEXT,
            comment       TEXT,
            closed_at     {int},
            case_number   {int},
            fingerprint   TEXT NOT NULL
        ) {strict}",
        "CREATE INDEX alerts_open_by_severity ON alerts (severity, last_seen, number, status, source) WHERE status <> 'closed'",
        "CREATE INDEX alerts_open_by_risk ON alerts (risk, last_seen, number) WHERE status <> 'closed'",
        "CREATE INDEX alerts_open_by_due ON alerts (due_at, number) WHERE status <> 'closed'",
        "CREATE INDEX alerts_open_by_host ON alerts (host, severity, last_seen, number, status) WHERE status <> 'closed'",
        "CREATE INDEX alerts_open_by_owner ON alerts (owner, severity, last_seen, number, status) WHERE status <> 'closed'",
        "CREATE INDEX alerts_open_by_rule ON alerts (rule_id, severity, last_seen, number, status) WHERE status <> 'closed'",
        "CREATE INDEX alerts_by_last_seen ON alerts (last_seen, number)",
        "CREATE INDEX alerts_by_fingerprint ON alerts (fingerprint, number)",
        "CREATE INDEX alerts_by_case ON alerts (case_number, number) WHERE case_number IS NOT NULL",
        "CREATE TABLE detections (
            alert    TEXT NOT NULL REFERENCES alerts (id),
            node     {int} NOT NULL,
            seq      {int} NOT NULL,
            rule     TEXT NOT NULL,
            version  TEXT NOT NULL,
            time     {int} NOT NULL,
            received {int} NOT NULL,
            PRIMARY KEY (alert, node, seq, rule)
        ) {strict}",
        "CREATE TABLE notes (
            id          TEXT PRIMARY KEY,
            object      TEXT NOT NULL,
            text        TEXT NOT NULL,
            author      TEXT,
            author_name TEXT NOT NULL,
            created_at  {int} NOT NULL
        ) {strict}",
        "CREATE INDEX notes_by_object ON notes (object, created_at, id)",
    ],
};
