//! The room on each database, through its functions and its routes.

mod counting;
mod floor;
mod many;
mod queue;
mod routes;

pub(crate) use floor::{Floor, rule};

use super::Detected;
use model::{EventId, RuleRef, Timestamp};

/// A detection of `rule` on `host`, received and seen at `at`.
pub(crate) fn detection(rule: &RuleRef, host: &str, seq: u64, at: Timestamp) -> Detected {
    Detected {
        silent: false,
        rule: rule.clone(),
        event: EventId { node: 1, seq },
        at: seq,
        time: at,
        received: at,
        source: "test".into(),
        host: Some(host.into()),
        user: None,
        entities: Vec::new(),
        key: format!("[\"{host}\",null]"),
    }
}
