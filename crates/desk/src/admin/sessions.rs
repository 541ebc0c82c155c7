//! Sessions: a person logged in with a browser.

use super::gate::Gate;
use super::users::{User, UserRow, is_name, user_by_name};
use super::{STREAM, password, secret};
use crate::Problem;
use axum::http::StatusCode;
use db::{Db, Entry, Sql, Tx, new_uuid, values};
use model::{Actor, ActorKind, OpContext, SessionId, Timestamp, UserId};
use sea_orm::{DbErr, FromQueryResult, QueryResult};
use std::time::{Duration, Instant};

/// The name of the cookie that carries a session's secret.
pub const COOKIE: &str = "wf_session";
/// A session ends when nothing was asked for so long.
const IDLE: Duration = Duration::from_secs(8 * 60 * 60);
/// A session ends so long after the log-in.
pub(super) const ABSOLUTE: Duration = Duration::from_secs(24 * 60 * 60);
/// The last use is written down at most so often.
const TOUCH: Duration = Duration::from_secs(60);

/// A live session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The id; not the secret.
    pub id: SessionId,
    /// What an unsafe request must repeat in `X-CSRF-Token`. Derived from the session's secret.
    pub csrf: String,
}

impl Session {
    /// Whether `text` is the session's CSRF token; the time does not tell how much of it is right.
    pub fn csrf_matches(&self, text: &str) -> bool {
        secret::same(&self.csrf, text)
    }

    fn new(id: SessionId, cookie: &str) -> Self {
        Session { id, csrf: secret::digest("csrf", cookie) }
    }
}

/// A session that has just begun; the cookie is shown this once.
pub struct NewSession {
    /// The session.
    pub session: Session,
    /// The cookie's value.
    pub cookie: String,
    /// Whose it is.
    pub user: User,
}

#[derive(FromQueryResult)]
struct Login {
    password_hash: String,
}

/// Logs a person in. A wrong password, an unknown name and a locked account get the same answer in the same time.
/// Every log-in gets a secret of its own, whatever cookie the browser brought.
pub async fn log_in(
    db: &Db,
    gate: &Gate,
    from: &OpContext,
    name: &str,
    password: String,
) -> Result<NewSession, Problem> {
    password::check_length(&password)?;
    let address = from.address.as_deref();
    let name = Some(name).filter(|name| is_name(name));
    gate.throttle().attempt(name, address, Instant::now()).map_err(throttled)?;
    let stored: Option<Login> = match name {
        Some(name) => db.reader().row("SELECT password_hash FROM users WHERE name = $1", values![name]).await?,
        None => None,
    };
    let right = gate.hashing().verify(password, stored.map(|login| login.password_hash)).await?;
    let user = match name {
        Some(name) if right => user_by_name(db.reader(), name).await?.filter(|user| !user.disabled),
        _ => None,
    };
    let Some(user) = user else {
        tracing::warn!(name = name.unwrap_or("(not a name)"), address, "a log-in failed");
        let refusal = Problem::new(StatusCode::UNAUTHORIZED, "auth.credentials_wrong");
        return Err(refusal.detail("The name or the password is wrong."));
    };
    gate.throttle().succeeded(&user.name, address);
    begin(db, gate, from, user).await
}

fn throttled(wait: Duration) -> Problem {
    let seconds = wait.as_secs().max(1);
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "auth.throttled")
        .detail(format!("Too many failed log-ins. Try again in {seconds} s."))
}

async fn begin(db: &Db, gate: &Gate, from: &OpContext, user: User) -> Result<NewSession, Problem> {
    let cookie = gate.key(db).await?.mint("session", b"");
    let session = Session::new(SessionId(new_uuid(from.now)), &cookie);
    let actor = Actor { kind: ActorKind::User, user: Some(user.id), name: user.name.clone() };
    let mut tx = db.begin(&OpContext { actor, ..from.clone() }).await?;
    let over = "DELETE FROM sessions WHERE created_at < $1 OR seen_at < $2";
    tx.conn().run(over, values![from.now.minus(ABSOLUTE).nanos(), from.now.minus(IDLE).nanos()]).await?;
    let insert =
        "INSERT INTO sessions (id, user_id, secret_hash, created_at, seen_at, address) VALUES ($1, $2, $3, $4, $4, $5)";
    let (id, hash) = (session.id.to_string(), secret::digest("session", &cookie));
    tx.conn().run(insert, values![id, user.id.to_string(), hash, from.now.nanos(), from.address.clone()]).await?;
    tx.journal(entry(&user, "session.begin", session.id)).await?;
    tx.commit().await?;
    Ok(NewSession { session, cookie, user })
}

/// Ends the session of this cookie. One that is not live any more is fine.
pub async fn log_out(db: &Db, gate: &Gate, ctx: &OpContext, cookie: &str) -> Result<(), Problem> {
    let Some((session, user)) = find(db, gate, ctx.now, cookie).await? else { return Ok(()) };
    let mut tx = db.begin(ctx).await?;
    tx.conn().run("DELETE FROM sessions WHERE id = $1", values![session.id.to_string()]).await?;
    tx.journal(entry(&user, "session.end", session.id)).await?;
    tx.commit().await?;
    Ok(())
}

fn entry(user: &User, action: &'static str, session: SessionId) -> Entry {
    let detail = Some(serde_json::json!({"session": session}));
    let (before, after) = if action == "session.begin" { (None, detail) } else { (detail, None) };
    Entry { stream: STREAM, object: format!("user:{}", user.id), action, before, after, reason: None }
}

/// Ends every session of a person, in the change that asks for it.
pub(super) async fn end_all(tx: &Tx, user: UserId) -> Result<(), Problem> {
    tx.conn().run("DELETE FROM sessions WHERE user_id = $1", values![user.to_string()]).await?;
    Ok(())
}

struct Found {
    id: String,
    begun_at: i64,
    seen_at: i64,
    user: UserRow,
}

impl FromQueryResult for Found {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Found {
            id: row.try_get(prefix, "session")?,
            begun_at: row.try_get(prefix, "begun_at")?,
            seen_at: row.try_get(prefix, "seen_at")?,
            user: UserRow::from_query_result(row, prefix)?,
        })
    }
}

/// The live session of a cookie. The account is read with it each time.
pub(super) async fn find(
    db: &Db,
    gate: &Gate,
    now: Timestamp,
    cookie: &str,
) -> Result<Option<(Session, User)>, Problem> {
    if !gate.key(db).await?.made("session", b"", cookie) {
        return Ok(None);
    }
    let text = format!(
        "SELECT sessions.id AS session, sessions.created_at AS begun_at, sessions.seen_at, {} \
         FROM sessions JOIN users ON users.id = sessions.user_id WHERE sessions.secret_hash = $1",
        super::users::COLUMNS
    );
    let found: Option<Found> = db.reader().row(&text, values![secret::digest("session", cookie)]).await?;
    let Some(Found { id, begun_at, seen_at, user }) = found else { return Ok(None) };
    let user = User::try_from(user)?;
    let (begun, seen) = (Timestamp(begun_at), Timestamp(seen_at));
    if user.disabled || now.since(begun) > ABSOLUTE || now.since(seen) > IDLE {
        return Ok(None);
    }
    let id: SessionId = id.parse().map_err(|error: model::IdError| Problem::internal(&error))?;
    if now.since(seen) > TOUCH {
        touch(db.clone(), id, now);
    }
    Ok(Some((Session::new(id, cookie), user)))
}

/// Notes the use of a session without making its request wait for the one writer.
fn touch(db: Db, id: SessionId, now: Timestamp) {
    tokio::spawn(async move {
        let note = async {
            let tx = db.begin(&OpContext::system("sessions", now)).await?;
            let update = "UPDATE sessions SET seen_at = $2 WHERE id = $1 AND seen_at < $2";
            tx.conn().run(update, values![id.to_string(), now.nanos()]).await?;
            tx.commit().await
        };
        if let Err(error) = note.await {
            tracing::warn!(%error, session = %id, "the use of a session was not noted; it may end early");
        }
    });
}
