//! Who changes something, from where, when: the argument that travels first.

use crate::{RequestId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// What kind of actor it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActorKind {
    /// A person with a session.
    User,
    /// A program with an API token.
    Token,
    /// The program itself (the alert writer, a schedule).
    System,
    /// The administrator at the machine's own shell.
    Console,
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// What kind.
    pub kind: ActorKind,
    /// The person or the owner of the token; none for the system.
    pub user: Option<UserId>,
    /// The name that the journal shows.
    pub name: String,
}

impl Actor {
    /// The program itself, `name` being the part of it that acts.
    pub fn system(name: &str) -> Self {
        Actor { kind: ActorKind::System, user: None, name: name.to_owned() }
    }
}

/// The context of one change.
#[derive(Clone, Debug)]
pub struct OpContext {
    /// Who.
    pub actor: Actor,
    /// From which network address, where there is one.
    pub address: Option<String>,
    /// When: one instant for the whole change.
    pub now: Timestamp,
    /// In answer to which request, where there is one.
    pub request: Option<RequestId>,
}

impl OpContext {
    /// A change by the program itself.
    pub fn system(name: &str, now: Timestamp) -> Self {
        OpContext { actor: Actor::system(name), address: None, now, request: None }
    }
}
