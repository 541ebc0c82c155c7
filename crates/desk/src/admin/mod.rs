//! Running the floor: people and their sessions, tokens of programs, the first start, what the sources send, and
//! reading the journal.
//!
//! Passwords, session secrets and token secrets are never stored, logged or journalled: only their hashes are stored.

mod api;
mod floor_api;
mod gate;
mod password;
mod quarantine;
mod secret;
mod sessions;
mod setup;
mod sources;
mod throttle;
mod tokens;
mod users;

pub use floor_api::{JournalActor, JournalItem};
pub use gate::Gate;
pub use password::Password;
pub use sessions::{COOKIE, NewSession, Session, log_in, log_out};
pub use setup::{SETUP_VALID, offer_setup, recover, set_up, setup_needed};
pub use sources::{SourceDelta, SourceRow, SourceState, SourceTotals, record_sources, sources};
pub use tokens::{Bearer, NewToken, Token, create_token, issue_token, revoke_token, tokens};
pub use users::{NewUser, Person, User, UserChange, change_user, create_user, people, user, users};

use crate::{Desk, Problem};
use axum::http::HeaderMap;
use utoipa_axum::router::OpenApiRouter;

/// The room's routes.
pub fn routes() -> OpenApiRouter<Desk> {
    api::routes().merge(floor_api::routes()).merge(quarantine::routes())
}

/// The session's secret that a request carries in its cookies.
pub fn session_cookie(headers: &HeaderMap) -> Option<&str> {
    api::cookie_in(headers)
}

/// Whose session a cookie is; none if it is unknown, over, or its user is disabled. Asked for every request, so a
/// change counts at once.
pub async fn authenticate_cookie(desk: &Desk, cookie: &str) -> Result<Option<(Session, User)>, Problem> {
    sessions::find(&desk.db, &desk.gate, desk.now(), cookie).await
}

/// Whose token this is; none if it is unknown, over, revoked, or asks for more than its owner has. A text that this
/// floor did not make is refused without asking the database. A change counts within a second.
pub async fn authenticate_bearer(desk: &Desk, token: &str) -> Result<Option<Bearer>, Problem> {
    tokens::find(&desk.db, &desk.gate, desk.now(), token).await
}

/// The most people, tokens or sources that are listed.
const LISTED: u32 = 1000;

/// The stream of the journal in which this room's changes stand.
const STREAM: &str = "access";

#[cfg(test)]
mod tests;
