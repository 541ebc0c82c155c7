//! Typed ids, so that an alert's id cannot be taken for a case's.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A text that is not an id of the wanted kind.
#[derive(Debug, thiserror::Error)]
#[error("not {kind}: {text}")]
pub struct IdError {
    kind: &'static str,
    text: String,
}

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident = $kind:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Uuid::parse_str(text).map($name).map_err(|_| IdError { kind: $kind, text: text.chars().take(64).collect() })
            }
        }
    )*};
}

uuid_ids! {
    /// An alert: UUIDv8, a hash of rule, group key and window, so that applying a record twice changes nothing.
    AlertId = "an alert id";
    /// A case: UUIDv7. People use its number.
    CaseId = "a case id";
    /// A note: UUIDv7.
    NoteId = "a note id";
    /// A journal entry: UUIDv7.
    JournalId = "a journal id";
    /// A person or a service account: UUIDv7.
    UserId = "a user id";
    /// A session: UUIDv7; the secret is not the id.
    SessionId = "a session id";
    /// An API token: UUIDv7; the secret is not the id.
    TokenId = "a token id";
    /// One HTTP request: UUIDv7.
    RequestId = "a request id";
}

/// An event: the node that took it in and its place in that node's log. Text form `1-42`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId {
    /// The node, 1 on a single machine.
    pub node: u16,
    /// The ingest sequence, from 1.
    pub seq: u64,
}

impl std::fmt::Display for EventId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.node, self.seq)
    }
}

impl std::str::FromStr for EventId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        text.split_once('-')
            .and_then(|(node, seq)| Some(EventId { node: node.parse().ok()?, seq: seq.parse().ok()? }))
            .ok_or_else(|| IdError { kind: "an event id", text: text.chars().take(64).collect() })
    }
}

impl Serialize for EventId {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EventId {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<'_, str>::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_id_survives_its_text() {
        let id = EventId { node: 1, seq: u64::MAX };
        assert_eq!(id.to_string().parse::<EventId>().unwrap(), id);
        assert!("1".parse::<EventId>().is_err());
        assert!("1-x".parse::<EventId>().is_err());
    }
}
