//! What each source sent: totals, and counts by the minute for the last hour.

use super::Migration;

pub(super) const MIGRATION: Migration = Migration {
    name: "m0003_sources",
    statements: &[
        "CREATE TABLE sources (
            name            TEXT PRIMARY KEY,
            received        {int} NOT NULL,
            stored          {int} NOT NULL,
            bytes           {int} NOT NULL,
            rejected        {int} NOT NULL,
            quarantined     {int} NOT NULL,
            duplicates      {int} NOT NULL,
            dropped         {int} NOT NULL,
            flagged         {int} NOT NULL,
            first_seen      {int} NOT NULL,
            last_seen       {int} NOT NULL,
            last_event_time {int},
            usual_gap       {int} NOT NULL
        ) {strict}",
        "CREATE TABLE source_minutes (
            name   TEXT NOT NULL,
            minute {int} NOT NULL,
            events {int} NOT NULL,
            PRIMARY KEY (name, minute)
        ) {strict}",
        "CREATE INDEX source_minutes_by_minute ON source_minutes (minute)",
    ],
};
