//! How many alerts a rule has opened lately.

use super::Migration;

pub(super) const MIGRATION: Migration = Migration {
    name: "m0008_alerts_by_rule",
    statements: &["CREATE INDEX alerts_by_rule ON alerts (rule_id, created_at)"],
};
