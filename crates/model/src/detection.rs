//! A rule's match on an event, in the form in which the log carries it.

use crate::Severity;
use serde::{Deserialize, Serialize};

/// What must be known of a rule for its match to become an alert, even when the rule is gone by then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRef {
    /// The rule's id (a UUID in Sigma; the file name where the rule has none).
    pub id: String,
    /// The first 16 hexadecimal digits of the SHA-256 of the rule's text.
    pub version: String,
    /// The title.
    pub title: String,
    /// The level.
    pub level: Severity,
    /// Tags such as `attack.t1059.001`.
    pub tags: Vec<String>,
}

/// Event `event` of a batch matched rule `rule` of that batch's rule table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Match {
    /// Index into the batch's events.
    pub event: u32,
    /// Index into the batch's rule table.
    pub rule: u32,
}

/// A field and the value in it that a rule matched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matched {
    /// The field as the rule names it.
    pub field: String,
    /// The value as it stands in the event.
    pub value: String,
}
