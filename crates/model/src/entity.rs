//! What an alert is about: hosts, people, addresses, files.

use serde::{Deserialize, Serialize};

/// The kind of an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntityKind {
    /// A host, by name.
    Host,
    /// An account.
    User,
    /// An IPv4 or IPv6 address.
    Ip,
    /// A domain name.
    Domain,
    /// A file hash.
    Hash,
    /// A file, by path or name.
    File,
    /// A process, by executable.
    Process,
    /// A mail address.
    Email,
}

/// One entity, by kind and value as it stands in the event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Entity {
    /// The kind.
    pub kind: EntityKind,
    /// The value, not defanged.
    pub value: String,
}
