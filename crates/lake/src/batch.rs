//! What a writer hands in.

use model::{Diagnostic, Event, Match, RuleRef, Timestamp};
use std::net::IpAddr;
use std::sync::Arc;

/// A batch's own id and the SHA-256 of its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchId {
    /// The id, unique within the source.
    pub id: String,
    /// SHA-256 of the body that it named.
    pub body: [u8; 32],
}

/// Bytes that are no event, kept with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// The bytes.
    pub raw: Vec<u8>,
    /// Why.
    pub reason: Diagnostic,
}

/// What a writer hands in: parsed and matched.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The source that it is counted for.
    pub source: Arc<str>,
    /// Its own id, if the protocol has one.
    pub id: Option<BatchId>,
    /// When it was received.
    pub received: Timestamp,
    /// How its records are read.
    pub format: parse::Format,
    /// Who sent it.
    pub peer: Option<IpAddr>,
    /// The events, each with its raw bytes.
    pub events: Vec<Event>,
    /// Empty, or one for each event: the protocol's own id of it.
    pub item_ids: Vec<Option<String>>,
    /// The rules that matched anything in this batch.
    pub rules: Vec<RuleRef>,
    /// Which event matched which of them.
    pub matches: Vec<Match>,
    /// The version of the rule set that was in force.
    pub rule_set: String,
    /// What was no event.
    pub quarantined: Vec<Quarantined>,
    /// How many records were refused.
    pub rejected: u32,
}
