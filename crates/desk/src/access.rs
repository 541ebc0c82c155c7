//! Who may do what: the one matrix. A route that is not listed here answers nobody.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use model::{Actor, OpContext, RequestId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::Problem;

/// A role. What each may do is [`Role::may`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Tier 1: triages, raises and works cases.
    Analyst,
    /// Keeps the rules.
    Engineer,
    /// Runs the floor: people, tokens, sources, the journal.
    Admin,
    /// A token that can only send events.
    Ingest,
}

impl Role {
    /// All roles.
    pub const ALL: [Role; 5] = [Role::Viewer, Role::Analyst, Role::Engineer, Role::Admin, Role::Ingest];

    /// The word in JSON, on the command line and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Analyst => "analyst",
            Role::Engineer => "engineer",
            Role::Admin => "admin",
            Role::Ingest => "ingest",
        }
    }

    /// The role that a word names.
    pub fn parse(word: &str) -> Option<Self> {
        Role::ALL.into_iter().find(|role| role.as_str() == word)
    }

    /// Whether this role may do everything that `other` may: nobody hands out more than they have.
    pub fn covers(self, other: Role) -> bool {
        Permission::ALL.into_iter().all(|permission| self.may(permission) || !other.may(permission))
    }

    /// The matrix.
    pub const fn may(self, permission: Permission) -> bool {
        use Permission::*;
        match permission {
            Public => true,
            Session => !matches!(self, Role::Ingest),
            Read => matches!(self, Role::Viewer | Role::Analyst | Role::Engineer | Role::Admin),
            Triage | WorkCases => matches!(self, Role::Analyst | Role::Admin),
            KeepRules => matches!(self, Role::Engineer | Role::Admin),
            SendEvents => matches!(self, Role::Ingest | Role::Admin),
            ReadJournal | Administer => matches!(self, Role::Admin),
        }
    }
}

/// What a route asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Nothing: log-in, set-up, health. The only routes without a session or token.
    Public,
    /// Any logged-in person.
    Session,
    /// Reads alerts, cases, events, sources.
    Read,
    /// Changes alerts.
    Triage,
    /// Changes cases.
    WorkCases,
    /// Switches rules on and off, and imports them.
    KeepRules,
    /// Sends events.
    SendEvents,
    /// Reads the journal.
    ReadJournal,
    /// Changes people, tokens and settings.
    Administer,
}

impl Permission {
    /// All permissions.
    pub const ALL: [Permission; 9] = [
        Permission::Public,
        Permission::Session,
        Permission::Read,
        Permission::Triage,
        Permission::WorkCases,
        Permission::KeepRules,
        Permission::SendEvents,
        Permission::ReadJournal,
        Permission::Administer,
    ];
}

/// Method, path as the router spells it, permission. Every route of the program.
pub const ROUTES: &[(&str, &str, Permission)] = {
    use Permission::*;
    &[
        ("GET", "/healthz", Public),
        ("GET", "/readyz", Public),
        ("GET", "/metrics", Public),
        ("GET", "/api/v1/openapi.json", Public),
        ("GET", "/api/v1/setup", Public),
        ("POST", "/api/v1/setup", Public),
        ("POST", "/api/v1/session", Public),
        ("GET", "/api/v1/session", Session),
        ("DELETE", "/api/v1/session", Session),
        ("GET", "/api/v1/live", Read),
        ("GET", "/api/v1/search", Read),
        ("GET", "/api/v1/search/fields", Read),
        ("GET", "/api/v1/search/histogram", Read),
        ("GET", "/api/v1/events/{id}", Read),
        ("GET", "/api/v1/alerts", Read),
        ("GET", "/api/v1/alerts/facets", Read),
        ("GET", "/api/v1/alerts/histogram", Read),
        ("GET", "/api/v1/alerts/{id}", Read),
        ("GET", "/api/v1/alerts/{id}/events", Read),
        ("GET", "/api/v1/alerts/{id}/explain", Read),
        ("GET", "/api/v1/alerts/{id}/notes", Read),
        ("GET", "/api/v1/alerts/{id}/history", Read),
        ("PATCH", "/api/v1/alerts/{id}", Triage),
        ("POST", "/api/v1/alerts/{id}/notes", Triage),
        ("POST", "/api/v1/alerts/{id}/assign", Triage),
        ("POST", "/api/v1/alerts/{id}/escalate", Triage),
        ("POST", "/api/v1/alerts/{id}/close", Triage),
        ("POST", "/api/v1/alerts/{id}/reopen", Triage),
        ("POST", "/api/v1/alerts/{id}/merge", Triage),
        ("POST", "/api/v1/alerts/bulk", Triage),
        ("GET", "/api/v1/jobs/{id}", Read),
        ("GET", "/api/v1/cases", Read),
        ("POST", "/api/v1/cases", WorkCases),
        ("GET", "/api/v1/cases/{number}", Read),
        ("PATCH", "/api/v1/cases/{number}", WorkCases),
        ("POST", "/api/v1/cases/{number}/close", WorkCases),
        ("POST", "/api/v1/cases/{number}/reopen", WorkCases),
        ("GET", "/api/v1/cases/{number}/alerts", Read),
        ("POST", "/api/v1/cases/{number}/alerts", WorkCases),
        ("GET", "/api/v1/cases/{number}/evidence", Read),
        ("GET", "/api/v1/cases/{number}/evidence/{id}/raw", Read),
        ("GET", "/api/v1/cases/{number}/notes", Read),
        ("POST", "/api/v1/cases/{number}/notes", WorkCases),
        ("GET", "/api/v1/cases/{number}/timeline", Read),
        ("POST", "/api/v1/cases/{number}/timeline", WorkCases),
        ("GET", "/api/v1/cases/{number}/history", Read),
        ("GET", "/api/v1/rules", Read),
        ("GET", "/api/v1/rules/facets", Read),
        ("GET", "/api/v1/rules/coverage", Read),
        ("GET", "/api/v1/rules/refused", Read),
        ("POST", "/api/v1/rules/import", KeepRules),
        ("GET", "/api/v1/rules/{id}", Read),
        ("GET", "/api/v1/rules/{id}/history", Read),
        ("POST", "/api/v1/rules/{id}/enable", KeepRules),
        ("POST", "/api/v1/rules/{id}/disable", KeepRules),
        ("POST", "/api/v1/rules/sources/{source}/remove", KeepRules),
        ("GET", "/api/v1/people", Read),
        ("GET", "/api/v1/users", Administer),
        ("POST", "/api/v1/users", Administer),
        ("PATCH", "/api/v1/users/{id}", Administer),
        ("GET", "/api/v1/tokens", Administer),
        ("POST", "/api/v1/tokens", Administer),
        ("DELETE", "/api/v1/tokens/{id}", Administer),
        ("GET", "/api/v1/sources", Read),
        ("GET", "/api/v1/quarantine", Read),
        ("GET", "/api/v1/quarantine/{id}/raw", Administer),
        ("GET", "/api/v1/journal", ReadJournal),
        ("POST", "/api/v1/ingest", SendEvents),
        // Elasticsearch's protocol.
        ("POST", "/_bulk", SendEvents),
        ("PUT", "/_bulk", SendEvents),
        ("POST", "/{index}/_bulk", SendEvents),
        ("PUT", "/{index}/_bulk", SendEvents),
        ("GET", "/_license", SendEvents),
        ("GET", "/_xpack", SendEvents),
        ("GET", "/_cluster/health", SendEvents),
        ("GET", "/_nodes/http", SendEvents),
        ("GET", "/_ilm/policy/{name}", SendEvents),
        ("PUT", "/_ilm/policy/{name}", SendEvents),
        ("GET", "/_index_template/{name}", SendEvents),
        ("PUT", "/_index_template/{name}", SendEvents),
        ("GET", "/_template/{name}", SendEvents),
        ("PUT", "/_template/{name}", SendEvents),
        ("GET", "/_component_template/{name}", SendEvents),
        ("PUT", "/_component_template/{name}", SendEvents),
        ("GET", "/_data_stream/{name}", SendEvents),
        ("PUT", "/_data_stream/{name}", SendEvents),
        ("GET", "/_ingest/pipeline/{name}", SendEvents),
        ("PUT", "/_ingest/pipeline/{name}", SendEvents),
    ]
};

/// What a route asks for; `None` for a route that is not listed, which nobody may call.
pub fn permission(method: &str, path: &str) -> Option<Permission> {
    ROUTES.iter().find(|(m, p, _)| *m == method && *p == path).map(|(_, _, permission)| *permission)
}

/// The methods that a path has; none for a path that is not listed.
pub fn methods(path: &str) -> Vec<&'static str> {
    ROUTES.iter().filter(|(_, p, _)| *p == path).map(|(method, ..)| *method).collect()
}

/// Where a request comes from: put into every request by the server, also into those of nobody.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The peer's address.
    pub address: Option<String>,
    /// The request.
    pub request: RequestId,
    /// Whether it came over TLS, so that a cookie can insist on it.
    pub secure: bool,
}

impl Caller {
    /// The caller, known as `actor` in this role.
    pub fn principal(&self, actor: Actor, role: Role) -> Principal {
        Principal { actor, role, address: self.address.clone(), request: self.request }
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Caller>().cloned().ok_or_else(|| Problem::internal(&"the server did not say who calls"))
    }
}

/// Who makes a request: put into it by the server once the session or token is checked.
#[derive(Clone, Debug)]
pub struct Principal {
    /// The actor of the journal.
    pub actor: Actor,
    /// The role in force.
    pub role: Role,
    /// The peer's address.
    pub address: Option<String>,
    /// The request.
    pub request: RequestId,
}

impl Principal {
    /// The context of a change made now.
    pub fn context(&self, now: Timestamp) -> OpContext {
        OpContext { actor: self.actor.clone(), address: self.address.clone(), now, request: Some(self.request) }
    }
    /// The person, where the actor is one or acts for one.
    pub fn user(&self) -> Option<UserId> {
        self.actor.user
    }
}

impl<S: Sync> FromRequestParts<S> for Principal {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Principal>().cloned().ok_or_else(Problem::unauthenticated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_that_is_not_listed_is_nobodys() {
        assert_eq!(permission("GET", "/api/v1/alerts"), Some(Permission::Read));
        assert_eq!(permission("DELETE", "/api/v1/alerts"), None);
        assert_eq!((methods("/api/v1/cases"), methods("/api/v1/nothing")), (vec!["GET", "POST"], vec![]));
    }

    #[test]
    fn a_role_covers_itself_and_an_administrator_covers_all() {
        for role in Role::ALL {
            assert!(role.covers(role) && Role::Admin.covers(role), "{role:?}");
        }
        assert!(!Role::Viewer.covers(Role::Analyst));
        assert!(!Role::Analyst.covers(Role::Engineer) && !Role::Engineer.covers(Role::Analyst));
        assert!(!Role::Analyst.covers(Role::Ingest));
        assert!(!Role::Ingest.covers(Role::Viewer));
    }

    #[test]
    fn a_viewer_changes_nothing_and_an_ingest_token_reads_nothing() {
        use Permission::*;
        for permission in [Triage, WorkCases, KeepRules, SendEvents, ReadJournal, Administer] {
            assert!(!Role::Viewer.may(permission), "{permission:?}");
        }
        for permission in [Session, Read, Triage, WorkCases, KeepRules, ReadJournal, Administer] {
            assert!(!Role::Ingest.may(permission), "{permission:?}");
        }
    }
}
